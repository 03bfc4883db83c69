//! From the values given for the parts of a key to conditions on its attributes.
//!
//! An attribute that is made from a template takes as many values as the template has fields. Where some are left open,
//! the keys that begin with the text so far are meant, and conditions on the next field become bounds among them. The
//! last character of Unicode stands for the end of what begins with a text; no key of use holds it.

use crate::expression::{Comparator, KeyCondition, RangeCondition};
use crate::key::{KeyAttribute, KeyValue, MAX_HASH_KEY, MAX_RANGE_KEY, ScalarType};
use crate::table::{Description, Entity, IndexDescription, Template};
use crate::wire::WireError;

/// What was given for a query's keys.
pub(super) struct Given {
    pub(super) hash: Vec<KeyValue>,
    /// The parts of the range key that are compared by `=`.
    pub(super) equal: Vec<KeyValue>,
    /// What is asked of the part after them.
    pub(super) range: Option<RangeCondition>,
    /// Whether items of other types are wanted too, whose keys begin otherwise.
    pub(super) any_type: bool,
}

/// The condition on the key attributes.
pub(super) fn condition(
    table: &Description,
    index: Option<&IndexDescription>,
    entity: &Entity,
    given: Given,
) -> Result<KeyCondition, WireError> {
    let of_table = (std::slice::from_ref(&table.keys.hash), table.keys.range.as_slice());
    let (hash, range) = index.map_or(of_table, |index| (&*index.hash, &*index.range));
    let mut condition = KeyCondition { equal: Vec::new(), range: None };
    let mut values = given.hash.as_slice();
    for attribute in hash {
        let value = match entity.template(&attribute.name) {
            Some(template) => {
                let count = template.fields().count().min(values.len());
                let text = template.fill(take(&mut values, count)?);
                KeyValue::S(text.map_err(|error| error.within(&attribute.name))?)
            }
            None => take(&mut values, 1).map_err(|error| error.within(&attribute.name))?[0].clone(),
        };
        check(attribute, &value, MAX_HASH_KEY)?;
        condition.equal.push((attribute.name.clone(), value));
    }
    if !values.is_empty() {
        return Err(WireError::new("more values than the hash key has parts"));
    }
    let mut values = given.equal.as_slice();
    let mut open = given.range;
    for attribute in range {
        let name = attribute.name.clone();
        let Some(template) = entity.template(&attribute.name) else {
            match (values, open.take()) {
                ([], None) => break,
                ([], Some(range)) => {
                    for value in bounds(&range) {
                        check(attribute, value, MAX_RANGE_KEY)?;
                    }
                    condition.range = Some((name, range));
                    break;
                }
                (_, range) => {
                    open = range;
                    let value = take(&mut values, 1)?[0].clone();
                    check(attribute, &value, MAX_RANGE_KEY)?;
                    condition.equal.push((name, value));
                }
            }
            continue;
        };
        let fields = template.fields().count();
        if fields == 0 && given.any_type {
            break;
        }
        if values.len() >= fields && (fields > 0 || open.is_none()) {
            let value =
                KeyValue::S(template.fill(take(&mut values, fields)?).map_err(|error| error.within(&name))?);
            check(attribute, &value, MAX_RANGE_KEY)?;
            condition.equal.push((name, value));
            continue;
        }
        if given.any_type && values.is_empty() && open.is_none() {
            break;
        }
        let first = std::mem::take(&mut values);
        let range = among(template, first, open.take()).map_err(|error| error.within(&name))?;
        condition.range = range.map(|range| (name, range));
        break;
    }
    if !values.is_empty() || open.is_some() {
        return Err(WireError::new("more conditions than the range key has parts"));
    }
    Ok(condition)
}

fn take<'a>(values: &mut &'a [KeyValue], count: usize) -> Result<&'a [KeyValue], WireError> {
    let (taken, rest) = values
        .split_at_checked(count)
        .ok_or_else(|| WireError::new("a value for this part of the key is missing"))?;
    *values = rest;
    Ok(taken)
}

fn check(attribute: &KeyAttribute, value: &KeyValue, most: usize) -> Result<(), WireError> {
    let checked = if value.kind() == attribute.kind {
        value.check(most)
    } else {
        Err(WireError::new(format!("the key is {}, not {}", attribute.kind, value.kind())))
    };
    checked.map_err(|error| error.within(&attribute.name))
}

fn bounds(range: &RangeCondition) -> impl Iterator<Item = &KeyValue> {
    let (first, second) = match range {
        RangeCondition::Compare(_, value) | RangeCondition::BeginsWith(value) => (value, None),
        RangeCondition::Between(low, high) => (low, Some(high)),
    };
    std::iter::once(first).chain(second)
}

/// The range of the keys whose first fields have these values, and of whose next field something may be asked.
fn among(
    template: &Template,
    first: &[KeyValue],
    range: Option<RangeCondition>,
) -> Result<Option<RangeCondition>, WireError> {
    let before = template.prefix(first)?;
    let end = format!("{before}{}", char::MAX);
    let is_last = first.len() + 1 == template.fields().count();
    if let (Some(field), Some(_)) = (template.typed_fields().nth(first.len()), &range)
        && field.kind == ScalarType::N
        && field.width == 0
    {
        let problem = "texts of numbers sort as numbers only where they have one width: write `{field:08}` in the \
                       template, or compare by `eq` alone";
        return Err(WireError::new(problem).within(field.attribute));
    }
    let with = |value: KeyValue| {
        let mut values = first.to_vec();
        values.push(value);
        template.prefix(&values)
    };
    let last_of = |value| with(value).map(|text| if is_last { text } else { format!("{text}{}", char::MAX) });
    let between = |low: String, high: String| RangeCondition::Between(KeyValue::S(low), KeyValue::S(high));
    let range = match range {
        None if before.is_empty() => return Ok(None),
        None => RangeCondition::BeginsWith(KeyValue::S(before)),
        Some(RangeCondition::Between(low, high)) => between(with(low)?, last_of(high)?),
        Some(RangeCondition::BeginsWith(KeyValue::S(prefix))) => {
            RangeCondition::BeginsWith(KeyValue::S(before + &prefix))
        }
        Some(RangeCondition::BeginsWith(_)) => {
            return Err(WireError::new("only a text begins with something"));
        }
        Some(RangeCondition::Compare(Comparator::GreaterOrEqual, low)) => between(with(low)?, end),
        Some(RangeCondition::Compare(Comparator::Greater, low)) => {
            between(format!("{}\0", last_of(low)?), end)
        }
        Some(RangeCondition::Compare(Comparator::LessOrEqual, high)) => {
            between(lowest(before), last_of(high)?)
        }
        Some(RangeCondition::Compare(Comparator::Less, high)) => {
            between(lowest(before), just_before(with(high)?))
        }
        Some(RangeCondition::Compare(..)) => return Err(WireError::new("a range key cannot be asked that")),
    };
    Ok(Some(range))
}

/// A key is never empty.
fn lowest(text: String) -> String {
    if text.is_empty() { "\0".to_owned() } else { text }
}

/// The last text of use before this one.
fn just_before(mut text: String) -> String {
    match text.pop() {
        None | Some('\0') => text,
        Some(last) => {
            let previous = (0..u32::from(last)).rev().find_map(char::from_u32).unwrap_or('\0');
            text.push(previous);
            text.push(char::MAX);
            text
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::number::Number;
    use crate::table::TemplatePart;

    const ORDER: Template = Template {
        parts: &[
            TemplatePart::Text("P#"),
            TemplatePart::Field { attribute: "name", width: 0, kind: ScalarType::S },
            TemplatePart::Text("#"),
            TemplatePart::Field { attribute: "number", width: 2, kind: ScalarType::N },
        ],
    };

    fn selects(range: Option<&RangeCondition>, key: &str) -> bool {
        let key = key.to_owned();
        let text = |value: &KeyValue| match value {
            KeyValue::S(text) => text.clone(),
            other => panic!("{other:?}"),
        };
        match range {
            None => true,
            Some(RangeCondition::BeginsWith(prefix)) => key.starts_with(&text(prefix)),
            Some(RangeCondition::Between(low, high)) => text(low) <= key && key <= text(high),
            Some(other) => panic!("{other:?}"),
        }
    }

    #[derive(Clone, Copy, Debug)]
    enum Asked {
        Nothing,
        BeginsWith,
        Between,
        Compare(Comparator),
    }

    fn asked() -> impl Strategy<Value = Asked> {
        prop_oneof![
            Just(Asked::Nothing),
            Just(Asked::BeginsWith),
            Just(Asked::Between),
            Just(Asked::Compare(Comparator::Less)),
            Just(Asked::Compare(Comparator::LessOrEqual)),
            Just(Asked::Compare(Comparator::Greater)),
            Just(Asked::Compare(Comparator::GreaterOrEqual)),
        ]
    }

    fn holds<V: Ord>(asked: Asked, value: &V, low: &V, high: &V, begins: bool) -> bool {
        match asked {
            Asked::Nothing => true,
            Asked::BeginsWith => begins,
            Asked::Between => low <= value && value <= high,
            Asked::Compare(Comparator::Less) => value < low,
            Asked::Compare(Comparator::LessOrEqual) => value <= low,
            Asked::Compare(Comparator::Greater) => value > low,
            Asked::Compare(_) => value >= low,
        }
    }

    fn range(asked: Asked, low: KeyValue, high: KeyValue) -> Option<RangeCondition> {
        match asked {
            Asked::Nothing => None,
            Asked::BeginsWith => Some(RangeCondition::BeginsWith(low)),
            Asked::Between => Some(RangeCondition::Between(low, high)),
            Asked::Compare(comparator) => Some(RangeCondition::Compare(comparator, low)),
        }
    }

    proptest! {
        #[test]
        fn conditions_on_fields_select_the_keys_whose_fields_meet_them(
            keys in proptest::collection::vec(("[ab~]{1,3}", 0u32..100), 1..20),
            (low, high) in ("[ab~]{1,2}", "[ab~]{1,2}"),
            (least, most) in (0u32..100, 0u32..100),
            asked in asked(),
        ) {
            let text = |text: &str| KeyValue::S(text.to_owned());
            let number = |number: u32| KeyValue::N(Number::from(number));
            let of_names = among(&ORDER, &[], range(asked, text(&low), text(&high))).unwrap();
            let of_numbers = match asked {
                Asked::BeginsWith => None,
                _ => Some(among(&ORDER, &[text(&low)], range(asked, number(least), number(most))).unwrap()),
            };
            for (name, count) in &keys {
                let key = ORDER.fill(&[text(name), number(*count)]).unwrap();
                let expected = holds(asked, name, &low, &high, name.starts_with(&low));
                prop_assert_eq!(selects(of_names.as_ref(), &key), expected, "{:?} {}", of_names, key);
                if let Some(of_numbers) = &of_numbers {
                    let expected = *name == low && holds(asked, count, &least, &most, false);
                    prop_assert_eq!(selects(of_numbers.as_ref(), &key), expected, "{:?} {}", of_numbers, key);
                }
            }
            // Keys of other types.
            for other in ["A", "P", "Q#a#01", "P\u{1}", "~"] {
                prop_assert!(!selects(of_names.as_ref(), other), "{:?} {}", of_names, other);
            }
        }
    }
}
