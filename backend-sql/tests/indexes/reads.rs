//! Queries and scans of an index, held against the map.

use dynochemy_sql::dynochemy_core::api::*;
use dynochemy_sql::dynochemy_core::expression::{Comparator, KeyCondition, RangeCondition};
use dynochemy_sql::dynochemy_core::{KeyValue, Request};
use dynochemy_sql::{AttributeValue, Attributes};

use super::operation::{Known, Model, TABLE, number, text};
use super::writes::Subject;

impl Subject {
    #[allow(clippy::too_many_arguments, reason = "the parts of a query")]
    pub(crate) fn check_query(
        &self,
        index: &Known,
        hash: &[AttributeValue],
        equal: usize,
        range: Option<(Comparator, i64)>,
        forward: bool,
        limit: u32,
        model: &Model,
    ) {
        // The hash keys' values are texts; that of the index that was added is a number.
        let hash: Vec<AttributeValue> = match index.name {
            "late" => vec![AttributeValue::from(1)],
            "local" => vec![text("1")],
            _ => hash.to_vec(),
        };
        let equal = equal.min(index.range.len());
        let mut condition = KeyCondition::default();
        let mut asked: Vec<(&str, AttributeValue)> = index.hash.iter().copied().zip(hash).collect();
        asked.extend(index.range[..equal].iter().map(|name| (*name, AttributeValue::from(1))));
        for (name, value) in &asked {
            condition.equal.push(((*name).to_owned().into(), number(value)));
        }
        let range = range.filter(|_| equal < index.range.len());
        if let Some((comparator, value)) = range {
            let range = RangeCondition::Compare(comparator, KeyValue::N(value.into()));
            condition.range = Some((index.range[equal].to_owned().into(), range));
        }
        let meets = |item: &Attributes| {
            let in_range = range.is_none_or(|(comparator, value)| {
                let (found, value) = (number(&item[index.range[equal]]), KeyValue::N(value.into()));
                match comparator {
                    Comparator::Less => found < value,
                    Comparator::LessOrEqual => found <= value,
                    Comparator::Greater => found > value,
                    Comparator::GreaterOrEqual => found >= value,
                    _ => found == value,
                }
            });
            in_range && asked.iter().all(|(name, value)| item[*name] == *value)
        };
        let mut expected: Vec<(Vec<KeyValue>, (String, i64), Attributes)> = model
            .iter()
            .filter_map(|(key, item)| Some((key, index.entry(key, item)?)))
            .filter(|(_, item)| meets(item))
            .map(|(key, item)| {
                (index.range.iter().map(|name| number(&item[*name])).collect(), key.clone(), item)
            })
            .collect();
        expected.sort_by(|a, b| (&a.0, &a.1).cmp(&(&b.0, &b.1)));
        if !forward {
            expected.reverse();
        }
        let expected: Vec<Attributes> = expected.into_iter().map(|(_, _, item)| item).collect();

        let mut input = QueryInput {
            table_name: TABLE.to_owned(),
            index_name: Some(index.name.to_owned()),
            key_condition_expression: condition,
            scan_index_forward: forward,
            limit: Some(limit),
            ..QueryInput::default()
        };
        let mut found = Vec::new();
        loop {
            let output: QueryOutput = self.answer(Request::Query(input.clone())).try_into().unwrap();
            found.extend(output.items.iter().map(|item| item.attributes().unwrap()));
            match output.last_evaluated_key {
                Some(key) => input.exclusive_start_key = Some(key),
                None => break,
            }
        }
        assert_eq!(found, expected, "{}", index.name);
    }

    pub(crate) fn check_scan(&self, index: &Known, segments: u32, limit: u32, model: &Model) {
        let mut found = Vec::new();
        for segment in 0..segments {
            let mut input = ScanInput {
                table_name: TABLE.to_owned(),
                index_name: Some(index.name.to_owned()),
                limit: Some(limit),
                segment: Some(segment),
                total_segments: Some(segments),
                ..ScanInput::default()
            };
            loop {
                let output: ScanOutput = self.answer(Request::Scan(input.clone())).try_into().unwrap();
                found.extend(output.items.iter().map(|item| item.attributes().unwrap()));
                match output.last_evaluated_key {
                    Some(key) => input.exclusive_start_key = Some(key),
                    None => break,
                }
            }
        }
        let expected = model.iter().filter_map(|(key, item)| index.entry(key, item));
        let sorted = |mut items: Vec<Attributes>| {
            items.sort_by_key(|item| format!("{item:?}"));
            items
        };
        assert_eq!(sorted(found), sorted(expected.collect()), "{}", index.name);
    }
}
