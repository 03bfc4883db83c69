//! Errors that the service, or something on the way to it, answered with.
//!
//! See [Error handling with DynamoDB](https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html).

use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, StatusCode};

use super::answer::Answer;
use crate::error::{CallError, CancellationReason, Rejection, ThrottlingReason};
use crate::json::{JsonError, Kind};

/// What an answer other than `200` means for its call.
pub(super) fn call_error(status: StatusCode, headers: &HeaderMap, body: Bytes) -> CallError {
    let rejection = Box::new(rejection(status, headers, body));
    if status.is_client_error() {
        // Whoever said so, the service or a proxy before it, did nothing else.
        return CallError::Refused(rejection);
    }
    let problem = if status.is_server_error() {
        format!("the server failed (HTTP status {}): {rejection}", status.as_u16())
    } else {
        format!("the answer is none of DynamoDB's (HTTP status {}): {rejection}", status.as_u16())
    };
    CallError::Unknown { rejection: Some(rejection), problem }
}

fn rejection(status: StatusCode, headers: &HeaderMap, body: Bytes) -> Rejection {
    let mut rejection =
        Rejection { status: status.as_u16(), retry_after: retry_after(headers), ..Rejection::default() };
    // A body that is damaged, or not JSON at all, tells as much as could be read of it, and is kept.
    let _ = read(&mut Answer::new(&body), &mut rejection);
    rejection.body = body;
    rejection
}

fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let millis = headers.get("x-amz-retry-after")?.to_str().ok()?.trim().parse().ok()?;
    Some(Duration::from_millis(millis))
}

fn read(answer: &mut Answer<'_>, rejection: &mut Rejection) -> Result<(), JsonError> {
    answer.members(|name, answer| {
        match name {
            "__type" => rejection.code = code(&answer.text()?).to_owned(),
            "message" | "Message" => rejection.message = answer.text()?,
            "Item" => rejection.item = Some(answer.item()?),
            "CancellationReasons" => answer.elements(|answer| {
                rejection.cancellation_reasons.push(cancellation_reason(answer)?);
                Ok(())
            })?,
            // Spelled without a capital by ThrottlingException.
            "ThrottlingReasons" | "throttlingReasons" => answer.elements(|answer| {
                rejection.throttling_reasons.push(throttling_reason(answer)?);
                Ok(())
            })?,
            _ => answer.skip()?,
        }
        Ok(())
    })
}

/// The code without the namespace before it: `com.amazonaws.dynamodb.v20120810#ResourceNotFoundException`.
fn code(kind: &str) -> &str {
    kind.rsplit('#').next().unwrap_or(kind)
}

fn cancellation_reason(answer: &mut Answer<'_>) -> Result<CancellationReason, JsonError> {
    let mut reason = CancellationReason { code: "None".to_owned(), ..CancellationReason::default() };
    if answer.peek()? == Kind::Null {
        // Reasons are told by position, so that an empty one counts.
        return answer.skip().map(|()| reason);
    }
    answer.members(|name, answer| {
        match name {
            "Code" => reason.code = answer.text()?,
            "Message" => reason.message = Some(answer.text()?),
            "Item" => reason.item = Some(answer.item()?),
            _ => answer.skip()?,
        }
        Ok(())
    })?;
    Ok(reason)
}

fn throttling_reason(answer: &mut Answer<'_>) -> Result<ThrottlingReason, JsonError> {
    let mut throttling = ThrottlingReason::default();
    answer.members(|name, answer| {
        match name {
            "reason" => throttling.reason = answer.text()?,
            "resource" => throttling.resource = answer.text()?,
            _ => answer.skip()?,
        }
        Ok(())
    })?;
    Ok(throttling)
}
