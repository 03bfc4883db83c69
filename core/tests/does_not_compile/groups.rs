//! What cannot be part of a transaction.

use dynochemy_core::{Solvent, Table, TransactWrite};
use serde::{Deserialize, Serialize};

#[derive(Table, Serialize, Deserialize)]
#[table(name = "visits")]
struct Visit {
    #[table(hash_key)]
    user: String,
    #[table(range_key)]
    time: u64,
    seen: u64,
}

pub fn groups(solvent: &mut Solvent, visit: &Visit) {
    solvent.atomically(|group| {
        group.add(visit.put());
        group.add(Visit::get(("123", 5))); //~ cannot be part of a transaction
        group.add(Visit::query("123")); //~ cannot be part of a transaction
        group.add(visit.put().return_old()); //~ cannot be part of a transaction
        group.add(Visit::update(("123", 5)).add(Visit::SEEN, 1).return_new()); //~ cannot be part of a transaction
        group.add(TransactWrite::new()); //~ cannot be part of a transaction
        group.add(Visit::create()); //~ cannot be part of a transaction
    });
}
