//! [TagResource](https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TagResource.html): gives a table
//! tags. They hold at once, where the service takes up to 30 seconds.

use std::collections::BTreeMap;
use std::sync::Arc;

use dynochemy_core::Rejection;
use dynochemy_core::api::{Tag, TagResourceInput, TagResourceOutput};

use super::declaration::invalid;
use crate::backend::Context;
use crate::failure::{Failure, validation};
use crate::storage::Table;

/// The most tags of a table.
const MAX_TAGS: usize = 50;
const MAX_KEY: usize = 128;
const MAX_VALUE: usize = 256;

pub(super) fn answer(input: &TagResourceInput, context: &Context<'_>) -> Result<TagResourceOutput, Failure> {
    let found = table_of_arn(&input.resource_arn, context)?;
    let mut table = Table::clone(&*found.ok_or_else(|| arn_not_found(&input.resource_arn))?);
    if input.tags.is_empty() {
        return Err(validation("Atleast one Tag needs to be provided as Input.").into());
    }
    table.settings.tags.extend(checked_tags(&input.tags)?);
    if table.settings.tags.len() > MAX_TAGS {
        return Err(too_many().into());
    }
    context.transaction.write_table(&table)?;
    Ok(TagResourceOutput {})
}

/// The table that has this Amazon resource name.
pub(super) fn table_of_arn(arn: &str, context: &Context<'_>) -> Result<Option<Arc<Table>>, Failure> {
    if !arn.starts_with("arn:") {
        return Err(
            validation(format!("Invalid TableArn: Invalid ResourceArn provided as input {arn}")).into()
        );
    }
    Table::name_in_arn(arn).map_or(Ok(None), |name| context.transaction.table(name))
}

pub(super) fn arn_not_found(arn: &str) -> Box<Rejection> {
    // The letter is missing in the service's message too.
    let message = format!("Requested resource not found: ResourcArn: {arn} not found");
    Box::new(Rejection::new("ResourceNotFoundException", message))
}

/// Tags by their keys.
pub(super) fn checked_tags(tags: &[Tag]) -> Result<BTreeMap<String, String>, Box<Rejection>> {
    for Tag { key, value } in tags {
        if !(1..=MAX_KEY).contains(&key.chars().count()) {
            return Err(invalid("Tag key must be between 1 and 128 characters"));
        }
        if value.chars().count() > MAX_VALUE {
            return Err(invalid("Tag value must be at most 256 characters"));
        }
    }
    let checked: BTreeMap<_, _> = tags.iter().map(|tag| (tag.key.clone(), tag.value.clone())).collect();
    if checked.len() > MAX_TAGS { Err(too_many()) } else { Ok(checked) }
}

fn too_many() -> Box<Rejection> {
    invalid("Too many tags: tag limit is 50")
}

#[cfg(test)]
mod tests {
    use dynochemy_core::api::{ListTagsOfResourceInput, UntagResourceInput};

    use super::*;
    use crate::action::fixture::*;

    const VISITS: &str = "arn:aws:dynamodb:local:000000000000:table/visits";

    fn tag(tags: Vec<Tag>) -> TagResourceInput {
        TagResourceInput { resource_arn: VISITS.to_owned(), tags }
    }

    fn tags(fixture: &Fixture) -> Vec<Tag> {
        let list = ListTagsOfResourceInput { resource_arn: VISITS.to_owned(), next_token: None };
        fixture.call(list).unwrap().tags
    }

    #[test]
    fn tags_are_given_replaced_and_taken_away() {
        let fixture = Fixture::new();
        fixture.call(tag(vec![Tag::new("stage", "test"), Tag::new("team", "a")])).unwrap();
        fixture.call(tag(vec![Tag::new("team", "b")])).unwrap();
        assert_eq!(tags(&fixture), [Tag::new("stage", "test"), Tag::new("team", "b")]);
        let untag = UntagResourceInput {
            resource_arn: VISITS.to_owned(),
            tag_keys: vec!["stage".to_owned(), "none".to_owned()],
        };
        fixture.call(untag).unwrap();
        assert_eq!(tags(&fixture), [Tag::new("team", "b")]);
    }

    #[test]
    fn tags_and_names_that_make_no_sense_are_refused() {
        let fixture = Fixture::new();
        assert!(fixture.error(tag(vec![])).contains("Atleast one Tag"));
        assert!(fixture.error(tag(vec![Tag::new("", "x")])).contains("between 1 and 128"));
        assert!(fixture.error(tag(vec![Tag::new("x", "v".repeat(257))])).contains("at most 256"));
        let many = |from: u32| (from..from + 30).map(|n| Tag::new(format!("k{n}"), "")).collect();
        fixture.call(tag(many(0))).unwrap();
        assert!(fixture.error(tag(many(30))).contains("tag limit is 50"));
        assert_eq!(tags(&fixture).len(), 30);
        let elsewhere =
            |arn: &str| TagResourceInput { resource_arn: arn.to_owned(), tags: vec![Tag::new("a", "b")] };
        assert_eq!(
            fixture.error(elsewhere("abc")),
            "ValidationException: Invalid TableArn: Invalid ResourceArn provided as input abc"
        );
        assert!(fixture.error(elsewhere(&format!("{VISITS}x"))).starts_with("ResourceNotFoundException"));
    }
}
