//! DynamoDB's API actions as values: one file an action, names and members spelled as in the API.
//!
//! Inputs hold keys, items and expressions as values; table names are those of the service (a `Db` has mapped them).
//! An input is named `..Input` and an answer `..Output`, so that they keep clear of the operations `Query`, `Scan`, ...
//!
//! See the [API reference](https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Operations_Amazon_DynamoDB.html).

mod batch_execute_statement;
mod batch_get_item;
mod batch_write_item;
mod capacity;
mod create_table;
mod delete_item;
mod delete_table;
mod describe_stream;
mod describe_table;
mod describe_time_to_live;
mod execute_statement;
mod execute_transaction;
mod features;
mod get_item;
mod get_records;
mod get_shard_iterator;
mod index;
mod item_collection;
mod legacy;
mod list_streams;
mod list_tables;
mod list_tags_of_resource;
mod names;
mod put_item;
mod query;
mod raw;
mod replica;
mod scan;
mod table_description;
mod tag_resource;
mod throughput;
mod transact_get_items;
mod transact_write_items;
mod untag_resource;
mod update_item;
mod update_table;
mod update_time_to_live;
mod vector_index;

use serde::{Deserialize, Serialize};

use names::names;

pub use batch_execute_statement::{
    BatchExecuteStatementInput, BatchExecuteStatementOutput, BatchStatementError, BatchStatementErrorCode,
    BatchStatementRequest, BatchStatementResponse,
};
pub use batch_get_item::{BatchGetItemInput, BatchGetItemOutput, KeysAndAttributes};
pub use batch_write_item::{BatchWriteItemInput, BatchWriteItemOutput, WriteRequest};
pub use capacity::{Capacity, ConsumedCapacity, ReturnConsumedCapacity, VectorCapacity};
pub use create_table::{CreateTableInput, CreateTableOutput};
pub use delete_item::{DeleteItemInput, DeleteItemOutput};
pub use delete_table::{DeleteTableInput, DeleteTableOutput};
pub use describe_stream::{
    DescribeStreamInput, DescribeStreamOutput, SequenceNumberRange, Shard, ShardFilter, ShardFilterType,
    StreamDescription, StreamStatus,
};
pub use describe_table::{DescribeTableInput, DescribeTableOutput};
pub use describe_time_to_live::{
    DescribeTimeToLiveInput, DescribeTimeToLiveOutput, TimeToLiveDescription, TimeToLiveStatus,
};
pub use execute_statement::{ExecuteStatementInput, ExecuteStatementOutput};
pub use execute_transaction::{ExecuteTransactionInput, ExecuteTransactionOutput, ParameterizedStatement};
pub use features::{
    SseDescription, SseSpecification, SseStatus, SseType, StreamSpecification, StreamViewType, TableClass,
    TableClassSummary, Tag,
};
pub use get_item::{GetItemInput, GetItemOutput};
pub use get_records::{GetRecordsInput, GetRecordsOutput, Identity, OperationType, Record, StreamRecord};
pub use get_shard_iterator::{GetShardIteratorInput, GetShardIteratorOutput, ShardIteratorType};
pub use index::{
    AttributeDefinition, GlobalSecondaryIndex, GlobalSecondaryIndexDescription,
    GlobalSecondaryIndexWarmThroughputDescription, IndexStatus, KeySchemaElement, KeyType,
    LocalSecondaryIndex, LocalSecondaryIndexDescription, Projection, ProjectionType,
};
pub use item_collection::{ItemCollectionMetrics, ReturnItemCollectionMetrics};
pub use legacy::{
    AttributeAction, AttributeValueUpdate, ComparisonOperator, ConditionalOperator, ExpectedAttributeValue,
    LegacyComparison, LegacyGet, LegacyQuery, LegacyScan, LegacyUpdate, LegacyWrite,
};
pub use list_streams::{ListStreamsInput, ListStreamsOutput, Stream};
pub use list_tables::{ListTablesInput, ListTablesOutput};
pub use list_tags_of_resource::{ListTagsOfResourceInput, ListTagsOfResourceOutput};
pub use put_item::{PutItemInput, PutItemOutput};
pub use query::{QueryInput, QueryOutput};
pub use raw::{RawEffect, RawInput, RawOutput};
pub use replica::{
    DeleteReplicationGroupMemberAction, DisassociateReplicationGroupMemberAction, DisassociationMode,
    GlobalTableSettingsReplicationMode, GlobalTableWitness, GlobalTableWitnessDescription,
    GlobalTableWitnessGroupUpdate, MultiRegionConsistency, ReplicaDescription, ReplicaGlobalSecondaryIndex,
    ReplicaGlobalSecondaryIndexDescription, ReplicaStatus, ReplicationGroupMember, ReplicationGroupUpdate,
    WitnessStatus,
};
pub use scan::{ScanInput, ScanOutput};
pub use table_description::{
    ArchivalSummary, BillingModeSummary, RestoreSummary, TableDescription, TableStatus,
    TableWarmThroughputDescription,
};
pub use tag_resource::{TagResourceInput, TagResourceOutput};
pub use throughput::{
    BillingMode, OnDemandThroughput, OnDemandThroughputOverride, ProvisionedThroughput,
    ProvisionedThroughputDescription, ProvisionedThroughputOverride, WarmThroughput,
};
pub use transact_get_items::{
    ItemResponse, TransactGet, TransactGetItem, TransactGetItemsInput, TransactGetItemsOutput,
};
pub use transact_write_items::{
    ConditionCheck, TransactDelete, TransactPut, TransactUpdate, TransactWriteItem, TransactWriteItemsInput,
    TransactWriteItemsOutput,
};
pub use untag_resource::{UntagResourceInput, UntagResourceOutput};
pub use update_item::{UpdateItemInput, UpdateItemOutput};
pub use update_table::{
    DeleteGlobalSecondaryIndexAction, GlobalSecondaryIndexUpdate, UpdateGlobalSecondaryIndexAction,
    UpdateTableInput, UpdateTableOutput,
};
pub use update_time_to_live::{TimeToLiveSpecification, UpdateTimeToLiveInput, UpdateTimeToLiveOutput};
pub use vector_index::{
    DeleteVectorIndexAction, SearchSchemaElement, SearchSchemaElementType, VectorAttributeDefinition,
    VectorDistanceFunction, VectorIndex, VectorIndexDescription, VectorIndexUpdate,
};

names! {
    /// What a query or scan returns of the items that it finds.
    Select {
        /// All their attributes.
        AllAttributes = "ALL_ATTRIBUTES",
        /// All attributes that the index holds.
        AllProjectedAttributes = "ALL_PROJECTED_ATTRIBUTES",
        /// Those that the projection lists.
        SpecificAttributes = "SPECIFIC_ATTRIBUTES",
        /// Their number only.
        Count = "COUNT",
    }
}

/// Which attributes a write returns.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ReturnValues {
    /// None.
    #[default]
    None,
    /// All, as they were before.
    AllOld,
    /// Those that an update changed, as they were before.
    UpdatedOld,
    /// All, as they are after an update.
    AllNew,
    /// Those that an update changed, as they are after.
    UpdatedNew,
}

impl ReturnValues {
    /// The name on the wire.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "NONE",
            Self::AllOld => "ALL_OLD",
            Self::UpdatedOld => "UPDATED_OLD",
            Self::AllNew => "ALL_NEW",
            Self::UpdatedNew => "UPDATED_NEW",
        }
    }
}

/// Whether a write whose condition failed returns the item that failed it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ReturnValuesOnConditionCheckFailure {
    /// No.
    #[default]
    None,
    /// All its attributes.
    AllOld,
}
