//! Optimistic locking: two people edit one page, and nobody's change is lost. Times of creation and change, and an
//! expiry, are kept beside it.
//!
//! `cargo run -p dynochemy-sql --example optimistic-locking`

use std::time::Duration;

use dynochemy_sql::{Db, EpochMillis, EpochSeconds, Error, Moment, Table, VirtualClock};
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Table, Serialize, Deserialize)]
#[table(name = "pages")]
struct Page {
    #[table(hash_key)]
    title: String,
    text: String,
    /// Counts the writes; 0 is an item that was never written.
    #[table(version)]
    version: u64,
    #[table(created_at)]
    created: Option<EpochMillis>,
    #[table(updated_at)]
    updated: Option<EpochMillis>,
    #[table(ttl)]
    expires: Option<EpochSeconds>,
}

/// Changes a page's text, whatever others do meanwhile.
fn edit(db: &Db, title: &str, change: impl Fn(&str) -> String) -> Result<Page, Error> {
    loop {
        let page = db.run(Page::get(title).consistent())?.ok_or_else(|| missing(title))?;
        let text = change(&page.text);
        match db.run(page.update_this().set(Page::TEXT, text).return_new()) {
            Err(error) if error.is_condition_failed() => println!("{title} was changed meanwhile; once more"),
            other => return other,
        }
    }
}

fn missing(title: &str) -> Error {
    Error::Configuration { problem: format!("there is no page `{title}`") }
}

fn main() -> Result<(), Error> {
    let now = Moment::from_secs(1_800_000_000);
    let clock = VirtualClock::new(now);
    let db = Db::builder().build()?.with_clock(clock.clone());
    db.run(Page::create())?;

    let page = Page {
        title: "home".to_owned(),
        text: "Welcome".to_owned(),
        version: 0,
        created: None,
        updated: None,
        expires: Some(EpochSeconds::after(now, Duration::from_secs(3600))),
    };
    let page = db.run(page.put().return_new())?;
    assert_eq!((page.version, page.created), (1, Some(EpochMillis::from(now))));

    // Whoever holds an old version is refused, and told so.
    let mut mine = page.clone();
    edit(&db, "home", |text| format!("{text} to Tara"))?;
    mine.text = "Goodbye".to_owned();
    let error = db.run(mine.put().return_failed_item()).map(drop);
    println!("{error:?}");
    assert!(error.is_err_and(|error| error.is_condition_failed() && error.failed_item().is_some()));
    assert!(db.run(mine.delete_this()).is_err_and(|error| error.is_condition_failed()));

    let page = edit(&db, "home", |text| format!("{text}!"))?;
    assert_eq!((page.version, page.text.as_str()), (3, "Welcome to Tara!"));
    db.run(page.delete_this())?;
    Ok(())
}
