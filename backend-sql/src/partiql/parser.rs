//! What all parts of a statement are read with: the tokens one by one, names, paths, and faults.

use std::borrow::Cow;

use dynochemy_core::expression::{DocumentPath, PathStep};
use dynochemy_core::{AttributeValue, Rejection};

use super::lexer::{Kind, Place, Token, tokens};
use crate::failure::validation;

/// Why a text is no statement, or one that cannot be carried out whatever its table.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Fault {
    /// Its grammar is wrong.
    Malformed(String),
    Refused(String),
}

impl Fault {
    pub(super) fn malformed<T>(problem: impl Into<String>) -> Result<T, Self> {
        Err(Self::Malformed(problem.into()))
    }

    pub(super) fn refused<T>(problem: impl Into<String>) -> Result<T, Self> {
        Err(Self::Refused(problem.into()))
    }

    pub(super) fn rejection(self) -> Box<Rejection> {
        match self {
            Self::Malformed(problem) => {
                validation(format!("Statement wasn't well formed, can't be processed: {problem}"))
            }
            Self::Refused(problem) => validation(problem),
        }
    }
}

/// Words that are no names where they stand without quotes.
const RESERVED: [&str; 30] = [
    "AND",
    "AS",
    "BETWEEN",
    "BY",
    "DELETE",
    "EXISTS",
    "FALSE",
    "FROM",
    "GROUP",
    "HAVING",
    "IN",
    "INSERT",
    "INTO",
    "IS",
    "LIKE",
    "LIMIT",
    "MISSING",
    "NOT",
    "NULL",
    "OR",
    "ORDER",
    "REMOVE",
    "RETURNING",
    "SELECT",
    "SET",
    "TRUE",
    "UNION",
    "UPDATE",
    "VALUES",
    "WHERE",
];

/// Reads a statement's tokens.
pub(super) struct Parser<'a> {
    tokens: Vec<Token<'a>>,
    at: usize,
    parameters: &'a [AttributeValue],
    /// How many of them have been taken.
    taken: usize,
}

impl<'a> Parser<'a> {
    pub(super) fn new(text: &'a str, parameters: &'a [AttributeValue]) -> Result<Self, Fault> {
        let tokens = tokens(text).map_err(Fault::Malformed)?;
        Ok(Self { tokens, at: 0, parameters, taken: 0 })
    }

    /// Whether the statement has as many `?` as there are parameters.
    pub(super) fn has_its_parameters(&self) -> bool {
        let asked = self.tokens.iter().filter(|token| token.kind == Kind::Parameter).count();
        asked == self.parameters.len()
    }

    pub(super) fn kind(&self) -> &Kind<'a> {
        self.kind_behind(0)
    }

    /// The kind of the token that stands so many behind the next one.
    pub(super) fn kind_behind(&self, count: usize) -> &Kind<'a> {
        self.tokens.get(self.at + count).map_or(&Kind::End, |token| &token.kind)
    }

    /// Where the next token stands.
    pub(super) fn place(&self) -> Place {
        self.tokens.get(self.at).map_or(Place::default(), |token| token.place)
    }

    pub(super) fn advance(&mut self) {
        self.at += 1;
    }

    /// Whether this word comes next.
    pub(super) fn is_word(&self, word: &str) -> bool {
        matches!(self.kind(), Kind::Word(found) if found.eq_ignore_ascii_case(word))
    }

    /// Goes past a word, where it comes next.
    pub(super) fn take_word(&mut self, word: &str) -> bool {
        let is_next = self.is_word(word);
        self.at += usize::from(is_next);
        is_next
    }

    pub(super) fn expect_word(&mut self, word: &str) -> Result<(), Fault> {
        if self.take_word(word) { Ok(()) } else { self.unexpected(word) }
    }

    /// Whether this symbol comes next.
    pub(super) fn is_symbol(&self, symbol: &str) -> bool {
        matches!(self.kind(), Kind::Symbol(found) if *found == symbol)
    }

    /// Goes past a symbol, where it comes next.
    pub(super) fn take_symbol(&mut self, symbol: &str) -> bool {
        let is_next = self.is_symbol(symbol);
        self.at += usize::from(is_next);
        is_next
    }

    pub(super) fn expect_symbol(&mut self, symbol: &str) -> Result<(), Fault> {
        if self.take_symbol(symbol) { Ok(()) } else { self.unexpected(symbol) }
    }

    /// Something else was expected here.
    pub(super) fn unexpected<T>(&self, expected: &str) -> Result<T, Fault> {
        Fault::malformed(format!("Expected '{expected}' but got '{}'", self.kind().shown()))
    }

    /// Whether the next token is a word that is no name.
    pub(super) fn is_reserved(&self) -> bool {
        matches!(self.kind(), Kind::Word(word) if RESERVED.iter().any(|known| known.eq_ignore_ascii_case(word)))
    }

    /// A name, where one comes next.
    pub(super) fn take_name(&mut self) -> Option<String> {
        let name = match self.kind() {
            Kind::Word(word) if !self.is_reserved() => (*word).to_owned(),
            Kind::Name(name) => name.clone().into_owned(),
            _ => return None,
        };
        self.advance();
        Some(name)
    }

    /// A path within an item, where one comes next.
    pub(super) fn take_path(&mut self) -> Result<Option<DocumentPath>, Fault> {
        let Some(attribute) = self.take_name() else { return Ok(None) };
        let mut path = DocumentPath::attribute(attribute);
        loop {
            if self.take_symbol(".") {
                let Some(name) = self.take_name() else {
                    return Fault::malformed("Invalid path dot component");
                };
                path.steps.push(PathStep::Member(Cow::Owned(name)));
            } else if self.take_symbol("[") {
                path.steps.push(self.step()?);
                self.expect_symbol("]")?;
            } else {
                break;
            }
        }
        match path.steps.len() + 1 {
            0..=MAX_NESTING => Ok(Some(path)),
            levels => Fault::refused(format!(
                "The document path has too many nesting levels; nesting levels: {levels}"
            )),
        }
    }

    /// An index, or a name in single quotes.
    fn step(&mut self) -> Result<PathStep, Fault> {
        let step = match self.kind() {
            Kind::Number(text) => text.parse().ok().map(PathStep::Element),
            Kind::Text(name) => Some(PathStep::Member(Cow::Owned(name.clone().into_owned()))),
            _ => None,
        };
        let Some(step) = step else { return Fault::malformed("Invalid path component") };
        self.advance();
        Ok(step)
    }

    /// The next parameter. Where there is none, a value that stands in for it until their number is looked at.
    pub(super) fn parameter(&mut self) -> AttributeValue {
        self.advance();
        self.taken += 1;
        self.parameters.get(self.taken - 1).cloned().unwrap_or(AttributeValue::Null(true))
    }

    /// What is wrong where an operand or a value was expected.
    pub(super) fn no_operand<T>(&self) -> Result<T, Fault> {
        match self.kind() {
            Kind::End => Fault::malformed("Unexpected term"),
            Kind::Ion => Fault::refused(format!(
                "Ion Literals are not supported: SYMBOL under key root at {}",
                self.place()
            )),
            Kind::Word(word) if ["AND", "OR"].iter().any(|known| known.eq_ignore_ascii_case(word)) => {
                Fault::malformed("Unexpected operator")
            }
            Kind::Word(_) => Fault::malformed("Unexpected keyword"),
            _ => Fault::malformed("Unexpected term"),
        }
    }
}

/// The most names and indexes of a path.
const MAX_NESTING: usize = 32;
