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
            .connection
            .prepare_cached("SELECT size FROM collections WHERE table_id = ?1 AND hash_key = ?2")?
            .query_row(params![table, hash], |row| row.get(0))
            .optional()?;
        Ok(size.map_or(0, to_unsigned))
    }

    /// Adds to the bytes of a collection, or takes from them.
    pub(crate) fn grow_collection(&self, table: i64, hash: &[u8], growth: i64) -> rusqlite::Result<()> {
        self.connection
            .prepare_cached(
                "INSERT INTO collections (table_id, hash_key, size) VALUES (?1, ?2, ?3)
                 ON CONFLICT DO UPDATE SET size = size + excluded.size",
            )?
            .execute(params![table, hash, growth])?;
        if growth < 0 {
            self.connection
                .prepare_cached(
                    "DELETE FROM collections WHERE table_id = ?1 AND hash_key = ?2 AND size <= 0",
                )?
                .execute(params![table, hash])?;
        }
        Ok(())
    }

    /// Forgets the collections of a table that is deleted.
    pub(super) fn delete_collections(&self, table: i64) -> rusqlite::Result<()> {
        self.connection.prepare_cached("DELETE FROM collections WHERE table_id = ?1")?.execute([table])?;
        Ok(())
    }
}
