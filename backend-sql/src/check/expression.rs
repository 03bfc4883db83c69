//! What the service refuses of an expression before it looks at an item: operands that no item could fit, and paths that
//! are in each other's way.
//!
//! See [Expressions](https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.html).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use dynochemy_core::expression::{
    Assignment, Clash, Comparator, Condition, DocumentPath, KeyCondition, PathStep, RangeCondition, Term,
    UpdateAction, UpdateExpression,
};
use dynochemy_core::{AttributeType, AttributeValue, KeyValue, Rejection};

use super::value;
use crate::failure::validation;

/// The most operands of `IN`.
const MAX_CANDIDATES: usize = 100;

/// A condition or filter that can be evaluated, in the request's member `expression`.
pub(crate) fn condition(condition: &Condition, expression: &str) -> Result<(), Box<Rejection>> {
    match condition {
        Condition::Compare(left, comparator, right) => {
            terms([left, right])?;
            if !matches!(comparator, Comparator::Equal | Comparator::NotEqual) {
                [left, right]
                    .into_iter()
                    .try_for_each(|term| ordered(expression, comparator.symbol(), term))?;
            }
            apart(expression, comparator.symbol(), left, [right])
        }
        Condition::Between(tested, low, high) => {
            terms([tested, low, high])?;
            [tested, low, high].into_iter().try_for_each(|term| ordered(expression, "BETWEEN", term))?;
            apart(expression, "BETWEEN", tested, [low, high])?;
            bounds(expression, low, high)
        }
        Condition::In(tested, candidates) => {
            if !(1..=MAX_CANDIDATES).contains(&candidates.len()) {
                let problem = if candidates.is_empty() { "few" } else { "many" };
                return Err(validation(format!(
                    "Invalid {expression}: The IN operator is provided with too {problem} operands; number of operands: \
                     {}",
                    candidates.len()
                )));
            }
            terms(std::iter::once(tested).chain(candidates))?;
            apart(expression, "IN", tested, candidates)
        }
        Condition::BeginsWith(term, prefix) => {
            terms([term, prefix])?;
            apart(expression, "begins_with", term, [prefix])?;
            [term, prefix].into_iter().try_for_each(|term| match constant(term) {
                None | Some(AttributeType::S | AttributeType::B) => Ok(()),
                Some(other) => Err(incorrect(expression, "begins_with", other)),
            })
        }
        Condition::Contains(term, part) => {
            terms([term, part])?;
            apart(expression, "contains", term, [part])
        }
        Condition::Exists(_) | Condition::NotExists(_) | Condition::Type(..) => Ok(()),
        Condition::And(parts) | Condition::Or(parts) => {
            parts.iter().try_for_each(|part| self::condition(part, expression))
        }
        Condition::Not(negated) => self::condition(negated, expression),
    }
}

fn terms<'a>(terms: impl IntoIterator<Item = &'a Term>) -> Result<(), Box<Rejection>> {
    terms.into_iter().try_for_each(|term| match term {
        Term::Value(constant) => value(constant),
        Term::Path(_) | Term::Size(_) => Ok(()),
    })
}

/// The type of a term that does not depend on the item.
fn constant(term: &Term) -> Option<AttributeType> {
    match term {
        Term::Value(constant) => Some(constant.kind()),
        Term::Size(_) => Some(AttributeType::N),
        Term::Path(_) => None,
    }
}

/// A term that may have an order.
fn ordered(expression: &str, operator: &str, term: &Term) -> Result<(), Box<Rejection>> {
    match constant(term) {
        None | Some(AttributeType::S | AttributeType::N | AttributeType::B) => Ok(()),
        Some(other) => Err(incorrect(expression, operator, other)),
    }
}

fn incorrect(expression: &str, operator: &str, kind: AttributeType) -> Box<Rejection> {
    validation(format!(
        "Invalid {expression}: Incorrect operand type for operator or function; operator or function: {operator}, \
         operand type: {}",
        kind.name()
    ))
}

/// An attribute that is not compared with itself.
fn apart<'a>(
    expression: &str,
    operator: &str,
    first: &Term,
    others: impl IntoIterator<Item = &'a Term>,
) -> Result<(), Box<Rejection>> {
    match first {
        Term::Path(path) if others.into_iter().any(|other| other == first) => {
            Err(validation(format!("Invalid {expression}: {}", not_distinct(operator, path))))
        }
        _ => Ok(()),
    }
}

/// An attribute is compared with itself.
pub(crate) fn not_distinct(operator: &str, first: &DocumentPath) -> String {
    format!(
        "The first operand must be distinct from the remaining operands for this operator or function; operator: \
         {operator}, first operand: {}",
        listed(first)
    )
}

fn bounds(expression: &str, low: &Term, high: &Term) -> Result<(), Box<Rejection>> {
    use AttributeValue as V;
    let (Term::Value(low), Term::Value(high)) = (low, high) else { return Ok(()) };
    let (problem, holds) = match (low, high) {
        (V::S(low), V::S(high)) => (ORDER, low <= high),
        (V::N(low), V::N(high)) => (ORDER, low <= high),
        (V::B(low), V::B(high)) => (ORDER, low <= high),
        _ => ("same data type for lower and upper bounds", false),
    };
    if holds {
        return Ok(());
    }
    Err(validation(format!(
        "Invalid {expression}: The BETWEEN operator requires {problem}; lower bound operand: {}, upper bound operand: {}",
        shown(low),
        shown(high)
    )))
}

const ORDER: &str = "upper bound to be greater than or equal to lower bound";

/// A key condition whose operands an operator or function can take.
pub(crate) fn key_condition(condition: &KeyCondition) -> Result<(), Box<Rejection>> {
    let expression = "KeyConditionExpression";
    match &condition.range {
        Some((_, RangeCondition::Between(low, high))) => {
            let value = |value: &KeyValue| Term::Value(value.clone().into());
            bounds(expression, &value(low), &value(high))
        }
        Some((_, RangeCondition::BeginsWith(KeyValue::N(_)))) => {
            Err(incorrect(expression, "begins_with", AttributeType::N))
        }
        _ => Ok(()),
    }
}

/// A value as the service shows it: its strange form is that of the service's own types.
fn shown(value: &AttributeValue) -> String {
    let text = match value {
        AttributeValue::S(text) => text.clone(),
        AttributeValue::N(number) => number.to_string(),
        AttributeValue::B(bytes) => STANDARD.encode(bytes),
        other => format!("{other:?}"),
    };
    format!("AttributeValue: {{{}:{text}}}", value.kind().name())
}

/// Hands the paths that a condition looks at to `visit`.
pub(crate) fn paths<'a>(condition: &'a Condition, visit: &mut impl FnMut(&'a DocumentPath)) {
    let term = |term: &'a Term| match term {
        Term::Path(path) | Term::Size(path) => Some(path),
        Term::Value(_) => None,
    };
    match condition {
        Condition::Compare(left, _, right) => [left, right].into_iter().filter_map(term).for_each(visit),
        Condition::Between(tested, low, high) => {
            [tested, low, high].into_iter().filter_map(term).for_each(visit);
        }
        Condition::In(tested, candidates) => {
            std::iter::once(tested).chain(candidates).filter_map(term).for_each(visit);
        }
        Condition::BeginsWith(whole, part) | Condition::Contains(whole, part) => {
            [whole, part].into_iter().filter_map(term).for_each(visit);
        }
        Condition::Exists(path) | Condition::NotExists(path) | Condition::Type(path, _) => visit(path),
        Condition::And(parts) | Condition::Or(parts) => parts.iter().for_each(|part| paths(part, visit)),
        Condition::Not(negated) => paths(negated, visit),
    }
}

/// The paths that an update looks at: what it changes, and what it takes from elsewhere.
pub(crate) fn read_by(update: &UpdateExpression) -> Vec<&DocumentPath> {
    fn read<'a>(assignment: &'a Assignment, paths: &mut Vec<&'a DocumentPath>) {
        match assignment {
            Assignment::Value(_) => {}
            Assignment::Path(path) => paths.push(path),
            Assignment::Plus(left, right)
            | Assignment::Minus(left, right)
            | Assignment::Append(left, right) => {
                read(left, paths);
                read(right, paths);
            }
            Assignment::IfNotExists(path, otherwise) => {
                paths.push(path);
                read(otherwise, paths);
            }
        }
    }
    let mut paths = Vec::new();
    for action in &update.actions {
        paths.push(action.path());
        if let UpdateAction::Set(_, assignment) = action {
            read(assignment, &mut paths);
        }
    }
    paths
}

/// The bytes of the largest value in an update, whether it ends up in the item or not.
pub(crate) fn largest_operand(update: &UpdateExpression) -> usize {
    fn within(assignment: &Assignment) -> usize {
        match assignment {
            Assignment::Value(value) => value.size(),
            Assignment::Path(_) => 0,
            Assignment::Plus(left, right)
            | Assignment::Minus(left, right)
            | Assignment::Append(left, right) => within(left).max(within(right)),
            Assignment::IfNotExists(_, otherwise) => within(otherwise),
        }
    }
    let of = |action: &UpdateAction| match action {
        UpdateAction::Set(_, assignment) => within(assignment),
        UpdateAction::Remove(_) => 0,
        UpdateAction::Add(_, value) | UpdateAction::Delete(_, value) => value.size(),
    };
    update.actions.iter().map(of).max().unwrap_or(0)
}

/// The type of what is assigned, where it does not depend on the item; of an alternative, its own.
pub(super) fn assigned_type(assignment: &Assignment) -> Option<AttributeType> {
    match assignment {
        Assignment::Value(value) => Some(value.kind()),
        Assignment::Path(_) => None,
        Assignment::Plus(..) | Assignment::Minus(..) => Some(AttributeType::N),
        Assignment::Append(..) => Some(AttributeType::L),
        Assignment::IfNotExists(_, otherwise) => assigned_type(otherwise),
    }
}

/// An update that could fit an item.
pub(crate) fn update(update: &UpdateExpression) -> Result<(), Box<Rejection>> {
    let expression = "UpdateExpression";
    update.actions.iter().try_for_each(|action| match action {
        UpdateAction::Set(_, assignment) => outermost(assignment),
        _ => Ok(()),
    })?;
    distinct(expression, update.actions.iter().map(UpdateAction::path))?;
    let operand = |action: &UpdateAction| {
        let incorrect = |operator: &str, operand: &AttributeValue| {
            validation(format!(
                "Invalid {expression}: Incorrect operand type for operator or function; operator: {operator}, operand \
                 type: {}, typeSet: ALLOWED_FOR_{operator}_OPERAND",
                spelled(operand.kind())
            ))
        };
        use AttributeValue as V;
        match action {
            UpdateAction::Add(_, operand) => match operand {
                V::N(_) | V::StringSet(_) | V::NumberSet(_) | V::BinarySet(_) => value(operand),
                other => Err(incorrect("ADD", other)),
            },
            UpdateAction::Delete(_, operand) => match operand {
                V::StringSet(_) | V::NumberSet(_) | V::BinarySet(_) => value(operand),
                other => Err(incorrect("DELETE", other)),
            },
            UpdateAction::Set(..) | UpdateAction::Remove(_) => Ok(()),
        }
    };
    update.actions.iter().try_for_each(operand)?;
    update.actions.iter().try_for_each(|action| match action {
        UpdateAction::Set(_, assignment) => assigned(assignment),
        _ => Ok(()),
    })
}

/// Lists are appended to nowhere but at the outside.
fn outermost(assignment: &Assignment) -> Result<(), Box<Rejection>> {
    fn within(assignment: &Assignment) -> Result<(), Box<Rejection>> {
        match assignment {
            Assignment::Append(..) => Err(validation(
                "Invalid UpdateExpression: The function is not allowed to be used this way in an expression; function: \
                 list_append",
            )),
            inner => outermost(inner),
        }
    }
    match assignment {
        Assignment::Value(_) | Assignment::Path(_) => Ok(()),
        Assignment::Plus(left, right) | Assignment::Minus(left, right) | Assignment::Append(left, right) => {
            within(left)?;
            within(right)
        }
        Assignment::IfNotExists(_, otherwise) => within(otherwise),
    }
}

fn assigned(assignment: &Assignment) -> Result<(), Box<Rejection>> {
    let operands = |left: &Assignment, right: &Assignment, function: &str, wanted: AttributeType| {
        for operand in [left, right] {
            match operand {
                Assignment::Value(constant) if constant.kind() != wanted => {
                    return Err(incorrect("UpdateExpression", function, constant.kind()));
                }
                other => assigned(other)?,
            }
        }
        Ok(())
    };
    match assignment {
        Assignment::Value(constant) => value(constant),
        Assignment::Path(_) => Ok(()),
        Assignment::Plus(left, right) => operands(left, right, "+", AttributeType::N),
        Assignment::Minus(left, right) => operands(left, right, "-", AttributeType::N),
        Assignment::Append(left, right) => operands(left, right, "list_append", AttributeType::L),
        Assignment::IfNotExists(path, otherwise) => match &**otherwise {
            Assignment::Path(other) => {
                let other = Term::Path(other.clone());
                apart("UpdateExpression", "if_not_exists", &Term::Path(path.clone()), [&other])
            }
            other => assigned(other),
        },
    }
}

/// A type as messages on updates spell it.
fn spelled(kind: AttributeType) -> &'static str {
    match kind {
        AttributeType::S => "STRING",
        AttributeType::N => "NUMBER",
        AttributeType::B => "BINARY",
        AttributeType::Bool => "BOOLEAN",
        AttributeType::Null => "NULL",
        AttributeType::StringSet => "STRING_SET",
        AttributeType::NumberSet => "NUMBER_SET",
        AttributeType::BinarySet => "BINARY_SET",
        AttributeType::L => "LIST",
        AttributeType::M => "MAP",
    }
}

/// Paths of which no two clash.
pub(crate) fn distinct<'a>(
    expression: &str,
    paths: impl IntoIterator<Item = &'a DocumentPath>,
) -> Result<(), Box<Rejection>> {
    let Some((one, two, clash)) = DocumentPath::first_clash(paths) else { return Ok(()) };
    let problem = match clash {
        Clash::Overlap => "overlap",
        Clash::Conflict => "conflict",
    };
    Err(validation(format!(
        "Invalid {expression}: Two document paths {problem} with each other; must remove or rewrite one of these paths; \
         path one: {}, path two: {}",
        listed(one),
        listed(two)
    )))
}

/// A path as the service lists it in messages: `[address, lines, [2]]`.
fn listed(path: &DocumentPath) -> String {
    let mut text = format!("[{}", path.attribute);
    for step in &path.steps {
        text.push_str(", ");
        match step {
            PathStep::Member(name) => text.push_str(name),
            PathStep::Element(index) => text.push_str(&format!("[{index}]")),
        }
    }
    text.push(']');
    text
}
