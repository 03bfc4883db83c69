//! Resource policies of tables. They are kept and told, with a revision that each change makes anew; nobody is kept out
//! by them, since nobody is known here.
//!
//! See [Resource-based policies](https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/access-control-resource-based.html).

use dynochemy_core::Rejection;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Input, rejected};
use crate::action::tag_resource::table_of_arn;
use crate::backend::Context;
use crate::failure::{Failure, constraint, validation};
use crate::storage::ResourcePolicy;

/// The most bytes of a policy, white space aside.
const MAX_POLICY: usize = 20 * 1024;
/// What stands for a table that has none, where a revision is expected.
const NO_POLICY: &str = "NO_POLICY";

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Named {
    resource_arn: String,
    policy: String,
    expected_revision_id: Option<String>,
}

/// GetResourcePolicy.
pub(super) fn resource_policy(input: &Input<'_>, context: &Context<'_>) -> Result<Value, Failure> {
    let Named { resource_arn, .. } = input.read()?;
    let table = table_of_arn(&resource_arn, context)?;
    let policy =
        table.settings.administration.resource_policy.as_ref().ok_or_else(|| not_found(&resource_arn))?;
    Ok(json!({ "Policy": policy.policy, "RevisionId": policy.revision_id() }))
}

pub(super) fn put_resource_policy(input: &Input<'_>, context: &Context<'_>) -> Result<Value, Failure> {
    let Named { resource_arn, policy, expected_revision_id } = input.read()?;
    let mut table = table_of_arn(&resource_arn, context)?;
    check(&policy)?;
    let administration = &mut table.settings.administration;
    let known = &administration.resource_policy;
    let revision_id = known.as_ref().map_or(NO_POLICY.to_owned(), ResourcePolicy::revision_id);
    if expected_revision_id.is_some_and(|expected| expected != revision_id) {
        return Err(not_found(&resource_arn));
    }
    if known.as_ref().is_some_and(|known| same(&known.policy, &policy)) {
        return Ok(json!({ "RevisionId": revision_id }));
    }
    let revision_id = administration.set_policy(policy).revision_id();
    context.transaction.write_table(&table)?;
    Ok(json!({ "RevisionId": revision_id }))
}

/// Deleting a policy that is not there changes nothing, unless a revision is expected.
pub(super) fn delete_resource_policy(input: &Input<'_>, context: &Context<'_>) -> Result<Value, Failure> {
    let Named { resource_arn, expected_revision_id, .. } = input.read()?;
    let mut table = table_of_arn(&resource_arn, context)?;
    let known = table.settings.administration.resource_policy.take();
    let revision_id = known.map(|policy| policy.revision_id());
    if expected_revision_id.is_some() && expected_revision_id != revision_id {
        return Err(not_found(&resource_arn));
    }
    let Some(revision_id) = revision_id else { return Ok(json!({})) };
    context.transaction.write_table(&table)?;
    Ok(json!({ "RevisionId": revision_id }))
}

fn not_found(arn: &str) -> Failure {
    let message = format!("Resource-based policy not found for the provided ResourceArn: {arn}");
    rejected("PolicyNotFoundException", message).into()
}

/// That it is a JSON object of a size that is allowed; what it says is not looked into.
pub(in crate::action) fn check(policy: &str) -> Result<(), Box<Rejection>> {
    match serde_json::from_str::<Value>(policy) {
        Ok(Value::Object(_)) => {}
        _ => return Err(validation("the policy document must be a JSON object")),
    }
    if policy.len() > MAX_POLICY {
        let beginning: String = policy.chars().take(20).collect();
        let limit = format!("have length less than or equal to {MAX_POLICY}");
        return Err(constraint(format_args!("{beginning}.."), "policy", &limit));
    }
    Ok(())
}

/// Whether two documents are the same but for white space and order.
fn same(one: &str, other: &str) -> bool {
    let read = |text| serde_json::from_str::<Value>(text).ok();
    read(one) == read(other)
}
