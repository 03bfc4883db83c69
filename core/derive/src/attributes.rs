//! Reading `#[table(..)]`, and those of `#[serde(..)]` that decide how a field is stored.
//!
//! The three derives share one grammar, since one struct may derive several of them.

mod container;
mod field;
mod index;
mod serde;

use syn::meta::ParseNestedMeta;
use syn::parse::Parse;
use syn::{LitStr, Result, Token};

pub(crate) use container::ContainerAttributes;
pub(crate) use field::{FieldAttributes, Role};
pub(crate) use index::{Included, IndexAttributes, IndexKind, KeyPart, Projected};

/// Keeps what an attribute says, which it may say once.
fn keep<T>(slot: &mut Option<T>, value: T, meta: &ParseNestedMeta<'_>) -> Result<()> {
    match slot.replace(value) {
        None => Ok(()),
        Some(_) => Err(meta.error("given twice")),
    }
}

/// A type or path, written as it is or in quotes.
fn quoted<T: Parse>(meta: &ParseNestedMeta<'_>) -> Result<T> {
    let value = meta.value()?;
    if value.peek(LitStr) { value.parse::<LitStr>()?.parse() } else { value.parse() }
}

/// The content of the parentheses after an attribute's name.
fn list<T>(
    meta: &ParseNestedMeta<'_>,
    element: fn(syn::parse::ParseStream<'_>) -> Result<T>,
) -> Result<Vec<T>> {
    let content;
    syn::parenthesized!(content in meta.input);
    let elements = content.parse_terminated(element, Token![,])?;
    Ok(elements.into_iter().collect())
}
