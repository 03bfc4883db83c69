//! [DeleteTable](https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_DeleteTable.html): deletes a table,
//! which is gone a while later.

use serde::{Deserialize, Serialize};

use super::TableDescription;

/// What DeleteTable is asked.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct DeleteTableInput {
    /// The table.
    pub table_name: String,
}

/// What DeleteTable answers.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct DeleteTableOutput {
    /// The table as it is being deleted.
    pub table_description: TableDescription,
}
