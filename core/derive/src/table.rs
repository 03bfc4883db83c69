//! From a struct to its `Table` implementation and typed paths.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::ext::IdentExt as _;
use syn::spanned::Spanned as _;
use syn::{Data, DeriveInput, Error, Fields, Ident, LitInt, LitStr, Path, Result, Type};

use crate::attributes::{FieldAttributes, StructAttributes};

/// The prefix of the attributes that the library keeps for itself.
const RESERVED_PREFIX: &str = "dy_";

/// A field that is stored as an attribute.
struct Attribute<'a> {
    constant: Ident,
    name: LitStr,
    kind: &'a Type,
    field: String,
}

pub(crate) fn derive(input: TokenStream, default_path: &str) -> Result<TokenStream> {
    let input: DeriveInput = syn::parse2(input)?;
    let on_struct = StructAttributes::parse(&input.attrs)?;
    let path: Path = match &on_struct.path {
        Some(path) => path.clone(),
        None => syn::parse_str(default_path)?,
    };
    let Data::Struct(data) = &input.data else {
        return Err(Error::new(input.span(), "a table's items must be a struct"));
    };
    let Fields::Named(fields) = &data.fields else {
        return Err(Error::new(input.span(), "a table's items must be a struct with named fields"));
    };
    let Some(table_name) = &on_struct.name else {
        return Err(Error::new(input.ident.span(), "a table needs a name: #[table(name = \"..\")]"));
    };

    let mut attributes = Vec::new();
    let (mut hash, mut range) = (None, None);
    for field in &fields.named {
        let on_field = FieldAttributes::parse(&field.attrs)?;
        let Some(ident) = &field.ident else { continue };
        if on_field.hidden {
            if on_field.hash_key || on_field.range_key {
                return Err(Error::new(
                    field.span(),
                    "a key must be stored: it can be neither skipped nor flattened",
                ));
            }
            continue;
        }
        let plain = ident.unraw().to_string();
        let name = on_field.rename.unwrap_or_else(|| {
            let renamed = on_struct.rename_all.map_or_else(|| plain.clone(), |rule| rule.apply(&plain));
            LitStr::new(&renamed, ident.span())
        });
        if name.value().starts_with(RESERVED_PREFIX) {
            return Err(Error::new(name.span(), "names that begin with `dy_` are reserved for the library"));
        }
        let constant = format_ident!("{}", plain.to_uppercase(), span = ident.span());
        let index = attributes.len();
        attributes.push(Attribute { constant, name, kind: &field.ty, field: plain });
        for (wanted, slot, role) in
            [(on_field.hash_key, &mut hash, "hash key"), (on_field.range_key, &mut range, "range key")]
        {
            if wanted && slot.replace(index).is_some() {
                return Err(Error::new(field.span(), format!("a table has one {role}")));
            }
        }
    }
    let Some(hash) = hash else {
        return Err(Error::new(
            input.ident.span(),
            "a table needs a hash key: #[table(hash_key)] on one of its fields",
        ));
    };
    if range == Some(hash) {
        return Err(Error::new(
            attributes[hash].kind.span(),
            "one field cannot be both hash key and range key",
        ));
    }

    let key_attribute = |index: usize| {
        let Attribute { name, kind, .. } = &attributes[index];
        quote! {
            #path::KeyAttribute {
                name: ::std::borrow::Cow::Borrowed(#name),
                kind: <#kind as #path::KeyAttributeType>::KIND,
            }
        }
    };
    let hash_type = attributes[hash].kind;
    let keys = match range {
        None => quote!(#path::HashOnly<#hash_type>),
        Some(range) => {
            let range_type = attributes[range].kind;
            quote!(#path::HashRange<#hash_type, #range_type>)
        }
    };
    let hash_attribute = key_attribute(hash);
    let range_attribute = match range {
        None => quote!(::std::option::Option::None),
        Some(range) => {
            let attribute = key_attribute(range);
            quote!(::std::option::Option::Some(#attribute))
        }
    };
    let capacity = |value: &Option<LitInt>| match value {
        None => quote!(::std::option::Option::None),
        Some(value) => quote!(::std::option::Option::Some(#value)),
    };
    let read_capacity = capacity(&on_struct.read_capacity);
    let write_capacity = capacity(&on_struct.write_capacity);
    if on_struct.read_capacity.is_some() != on_struct.write_capacity.is_some() {
        return Err(Error::new(
            table_name.span(),
            "a table has both a read and a write capacity, or neither",
        ));
    }
    let views = &on_struct.views;

    let name = &input.ident;
    let visibility = &input.vis;
    let (impl_generics, type_generics, where_clause) = input.generics.split_for_impl();
    let constants = attributes.iter().map(|Attribute { constant, name, kind, field }| {
        let doc = format!("The attribute of the field `{field}`.");
        quote! {
            #[doc = #doc]
            #[allow(dead_code)]
            #visibility const #constant: #path::Path<Self, #kind> = #path::Path::new(#name);
        }
    });
    Ok(quote! {
        #[automatically_derived]
        impl #impl_generics #path::Table for #name #type_generics #where_clause {
            type Keys = #keys;

            const DESCRIPTION: &'static #path::Description = {
                const VIEWS: &[::std::borrow::Cow<'static, str>] = &[#(::std::borrow::Cow::Borrowed(#views)),*];
                &#path::Description {
                    name: ::std::borrow::Cow::Borrowed(#table_name),
                    keys: #path::KeyShape { hash: #hash_attribute, range: #range_attribute },
                    read_capacity: #read_capacity,
                    write_capacity: #write_capacity,
                    views: ::std::borrow::Cow::Borrowed(VIEWS),
                }
            };
        }

        #[automatically_derived]
        impl #impl_generics #name #type_generics #where_clause {
            #(#constants)*
        }
    })
}
