//! Conditions and filters: what the tree of one means.

use dynochemy_core::expression::{Condition, DocumentPath, Term};
use dynochemy_core::{AttributeType, AttributeValue};

use super::function::Function;
use super::parser::Fault;
use super::tree::{Id, Node, Tree};

/// The condition of a tree; it nests as deep as it has operators, which are bounded.
pub(super) fn condition(tree: &Tree<'_>, id: Id) -> Result<Condition, Fault> {
    Ok(match tree.node(id) {
        Node::Compare(left, comparator, right) => {
            Condition::Compare(term(tree, *left)?, *comparator, term(tree, *right)?)
        }
        Node::Between(tested, low, high) => {
            Condition::Between(term(tree, *tested)?, term(tree, *low)?, term(tree, *high)?)
        }
        Node::In(tested, list) => Condition::In(
            term(tree, *tested)?,
            list.iter().map(|operand| term(tree, *operand)).collect::<Result<_, _>>()?,
        ),
        Node::And(parts) => Condition::And(conditions(tree, parts)?),
        Node::Or(parts) => Condition::Or(conditions(tree, parts)?),
        Node::Not(negated) => Condition::Not(Box::new(condition(tree, *negated)?)),
        Node::Call(function, operands) => call(tree, *function, operands)?,
        Node::Path(_) | Node::Value(_) | Node::Plus(..) | Node::Minus(..) => {
            // The machine lets none of these stand for a condition.
            return Err("an operand stands where a condition should".to_owned());
        }
    })
}

fn conditions(tree: &Tree<'_>, parts: &[Id]) -> Result<Vec<Condition>, Fault> {
    parts.iter().map(|part| condition(tree, *part)).collect()
}

/// A function as a condition.
fn call(tree: &Tree<'_>, function: Function, operands: &[Id]) -> Result<Condition, Fault> {
    match (allowed(function, operands)?, operands) {
        (Function::AttributeExists, &[path]) => Ok(Condition::Exists(self::path(tree, function, path)?)),
        (Function::AttributeNotExists, &[path]) => {
            Ok(Condition::NotExists(self::path(tree, function, path)?))
        }
        (Function::AttributeType, &[path, kind]) => {
            let Node::Value(AttributeValue::S(name)) = tree.node(kind) else {
                let found = match tree.node(kind) {
                    Node::Value(value) => value.kind().name(),
                    _ => TYPES,
                };
                return Err(incorrect(function, found));
            };
            let path = self::path(tree, function, path)?;
            match AttributeType::from_name(name) {
                Some(kind) => Ok(Condition::Type(path, kind)),
                None => Err(format!("Invalid attribute type name found; type: {name}, valid types: {TYPES}")),
            }
        }
        (Function::BeginsWith, &[path, prefix]) => {
            Ok(Condition::BeginsWith(self::path(tree, function, path)?, term(tree, prefix)?))
        }
        (Function::Contains, &[path, part]) => {
            Ok(Condition::Contains(self::path(tree, function, path)?, term(tree, part)?))
        }
        (function, _) => Err(misused(function)),
    }
}

/// The service lists the types in this order.
const TYPES: &str = "{NULL,S,L,N,B,BOOL,NS,BS,SS,M}";

/// An operand.
fn term(tree: &Tree<'_>, id: Id) -> Result<Term, Fault> {
    match tree.node(id) {
        Node::Path(path) => Ok(Term::Path(path.clone())),
        Node::Value(value) => Ok(Term::Value((*value).clone())),
        Node::Call(function, operands) => match (allowed(*function, operands)?, operands.as_slice()) {
            (Function::Size, &[operand]) => match tree.node(operand) {
                Node::Path(path) => Ok(Term::Size(path.clone())),
                Node::Value(value) => match size(value) {
                    Some(size) => Ok(Term::Value(size.into())),
                    None => Err(incorrect(Function::Size, value.kind().name())),
                },
                _ => {
                    term(tree, operand)?;
                    Err(incorrect(Function::Size, "N"))
                }
            },
            (function, _) => Err(misused(function)),
        },
        _ => Err("a condition stands where an operand should".to_owned()),
    }
}

/// The size of a value that has one.
fn size(value: &AttributeValue) -> Option<u64> {
    use AttributeValue as V;
    let size = match value {
        V::S(text) => text.encode_utf16().count(),
        V::B(bytes) => bytes.len(),
        V::StringSet(set) => set.len(),
        V::NumberSet(set) => set.len(),
        V::BinarySet(set) => set.len(),
        V::L(values) => values.len(),
        V::M(members) => members.len(),
        V::N(_) | V::Bool(_) | V::Null(_) => return None,
    };
    Some(size as u64)
}

/// A function that conditions have, with as many operands as it takes.
fn allowed(function: Function, operands: &[Id]) -> Result<Function, Fault> {
    if function.is_of_updates() {
        return Err(format!(
            "The function is not allowed in a condition expression; function: {}",
            function.name()
        ));
    }
    counted(function, operands)?;
    Ok(function)
}

/// Whether a function has as many operands as it takes.
pub(super) fn counted(function: Function, operands: &[Id]) -> Result<(), Fault> {
    if operands.len() == function.operands() {
        return Ok(());
    }
    Err(format!(
        "Incorrect number of operands for operator or function; operator or function: {}, number of operands: {}",
        function.name(),
        operands.len()
    ))
}

/// The operand of a function that has to be a path.
pub(super) fn path(tree: &Tree<'_>, function: Function, id: Id) -> Result<DocumentPath, Fault> {
    match tree.node(id) {
        Node::Path(path) => Ok(path.clone()),
        _ => Err(format!(
            "Operator or function requires a document path; operator or function: {}",
            function.name()
        )),
    }
}

fn misused(function: Function) -> Fault {
    format!("The function is not allowed to be used this way in an expression; function: {}", function.name())
}

fn incorrect(function: Function, found: &str) -> Fault {
    format!(
        "Incorrect operand type for operator or function; operator or function: {}, operand type: {found}",
        function.name()
    )
}
