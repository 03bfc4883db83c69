//! Conditions: what stands behind `WHERE`.
//!
//! Comparisons are turned so that a path stands first, where there is one, so that whoever looks for keys finds them.
//!
//! See [Operators](https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ql-operators.html) and
//! [Functions](https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ql-functions.html).

use dynochemy_core::AttributeType;
use dynochemy_core::expression::{Comparator, Condition, MAX_OPERATORS, Term};

use super::lexer::Kind;
use super::literal;
use super::parser::{Fault, Parser};
use crate::check;
use crate::wire::expression;

/// What is open while a condition is read: between two parentheses, or outside of all of them.
#[derive(Default)]
struct Group {
    /// What is joined by `OR` so far.
    either: Vec<Condition>,
    /// What is joined by `AND` behind that.
    both: Vec<Condition>,
    /// Whether the condition that comes next is negated.
    negates: bool,
    /// Whether the whole group is.
    is_negated: bool,
}

impl Group {
    fn add(&mut self, condition: Condition) {
        let negates = std::mem::take(&mut self.negates);
        self.both.push(if negates { negated(condition) } else { condition });
    }

    fn or(&mut self) {
        let both = std::mem::take(&mut self.both);
        self.either.push(joined(both, Condition::And));
    }

    fn whole(mut self) -> Condition {
        self.or();
        joined(self.either, Condition::Or)
    }
}

/// The opposite; two negations are none, so that no nesting of them is deep.
fn negated(condition: Condition) -> Condition {
    match condition {
        Condition::Not(inner) => *inner,
        other => Condition::Not(Box::new(other)),
    }
}

fn joined(mut parts: Vec<Condition>, join: fn(Vec<Condition>) -> Condition) -> Condition {
    match parts.len() {
        1 => parts.remove(0),
        _ => join(parts),
    }
}

/// Reads a condition.
pub(super) fn condition(parser: &mut Parser<'_>) -> Result<Condition, Fault> {
    let mut open = vec![Group::default()];
    let mut operators = 0;
    loop {
        if operators > MAX_OPERATORS {
            return Fault::refused(format!(
                "The expression contains too many operators; operator count: {operators}"
            ));
        }
        let group =
            open.last_mut().expect("a group ends when its parenthesis is closed, and the first one has none");
        if parser.take_word("NOT") {
            group.negates = !group.negates;
            continue;
        }
        if parser.is_symbol("(") && !is_operand_in_parentheses(parser) {
            parser.advance();
            let is_negated = std::mem::take(&mut group.negates);
            open.push(Group { is_negated, ..Group::default() });
            continue;
        }
        group.add(predicate(parser)?);
        operators += 1;
        // What comes behind a condition.
        loop {
            let depth = open.len();
            let group = open.last_mut().expect("as above");
            if parser.take_word("AND") {
                operators += 1;
            } else if parser.take_word("OR") {
                operators += 1;
                group.or();
            } else if depth > 1 && parser.is_symbol(")") {
                parser.advance();
                let ended = open.pop().unwrap_or_default();
                let is_negated = ended.is_negated;
                let whole = ended.whole();
                let outer = open.last_mut().expect("as above");
                outer.add(if is_negated { negated(whole) } else { whole });
                continue;
            } else if depth > 1 {
                return parser.unexpected(")");
            } else {
                return Ok(open.pop().unwrap_or_default().whole());
            }
            if *parser.kind() == Kind::End {
                return Fault::malformed("Missing right-hand side expression of infix operator");
            }
            break;
        }
    }
}

/// Whether what is in parentheses is one operand alone, as in `(price) > 5`.
fn is_operand_in_parentheses(parser: &Parser<'_>) -> bool {
    matches!(
        parser.kind_behind(1),
        Kind::Word(_) | Kind::Name(_) | Kind::Text(_) | Kind::Number(_) | Kind::Parameter
    ) && *parser.kind_behind(2) == Kind::Symbol(")")
}

/// One condition without `AND`, `OR` and `NOT`.
fn predicate(parser: &mut Parser<'_>) -> Result<Condition, Fault> {
    if let Kind::Word(word) = *parser.kind()
        && *parser.kind_behind(1) == Kind::Symbol("(")
        && !["IN", "MISSING", "NULL"].iter().any(|known| known.eq_ignore_ascii_case(word))
        && !word.eq_ignore_ascii_case("size")
    {
        return function(parser, word);
    }
    let first = operand(parser)?;
    let negates = parser.take_word("NOT");
    let condition = if parser.take_word("BETWEEN") {
        let low = right_operand(parser)?;
        parser.expect_word("AND")?;
        Condition::Between(first, low, right_operand(parser)?)
    } else if parser.take_word("IN") {
        Condition::In(first, candidates(parser)?)
    } else if negates {
        return parser.unexpected("IN");
    } else if parser.take_word("IS") {
        return is(parser, first);
    } else {
        let Some(comparator) = comparator(parser) else { return no_operator(parser) };
        parser.advance();
        let second = right_operand(parser)?;
        compared(first, comparator, second)
    };
    Ok(if negates { Condition::Not(Box::new(condition)) } else { condition })
}

fn no_operator<T>(parser: &Parser<'_>) -> Result<T, Fault> {
    match parser.kind() {
        Kind::Symbol(symbol @ ("+" | "-" | "*" | "||")) => {
            Fault::malformed(format!("Unknown operator: {symbol}"))
        }
        Kind::Word(word) if word.eq_ignore_ascii_case("LIKE") => Fault::malformed("Unknown operator: LIKE"),
        _ => Fault::malformed("Expected operator after attribute path"),
    }
}

fn comparator(parser: &Parser<'_>) -> Option<Comparator> {
    let Kind::Symbol(symbol) = parser.kind() else { return None };
    Some(match *symbol {
        "=" => Comparator::Equal,
        "<>" | "!=" => Comparator::NotEqual,
        "<" => Comparator::Less,
        "<=" => Comparator::LessOrEqual,
        ">" => Comparator::Greater,
        ">=" => Comparator::GreaterOrEqual,
        _ => return None,
    })
}

fn compared(first: Term, comparator: Comparator, second: Term) -> Condition {
    let turned = match comparator {
        Comparator::Equal | Comparator::NotEqual => comparator,
        Comparator::Less => Comparator::Greater,
        Comparator::LessOrEqual => Comparator::GreaterOrEqual,
        Comparator::Greater => Comparator::Less,
        Comparator::GreaterOrEqual => Comparator::LessOrEqual,
    };
    match (&first, &second) {
        (Term::Value(_), Term::Path(_)) => Condition::Compare(second, turned, first),
        _ => Condition::Compare(first, comparator, second),
    }
}

/// An operand behind an operator.
fn right_operand(parser: &mut Parser<'_>) -> Result<Term, Fault> {
    match parser.kind() {
        Kind::End => Fault::malformed("Missing right-hand side expression of infix operator"),
        Kind::Word(word) if word.eq_ignore_ascii_case("MISSING") => {
            Fault::refused("MISSING must be compared using IS operator")
        }
        _ => operand(parser),
    }
}

/// A path, a literal, a parameter, or the size of one of them.
fn operand(parser: &mut Parser<'_>) -> Result<Term, Fault> {
    if parser.is_symbol("(") && is_operand_in_parentheses(parser) {
        parser.advance();
        let inner = simple_operand(parser)?;
        parser.expect_symbol(")")?;
        return Ok(inner);
    }
    if parser.is_word("size") && *parser.kind_behind(1) == Kind::Symbol("(") {
        parser.advance();
        parser.advance();
        let of = simple_operand(parser)?;
        parser.expect_symbol(")")?;
        return match of {
            Term::Path(path) => Ok(Term::Size(path)),
            Term::Value(value) => expression::size(&value).map_err(Fault::Refused),
            Term::Size(_) => parser.no_operand(),
        };
    }
    simple_operand(parser)
}

fn simple_operand(parser: &mut Parser<'_>) -> Result<Term, Fault> {
    if let Some(value) = literal::take(parser)? {
        check::value(&value).map_err(|rejection| Fault::Refused(rejection.message))?;
        return Ok(Term::Value(value));
    }
    if parser.is_symbol("(") {
        return Fault::refused(format!("Unsupported token in expression: ( at {}", parser.place()));
    }
    match parser.take_path()? {
        Some(path) => Ok(Term::Path(path)),
        None => parser.no_operand(),
    }
}

/// What `IN` compares with, in brackets or parentheses.
fn candidates(parser: &mut Parser<'_>) -> Result<Vec<Term>, Fault> {
    let close = match parser.kind() {
        Kind::Symbol("[") => "]",
        Kind::Symbol("(") => ")",
        Kind::Symbol("<<") => ">>",
        other => return Fault::malformed(format!("Expected '(' or '[' after IN, got '{}'", other.shown())),
    };
    parser.advance();
    let mut candidates = Vec::new();
    if parser.take_symbol(close) {
        return Ok(candidates);
    }
    loop {
        candidates.push(operand(parser)?);
        if !parser.take_symbol(",") {
            break;
        }
    }
    parser.expect_symbol(close)?;
    Ok(candidates)
}

/// What stands behind `IS`.
fn is(parser: &mut Parser<'_>, tested: Term) -> Result<Condition, Fault> {
    let place = parser.place();
    let negates = parser.take_word("NOT");
    let Term::Path(path) = tested else {
        return Fault::refused(format!("The operand of IS must be an attribute at {place}"));
    };
    let Kind::Word(word) = *parser.kind() else { return Fault::malformed("Expected type name") };
    let kind = match word.to_ascii_uppercase().as_str() {
        "MISSING" => {
            parser.advance();
            return Ok(if negates { Condition::Exists(path) } else { Condition::NotExists(path) });
        }
        "NULL" => AttributeType::Null,
        "BOOL" | "BOOLEAN" => AttributeType::Bool,
        "BLOB" => AttributeType::B,
        "STRING" => AttributeType::S,
        "NUMERIC" => AttributeType::N,
        "STRUCT" | "TUPLE" => AttributeType::M,
        "LIST" => AttributeType::L,
        other => {
            let Some(class) = unsupported_type(other) else { return Fault::malformed("Expected type name") };
            return Fault::refused(format!(
                "Unsupported data type for IS operator: {class}. Supported data types are [MISSING, NULL, BOOLEAN, BLOB, \
                 STRING, NUMERIC, STRUCT, TUPLE, LIST] at {place}"
            ));
        }
    };
    parser.advance();
    let condition = Condition::Type(path, kind);
    Ok(if negates { Condition::Not(Box::new(condition)) } else { condition })
}

/// The types of PartiQL that DynamoDB's values have not, as messages call them.
fn unsupported_type(name: &str) -> Option<&'static str> {
    Some(match name {
        "INT" | "INTEGER" => "IntegerType",
        "SMALLINT" => "SmallIntType",
        "FLOAT" => "FloatType",
        "REAL" => "RealType",
        "DECIMAL" => "DecimalType",
        "CHAR" | "CHARACTER" => "CharacterType",
        "VARCHAR" => "CharacterVaryingType",
        "TIMESTAMP" => "TimestampType",
        "SYMBOL" => "SymbolType",
        "CLOB" => "ClobType",
        "SEXP" => "SexpType",
        "BAG" => "BagType",
        "ANY" => "AnyType",
        _ => return None,
    })
}

/// A function that is a condition.
fn function(parser: &mut Parser<'_>, name: &str) -> Result<Condition, Fault> {
    let place = parser.place();
    let name = name.to_ascii_lowercase();
    if !matches!(name.as_str(), "begins_with" | "contains" | "attribute_type") {
        if name == "exists" {
            return Fault::refused("EXISTS can only be used in ExecuteTransaction write requests.");
        }
        return Fault::refused(format!("Unrecognized function: {name} at {place}"));
    }
    parser.advance();
    parser.advance();
    let first = operand(parser)?;
    parser.expect_symbol(",")?;
    let second = operand(parser)?;
    parser.expect_symbol(")")?;
    match name.as_str() {
        "begins_with" => Ok(Condition::BeginsWith(first, second)),
        "contains" => Ok(Condition::Contains(first, second)),
        _ => expression::is_of_type(first, &second).map_err(Fault::Refused),
    }
}
