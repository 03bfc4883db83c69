//! serde's renaming rules.

/// A value of `#[serde(rename_all = "..")]`.
#[derive(Clone, Copy)]
pub(crate) enum RenameRule {
    Lower,
    Upper,
    Pascal,
    Camel,
    Snake,
    ScreamingSnake,
    Kebab,
    ScreamingKebab,
}

impl RenameRule {
    pub(crate) fn parse(text: &str) -> Option<Self> {
        Some(match text {
            "lowercase" => Self::Lower,
            "UPPERCASE" => Self::Upper,
            "PascalCase" => Self::Pascal,
            "camelCase" => Self::Camel,
            "snake_case" => Self::Snake,
            "SCREAMING_SNAKE_CASE" => Self::ScreamingSnake,
            "kebab-case" => Self::Kebab,
            "SCREAMING-KEBAB-CASE" => Self::ScreamingKebab,
            _ => return None,
        })
    }

    /// The name of a field, which is in snake case.
    pub(crate) fn apply(self, field: &str) -> String {
        match self {
            Self::Lower | Self::Snake => field.to_owned(),
            Self::Upper | Self::ScreamingSnake => field.to_ascii_uppercase(),
            Self::Pascal => pascal(field),
            Self::Camel => {
                let pascal = pascal(field);
                let mut characters = pascal.chars();
                match characters.next() {
                    Some(first) => first.to_ascii_lowercase().to_string() + characters.as_str(),
                    None => pascal,
                }
            }
            Self::Kebab => field.replace('_', "-"),
            Self::ScreamingKebab => field.to_ascii_uppercase().replace('_', "-"),
        }
    }
}

fn pascal(field: &str) -> String {
    let mut name = String::new();
    let mut capitalise = true;
    for character in field.chars() {
        if character == '_' {
            capitalise = true;
        } else if std::mem::take(&mut capitalise) {
            name.push(character.to_ascii_uppercase());
        } else {
            name.push(character);
        }
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_renamed_as_serde_renames_them() {
        for (rule, name) in [
            ("lowercase", "full_name"),
            ("UPPERCASE", "FULL_NAME"),
            ("PascalCase", "FullName"),
            ("camelCase", "fullName"),
            ("snake_case", "full_name"),
            ("SCREAMING_SNAKE_CASE", "FULL_NAME"),
            ("kebab-case", "full-name"),
            ("SCREAMING-KEBAB-CASE", "FULL-NAME"),
        ] {
            assert_eq!(RenameRule::parse(rule).map(|rule| rule.apply("full_name")).as_deref(), Some(name));
        }
        assert!(RenameRule::parse("Title Case").is_none());
    }
}
