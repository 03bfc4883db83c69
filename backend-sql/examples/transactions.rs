//! Transactions: money moves between accounts, all or nothing, and the reasons of a refusal are told action by action.
//!
//! `cargo run -p dynochemy-sql --example transactions`

use dynochemy_sql::{Db, Error, Solvent, Table, TransactGet, TransactWrite};
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Table, Serialize, Deserialize)]
#[table(name = "accounts")]
struct Account {
    #[table(hash_key)]
    owner: String,
    balance: i64,
    #[serde(default)]
    frozen: bool,
}

#[derive(Clone, Debug, PartialEq, Table, Serialize, Deserialize)]
#[table(name = "transfers")]
struct Transfer {
    #[table(hash_key)]
    id: String,
    from: String,
    to: String,
    amount: i64,
}

/// The transaction of a transfer. Sent twice, it is applied once: its record must not be there yet.
fn transfer(transfer: &Transfer) -> TransactWrite {
    TransactWrite::new()
        .with(transfer.put().if_not_exists())
        .with(
            Account::update(transfer.from.as_str())
                .subtract(Account::BALANCE, transfer.amount)
                .condition(Account::BALANCE.ge(transfer.amount) & Account::FROZEN.ne(true)),
        )
        .with(Account::update(transfer.to.as_str()).add(Account::BALANCE, transfer.amount).if_exists())
}

fn main() -> Result<(), Error> {
    let db = Db::builder().build()?;
    let mut solvent = Solvent::new();
    solvent.add(Account::create());
    solvent.add(Transfer::create());
    for (owner, balance) in [("scarlett", 100), ("rhett", 1000)] {
        solvent.add(Account { owner: owner.to_owned(), balance, frozen: false }.put());
    }
    db.run(solvent)?;

    let move_to = |id: &str, to: &str, amount| Transfer {
        id: id.to_owned(),
        from: "scarlett".to_owned(),
        to: to.to_owned(),
        amount,
    };
    db.run(transfer(&move_to("t1", "rhett", 60)))?;

    for refused in [move_to("t1", "rhett", 60), move_to("t2", "rhett", 60), move_to("t3", "ashley", 1)] {
        match db.run(transfer(&refused)) {
            Ok(()) => unreachable!("the transfer {} must not pass", refused.id),
            Err(error) => {
                assert!(error.is_condition_failed());
                for cause in error.cancellations() {
                    println!("{}: {cause}", refused.id);
                }
            }
        }
    }

    // Reads of different tables at one moment.
    let both = (Account::get("scarlett"), Account::get("rhett"), Transfer::get("t2"));
    let (scarlett, rhett, none) = db.run(TransactGet::new(both))?;
    assert_eq!(scarlett.map(|account| account.balance), Some(40));
    assert_eq!(rhett.map(|account| account.balance), Some(1060));
    assert_eq!(none, None);

    // What was checked holds at the moment of the write, although it is not written itself.
    let open =
        Transfer { id: "opening".to_owned(), from: "bank".to_owned(), to: "rhett".to_owned(), amount: 0 };
    db.run(
        TransactWrite::new()
            .with(Account::check("rhett", Account::FROZEN.ne(true).and(Account::BALANCE.gt(1000))))
            .with(open.put()),
    )?;
    Ok(())
}
