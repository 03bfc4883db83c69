//! Where a statement's next page begins, as text that is bound to the statement.
//!
//! The text is of no use to anyone but this backend; it is no secret and no defence: whoever makes one up begins elsewhere.
//!
//! See [ExecuteStatement's NextToken](https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_ExecuteStatement.html).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use dynochemy_core::api::ExecuteStatementInput;
use dynochemy_core::{Attributes, Item, Rejection};

use crate::digest::Digest;
use crate::failure::validation;

/// Where a page begins.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Token {
    /// Which one of the statement's queries goes on.
    pub(super) query: usize,
    /// Behind which key; from its beginning where there is none.
    pub(super) start_key: Option<Item>,
}

/// The bytes before the start key: a digest of the statement, and the query's position.
const HEAD: usize = 16 + 4;

impl Token {
    pub(super) fn text(&self, input: &ExecuteStatementInput) -> String {
        let mut bytes = digest(input).to_vec();
        bytes.extend(u32::try_from(self.query).unwrap_or(u32::MAX).to_be_bytes());
        if let Some(key) = &self.start_key {
            bytes.extend_from_slice(key.as_bytes());
        }
        STANDARD.encode(bytes)
    }

    /// Reads what [`Token::text`] wrote for the same statement.
    pub(super) fn read(text: &str, input: &ExecuteStatementInput) -> Result<Self, Box<Rejection>> {
        let invalid = || validation("Invalid NextToken");
        let bytes = STANDARD.decode(text).map_err(|_| invalid())?;
        let (head, key) = bytes.split_at_checked(HEAD).ok_or_else(invalid)?;
        let (of, position) = head.split_at(16);
        if of != digest(input) {
            return Err(validation("NextToken does not match request"));
        }
        let position = position.try_into().map(u32::from_be_bytes).map_err(|_| invalid())?;
        let start_key = match key {
            [] => None,
            key => Some(Item::from_json(key.to_vec()).map_err(|_| invalid())?),
        };
        Ok(Self { query: usize::try_from(position).map_err(|_| invalid())?, start_key })
    }
}

fn digest(input: &ExecuteStatementInput) -> [u8; 16] {
    let mut digest = Digest::new();
    digest.part(input.statement.as_bytes());
    for parameter in &input.parameters {
        let parameter = Attributes::from([(String::from("p"), parameter.clone())]);
        digest.part(Item::from_attributes(&parameter).as_bytes());
    }
    digest.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn statement(text: &str, parameter: u64) -> ExecuteStatementInput {
        ExecuteStatementInput {
            statement: text.to_owned(),
            parameters: vec![parameter.into()],
            ..ExecuteStatementInput::default()
        }
    }

    #[test]
    fn a_token_comes_back_for_its_statement_alone() {
        let input = statement("SELECT * FROM visits WHERE a = ?", 1);
        let key = Item::from_json(r#"{"a":{"N":"1"}}"#).unwrap();
        for token in [Token { query: 3, start_key: Some(key) }, Token { query: 0, start_key: None }] {
            let text = token.text(&input);
            assert_eq!(Token::read(&text, &input).unwrap(), token);
            let limited = ExecuteStatementInput { limit: Some(5), ..input.clone() };
            assert_eq!(Token::read(&text, &limited).unwrap(), token);
            for other in [statement(&input.statement, 2), statement("SELECT * FROM visits WHERE b = ?", 1)] {
                let refused = Token::read(&text, &other).unwrap_err();
                assert_eq!(refused.message, "NextToken does not match request");
            }
        }
        for text in ["", "abc", "?", "AAAA"] {
            assert_eq!(Token::read(text, &input).unwrap_err().message, "Invalid NextToken", "{text}");
        }
    }
}
