//! `#[derive(Document)]`: typed paths to the fields of a nested struct.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Error, Result};

use crate::fields::Container;

pub(crate) fn derive(input: TokenStream, default_path: &str) -> Result<TokenStream> {
    let advice =
        "an enum is stored as serde writes it, and can be set and compared as a whole without this derive";
    let container = Container::parse(input, default_path, "a document", advice)?;
    if let Some(at) = container.attributes.of_table {
        let problem =
            "a document is a part of a table's items, and no table: this belongs to `#[derive(Table)]`";
        return Err(Error::new(at, problem));
    }
    if let Some((role, at)) = container.fields.iter().find_map(|field| field.role) {
        let problem =
            format!("only a field of a table itself can be `{}`, none of a nested document", role.name());
        return Err(Error::new(at, problem));
    }
    let paths = container.paths()?;
    let name = &container.name;
    let (impl_generics, type_generics, where_clause) = container.generics.split_for_impl();
    Ok(quote! {
        #[automatically_derived]
        impl #impl_generics #name #type_generics #where_clause {
            #paths
        }
    })
}
