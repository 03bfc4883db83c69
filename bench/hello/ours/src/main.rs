//! Gets one item and prints it.

use dynochemy_tokio::{Db, Error, Table};
use serde::{Deserialize, Serialize};

#[derive(Debug, Table, Serialize, Deserialize)]
#[table(name = "users")]
struct User {
    #[table(hash_key)]
    id: String,
    name: String,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let db = Db::builder().build()?;
    println!("{:?}", db.run(User::get("123")).await?);
    Ok(())
}
