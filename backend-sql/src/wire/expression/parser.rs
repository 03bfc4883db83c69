//! What the parsers of all kinds of expressions have in common: the cursor over the tokens, faults by their rank, paths.

use std::borrow::Cow;

use dynochemy_core::AttributeValue;
use dynochemy_core::expression::{DocumentPath, PathStep};

use super::lexer::{Kind, Symbol, Token, token};
use super::placeholders::Placeholders;
use super::reserved::is_reserved;

/// The largest index of a list.
const MAX_INDEX: u32 = i32::MAX as u32;

/// What is wrong with an expression: the message after `Invalid FilterExpression: `.
pub(super) type Fault = String;

/// The first faults of each rank. The service looks for all of one kind before it looks for the next.
#[derive(Debug, Default)]
struct Faults {
    /// A rule of the language that is not its grammar's.
    shape: Option<Fault>,
    /// A name that is reserved, or a function that there is none of.
    word: Option<Fault>,
    /// A placeholder that stands for nothing.
    placeholder: Option<Fault>,
}

/// A cursor over an expression.
#[derive(Debug)]
pub(super) struct Parser<'a, 'p> {
    text: &'a str,
    /// The token before the current one.
    previous: Option<Token>,
    current: Token,
    placeholders: &'p Placeholders,
    faults: Faults,
}

impl<'a, 'p> Parser<'a, 'p> {
    pub(super) fn new(text: &'a str, placeholders: &'p Placeholders) -> Self {
        Self { text, previous: None, current: token(text, 0), placeholders, faults: Faults::default() }
    }

    /// The kind of the current token.
    pub(super) fn kind(&self) -> Kind {
        self.current.kind
    }

    /// The text of the current token.
    pub(super) fn word(&self) -> &'a str {
        &self.text[self.current.start..self.current.end]
    }

    pub(super) fn advance(&mut self) {
        self.previous = Some(self.current);
        self.current = token(self.text, self.current.end);
    }

    /// Goes past a symbol, where it is the current token.
    pub(super) fn take(&mut self, symbol: Symbol) -> bool {
        let found = self.kind() == Kind::Symbol(symbol);
        if found {
            self.advance();
        }
        found
    }

    pub(super) fn expect(&mut self, symbol: Symbol) -> Result<(), Fault> {
        if self.take(symbol) { Ok(()) } else { self.unexpected() }
    }

    /// The current token does not belong here.
    #[cold]
    pub(super) fn unexpected<T>(&self) -> Result<T, Fault> {
        let Token { kind, start, end } = self.current;
        let (shown, near) = if kind == Kind::End {
            let near = self.previous.map_or(self.text, |token| &self.text[token.start..token.end]);
            ("<EOF>", near)
        } else {
            let from = self.previous.map_or(start, |token| token.start);
            (&self.text[start..end], &self.text[from..token(self.text, end).end.max(end)])
        };
        let near = if kind == Kind::End { near } else { near.trim_end() };
        Err(format!("Syntax error; token: \"{shown}\", near: \"{near}\""))
    }

    /// Notes a fault of the expression's shape, which is told if its text is one at all.
    pub(super) fn misshapen(&mut self, fault: impl FnOnce() -> Fault) {
        self.faults.shape.get_or_insert_with(fault);
    }

    /// Notes a word that must not stand here.
    pub(super) fn misnamed(&mut self, fault: impl FnOnce() -> Fault) {
        self.faults.word.get_or_insert_with(fault);
    }

    /// Notes a placeholder that stands for nothing.
    fn undefined(&mut self, fault: impl FnOnce() -> Fault) {
        self.faults.placeholder.get_or_insert_with(fault);
    }

    /// The text has been read through: what was noted on the way is told.
    pub(super) fn finish(self) -> Result<(), Fault> {
        let Faults { shape, word, placeholder } = self.faults;
        match shape.or(word).or(placeholder) {
            None => Ok(()),
            Some(fault) => Err(fault),
        }
    }

    /// What a placeholder of a value stands for, which has to stand here.
    pub(super) fn value(&mut self) -> Result<&'p AttributeValue, Fault> {
        static NOTHING: AttributeValue = AttributeValue::Null(true);
        let word = self.word();
        if self.kind() != Kind::ValuePlaceholder {
            return self.unexpected();
        }
        self.advance();
        let placeholders = self.placeholders;
        Ok(placeholders.value(word).unwrap_or_else(|| {
            self.undefined(|| {
                format!(
                    "An expression attribute value used in expression is not defined; attribute value: {word}"
                )
            });
            &NOTHING
        }))
    }

    /// A path, which has to begin here.
    pub(super) fn path(&mut self) -> Result<DocumentPath, Fault> {
        let attribute = self.name()?;
        self.path_after(attribute)
    }

    /// The path that begins with a name that has been read.
    pub(super) fn path_after(&mut self, attribute: Cow<'static, str>) -> Result<DocumentPath, Fault> {
        let mut path = DocumentPath { attribute, steps: Vec::new() };
        loop {
            if self.take(Symbol::Dot) {
                path.steps.push(PathStep::Member(self.name()?));
            } else if self.take(Symbol::OpenBracket) {
                path.steps.push(PathStep::Element(self.index()?));
                self.expect(Symbol::CloseBracket)?;
            } else {
                return Ok(path);
            }
        }
    }

    /// A name, or what a placeholder stands for.
    fn name(&mut self) -> Result<Cow<'static, str>, Fault> {
        let word = self.word();
        match self.kind() {
            Kind::Name => {
                self.advance();
                Ok(self.plain_name(word))
            }
            Kind::NamePlaceholder => {
                self.advance();
                Ok(self.placeholder(word))
            }
            _ => self.unexpected(),
        }
    }

    /// The name that a word is.
    pub(super) fn plain_name(&mut self, word: &str) -> Cow<'static, str> {
        if is_reserved(word) {
            self.misnamed(|| format!("Attribute name is a reserved keyword; reserved keyword: {word}"));
        }
        Cow::Owned(word.to_owned())
    }

    /// The name that a placeholder stands for.
    fn placeholder(&mut self, placeholder: &str) -> Cow<'static, str> {
        let Some(name) = self.placeholders.name(placeholder) else {
            self.undefined(|| {
                format!(
                    "An expression attribute name used in the document path is not defined; attribute name: \
                     {placeholder}"
                )
            });
            return Cow::Borrowed("");
        };
        Cow::Owned(name.to_owned())
    }

    fn index(&mut self) -> Result<u32, Fault> {
        let digits = self.word();
        if self.kind() != Kind::Number {
            return self.unexpected();
        }
        self.advance();
        Ok(match digits.parse() {
            Ok(index @ 0..=MAX_INDEX) => index,
            _ => {
                self.misnamed(|| format!("List index is not within the allowable range; index: [{digits}]"));
                0
            }
        })
    }
}
