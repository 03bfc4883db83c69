//! DynamoDB operations as plain values: the sans-IO core of [Dynochemy](https://github.com/dynochemy/dynochemy).
//!
//! This crate turns operations, and plans of them ([`Solvent`]s), into [`Request`] values and takes [`Response`] values
//! back; it never opens a socket, reads a clock, draws a random number or starts a thread. A driver does that:
//! `dynochemy-tokio`, `dynochemy-async-std`, `dynochemy-blocking`, or `dynochemy-sql`, which answers requests from an
//! embedded SQLite database. Applications depend on one of those, which re-export what they need from here.
//!
//! How it fits together:
//!
//! - A [`Table`] describes a table by its item's type; its methods make operations ([`operation`]).
//! - [`Client::start`] makes a [`Run`] of an operation or Solvent; a driver [`poll`](Run::poll)s it for the next
//!   [`Step`] and [`complete`](Run::complete)s the calls it sent.
//! - The [`Outcome`] holds the result of each operation, which its [`Ticket`] takes, and a [`Report`].
//! - A [`View`] is a table calculated from another one, kept in step with every write.
//!
//! Items are kept in the form in which they go over the wire ([`Item`]) and decoded once, into the user's type
//! ([`wire`]).

// The derive's output names this crate; its own tests and examples do too.
extern crate self as dynochemy_core;

pub mod api;
mod asynchronous;
mod backend;
mod builder;
mod capacity;
mod client;
mod credentials;
mod cursor;
mod error;
mod explain;
pub mod expression;
mod fingerprint;
#[cfg(fuzzing)]
pub mod fuzzing;
mod hash_index;
#[cfg(feature = "http")]
pub mod http;
mod item;
mod item_set;
pub mod json;
mod key;
mod machine;
mod many;
mod moment;
mod notice;
pub mod null;
mod number;
mod observer;
pub mod operation;
mod outcome;
mod partiql;
mod path;
mod projection;
mod random;
mod request;
mod retry_budget;
mod rows;
mod run;
pub mod set;
mod solvent;
pub mod table;
mod timestamp;
#[cfg(feature = "tracing")]
mod tracing;
mod value;
mod view;
pub mod wire;
mod write_id;

/// What applications need, except for the derive macro: drivers re-export all of it.
pub mod application {
    pub use crate::api::{TableDescription, TableStatus};
    pub use crate::asynchronous::AsyncDb;
    pub use crate::backend::Backend;
    pub use crate::builder::Builder;
    pub use crate::client::Settings;
    pub use crate::credentials::Credentials;
    pub use crate::cursor::Cursor;
    pub use crate::error::{
        CallError, Cancellation, CancellationReason, Effect, Error, Fate, HeldUp, Rejection, Retry, Subject,
        ThrottlingReason,
    };
    pub use crate::explain::{Explanation, Units, Used};
    pub use crate::item::{Item, Items};
    pub use crate::key::{Key, KeyShape, KeyValue, ScalarType};
    pub use crate::moment::Moment;
    pub use crate::notice::{Delivery, Notice, Progress};
    pub use crate::null;
    pub use crate::number::{Number, NumberError};
    pub use crate::observer::{Event, EventKind, Observer};
    pub use crate::operation::{Change, Checkpoint, Page, Statement, Streamed, TransactGet, TransactWrite};
    pub use crate::outcome::{Outcome, Report, WaitReason};
    pub use crate::path::{Addend, Container, Operand, Path, Predicate, SetElements, Size, Text};
    pub use crate::projection::Projection;
    pub use crate::request::Action;
    pub use crate::rows::Rows;
    pub use crate::set::{self, Set};
    pub use crate::solvent::{Chunks, ChunksCheckpoint, Pinned, Plan, Priority, Solvent, Ticket, Tickets};
    pub use crate::table::{
        Description, Index, IndexDescription, KeyAttributeType, KeyForm, Table, UntypedTable,
    };
    pub use crate::timestamp::{
        EpochMillis, EpochSeconds, TimeToLive, Timestamp, TimestampError, TimestampUnit,
    };
    #[cfg(feature = "tracing")]
    pub use crate::tracing::Tracing;
    pub use crate::value::{AttributeType, AttributeValue, Attributes};
    pub use crate::view::{Changes, View};
    pub use crate::wire::WireError;
    pub use crate::{api, expression, operation};
    /// Bytes as an attribute, alone or in a [`Set`].
    pub use bytes::Bytes;
}

pub use application::*;
pub use builder::{Configuration, Connect};
pub use client::Client;
pub use dynochemy_derive::{Document, Projection, Table};
pub use item::ItemsBuilder;
pub use json::JsonError;
pub use key::{KeyAttribute, MAX_HASH_KEY, MAX_RANGE_KEY};
pub use number::MAX_DIGITS;
pub use request::{Request, Response, ServiceName};
pub use run::{Call, CallId, Run, RunId, Step};
pub use solvent::{Finish, IntoTickets};
pub use table::{
    AcceptsHash, AcceptsKey, Composite, Entity, HashOnly, HashRange, IndexAttribute, IndexKind,
    IndexProjection, KeySchema, KeyTemplate, NextRange, Stamp, TableId, TableRef, Tables, Template,
    TemplatePart,
};
pub use value::attributes_size;
pub use write_id::WriteId;

/// The derives' reference, whose examples need this crate.
#[cfg(doctest)]
mod reference {
    #[doc = include_str!("../derive/src/table.md")]
    struct Table;
    #[doc = include_str!("../derive/src/document.md")]
    struct Document;
    #[doc = include_str!("../derive/src/projection.md")]
    struct Projection;
}
