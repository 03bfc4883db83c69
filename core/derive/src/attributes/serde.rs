//! The parts of `#[serde(..)]`.

use syn::meta::ParseNestedMeta;
use syn::{LitStr, Result, Token};

/// The name in `rename = ".."`, or in `rename(serialize = "..", deserialize = "..")` where both agree.
pub(super) fn one_name(meta: &ParseNestedMeta<'_>) -> Result<Option<LitStr>> {
    if meta.input.peek(Token![=]) {
        return meta.value()?.parse().map(Some);
    }
    let mut names: Vec<LitStr> = Vec::new();
    meta.parse_nested_meta(|part| {
        names.push(part.value()?.parse()?);
        Ok(())
    })?;
    match names.as_slice() {
        [serialize, deserialize] if serialize.value() == deserialize.value() => Ok(names.pop()),
        _ => Err(meta.error("an attribute must have the same name in both directions")),
    }
}

/// Passes over a part of `#[serde(..)]` that does not matter here.
pub(super) fn skip(meta: &ParseNestedMeta<'_>) -> Result<()> {
    if meta.input.peek(Token![=]) {
        meta.value()?.parse::<syn::Expr>()?;
    } else if meta.input.peek(syn::token::Paren) {
        let content;
        syn::parenthesized!(content in meta.input);
        content.parse::<proc_macro2::TokenStream>()?;
    }
    Ok(())
}
