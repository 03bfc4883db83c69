//! The tokens of transactions that were committed in the last ten minutes.
//!
//! See [Idempotency](https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis.html#transaction-apis-txwriteitems-idempotency).

use std::time::Duration;

use dynochemy_core::Moment;
use rusqlite::{OptionalExtension as _, params};

use super::Transaction;
use super::items::to_unsigned;
use super::tables::to_signed;

/// How long a token makes a transaction idempotent.
const LIFE: Duration = Duration::from_secs(600);

impl Transaction<'_> {
    /// The digest of the transaction that was committed under a token, while that token lives. One of a later time is of
    /// another clock, or of one that was set back; it counts as long as it is near.
    pub(crate) fn token(&self, token: &str, now: Moment) -> rusqlite::Result<Option<Vec<u8>>> {
        let found = self
            .reading("SELECT digest, completed FROM tokens WHERE token = ?1")?
            .query_row([token], |row| Ok((row.get::<_, Vec<u8>>(0)?, row.get(1)?)))
            .optional()?;
        Ok(found.and_then(|(digest, completed)| {
            let age = now.as_nanos().abs_diff(to_unsigned(completed));
            (Duration::from_nanos(age) < LIFE).then_some(digest)
        }))
    }

    /// Keeps a token from now on, and forgets those that have expired.
    pub(crate) fn keep_token(&self, token: &str, digest: &[u8], now: Moment) -> rusqlite::Result<()> {
        let expired = now.as_nanos().saturating_sub(u64::try_from(LIFE.as_nanos()).unwrap_or(u64::MAX));
        self.writing("DELETE FROM tokens WHERE completed <= ?1")?.execute([to_signed(expired)])?;
        self.writing("INSERT OR REPLACE INTO tokens (token, digest, completed) VALUES (?1, ?2, ?3)")?
            .execute(params![token, digest, to_signed(now.as_nanos())])?;
        Ok(())
    }
}
