//! Reading `#[table(..)]`, and those of `#[serde(..)]` that decide how a field is stored.

use syn::meta::ParseNestedMeta;
use syn::punctuated::Punctuated;
use syn::{Attribute, LitInt, LitStr, Path, Result, Token};

use crate::names::RenameRule;

/// What stands on the struct.
#[derive(Default)]
pub(crate) struct StructAttributes {
    pub(crate) name: Option<LitStr>,
    pub(crate) read_capacity: Option<LitInt>,
    pub(crate) write_capacity: Option<LitInt>,
    pub(crate) views: Vec<LitStr>,
    pub(crate) path: Option<Path>,
    pub(crate) rename_all: Option<RenameRule>,
}

impl StructAttributes {
    pub(crate) fn parse(attributes: &[Attribute]) -> Result<Self> {
        let mut found = Self::default();
        for attribute in attributes {
            if attribute.path().is_ident("table") {
                attribute.parse_nested_meta(|meta| found.table(&meta))?;
            } else if attribute.path().is_ident("serde") {
                attribute.parse_nested_meta(|meta| {
                    if meta.path.is_ident("rename_all") {
                        if let Some(rule) = one_name(&meta)? {
                            found.rename_all = RenameRule::parse(&rule.value());
                        }
                        return Ok(());
                    }
                    skip(&meta)
                })?;
            }
        }
        Ok(found)
    }

    fn table(&mut self, meta: &ParseNestedMeta<'_>) -> Result<()> {
        if meta.path.is_ident("name") {
            self.name = Some(meta.value()?.parse()?);
        } else if meta.path.is_ident("read_capacity") {
            self.read_capacity = Some(meta.value()?.parse()?);
        } else if meta.path.is_ident("write_capacity") {
            self.write_capacity = Some(meta.value()?.parse()?);
        } else if meta.path.is_ident("views") {
            let list;
            syn::parenthesized!(list in meta.input);
            self.views.extend(Punctuated::<LitStr, Token![,]>::parse_terminated(&list)?);
        } else if meta.path.is_ident("crate") {
            self.path = Some(meta.value()?.parse::<LitStr>()?.parse()?);
        } else {
            return Err(
                meta.error("expected `name`, `read_capacity`, `write_capacity`, `views(..)` or `crate`")
            );
        }
        Ok(())
    }
}

/// What stands on a field.
#[derive(Default)]
pub(crate) struct FieldAttributes {
    pub(crate) hash_key: bool,
    pub(crate) range_key: bool,
    pub(crate) rename: Option<LitStr>,
    /// Whether serde stores no attribute of its own for the field.
    pub(crate) hidden: bool,
}

impl FieldAttributes {
    pub(crate) fn parse(attributes: &[Attribute]) -> Result<Self> {
        let mut found = Self::default();
        for attribute in attributes {
            if attribute.path().is_ident("table") {
                attribute.parse_nested_meta(|meta| {
                    if meta.path.is_ident("hash_key") {
                        found.hash_key = true;
                    } else if meta.path.is_ident("range_key") {
                        found.range_key = true;
                    } else {
                        return Err(meta.error("expected `hash_key` or `range_key`"));
                    }
                    Ok(())
                })?;
            } else if attribute.path().is_ident("serde") {
                attribute.parse_nested_meta(|meta| {
                    if meta.path.is_ident("rename") {
                        found.rename = one_name(&meta)?;
                        return Ok(());
                    }
                    found.hidden |=
                        ["skip", "skip_serializing", "flatten"].iter().any(|name| meta.path.is_ident(name));
                    skip(&meta)
                })?;
            }
        }
        Ok(found)
    }
}

/// The name in `rename = ".."`, or in `rename(serialize = "..", deserialize = "..")` where both agree.
fn one_name(meta: &ParseNestedMeta<'_>) -> Result<Option<LitStr>> {
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
fn skip(meta: &ParseNestedMeta<'_>) -> Result<()> {
    if meta.input.peek(Token![=]) {
        meta.value()?.parse::<syn::Expr>()?;
    } else if meta.input.peek(syn::token::Paren) {
        let content;
        syn::parenthesized!(content in meta.input);
        content.parse::<proc_macro2::TokenStream>()?;
    }
    Ok(())
}
