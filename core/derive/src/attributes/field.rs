//! What stands on a field.

use proc_macro2::Span;
use syn::meta::ParseNestedMeta;
use syn::spanned::Spanned as _;
use syn::{Attribute, Ident, LitStr, Result, Type};

use super::{keep, quoted, serde};

/// What a field is for, beside holding data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    HashKey,
    RangeKey,
    Version,
    TimeToLive,
    CreatedAt,
    UpdatedAt,
}

impl Role {
    fn parse(name: &Ident) -> Option<Self> {
        Some(match name.to_string().as_str() {
            "hash_key" => Self::HashKey,
            "range_key" => Self::RangeKey,
            "version" => Self::Version,
            "ttl" => Self::TimeToLive,
            "created_at" => Self::CreatedAt,
            "updated_at" => Self::UpdatedAt,
            _ => return None,
        })
    }

    /// As it is written in an attribute.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::HashKey => "hash_key",
            Self::RangeKey => "range_key",
            Self::Version => "version",
            Self::TimeToLive => "ttl",
            Self::CreatedAt => "created_at",
            Self::UpdatedAt => "updated_at",
        }
    }
}

/// What stands on a field.
#[derive(Default)]
pub(crate) struct FieldAttributes {
    pub(crate) role: Option<(Role, Span)>,
    pub(crate) stored_as: Option<Type>,
    pub(crate) no_path: Option<()>,
    pub(crate) rename: Option<LitStr>,
    /// Whether serde stores no attribute of its own for the field.
    pub(crate) hidden: bool,
    /// Where the field's own attributes are spread over the item.
    pub(crate) flattened: Option<Span>,
    /// Where functions are named that store the field as another type.
    pub(crate) converted: Option<(Span, String)>,
}

impl FieldAttributes {
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
        if let Some(role) = meta.path.get_ident().and_then(Role::parse) {
            if meta.input.peek(syn::token::Paren) {
                return Err(meta.error("a key that is made from fields is declared on the struct"));
            }
            if let Some((other, _)) = self.role.replace((role, meta.path.span())) {
                let problem = format!("a field cannot be both `{}` and `{}`", other.name(), role.name());
                return Err(meta.error(problem));
            }
            return Ok(());
        }
        if meta.path.is_ident("stored_as") {
            return keep(&mut self.stored_as, quoted(meta)?, meta);
        }
        if meta.path.is_ident("no_path") {
            return keep(&mut self.no_path, (), meta);
        }
        Err(meta.error(
            "expected `hash_key`, `range_key`, `version`, `ttl`, `created_at`, `updated_at`, `stored_as` or `no_path`",
        ))
    }

    fn serde(&mut self, meta: &ParseNestedMeta<'_>) -> Result<()> {
        let name = meta.path.get_ident().map(ToString::to_string).unwrap_or_default();
        match name.as_str() {
            "rename" => {
                self.rename = serde::one_name(meta)?;
                return Ok(());
            }
            "skip" | "skip_serializing" => self.hidden = true,
            "flatten" => self.flattened = Some(meta.path.span()),
            "with" | "serialize_with" | "deserialize_with" => {
                self.converted = Some((meta.path.span(), name));
            }
            _ => {}
        }
        serde::skip(meta)
    }
}
