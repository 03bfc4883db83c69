//! What fuzz targets need of the inside; compiled only under `--cfg fuzzing`.

use crate::cursor::Cursor;
use crate::item::Item;
use crate::json::{JsonError, Kind, Reader, write_string};
use crate::table::{Description, IndexDescription};
use crate::wire::WireError;

/// The cursor of a query with this fingerprint whose page ended at this key.
#[must_use]
pub fn write_cursor(fingerprint: u64, key: &Item) -> Cursor {
    Cursor::new(fingerprint, key)
}

/// The key at which to go on, if this is a cursor of the query with this fingerprint.
///
/// # Errors
/// When it is not.
pub fn read_cursor(
    cursor: &Cursor,
    fingerprint: u64,
    table: &Description,
    index: Option<&IndexDescription>,
) -> Result<Item, WireError> {
    cursor.start(fingerprint, table, index)
}

/// Reads a JSON text through and writes it again without white space, with numbers as they stand.
///
/// # Errors
/// When the text is no JSON, or is nested too deeply.
pub fn rewrite_json(text: &[u8]) -> Result<Vec<u8>, JsonError> {
    // Checks the depth, so that what follows can recurse.
    let mut reader = Reader::new(text);
    reader.skip()?;
    reader.end()?;
    let mut out = Vec::with_capacity(text.len());
    rewrite(&mut Reader::new(text), &mut out)?;
    Ok(out)
}

fn rewrite(reader: &mut Reader<'_>, out: &mut Vec<u8>) -> Result<(), JsonError> {
    let mut first = true;
    match reader.peek()? {
        Kind::Null => {
            reader.null()?;
            out.extend_from_slice(b"null");
        }
        Kind::Bool => out.extend_from_slice(if reader.bool()? { b"true" } else { b"false" }),
        Kind::Number => out.extend_from_slice(reader.number()?.as_bytes()),
        Kind::String => write_string(out, &reader.string()?),
        Kind::Array => {
            reader.array()?;
            out.push(b'[');
            while reader.element(&mut first)? {
                separate(out);
                rewrite(reader, out)?;
            }
            out.push(b']');
        }
        Kind::Object => {
            reader.object()?;
            out.push(b'{');
            while let Some(name) = reader.key(&mut first)? {
                separate(out);
                write_string(out, &name);
                out.push(b':');
                rewrite(reader, out)?;
            }
            out.push(b'}');
        }
    }
    Ok(())
}

fn separate(out: &mut Vec<u8>) {
    if !matches!(out.last(), Some(b'[' | b'{')) {
        out.push(b',');
    }
}
