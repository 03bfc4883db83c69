//! What a PartiQL statement does, as far as retries and views must know.
//!
//! This is no parser: it looks at a statement's first words, which tell whether it reads or writes, and which table it
//! writes to. What it does not understand counts as a write to any table.
//!
//! See [PartiQL statements](https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ql-reference.statements.html).

use std::borrow::Cow;

/// What a statement does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Effect<'a> {
    /// It reads, or checks a condition.
    Reads,
    /// It writes to this table, which it names as the service does.
    Writes(TableName<'a>),
    /// Nobody knows.
    Unclear,
}

/// A table as a statement names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TableName<'a> {
    name: Cow<'a, str>,
    /// In quotes, which keep upper and lower case apart.
    quoted: bool,
}

impl TableName<'_> {
    /// Whether this may be the table of that name. A table can be named by its Amazon resource name too.
    pub(crate) fn may_be(&self, table: &str) -> bool {
        let named = match self.name.rsplit_once(":table/") {
            Some((_, named)) => named,
            None => &self.name,
        };
        if self.quoted { named == table } else { named.eq_ignore_ascii_case(table) }
    }
}

/// What a statement does.
pub(crate) fn effect(statement: &str) -> Effect<'_> {
    let mut tokens = Tokens { rest: statement };
    let Some(Token::Word(first)) = tokens.next() else { return Effect::Unclear };
    let before_table = match first.to_ascii_uppercase().as_str() {
        "SELECT" | "EXISTS" => return Effect::Reads,
        "INSERT" => Some("INTO"),
        "DELETE" => Some("FROM"),
        "UPDATE" => None,
        _ => return Effect::Unclear,
    };
    if let Some(expected) = before_table {
        match tokens.next() {
            Some(Token::Word(word)) if word.eq_ignore_ascii_case(expected) => {}
            _ => return Effect::Unclear,
        }
    }
    let table = match tokens.next() {
        Some(Token::Word(name)) => TableName { name: Cow::Borrowed(name), quoted: false },
        Some(Token::Quoted(name)) => TableName { name, quoted: true },
        _ => return Effect::Unclear,
    };
    // What a dot or bracket leads to is another thing than the table of that name.
    match tokens.next() {
        Some(Token::Word(_) | Token::Quoted(_)) => Effect::Writes(table),
        _ => Effect::Unclear,
    }
}

/// Whether a statement only reads.
pub(crate) fn is_read(statement: &str) -> bool {
    effect(statement) == Effect::Reads
}

#[derive(Debug, PartialEq)]
enum Token<'a> {
    /// A keyword, or a name without quotes.
    Word(&'a str),
    /// A name in quotes.
    Quoted(Cow<'a, str>),
    /// Anything else, of which there is no need to know more.
    Other,
}

/// The first tokens of a statement.
struct Tokens<'a> {
    rest: &'a str,
}

impl<'a> Tokens<'a> {
    fn next(&mut self) -> Option<Token<'a>> {
        self.skip_space();
        let first = self.rest.chars().next()?;
        if first == '"' {
            return Some(self.quoted());
        }
        let is_part = |part: char| part.is_alphanumeric() || matches!(part, '_' | '$');
        let end = self.rest.find(|part| !is_part(part)).unwrap_or(self.rest.len());
        if end == 0 {
            self.rest = &self.rest[first.len_utf8()..];
            return Some(Token::Other);
        }
        let (word, rest) = self.rest.split_at(end);
        self.rest = rest;
        Some(Token::Word(word))
    }

    fn quoted(&mut self) -> Token<'a> {
        let inner = &self.rest[1..];
        let mut at = 0;
        // Two quotes stand for one.
        while let Some(quote) = inner[at..].find('"') {
            at += quote;
            if inner[at + 1..].starts_with('"') {
                at += 2;
                continue;
            }
            let name = &inner[..at];
            self.rest = &inner[at + 1..];
            return Token::Quoted(match name.contains('"') {
                true => Cow::Owned(name.replace("\"\"", "\"")),
                false => Cow::Borrowed(name),
            });
        }
        self.rest = "";
        Token::Other
    }

    /// Skips white space and comments: to the end of a line after `--`, and from `/*` to `*/`.
    fn skip_space(&mut self) {
        loop {
            self.rest = self.rest.trim_start();
            let after = if let Some(comment) = self.rest.strip_prefix("--") {
                comment.split_once('\n').map_or("", |(_, after)| after)
            } else if let Some(comment) = self.rest.strip_prefix("/*") {
                comment.split_once("*/").map_or("", |(_, after)| after)
            } else {
                return;
            };
            self.rest = after;
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn written(statement: &str, table: &str) -> bool {
        matches!(effect(statement), Effect::Writes(name) if name.may_be(table))
    }

    #[test]
    fn the_table_of_a_write_is_found_however_it_is_written() {
        for statement in [
            r#"INSERT INTO "visits" VALUE {'user': 'a'}"#,
            r#"insert into visits value {'user': 'a'}"#,
            "  -- a comment\n/* another -- one */ INSERT\n\tINTO/**/visits VALUE {}",
            r#"UPDATE "visits" SET seen = 1 WHERE user = 'a'"#,
            "update VISITS remove seen where user='a'",
            r#"DELETE FROM "visits" WHERE user = 'a'"#,
            r#"DELETE FROM "arn:aws:dynamodb:eu-west-1:123456789012:table/visits" WHERE user = 'a'"#,
        ] {
            assert!(written(statement, "visits"), "{statement}");
            assert!(!written(statement, "visit"), "{statement}");
        }
        assert!(written(r#"DELETE FROM "a""b" WHERE x = 1"#, "a\"b"));
        assert!(!written(r#"DELETE FROM "Visits" WHERE x = 1"#, "visits"));
    }

    #[test]
    fn reads_are_told_from_writes() {
        for statement in [
            r#"SELECT * FROM "visits""#,
            "select/**/ user FROM visits",
            "-- DELETE\nSELECT 1",
            "EXISTS(SELECT * FROM visits WHERE user = 'a')",
        ] {
            assert_eq!(effect(statement), Effect::Reads, "{statement}");
        }
    }

    #[test]
    fn what_is_not_understood_is_unclear() {
        for statement in [
            "",
            "visits",
            "INSERT visits VALUE {}",
            "INSERT INTO",
            "INSERT INTO 'visits' VALUE {}",
            r#"UPDATE "visits SET x = 1"#,
            r#"UPDATE "visits"."index" SET x = 1"#,
            "UPDATE visits",
            "DELETE visits",
            "DELETE FROM ?",
            "(SELECT * FROM visits)",
            "/* SELECT",
            "--",
        ] {
            assert_eq!(effect(statement), Effect::Unclear, "{statement}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_looked_at_without_harm(text in r#"(?s)(INSERT INTO|SELECT|"|/\*|--|.){0,12}"#) {
            let _ = effect(&text);
        }
    }
}
