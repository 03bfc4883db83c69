//! The sizes of item collections: what shares a hash key in a table with local indexes, with its entries in those.
//!
//! They are kept up with every write, since a collection may hold millions of items. Tables without local indexes have
//! none.
//!
//! See [Item collections](https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/LSI.html#LSI.ItemCollections).

use rusqlite::{OptionalExtension as _, params};

use super::Transaction;
use super::items::to_unsigned;

impl Transaction<'_> {
    /// The bytes of a collection of the table.
    pub(crate) fn collection_size(&self, table: i64, hash: &[u8]) -> rusqlite::Result<u64> {
        let size = self
            .reading("SELECT size FROM collections WHERE table_id = ?1 AND hash_key = ?2")?
            .query_row(params![table, hash], |row| row.get(0))
            .optional()?;
        Ok(size.map_or(0, to_unsigned))
    }

    /// Adds to the bytes of a collection, or takes from them.
    pub(crate) fn grow_collection(&self, table: i64, hash: &[u8], growth: i64) -> rusqlite::Result<()> {
        self.writing(
            "INSERT INTO collections (table_id, hash_key, size) VALUES (?1, ?2, ?3)
                 ON CONFLICT DO UPDATE SET size = size + excluded.size",
        )?
        .execute(params![table, hash, growth])?;
        if growth < 0 {
            self.writing("DELETE FROM collections WHERE table_id = ?1 AND hash_key = ?2 AND size <= 0")?
                .execute(params![table, hash])?;
        }
        Ok(())
    }

    /// Forgets the collections of a table that is deleted.
    pub(super) fn delete_collections(&self, table: i64) -> rusqlite::Result<()> {
        self.writing("DELETE FROM collections WHERE table_id = ?1")?.execute([table])?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Access, Storage, Stored, Table, testing};
    use dynochemy_core::{Item, Key, KeyValue};

    use crate::storage::Place;

    /// The rows of all of SQLite's tables that have to do with a DynamoDB table.
    fn rows(storage: &Storage) -> u64 {
        let count = "SELECT (SELECT count(*) FROM items) + (SELECT count(*) FROM collections)
            + (SELECT count(*) FROM tables)";
        storage
            .transaction(Access::Write, |transaction| {
                Ok(transaction.connection.query_row(count, [], |row| row.get(0))?)
            })
            .unwrap()
    }

    #[test]
    fn a_deleted_table_leaves_nothing_behind() {
        let storage = Storage::in_memory().unwrap();
        // With a local and a global index.
        let tables = [testing::table(1, None), testing::table(2, None)];
        let place = Place::of(&Key { hash: ("id".into(), KeyValue::S("a".to_owned())), range: None });
        let stored = Stored { item: Item::from_json(r#"{"id":{"S":"a"}}"#.to_owned()).unwrap(), size: 3 };
        let stores = |table: &Table| [table.id, table.indexes[0].id, table.indexes[1].id];
        storage
            .transaction(Access::Write, |transaction| {
                for table in &tables {
                    transaction.write_table(table)?;
                    for store in stores(table) {
                        transaction.write_item(store, &place, &stored)?;
                    }
                    transaction.grow_collection(table.id, place.key_hash(), 6)?;
                }
                Ok(())
            })
            .unwrap();
        assert_eq!(rows(&storage), 10);
        storage.transaction(Access::Write, |transaction| Ok(transaction.delete_table(&tables[0])?)).unwrap();
        assert_eq!(rows(&storage), 5);
        // A collection that has become empty is gone, too.
        storage
            .transaction(Access::Write, |transaction| {
                Ok(transaction.grow_collection(tables[1].id, place.key_hash(), -6)?)
            })
            .unwrap();
        assert_eq!(rows(&storage), 4);
    }
}
