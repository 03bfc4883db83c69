//! [UntagResource](https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UntagResource.html): takes tags
//! away from a table.

use dynochemy_core::api::{UntagResourceInput, UntagResourceOutput};

use super::tag_resource::{arn_not_found, table_of_arn};
use crate::backend::Context;
use crate::failure::{Failure, validation};
use crate::storage::Table;

pub(super) fn answer(
    input: &UntagResourceInput,
    context: &Context<'_>,
) -> Result<UntagResourceOutput, Failure> {
    let found = table_of_arn(&input.resource_arn, context)?;
    let mut table = Table::clone(&*found.ok_or_else(|| arn_not_found(&input.resource_arn))?);
    if input.tag_keys.is_empty() {
        return Err(validation("Atleast one Tag Key needs to be provided as Input.").into());
    }
    for key in &input.tag_keys {
        table.settings.tags.remove(key);
    }
    context.transaction.write_table(&table)?;
    Ok(UntagResourceOutput {})
}
