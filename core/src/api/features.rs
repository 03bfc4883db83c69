//! What a table may have besides keys, indexes and capacity: a stream, encryption, a class, tags.

use serde::{Deserialize, Serialize};

use super::names::names;

names! {
    /// What a stream's records hold.
    StreamViewType {
        /// The item as it is after the write.
        NewImage = "NEW_IMAGE",
        /// The item as it was before the write.
        OldImage = "OLD_IMAGE",
        /// Both.
        NewAndOldImages = "NEW_AND_OLD_IMAGES",
        /// The item's key only.
        KeysOnly = "KEYS_ONLY",
    }
}

/// Whether a table has a stream of its changes.
///
/// See [StreamSpecification](https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_StreamSpecification.html).
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct StreamSpecification {
    /// Whether it has one.
    pub stream_enabled: bool,
    /// What the records hold.
    pub stream_view_type: Option<StreamViewType>,
}

names! {
    /// How a table is encrypted where it lies.
    SseType {
        /// By a key that the service owns.
        Aes256 = "AES256",
        /// By a key of the account's key management service.
        Kms = "KMS",
    }
}

names! {
    /// The state of a table's encryption by a key of the account.
    SseStatus {
        /// Being switched on.
        Enabling = "ENABLING",
        /// On.
        Enabled = "ENABLED",
        /// Being switched off.
        Disabling = "DISABLING",
        /// Off.
        Disabled = "DISABLED",
        /// Being changed.
        Updating = "UPDATING",
    }
}

/// How a table is to be encrypted where it lies.
///
/// See [SSESpecification](https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_SSESpecification.html).
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct SseSpecification {
    /// Whether by a key of the account.
    pub enabled: Option<bool>,
    /// By what.
    #[serde(rename = "SSEType")]
    pub sse_type: Option<SseType>,
    /// By which key.
    #[serde(rename = "KMSMasterKeyId")]
    pub kms_master_key_id: Option<String>,
}

/// How a table is encrypted, as the service describes it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct SseDescription {
    /// Whether it is.
    pub status: Option<SseStatus>,
    /// By what.
    #[serde(rename = "SSEType")]
    pub sse_type: Option<SseType>,
    /// The key's Amazon resource name.
    #[serde(rename = "KMSMasterKeyArn")]
    pub kms_master_key_arn: Option<String>,
    /// Since when the key cannot be had, in seconds since the Unix epoch.
    pub inaccessible_encryption_date_time: Option<f64>,
}

names! {
    /// What a table is laid out for.
    TableClass {
        /// Frequent access.
        Standard = "STANDARD",
        /// Cheap storage.
        StandardInfrequentAccess = "STANDARD_INFREQUENT_ACCESS",
    }
}

/// A table's class.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct TableClassSummary {
    /// The class.
    pub table_class: Option<TableClass>,
    /// When it was last changed, in seconds since the Unix epoch.
    pub last_update_date_time: Option<f64>,
}

/// A name and value by which a resource is found or billed.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct Tag {
    /// The name.
    pub key: String,
    /// The value.
    pub value: String,
}

impl Tag {
    /// A tag.
    #[must_use]
    pub fn new(key: impl Into<String>, value: impl Into<String>) -> Self {
        Self { key: key.into(), value: value.into() }
    }
}
