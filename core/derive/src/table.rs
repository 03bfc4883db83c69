//! `#[derive(Table)]`: from a struct to its `Table` implementation, typed paths and indexes.

mod indexes;

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::spanned::Spanned as _;
use syn::{Error, LitInt, LitStr, Result};

use crate::attributes::{KeyPart, Role};
use crate::fields::{Container, Field};
use crate::keys::{self, KeyAttribute, Templates};

pub(crate) fn derive(input: TokenStream, default_path: &str) -> Result<TokenStream> {
    let advice = "derive it for a struct of each variant, and serde's `Deserialize` alone for an enum of them, which a \
                  query answers by `any_of`";
    let container = Container::parse(input, default_path, "a table's items", advice)?;
    let templates = Templates::of(&container)?;
    if let (Some(at), Some(made)) = (container.attributes.deny_unknown_fields, templates.iter().next()) {
        let problem = format!(
            "items hold `{}`, which is made from fields and is none, so they could not be read: leave \
             `deny_unknown_fields` out",
            made.name()
        );
        return Err(Error::new(at, problem));
    }
    let keys = TableKeys::of(&container, &templates)?;
    let paths = container.paths()?;
    let indexes = indexes::Indexes::of(&container, &templates, &keys)?;
    let constants = indexes.constants();
    let description = description(&container, &keys, &indexes)?;
    let entity = entity(&container, &templates, &keys)?;

    let Container { name, path, generics, .. } = &container;
    let (impl_generics, type_generics, where_clause) = generics.split_for_impl();
    let key_types = keys::schema(path, &[keys.hash], &keys.range.into_iter().collect::<Vec<_>>(), |field| {
        let kind = &field.kind;
        quote!(#kind)
    });
    // Constants of a generic type are looked at where they are used, those of any other type here.
    let look = generics.params.is_empty().then(|| {
        quote! {
            const _: (&#path::Description, &#path::table::Entity) =
                (<#name as #path::Table>::DESCRIPTION, <#name as #path::Table>::ENTITY);
        }
    });
    Ok(quote! {
        #[automatically_derived]
        impl #impl_generics #path::Table for #name #type_generics #where_clause {
            type Keys = #key_types;

            const DESCRIPTION: &'static #path::Description = #description;
            #entity
        }

        #[automatically_derived]
        impl #impl_generics #name #type_generics #where_clause {
            #paths
            #constants
        }

        #look
    })
}

/// The table's own keys.
struct TableKeys<'a> {
    hash: KeyAttribute<'a>,
    range: Option<KeyAttribute<'a>>,
}

impl<'a> TableKeys<'a> {
    fn of(container: &'a Container, templates: &'a Templates<'a>) -> Result<Self> {
        let key = |declared: &Option<KeyPart>, role: Role, what: &str| {
            let field = field_of_role(container, role)?;
            match (declared, field) {
                (Some(_), Some((_, at))) => Err(Error::new(
                    at,
                    format!("the struct declares the table's {what} already, made from a template"),
                )),
                (Some(part), None) => templates.key_attribute(container, part).map(Some),
                (None, Some((field, _))) => {
                    field.check_type_is_known()?;
                    Ok(Some(KeyAttribute::Field(field)))
                }
                (None, None) => Ok(None),
            }
        };
        let attributes = &container.attributes;
        let hash = key(&attributes.hash_key, Role::HashKey, "hash key")?.ok_or_else(|| {
            let problem = "a table needs a hash key: #[table(hash_key)] on one of its fields, or \
                           #[table(hash_key(pk = \"..\"))] on the struct for a key that is made from fields";
            Error::new(container.name.span(), problem)
        })?;
        let range = key(&attributes.range_key, Role::RangeKey, "range key")?;
        if let Some(range) = range
            && range.name().value() == hash.name().value()
        {
            return Err(Error::new(range.name().span(), "hash key and range key are two attributes"));
        }
        Ok(Self { hash, range })
    }
}

/// The field of a role, and where that stands.
fn field_of_role(container: &Container, wanted: Role) -> Result<Option<(&Field, Span)>> {
    let mut found: Option<(&Field, Span)> = None;
    for field in &container.fields {
        let Some((role, at)) = field.role else { continue };
        if role != wanted {
            continue;
        }
        if let Some((other, _)) = found {
            let problem = format!("only one field can be `{}`, and `{}` is", role.name(), other.plain);
            return Err(Error::new(at, problem));
        }
        found = Some((field, at));
    }
    Ok(found)
}

/// The value of `Table::DESCRIPTION`.
fn description(
    container: &Container,
    keys: &TableKeys<'_>,
    indexes: &indexes::Indexes<'_>,
) -> Result<TokenStream> {
    let Container { path, attributes, .. } = container;
    let Some(name) = &attributes.name else {
        return Err(Error::new(container.name.span(), "a table needs a name: #[table(name = \"..\")]"));
    };
    check_name(name, "a table's name")?;
    let (read_capacity, write_capacity) =
        capacities(&attributes.read_capacity, &attributes.write_capacity, name)?;
    let hash = keys.hash.in_table(path);
    let range = option(keys.range.map(|range| range.in_table(path)));
    let views = &attributes.views;
    let indexes = indexes.descriptions();
    let time_to_live = match field_of_role(container, Role::TimeToLive)? {
        None => quote!(::std::option::Option::None),
        Some((Field { attribute, kind, .. }, _)) => quote_spanned! {kind.span()=>
            ::std::option::Option::Some(::std::borrow::Cow::Borrowed(
                #path::table::derived::time_to_live::<#kind>(#attribute)
            ))
        },
    };
    // Braces, since what is borrowed in them lives as long as the whole: `Cow::Borrowed(&[..])` would not.
    Ok(quote! {
        &#path::Description {
            name: ::std::borrow::Cow::Borrowed(#name),
            as_in_service: false,
            keys: #path::KeyShape { hash: #hash, range: #range },
            indexes: ::std::borrow::Cow::Borrowed { 0: &[#(#indexes),*] },
            time_to_live: #time_to_live,
            read_capacity: #read_capacity,
            write_capacity: #write_capacity,
            views: ::std::borrow::Cow::Borrowed { 0: &[#(::std::borrow::Cow::Borrowed(#views)),*] },
        }
    })
}

/// `Table::ENTITY`, where it is not that of a plain struct.
fn entity(
    container: &Container,
    templates: &Templates<'_>,
    keys: &TableKeys<'_>,
) -> Result<Option<TokenStream>> {
    let Container { path, attributes, .. } = container;
    let role = |role| field_of_role(container, role).map(|found| found.map(|(field, _)| field));
    let version = role(Role::Version)?;
    let (created_at, updated_at) = (role(Role::CreatedAt)?, role(Role::UpdatedAt)?);
    let shares_table = keys.hash.is_made() || keys.range.is_some_and(KeyAttribute::is_made);
    let name = match &attributes.entity {
        Some(name) if name.value().is_empty() => {
            return Err(Error::new(name.span(), "an entity's name must not be empty"));
        }
        Some(name) => Some(name.value()),
        None => shares_table.then(|| container.name.to_string().trim_start_matches("r#").to_owned()),
    };
    let plain = name.is_none() && templates.is_empty() && version.or(created_at).or(updated_at).is_none();
    if plain {
        return Ok(None);
    }
    let derived = |field: Option<&Field>, function: TokenStream| {
        option(field.map(
            |Field { attribute, kind, .. }| quote!(#path::table::derived::#function::<#kind>(#attribute)),
        ))
    };
    let version = derived(version, quote!(version));
    let created_at = derived(created_at, quote!(created_at));
    let updated_at = derived(updated_at, quote!(updated_at));
    let name = option(name.map(|name| quote!(#name)));
    let templates = templates.iter().map(|made| made.tokens(path));
    Ok(Some(quote! {
        const ENTITY: &'static #path::table::Entity = &#path::table::Entity {
            name: #name,
            templates: &[#(#templates),*],
            version: #version,
            created_at: #created_at,
            updated_at: #updated_at,
        };
    }))
}

/// Read and write capacity, of which there are both or none.
fn capacities(
    read: &Option<LitInt>,
    write: &Option<LitInt>,
    name: &LitStr,
) -> Result<(TokenStream, TokenStream)> {
    if read.is_some() != write.is_some() {
        let problem = format!("`{}` has a read and a write capacity, or neither", name.value());
        return Err(Error::new(name.span(), problem));
    }
    let capacity = |value: &Option<LitInt>| option(value.as_ref().map(|value| quote!(#value)));
    Ok((capacity(read), capacity(write)))
}

/// # Errors
/// When a table or index cannot have this name.
fn check_name(name: &LitStr, what: &str) -> Result<()> {
    let value = name.value();
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte);
    if (3..=255).contains(&value.len()) && value.bytes().all(fits) {
        return Ok(());
    }
    Err(Error::new(name.span(), format!("{what} has 3 to 255 characters out of a-z, A-Z, 0-9, _, - and .")))
}

fn option(value: Option<TokenStream>) -> TokenStream {
    match value {
        None => quote!(::std::option::Option::None),
        Some(value) => quote!(::std::option::Option::Some(#value)),
    }
}
