//! Fields whose types do not fit what they are for.

use dynochemy_core::{EpochMillis, EpochSeconds, Projection, Table};
use serde::{Deserialize, Serialize};

#[derive(Table, Serialize, Deserialize)]
#[table(name = "prices")]
struct Price {
    #[table(hash_key)]
    price: f64, //~ `f64` cannot be a key attribute
}

#[derive(Table, Serialize, Deserialize)]
#[table(name = "app", hash_key(pk = "PRICE#{price}"))]
struct Made {
    price: Option<String>, //~ `Option<String>` cannot be a key attribute
}

#[derive(Table, Serialize, Deserialize)] //~ cannot be a key of an index
#[table(name = "app", hash_key(pk = "PRICE"), global_index(name = "gsi1", hash(gsi1pk = "{price}")))]
struct Indexed {
    price: Option<f64>, //~ cannot be a key of an index
}

#[derive(Table, Serialize, Deserialize)]
#[table(name = "versions")]
struct Version {
    #[table(hash_key)]
    id: String,
    #[table(version)]
    version: String, //~ `String` cannot hold a version
}

#[derive(Table, Serialize, Deserialize)]
#[table(name = "sessions")]
struct Session {
    #[table(hash_key)]
    id: String,
    #[table(ttl)]
    ends: u64, //~ `u64`
}

#[derive(Table, Serialize, Deserialize)]
#[table(name = "milliseconds")]
struct Milliseconds {
    #[table(hash_key)]
    id: String,
    #[table(ttl)]
    ends: EpochMillis, //~ `EpochMillis`
}

#[derive(Table, Serialize, Deserialize)]
#[table(name = "created")]
struct Created {
    #[table(hash_key)]
    id: String,
    #[table(created_at)]
    created: EpochSeconds, //~ `None` in an item that is still to be created
}

#[derive(Table, Serialize, Deserialize)]
#[table(name = "updated")]
struct Updated {
    #[table(hash_key)]
    id: String,
    #[table(updated_at)]
    updated: u64, //~ `u64`
}

#[derive(Projection, Deserialize)]
#[table(of = "Session")]
struct WrongType {
    id: u64, //~ an attribute of type `String` cannot be projected as `u64`
}

#[derive(Projection, Deserialize)]
#[table(of = "Session")]
struct WrongOption {
    id: Option<u64>, //~ an attribute of type `String` cannot be projected as `Option<u64>`
}

#[derive(Projection, Deserialize)]
#[table(of = "Session")]
struct WrongField {
    name: String, //~ no associated item named `NAME`
}

pub fn projected() {
    let _ = Created::get("123").project::<WrongField>(); //~ `WrongField` is no projection of `Created`
}
