//! Asking for a table's capacity, on behalf of no operation.
//!
//! ```text
//! Idle --Send--> UnderWay --answer--> Done    told: learned; refused or lost: nothing is known, as before
//! ```

use super::{Context, Effect, Next, OneCall};
use crate::api::DescribeTableInput;
use crate::capacity::TableNumber;
use crate::error::CallError;
use crate::request::{Request, Response};

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Describe {
    table: TableNumber,
    /// Its name in the service.
    name: String,
    call: OneCall,
}

impl Describe {
    pub(crate) fn new(table: TableNumber, name: String) -> Self {
        Self { table, name, call: OneCall::Idle }
    }

    pub(super) fn next(&mut self) -> Next {
        let table_name = || self.name.clone();
        self.call.next(|| Request::DescribeTable(DescribeTableInput { table_name: table_name() }))
    }

    pub(super) fn answer(&mut self, answer: Result<Response, CallError>, context: &mut Context<'_>) {
        self.call = OneCall::Done;
        if let Ok(Response::DescribeTable(answer)) = answer {
            context.effects.push(Effect::Learned(self.table, Box::new(answer.table)));
        }
    }
}
