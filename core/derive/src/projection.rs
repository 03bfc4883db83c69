//! `#[derive(Projection)]`: a smaller struct, whose fields are some of a table's.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::spanned::Spanned as _;
use syn::{Error, Result};

use crate::fields::Container;

pub(crate) fn derive(input: TokenStream, default_path: &str) -> Result<TokenStream> {
    let container =
        Container::parse(input, default_path, "a projection", "read an enum as a whole attribute")?;
    let Container { name, path, generics, attributes, fields, .. } = &container;
    let Some(table) = &attributes.of else {
        let problem = "a projection needs the table that it is of: #[table(of = \"Visit\")]";
        return Err(Error::new(name.span(), problem));
    };
    if let Some(at) = container.flattened {
        let problem =
            "a projection asks for each attribute by its name, so none of its fields can be flattened";
        return Err(Error::new(at, problem));
    }
    if fields.is_empty() {
        return Err(Error::new(name.span(), "a projection needs a field that is stored"));
    }
    let mut paths = Vec::new();
    for field in fields {
        field.check_type_is_known()?;
        let (constant, attribute, kind) = (field.constant(), &field.attribute, &field.kind);
        paths.push(quote_spanned! {kind.span()=>
            #path::table::derived::projected(<#table>::#constant, #attribute).with_type::<#kind>()
        });
    }
    let (impl_generics, type_generics, where_clause) = generics.split_for_impl();
    // Constants of a generic type are looked at where they are used, those of any other type here.
    let look = generics.params.is_empty().then(|| {
        quote! {
            const _: &[&::std::primitive::str] = <#name as #path::Projection<#table>>::PATHS;
        }
    });
    Ok(quote! {
        #[automatically_derived]
        impl #impl_generics #path::Projection<#table> for #name #type_generics #where_clause {
            const PATHS: &'static [&'static ::std::primitive::str] = &[#(#paths),*];
        }

        #look
    })
}
