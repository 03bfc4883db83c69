//! Expressions as values: conditions, updates, key conditions and projections.
//!
//! Requests carry these values. The HTTP codec writes them as DynamoDB's expression text with placeholders of its own;
//! the SQL backend and the views evaluate them ([`Condition::matches`], [`UpdateExpression::apply`]); no text is parsed in between.
//!
//! See [Expressions](https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.html).

mod evaluate;
pub(crate) mod limits;
mod merge;
mod path;

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::key::KeyValue;
use crate::value::{AttributeType, AttributeValue, Attributes};

pub use evaluate::UpdateError;
pub use limits::{MAX_IN, MAX_NAME, MAX_OPERATORS, MAX_TEXT, MAX_VALUES};
pub(crate) use merge::Merged;
pub use path::{Clash, DocumentPath, PathStep};

/// A side of a comparison.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Term {
    /// What stands at a path of the item.
    Path(DocumentPath),
    /// A value.
    Value(AttributeValue),
    /// The size of what stands at a path: a text's UTF-16 units, bytes, elements or members.
    Size(DocumentPath),
}

impl From<DocumentPath> for Term {
    fn from(path: DocumentPath) -> Self {
        Self::Path(path)
    }
}

/// How two terms are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Comparator {
    /// `=`
    Equal,
    /// `<>`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
}

impl Comparator {
    /// The operator in expression text.
    #[must_use]
    pub fn symbol(self) -> &'static str {
        match self {
            Self::Equal => "=",
            Self::NotEqual => "<>",
            Self::Less => "<",
            Self::LessOrEqual => "<=",
            Self::Greater => ">",
            Self::GreaterOrEqual => ">=",
        }
    }
}

/// A condition or filter on an item.
///
/// See [Condition expressions](https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.OperatorsAndFunctions.html).
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Condition {
    /// Two terms compared.
    Compare(Term, Comparator, Term),
    /// `term BETWEEN low AND high`, both included.
    Between(Term, Term, Term),
    /// `term IN (..)`.
    In(Term, Vec<Term>),
    /// `attribute_exists(path)`.
    Exists(DocumentPath),
    /// `attribute_not_exists(path)`.
    NotExists(DocumentPath),
    /// `attribute_type(path, type)`.
    Type(DocumentPath, AttributeType),
    /// `begins_with(term, prefix)`.
    BeginsWith(Term, Term),
    /// `contains(term, part)`.
    Contains(Term, Term),
    /// All of these.
    And(Vec<Condition>),
    /// Any of these.
    Or(Vec<Condition>),
    /// Not this.
    Not(Box<Condition>),
}

impl Condition {
    /// `attribute = value`.
    #[must_use]
    pub fn equal(attribute: impl Into<Cow<'static, str>>, value: AttributeValue) -> Self {
        let path = DocumentPath::attribute(attribute);
        Self::Compare(Term::Path(path), Comparator::Equal, Term::Value(value))
    }

    /// `attribute_not_exists(attribute)`.
    #[must_use]
    pub fn not_exists(attribute: impl Into<Cow<'static, str>>) -> Self {
        Self::NotExists(DocumentPath::attribute(attribute))
    }

    /// `attribute_exists(attribute)`.
    #[must_use]
    pub fn exists(attribute: impl Into<Cow<'static, str>>) -> Self {
        Self::Exists(DocumentPath::attribute(attribute))
    }
}

/// What an attribute is set to.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Assignment {
    /// A value.
    Value(AttributeValue),
    /// What stands at another path.
    Path(DocumentPath),
    /// `a + b`.
    Plus(Box<Assignment>, Box<Assignment>),
    /// `a - b`.
    Minus(Box<Assignment>, Box<Assignment>),
    /// `if_not_exists(path, otherwise)`.
    IfNotExists(DocumentPath, Box<Assignment>),
    /// `list_append(a, b)`.
    Append(Box<Assignment>, Box<Assignment>),
}

/// One action of an update.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum UpdateAction {
    /// `SET path = assignment`.
    Set(DocumentPath, Assignment),
    /// `REMOVE path`.
    Remove(DocumentPath),
    /// `ADD path value`: adds a number, or a set's elements.
    Add(DocumentPath, AttributeValue),
    /// `DELETE path value`: takes elements out of a set.
    Delete(DocumentPath, AttributeValue),
}

impl UpdateAction {
    /// The path that the action changes.
    #[must_use]
    pub fn path(&self) -> &DocumentPath {
        match self {
            Self::Set(path, _) | Self::Remove(path) | Self::Add(path, _) | Self::Delete(path, _) => path,
        }
    }
}

/// An update expression: actions that all see the item as it was.
///
/// See [Update expressions](https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.UpdateExpressions.html).
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct UpdateExpression {
    /// The actions, in the order in which they were given.
    pub actions: Vec<UpdateAction>,
}

impl UpdateExpression {
    /// The part of an item that the update names, as it stands there: of a map the members that it names, of a list all.
    #[must_use]
    pub fn named(&self, item: &Attributes) -> Attributes {
        let mut named = Attributes::new();
        for path in self.actions.iter().map(UpdateAction::path) {
            let is_member = |step: &&PathStep| matches!(step, PathStep::Member(_));
            let steps: Vec<PathStep> = path.steps.iter().take_while(is_member).cloned().collect();
            let path = DocumentPath { attribute: path.attribute.clone(), steps };
            if let Some(value) = path.find(item) {
                put_at(&mut named, &path.attribute, &path.steps, value);
            }
        }
        named
    }

    /// Whether applying the update twice gives the same item as applying it once, whatever the item.
    #[must_use]
    pub fn is_idempotent(&self) -> bool {
        // Setting a list's element beyond its end appends, and removing one moves those after it to the front.
        let within_list =
            |path: &DocumentPath| path.steps.iter().any(|step| matches!(step, PathStep::Element(_)));
        self.actions.iter().all(|action| match action {
            _ if within_list(action.path()) => false,
            UpdateAction::Set(path, assignment) => match assignment {
                Assignment::Value(_) => true,
                // Once it is there, it stays.
                Assignment::IfNotExists(from, otherwise) => {
                    from == path && matches!(**otherwise, Assignment::Value(_))
                }
                _ => false,
            },
            UpdateAction::Remove(_) => true,
            UpdateAction::Add(_, value) => !matches!(value, AttributeValue::N(_)),
            UpdateAction::Delete(..) => true,
        })
    }
}

/// Puts a value where members of maps lead to.
fn put_at(members: &mut Attributes, name: &str, steps: &[PathStep], value: &AttributeValue) {
    let [PathStep::Member(next), rest @ ..] = steps else {
        members.insert(name.to_owned(), value.clone());
        return;
    };
    let inner = members.entry(name.to_owned()).or_insert_with(|| AttributeValue::M(Attributes::new()));
    // Paths of one update do not overlap, so only maps hold parts.
    if let AttributeValue::M(inner) = inner {
        put_at(inner, next, rest, value);
    }
}

/// Which range keys a query reads.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum RangeCondition {
    /// Compared with a value; never [`Comparator::NotEqual`].
    Compare(Comparator, KeyValue),
    /// From one value to another, both included.
    Between(KeyValue, KeyValue),
    /// That begin with a text or bytes.
    BeginsWith(KeyValue),
}

/// Which items a query reads.
///
/// See [Key condition expressions](https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Query.KeyConditionExpressions.html).
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct KeyCondition {
    /// The attributes that have a value: every hash attribute, and the leading range attributes of an index that has
    /// several. For a table this is its hash key.
    pub equal: Vec<(Cow<'static, str>, KeyValue)>,
    /// The next range attribute, and what is asked of it.
    pub range: Option<(Cow<'static, str>, RangeCondition)>,
}

impl KeyCondition {
    /// The items of one hash key.
    #[must_use]
    pub fn hash(attribute: impl Into<Cow<'static, str>>, value: KeyValue) -> Self {
        Self { equal: vec![(attribute.into(), value)], range: None }
    }

    /// Those of them whose range attribute meets a condition.
    #[must_use]
    pub fn and(self, attribute: impl Into<Cow<'static, str>>, condition: RangeCondition) -> Self {
        Self { range: Some((attribute.into(), condition)), ..self }
    }
}
