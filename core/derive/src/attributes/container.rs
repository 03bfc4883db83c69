//! What stands on the struct.

use proc_macro2::Span;
use syn::meta::ParseNestedMeta;
use syn::parse::Parse;
use syn::spanned::Spanned as _;
use syn::{Attribute, Error, LitInt, LitStr, Path, Result, Type};

use super::index::{IndexAttributes, IndexKind, KeyPart};
use super::{keep, list, quoted, serde};
use crate::names::RenameRule;

/// What stands on the struct.
#[derive(Default)]
pub(crate) struct ContainerAttributes {
    pub(crate) name: Option<LitStr>,
    pub(crate) entity: Option<LitStr>,
    pub(crate) hash_key: Option<KeyPart>,
    pub(crate) range_key: Option<KeyPart>,
    pub(crate) indexes: Vec<IndexAttributes>,
    pub(crate) read_capacity: Option<LitInt>,
    pub(crate) write_capacity: Option<LitInt>,
    pub(crate) views: Vec<LitStr>,
    pub(crate) of: Option<Type>,
    pub(crate) path: Option<Path>,
    pub(crate) rename_all: Option<RenameRule>,
    /// Where serde is told to refuse attributes that are no fields.
    pub(crate) deny_unknown_fields: Option<Span>,
    /// Where something stands that describes a table.
    pub(crate) of_table: Option<Span>,
}

impl ContainerAttributes {
    pub(crate) fn parse(attributes: &[Attribute]) -> Result<Self> {
        let mut found = Self::default();
        for attribute in attributes {
            if attribute.path().is_ident("table") {
                attribute.parse_nested_meta(|meta| found.table(&meta))?;
            } else if attribute.path().is_ident("serde") {
                attribute.parse_nested_meta(|meta| found.serde(&meta))?;
            }
        }
        Ok(found)
    }

    fn table(&mut self, meta: &ParseNestedMeta<'_>) -> Result<()> {
        let name = meta.path.get_ident().map(ToString::to_string).unwrap_or_default();
        match name.as_str() {
            "crate" => return keep(&mut self.path, quoted(meta)?, meta),
            "of" => return keep(&mut self.of, quoted(meta)?, meta),
            "name" => keep(&mut self.name, meta.value()?.parse()?, meta)?,
            "entity" => keep(&mut self.entity, meta.value()?.parse()?, meta)?,
            "hash_key" => keep(&mut self.hash_key, table_key(meta)?, meta)?,
            "range_key" => keep(&mut self.range_key, table_key(meta)?, meta)?,
            "global_index" => self.indexes.push(IndexAttributes::parse(meta, IndexKind::Global)?),
            "local_index" => self.indexes.push(IndexAttributes::parse(meta, IndexKind::Local)?),
            "read_capacity" => keep(&mut self.read_capacity, meta.value()?.parse()?, meta)?,
            "write_capacity" => keep(&mut self.write_capacity, meta.value()?.parse()?, meta)?,
            "views" => self.views.extend(list(meta, <LitStr as Parse>::parse)?),
            _ => {
                return Err(meta.error(
                    "expected `name`, `hash_key(..)`, `range_key(..)`, `entity`, `global_index(..)`, `local_index(..)`, \
                     `read_capacity`, `write_capacity`, `views(..)`, `of` or `crate`",
                ));
            }
        }
        self.of_table = Some(meta.path.span());
        Ok(())
    }

    fn serde(&mut self, meta: &ParseNestedMeta<'_>) -> Result<()> {
        if meta.path.is_ident("rename_all") {
            if let Some(rule) = serde::one_name(meta)? {
                self.rename_all = RenameRule::parse(&rule.value());
            }
            return Ok(());
        }
        if meta.path.is_ident("into") || meta.path.is_ident("transparent") {
            return Err(meta.error(
                "what is stored are then not this struct's fields: put the derive on the type that is stored",
            ));
        }
        if meta.path.is_ident("deny_unknown_fields") {
            self.deny_unknown_fields = Some(meta.path.span());
        }
        serde::skip(meta)
    }
}

/// The one attribute of a table's key, which is made from a template.
fn table_key(meta: &ParseNestedMeta<'_>) -> Result<KeyPart> {
    let advice = "on the struct this declares a key that is made from fields, as in `hash_key(pk = \"USER#{id}\")`; a \
                  field that is the key itself gets `#[table(hash_key)]` or `#[table(range_key)]`";
    if !meta.input.peek(syn::token::Paren) {
        return Err(meta.error(advice));
    }
    let mut parts = list(meta, KeyPart::parse)?;
    match (parts.pop(), parts.is_empty()) {
        (Some(part @ KeyPart::Template { .. }), true) => Ok(part),
        (Some(KeyPart::Field(name)), true) => Err(Error::new(name.span(), advice)),
        (Some(part), false) => Err(Error::new(
            part.span(),
            "a key of a table is one attribute: make it from several fields, as in `\"{tenant}#{user}\"`",
        )),
        (None, _) => Err(meta.error(advice)),
    }
}
