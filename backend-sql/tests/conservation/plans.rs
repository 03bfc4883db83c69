//! Random plans.

use dynochemy_core::{Key, KeyShape};
use dynochemy_sql::expression::{Assignment, DocumentPath, UpdateAction};
use dynochemy_sql::operation::TransactWrite;
use dynochemy_sql::*;
use serde::{Deserialize, Serialize};

use crate::faults::Faults;

#[derive(Clone, Debug, PartialEq, Table, Serialize, Deserialize)]
#[table(name = "visits", views("visits-per-user"))]
pub(crate) struct Visit {
    #[table(hash_key)]
    user: String,
    #[table(range_key)]
    time: u64,
    pub(crate) seen: i64,
}

#[derive(Clone, Debug, PartialEq, Table, Serialize, Deserialize)]
#[table(name = "visits_per_user")]
pub(crate) struct UserCount {
    #[table(hash_key)]
    user: String,
    count: i64,
    seen: i64,
}

pub(crate) struct VisitsPerUser;

impl View for VisitsPerUser {
    const ID: &'static str = "visits-per-user";
    type Source = Visit;
    type Target = UserCount;
    fn add(&self, visit: &Visit, changes: &mut Changes<UserCount>) {
        changes.add(&visit.user, UserCount::COUNT, 1);
        changes.add(&visit.user, UserCount::SEEN, visit.seen);
    }
}

#[derive(Clone, Debug, Table, Serialize, Deserialize)]
#[table(name = "missing")]
struct Missing {
    #[table(hash_key)]
    id: u32,
}

pub(crate) fn notes() -> UntypedTable {
    let keys = KeyShape::new(("id", ScalarType::S), None::<(&str, ScalarType)>);
    UntypedTable::new(Description::new("notes", keys))
}

/// What an operation does to one item.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Kind {
    Put,
    PutIfAbsent,
    Delete,
    DeleteIfThere,
    Set,
    SetIfThere,
    Add,
    AddIfThere,
    Get,
    /// What the service refuses.
    Invalid,
    /// What is not sent.
    TooLarge,
}

/// How it is sent.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Manner {
    Plain,
    Once,
    Transaction,
    ReturnOld,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Place {
    Note(String),
    Visit(String, u64),
}

#[derive(Clone, Debug)]
pub(crate) struct Part {
    pub(crate) place: Place,
    pub(crate) kind: Kind,
}

impl Part {
    pub(crate) fn is_note(&self) -> bool {
        matches!(self.place, Place::Note(_))
    }

    /// Whether nothing but additions are ever made to the item.
    pub(crate) fn is_only_added_to(&self) -> bool {
        matches!(&self.place, Place::Note(id) if id.starts_with("sum"))
    }

    /// Whether it is a sum that nothing but additions are made to, and that another process takes away now and then.
    pub(crate) fn is_taken_away(&self) -> bool {
        matches!(&self.place, Place::Visit(user, _) if user.starts_with("sum"))
    }

    /// What a put sets.
    pub(crate) fn value_attribute(&self) -> &'static str {
        if self.is_note() { "mark" } else { "seen" }
    }

    /// What an addition adds to.
    pub(crate) fn sum_attribute(&self) -> &'static str {
        if self.is_note() { "sum" } else { "seen" }
    }

    pub(crate) fn table_name(&self) -> &'static str {
        if self.is_note() { "notes" } else { "visits" }
    }

    pub(crate) fn key(&self) -> Key {
        match &self.place {
            Place::Note(id) => notes().key(id.as_str()).unwrap(),
            Place::Visit(user, time) => Visit::DESCRIPTION
                .keys
                .key(KeyValue::S(user.clone()), Some(KeyValue::N((*time).into())))
                .unwrap(),
        }
    }
}

/// An operation of the plan; none of its parts where it is of no item.
pub(crate) struct Planned {
    pub(crate) parts: Vec<Part>,
    pub(crate) manner: Manner,
    /// Where it answers nothing.
    pub(crate) ticket: Option<Ticket<()>>,
}

/// The attribute that counts how often an operation was applied.
pub(crate) fn mark_of(index: usize) -> String {
    format!("by_{index}")
}

/// A plan; one whose writes all go `under_tokens`, where that is asked for.
pub(crate) fn random(faults: &mut Faults, under_tokens: bool) -> (Solvent, Vec<Planned>) {
    let mut solvent = Solvent::new();
    if !under_tokens && faults.percent(15) {
        solvent = solvent.deadline(std::time::Duration::from_millis(1 + faults.below(20_000)));
    }
    let mut planned = Vec::new();
    let with_views = faults.percent(30);
    for index in 0..faults.below(40) as usize {
        if faults.percent(3) {
            solvent.barrier();
        }
        let one = match faults.below(20) {
            // A plan with views is mostly of these.
            5..=15 if with_views => of_visit(&mut solvent, faults, index, under_tokens),
            3 | 4 => transaction(&mut solvent, faults, index),
            5 if !under_tokens && faults.percent(20) => {
                let ticket = solvent.add(Missing { id: index as u32 }.put());
                Planned { parts: Vec::new(), manner: Manner::Plain, ticket: Some(ticket) }
            }
            6 => {
                let _ = solvent.add(notes().scan());
                Planned { parts: Vec::new(), manner: Manner::Plain, ticket: None }
            }
            _ => of_note(&mut solvent, faults, index, under_tokens),
        };
        planned.push(one);
    }
    (solvent, planned)
}

fn note(id: &str, index: usize, text: &str) -> Item {
    let mark = AttributeValue::N((index as u64).into());
    Item::from_attributes(&Attributes::from([
        ("id".to_owned(), id.into()),
        ("mark".to_owned(), mark),
        ("text".to_owned(), text.into()),
    ]))
}

fn addition(id: &str, index: usize) -> operation::Update<Item> {
    let add = |name: String| UpdateAction::Add(DocumentPath::attribute(name), AttributeValue::N(1u64.into()));
    notes().update(id).with_action(add("sum".to_owned())).with_action(add(mark_of(index)))
}

fn setting(id: &str, index: usize) -> operation::Update<Item> {
    let value = Assignment::Value(AttributeValue::N((index as u64).into()));
    notes().update(id).with_action(UpdateAction::Set(DocumentPath::attribute("mark"), value))
}

fn of_note(solvent: &mut Solvent, faults: &mut Faults, index: usize, under_tokens: bool) -> Planned {
    // Some items are only ever added to, some are written once, and the others go through everything.
    let (id, kind) = match faults.below(10) {
        0..=2 => (format!("sum-{}", faults.below(4)), Kind::Add),
        3 | 4 => (format!("unique-{index}"), if faults.percent(50) { Kind::Put } else { Kind::PutIfAbsent }),
        _ => {
            let kinds = [
                Kind::Put,
                Kind::PutIfAbsent,
                Kind::Delete,
                Kind::DeleteIfThere,
                Kind::Set,
                Kind::SetIfThere,
                Kind::Add,
                Kind::AddIfThere,
                Kind::Get,
                Kind::Get,
                Kind::Put,
                Kind::Delete,
                Kind::Invalid,
                Kind::TooLarge,
            ];
            let most = if faults.percent(10) { kinds.len() } else { kinds.len() - 2 };
            (format!("note-{}", faults.below(6)), kinds[faults.below(most as u64) as usize])
        }
    };
    let manner = match faults.below(6) {
        _ if under_tokens => Manner::Once,
        0 | 1 => Manner::Once,
        2 => Manner::ReturnOld,
        _ => Manner::Plain,
    };
    let part = Part { place: Place::Note(id.clone()), kind };
    let id = id.as_str();
    macro_rules! add {
        ($write:expr) => {{
            let write = $write;
            match manner {
                Manner::Once => Some(solvent.add(write.exactly_once())),
                Manner::ReturnOld => {
                    let _ = solvent.add(write.return_old());
                    None
                }
                Manner::Plain | Manner::Transaction => Some(solvent.add(write)),
            }
        }};
    }
    let ticket = match kind {
        Kind::Put => add!(notes().put(note(id, index, ""))),
        Kind::PutIfAbsent => add!(notes().put(note(id, index, "")).if_not_exists()),
        Kind::Delete => add!(notes().delete(id)),
        Kind::DeleteIfThere => add!(notes().delete(id).if_exists()),
        Kind::Set => add!(setting(id, index)),
        Kind::SetIfThere => add!(setting(id, index).if_exists()),
        Kind::Add => add!(addition(id, index)),
        Kind::AddIfThere => {
            let sum = UpdateAction::Add(DocumentPath::attribute("sum"), AttributeValue::N(1u64.into()));
            add!(notes().update(id).with_action(sum).if_exists())
        }
        Kind::Get => {
            let _ = solvent.add(notes().get(id).consistent());
            None
        }
        Kind::Invalid => {
            let value = Assignment::Value("x".into());
            let path = Path::<Item, AttributeValue>::parse("id.x").unwrap().document_path();
            add!(notes().update(id).with_action(UpdateAction::Set(path, value)))
        }
        Kind::TooLarge => add!(notes().put(note(id, index, &"x".repeat(410_000)))),
    };
    Planned { parts: vec![part], manner, ticket }
}

fn transaction(solvent: &mut Solvent, faults: &mut Faults, index: usize) -> Planned {
    let first = faults.below(4);
    let mut parts = Vec::new();
    let mut transaction = TransactWrite::new();
    for id in [format!("sum-{first}"), format!("sum-{}", (first + 1) % 4)] {
        transaction.add(addition(&id, index));
        parts.push(Part { place: Place::Note(id), kind: Kind::Add });
    }
    if faults.percent(50) {
        let id = format!("note-{}", faults.below(6));
        let kind = if faults.percent(50) { Kind::PutIfAbsent } else { Kind::Delete };
        match kind {
            Kind::Delete => transaction.add(notes().delete(id.as_str())),
            _ => transaction.add(notes().put(note(&id, index, "")).if_not_exists()),
        }
        parts.push(Part { place: Place::Note(id), kind });
    }
    let ticket = Some(solvent.add(transaction));
    Planned { parts, manner: Manner::Transaction, ticket }
}

fn of_visit(solvent: &mut Solvent, faults: &mut Faults, index: usize, under_tokens: bool) -> Planned {
    let is_sum = faults.percent(40);
    let (user, time) = match is_sum {
        true => (format!("sum-{}", faults.below(2)), 0),
        false => (format!("u{}", faults.below(3)), faults.below(3)),
    };
    let manner = if under_tokens || faults.percent(20) { Manner::Once } else { Manner::Plain };
    let key = (user.as_str(), time);
    macro_rules! add {
        ($write:expr) => {
            match manner {
                Manner::Once => solvent.add($write.exactly_once()),
                _ => solvent.add($write),
            }
        };
    }
    let (kind, ticket) = match faults.below(5) {
        _ if is_sum => (Kind::Add, Some(add!(Visit::update(key).add(Visit::SEEN, 1)))),
        0 | 1 => {
            let visit = Visit { user: user.clone(), time, seen: index as i64 };
            (Kind::Put, Some(add!(visit.put())))
        }
        2 => (Kind::Delete, Some(add!(Visit::delete(key)))),
        3 => (Kind::AddIfThere, Some(add!(Visit::update(key).add(Visit::SEEN, 1).if_exists()))),
        _ => (Kind::Add, Some(add!(Visit::update(key).add(Visit::SEEN, 1)))),
    };
    Planned { parts: vec![Part { place: Place::Visit(user, time), kind }], manner, ticket }
}
