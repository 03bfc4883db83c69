//! Why a call is not answered as asked: what the service would say, or SQLite's own trouble.
//!
//! Codes and messages are the service's. See
//! [Error handling](https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html).

use dynochemy_core::expression::UpdateError;
use dynochemy_core::{
    Action, CallError, CancellationReason, Item, KeyAttribute, MAX_HASH_KEY, MAX_RANGE_KEY, NumberError,
    Rejection, ScalarType, ThrottlingReason, WireError,
};

use crate::index::{KeyFault, KeyProblem};
use crate::storage::{Index, described};
use crate::throughput::{Billing, Refusal};

/// Why a call ends without its answer; what it wrote is rolled back.
#[derive(Debug)]
pub(crate) enum Failure {
    /// What the service would answer with.
    Refused(Box<Rejection>),
    /// SQLite failed before the commit.
    Sqlite(rusqlite::Error),
}

impl From<Box<Rejection>> for Failure {
    fn from(rejection: Box<Rejection>) -> Self {
        Self::Refused(rejection)
    }
}

impl From<rusqlite::Error> for Failure {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sqlite(error)
    }
}

impl From<WireError> for Failure {
    /// An item in the database that is none.
    fn from(error: WireError) -> Self {
        internal(format!("an item cannot be read: {error}")).into()
    }
}

impl Failure {
    /// The call's end, after all that it wrote has been rolled back.
    pub(crate) fn rolled_back(self) -> CallError {
        match self {
            Self::Refused(rejection) => CallError::Refused(rejection),
            Self::Sqlite(error) => CallError::Refused(internal(described(&error))),
        }
    }
}

/// The service's own trouble, which SQLite's is here.
pub(crate) fn internal(message: impl Into<String>) -> Box<Rejection> {
    Box::new(Rejection { status: 500, ..Rejection::new("InternalServerError", message) })
}

/// The backend does not know the action.
pub(crate) fn unknown_operation(action: &str) -> Box<Rejection> {
    let is_known = Action::ALL.iter().any(|known| known.name() == action);
    // Of what is no action at all, the service tells nothing more.
    let message =
        if is_known { format!("the embedded backend does not support {action} yet") } else { String::new() };
    Box::new(Rejection::new("UnknownOperationException", message))
}

/// A feature that the service has, and this backend has not yet.
pub(crate) fn not_supported(feature: &str) -> Box<Rejection> {
    validation(format!("the embedded backend does not support {feature} yet"))
}

pub(crate) fn validation(message: impl Into<String>) -> Box<Rejection> {
    Box::new(Rejection::new("ValidationException", message))
}

/// What is invalid about the values of parameters.
pub(crate) fn invalid(problem: impl std::fmt::Display) -> Box<Rejection> {
    validation(format!("One or more parameter values were invalid: {problem}"))
}

/// Members with and without expressions that do not go together.
pub(crate) fn mixed(without: &[&str], with: &[&str]) -> Box<Rejection> {
    validation(format!(
        "Can not use both expression and non-expression parameters in the same request: Non-expression parameters: \
         {{{}}} Expression parameters: {{{}}}",
        without.join(", "),
        with.join(", ")
    ))
}

/// A member of the request that is out of its bounds.
pub(crate) fn constraint(value: impl std::fmt::Display, member: &str, constraint: &str) -> Box<Rejection> {
    let violation = violation(Some(&value.to_string()), member, constraint);
    validation(format!("1 validation error detected: {violation}"))
}

/// One such member, as it is told among others; without a value where the member is not there.
pub(crate) fn violation(value: Option<&str>, member: &str, constraint: &str) -> String {
    let value = value.map_or("null".to_owned(), |value| format!("'{value}'"));
    format!("Value {value} at '{member}' failed to satisfy constraint: Member must {constraint}")
}

pub(crate) fn table_not_found() -> Box<Rejection> {
    Box::new(Rejection::new("ResourceNotFoundException", "Requested resource not found"))
}

/// As [`table_not_found`], from the actions that administer tables.
pub(crate) fn named_table_not_found(table: &str) -> Box<Rejection> {
    let message = format!("Requested resource not found: Table: {table} not found");
    Box::new(Rejection::new("ResourceNotFoundException", message))
}

pub(crate) fn named_stream_not_found(arn: &str) -> Box<Rejection> {
    let message = format!("Requested resource not found: Stream: {arn} not found");
    Box::new(Rejection::new("ResourceNotFoundException", message))
}

pub(crate) fn shard_not_found() -> Box<Rejection> {
    let message = "Requested resource not found: Shard does not exist";
    Box::new(Rejection::new("ResourceNotFoundException", message))
}

/// A record that is kept no longer.
pub(crate) fn trimmed() -> Box<Rejection> {
    let message = "The data you are trying to access has been trimmed.";
    Box::new(Rejection::new("TrimmedDataAccessException", message))
}

pub(crate) fn expired_iterator() -> Box<Rejection> {
    let message = "The provided iterator exceeds the maximum age allowed.";
    Box::new(Rejection::new("ExpiredIteratorException", message))
}

pub(crate) const CONDITION_FAILED: &str = "The conditional request failed";

pub(crate) fn condition_failed(item: Option<Item>) -> Box<Rejection> {
    Box::new(Rejection { item, ..Rejection::new("ConditionalCheckFailedException", CONDITION_FAILED) })
}

pub(crate) const DUPLICATE_ITEM: &str = "Duplicate primary key exists in table";

/// An INSERT of an item that is there.
pub(crate) fn duplicate_item() -> Box<Rejection> {
    Box::new(Rejection::new("DuplicateItemException", DUPLICATE_ITEM))
}

const THROUGHPUT_EXCEEDED: &str = "The level of configured provisioned throughput for the table was \
    exceeded. Consider increasing your provisioning level with the UpdateTable API.";

const INDEX_THROUGHPUT_EXCEEDED: &str = "The level of configured provisioned throughput for one or more global \
    secondary indexes of the table was exceeded. Consider increasing your provisioning level for the under-provisioned \
    global secondary indexes with the UpdateTable API";

const ON_DEMAND_EXCEEDED: &str = "Throughput exceeds the current capacity of your table or index. DynamoDB is \
    automatically scaling your table or index so please try again shortly. If exceptions persist, check if you have a hot \
    key: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-partition-key-design.html";

const MAXIMUM_EXCEEDED: &str =
    "Throughput exceeds the maximum OnDemandThroughput configured on table or index";

/// Each table or index is named once for each reason.
pub(crate) fn throughput_exceeded(refusals: Vec<Refusal>) -> Box<Rejection> {
    let (_, message) = throttled(&refusals);
    let code = match billing(&refusals) {
        Billing::Provisioned => "ProvisionedThroughputExceededException",
        Billing::OnDemand => "ThrottlingException",
    };
    let mut throttling_reasons: Vec<ThrottlingReason> = Vec::new();
    for Refusal { reason, .. } in refusals {
        if !throttling_reasons.contains(&reason) {
            throttling_reasons.push(reason);
        }
    }
    Box::new(Rejection { throttling_reasons, ..Rejection::new(code, message) })
}

/// What the service says of an action of a transaction whose table or indexes were out of capacity: a code and a message.
pub(crate) fn throttled(refusals: &[Refusal]) -> (&'static str, &'static str) {
    let only_indexes = refusals.iter().all(|refusal| refusal.reason.reason.starts_with("Index"));
    let of_maximum = |refusal: &Refusal| refusal.reason.reason.ends_with("MaxOnDemandThroughputExceeded");
    match billing(refusals) {
        Billing::OnDemand if refusals.iter().all(of_maximum) => ("ThrottlingError", MAXIMUM_EXCEEDED),
        Billing::OnDemand => ("ThrottlingError", ON_DEMAND_EXCEEDED),
        Billing::Provisioned if only_indexes => ("ProvisionedThroughputExceeded", INDEX_THROUGHPUT_EXCEEDED),
        Billing::Provisioned => ("ProvisionedThroughputExceeded", THROUGHPUT_EXCEEDED),
    }
}

/// That of tables billed on demand, where only such ones refuse.
fn billing(refusals: &[Refusal]) -> Billing {
    let on_demand = refusals.iter().all(|refusal| refusal.billing == Billing::OnDemand);
    if on_demand { Billing::OnDemand } else { Billing::Provisioned }
}

/// An item that cannot be in an index, from the actions that write whole items.
pub(crate) fn index_key(fault: &KeyFault<'_>) -> Box<Rejection> {
    let KeyFault { index: Index { name: index, .. }, attribute: KeyAttribute { name, kind }, problem } =
        fault;
    validation(match problem {
        KeyProblem::Type(actual) => format!(
            "One or more parameter values were invalid: Type mismatch for Index Key {name} Expected: {kind} Actual: \
             {actual} IndexName: {index}"
        ),
        KeyProblem::Empty => format!(
            "One or more parameter values are not valid. A value specified for a secondary index key is not supported. \
             The AttributeValue for a key attribute cannot contain an empty {} value. IndexName: {index}, IndexKey: \
             {name}",
            spoken(*kind)
        ),
        KeyProblem::LongHash => long_hash(),
        KeyProblem::LongRange => long_range(),
    })
}

/// As [`index_key`], from an update.
pub(crate) fn updated_index_key(fault: &KeyFault<'_>) -> Box<Rejection> {
    match fault.problem {
        KeyProblem::Type(_) => validation(
            "The update expression attempted to update the secondary index key to unsupported type",
        ),
        KeyProblem::Empty => validation(format!(
            "One or more parameter values are not valid. The update expression attempted to update a secondary index key \
             to a value that is not supported. The AttributeValue for a key attribute cannot contain an empty {} value.",
            spoken(fault.attribute.kind)
        )),
        KeyProblem::LongHash | KeyProblem::LongRange => index_key(fault),
    }
}

/// A key attribute's type in a message.
pub(crate) fn spoken(kind: ScalarType) -> &'static str {
    if kind == ScalarType::B { "binary" } else { "string" }
}

pub(crate) fn long_hash() -> String {
    // The space is missing in the service's message too.
    format!(
        "One or more parameter values were invalid: Size of hashkey has exceeded the maximum size limit \
         of{MAX_HASH_KEY} bytes"
    )
}

pub(crate) fn long_range() -> String {
    format!(
        "One or more parameter values were invalid: Aggregated size of all range keys has exceeded the size limit \
         of {MAX_RANGE_KEY} bytes"
    )
}

/// A table of that name exists already.
pub(crate) fn table_exists(table: &str) -> Box<Rejection> {
    Box::new(Rejection::new("ResourceInUseException", format!("Table already exists: {table}")))
}

/// A table or index that cannot be changed in this way now.
pub(crate) fn in_use(problem: &str) -> Box<Rejection> {
    let message = format!("Attempt to change a resource which is still in use: {problem}");
    Box::new(Rejection::new("ResourceInUseException", message))
}

/// More of something than the service allows at a time.
pub(crate) fn limit_exceeded(message: &str) -> Box<Rejection> {
    Box::new(Rejection::new("LimitExceededException", message))
}

pub(crate) const COLLECTION_TOO_LARGE: &str = "Collection size exceeded.";

/// A write that would make what shares its hash key too large.
pub(crate) fn collection_too_large() -> Box<Rejection> {
    Box::new(Rejection::new("ItemCollectionSizeLimitExceededException", COLLECTION_TOO_LARGE))
}

pub(crate) const CONFLICT: &str = "Transaction is ongoing for the item";

/// Another transaction has the item.
pub(crate) fn transaction_conflict() -> Box<Rejection> {
    Box::new(Rejection::new("TransactionConflictException", CONFLICT))
}

/// The same transaction has begun, and not ended.
pub(crate) fn transaction_in_progress() -> Box<Rejection> {
    let message = "The transaction with the given request token is already in progress.";
    Box::new(Rejection::new("TransactionInProgressException", message))
}

/// A token that stands for another transaction.
pub(crate) fn parameter_mismatch() -> Box<Rejection> {
    Box::new(Rejection::new(
        "IdempotentParameterMismatchException",
        "The client request token was used with other parameters within the last ten minutes",
    ))
}

/// A transaction that was cancelled: at least one reason is not `None`.
pub(crate) fn cancelled(cancellation_reasons: Vec<CancellationReason>) -> Box<Rejection> {
    let codes: Vec<&str> = cancellation_reasons.iter().map(|reason| reason.code.as_str()).collect();
    let message = format!(
        "Transaction cancelled, please refer cancellation reasons for specific reasons [{}]",
        codes.join(", ")
    );
    Box::new(Rejection { cancellation_reasons, ..Rejection::new("TransactionCanceledException", message) })
}

/// An update that does not fit the item.
pub(crate) fn update_failed(error: &UpdateError) -> Box<Rejection> {
    let message = match error {
        UpdateError::MissingOperand(_) => {
            "The provided expression refers to an attribute that does not exist in the item".to_owned()
        }
        UpdateError::OperandType(_) => {
            "An operand in the update expression has an incorrect data type".to_owned()
        }
        UpdateError::InvalidPath(_) => {
            "The document path provided in the update expression is invalid for update".to_owned()
        }
        UpdateError::Number(number) => {
            unstorable_number(*number).map_or_else(|| error.to_string(), str::to_owned)
        }
        other => other.to_string(),
    };
    validation(message)
}

/// What is wrong with a number that cannot be stored; `None` where it is no number.
pub(crate) fn unstorable_number(error: NumberError) -> Option<&'static str> {
    match error {
        NumberError::Overflow => {
            Some("Number overflow. Attempting to store a number with magnitude larger than supported range")
        }
        NumberError::Underflow => {
            Some("Number underflow. Attempting to store a number with magnitude smaller than supported range")
        }
        NumberError::TooManyDigits => Some("Attempting to store more than 38 significant digits in a Number"),
        _ => None,
    }
}
