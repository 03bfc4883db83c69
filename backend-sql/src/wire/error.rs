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
            array(members.member("ThrottlingReasons"), &rejection.throttling_reasons, |out, reason| {
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

/// Errors of two kinds have a message with a capital.
fn message_member(code: &str) -> &'static str {
    match code {
        "TransactionCanceledException" | "SerializationException" => "Message",
        _ => "message",
    }
}
