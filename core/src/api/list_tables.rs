//! [ListTables](https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_ListTables.html): tells the names of
//! all tables of the account in the region, a page at a time.

use serde::{Deserialize, Serialize};

/// What ListTables is asked.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct ListTablesInput {
    /// Where the page before ended.
    pub exclusive_start_table_name: Option<String>,
    /// The most names of this page, at most 100.
    pub limit: Option<u32>,
}

/// What ListTables answers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct ListTablesOutput {
    /// The tables' names, in order.
    pub table_names: Vec<String>,
    /// Where the page ended, where more may follow.
    pub last_evaluated_table_name: Option<String>,
}
