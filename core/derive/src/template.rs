//! Keys that are made from fields, as they are written: `"ORDER#{date}#{number:08}"`.

use syn::{Error, LitStr};

/// The most digits a number may be brought to: as many as a number may have.
const MAX_WIDTH: usize = 38;

/// A template's text, taken apart.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Template {
    pub(crate) parts: Vec<Part>,
}

/// A part of a template.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Part {
    /// As it stands.
    Text(String),
    /// The value of a field, brought to a number of digits (0: as it is).
    Field { name: String, width: usize },
}

impl Template {
    /// Takes a template apart.
    ///
    /// # Errors
    /// When it is empty or malformed, names a field twice, or could give one key for different values.
    pub(crate) fn parse(literal: &LitStr) -> syn::Result<Self> {
        let parts = parts(&literal.value()).map_err(|problem| Error::new(literal.span(), problem))?;
        Ok(Self { parts })
    }

    /// The names of the fields, in order.
    pub(crate) fn fields(&self) -> impl Iterator<Item = &str> {
        self.parts.iter().filter_map(|part| match part {
            Part::Field { name, .. } => Some(name.as_str()),
            Part::Text(_) => None,
        })
    }
}

fn parts(template: &str) -> Result<Vec<Part>, String> {
    let mut parts: Vec<Part> = Vec::new();
    let mut text = String::new();
    let mut rest = template;
    while let Some(at) = rest.find(['{', '}']) {
        text.push_str(&rest[..at]);
        let brace = &rest[at..=at];
        rest = &rest[at + 1..];
        if let Some(after) = rest.strip_prefix(brace) {
            text.push_str(brace);
            rest = after;
        } else if brace == "}" {
            return Err("`}` without `{`; a brace that stands for itself is written `}}`".to_owned());
        } else {
            let Some((field, after)) = rest.split_once('}') else {
                return Err("`{` without `}`; a brace that stands for itself is written `{{`".to_owned());
            };
            rest = after;
            if !text.is_empty() {
                parts.push(Part::Text(std::mem::take(&mut text)));
            }
            let part = place(field)?;
            check(&parts, &part)?;
            parts.push(part);
        }
    }
    text.push_str(rest);
    if !text.is_empty() {
        parts.push(Part::Text(text));
    }
    if parts.is_empty() {
        return Err(
            "a key must not be empty: write text, and fields in braces, as in \"USER#{id}\"".to_owned()
        );
    }
    Ok(parts)
}

/// What stands between braces.
fn place(text: &str) -> Result<Part, String> {
    let (name, width) = match text.split_once(':') {
        None => (text, None),
        Some((name, width)) => (name, Some(width)),
    };
    if name.is_empty() {
        return Err("a field's name is missing between `{` and `}`".to_owned());
    }
    let Some(width) = width else { return Ok(Part::Field { name: name.to_owned(), width: 0 }) };
    let digits = width.strip_prefix('0').filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()));
    let digits = digits.and_then(|digits| digits.parse::<usize>().ok());
    match digits {
        Some(digits @ 1..=MAX_WIDTH) => Ok(Part::Field { name: name.to_owned(), width: digits }),
        _ => Err(format!(
            "`{{{text}}}`: after the colon stands a zero and the number of digits, from 1 to {MAX_WIDTH}, as in \
             `{{{name}:08}}`"
        )),
    }
}

/// Whether a field may stand after these parts.
fn check(before: &[Part], part: &Part) -> Result<(), String> {
    let Part::Field { name: new, .. } = part else { return Ok(()) };
    if before.iter().any(|part| matches!(part, Part::Field { name, .. } if name == new)) {
        return Err(format!("`{{{new}}}` is a part of this key already"));
    }
    if let Some(Part::Field { name, width: 0 }) = before.last() {
        return Err(format!(
            "`{{{name}}}` and `{{{new}}}` stand side by side, so that different values could give the same key: put text \
             between them, or bring a number to a fixed width, as in `{{{name}:08}}`"
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(name: &str, width: usize) -> Part {
        Part::Field { name: name.to_owned(), width }
    }

    fn text(text: &str) -> Part {
        Part::Text(text.to_owned())
    }

    #[test]
    fn a_template_is_text_and_fields_in_braces() {
        assert_eq!(parts("USER").unwrap(), [text("USER")]);
        assert_eq!(parts("{id}").unwrap(), [field("id", 0)]);
        assert_eq!(
            parts("ORDER#{date}#{number:08}{line:010}!").unwrap(),
            [text("ORDER#"), field("date", 0), text("#"), field("number", 8), field("line", 10), text("!")]
        );
    }

    #[test]
    fn doubled_braces_stand_for_themselves() {
        assert_eq!(parts("{{{id}}}").unwrap(), [text("{"), field("id", 0), text("}")]);
        assert_eq!(parts("{{id}}").unwrap(), [text("{id}")]);
        assert_eq!(parts("ä{id}ß").unwrap(), [text("ä"), field("id", 0), text("ß")]);
    }

    #[test]
    fn what_is_no_template_is_refused_with_advice() {
        for (template, advice) in [
            ("", "write text"),
            ("USER#{id", "written `{{`"),
            ("USER#id}", "written `}}`"),
            ("USER#{}", "name is missing"),
            ("{:08}", "name is missing"),
            ("{id:8}", "as in `{id:08}`"),
            ("{id:}", "as in `{id:08}`"),
            ("{id:0}", "from 1 to 38"),
            ("{id:00}", "from 1 to 38"),
            ("{id:039}", "from 1 to 38"),
            ("{id:0x8}", "from 1 to 38"),
            ("{id:0+8}", "from 1 to 38"),
            ("{a}{b}", "put text between them"),
            ("{a:08}{b}{c}", "put text between them"),
            ("{a}#{a}", "a part of this key already"),
        ] {
            let problem = parts(template).expect_err(template);
            assert!(problem.contains(advice), "{template:?}: {problem}");
        }
    }
}
