//! Page by page: what a web page would do, which hands its reader a text to go on with.
//!
//! `cargo run -p dynochemy-sql --example cursors`

use dynochemy_sql::{Cursor, Db, Error, Solvent, Table};
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, Table, Serialize, Deserialize)]
#[table(name = "messages")]
struct Message {
    #[table(hash_key)]
    room: String,
    #[table(range_key)]
    number: u64,
    text: String,
    #[serde(default)]
    hidden: bool,
}

/// Messages, and the text to ask for the next ones with: of letters, digits, `-` and `_`.
struct Answer {
    messages: Vec<Message>,
    next: Option<String>,
}

/// The newest messages of a room, or those after an earlier page.
fn page(db: &Db, room: &str, after: Option<&str>) -> Result<Answer, Error> {
    let query = Message::query(room).reverse().filter(Message::HIDDEN.ne(true)).limit(10);
    let page = db.run(query.after(after.map(Cursor::from_text)).page())?;
    Ok(Answer { messages: page.items, next: page.cursor.map(|cursor| cursor.to_string()) })
}

fn main() -> Result<(), Error> {
    let db = Db::builder().build()?;
    db.run(Message::create())?;
    let mut solvent = Solvent::new();
    for number in 0..48 {
        let (text, hidden) = (format!("message {number}"), number % 4 == 1);
        solvent.add(Message { room: "tara".to_owned(), number, text, hidden }.put());
    }
    db.run(solvent)?;

    let mut shown = Vec::new();
    let mut next: Option<String> = None;
    loop {
        let answer = page(&db, "tara", next.as_deref())?;
        for message in &answer.messages {
            println!("{}", message.text);
        }
        println!("-- {} messages; next: {:?}", answer.messages.len(), answer.next);
        shown.extend(answer.messages.into_iter().map(|message| message.number));
        next = answer.next;
        if next.is_none() {
            break;
        }
    }
    let expected: Vec<u64> = (0..48).rev().filter(|number| number % 4 != 1).collect();
    assert_eq!(shown, expected, "each once, in order");

    // A cursor of one room is none of another's.
    let first = page(&db, "tara", None)?;
    let error = page(&db, "charleston", first.next.as_deref()).map(|answer| answer.messages.len());
    println!("{}", error.as_ref().map_or_else(ToString::to_string, usize::to_string));
    assert!(error.is_err());
    Ok(())
}
