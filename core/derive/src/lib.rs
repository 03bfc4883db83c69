//! `#[derive(Table)]`, `#[derive(Document)]` and `#[derive(Projection)]` for Dynochemy.
//!
//! Each crate that an application may depend on re-exports one of each as `Table`, `Document` and `Projection`; they
//! differ only in the path that their output starts from, so that an application needs no dependency but that one. For
//! any other path there is `#[table(crate = "..")]`.

mod attributes;
mod document;
mod fields;
mod keys;
mod names;
mod projection;
mod table;
mod template;
#[cfg(test)]
mod tests;

use proc_macro::TokenStream;

macro_rules! derives {
    ($module:ident $plain:literal $reference:literal; $($function:ident $name:ident $user:literal $path:literal;)*) => {$(
        #[doc = concat!("What `", $user, "` re-exports as `", $plain, "`.")]
        ///
        #[doc = include_str!($reference)]
        #[proc_macro_derive($name, attributes(table))]
        pub fn $function(input: TokenStream) -> TokenStream {
            $module::derive(input.into(), $path).unwrap_or_else(syn::Error::into_compile_error).into()
        }
    )*};
}

derives! {
    table "Table" "table.md";
    table Table "dynochemy-core" "::dynochemy_core";
    table_tokio TableTokio "dynochemy-tokio" "::dynochemy_tokio::dynochemy_core";
    table_async_std TableAsyncStd "dynochemy-async-std" "::dynochemy_async_std::dynochemy_core";
    table_blocking TableBlocking "dynochemy-blocking" "::dynochemy_blocking::dynochemy_core";
    table_sql TableSql "dynochemy-sql" "::dynochemy_sql::dynochemy_core";
}

derives! {
    document "Document" "document.md";
    document Document "dynochemy-core" "::dynochemy_core";
    document_tokio DocumentTokio "dynochemy-tokio" "::dynochemy_tokio::dynochemy_core";
    document_async_std DocumentAsyncStd "dynochemy-async-std" "::dynochemy_async_std::dynochemy_core";
    document_blocking DocumentBlocking "dynochemy-blocking" "::dynochemy_blocking::dynochemy_core";
    document_sql DocumentSql "dynochemy-sql" "::dynochemy_sql::dynochemy_core";
}

derives! {
    projection "Projection" "projection.md";
    projection Projection "dynochemy-core" "::dynochemy_core";
    projection_tokio ProjectionTokio "dynochemy-tokio" "::dynochemy_tokio::dynochemy_core";
    projection_async_std ProjectionAsyncStd "dynochemy-async-std" "::dynochemy_async_std::dynochemy_core";
    projection_blocking ProjectionBlocking "dynochemy-blocking" "::dynochemy_blocking::dynochemy_core";
    projection_sql ProjectionSql "dynochemy-sql" "::dynochemy_sql::dynochemy_core";
}
