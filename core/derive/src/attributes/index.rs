//! `global_index(..)` and `local_index(..)`.

use proc_macro2::Span;
use syn::ext::IdentExt as _;
use syn::meta::ParseNestedMeta;
use syn::parse::{Parse, ParseStream};
use syn::spanned::Spanned as _;
use syn::{Error, Ident, LitInt, LitStr, Result, Token};

use super::{keep, list};

/// A part of a key, as it is declared.
pub(crate) enum KeyPart {
    /// The name of a field, or of a key attribute that another key declares.
    Field(LitStr),
    /// A key attribute that is made from fields.
    Template { attribute: LitStr, template: LitStr },
}

/// Whether an index is global.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum IndexKind {
    Global,
    Local,
}

/// Which attributes an index holds.
pub(crate) enum Projected {
    All,
    KeysOnly,
    Include(Vec<Included>),
}

/// One of them.
pub(crate) enum Included {
    /// By the name of a field.
    Field(LitStr),
    /// Of another type that the table holds.
    Attribute(LitStr),
}

/// What is declared of an index.
pub(crate) struct IndexAttributes {
    pub(crate) kind: IndexKind,
    pub(crate) name: LitStr,
    pub(crate) constant: Option<LitStr>,
    pub(crate) hash: Vec<KeyPart>,
    pub(crate) range: Vec<KeyPart>,
    pub(crate) projection: Projected,
    pub(crate) read_capacity: Option<LitInt>,
    pub(crate) write_capacity: Option<LitInt>,
}

impl KeyPart {
    pub(crate) fn span(&self) -> Span {
        match self {
            Self::Field(name) => name.span(),
            Self::Template { attribute, .. } => attribute.span(),
        }
    }
}

impl Parse for KeyPart {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        if input.peek(Ident::peek_any) {
            let name = input.call(Ident::parse_any)?;
            if !input.peek(Token![=]) {
                let problem = format!("a field is named in quotes: \"{name}\"");
                return Err(Error::new(name.span(), problem));
            }
            input.parse::<Token![=]>()?;
            let attribute = LitStr::new(&name.unraw().to_string(), name.span());
            return Ok(Self::Template { attribute, template: input.parse()? });
        }
        let name: LitStr = input.parse()?;
        if input.peek(Token![=]) {
            input.parse::<Token![=]>()?;
            return Ok(Self::Template { attribute: name, template: input.parse()? });
        }
        Ok(Self::Field(name))
    }
}

impl IndexAttributes {
    pub(super) fn parse(index: &ParseNestedMeta<'_>, kind: IndexKind) -> Result<Self> {
        let span = index.path.span();
        let (mut name, mut constant, mut hash, mut range) = (None, None, None, None);
        let (mut projection, mut read_capacity, mut write_capacity) = (None, None, None);
        index.parse_nested_meta(|meta| {
            let part = meta.path.get_ident().map(ToString::to_string).unwrap_or_default();
            match part.as_str() {
                "name" => keep(&mut name, meta.value()?.parse::<LitStr>()?, &meta),
                "const" => keep(&mut constant, meta.value()?.parse()?, &meta),
                "hash" if kind == IndexKind::Local => {
                    Err(meta.error("the hash key of a local index is the table's own: leave `hash` out"))
                }
                "hash" => keep(&mut hash, key(&meta)?, &meta),
                "range" => keep(&mut range, key(&meta)?, &meta),
                "projection" => keep(&mut projection, projected(&meta)?, &meta),
                "read_capacity" | "write_capacity" if kind == IndexKind::Local => {
                    Err(meta.error("a local index has no capacity of its own: it uses the table's"))
                }
                "read_capacity" => keep(&mut read_capacity, meta.value()?.parse()?, &meta),
                "write_capacity" => keep(&mut write_capacity, meta.value()?.parse()?, &meta),
                _ => Err(meta.error(
                    "expected `name`, `hash`, `range`, `projection(..)`, `read_capacity`, `write_capacity` or `const`",
                )),
            }
        })?;
        let Some(name) = name else {
            return Err(Error::new(span, "an index needs a name: `name = \"by_name\"`"));
        };
        let at = name.span();
        if hash.is_none() && kind == IndexKind::Global {
            return Err(Error::new(at, "a global index needs a hash key: `hash = \"field\"`"));
        }
        if range.is_none() && kind == IndexKind::Local {
            return Err(Error::new(at, "a local index needs a range key: `range = \"field\"`"));
        }
        let (hash, range) = (hash.unwrap_or_default(), range.unwrap_or_default());
        let projection = projection.unwrap_or(Projected::All);
        Ok(Self { kind, name, constant, hash, range, projection, read_capacity, write_capacity })
    }
}

/// `hash = "user"`, or `hash("tournament", "region")`, or `hash(gsi1pk = "EMAIL#{email}")`.
fn key(meta: &ParseNestedMeta<'_>) -> Result<Vec<KeyPart>> {
    if meta.input.peek(Token![=]) {
        return Ok(vec![KeyPart::Field(meta.value()?.parse()?)]);
    }
    let parts = list(meta, KeyPart::parse)?;
    if parts.is_empty() {
        return Err(meta.error("a key has at least one part: name a field, as in `hash(\"user\")`"));
    }
    Ok(parts)
}

/// `projection(all)`, `projection(keys_only)` or `projection(include("seen"))`.
fn projected(meta: &ParseNestedMeta<'_>) -> Result<Projected> {
    let expected = "expected `all`, `keys_only` or `include(\"field\", ..)`";
    let content;
    syn::parenthesized!(content in meta.input);
    let name: Ident = content.parse().map_err(|error| Error::new(error.span(), expected))?;
    let projected = match name.to_string().as_str() {
        "all" => Projected::All,
        "keys_only" => Projected::KeysOnly,
        "include" => {
            let names;
            syn::parenthesized!(names in content);
            Projected::Include(names.parse_terminated(included, Token![,])?.into_iter().collect())
        }
        _ => return Err(Error::new(name.span(), expected)),
    };
    if content.is_empty() { Ok(projected) } else { Err(content.error("an index has one projection")) }
}

fn included(input: ParseStream<'_>) -> Result<Included> {
    if input.peek(LitStr) {
        return input.parse().map(Included::Field);
    }
    let name: Ident = input.parse()?;
    if name != "attribute" {
        return Err(Error::new(name.span(), format!("a field is named in quotes: \"{name}\"")));
    }
    let content;
    syn::parenthesized!(content in input);
    content.parse().map(Included::Attribute)
}
