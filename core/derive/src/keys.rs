//! The key attributes of a table and its indexes: which fields they are, or are made from.

use std::collections::BTreeMap;

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::spanned::Spanned as _;
use syn::{Error, LitStr, Path, Result};

use crate::attributes::{KeyPart, Role};
use crate::fields::{Container, Field, check_attribute_name};
use crate::template::{Part, Template};

/// The most parts that a key may have: attributes of an index, or fields of a template.
const MAX_PARTS: usize = 4;
/// The most bytes that a key attribute's name may have.
const MAX_NAME: usize = 255;

/// A key attribute.
#[derive(Clone, Copy)]
pub(crate) enum KeyAttribute<'a> {
    /// A field.
    Field(&'a Field),
    /// One that is made from fields.
    Made(&'a Made<'a>),
}

/// A key attribute that is made from fields.
pub(crate) struct Made<'a> {
    attribute: LitStr,
    text: String,
    template: Template,
    fields: BTreeMap<String, &'a Field>,
    /// Whether it is a key of the table, so that no item can lack it.
    of_table: bool,
}

/// All key attributes of a table that are made from fields, of its indexes too.
pub(crate) struct Templates<'a>(Vec<Made<'a>>);

impl<'a> Templates<'a> {
    pub(crate) fn of(container: &'a Container) -> Result<Self> {
        let attributes = &container.attributes;
        let of_table = [&attributes.hash_key, &attributes.range_key].into_iter().flatten();
        let of_indexes = attributes.indexes.iter().flat_map(|index| index.hash.iter().chain(&index.range));
        let mut templates = Self(Vec::new());
        for (part, of_table) in of_table.map(|part| (part, true)).chain(of_indexes.map(|part| (part, false)))
        {
            if let KeyPart::Template { attribute, template } = part {
                templates.add(container, attribute, template, of_table)?;
            }
        }
        Ok(templates)
    }

    fn add(
        &mut self,
        container: &'a Container,
        attribute: &LitStr,
        template: &LitStr,
        of_table: bool,
    ) -> Result<()> {
        let name = attribute.value();
        let refuse = |problem: String| Err(Error::new(attribute.span(), problem));
        check_attribute_name(attribute)?;
        if name.len() > MAX_NAME {
            return refuse(format!("a key attribute's name has at most {MAX_NAME} bytes"));
        }
        if let Some(field) = container.fields.iter().find(|field| field.attribute.value() == name) {
            return refuse(format!(
                "the field `{}` is stored as `{name}` already, which the library would set: give one of them another \
                 name",
                field.plain
            ));
        }
        if let Some(known) = self.0.iter().find(|known| known.attribute.value() == name) {
            if known.text == template.value() {
                return Ok(());
            }
            return refuse(format!("`{name}` is made as {:?} already, and an item has it once", known.text));
        }
        let made = Made {
            attribute: attribute.clone(),
            text: template.value(),
            template: Template::parse(template)?,
            fields: BTreeMap::new(),
            of_table,
        };
        self.0.push(made.find_fields(container, template.span())?);
        Ok(())
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Made<'a>> {
        self.0.iter()
    }

    /// The key attribute that a part of a key declares.
    pub(crate) fn key_attribute(
        &'a self,
        container: &'a Container,
        part: &KeyPart,
    ) -> Result<KeyAttribute<'a>> {
        let (KeyPart::Field(name) | KeyPart::Template { attribute: name, .. }) = part;
        if let KeyPart::Field(name) = part
            && let Some(field) = container.field(name)
        {
            field.check_type_is_known()?;
            return Ok(KeyAttribute::Field(field));
        }
        let made = self.0.iter().find(|made| made.attribute.value() == name.value());
        made.map(KeyAttribute::Made).ok_or_else(|| container.no_field(name))
    }
}

impl<'a> Made<'a> {
    fn find_fields(mut self, container: &'a Container, at: Span) -> Result<Self> {
        for name in self.template.fields() {
            let field = container.fields.iter().find(|field| field.plain == name);
            let field = field.ok_or_else(|| container.no_field_called(name, at))?;
            field.check_type_is_known()?;
            if let Some((role @ (Role::Version | Role::TimeToLive | Role::CreatedAt | Role::UpdatedAt), _)) =
                field.role
            {
                let problem = format!(
                    "`{name}` is `{}`, which changes without the key: a key cannot be made from it",
                    role.name()
                );
                return Err(Error::new(at, problem));
            }
            self.fields.insert(name.to_owned(), field);
        }
        if self.fields.len() > MAX_PARTS {
            return Err(Error::new(at, format!("a key is made from at most {MAX_PARTS} fields")));
        }
        Ok(self)
    }

    /// The `KeyTemplate` of `Entity::templates`.
    pub(crate) fn tokens(&self, path: &Path) -> TokenStream {
        let attribute = &self.attribute;
        let check = if self.of_table { quote!(template_field) } else { quote!(index_template_field) };
        let parts = self.template.parts.iter().map(|part| match part {
            Part::Text(text) => quote!(#path::table::TemplatePart::Text(#text)),
            Part::Field { name, width } => {
                let Field { attribute, kind, .. } = self.fields[name];
                quote_spanned!(kind.span()=> #path::table::derived::#check::<#kind>(#attribute, #width))
            }
        });
        quote! {
            #path::table::KeyTemplate {
                attribute: #attribute,
                template: #path::table::Template { parts: &[#(#parts),*] },
            }
        }
    }

    pub(crate) fn name(&self) -> String {
        self.attribute.value()
    }

    fn fields_in_order(&self) -> impl Iterator<Item = &'a Field> {
        self.template.fields().map(|name| self.fields[name])
    }
}

impl<'a> KeyAttribute<'a> {
    /// The attribute's name.
    pub(crate) fn name(self) -> &'a LitStr {
        match self {
            Self::Field(field) => &field.attribute,
            Self::Made(made) => &made.attribute,
        }
    }

    pub(crate) fn is_made(self) -> bool {
        matches!(self, Self::Made(_))
    }

    /// The fields that it is, or is made from.
    pub(crate) fn fields(self) -> Vec<&'a Field> {
        match self {
            Self::Field(field) => vec![field],
            Self::Made(made) => made.fields_in_order().collect(),
        }
    }

    /// The `KeyAttribute` of a table's key.
    pub(crate) fn in_table(self, path: &Path) -> TokenStream {
        self.tokens(path, |field| {
            let kind = &field.kind;
            quote!(#kind)
        })
    }

    /// The `KeyAttribute` of an index's key.
    pub(crate) fn in_index(self, path: &Path) -> TokenStream {
        self.tokens(path, |field| index_type(path, field))
    }

    fn tokens(self, path: &Path, kind: impl Fn(&Field) -> TokenStream) -> TokenStream {
        let name = self.name();
        let kind = match self {
            Self::Made(_) => quote!(#path::ScalarType::S),
            Self::Field(field) => {
                let (at, kind) = (field.kind.span(), kind(field));
                quote_spanned!(at=> <#kind as #path::KeyAttributeType>::KIND)
            }
        };
        quote!(#path::KeyAttribute { name: ::std::borrow::Cow::Borrowed(#name), kind: #kind })
    }
}

/// The type that a field has as a key of an index.
pub(crate) fn index_type(path: &Path, field: &Field) -> TokenStream {
    let kind = &field.kind;
    quote_spanned!(kind.span()=> <#kind as #path::table::IndexAttribute>::Key)
}

/// The type of a table's or index's keys.
pub(crate) fn schema(
    path: &Path,
    hash: &[KeyAttribute<'_>],
    range: &[KeyAttribute<'_>],
    kind: impl Fn(&Field) -> TokenStream,
) -> TokenStream {
    let types = |keys: &[KeyAttribute<'_>]| -> Vec<TokenStream> {
        keys.iter().flat_map(|key| key.fields()).map(&kind).collect()
    };
    let (hash_types, range_types) = (types(hash), types(range));
    let is_made = hash.iter().chain(range).any(|key| key.is_made());
    match (hash, range) {
        ([_], []) if !is_made => quote!(#path::table::HashOnly<#(#hash_types)*>),
        ([_], [_]) if !is_made => quote!(#path::table::HashRange<#(#hash_types)*, #(#range_types)*>),
        _ => quote!(#path::table::Composite<(#(#hash_types,)*), (#(#range_types,)*)>),
    }
}

/// # Errors
/// When a key of an index has too many parts, or one of them twice.
pub(crate) fn check_parts(keys: &[KeyAttribute<'_>], parts: &[KeyPart]) -> Result<()> {
    let fields: usize = keys.iter().map(|key| key.fields().len()).sum();
    if keys.len().max(fields) > MAX_PARTS {
        let at = parts.last().map_or_else(Span::call_site, KeyPart::span);
        return Err(Error::new(at, format!("a key of an index has at most {MAX_PARTS} parts")));
    }
    for (index, (key, part)) in keys.iter().zip(parts).enumerate() {
        if keys[..index].iter().any(|other| other.name().value() == key.name().value()) {
            let problem = format!("`{}` is a part of this key already", key.name().value());
            return Err(Error::new(part.span(), problem));
        }
    }
    Ok(())
}
