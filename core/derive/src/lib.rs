//! `#[derive(Table)]` for Dynochemy.
//!
//! Each crate that an application may depend on re-exports one of these macros as `Table`; they differ only in the
//! path that their output starts from, so that an application needs no dependency but that one. For any other path
//! there is `#[table(crate = "..")]`.

mod attributes;
mod names;
mod table;

use proc_macro::TokenStream;

macro_rules! derives {
    ($($(#[$doc:meta])* $function:ident $name:ident $path:literal;)*) => {$(
        $(#[$doc])*
        ///
        #[doc = include_str!("table.md")]
        #[proc_macro_derive($name, attributes(table))]
        pub fn $function(input: TokenStream) -> TokenStream {
            table::derive(input.into(), $path).unwrap_or_else(syn::Error::into_compile_error).into()
        }
    )*};
}

derives! {
    /// Implements `Table` for users of `dynochemy-core`.
    table Table "::dynochemy_core";
    /// Implements `Table` for users of `dynochemy-tokio`.
    table_tokio TableTokio "::dynochemy_tokio::dynochemy_core";
    /// Implements `Table` for users of `dynochemy-async-std`.
    table_async_std TableAsyncStd "::dynochemy_async_std::dynochemy_core";
    /// Implements `Table` for users of `dynochemy-blocking`.
    table_blocking TableBlocking "::dynochemy_blocking::dynochemy_core";
    /// Implements `Table` for users of `dynochemy-sql`.
    table_sql TableSql "::dynochemy_sql::dynochemy_core";
}
