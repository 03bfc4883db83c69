//! Reads a condition's text back, by the grammar in the developer guide; whatever the service would refuse (unknown or
//! unused placeholders, redundant parentheses, empty lists) panics.

use std::cell::RefCell;
use std::collections::BTreeSet;

use serde_json::Value;

use super::*;
use crate::wire::value::parse_value;

/// The condition that stands as `member` in a request.
pub(super) fn condition(request: &Value, member: &str) -> Condition {
    let text = request[member].as_str().unwrap();
    let tokens = tokens(text);
    let parser = Parser { request, tokens: &tokens, used: RefCell::default() };
    let mut at = 0;
    let condition = parser.or(&mut at);
    assert_eq!(at, tokens.len(), "text is left of `{text}`");
    let told = |member: &str| request[member].as_object().map_or(0, serde_json::Map::len);
    let all = told("ExpressionAttributeNames") + told("ExpressionAttributeValues");
    assert_eq!(parser.used.borrow().len(), all, "a placeholder is not used in `{text}`");
    condition
}

fn tokens(text: &str) -> Vec<String> {
    let mut tokens: Vec<String> = Vec::new();
    let mut kind_before = ' ';
    for character in text.chars() {
        let kind = match character {
            'a'..='z' | 'A'..='Z' | '0'..='9' | '_' | '#' | ':' => 'w',
            '<' | '=' | '>' => 'c',
            other => other,
        };
        match tokens.last_mut() {
            Some(token) if kind == kind_before && matches!(kind, 'w' | 'c') => token.push(character),
            _ if character == ' ' => {}
            _ => tokens.push(character.to_string()),
        }
        kind_before = kind;
    }
    tokens
}

struct Parser<'a> {
    request: &'a Value,
    tokens: &'a [String],
    used: RefCell<BTreeSet<String>>,
}

impl Parser<'_> {
    fn peek(&self, at: usize) -> &str {
        self.tokens.get(at).map_or("", String::as_str)
    }

    fn take(&self, at: &mut usize, token: &str) -> bool {
        let found = self.peek(*at) == token;
        *at += usize::from(found);
        found
    }

    fn expect(&self, at: &mut usize, token: &str) {
        assert!(self.take(at, token), "expected `{token}` at {at} of {:?}", self.tokens);
    }

    fn or(&self, at: &mut usize) -> Condition {
        let mut conditions = vec![self.and(at)];
        while self.take(at, "OR") {
            conditions.push(self.and(at));
        }
        if conditions.len() == 1 { conditions.remove(0) } else { Condition::Or(conditions) }
    }

    fn and(&self, at: &mut usize) -> Condition {
        let mut conditions = vec![self.not(at)];
        while self.take(at, "AND") {
            conditions.push(self.not(at));
        }
        if conditions.len() == 1 { conditions.remove(0) } else { Condition::And(conditions) }
    }

    fn not(&self, at: &mut usize) -> Condition {
        if self.take(at, "NOT") {
            return Condition::Not(Box::new(self.not(at)));
        }
        if !self.take(at, "(") {
            return self.test(at);
        }
        let nested = self.peek(*at) == "(";
        let before = *at;
        let condition = self.or(at);
        self.expect(at, ")");
        let whole_is_nested = nested && {
            let mut inner = before;
            self.not(&mut inner);
            inner + 1 == *at
        };
        assert!(!whole_is_nested, "redundant parentheses in {:?}", self.tokens);
        condition
    }

    fn test(&self, at: &mut usize) -> Condition {
        let function = self.peek(*at).to_owned();
        if matches!(
            function.as_str(),
            "attribute_exists" | "attribute_not_exists" | "attribute_type" | "begins_with" | "contains"
        ) {
            *at += 1;
            self.expect(at, "(");
            let first = self.term(at);
            let second = self.take(at, ",").then(|| self.term(at));
            self.expect(at, ")");
            return match (function.as_str(), second) {
                ("begins_with", Some(prefix)) => Condition::BeginsWith(first, prefix),
                ("contains", Some(part)) => Condition::Contains(first, part),
                (function, second) => {
                    let Term::Path(path) = first else { panic!("{first:?}") };
                    match (function, second) {
                        ("attribute_exists", None) => Condition::Exists(path),
                        ("attribute_not_exists", None) => Condition::NotExists(path),
                        ("attribute_type", Some(Term::Value(AttributeValue::S(kind)))) => {
                            Condition::Type(path, AttributeType::from_name(&kind).unwrap())
                        }
                        other => panic!("{other:?}"),
                    }
                }
            };
        }
        let term = self.term(at);
        if self.take(at, "BETWEEN") {
            let low = self.term(at);
            self.expect(at, "AND");
            return Condition::Between(term, low, self.term(at));
        }
        if self.take(at, "IN") {
            self.expect(at, "(");
            let mut candidates = vec![self.term(at)];
            while self.take(at, ",") {
                candidates.push(self.term(at));
            }
            self.expect(at, ")");
            return Condition::In(term, candidates);
        }
        let comparator = match self.peek(*at) {
            "=" => Comparator::Equal,
            "<>" => Comparator::NotEqual,
            "<" => Comparator::Less,
            "<=" => Comparator::LessOrEqual,
            ">" => Comparator::Greater,
            ">=" => Comparator::GreaterOrEqual,
            other => panic!("`{other}` is no comparator in {:?}", self.tokens),
        };
        *at += 1;
        Condition::Compare(term, comparator, self.term(at))
    }

    fn term(&self, at: &mut usize) -> Term {
        if self.take(at, "size") {
            self.expect(at, "(");
            let path = self.path(at);
            self.expect(at, ")");
            return Term::Size(path);
        }
        if self.peek(*at).starts_with(':') {
            let placeholder = self.peek(*at);
            let value = self.request["ExpressionAttributeValues"][placeholder].to_string();
            self.used.borrow_mut().insert(placeholder.to_owned());
            *at += 1;
            return Term::Value(parse_value(value.as_bytes()).unwrap());
        }
        Term::Path(self.path(at))
    }

    fn path(&self, at: &mut usize) -> DocumentPath {
        let mut path = DocumentPath::attribute(self.name(at));
        loop {
            if self.take(at, ".") {
                path.steps.push(PathStep::Member(self.name(at).into()));
            } else if self.take(at, "[") {
                path.steps.push(PathStep::Element(self.peek(*at).parse().unwrap()));
                *at += 1;
                self.expect(at, "]");
            } else {
                return path;
            }
        }
    }

    fn name(&self, at: &mut usize) -> String {
        let placeholder = self.peek(*at);
        let name = self.request["ExpressionAttributeNames"][placeholder].as_str();
        let name = name.unwrap_or_else(|| panic!("`{placeholder}` is no name in {:?}", self.tokens));
        self.used.borrow_mut().insert(placeholder.to_owned());
        *at += 1;
        name.to_owned()
    }
}
