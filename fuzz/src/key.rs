//! Keys that are made from fields: different fields never give the same key.

use dynochemy_core::{KeyValue, Number, ScalarType, Template, TemplatePart};

const fn text(text: &'static str) -> TemplatePart {
    TemplatePart::Text(text)
}

const fn field(attribute: &'static str, width: usize) -> TemplatePart {
    // Whether a value fits the kind is the typed layer's affair; here it only decides how a key is read back.
    let kind = if width == 0 { ScalarType::S } else { ScalarType::N };
    TemplatePart::Field { attribute, width, kind }
}

/// Templates as the derive makes them: two fields side by side only where the first has a width.
const TEMPLATES: [Template; 6] = [
    Template { parts: &[text("USER#"), field("id", 0)] },
    Template { parts: &[field("a", 0), text("#"), field("b", 0), text("##"), field("c", 0)] },
    Template { parts: &[text("O#"), field("date", 0), text("aba"), field("number", 6)] },
    Template { parts: &[field("a", 4), field("b", 2), field("rest", 0)] },
    Template { parts: &[field("n", 39)] },
    Template { parts: &[text("constant")] },
];

/// The values can be read from the key again, and what the first of them give is what the key begins with. Where there
/// are two keys of whole numbers, they sort as the numbers do.
pub fn check(data: &[u8]) {
    let [which, rest @ ..] = data else { return };
    let template = &TEMPLATES[usize::from(*which) % TEMPLATES.len()];
    let Ok(rest) = std::str::from_utf8(rest) else { return };
    let values: Vec<KeyValue> = rest.split('\0').map(value).collect();
    let Ok(key) = template.fill(&values) else { return };
    let texts: Vec<String> = values.iter().map(written).collect();
    assert_eq!(fields(template, &key), texts, "{key:?}");
    for count in 0..=values.len() {
        let prefix = template.prefix(&values[..count]).expect("the first values are fine with the others");
        assert!(key.starts_with(&prefix), "{key:?} does not begin with {prefix:?}");
    }
    if let [KeyValue::N(number)] = *values
        && let Ok(next) = number.checked_add(Number::from(1))
        && let Ok(after) = template.fill(&[KeyValue::N(next)])
        && matches!(template.parts, [TemplatePart::Field { width: 39, .. }])
    {
        assert!(key < after, "{key:?} {after:?}");
    }
}

/// A number where the text is one that is preceded by `=`, else a text.
fn value(text: &str) -> KeyValue {
    match text.strip_prefix('=').map(str::parse) {
        Some(Ok(number)) => KeyValue::N(number),
        _ => KeyValue::S(text.to_owned()),
    }
}

fn written(value: &KeyValue) -> String {
    match value {
        KeyValue::S(text) => text.clone(),
        KeyValue::N(number) => number.to_string(),
        KeyValue::B(_) => unreachable!("no value is made so"),
    }
}

/// Reads the fields from a key: each ends where the text after it first stands, or where its width does.
fn fields(template: &Template, mut key: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (index, part) in template.parts.iter().enumerate() {
        match part {
            TemplatePart::Text(text) => key = key.strip_prefix(text).expect("the text stands in the key"),
            TemplatePart::Field { width, .. } => {
                let length = match (width, template.parts.get(index + 1)) {
                    (0, Some(TemplatePart::Text(next))) => {
                        key.find(next).expect("the text stands in the key")
                    }
                    (0, _) => key.len(),
                    (width, _) => *width,
                };
                let (value, rest) = key.split_at(length);
                let number = value.trim_start_matches('0');
                let zero = if number.is_empty() { "0" } else { number };
                found.push(if *width > 0 { zero } else { value }.to_owned());
                key = rest;
            }
        }
    }
    assert_eq!(key, "");
    found
}
