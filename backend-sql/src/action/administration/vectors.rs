//! [SearchVectors](https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_SearchVectors.html): no index is one
//! of vectors.

use serde::Deserialize;
use serde_json::Value;

use super::{Input, table};
use crate::backend::Context;
use crate::failure::{Failure, table_not_found, validation};

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Search {
    table_name: String,
    index_name: String,
}

pub(super) fn search_vectors(input: &Input<'_>, context: &Context<'_>) -> Result<Value, Failure> {
    let Search { table_name, index_name } = input.read()?;
    let table = table(&table_name, context)?.ok_or_else(table_not_found)?;
    Err(validation(match table.index(&index_name) {
        Some(_) => format!("The index is not a vector index: {index_name}"),
        None => format!("The table does not have the specified index: {index_name}"),
    })
    .into())
}
