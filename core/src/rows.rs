//! Items of a page, decoded one at a time.

use std::marker::PhantomData;

use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::error::{Error, Subject};
use crate::item::Items;
use crate::key::KeyShape;
use crate::notice::Delivery;
use crate::operation::{Misfit, PagePlace};
use crate::wire;

/// A page of items of type `T`, which are decoded as they are taken. An item that does not fit its type is an error of
/// its own, and the others still follow.
#[derive(Clone, Debug)]
pub struct Rows<T> {
    items: Items,
    next: usize,
    /// The operation that the page is of.
    subject: Box<Subject>,
    /// The table's keys.
    keys: KeyShape,
    place: Box<PagePlace>,
    of: PhantomData<fn() -> T>,
}

impl<T> Rows<T> {
    pub(crate) fn new(delivery: Delivery) -> Self {
        let Delivery { subject, keys, items, place, .. } = delivery;
        Self { items, next: 0, subject, keys, place, of: PhantomData }
    }

    /// The page, how many of its items were taken, and where it stands in its reading.
    pub(crate) fn parts(&self) -> (&Items, usize, &PagePlace) {
        (&self.items, self.next.min(self.items.len()), &self.place)
    }

    /// All items of the page, decoded into a type that may borrow from it.
    pub fn iter<'a, B: Deserialize<'a>>(&'a self) -> impl Iterator<Item = Result<B, Error>> {
        (0..self.items.len()).filter_map(|index| self.row(index))
    }

    fn row<'a, B: Deserialize<'a>>(&'a self, index: usize) -> Option<Result<B, Error>> {
        let row = wire::decode_bytes(self.items.bytes(index)?);
        Some(row.map_err(|problem| {
            let item = self.items.at(index).map(|item| (index, item));
            Misfit { problem, item, settled: None }.into_error(self.subject.clone(), Some(&self.keys))
        }))
    }
}

impl<T: DeserializeOwned> Iterator for Rows<T> {
    type Item = Result<T, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        self.next += 1;
        self.row(self.next - 1)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = self.items.len().saturating_sub(self.next);
        (left, Some(left))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::item::Item;
    use crate::key::{KeyAttribute, ScalarType};
    use crate::operation::SegmentSoFar;

    #[test]
    fn a_bad_item_is_an_error_of_its_own_and_borrowing_types_borrow() {
        #[derive(Debug, PartialEq, Deserialize)]
        struct Row<'a> {
            name: &'a str,
        }
        #[derive(Debug, PartialEq, Deserialize)]
        struct Owned {
            name: String,
        }
        let texts = [
            r#"{"name":{"S":"a"}}"#,
            r#"{"name":{"N":"1"},"id":{"N":"5"}}"#,
            r#"{"name":{"S":"b"}}"#,
            r#"{"name":{"NULL":true}}"#,
        ];
        let items = texts.into_iter().map(|text| Item::from_json(text).unwrap()).collect();
        let subject = Subject {
            operation: "scan".to_owned(),
            table: "names".to_owned(),
            key: None,
            items: Vec::new(),
            reads: true,
        };
        let keys = KeyShape { hash: KeyAttribute { name: "id".into(), kind: ScalarType::N }, range: None };
        let place = PagePlace { operation: 0, segment: 0, before: None, after: SegmentSoFar::Read };
        let (subject, place) = (Box::new(subject), Box::new(place));
        let rows = Rows::<Owned>::new(Delivery {
            operation: 0,
            subject,
            keys,
            items,
            place,
            fingerprint: 0,
            identity: crate::solvent::Identity::default(),
        });
        let borrowed: Vec<Result<Row<'_>, Error>> = rows.iter().collect();
        assert_eq!(borrowed[2], Ok(Row { name: "b" }));
        let owned: Vec<_> = rows.map(|row| row.map_err(|error| error.to_string())).collect();
        assert_eq!(owned[0], Ok(Owned { name: "a".to_owned() }));
        let named = "scan on table `names` (id = 5) succeeded, but its answer does not fit the type: attribute `name`: \
                     expected S, found N";
        assert_eq!(owned[1], Err(named.to_owned()));
        // Without its key, the item is known by its position.
        let placed = "scan on table `names` succeeded, but its answer does not fit the type: attribute `[3].name`: \
                      expected S, found NULL";
        assert_eq!(owned[3], Err(placed.to_owned()));
        assert_eq!(owned.len(), 4);
    }
}
