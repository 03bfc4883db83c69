//! Conditions and filters: what the tree of one means.
//!
//! Nodes are taken in their order, in which the service looks at them, so that the first fault found is the one it tells.

use dynochemy_core::expression::{Comparator, Condition, Term};
use dynochemy_core::{AttributeType, AttributeValue, Rejection};

use super::function::Function;
use super::parser::Fault;
use super::placeholders::Placeholders;
use super::tree::{Call, Id, Node, Tree};
use crate::check;

/// What a node is.
#[derive(Debug)]
enum Part {
    Term(Term),
    Condition(Condition),
}

/// The condition of a tree, which is the request's member `member`.
pub(super) fn condition(
    tree: &Tree<'_>,
    root: Id,
    member: &str,
    placeholders: &Placeholders,
) -> Result<Condition, Box<Rejection>> {
    let fits = super::bounded(tree);
    let mut parts = Parts { parts: Vec::with_capacity(tree.nodes.len()), placeholders, fits: fits.is_ok() };
    for node in &tree.nodes {
        let part = parts.part(node).map_err(|fault| super::invalid(member, &fault))?;
        if let Part::Condition(condition) = &part
            && !matches!(condition, Condition::And(_) | Condition::Or(_) | Condition::Not(_))
        {
            check::condition(condition, member)?;
        }
        parts.parts.push(Some(part));
    }
    fits.map_err(|fault| super::invalid(member, &fault))?;
    parts.condition(root).map_err(|fault| super::invalid(member, &fault))
}

/// What the nodes are so far; each is taken by the one that it is a part of.
struct Parts<'p> {
    parts: Vec<Option<Part>>,
    placeholders: &'p Placeholders,
    /// Whether the condition is built: one with too many operators might nest too deeply, and is looked through only.
    fits: bool,
}

impl Parts<'_> {
    fn part(&mut self, node: &Node<'_>) -> Result<Part, Fault> {
        Ok(Part::Condition(match node {
            Node::Path(path) => return Ok(Part::Term(Term::Path(path.resolve(self.placeholders)?))),
            Node::Value(placeholder) => {
                return Ok(Part::Term(Term::Value(self.placeholders.value(placeholder)?.clone())));
            }
            Node::Call(call) => return self.call(call),
            Node::Compare(left, comparator, right) => {
                Condition::Compare(self.term(*left)?, *comparator, self.term(*right)?)
            }
            Node::Between(tested, low, high) => {
                Condition::Between(self.term(*tested)?, self.term(*low)?, self.term(*high)?)
            }
            Node::In(tested, list) => {
                let tested = self.term(*tested)?;
                Condition::In(tested, list.iter().map(|id| self.term(*id)).collect::<Result<_, _>>()?)
            }
            Node::And(_) | Node::Or(_) | Node::Not(_) if !self.fits => Condition::Or(Vec::new()),
            Node::And(parts) => Condition::And(self.conditions(parts)?),
            Node::Or(parts) => Condition::Or(self.conditions(parts)?),
            Node::Not(negated) => Condition::Not(Box::new(self.condition(*negated)?)),
            Node::Plus(..) | Node::Minus(..) => return Err("a sum stands in a condition".to_owned()),
        }))
    }

    /// The operand that a node is; the machine that read the tree lets no other stand here.
    fn term(&mut self, id: Id) -> Result<Term, Fault> {
        match self.parts[id].take() {
            Some(Part::Term(term)) => Ok(term),
            _ => Err("a condition stands for an operand".to_owned()),
        }
    }

    /// The condition that a node is, as [`Parts::term`].
    fn condition(&mut self, id: Id) -> Result<Condition, Fault> {
        match self.parts[id].take() {
            Some(Part::Condition(condition)) => Ok(condition),
            _ => Err("an operand stands for a condition".to_owned()),
        }
    }

    fn conditions(&mut self, parts: &[Id]) -> Result<Vec<Condition>, Fault> {
        parts.iter().map(|part| self.condition(*part)).collect()
    }

    fn call(&mut self, call: &Call) -> Result<Part, Fault> {
        let function = call.function;
        call.check_count()?;
        let first = self.term(call.operands[0])?;
        let second = call.operands.get(1).map(|id| self.term(*id)).transpose()?;
        Ok(Part::Condition(match (function, first, second) {
            (Function::Size, Term::Path(path), _) => return Ok(Part::Term(Term::Size(path))),
            (Function::Size, Term::Value(value), _) => return Ok(Part::Term(size(&value)?)),
            (Function::Size, Term::Size(_), _) => return Err(incorrect(function, "N")),
            (Function::AttributeExists, Term::Path(path), _) => Condition::Exists(path),
            (Function::AttributeNotExists, Term::Path(path), _) => Condition::NotExists(path),
            (Function::AttributeType, tested, Some(kind)) => is_of_type(tested, &kind)?,
            (Function::BeginsWith, tested, Some(prefix)) => Condition::BeginsWith(tested, prefix),
            (Function::Contains, whole, Some(part)) => Condition::Contains(whole, part),
            _ => return Err(call.lacks_path()),
        }))
    }
}

/// The size of a value, which does not depend on the item.
pub(crate) fn size(value: &AttributeValue) -> Result<Term, Fault> {
    use AttributeValue as V;
    let size = match value {
        V::S(text) => text.encode_utf16().count(),
        V::B(bytes) => bytes.len(),
        V::StringSet(set) => set.len(),
        V::NumberSet(set) => set.len(),
        V::BinarySet(set) => set.len(),
        V::L(values) => values.len(),
        V::M(members) => members.len(),
        V::N(_) | V::Bool(_) | V::Null(_) => return Err(incorrect(Function::Size, value.kind().name())),
    };
    Ok(Term::Value((size as u64).into()))
}

/// `attribute_type(tested, kind)`.
pub(crate) fn is_of_type(tested: Term, kind: &Term) -> Result<Condition, Fault> {
    /// All types, as the service lists them.
    const TYPES: &str = "{NULL,S,L,N,B,BOOL,NS,BS,SS,M}";
    let name = match kind {
        Term::Value(AttributeValue::S(name)) => name,
        Term::Value(other) => return Err(incorrect(Function::AttributeType, other.kind().name())),
        Term::Size(_) => return Err(incorrect(Function::AttributeType, "N")),
        Term::Path(path) if *kind == tested => return Err(check::not_distinct("attribute_type", path)),
        Term::Path(_) => return Err(incorrect(Function::AttributeType, TYPES)),
    };
    let Some(kind) = AttributeType::from_name(name) else {
        return Err(format!("Invalid attribute type name found; type: {name}, valid types: {TYPES}"));
    };
    // Of what is no path, the type is known: no condition holds always, and none of none holds never.
    Ok(match tested {
        Term::Path(path) => Condition::Type(path, kind),
        Term::Value(value) if value.kind() == kind => Condition::And(Vec::new()),
        Term::Size(_) if kind == AttributeType::N => {
            Condition::Compare(tested, Comparator::GreaterOrEqual, Term::Value(0.into()))
        }
        _ => Condition::Or(Vec::new()),
    })
}

fn incorrect(function: Function, found: &str) -> Fault {
    format!(
        "Incorrect operand type for operator or function; operator or function: {}, operand type: {found}",
        function.name()
    )
}

impl Call {
    /// Whether the function has as many operands as it takes.
    pub(super) fn check_count(&self) -> Result<(), Fault> {
        if self.operands.len() == self.function.operands() {
            return Ok(());
        }
        Err(format!(
            "Incorrect number of operands for operator or function; operator or function: {}, number of operands: {}",
            self.function.name(),
            self.operands.len()
        ))
    }

    /// An operand is something else than the path that it has to be.
    pub(super) fn lacks_path(&self) -> Fault {
        format!(
            "Operator or function requires a document path; operator or function: {}",
            self.function.name()
        )
    }
}
