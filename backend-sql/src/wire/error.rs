//! Refusals as the service writes them.

use dynochemy_core::json::{Members, array, object};
use dynochemy_core::{CallError, CancellationReason, Rejection};

use super::JsonAnswer;
use crate::failure::internal;

/// The answer that a refused call gets.
pub(super) fn answer(rejection: &Rejection) -> JsonAnswer {
    let mut out = Vec::with_capacity(256);
    object(&mut out, |members| {
        members.text("__type", &format!("{}{}", prefix(&rejection.code), rejection.code));
        if !rejection.cancellation_reasons.is_empty() {
            array(members.member("CancellationReasons"), &rejection.cancellation_reasons, reason);
        }
        if !rejection.message.is_empty() {
            members.text(message_member(&rejection.code), &rejection.message);
        }
        item(members, rejection.item.as_ref());
        if !rejection.throttling_reasons.is_empty() {
            let name = throttling_member(&rejection.code);
            array(members.member(name), &rejection.throttling_reasons, |out, reason| {
                object(out, |members| {
                    members.text("reason", &reason.reason);
                    members.text("resource", &reason.resource);
                });
            });
        }
    });
    JsonAnswer { status: rejection.status, body: out.into() }
}

/// The answer to a call that ended with an error.
pub(super) fn answer_to_failure(error: &CallError) -> JsonAnswer {
    match error.rejection() {
        Some(rejection) => answer(rejection),
        None => answer(&internal(error.to_string())),
    }
}

fn reason(out: &mut Vec<u8>, reason: &CancellationReason) {
    object(out, |members| {
        members.text("Code", &reason.code);
        item(members, reason.item.as_ref());
        if let Some(message) = &reason.message {
            members.text("Message", message);
        }
    });
}

fn item(members: &mut Members<'_>, item: Option<&dynochemy_core::Item>) {
    if let Some(item) = item {
        members.member("Item").extend_from_slice(item.as_bytes());
    }
}

/// Where the service has an error from.
fn prefix(code: &str) -> &'static str {
    match code {
        "ValidationException" => "com.amazon.coral.validate#",
        "SerializationException" | "UnknownOperationException" => "com.amazon.coral.service#",
        "ThrottlingException" => "com.amazon.coral.availability#",
        _ => "com.amazonaws.dynamodb.v20120810#",
    }
}

/// Errors of some kinds have a message with a capital.
fn message_member(code: &str) -> &'static str {
    match code {
        "IdempotentParameterMismatchException"
        | "SerializationException"
        | "TransactionCanceledException"
        | "TransactionInProgressException" => "Message",
        _ => "message",
    }
}

/// And one has its reasons without one.
fn throttling_member(code: &str) -> &'static str {
    if code == "ThrottlingException" { "throttlingReasons" } else { "ThrottlingReasons" }
}

#[cfg(test)]
mod tests {
    use dynochemy_core::ThrottlingReason;

    use super::*;

    #[test]
    fn members_of_errors_are_spelled_as_in_the_service_model() {
        let members = |code: &str| {
            let throttling_reasons = vec![ThrottlingReason::default()];
            let answer = answer(&Rejection { throttling_reasons, ..Rejection::new(code, "a") });
            let value: serde_json::Value = serde_json::from_slice(&answer.body).unwrap();
            let members = value.as_object().unwrap().keys().filter(|name| *name != "__type");
            members.cloned().collect::<Vec<_>>().join(", ")
        };
        assert_eq!(members("ThrottlingException"), "message, throttlingReasons");
        for code in ["ProvisionedThroughputExceededException", "RequestLimitExceeded"] {
            assert_eq!(members(code), "ThrottlingReasons, message", "{code}");
        }
        for code in ["IdempotentParameterMismatchException", "TransactionInProgressException"] {
            assert_eq!(members(code), "Message, ThrottlingReasons", "{code}");
        }
    }
}
