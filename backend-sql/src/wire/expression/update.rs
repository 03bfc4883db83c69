//! Update expressions: sections of actions.
//!
//! See [Update expressions](https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.UpdateExpressions.html).

use dynochemy_core::AttributeValue;
use dynochemy_core::expression::{Assignment, DocumentPath, UpdateAction, UpdateExpression};

use super::condition::{counted, path};
use super::function::Function;
use super::lexer::{Keyword, Kind, Symbol};
use super::parser::{Fault, Parser};
use super::tree::{Id, Language, Node, Tree};

/// What an action does; each begins a section.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verb {
    Set,
    Remove,
    Add,
    Delete,
}

/// An action whose value is not looked at yet.
enum Read<'p> {
    Set(DocumentPath, Id),
    Remove(DocumentPath),
    Add(DocumentPath, &'p AttributeValue),
    Delete(DocumentPath, &'p AttributeValue),
}

/// Reads an update.
pub(super) fn update<'p>(mut parser: Parser<'_, 'p>, most: usize) -> Result<UpdateExpression, Fault> {
    let mut tree = Tree::default();
    let mut actions = Vec::new();
    let mut seen = Vec::new();
    loop {
        let Some(verb) = section(&parser) else { return parser.unexpected() };
        let word = parser.word();
        parser.advance();
        if seen.contains(&verb) {
            let name = word.to_ascii_uppercase();
            parser.misshapen(|| {
                format!("The \"{name}\" section can only be used once in an update expression;")
            });
        }
        seen.push(verb);
        loop {
            actions.push(action(&mut parser, &mut tree, verb)?);
            if !parser.take(Symbol::Comma) {
                break;
            }
        }
        if parser.kind() == Kind::End {
            break;
        }
    }
    parser.finish()?;
    super::bounded(&tree, most)?;
    let actions = actions.into_iter().map(|action| match action {
        Read::Set(path, value) => Ok(UpdateAction::Set(path, assignment(&tree, value)?)),
        Read::Remove(path) => Ok(UpdateAction::Remove(path)),
        Read::Add(path, value) => Ok(UpdateAction::Add(path, value.clone())),
        Read::Delete(path, value) => Ok(UpdateAction::Delete(path, value.clone())),
    });
    Ok(UpdateExpression { actions: actions.collect::<Result<_, Fault>>()? })
}

fn section(parser: &Parser<'_, '_>) -> Option<Verb> {
    match parser.kind() {
        Kind::Keyword(Keyword::Set) => Some(Verb::Set),
        Kind::Keyword(Keyword::Remove) => Some(Verb::Remove),
        Kind::Keyword(Keyword::Add) => Some(Verb::Add),
        Kind::Keyword(Keyword::Delete) => Some(Verb::Delete),
        _ => None,
    }
}

fn action<'p>(parser: &mut Parser<'_, 'p>, tree: &mut Tree<'p>, verb: Verb) -> Result<Read<'p>, Fault> {
    let path = parser.path()?;
    Ok(match verb {
        Verb::Set => {
            parser.expect(Symbol::Equal)?;
            Read::Set(path, tree.read(parser, Language::Assignment)?)
        }
        Verb::Remove => Read::Remove(path),
        Verb::Add => Read::Add(path, parser.value()?),
        Verb::Delete => Read::Delete(path, parser.value()?),
    })
}

/// What an attribute is set to; it nests as deep as it has operators, which are bounded.
fn assignment(tree: &Tree<'_>, id: Id) -> Result<Assignment, Fault> {
    let operand = |id: Id| assignment(tree, id).map(Box::new);
    Ok(match tree.node(id) {
        Node::Path(path) => Assignment::Path(path.clone()),
        Node::Value(value) => Assignment::Value((*value).clone()),
        Node::Plus(left, right) => Assignment::Plus(operand(*left)?, operand(*right)?),
        Node::Minus(left, right) => Assignment::Minus(operand(*left)?, operand(*right)?),
        Node::Call(function, operands) => {
            if !function.is_of_updates() {
                return Err(format!(
                    "The function is not allowed in an update expression; function: {}",
                    function.name()
                ));
            }
            counted(*function, operands)?;
            match (function, operands.as_slice()) {
                (Function::IfNotExists, &[tested, otherwise]) => {
                    Assignment::IfNotExists(path(tree, *function, tested)?, operand(otherwise)?)
                }
                (_, &[left, right]) => Assignment::Append(operand(left)?, operand(right)?),
                // Both take two operands, which have been counted.
                _ => return Err("a function lacks operands".to_owned()),
            }
        }
        // The machine reads conditions where they are asked for only.
        _ => return Err("a condition stands where a value should".to_owned()),
    })
}
