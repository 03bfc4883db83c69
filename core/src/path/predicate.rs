//! Typed conditions and filters.

use std::fmt;
use std::marker::PhantomData;
use std::ops::{BitAnd, BitOr, Not};

use super::{Container, Operand, Path, Text};
use crate::expression::{Comparator, Condition, DocumentPath, Term};
use crate::value::{AttributeType, AttributeValue};
use crate::wire::WireError;

/// A condition or filter on the items of table `T`.
///
/// Predicates are made by the methods of [`Path`], and joined by [`and`](Self::and), [`or`](Self::or) and
/// [`not`](Self::not), or by `&`, `|` and `!`:
///
/// ```
/// # use dynochemy_core::Table;
/// # #[derive(Table, serde::Serialize, serde::Deserialize)]
/// # #[table(name = "visits")]
/// # struct Visit { #[table(hash_key)] user: String, seen: u64, name: Option<String> }
/// let rarely_seen = Visit::SEEN.lt(3) & Visit::NAME.exists();
/// let either = rarely_seen.or(Visit::NAME.begins_with("Rh"));
/// # let _ = either;
/// ```
///
/// See [Condition expressions](https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.OperatorsAndFunctions.html).
#[must_use = "a predicate does nothing until an operation takes it"]
pub struct Predicate<T> {
    condition: Result<Condition, WireError>,
    of: PhantomData<fn() -> T>,
}

impl<T> Predicate<T> {
    fn new(condition: Result<Condition, WireError>) -> Self {
        Self { condition, of: PhantomData }
    }

    /// The same condition without its type.
    ///
    /// # Errors
    /// When a value in it has no form in DynamoDB; the error names the attribute.
    pub fn into_condition(self) -> Result<Condition, WireError> {
        self.condition
    }

    /// Has it hold beside the conditions that are there; the first problem stays.
    pub(crate) fn add_to(self, conditions: &mut Result<Option<Condition>, WireError>) {
        let before = std::mem::replace(conditions, Ok(None));
        *conditions = before.and_then(|before| {
            let all = match before {
                Some(before) => Self::from(before).and(self),
                None => self,
            };
            all.into_condition().map(Some)
        });
    }

    /// Both hold.
    pub fn and(self, other: Self) -> Self {
        Self::new(self.condition.and_then(|left| {
            let right = other.condition?;
            Ok(Condition::And(match left {
                Condition::And(mut parts) => {
                    parts.push(right);
                    parts
                }
                left => vec![left, right],
            }))
        }))
    }

    /// One holds, or both.
    pub fn or(self, other: Self) -> Self {
        Self::new(self.condition.and_then(|left| {
            let right = other.condition?;
            Ok(Condition::Or(match left {
                Condition::Or(mut parts) => {
                    parts.push(right);
                    parts
                }
                left => vec![left, right],
            }))
        }))
    }

    /// It does not hold.
    #[allow(clippy::should_implement_trait, reason = "it is implemented too")]
    pub fn not(self) -> Self {
        Self::new(self.condition.map(|condition| Condition::Not(Box::new(condition))))
    }
}

impl<T> From<Condition> for Predicate<T> {
    fn from(condition: Condition) -> Self {
        Self::new(Ok(condition))
    }
}

impl<T> BitAnd for Predicate<T> {
    type Output = Self;
    fn bitand(self, other: Self) -> Self {
        self.and(other)
    }
}

impl<T> BitOr for Predicate<T> {
    type Output = Self;
    fn bitor(self, other: Self) -> Self {
        self.or(other)
    }
}

impl<T> Not for Predicate<T> {
    type Output = Self;
    fn not(self) -> Self {
        Predicate::not(self)
    }
}

impl<T> Clone for Predicate<T> {
    fn clone(&self) -> Self {
        Self::new(self.condition.clone())
    }
}

impl<T> PartialEq for Predicate<T> {
    fn eq(&self, other: &Self) -> bool {
        self.condition == other.condition
    }
}

impl<T> fmt::Debug for Predicate<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Predicate").field(&self.condition).finish()
    }
}

/// The size of an attribute: UTF-16 units of a text, bytes, elements of a list or set, members of a map.
pub struct Size<T> {
    path: DocumentPath,
    of: PhantomData<fn() -> T>,
}

impl<T> fmt::Debug for Size<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "size({})", self.path)
    }
}

/// A value that an attribute is compared with.
fn value<V>(operand: impl Operand<V>, path: &DocumentPath) -> Result<AttributeValue, WireError> {
    let value = operand.operand().map_err(|error| error.within(&path.to_string()))?;
    value.ok_or_else(|| {
        let problem =
            "nothing equals a `None` or an empty set, which is left out; ask whether the attribute exists";
        WireError::new(problem).within(&path.to_string())
    })
}

macro_rules! comparisons {
    ($($method:ident $with_path:ident $comparator:ident $doc:literal;)*) => {
        impl<T, V> Path<T, V> {
            $(
                #[doc = concat!("The attribute is ", $doc, " a value.")]
                pub fn $method(self, operand: impl Operand<V>) -> Predicate<T> {
                    let value = value(operand, &self.path);
                    Predicate::new(value.map(|value| {
                        Condition::Compare(Term::Path(self.path), Comparator::$comparator, Term::Value(value))
                    }))
                }

                #[doc = concat!("The attribute is ", $doc, " another one of the same item.")]
                pub fn $with_path(self, other: Self) -> Predicate<T> {
                    let comparison =
                        Condition::Compare(Term::Path(self.path), Comparator::$comparator, Term::Path(other.path));
                    Predicate::new(Ok(comparison))
                }
            )*
        }

        impl<T> Size<T> {
            $(
                #[doc = concat!("The size is ", $doc, " a number.")]
                pub fn $method(self, size: u64) -> Predicate<T> {
                    let comparison = Condition::Compare(
                        Term::Size(self.path),
                        Comparator::$comparator,
                        Term::Value(AttributeValue::from(size)),
                    );
                    Predicate::new(Ok(comparison))
                }
            )*
        }
    };
}
comparisons! {
    eq eq_path Equal "equal to";
    ne ne_path NotEqual "not equal to, or lacks,";
    lt lt_path Less "less than";
    le le_path LessOrEqual "at most";
    gt gt_path Greater "greater than";
    ge ge_path GreaterOrEqual "at least";
}

impl<T, V> Path<T, V> {
    /// The attribute lies between two values, both included.
    pub fn between(self, low: impl Operand<V>, high: impl Operand<V>) -> Predicate<T> {
        let bounds = value(low, &self.path).and_then(|low| Ok((low, value(high, &self.path)?)));
        Predicate::new(bounds.map(|(low, high)| {
            Condition::Between(Term::Path(self.path), Term::Value(low), Term::Value(high))
        }))
    }

    /// The attribute equals one of these values; at most 100.
    pub fn is_in<O: Operand<V>>(self, candidates: impl IntoIterator<Item = O>) -> Predicate<T> {
        let values = candidates.into_iter().map(|candidate| value(candidate, &self.path).map(Term::Value));
        let values: Result<Vec<Term>, WireError> = values.collect();
        Predicate::new(values.map(|values| Condition::In(Term::Path(self.path), values)))
    }

    /// The item has the attribute, whatever its value.
    pub fn exists(self) -> Predicate<T> {
        Predicate::new(Ok(Condition::Exists(self.path)))
    }

    /// The item lacks the attribute.
    pub fn not_exists(self) -> Predicate<T> {
        Predicate::new(Ok(Condition::NotExists(self.path)))
    }

    /// The attribute is stored as this type.
    pub fn is_type(self, kind: AttributeType) -> Predicate<T> {
        Predicate::new(Ok(Condition::Type(self.path, kind)))
    }

    /// The text begins with another one.
    pub fn begins_with(self, prefix: impl Operand<V>) -> Predicate<T>
    where
        V: Text,
    {
        let prefix = value(prefix, &self.path);
        Predicate::new(prefix.map(|prefix| Condition::BeginsWith(self.path.into(), Term::Value(prefix))))
    }

    /// The text contains another one, or the list or set an element.
    pub fn contains(self, part: impl Operand<V::Part>) -> Predicate<T>
    where
        V: Container,
    {
        let part = value(part, &self.path);
        Predicate::new(part.map(|part| Condition::Contains(self.path.into(), Term::Value(part))))
    }

    /// The attribute's size, to be compared.
    pub fn size(self) -> Size<T> {
        Size { path: self.path, of: PhantomData }
    }
}
