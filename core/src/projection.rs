//! Smaller structs: a part of an item's attributes, to be read alone or changed together.

use crate::expression::DocumentPath;

/// A struct whose fields are some of the attributes of `T`, with the same types or an `Option` of them; made by
/// `#[derive(Projection)]`.
///
/// Reads take one by `project`, so that nothing else is returned, and updates one whose fields are options by
/// [`Update::set_all`](crate::operation::Update::set_all).
///
/// ```
/// use dynochemy_core::{Projection, Table};
/// use serde::{Deserialize, Serialize};
///
/// #[derive(Table, Serialize, Deserialize)]
/// #[table(name = "visits")]
/// struct Visit {
///     #[table(hash_key)]
///     user: String,
///     full_name: String,
///     seen: u64,
/// }
///
/// #[derive(Projection, Serialize, Deserialize)]
/// #[table(of = "Visit")]
/// struct Profile {
///     full_name: Option<String>,
///     seen: u64,
/// }
///
/// assert_eq!(Profile::PATHS, ["full_name", "seen"]);
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no projection of `{T}`",
    note = "derive it: #[derive(Projection)] #[table(of = \"..\")]"
)]
pub trait Projection<T> {
    /// The attributes' names in the table.
    const PATHS: &'static [&'static str];

    /// The attributes' paths.
    #[must_use]
    fn paths() -> Vec<DocumentPath> {
        Self::PATHS.iter().map(|name| DocumentPath::attribute(*name)).collect()
    }
}

/// The types that a projection may give to an attribute of type `V`: `V`, and `Option<V>`.
#[diagnostic::on_unimplemented(
    message = "an attribute of type `{V}` cannot be projected as `{Self}`",
    note = "the projection's field has the type of the table's field, or an `Option` of it"
)]
pub trait ProjectedAs<V> {}

impl<V> ProjectedAs<V> for V {}

impl<V> ProjectedAs<V> for Option<V> {}
