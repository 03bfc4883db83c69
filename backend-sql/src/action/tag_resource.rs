//! [TagResource](https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TagResource.html): gives a table
//! tags. They hold at once, where the service takes up to 30 seconds.

use std::collections::BTreeMap;

use dynochemy_core::Rejection;
use dynochemy_core::api::{Tag, TagResourceInput, TagResourceOutput};

use super::resource_name::tagged_table;
use crate::backend::Context;
use crate::failure::{Failure, validation};
use crate::storage::Table;

/// The most tags of a table.
pub(super) const MAX_TAGS: usize = 50;
const MAX_KEY: usize = 128;
const MAX_VALUE: usize = 256;

pub(super) fn answer(input: &TagResourceInput, context: &Context<'_>) -> Result<TagResourceOutput, Failure> {
    tagged_table(&input.resource_arn)?;
    if input.tags.is_empty() {
        return Err(validation("Atleast one Tag needs to be provided as Input.").into());
    }
    let added = checked_tags(&input.tags)?;
    let mut table = table_of_arn(&input.resource_arn, context)?;
    table.settings.tags.extend(added);
    if table.settings.tags.len() > MAX_TAGS {
        return Err(too_many().into());
    }
    context.transaction.write_table(&table)?;
    Ok(TagResourceOutput {})
}

/// The table that has this Amazon resource name.
pub(super) fn table_of_arn(arn: &str, context: &Context<'_>) -> Result<Table, Failure> {
    // The service does not know it before it is active.
    let found = context.transaction.table(tagged_table(arn)?)?.filter(|table| table.is_created(context.now));
    let missing = || {
        let message = format!("Requested resource not found: ResourceArn: {arn} not found");
        Box::new(Rejection::new("ResourceNotFoundException", message))
    };
    Ok(Table::clone(&*found.ok_or_else(missing)?))
}

/// Tags by their keys.
pub(super) fn checked_tags(tags: &[Tag]) -> Result<BTreeMap<String, String>, Box<Rejection>> {
    let mut checked = BTreeMap::new();
    for Tag { key, value } in tags {
        check_key(key)?;
        if key.starts_with("aws:") {
            return Err(validation(format!("Tag Key cannot be prefixed with aws:, Key: {key}")));
        }
        if value.chars().count() > MAX_VALUE || !value.chars().all(is_allowed) {
            return Err(validation(format!("The Tag Value provided is invalid, Value: {value}")));
        }
        if checked.insert(key.clone(), value.clone()).is_some() {
            return Err(validation(format!(
                "Duplicate Tag Keys provided as input: Duplicate Tag Key found {key}"
            )));
        }
    }
    if checked.len() > MAX_TAGS { Err(too_many()) } else { Ok(checked) }
}

/// A tag's key that could be.
pub(super) fn check_key(key: &str) -> Result<(), Box<Rejection>> {
    if (1..=MAX_KEY).contains(&key.chars().count()) && key.chars().all(is_allowed) {
        return Ok(());
    }
    Err(validation(format!("The Tag Key provided is invalid, Key: {key}")))
}

/// Letters, digits and spaces of any script, and some signs.
fn is_allowed(letter: char) -> bool {
    letter.is_alphanumeric() || letter.is_whitespace() || "+-=._:/@".contains(letter)
}

pub(super) fn too_many() -> Box<Rejection> {
    validation("Number of Tags exceed the current limit for the provided ResourceArn")
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
        let refused = |tags: Vec<Tag>| fixture.error(tag(tags)).replacen("ValidationException: ", "", 1);
        let invalid_key = |key: &str| format!("The Tag Key provided is invalid, Key: {key}");
        for (tags, problem) in [
            (vec![], "Atleast one Tag needs to be provided as Input.".to_owned()),
            (vec![Tag::new("", "x")], invalid_key("")),
            (vec![Tag::new("k".repeat(129), "x")], invalid_key(&"k".repeat(129))),
            (vec![Tag::new("a#b", "x")], invalid_key("a#b")),
            (vec![Tag::new("x", "100%")], "The Tag Value provided is invalid, Value: 100%".to_owned()),
            (
                vec![Tag::new("good", "x"), Tag::new("aws:x", "")],
                "Tag Key cannot be prefixed with aws:, Key: aws:x".to_owned(),
            ),
            (
                vec![Tag::new("d", "1"), Tag::new("d", "2")],
                "Duplicate Tag Keys provided as input: Duplicate Tag Key found d".to_owned(),
            ),
        ] {
            assert_eq!(refused(tags), problem);
        }
        assert!(
            refused(vec![Tag::new("x", "v".repeat(257))]).starts_with("The Tag Value provided is invalid")
        );
        let too_many = "Number of Tags exceed the current limit for the provided ResourceArn";
        let many =
            |from: u32, count: u32| (from..from + count).map(|n| Tag::new(format!("k{n}"), "")).collect();
        fixture.call(tag(many(0, 30))).unwrap();
        assert_eq!(refused(many(30, 21)), too_many);
        assert_eq!(refused(many(0, 51)), too_many);
        fixture.call(tag(vec![Tag::new("k1", "a+b-c=d.e_f:g/h@i café ключ")])).unwrap();
        assert_eq!(tags(&fixture).len(), 30);
    }

    #[test]
    fn only_tables_have_tags() {
        let fixture = Fixture::new();
        let refused = |arn: &str| {
            let list = ListTagsOfResourceInput { resource_arn: arn.to_owned(), next_token: None };
            fixture.error(list)
        };
        let invalid = "ValidationException: One or more parameter values were invalid: ";
        assert_eq!(refused("abc"), format!("{invalid}ARNs must start with 'arn:': abc"));
        assert_eq!(
            refused("arn:aws:s3:::x"),
            format!("{invalid}Provided Arn is not a DynamoDB resource arn: arn:aws:s3:::x")
        );
        let index = format!("{VISITS}/index/x");
        assert_eq!(
            refused(&index),
            format!(
                "{invalid}Invalid resource arn provided, only table or stream is accepted. Provided resource arn: {index}"
            )
        );
        let stream = format!("{VISITS}/stream/2026-11-22T00:00:00.000");
        let unsupported = "ValidationException: the embedded backend does not support tags of streams yet";
        assert_eq!(refused(&stream), unsupported);
        let none = format!("{VISITS}x");
        assert_eq!(
            refused(&none),
            format!("ResourceNotFoundException: Requested resource not found: ResourceArn: {none} not found")
        );
    }

    #[test]
    fn keys_that_could_not_be_are_not_taken_away() {
        let fixture = Fixture::new();
        let refused =
            |tag_keys| fixture.error(UntagResourceInput { resource_arn: VISITS.to_owned(), tag_keys });
        assert!(refused(vec![]).ends_with("Atleast one Tag Key needs to be provided as Input."));
        assert!(refused(vec![String::new()]).ends_with("The Tag Key provided is invalid, Key: "));
        assert!(refused((0..51).map(|n| n.to_string()).collect()).contains("Number of Tags exceed"));
    }
}
