//! What the derives refuse, and where they say so; all of it is in their own tests.

use dynochemy_core::{Document, Projection, Table};
use serde::{Deserialize, Serialize};

#[derive(Table)]
#[table(name = "no_key")]
struct NoKey { //~ a table needs a hash key: #[table(hash_key)] on one of its fields
    user: String,
}

#[derive(Table)]
#[table(name = "tuple")]
struct Tuple(String); //~ a table's items must be a struct with named fields

#[derive(Table)]
#[table(name = "variants")]
enum Variants { //~ which a query answers by `any_of`
    One,
}

#[derive(Table, Serialize, Deserialize)]
#[table(name = "visits")]
struct Converted {
    #[table(hash_key)]
    user: String,
    #[serde(with = "hex")] //~ declare the stored one, as in `#[table(stored_as = "String")]`
    digest: Vec<u8>,
}

#[derive(Table)]
#[table(
    name = "visits",
    global_index(name = "by_name", hash = "name"), //~ `Unknown` has no field `name` that is stored
)]
struct Unknown {
    #[table(hash_key)]
    user: String,
}

#[derive(Table)]
#[table(
    name = "visits",
    local_index(name = "by_seen", range = "seen"), //~ make it a `global_index` with `hash`
)]
struct NoRange {
    #[table(hash_key)]
    user: String,
    seen: u64,
}

#[derive(Table)]
#[table(
    name = "app",
    hash_key(pk = "USER#{user"), //~ a brace that stands for itself is written `{{`
)]
struct Unterminated {
    user: String,
}

#[derive(Table)]
#[table(name = "visits")]
struct Twice {
    #[table(hash_key)]
    user: String,
    #[table(version)]
    one: u64,
    #[table(version)] //~ only one field can be `version`, and `one` is
    two: u64,
}

#[derive(Document)]
struct Key {
    #[table(hash_key)] //~ only a field of a table itself can be `hash_key`
    user: String,
}

#[derive(Projection)]
struct OfNothing { //~ a projection needs the table that it is of
    user: String,
}
