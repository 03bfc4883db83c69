//! Where a query or scan goes on: plain text, safe in a URL.
//!
//! A cursor holds the key at which a page ended and a fingerprint of table, index, keys and direction, so that one of
//! another query is refused; filter, projection and limits may differ. It is not secret and not signed: whoever holds one can read the key in it, and make another.

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};

use crate::fingerprint::Fingerprint;
use crate::item::Item;
use crate::table::{Description, IndexDescription};
use crate::wire::WireError;

/// Begins every cursor: the version of its form.
const VERSION: char = '1';

/// Where the next page of a query or scan begins: letters, digits, `-` and `_`.
///
/// ```
/// # use dynochemy_core::{AsyncDb, Cursor, Error, Table};
/// # #[derive(Table, serde::Serialize, serde::Deserialize)]
/// # #[table(name = "visits")]
/// # struct Visit { #[table(hash_key)] user: String, #[table(range_key)] time: u64 }
/// async fn page(db: &impl AsyncDb, cursor: Option<&str>) -> Result<(Vec<Visit>, Option<String>), Error> {
///     let cursor = cursor.map(Cursor::from_text);
///     let page = db.run(Visit::query("123").limit(20).after(cursor).page()).await?;
///     Ok((page.items, page.cursor.map(|cursor| cursor.to_string())))
/// }
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Cursor(String);

impl Cursor {
    /// The cursor that this text is; whether it is one, and of this query, is seen when it is used.
    #[must_use]
    pub fn from_text(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The cursor of a query with this fingerprint whose page ended at this key.
    pub(crate) fn new(fingerprint: u64, key: &Item) -> Self {
        let mut bytes = Vec::with_capacity(8 + key.as_bytes().len());
        bytes.extend_from_slice(&fingerprint.to_be_bytes());
        bytes.extend_from_slice(key.as_bytes());
        let mut text = String::with_capacity(1 + bytes.len().div_ceil(3) * 4);
        text.push(VERSION);
        URL_SAFE_NO_PAD.encode_string(bytes, &mut text);
        Self(text)
    }

    /// The key at which to go on, if this is a cursor of the query with this fingerprint.
    pub(crate) fn start(
        &self,
        fingerprint: u64,
        table: &Description,
        index: Option<&IndexDescription>,
    ) -> Result<Item, WireError> {
        let no_cursor = || {
            let shown: String = self.0.chars().take(20).collect();
            WireError::new(format!("`{shown}` is no cursor; use the text of a page's cursor as it is"))
        };
        let bytes = self.0.strip_prefix(VERSION).and_then(|text| URL_SAFE_NO_PAD.decode(text).ok());
        let bytes = bytes.ok_or_else(no_cursor)?;
        let (named, key) = bytes.split_first_chunk::<8>().ok_or_else(no_cursor)?;
        if u64::from_be_bytes(*named) != fingerprint {
            return Err(WireError::new(
                "the cursor belongs to another query or scan; go on with the one that it came from (filter, projection \
                 and limits may differ, but not table, index, keys and direction)",
            ));
        }
        let key = Item::from_json(key.to_vec()).map_err(|_| no_cursor())?;
        let attributes = key.attributes().map_err(|_| no_cursor())?;
        let wanted = table.page_key(index);
        let mut names: Vec<&str> = wanted.clone().map(|key| &*key.name).collect();
        names.sort_unstable();
        names.dedup();
        let fits = wanted.clone().all(|part| {
            let value = attributes.get(&*part.name);
            value.is_some_and(|value| value.kind() == part.kind.into() && value.size() > 0)
        });
        let fits = fits && table.keys.extract_from(&attributes).is_ok();
        if !fits || !names.iter().eq(attributes.keys()) {
            return Err(no_cursor());
        }
        Ok(Item::from_attributes(&attributes))
    }
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for Cursor {
    type Err = std::convert::Infallible;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(Self::from_text(text))
    }
}

/// Tells queries apart.
pub(crate) fn fingerprint<'a>(parts: impl IntoIterator<Item = &'a [u8]>) -> u64 {
    let mut fingerprint = Fingerprint::new();
    parts.into_iter().for_each(|part| fingerprint.feed(part));
    fingerprint.finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::key::{KeyShape, ScalarType};

    #[test]
    fn a_cursor_whose_key_no_item_can_have_is_none() {
        let table = Description::new("visits", KeyShape::new(("user", ScalarType::S), None));
        let start = |user: &str| {
            let key = Item::from_attributes(&[("user".to_owned(), user.into())].into());
            Cursor::new(7, &key).start(7, &table, None)
        };
        assert!(start("a").is_ok());
        for user in [String::new(), "a".repeat(2049)] {
            assert!(
                start(&user).unwrap_err().to_string().ends_with("use the text of a page's cursor as it is")
            );
        }
    }
}
