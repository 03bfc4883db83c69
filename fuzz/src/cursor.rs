//! Cursors from anyone who may have written them.

use std::borrow::Cow;
use std::sync::LazyLock;

use dynochemy_core::fuzzing::{read_cursor, write_cursor};
use dynochemy_core::{
    Cursor, Description, IndexDescription, IndexKind, IndexProjection, Item, KeyAttribute, KeyShape,
    ScalarType,
};

static TABLE: LazyLock<Description> = LazyLock::new(|| {
    Description::new("visits", KeyShape::new(("user", ScalarType::S), Some(("time", ScalarType::N))))
});

static INDEX: LazyLock<IndexDescription> = LazyLock::new(|| {
    let attribute = |name: &'static str, kind| KeyAttribute { name: name.into(), kind };
    IndexDescription {
        name: "by_place".into(),
        kind: IndexKind::Global,
        hash: Cow::Owned(vec![attribute("place", ScalarType::B)]),
        range: Cow::Owned(vec![attribute("time", ScalarType::N), attribute("seen", ScalarType::N)]),
        projection: IndexProjection::KeysOnly,
        read_capacity: None,
        write_capacity: None,
    }
});

const FINGERPRINT: u64 = 0x0123_4567_89AB_CDEF;

/// Any text is refused, or names a key of the table; a key's cursor is safe in a URL, names it again, and belongs to no
/// other query.
pub fn check(data: &[u8]) {
    if let Ok(text) = std::str::from_utf8(data) {
        read(&Cursor::from_text(text));
    }
    let Ok(key) = Item::from_json(data.to_vec()) else { return };
    let cursor = write_cursor(FINGERPRINT, &key);
    let text = cursor.as_str();
    assert!(text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')), "{text}");
    for (found, index) in read(&cursor) {
        assert_eq!(found.attributes(), key.attributes());
        assert!(read_cursor(&cursor, FINGERPRINT ^ 1, &TABLE, index).is_err());
    }
    // One letter lost or another is still no reason to panic.
    read(&Cursor::from_text(&text[..text.len() - 1]));
    read(&Cursor::from_text(text.replacen('e', "f", 1)));
}

/// What the cursor is, as one of a query of the table and as one of a query of the index.
fn read(cursor: &Cursor) -> Vec<(Item, Option<&'static IndexDescription>)> {
    let index: &'static IndexDescription = &INDEX;
    let mut found = Vec::new();
    for index in [None, Some(index)] {
        let Ok(key) = read_cursor(cursor, FINGERPRINT, &TABLE, index) else { continue };
        let primary = TABLE.keys.extract(&key);
        assert!(primary.is_ok(), "{key:?} is no key: {primary:?}");
        let again = write_cursor(FINGERPRINT, &key);
        assert_eq!(read_cursor(&again, FINGERPRINT, &TABLE, index), Ok(key.clone()));
        found.push((key, index));
    }
    found
}
