//! Keys that are made from an item's fields: `"USER#{id}"`.
//!
//! Different fields never give the same key: a value in which the text that follows it could begin earlier is refused.
//!
//! See [Single-table design](https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/data-modeling-foundations.html).

use crate::key::{KeyValue, ScalarType};
use crate::wire::WireError;

/// Text with places for the values of fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Template {
    /// The parts in order; two fields never stand side by side, except where the first has a fixed width.
    pub parts: &'static [TemplatePart],
}

/// A part of a [`Template`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TemplatePart {
    /// As it stands.
    Text(&'static str),
    /// The value of a field.
    Field {
        /// The attribute's name.
        attribute: &'static str,
        /// How many digits an integer is brought to by leading zeros, so that texts sort as numbers do; 0: as it is.
        width: usize,
        /// The field's type: `S` or `N`.
        kind: ScalarType,
    },
}

/// A field of a template.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TemplateField {
    pub(crate) attribute: &'static str,
    pub(crate) width: usize,
    pub(crate) kind: ScalarType,
}

impl Template {
    /// The fields' attributes, in order.
    pub fn fields(&self) -> impl Iterator<Item = &'static str> {
        self.typed_fields().map(|field| field.attribute)
    }

    pub(crate) fn typed_fields(&self) -> impl Iterator<Item = TemplateField> {
        self.parts.iter().filter_map(|part| match part {
            TemplatePart::Field { attribute, width, kind } => {
                Some(TemplateField { attribute, width: *width, kind: *kind })
            }
            TemplatePart::Text(_) => None,
        })
    }

    /// The values of the fields in a key that was made by this template; `None` where it was not.
    pub(crate) fn values(&self, key: &str) -> Option<Vec<(&'static str, KeyValue)>> {
        let fields = self.typed_fields().zip(self.read(key)?);
        let value = |(field, (attribute, text)): (TemplateField, (&'static str, &str))| {
            Some((
                attribute,
                match field.kind {
                    ScalarType::N => KeyValue::N(text.parse().ok()?),
                    _ => KeyValue::S(text.to_owned()),
                },
            ))
        };
        fields.map(value).collect()
    }

    /// The key that these values, one for each field, give.
    ///
    /// # Errors
    /// When a value is empty, holds the text that stands after it, or does not fit its width; or when their number is
    /// not that of the fields.
    pub fn fill(&self, values: &[KeyValue]) -> Result<String, WireError> {
        let wanted = self.fields().count();
        if values.len() != wanted {
            let given = values.len();
            return Err(WireError::new(format!(
                "the key is made of {wanted} fields, of which {given} were given"
            )));
        }
        self.prefix(values)
    }

    /// The texts of the fields in a key that was made by this template; `None` where it was not.
    #[must_use]
    pub fn read<'k>(&self, key: &'k str) -> Option<Vec<(&'static str, &'k str)>> {
        let mut fields = Vec::new();
        let mut rest = key;
        for (index, part) in self.parts.iter().enumerate() {
            match (part, self.parts.get(index + 1)) {
                (TemplatePart::Text(text), _) => rest = rest.strip_prefix(text)?,
                (TemplatePart::Field { attribute, width, .. }, next) => {
                    let end = match next {
                        _ if *width > 0 => *width,
                        Some(TemplatePart::Text(text)) => rest.find(text)?,
                        _ => rest.len(),
                    };
                    let (field, after) = rest.split_at_checked(end).filter(|(field, _)| !field.is_empty())?;
                    if *width > 0 && !field.bytes().all(|byte| byte.is_ascii_digit()) {
                        return None;
                    }
                    fields.push((*attribute, field));
                    rest = after;
                }
            }
        }
        rest.is_empty().then_some(fields)
    }

    /// What all keys with these values for the first fields begin with.
    ///
    /// # Errors
    /// As [`Template::fill`].
    pub fn prefix(&self, values: &[KeyValue]) -> Result<String, WireError> {
        let mut values = values.iter();
        let mut out = String::new();
        for (index, part) in self.parts.iter().enumerate() {
            match part {
                TemplatePart::Text(text) => out.push_str(text),
                TemplatePart::Field { attribute, width, .. } => {
                    let Some(value) = values.next() else { return Ok(out) };
                    let text = write(value, *width).map_err(|error| error.within(attribute))?;
                    if let Some(TemplatePart::Text(next)) = self.parts.get(index + 1) {
                        let end = format!("{text}{next}").find(next);
                        if end != Some(text.len()) {
                            let problem = format!(
                                "{text:?} cannot stand before {next:?} in a key, since the two could be read as another \
                                 value; keep {next:?} out of it"
                            );
                            return Err(WireError::new(problem).within(attribute));
                        }
                    }
                    out.push_str(&text);
                }
            }
        }
        if values.next().is_some() {
            return Err(WireError::new("more values than the key has fields"));
        }
        Ok(out)
    }
}

fn write(value: &KeyValue, width: usize) -> Result<String, WireError> {
    match value {
        KeyValue::S(text) if text.is_empty() => Err(WireError::new("a part of a key must not be empty")),
        KeyValue::S(text) if width == 0 => Ok(text.clone()),
        KeyValue::S(_) => Err(WireError::new("only a number can be brought to a width")),
        KeyValue::N(number) if width == 0 => Ok(number.to_string()),
        KeyValue::N(number) => {
            let digits = u128::try_from(*number).ok().map(|digits| format!("{digits:0width$}"));
            digits.filter(|digits| digits.len() == width).ok_or_else(|| {
                WireError::new(format!("{number} is no integer from 0 on that has at most {width} digits"))
            })
        }
        KeyValue::B(_) => Err(WireError::new("bytes cannot be a part of a text")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::number::Number;

    const ORDER: Template = Template {
        parts: &[
            TemplatePart::Text("ORDER#"),
            TemplatePart::Field { attribute: "date", width: 0, kind: ScalarType::S },
            TemplatePart::Text("##"),
            TemplatePart::Field { attribute: "number", width: 6, kind: ScalarType::N },
        ],
    };

    fn text(text: &str) -> KeyValue {
        KeyValue::S(text.to_owned())
    }

    fn number(number: i64) -> KeyValue {
        KeyValue::N(Number::from(number))
    }

    #[test]
    fn fields_fill_their_places_and_the_first_ones_give_a_prefix() {
        assert_eq!(ORDER.fill(&[text("2026-11-22"), number(42)]).unwrap(), "ORDER#2026-11-22##000042");
        assert_eq!(ORDER.prefix(&[]).unwrap(), "ORDER#");
        assert_eq!(ORDER.prefix(&[text("2026")]).unwrap(), "ORDER#2026##");
        assert_eq!(ORDER.fields().collect::<Vec<_>>(), ["date", "number"]);
    }

    proptest::proptest! {
        #[test]
        fn a_key_is_read_as_the_values_that_it_was_made_of(date in "[a#é]{0,5}", count in 0u32..2_000_000) {
            if let Ok(key) = ORDER.fill(&[text(&date), number(i64::from(count))]) {
                let read = ORDER.read(&key).unwrap();
                proptest::prop_assert_eq!(read[0], ("date", date.as_str()));
                proptest::prop_assert_eq!(read[1].1.parse(), Ok(count));
            }
        }

        #[test]
        fn what_is_read_as_fields_gives_the_same_key(key in "ORDER#[a#]{0,4}##[0-9]{5,7}") {
            if let Some(fields) = ORDER.read(&key) {
                let number = fields[1].1.parse().map(KeyValue::N).unwrap();
                proptest::prop_assert_eq!(ORDER.fill(&[text(fields[0].1), number]), Ok(key));
            }
        }
    }

    #[test]
    fn values_that_could_be_read_as_others_are_refused() {
        for date in ["a##b", "a#", ""] {
            let error = ORDER.fill(&[text(date), number(1)]).unwrap_err();
            assert_eq!(error.path, "date", "{date}");
        }
        for wrong in [number(-1), number(1_000_000), text("1"), KeyValue::N("1.5".parse().unwrap())] {
            assert_eq!(ORDER.fill(&[text("a"), wrong]).unwrap_err().path, "number");
        }
        assert!(ORDER.fill(&[text("a#b"), number(1)]).is_ok());
        assert!(ORDER.fill(&[text("a")]).is_err());
        assert!(ORDER.prefix(&[text("a"), number(1), number(2)]).is_err());
    }
}
