//! stub
use crate::{
    client::Client,
    error::{CallError, Error},
    item::Items,
    moment::Moment,
    outcome::{Outcome, Report},
    request::{Request, Response},
    solvent::Solvent,
};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
/// x
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct RunId(pub(crate) u32);
/// x
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct CallId(pub(crate) u64);
/// What a driver is to do next.
#[derive(Clone, Debug, PartialEq)]
pub enum Step {
    /// x
    Send(Call),
    /// x
    Deliver(Delivery),
    /// x
    Wait {
        /// x
        until: Option<Moment>,
    },
    /// x
    Done,
}
/// x
#[derive(Clone, Debug, PartialEq)]
pub struct Call {
    /// x
    pub id: CallId,
    /// x
    pub request: Arc<Request>,
    /// x
    pub expires: Moment,
}
/// x
#[derive(Clone, Debug, PartialEq)]
pub struct Delivery {
    /// x
    pub operation: u32,
    /// x
    pub items: Items,
}
/// x
#[derive(Clone, Debug)]
pub struct Run {
    client: Arc<Client>,
}
impl Run {
    pub(crate) fn start(client: &Arc<Client>, _s: Solvent, _b: bool, _now: Moment) -> Result<Self, Error> {
        Ok(Self { client: client.clone() })
    }
    /// x
    pub fn poll(&mut self, _now: Moment) -> Step {
        Step::Done
    }
    /// x
    pub fn complete(&mut self, _id: CallId, _a: Result<Response, CallError>, _now: Moment) {}
    /// x
    pub fn checkpoint(&self) -> Solvent {
        Solvent::new()
    }
    /// x
    pub fn abandon(self, _now: Moment) -> Outcome {
        self.finish()
    }
    /// x
    pub fn finish(self) -> Outcome {
        Outcome::new(Solvent::new(), Report::default())
    }
}
