//! [ListTagsOfResource](https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_ListTagsOfResource.html):
//! tells a table's tags. They are never more than fit one page.

use dynochemy_core::api::{ListTagsOfResourceInput, ListTagsOfResourceOutput, Tag};

use super::tag_resource::table_of_arn;
use crate::backend::Context;
use crate::failure::{Failure, validation};

pub(super) fn answer(
    input: &ListTagsOfResourceInput,
    context: &Context<'_>,
) -> Result<ListTagsOfResourceOutput, Failure> {
    let table = table_of_arn(&input.resource_arn, context)?;
    if input.next_token.is_some() {
        return Err(validation("Invalid NextToken").into());
    }
    let tags = table.settings.tags.iter().map(|(key, value)| Tag::new(key, value)).collect();
    Ok(ListTagsOfResourceOutput { tags, next_token: None })
}
