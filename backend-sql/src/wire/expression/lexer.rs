//! The tokens of expression text.
//!
//! Tokens are found one at a time, so that a text costs no list of them. What is no token of the language is one of its
//! own, [`Kind::Unknown`], which no rule takes.

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A name that is no keyword.
    Name,
    /// `#name`.
    NamePlaceholder,
    /// `:value`.
    ValuePlaceholder,
    /// Digits, without a zero in front.
    Number,
    Keyword(Keyword),
    /// A comparison, parenthesis, bracket, comma, dot, plus or minus.
    Symbol(Symbol),
    Unknown,
    End,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Symbol {
    Open,
    Close,
    OpenBracket,
    CloseBracket,
    Comma,
    Dot,
    Plus,
    Minus,
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

/// The words that are no names, in any case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Keyword {
    And,
    Or,
    Not,
    Between,
    In,
    Set,
    Remove,
    Add,
    Delete,
}

/// What stands where in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) kind: Kind,
    pub(super) start: usize,
    pub(super) end: usize,
}

/// The token that begins at `from`, or after white space there.
pub(super) fn token(text: &str, from: usize) -> Token {
    let bytes = text.as_bytes();
    let mut start = from;
    while matches!(bytes.get(start), Some(b' ' | b'\t' | b'\n' | b'\r')) {
        start += 1;
    }
    let Some(&first) = bytes.get(start) else { return Token { kind: Kind::End, start, end: start } };
    let (kind, length) = match first {
        b'(' => (Kind::Symbol(Symbol::Open), 1),
        b')' => (Kind::Symbol(Symbol::Close), 1),
        b'[' => (Kind::Symbol(Symbol::OpenBracket), 1),
        b']' => (Kind::Symbol(Symbol::CloseBracket), 1),
        b',' => (Kind::Symbol(Symbol::Comma), 1),
        b'.' => (Kind::Symbol(Symbol::Dot), 1),
        b'+' => (Kind::Symbol(Symbol::Plus), 1),
        b'-' => (Kind::Symbol(Symbol::Minus), 1),
        b'=' => (Kind::Symbol(Symbol::Equal), 1),
        b'<' => match bytes.get(start + 1) {
            Some(b'>') => (Kind::Symbol(Symbol::NotEqual), 2),
            Some(b'=') => (Kind::Symbol(Symbol::LessOrEqual), 2),
            _ => (Kind::Symbol(Symbol::Less), 1),
        },
        b'>' => match bytes.get(start + 1) {
            Some(b'=') => (Kind::Symbol(Symbol::GreaterOrEqual), 2),
            _ => (Kind::Symbol(Symbol::Greater), 1),
        },
        b'0' => (Kind::Number, 1),
        b'1'..=b'9' => (Kind::Number, run(&bytes[start..], u8::is_ascii_digit)),
        b'a'..=b'z' | b'A'..=b'Z' => {
            let length = run(&bytes[start..], is_word);
            (keyword(&text[start..start + length]).map_or(Kind::Name, Kind::Keyword), length)
        }
        b'#' | b':' => match run(&bytes[start + 1..], is_word) {
            0 => (Kind::Unknown, 1),
            length if first == b'#' => (Kind::NamePlaceholder, 1 + length),
            length => (Kind::ValuePlaceholder, 1 + length),
        },
        // Text between quotes is one token, though no rule takes it.
        quote @ (b'\'' | b'"') => {
            let end = bytes[start + 1..].iter().position(|byte| *byte == quote);
            (Kind::Unknown, end.map_or(1, |end| end + 2))
        }
        _ => (Kind::Unknown, text[start..].chars().next().map_or(1, char::len_utf8)),
    };
    Token { kind, start, end: start + length }
}

fn run(bytes: &[u8], belongs: fn(&u8) -> bool) -> usize {
    bytes.iter().position(|byte| !belongs(byte)).unwrap_or(bytes.len())
}

fn is_word(byte: &u8) -> bool {
    byte.is_ascii_alphanumeric() || *byte == b'_'
}

fn keyword(word: &str) -> Option<Keyword> {
    const KEYWORDS: [(&str, Keyword); 9] = [
        ("ADD", Keyword::Add),
        ("AND", Keyword::And),
        ("BETWEEN", Keyword::Between),
        ("DELETE", Keyword::Delete),
        ("IN", Keyword::In),
        ("NOT", Keyword::Not),
        ("OR", Keyword::Or),
        ("REMOVE", Keyword::Remove),
        ("SET", Keyword::Set),
    ];
    let found = KEYWORDS.iter().find(|(keyword, _)| keyword.eq_ignore_ascii_case(word));
    found.map(|(_, keyword)| *keyword)
}
