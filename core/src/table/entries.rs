//! How large an item's entries in indexes are.
//!
//! See [Item sizes](https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html).

use super::{IndexDescription, IndexProjection};
use crate::item::Item;
use crate::key::KeyShape;
use crate::value::{Attributes, attributes_size};
use crate::wire::Survey;

/// The sizes of an item and of its attributes.
#[derive(Debug)]
pub(crate) enum Measured<'a> {
    /// As most are.
    Survey(Survey<'a>),
    /// Of an item that only a closer look can tell of.
    Attributes(Attributes),
}

impl Item {
    /// The sizes of the item and of its attributes; none, where it is not well-formed, so that nobody stores it.
    pub(crate) fn measured(&self) -> Option<Measured<'_>> {
        match self.survey() {
            Some(survey) => Some(Measured::Survey(survey)),
            None => self.attributes().ok().map(Measured::Attributes),
        }
    }
}

impl Measured<'_> {
    /// The bytes of the whole item.
    pub(crate) fn size(&self) -> usize {
        match self {
            Self::Survey(survey) => survey.size,
            Self::Attributes(attributes) => attributes_size(attributes),
        }
    }

    /// The bytes of an attribute with its name.
    fn attribute(&self, name: &str) -> Option<usize> {
        let value = match self {
            Self::Survey(survey) => survey.attribute_size(name),
            Self::Attributes(attributes) => attributes.get(name).map(crate::value::AttributeValue::size),
        };
        value.map(|value| name.len() + value)
    }

    fn has(&self, name: &str) -> bool {
        match self {
            Self::Survey(survey) => survey.has(name),
            Self::Attributes(attributes) => attributes.contains_key(name),
        }
    }
}

impl IndexDescription {
    /// Whether the index holds an item: it does where that has all attributes of the index's key.
    pub(crate) fn holds(&self, item: &Measured<'_>) -> bool {
        self.key().all(|part| item.has(&part.name))
    }

    /// The bytes of an item's entry in the index of a table with these keys; none where it has no entry.
    pub(crate) fn entry_size(&self, keys: Option<&KeyShape>, item: &Measured<'_>) -> Option<usize> {
        if !self.holds(item) {
            return None;
        }
        let included: &[_] = match &self.projection {
            IndexProjection::All => return Some(item.size()),
            IndexProjection::KeysOnly => &[],
            IndexProjection::Include(names) => names,
        };
        let keys = self.key().chain(keys.into_iter().flat_map(KeyShape::attributes));
        let names = keys.map(|part| &*part.name).chain(included.iter().map(|name| &**name));
        // An attribute of both keys is there once.
        let is_first = |position: usize, name: &str| !names.clone().take(position).any(|other| other == name);
        let held = names.clone().enumerate().filter(|(position, name)| is_first(*position, name));
        Some(held.filter_map(|(_, name)| item.attribute(name)).sum())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::key::{KeyAttribute, ScalarType};
    use crate::table::IndexKind;

    fn table() -> KeyShape {
        KeyShape::new(("id", ScalarType::S), None)
    }

    fn key(name: &'static str) -> KeyAttribute {
        KeyAttribute { name: name.into(), kind: ScalarType::S }
    }

    fn index(projection: IndexProjection) -> IndexDescription {
        IndexDescription {
            name: "by_name".into(),
            kind: IndexKind::Global,
            hash: vec![key("name")].into(),
            range: vec![key("id")].into(),
            projection,
            read_capacity: None,
            write_capacity: None,
        }
    }

    #[test]
    fn an_entry_holds_each_attribute_of_the_keys_and_of_the_projection_once() {
        // The second item has a name that is written with an escape, which no survey reads.
        for (text, note) in [
            (r#"{"id":{"S":"12"},"name":{"S":"abc"},"seen":{"N":"150"},"note":{"S":"long"}}"#, 8),
            (r#"{"id":{"S":"12"},"name":{"S":"abc"},"seen":{"N":"150"},"no\u0074e":{"S":"long"}}"#, 8),
        ] {
            let item = Item::from_json(text).unwrap();
            let measured = item.measured().unwrap();
            let size = |projection| index(projection).entry_size(Some(&table()), &measured);
            assert_eq!(size(IndexProjection::KeysOnly), Some(4 + 7));
            let included = vec!["seen".into(), "id".into(), "none".into()];
            assert_eq!(size(IndexProjection::Include(included.into())), Some(4 + 7 + 7));
            assert_eq!(size(IndexProjection::All), Some(4 + 7 + 7 + note));
        }
    }

    #[test]
    fn an_item_without_all_of_an_indexs_keys_has_no_entry() {
        let item = Item::from_json(r#"{"id":{"S":"12"}}"#).unwrap();
        let size = index(IndexProjection::All).entry_size(Some(&table()), &item.measured().unwrap());
        assert_eq!(size, None);
    }
}
