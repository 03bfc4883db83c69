//! The tokens of a statement, and where they stand.

use std::borrow::Cow;

/// A token.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Token<'a> {
    pub(super) kind: Kind<'a>,
    pub(super) place: Place,
}

/// Where a token stands: its line and column, from 1, and its length, in characters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Place {
    line: usize,
    column: usize,
    length: usize,
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}:{}", self.line, self.column, self.length)
    }
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Kind<'a> {
    /// A keyword, or a name without quotes.
    Word(&'a str),
    /// A name in double quotes.
    Name(Cow<'a, str>),
    /// Text in single quotes.
    Text(Cow<'a, str>),
    Number(&'a str),
    /// `?`
    Parameter,
    /// What stands between backticks.
    Ion,
    Symbol(&'static str),
    End,
}

impl Kind<'_> {
    /// The token as a message shows it.
    pub(super) fn shown(&self) -> Cow<'_, str> {
        match self {
            Self::Word(text) | Self::Number(text) => Cow::Borrowed(text),
            Self::Name(name) => format!("\"{name}\"").into(),
            Self::Text(text) => format!("'{text}'").into(),
            Self::Parameter => "?".into(),
            Self::Ion => "`".into(),
            Self::Symbol(symbol) => Cow::Borrowed(symbol),
            Self::End => "end of statement".into(),
        }
    }
}

/// The longer ones first, where one begins with another.
const SYMBOLS: [&str; 23] = [
    "<<", ">>", "<=", ">=", "<>", "!=", "||", "=", "<", ">", "(", ")", "[", "]", "{", "}", ",", ".", ":",
    ";", "+", "-", "*",
];

/// Reads all tokens; the last one is the end.
///
/// # Errors
/// What is no token.
pub(super) fn tokens(text: &str) -> Result<Vec<Token<'_>>, String> {
    let mut lexer = Lexer { rest: text, line: 1, column: 1 };
    let mut tokens: Vec<Token<'_>> = Vec::new();
    loop {
        lexer.skip_space()?;
        let (rest, line, column) = (lexer.rest, lexer.line, lexer.column);
        let before = tokens.last().map(|token| &token.kind);
        let kind = lexer.token(before)?;
        let length = rest[..rest.len() - lexer.rest.len()].chars().count();
        let is_last = kind == Kind::End;
        tokens.push(Token { kind, place: Place { line, column, length } });
        if is_last {
            return Ok(tokens);
        }
    }
}

struct Lexer<'a> {
    rest: &'a str,
    line: usize,
    column: usize,
}

impl<'a> Lexer<'a> {
    /// Goes past so many bytes, and hands them back.
    fn take(&mut self, length: usize) -> &'a str {
        let (taken, rest) = self.rest.split_at(length);
        self.rest = rest;
        match taken.rsplit_once('\n') {
            Some((before, last)) => {
                self.line += before.matches('\n').count() + 1;
                self.column = last.chars().count() + 1;
            }
            None => self.column += taken.chars().count(),
        }
        taken
    }

    /// Goes past white space and comments: to the end of a line after `--`, and from `/*` to `*/`.
    fn skip_space(&mut self) -> Result<(), String> {
        loop {
            let space = self.rest.len() - self.rest.trim_start().len();
            self.take(space);
            if self.rest.starts_with("--") {
                self.take(self.rest.find('\n').unwrap_or(self.rest.len()));
            } else if self.rest.starts_with("/*") {
                let Some(end) = self.rest[2..].find("*/") else {
                    return Err("Unterminated comment".to_owned());
                };
                self.take(end + 4);
            } else {
                return Ok(());
            }
        }
    }

    fn token(&mut self, before: Option<&Kind<'_>>) -> Result<Kind<'a>, String> {
        let Some(first) = self.rest.chars().next() else { return Ok(Kind::End) };
        Ok(match first {
            '\'' => Kind::Text(self.quoted('\'', "Unterminated string literal")?),
            '"' => Kind::Name(self.quoted('"', "Unterminated quoted identifier")?),
            '`' => {
                self.quoted('`', "Unterminated ion literal")?;
                Kind::Ion
            }
            '?' => {
                self.take(1);
                Kind::Parameter
            }
            first if is_part(first) && !first.is_ascii_digit() => {
                let length = self.rest.find(|part| !is_part(part)).unwrap_or(self.rest.len());
                Kind::Word(self.take(length))
            }
            first if first.is_ascii_digit() => self.number()?,
            // A dot within a path stands behind a name or an index.
            '.' if self.rest[1..].starts_with(|next: char| next.is_ascii_digit())
                && !matches!(before, Some(Kind::Word(_) | Kind::Name(_) | Kind::Symbol("]"))) =>
            {
                self.number()?
            }
            other => match SYMBOLS.into_iter().find(|symbol| self.rest.starts_with(symbol)) {
                Some(symbol) => {
                    self.take(symbol.len());
                    Kind::Symbol(symbol)
                }
                None => return Err(format!("Unexpected character: '{other}'")),
            },
        })
    }

    /// What stands between quotes; two of them within stand for one.
    fn quoted(&mut self, quote: char, unterminated: &str) -> Result<Cow<'a, str>, String> {
        let inner = &self.rest[1..];
        let mut at = 0;
        while let Some(found) = inner[at..].find(quote) {
            at += found;
            if inner[at + 1..].starts_with(quote) {
                at += 2;
                continue;
            }
            let text = &inner[..at];
            self.take(at + 2);
            return Ok(match text.contains(quote) {
                true => Cow::Owned(text.replace(&format!("{quote}{quote}"), &quote.to_string())),
                false => Cow::Borrowed(text),
            });
        }
        Err(unterminated.to_owned())
    }

    /// Digits, with a point and an exponent where there are such.
    fn number(&mut self) -> Result<Kind<'a>, String> {
        let bytes = self.rest.as_bytes();
        let digits = |at: usize| bytes[at..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        let mut at = digits(0);
        if bytes.get(at) == Some(&b'.') {
            at += 1 + digits(at + 1);
        }
        if matches!(bytes.get(at), Some(b'e' | b'E')) {
            at += 1;
            at += usize::from(matches!(bytes.get(at), Some(b'+' | b'-')));
            let exponent = digits(at);
            if exponent == 0 {
                return Err("Invalid numeric literal".to_owned());
            }
            at += exponent;
        }
        Ok(Kind::Number(self.take(at)))
    }
}

/// Whether a character belongs to a word.
fn is_part(part: char) -> bool {
    part.is_alphanumeric() || matches!(part, '_' | '$')
}
