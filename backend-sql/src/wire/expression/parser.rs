//! What the parsers of all kinds of expressions have in common: the cursor over the tokens, faults by their rank, paths.

use std::fmt::Display;

use super::lexer::{Kind, Symbol, Token, token};
use super::path::{Name, Path, Step};
use super::reserved::is_reserved;

/// What is wrong with an expression: the message after `Invalid FilterExpression: `.
pub(super) type Fault = String;

/// A cursor over an expression.
///
/// What is wrong with a text that its grammar allows is noted on the way and told at the end ([`Parser::finish`]): the
/// service looks for all faults of one rank before it looks for those of the next.
#[derive(Debug)]
pub(super) struct Parser<'a> {
    text: &'a str,
    /// The token before the current one.
    previous: Option<Token>,
    current: Token,
    /// The first fault that is not of words.
    shape: Option<Fault>,
    /// The first word that must not stand where it does, and where that is.
    word: Option<(usize, Fault)>,
}

impl<'a> Parser<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { text, previous: None, current: token(text, 0), shape: None, word: None }
    }

    /// The kind of the current token.
    pub(super) fn kind(&self) -> Kind {
        self.current.kind
    }

    /// The text of the current token.
    pub(super) fn word(&self) -> &'a str {
        &self.text[self.current.start..self.current.end]
    }

    /// Where the current token begins.
    pub(super) fn position(&self) -> usize {
        self.current.start
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

    /// The current token does not belong here. It is shown with the tokens around it.
    #[cold]
    pub(super) fn unexpected<T>(&self) -> Result<T, Fault> {
        let Token { kind, start, end } = self.current;
        let (shown, near) = if kind == Kind::End {
            ("<EOF>", self.previous.map_or(self.text, |token| &self.text[token.start..token.end]))
        } else {
            let from = self.previous.map_or(start, |token| token.start);
            let next = token(self.text, end);
            let to = if next.kind == Kind::End { end } else { next.end };
            (&self.text[start..end], &self.text[from..to])
        };
        Err(format!("Syntax error; token: \"{shown}\", near: \"{near}\""))
    }

    /// Notes a fault of the expression's shape.
    pub(super) fn misshapen(&mut self, fault: impl Display) {
        self.shape.get_or_insert_with(|| fault.to_string());
    }

    /// Notes that the word at this place must not stand there.
    pub(super) fn misplaced(&mut self, position: usize, fault: impl Display) {
        if self.word.as_ref().is_none_or(|(first, _)| position < *first) {
            self.word = Some((position, fault.to_string()));
        }
    }

    /// The text has been read through: what was noted on the way is told.
    pub(super) fn finish(self) -> Result<(), Fault> {
        match self.shape.or(self.word.map(|(_, fault)| fault)) {
            None => Ok(()),
            Some(fault) => Err(fault),
        }
    }

    /// A placeholder of a value, which has to stand here.
    pub(super) fn value(&mut self) -> Result<&'a str, Fault> {
        let word = self.word();
        if self.kind() != Kind::ValuePlaceholder {
            return self.unexpected();
        }
        self.advance();
        Ok(word)
    }

    /// A path, which has to begin here.
    pub(super) fn path(&mut self) -> Result<Path<'a>, Fault> {
        let first = self.name()?;
        self.path_after(first)
    }

    /// The path that begins with what has been read.
    pub(super) fn path_after(&mut self, attribute: Name<'a>) -> Result<Path<'a>, Fault> {
        let mut path = Path { attribute, steps: Vec::new() };
        loop {
            if self.take(Symbol::Dot) {
                path.steps.push(Step::Name(self.name()?));
            } else if self.take(Symbol::OpenBracket) {
                path.steps.push(Step::Index(self.index()?));
                self.expect(Symbol::CloseBracket)?;
            } else {
                return Ok(path);
            }
        }
    }

    fn name(&mut self) -> Result<Name<'a>, Fault> {
        let (word, position) = (self.word(), self.position());
        match self.kind() {
            Kind::Name => {
                self.advance();
                Ok(self.plain_name(word, position))
            }
            Kind::NamePlaceholder => {
                self.advance();
                Ok(Name::Placeholder(word))
            }
            _ => self.unexpected(),
        }
    }

    /// A word that stands for itself.
    pub(super) fn plain_name(&mut self, word: &'a str, position: usize) -> Name<'a> {
        if is_reserved(word) {
            let problem = format_args!("Attribute name is a reserved keyword; reserved keyword: {word}");
            self.misplaced(position, problem);
        }
        Name::Plain(word)
    }

    fn index(&mut self) -> Result<u32, Fault> {
        const MAX: u32 = i32::MAX as u32;
        let (digits, position) = (self.word(), self.position());
        if self.kind() != Kind::Number {
            return self.unexpected();
        }
        self.advance();
        Ok(match digits.parse() {
            Ok(index @ 0..=MAX) => index,
            _ => {
                let problem = format_args!("List index is not within the allowable range; index: [{digits}]");
                self.misplaced(position, problem);
                0
            }
        })
    }
}
