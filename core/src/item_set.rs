//! The items of one call, each once: what is asked for twice is sent once, and answers are told by it.

use crate::hash_index::HashIndex;
use crate::operation::TaskItem;

/// Items in the order in which they were entered. So few are in one call that it does no harm where someone chooses their
/// keys to have one hash.
#[derive(Debug, Default)]
pub(crate) struct ItemSet<'a> {
    index: HashIndex,
    items: Vec<TaskItem<'a>>,
}

impl<'a> ItemSet<'a> {
    pub(crate) fn len(&self) -> usize {
        self.items.len()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = TaskItem<'a>> {
        self.items.iter().copied()
    }

    /// The place of an item, from 0, which is added where it is new.
    pub(crate) fn enter(&mut self, item: TaskItem<'a>) -> usize {
        let hash = item.hash(0);
        self.find_hashed(hash, item).unwrap_or_else(|| {
            let place = self.items.len();
            self.index.insert(hash, u32::try_from(place).expect("a call has few items"));
            self.items.push(item);
            place
        })
    }

    pub(crate) fn find(&self, item: TaskItem<'_>) -> Option<usize> {
        self.find_hashed(item.hash(0), item)
    }

    fn find_hashed(&self, hash: u32, item: TaskItem<'_>) -> Option<usize> {
        let found = self.index.find(hash, |place| self.items[place as usize].is_same(item));
        found.map(|place| place as usize)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::key::{Key, KeyValue};
    use crate::table::{Table, TableRef, Tables};

    #[derive(dynochemy_derive::Table, serde::Serialize)]
    #[table(name = "things")]
    struct Thing {
        #[table(hash_key)]
        id: String,
    }

    #[derive(dynochemy_derive::Table, serde::Serialize)]
    #[table(name = "others")]
    struct Other {
        #[table(hash_key)]
        id: String,
    }

    #[test]
    fn each_item_has_one_place_by_its_table_and_key() {
        let mut tables = Tables::default();
        let things = tables.intern(TableRef::Static(Thing::DESCRIPTION));
        let others = tables.intern(TableRef::Static(Other::DESCRIPTION));
        let keys: Vec<Key> = (0..100)
            .map(|id| Key { hash: ("id".into(), KeyValue::S(format!("thing {id}"))), range: None })
            .collect();
        let mut items = ItemSet::default();
        for (at, key) in keys.iter().enumerate() {
            assert_eq!(items.enter(TaskItem { table: things, key, write: false }), at);
            assert_eq!(items.enter(TaskItem { table: things, key, write: true }), at);
        }
        let other = TaskItem { table: others, key: &keys[7], write: false };
        assert_eq!((items.len(), items.find(other)), (100, None));
        assert_eq!((items.enter(other), items.find(other), items.len()), (100, Some(100), 101));
        assert_eq!(items.find(TaskItem { table: things, key: &keys[7], write: false }), Some(7));
    }
}
