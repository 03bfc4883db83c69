//! What is found only when constants are made.

use dynochemy_core::{KeyAttributeType, Projection, ScalarType, Table};
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize)]
struct Digest([u8; 8]);

impl KeyAttributeType for Digest {
    const KIND: ScalarType = ScalarType::B;
}

#[derive(Table, Serialize, Deserialize)]
#[table(name = "app", hash_key(pk = "USER#{id:08}"))]
struct User {
    id: String,
    name: String,
}
//~? only a number can be brought to a width in a template

#[derive(Table, Serialize, Deserialize)]
#[table(name = "app", hash_key(pk = "ORDER"), global_index(name = "gsi1", hash(gsi1pk = "{digest}")))]
struct Order {
    digest: Digest,
}
//~? bytes cannot be a part of a key that is made from a template

#[derive(Projection, Deserialize)]
#[table(of = "Order")]
struct Renamed {
    #[serde(rename = "sum")]
    digest: Digest,
}
//~? a projection's field is stored under another name than the table's: rename it with serde in the same way
