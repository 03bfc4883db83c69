//! How a SELECT reads: by a key, by queries, or by a scan.
//!
//! Where the conditions that all hold give the hash key, or one of several by `IN` or `OR`, each of its values is a query, one
//! behind the other; conditions on range keys narrow it, as far as a query can have them, and the rest is its filter.
//! Otherwise everything is read. A page ends where its query's or scan's does; [`Token`] tells where the next one begins.
//!
//! See [PartiQL select statements](https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ql-reference.select.html).

mod token;

use std::borrow::Cow;

use dynochemy_core::api::{
    ConsumedCapacity, ExecuteStatementInput, ExecuteStatementOutput, QueryInput, QueryOutput, ScanInput,
};
use dynochemy_core::expression::{Comparator, Condition, DocumentPath, KeyCondition, RangeCondition, Term};
use dynochemy_core::{
    AttributeValue, Items, ItemsBuilder, Key, KeyAttribute, KeyValue, Rejection, ScalarType,
};

use super::statement::{
    self, OneItem, Operation, Options, add_consumed, all, conjuncts, equal_to, key_value,
};
use super::{query, scan};
use crate::backend::Context;
use crate::failure::{Failure, validation};
use crate::partiql::Select;
use crate::storage::Source;
use token::Token;

/// No further query begins once so many bytes were found.
const MAX_PAGE: usize = 1024 * 1024;

pub(super) fn answer(
    select: &Select,
    input: &ExecuteStatementInput,
    context: &Context<'_>,
) -> Result<ExecuteStatementOutput, Failure> {
    if !select.order.is_empty() && select.condition.is_none() {
        return Err(validation("Must have WHERE clause in the statement when using ORDER BY clause.").into());
    }
    let table = statement::named_table(&select.table, context)?;
    let index = select.index.as_deref();
    if index.is_some_and(|name| table.index(name).is_none()) {
        return Err(validation("The table does not have the specified index").into());
    }
    let source = super::source(&table, index, context.now)?;
    let consistent_read = input.consistent_read.unwrap_or(false);
    if consistent_read && source.global().is_some() {
        return Err(
            validation("Strongly consistent read is not supported on Global Secondary Indexes").into()
        );
    }
    let token = input.next_token.as_deref().map(|token| Token::read(token, input)).transpose()?;
    let access = Access::new(select, &source)?;
    let page = match access {
        Access::Key { key } => {
            let operation = Operation::Get { columns: None, condition: None };
            let options = Options {
                consistent_read,
                on_failure: Default::default(),
                tell: input.return_consumed_capacity,
            };
            let found = OneItem { key, operation }.carry_out(&table, &options, context)?;
            let mut items = ItemsBuilder::new();
            if let Some(item) = found.item {
                items.push(item.as_bytes());
            }
            Page { items: vec![items.finish()], consumed: found.consumed_capacity, next: None }
        }
        Access::Queries { keys, filter, forward } => {
            let query = QueryInput {
                table_name: table.name.clone(),
                index_name: select.index.clone(),
                filter_expression: filter,
                projection_expression: attributes(select),
                scan_index_forward: forward,
                consistent_read,
                return_consumed_capacity: input.return_consumed_capacity,
                ..QueryInput::default()
            };
            queries(keys, query, input.limit, token, context)?
        }
        Access::Scan { filter } => {
            let scan = ScanInput {
                table_name: table.name.clone(),
                index_name: select.index.clone(),
                filter_expression: filter,
                projection_expression: attributes(select),
                limit: input.limit,
                exclusive_start_key: token.and_then(|token| token.start_key),
                consistent_read,
                return_consumed_capacity: input.return_consumed_capacity,
                ..ScanInput::default()
            };
            let output = scan::answer(&scan, context)?;
            let next =
                output.last_evaluated_key.map(|start_key| Token { query: 0, start_key: Some(start_key) });
            Page { items: vec![output.items], consumed: output.consumed_capacity, next }
        }
    };
    let mut items = ItemsBuilder::new();
    for item in page.items.iter().flat_map(Items::iter) {
        items.push(statement::selected(item, select.columns.as_deref())?.as_bytes());
    }
    Ok(ExecuteStatementOutput {
        items: items.finish(),
        next_token: page.next.as_ref().map(|token| token.text(input)),
        consumed_capacity: page.consumed,
        last_evaluated_key: page.next.and_then(|token| token.start_key),
    })
}

/// What was read, before columns are picked.
struct Page {
    items: Vec<Items>,
    consumed: Option<ConsumedCapacity>,
    /// Where the next page begins.
    next: Option<Token>,
}

/// The attributes that a SELECT returns, or parts of which it does.
fn attributes(select: &Select) -> Vec<DocumentPath> {
    let mut attributes: Vec<DocumentPath> = Vec::new();
    for column in select.columns.iter().flatten() {
        if attributes.iter().all(|known| known.attribute != column.path.attribute) {
            attributes.push(DocumentPath::attribute(column.path.attribute.clone()));
        }
    }
    attributes
}

/// Queries one hash key after the other, until the page is full.
fn queries(
    keys: Vec<KeyCondition>,
    query: QueryInput,
    limit: Option<u32>,
    token: Option<Token>,
    context: &Context<'_>,
) -> Result<Page, Failure> {
    let Token { query: first, mut start_key } = token.unwrap_or_default();
    let mut left = limit;
    let (mut items, mut consumed) = (Vec::new(), Vec::new());
    let mut size = 0;
    let mut next = None;
    let count = keys.len();
    for (position, key_condition_expression) in keys.into_iter().enumerate().skip(first) {
        let input = QueryInput {
            key_condition_expression,
            limit: left,
            exclusive_start_key: start_key.take(),
            ..query.clone()
        };
        let QueryOutput { items: found, scanned_count, last_evaluated_key, consumed_capacity, .. } =
            query::answer_statement(&input, context)?;
        size += (0..found.len()).filter_map(|index| found.bytes(index)).map(<[u8]>::len).sum::<usize>();
        items.push(found);
        if let Some(more) = consumed_capacity {
            add_consumed(&mut consumed, more);
        }
        left = left.map(|left| left.saturating_sub(scanned_count));
        if last_evaluated_key.is_some() {
            next = Some(Token { query: position, start_key: last_evaluated_key });
            break;
        }
        if position + 1 < count && (left == Some(0) || size >= MAX_PAGE) {
            next = Some(Token { query: position + 1, start_key: None });
            break;
        }
    }
    Ok(Page { items, consumed: consumed.pop(), next })
}

/// The way to what a SELECT reads.
#[derive(Debug)]
enum Access {
    /// The table's item of this key.
    Key { key: Key },
    /// What meets one of these, in their order.
    Queries { keys: Vec<KeyCondition>, filter: Option<Condition>, forward: bool },
    /// Everything.
    Scan { filter: Option<Condition> },
}

impl Access {
    fn new(select: &Select, source: &Source<'_>) -> Result<Self, Box<Rejection>> {
        for order in &select.order {
            if source.key().all(|attribute| attribute.name != order.attribute) {
                return Err(validation(format!(
                    "Attribute {} in ORDER BY clause must be part of the primary key",
                    order.attribute
                )));
            }
        }
        let mut conjuncts = conjuncts(select.condition.clone());
        let Some(mut hashes) = hashes(&mut conjuncts, source)? else {
            if !select.order.is_empty() {
                return Err(validation(
                    "Must have at least one non-optional hash key condition in WHERE clause when using ORDER BY clause.",
                ));
            }
            return Ok(Self::Scan { filter: select.condition.clone() });
        };
        let descends = |attributes: &[KeyAttribute]| {
            let order = select
                .order
                .iter()
                .find(|order| attributes.iter().any(|attribute| attribute.name == order.attribute));
            order.map(|order| order.descends)
        };
        match descends(source.hash()) {
            None if hashes.len() > 1 && !select.order.is_empty() => {
                return Err(validation(
                    "Must have hash key in ORDER BY clause when more than one hash key condition specified in WHERE clause.",
                ));
            }
            None => {}
            Some(descends) => {
                hashes.sort_by_cached_key(|hash| ordered(hash));
                if descends {
                    hashes.reverse();
                }
            }
        }
        let forward = !descends(source.range()).unwrap_or(false);
        let KeyCondition { equal, range } = ranges(&mut conjuncts, source)?;
        let filter = all(conjuncts);
        if let ([hash], None, None, None) = (&hashes[..], source.index, &filter, &range)
            && equal.len() == source.range().len()
            && let [hash] = &hash[..]
        {
            return Ok(Self::Key { key: Key { hash: hash.clone(), range: equal.into_iter().next() } });
        }
        let keys = hashes.into_iter().map(|mut hash| {
            hash.extend(equal.iter().cloned());
            KeyCondition { equal: hash, range: range.clone() }
        });
        Ok(Self::Queries { keys: keys.collect(), filter, forward })
    }
}

/// An attribute of a key and its value.
type Part = (Cow<'static, str>, KeyValue);

fn ordered(hash: &[Part]) -> Vec<u8> {
    let mut form = Vec::new();
    hash.iter().for_each(|(_, value)| value.write_ordered(&mut form));
    form
}

/// The values of the hash attributes that the conditions allow; none where they allow any. What a query asks
/// for by itself is taken out of the conditions.
///
/// # Errors
/// Where a value is of another type, or is allowed twice.
fn hashes(
    conjuncts: &mut Vec<Condition>,
    source: &Source<'_>,
) -> Result<Option<Vec<Vec<Part>>>, Box<Rejection>> {
    let mut hashes: Vec<Vec<Part>> = vec![Vec::new()];
    let mut taken = Vec::new();
    for attribute in source.hash() {
        let found = conjuncts.iter().enumerate().find_map(|(position, conjunct)| {
            allowed(conjunct, attribute).map(|values| (position, conjunct, values))
        });
        let Some((position, conjunct, values)) = found else { return Ok(None) };
        if matches!(conjunct, Condition::Compare(..) | Condition::In(..)) {
            taken.push(position);
        }
        let mut distinct: Vec<KeyValue> = Vec::new();
        for value in values {
            let value = key_value(value, attribute)?;
            if distinct.contains(&value) {
                return Err(validation(
                    "Overlapping conditions with range keys are not supported in where clause",
                ));
            }
            distinct.push(value);
        }
        // Of an index with several hash attributes, one alone may have several values.
        if hashes.len() > 1 && distinct.len() > 1 {
            return Ok(None);
        }
        hashes = hashes
            .iter()
            .flat_map(|hash| {
                distinct.iter().map(|value| {
                    let mut hash = hash.clone();
                    hash.push((attribute.name.clone(), value.clone()));
                    hash
                })
            })
            .collect();
    }
    let mut position = 0;
    conjuncts.retain(|_| {
        position += 1;
        !taken.contains(&(position - 1))
    });
    Ok(Some(hashes))
}

/// The values that an attribute can have where a condition holds; none where it can have any.
fn allowed<'c>(condition: &'c Condition, attribute: &KeyAttribute) -> Option<Vec<&'c AttributeValue>> {
    match condition {
        Condition::Compare(..) => equal_to(condition, attribute).map(|value| vec![value]),
        Condition::In(Term::Path(path), candidates)
            if path.steps.is_empty() && path.attribute == attribute.name =>
        {
            let value =
                |candidate: &'c Term| if let Term::Value(value) = candidate { Some(value) } else { None };
            candidates.iter().map(value).collect()
        }
        Condition::And(parts) => parts.iter().find_map(|part| allowed(part, attribute)),
        Condition::Or(parts) if !parts.is_empty() => {
            let values: Option<Vec<Vec<&AttributeValue>>> =
                parts.iter().map(|part| allowed(part, attribute)).collect();
            values.map(|values| values.into_iter().flatten().collect())
        }
        _ => None,
    }
}

/// What a query can ask of the range attributes: the values of the first ones, and something else of the one behind them. It
/// is taken out of the conditions.
fn ranges(conjuncts: &mut Vec<Condition>, source: &Source<'_>) -> Result<KeyCondition, Box<Rejection>> {
    let mut equal = Vec::new();
    for attribute in source.range() {
        let named = conjuncts.iter().position(|conjunct| equal_to(conjunct, attribute).is_some());
        if let Some(position) = named {
            let conjunct = conjuncts.remove(position);
            if let Some(value) = equal_to(&conjunct, attribute) {
                equal.push((attribute.name.clone(), key_value(value, attribute)?));
            }
            continue;
        }
        for position in 0..conjuncts.len() {
            if let Some(range) = range(&conjuncts[position], attribute)? {
                conjuncts.remove(position);
                return Ok(KeyCondition { equal, range: Some((attribute.name.clone(), range)) });
            }
        }
        break;
    }
    Ok(KeyCondition { equal, range: None })
}

/// A condition on a range attribute as a query has it, where it can have it.
fn range(condition: &Condition, attribute: &KeyAttribute) -> Result<Option<RangeCondition>, Box<Rejection>> {
    let is_named = |term: &Term| matches!(term, Term::Path(path) if path.steps.is_empty() && path.attribute == attribute.name);
    let value = |value: &AttributeValue| key_value(value, attribute);
    Ok(Some(match condition {
        Condition::Compare(tested, comparator, Term::Value(compared))
            if is_named(tested) && *comparator != Comparator::NotEqual =>
        {
            RangeCondition::Compare(*comparator, value(compared)?)
        }
        Condition::Between(tested, Term::Value(low), Term::Value(high)) if is_named(tested) => {
            RangeCondition::Between(value(low)?, value(high)?)
        }
        Condition::BeginsWith(tested, Term::Value(prefix))
            if is_named(tested) && attribute.kind != ScalarType::N =>
        {
            RangeCondition::BeginsWith(value(prefix)?)
        }
        _ => return Ok(None),
    }))
}
