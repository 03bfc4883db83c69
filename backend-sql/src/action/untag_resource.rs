//! [UntagResource](https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UntagResource.html): takes tags
//! away from a table.

use dynochemy_core::api::{UntagResourceInput, UntagResourceOutput};

use super::resource_name::tagged_table;
use super::tag_resource::{MAX_TAGS, check_key, table_of_arn, too_many};
use crate::backend::Context;
use crate::failure::{Failure, validation};

pub(super) fn answer(
    input: &UntagResourceInput,
    context: &Context<'_>,
) -> Result<UntagResourceOutput, Failure> {
    tagged_table(&input.resource_arn)?;
    if input.tag_keys.is_empty() {
        return Err(validation("Atleast one Tag Key needs to be provided as Input.").into());
    }
    input.tag_keys.iter().try_for_each(|key| check_key(key))?;
    if input.tag_keys.len() > MAX_TAGS {
        return Err(too_many().into());
    }
    let mut table = table_of_arn(&input.resource_arn, context)?;
    for key in &input.tag_keys {
        table.settings.tags.remove(key);
    }
    context.transaction.write_table(&table)?;
    Ok(UntagResourceOutput {})
}
