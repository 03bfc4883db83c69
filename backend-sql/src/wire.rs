//! The hand for other clients: the JSON of an action's input in, a status and JSON out, as the service's HTTP endpoint
//! takes and gives them.
//!
//! What comes in is brought into the core's request values here, once: expression text is parsed, items become canonical.
//! From there on the same actions answer as for the library's own requests. Nothing here speaks HTTP.
//!
//! See [DynamoDB low-level API](https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.LowLevelAPI.html).

mod administration;
mod answer;
mod error;
pub(crate) mod expression;
mod expressions;
mod input;
mod legacy;
mod request;
mod shape;
mod value;

use bytes::Bytes;
use dynochemy_core::{CallError, Moment};

use crate::SqlBackend;

/// What stands before the action's name in the header that names it: that of the tables' endpoint, and that of the
/// streams'.
const TARGETS: [&str; 2] = ["DynamoDB_20120810.", "DynamoDBStreams_20120810."];

/// The answer to a call in the form of the service's HTTP endpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JsonAnswer {
    /// The HTTP status: 200, 400, or 500.
    pub status: u16,
    /// The body: the action's output, or an error with its code in `__type`.
    pub body: Bytes,
}

impl SqlBackend {
    /// Answers a call as the service's HTTP endpoint would: the action's name, alone or as it stands in the header
    /// `x-amz-target`, and its input in JSON come in, a status and JSON go out. Whatever is wrong with the call is an
    /// answer as well, with status 400.
    ///
    /// This is for other clients, and for requests that were written down elsewhere; a `Db` hands its requests over as
    /// values ([`Backend::answer`](dynochemy_core::Backend::answer)). Signatures are for whoever speaks HTTP.
    ///
    /// ```
    /// use dynochemy_sql::{Moment, SqlBackend};
    ///
    /// let backend = SqlBackend::in_memory()?;
    /// let create = br#"{
    ///     "TableName": "visits", "BillingMode": "PAY_PER_REQUEST",
    ///     "AttributeDefinitions": [{"AttributeName": "user", "AttributeType": "S"}],
    ///     "KeySchema": [{"AttributeName": "user", "KeyType": "HASH"}]
    /// }"#;
    /// assert_eq!(backend.answer_json("CreateTable", create, Moment::EPOCH).status, 200);
    ///
    /// let update = br#"{
    ///     "TableName": "visits", "Key": {"user": {"S": "123"}}, "ReturnValues": "ALL_NEW",
    ///     "UpdateExpression": "ADD seen :one", "ExpressionAttributeValues": {":one": {"N": "1"}}
    /// }"#;
    /// let answer = backend.answer_json("DynamoDB_20120810.UpdateItem", update, Moment::EPOCH);
    /// assert_eq!(&answer.body[..], br#"{"Attributes":{"seen":{"N":"1"},"user":{"S":"123"}}}"#);
    ///
    /// let scan = br#"{"TableName": "visits", "FilterExpression": "seen >"}"#;
    /// let answer = backend.answer_json("Scan", scan, Moment::EPOCH);
    /// assert_eq!(answer.status, 400);
    /// assert!(String::from_utf8_lossy(&answer.body).contains("Invalid FilterExpression: Syntax error"));
    /// # Ok::<(), dynochemy_sql::OpenError>(())
    /// ```
    #[must_use]
    pub fn answer_json(&self, action: &str, body: &[u8], now: Moment) -> JsonAnswer {
        let action = TARGETS.iter().find_map(|target| action.strip_prefix(target)).unwrap_or(action);
        match self.told(action, body, now) {
            Ok(body) => JsonAnswer { status: 200, body },
            Err(error) => error::answer_to_failure(&error),
        }
    }

    /// The answer to a call of any action by its name, in JSON.
    pub(crate) fn told(&self, action: &str, body: &[u8], now: Moment) -> Result<Bytes, CallError> {
        let request = request::read(action, body).map_err(CallError::Refused)?;
        let response = self.carry_out(&request, now)?;
        Ok(answer::write(&request, &response))
    }
}

/// Whether there is such an action.
#[cfg(feature = "server")]
pub(crate) fn knows(action: &str) -> bool {
    shape::shape(action).is_some()
}

#[cfg(test)]
mod faults;
#[cfg(test)]
mod tests;
