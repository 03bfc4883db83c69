//! What an error code of the service says of another attempt.
//!
//! See [Error handling with DynamoDB](https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html).
//! Whether a call was applied is another question, which [`CallError`](super::CallError) answers: an answer `5xx` to a write
//! leaves that unknown, whatever its code.

use super::{CancellationReason, Rejection};

/// What is made of a refusal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Retry {
    /// The service failed, or was asked for too much at a time: sent again after a backoff, out of the retry budget.
    Backoff,
    /// There was too little capacity: sent again after a backoff.
    Throttled,
    /// Another call was at work on an item: sent again after a backoff.
    Conflict,
    /// The same transaction is still being carried out: sent again under its token, five seconds after its first sending at
    /// the earliest.
    InProgress,
    /// The signature's time was not the service's: signed and sent again after a backoff, out of the retry budget.
    ClockSkew,
    /// The credentials have expired: not sent again, and left over for a `Db` with new ones.
    Credentials,
    /// It would be refused again: not sent again.
    Never,
}

impl Retry {
    /// Whether the call is sent again.
    #[must_use]
    pub fn is_transient(self) -> bool {
        !matches!(self, Self::Credentials | Self::Never)
    }
}

/// The codes that do not mean [`Retry::Never`].
const CODES: [(&str, Retry); 19] = [
    ("ProvisionedThroughputExceededException", Retry::Throttled),
    ("ThrottlingException", Retry::Throttled),
    ("Throttling", Retry::Throttled),
    ("RequestLimitExceeded", Retry::Throttled),
    ("TooManyRequestsException", Retry::Throttled),
    // Too many changes of tables at a time.
    ("LimitExceededException", Retry::Backoff),
    ("InternalServerError", Retry::Backoff),
    ("InternalFailure", Retry::Backoff),
    ("ServiceUnavailable", Retry::Backoff),
    ("ServiceUnavailableException", Retry::Backoff),
    ("TransactionConflictException", Retry::Conflict),
    ("ReplicatedWriteConflictException", Retry::Conflict),
    ("TransactionInProgressException", Retry::InProgress),
    ("RequestTimeTooSkewed", Retry::ClockSkew),
    ("RequestExpired", Retry::ClockSkew),
    ("RequestInTheFuture", Retry::ClockSkew),
    ("ExpiredTokenException", Retry::Credentials),
    ("ExpiredToken", Retry::Credentials),
    ("TokenRefreshRequired", Retry::Credentials),
];

/// The code of what batches left unprocessed too often; it is the library's own.
pub(crate) const UNPROCESSED: &str = "Unprocessed";

impl Rejection {
    /// What is made of the refusal: whether the call is sent again as it is, and why.
    #[must_use]
    pub fn retry(&self) -> Retry {
        match self.code.as_str() {
            "TransactionCanceledException" => of_cancellation(&self.cancellation_reasons),
            "InvalidSignatureException" | "SignatureDoesNotMatch" if is_about_time(&self.message) => {
                Retry::ClockSkew
            }
            code => match CODES.iter().find(|(known, _)| *known == code) {
                Some((_, retry)) => *retry,
                None if self.status == 429 => Retry::Throttled,
                None if self.status >= 500 => Retry::Backoff,
                None => Retry::Never,
            },
        }
    }

    /// Whether a later run of the plan should try again what ended with this.
    pub(crate) fn is_left(&self) -> bool {
        self.retry() != Retry::Never || self.code == UNPROCESSED
    }

    /// Whether the refused call may succeed later as it is: throttling, conflicts, and the service's own faults.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        self.retry().is_transient()
    }
}

/// A cancellation passes where all its causes do.
fn of_cancellation(reasons: &[CancellationReason]) -> Retry {
    let mut retry = Retry::Never;
    for reason in reasons.iter().filter(|reason| reason.code != "None") {
        match reason.code.as_str() {
            "ProvisionedThroughputExceeded" | "ThrottlingError" => retry = Retry::Throttled,
            "TransactionConflict" if retry == Retry::Never => retry = Retry::Conflict,
            "TransactionConflict" => {}
            _ => return Retry::Never,
        }
    }
    retry
}

/// Whether a signature was refused for its time, and not for its key.
fn is_about_time(message: &str) -> bool {
    ["Signature expired", "Signature not yet current"].iter().any(|words| message.contains(words))
}

#[cfg(test)]
mod tests {
    use super::super::CallError;
    use super::*;

    fn of(code: &str) -> Retry {
        Rejection::new(code, "").retry()
    }

    #[test]
    fn every_code_of_the_service_has_its_place() {
        use Retry::{Backoff, ClockSkew, Conflict, Credentials, InProgress, Never, Throttled};
        let all = [
            ("AccessDeniedException", Never),
            ("BackupInUseException", Never),
            ("ConditionalCheckFailedException", Never),
            ("DuplicateItemException", Never),
            ("ExpiredTokenException", Credentials),
            ("IdempotentParameterMismatchException", Never),
            ("IncompleteSignatureException", Never),
            ("IndexNotFoundException", Never),
            ("InternalServerError", Backoff),
            ("InternalFailure", Backoff),
            ("InvalidSignatureException", Never),
            ("ItemCollectionSizeLimitExceededException", Never),
            ("LimitExceededException", Backoff),
            ("MissingAuthenticationTokenException", Never),
            ("NotAuthorized", Never),
            ("OptInRequired", Never),
            ("ProvisionedThroughputExceededException", Throttled),
            ("ReplicatedWriteConflictException", Conflict),
            ("RequestExpired", ClockSkew),
            ("RequestLimitExceeded", Throttled),
            ("RequestTimeTooSkewed", ClockSkew),
            ("ResourceInUseException", Never),
            ("ResourceNotFoundException", Never),
            ("SerializationException", Never),
            ("ServiceUnavailable", Backoff),
            ("TableNotFoundException", Never),
            ("ThrottlingException", Throttled),
            ("TransactionConflictException", Conflict),
            ("TransactionInProgressException", InProgress),
            ("UnknownOperationException", Never),
            ("UnrecognizedClientException", Never),
            ("ValidationException", Never),
            ("a code of the future", Never),
        ];
        for (code, retry) in all {
            assert_eq!(of(code), retry, "{code}");
            assert_eq!(
                Rejection::new(code, "").is_transient(),
                !matches!(retry, Never | Credentials),
                "{code}"
            );
        }
        for (code, retry) in CODES {
            assert_eq!(of(code), retry, "{code}");
        }
    }

    #[test]
    fn a_cancellation_is_sent_again_where_all_its_causes_pass() {
        let cancelled = |codes: &[&str]| {
            let mut rejection = Rejection::new("TransactionCanceledException", "");
            let reason = |code: &&str| CancellationReason { code: (*code).to_owned(), ..Default::default() };
            rejection.cancellation_reasons = codes.iter().map(reason).collect();
            rejection.retry()
        };
        for (codes, retry) in [
            (&["None", "TransactionConflict"][..], Retry::Conflict),
            (&["ProvisionedThroughputExceeded", "None"], Retry::Throttled),
            (&["ThrottlingError"], Retry::Throttled),
            (&["TransactionConflict", "ThrottlingError"], Retry::Throttled),
            (&["ThrottlingError", "TransactionConflict"], Retry::Throttled),
            (&["ConditionalCheckFailed"], Retry::Never),
            (&["TransactionConflict", "ConditionalCheckFailed"], Retry::Never),
            (&["ItemCollectionSizeLimitExceeded"], Retry::Never),
            (&["ValidationError"], Retry::Never),
            (&["None"], Retry::Never),
            (&[], Retry::Never),
        ] {
            assert_eq!(cancelled(codes), retry, "{codes:?}");
        }
    }

    #[test]
    fn a_status_tells_where_the_code_does_not_and_a_signature_may_only_be_late() {
        for (status, retry) in [
            (429, Retry::Throttled),
            (500, Retry::Backoff),
            (502, Retry::Backoff),
            (503, Retry::Backoff),
            (400, Retry::Never),
            (413, Retry::Never),
        ] {
            assert_eq!(Rejection { status, ..Rejection::new("", "") }.retry(), retry, "{status}");
        }
        let late = "Signature expired: 20261122T120000Z is now earlier than 20261122T121000Z";
        assert_eq!(Rejection::new("InvalidSignatureException", late).retry(), Retry::ClockSkew);
        let wrong = "The request signature we calculated does not match the signature you provided";
        assert_eq!(Rejection::new("InvalidSignatureException", wrong).retry(), Retry::Never);
    }

    #[test]
    fn whether_it_was_applied_is_told_by_how_it_came_and_not_by_the_code() {
        use super::super::Effect;
        let fault = Box::new(Rejection { status: 500, ..Rejection::new("InternalServerError", "") });
        let unknown = CallError::Unknown { rejection: Some(fault.clone()), problem: String::new() };
        assert_eq!(unknown.effect(), Effect::Unknown);
        assert_eq!(CallError::Refused(fault).effect(), Effect::NotApplied);
    }
}
