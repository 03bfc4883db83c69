//! One DynamoDB call and its answer, as values.
//!
//! A [`Request`] knows nothing of plans, connections or signatures: the HTTP codec turns it into a message, and a
//! [`Backend`](crate::Backend) answers it as it is.

mod tables;
mod uses;

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::api::{
    BatchExecuteStatementInput, BatchExecuteStatementOutput, BatchGetItemInput, BatchGetItemOutput,
    BatchWriteItemInput, BatchWriteItemOutput, ConsumedCapacity, CreateTableInput, CreateTableOutput,
    DeleteItemInput, DeleteItemOutput, DeleteTableInput, DeleteTableOutput, DescribeStreamInput,
    DescribeStreamOutput, DescribeTableInput, DescribeTableOutput, DescribeTimeToLiveInput,
    DescribeTimeToLiveOutput, ExecuteStatementInput, ExecuteStatementOutput, ExecuteTransactionInput,
    ExecuteTransactionOutput, GetItemInput, GetItemOutput, GetRecordsInput, GetRecordsOutput,
    GetShardIteratorInput, GetShardIteratorOutput, ListStreamsInput, ListStreamsOutput, ListTablesInput,
    ListTablesOutput, ListTagsOfResourceInput, ListTagsOfResourceOutput, PutItemInput, PutItemOutput,
    QueryInput, QueryOutput, RawEffect, RawInput, RawOutput, ReturnValues, ScanInput, ScanOutput,
    TagResourceInput, TagResourceOutput, TransactGetItemsInput, TransactGetItemsOutput, TransactWriteItem,
    TransactWriteItemsInput, TransactWriteItemsOutput, UntagResourceInput, UntagResourceOutput,
    UpdateItemInput, UpdateItemOutput, UpdateTableInput, UpdateTableOutput, UpdateTimeToLiveInput,
    UpdateTimeToLiveOutput,
};
use crate::partiql;

pub(crate) use uses::{Times, Use, units_to_write};

/// How a variant holds its value: as it is, or behind a pointer.
trait Held<T> {
    fn take(self) -> T;
}

impl<T> Held<T> for T {
    fn take(self) -> T {
        self
    }
}

impl<T> Held<T> for Box<T> {
    fn take(self) -> T {
        *self
    }
}

macro_rules! actions {
    ($($action:ident($input:ty => $held_input:ty, $output:ty => $held_output:ty), $doc:literal;)*) => {
        /// The API actions that the library knows.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[non_exhaustive]
        pub enum Action {
            $(#[doc = $doc] $action,)*
        }

        impl Action {
            /// Every action.
            pub const ALL: &'static [Self] = &[$(Self::$action),*];

            /// The action's name, as it stands in `x-amz-target`.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $(Self::$action => stringify!($action),)* }
            }
        }

        /// One call of DynamoDB's API.
        #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
        #[non_exhaustive]
        pub enum Request {
            $(#[doc = $doc] $action($held_input),)*
        }

        impl Request {
            /// The API action that is called.
            #[must_use]
            pub fn action(&self) -> Action {
                match self { $(Self::$action(_) => Action::$action,)* }
            }
        }

        /// The answer to a [`Request`], of the same action.
        #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
        #[non_exhaustive]
        pub enum Response {
            $(#[doc = $doc] $action($held_output),)*
        }

        impl Response {
            /// The API action that was called.
            #[must_use]
            pub fn action(&self) -> Action {
                match self { $(Self::$action(_) => Action::$action,)* }
            }
        }

        $(
            impl From<$input> for Request {
                fn from(input: $input) -> Self {
                    Self::$action(input.into())
                }
            }

            impl From<$output> for Response {
                fn from(output: $output) -> Self {
                    Self::$action(output.into())
                }
            }

            impl TryFrom<Response> for $output {
                type Error = Response;

                /// The answer, where it is of this action.
                fn try_from(response: Response) -> Result<Self, Response> {
                    match response {
                        Response::$action(output) => Ok(Held::take(output)),
                        other => Err(other),
                    }
                }
            }
        )*
    };
}

// The large ones, of actions that are rare, stand behind a pointer, so that requests and answers are small.
actions! {
    BatchExecuteStatement(
        BatchExecuteStatementInput => BatchExecuteStatementInput,
        BatchExecuteStatementOutput => BatchExecuteStatementOutput
    ), "Up to 25 PartiQL statements.";
    BatchGetItem(
        BatchGetItemInput => BatchGetItemInput,
        BatchGetItemOutput => BatchGetItemOutput
    ), "Reads up to 100 items.";
    BatchWriteItem(
        BatchWriteItemInput => BatchWriteItemInput,
        BatchWriteItemOutput => BatchWriteItemOutput
    ), "Up to 25 unconditional puts and deletes.";
    CreateTable(
        CreateTableInput => Box<CreateTableInput>,
        CreateTableOutput => Box<CreateTableOutput>
    ), "Creates a table.";
    DeleteItem(
        DeleteItemInput => DeleteItemInput,
        DeleteItemOutput => DeleteItemOutput
    ), "Deletes one item.";
    DeleteTable(
        DeleteTableInput => DeleteTableInput,
        DeleteTableOutput => Box<DeleteTableOutput>
    ), "Deletes a table.";
    DescribeStream(
        DescribeStreamInput => DescribeStreamInput,
        DescribeStreamOutput => Box<DescribeStreamOutput>
    ), "Tells a stream's state and its shards.";
    DescribeTable(
        DescribeTableInput => DescribeTableInput,
        DescribeTableOutput => Box<DescribeTableOutput>
    ), "Tells a table's state.";
    DescribeTimeToLive(
        DescribeTimeToLiveInput => DescribeTimeToLiveInput,
        DescribeTimeToLiveOutput => DescribeTimeToLiveOutput
    ), "Tells whether a table's items expire.";
    ExecuteStatement(
        ExecuteStatementInput => ExecuteStatementInput,
        ExecuteStatementOutput => ExecuteStatementOutput
    ), "Carries out a PartiQL statement.";
    ExecuteTransaction(
        ExecuteTransactionInput => ExecuteTransactionInput,
        ExecuteTransactionOutput => ExecuteTransactionOutput
    ), "Up to 100 PartiQL statements, all or none.";
    GetItem(
        GetItemInput => GetItemInput,
        GetItemOutput => GetItemOutput
    ), "Reads one item.";
    GetRecords(
        GetRecordsInput => GetRecordsInput,
        GetRecordsOutput => GetRecordsOutput
    ), "Reads a shard's next records.";
    GetShardIterator(
        GetShardIteratorInput => GetShardIteratorInput,
        GetShardIteratorOutput => GetShardIteratorOutput
    ), "Tells where to begin reading a shard.";
    ListStreams(
        ListStreamsInput => ListStreamsInput,
        ListStreamsOutput => ListStreamsOutput
    ), "Tells which streams there are.";
    ListTables(
        ListTablesInput => ListTablesInput,
        ListTablesOutput => ListTablesOutput
    ), "Tells which tables there are.";
    ListTagsOfResource(
        ListTagsOfResourceInput => ListTagsOfResourceInput,
        ListTagsOfResourceOutput => ListTagsOfResourceOutput
    ), "Tells a table's tags.";
    PutItem(
        PutItemInput => PutItemInput,
        PutItemOutput => PutItemOutput
    ), "Writes one item.";
    Query(
        QueryInput => QueryInput,
        QueryOutput => QueryOutput
    ), "Reads a page of the items of one hash key.";
    Raw(
        RawInput => RawInput,
        RawOutput => RawOutput
    ), "Any other action, by its name.";
    Scan(
        ScanInput => ScanInput,
        ScanOutput => ScanOutput
    ), "Reads a page of all items.";
    TagResource(
        TagResourceInput => TagResourceInput,
        TagResourceOutput => TagResourceOutput
    ), "Gives a table tags.";
    TransactGetItems(
        TransactGetItemsInput => TransactGetItemsInput,
        TransactGetItemsOutput => TransactGetItemsOutput
    ), "Up to 100 reads, as of one time.";
    TransactWriteItems(
        TransactWriteItemsInput => TransactWriteItemsInput,
        TransactWriteItemsOutput => TransactWriteItemsOutput
    ), "Up to 100 writes, all or none.";
    UntagResource(
        UntagResourceInput => UntagResourceInput,
        UntagResourceOutput => UntagResourceOutput
    ), "Takes tags off a table.";
    UpdateItem(
        UpdateItemInput => UpdateItemInput,
        UpdateItemOutput => UpdateItemOutput
    ), "Changes one item.";
    UpdateTable(
        UpdateTableInput => Box<UpdateTableInput>,
        UpdateTableOutput => Box<UpdateTableOutput>
    ), "Changes a table.";
    UpdateTimeToLive(
        UpdateTimeToLiveInput => UpdateTimeToLiveInput,
        UpdateTimeToLiveOutput => UpdateTimeToLiveOutput
    ), "Says by which attribute items expire.";
}

/// A service that speaks the protocol; both go by the name `dynamodb` in signatures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum ServiceName {
    /// Tables and items.
    DynamoDb,
    /// [Streams](https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Streams.html) of changes, which have an
    /// endpoint of their own.
    Streams,
}

impl Action {
    /// Whether the action only reads, whatever it is asked; see also [`Request::is_read`].
    #[must_use]
    pub fn is_read(self) -> bool {
        matches!(
            self,
            Self::BatchGetItem
                | Self::DescribeStream
                | Self::DescribeTable
                | Self::DescribeTimeToLive
                | Self::GetItem
                | Self::GetRecords
                | Self::GetShardIterator
                | Self::ListStreams
                | Self::ListTables
                | Self::ListTagsOfResource
                | Self::Query
                | Self::Scan
                | Self::TransactGetItems
        )
    }

    /// Who answers the action.
    #[must_use]
    pub fn service(self) -> ServiceName {
        match self {
            Self::DescribeStream | Self::GetRecords | Self::GetShardIterator | Self::ListStreams => {
                ServiceName::Streams
            }
            _ => ServiceName::DynamoDb,
        }
    }
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl Request {
    /// The action's name as the service knows it: that of a raw call is its own.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Raw(raw) => &raw.action,
            _ => self.action().name(),
        }
    }

    /// Whether the call is a transaction of writes, which takes a token.
    pub(crate) fn is_transaction(&self) -> bool {
        matches!(self, Self::TransactWriteItems(_) | Self::ExecuteTransaction(_)) && !self.is_read()
    }

    /// Whether the call only reads.
    #[must_use]
    pub fn is_read(&self) -> bool {
        match self {
            Self::Raw(raw) => raw.effect == RawEffect::Reads,
            Self::ExecuteStatement(input) => partiql::is_read(&input.statement),
            Self::BatchExecuteStatement(input) => {
                input.statements.iter().all(|statement| partiql::is_read(&statement.statement))
            }
            Self::ExecuteTransaction(input) => {
                input.transact_statements.iter().all(|statement| partiql::is_read(&statement.statement))
            }
            _ => self.action().is_read(),
        }
    }

    /// Whether the call may be sent again after an answer was lost, although it may have been applied: reads, writes
    /// that end the same when they are repeated, and transactions under a token (for as long as the token lives).
    #[must_use]
    pub fn is_repeatable(&self) -> bool {
        match self {
            Self::PutItem(put) => {
                put.condition_expression.is_none()
                    && put.legacy.is_none()
                    && put.return_values == ReturnValues::None
            }
            Self::DeleteItem(delete) => {
                delete.condition_expression.is_none()
                    && delete.legacy.is_none()
                    && delete.return_values == ReturnValues::None
            }
            Self::UpdateItem(update) => {
                update.condition_expression.is_none()
                    && update.legacy.is_none()
                    && update.return_values == ReturnValues::None
                    && update.update_expression.is_idempotent()
            }
            Self::TransactWriteItems(transaction) => {
                let only_checks =
                    |item: &TransactWriteItem| matches!(item, TransactWriteItem::ConditionCheck(_));
                transaction.client_request_token.is_some()
                    || transaction.transact_items.iter().all(only_checks)
            }
            Self::ExecuteTransaction(transaction) => {
                transaction.client_request_token.is_some() || self.is_read()
            }
            Self::BatchWriteItem(_) | Self::TagResource(_) | Self::UntagResource(_) => true,
            _ => self.is_read(),
        }
    }
}

impl Response {
    /// What the call cost on each table, where that was asked for.
    #[must_use]
    pub fn consumed_capacity(&self) -> &[ConsumedCapacity] {
        match self {
            Self::BatchExecuteStatement(answer) => &answer.consumed_capacity,
            Self::BatchGetItem(answer) => &answer.consumed_capacity,
            Self::BatchWriteItem(answer) => &answer.consumed_capacity,
            Self::ExecuteTransaction(answer) => &answer.consumed_capacity,
            Self::TransactGetItems(answer) => &answer.consumed_capacity,
            Self::TransactWriteItems(answer) => &answer.consumed_capacity,
            Self::DeleteItem(answer) => answer.consumed_capacity.as_slice(),
            Self::ExecuteStatement(answer) => answer.consumed_capacity.as_slice(),
            Self::GetItem(answer) => answer.consumed_capacity.as_slice(),
            Self::PutItem(answer) => answer.consumed_capacity.as_slice(),
            Self::Query(answer) => answer.consumed_capacity.as_slice(),
            Self::Scan(answer) => answer.consumed_capacity.as_slice(),
            Self::UpdateItem(answer) => answer.consumed_capacity.as_slice(),
            _ => &[],
        }
    }
}
