//! Writes under tokens, which answer nothing.

use dynochemy_core::{Solvent, Table, TransactWrite};

#[derive(Table, serde::Serialize, serde::Deserialize)]
#[table(name = "visits")]
struct Visit {
    #[table(hash_key)]
    user: String,
    #[table(range_key)]
    time: u64,
    seen: u64,
}

fn writes(solvent: &mut Solvent, visit: &Visit) {
    solvent.add(visit.put().return_old().exactly_once()); //~ no method named `exactly_once`
    solvent.add(visit.put().exactly_once().return_old()); //~ no method named `return_old`
    solvent.add(Visit::update(("123", 5)).add(Visit::SEEN, 1).return_new().exactly_once()); //~ no method named `exactly_once`
    solvent.add(Visit::get(("123", 5)).exactly_once()); //~ no method named `exactly_once`
    let _ = TransactWrite::new().with(Visit::delete(("123", 5)).exactly_once()); //~ cannot be part of a transaction
}
