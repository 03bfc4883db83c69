//! Contributor Insights. Whether they are enabled is kept and told; they count nothing.
//!
//! See [Contributor Insights](https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/contributorinsights.html).

use serde::Deserialize;
use serde_json::{Value, json};

use super::{Input, known_table};
use crate::backend::Context;
use crate::failure::{Failure, validation};
use crate::storage::{ContributorInsights, Index, IndexKind, Table};

/// The most that one page tells.
const MAX_RESULTS: u32 = 100;
/// Which keys are counted, where nothing else is asked for.
const ALL_KEYS: &str = "ACCESSED_AND_THROTTLED_KEYS";

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct Named {
    table_name: Option<String>,
    index_name: Option<String>,
    contributor_insights_action: String,
    contributor_insights_mode: Option<String>,
    max_results: Option<u32>,
    next_token: Option<String>,
}

pub(super) fn describe_contributor_insights(
    input: &Input<'_>,
    context: &Context<'_>,
) -> Result<Value, Failure> {
    let Named { table_name, index_name, .. } = input.read()?;
    let table = known_table(&table_name.unwrap_or_default(), context)?;
    check_index(&table, index_name.as_deref())?;
    let mut told = summary(&table, index_name.as_deref());
    if let Some(insights) = insights(&table, index_name.as_deref()) {
        told["LastUpdateDateTime"] = insights.changed.as_secs().into();
        if insights.is_enabled {
            told["ContributorInsightsRuleList"] = rules(&table, index_name.as_deref(), insights).into();
        }
    }
    Ok(told)
}

pub(super) fn update_contributor_insights(
    input: &Input<'_>,
    context: &Context<'_>,
) -> Result<Value, Failure> {
    let Named { table_name, index_name, contributor_insights_action, contributor_insights_mode, .. } =
        input.read()?;
    let mut table = Table::clone(&*known_table(&table_name.unwrap_or_default(), context)?);
    check_index(&table, index_name.as_deref())?;
    let is_enabled = contributor_insights_action == "ENABLE";
    let mode = contributor_insights_mode
        .or_else(|| insights(&table, index_name.as_deref()).map(|known| known.mode.clone()))
        .unwrap_or_else(|| ALL_KEYS.to_owned());
    let insights = ContributorInsights { is_enabled, mode, changed: context.now };
    table
        .settings
        .administration
        .contributor_insights
        .insert(index_name.clone().unwrap_or_default(), insights);
    context.transaction.write_table(&table)?;
    Ok(summary(&table, index_name.as_deref()))
}

/// Of a table that is named it and its global indexes, else all where they are enabled.
pub(super) fn list_contributor_insights(input: &Input<'_>, context: &Context<'_>) -> Result<Value, Failure> {
    let Named { table_name, max_results, next_token, .. } = input.read()?;
    let mut all = Vec::new();
    match table_name {
        Some(name) => {
            let table = known_table(&name, context)?;
            all.push(summary(&table, None));
            all.extend(global(&table).map(|index| summary(&table, Some(&index.name))));
        }
        None => {
            for name in context.transaction.table_names("", u32::MAX)? {
                let Some(table) = context.transaction.table(&name)? else { continue };
                let enabled = &table.settings.administration.contributor_insights;
                let enabled = enabled.iter().filter(|(_, insights)| insights.is_enabled);
                all.extend(
                    enabled.map(|(index, _)| {
                        summary(&table, Some(index.as_str()).filter(|name| !name.is_empty()))
                    }),
                );
            }
        }
    }
    let start: usize = match next_token {
        None => 0,
        Some(token) => token.parse().map_err(|_| validation("Invalid NextToken"))?,
    };
    let end = start.saturating_add(max_results.unwrap_or(MAX_RESULTS) as usize);
    let mut answer = json!({});
    if end < all.len() {
        answer["NextToken"] = end.to_string().into();
    }
    let page: Vec<Value> = all.into_iter().take(end).skip(start).collect();
    answer["ContributorInsightsSummaries"] = page.into();
    Ok(answer)
}

fn global(table: &Table) -> impl Iterator<Item = &Index> {
    table.indexes.iter().filter(|index| index.kind == IndexKind::Global)
}

fn check_index(table: &Table, index: Option<&str>) -> Result<(), Failure> {
    match index {
        Some(name) if !global(table).any(|index| index.name == name) => {
            let message = format!("Requested resource not found: Index: {name} not found");
            Err(super::rejected("ResourceNotFoundException", message).into())
        }
        _ => Ok(()),
    }
}

fn insights<'a>(table: &'a Table, index: Option<&str>) -> Option<&'a ContributorInsights> {
    table.settings.administration.contributor_insights.get(index.unwrap_or_default())
}

fn summary(table: &Table, index: Option<&str>) -> Value {
    let known = insights(table, index);
    let is_enabled = known.is_some_and(|known| known.is_enabled);
    let mut told = json!({
        "TableName": table.name,
        "ContributorInsightsStatus": if is_enabled { "ENABLED" } else { "DISABLED" },
    });
    if let Some(index) = index {
        told["IndexName"] = index.into();
    }
    if let Some(known) = known {
        told["ContributorInsightsMode"] = known.mode.as_str().into();
    }
    told
}

/// The rules that count: of the hash key (P), and of both (S), those that are accessed (C) and those that are throttled (T).
fn rules(table: &Table, index: Option<&str>, insights: &ContributorInsights) -> Vec<String> {
    let has_range = match index.and_then(|name| table.index(name)) {
        Some(index) => !index.range.is_empty(),
        None => table.keys.range.is_some(),
    };
    let name = match index {
        Some(index) => format!("{}-{index}", table.name),
        None => table.name.clone(),
    };
    let since = insights.changed.as_secs() * 1000;
    let rule = |kind: &str| format!("DynamoDBContributorInsights-{kind}-{name}-{since}");
    let kinds = [("PKC", false, true), ("PKT", false, false), ("SKC", true, true), ("SKT", true, false)];
    kinds
        .into_iter()
        .filter(|(_, of_both, _)| has_range || !of_both)
        .filter(|(_, _, accessed)| !accessed || insights.mode == ALL_KEYS)
        .map(|(kind, ..)| rule(kind))
        .collect()
}
