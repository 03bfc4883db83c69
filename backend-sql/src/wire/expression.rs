//! Expression text into the core's expression values.
//!
//! A text is read once, by a machine that does not call itself ([`tree`]), so that no text exhausts the stack. What is
//! wrong with it is found in the service's order: its grammar first, then parentheses, then words (reserved ones, and
//! functions), then operand by operand what placeholders stand for and what operators are given, at last its size. What
//! can be wrong with a value whoever made it is found by the checks that the actions have too.
//!
//! See [Expressions](https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.html).

mod condition;
mod function;
mod key_condition;
mod lexer;
mod parser;
mod path;
mod placeholders;
mod reserved;
mod tree;
mod update;

use dynochemy_core::Rejection;
use dynochemy_core::expression::{
    Condition, DocumentPath, KeyCondition, MAX_OPERATORS, MAX_TEXT, UpdateExpression,
};

use crate::check;
use crate::failure::validation;
use lexer::{Kind, Symbol};
use parser::{Fault, Parser};
use tree::{Id, Language, Tree};

pub(crate) use condition::{is_of_type, size};
pub(crate) use placeholders::Placeholders;

/// Reads a condition or filter, which is the request's member `member`.
pub(crate) fn condition(
    member: &str,
    text: &str,
    placeholders: &Placeholders,
) -> Result<Condition, Box<Rejection>> {
    let (tree, root) = tree(text).map_err(|fault| invalid(member, &fault))?;
    condition::condition(&tree, root, member, placeholders)
}

/// Makes a key condition of what has been read as a condition.
pub(crate) fn key_condition(condition: Condition) -> Result<KeyCondition, Box<Rejection>> {
    key_condition::key_condition(condition).map_err(validation)
}

/// Reads an update.
pub(crate) fn update(text: &str, placeholders: &Placeholders) -> Result<UpdateExpression, Box<Rejection>> {
    let read = start(text).and_then(|parser| update::update(parser, placeholders));
    let update = read.map_err(|fault| invalid("UpdateExpression", &fault))?;
    check::update(&update)?;
    Ok(update)
}

/// Reads which attributes to return.
pub(crate) fn projection(
    text: &str,
    placeholders: &Placeholders,
) -> Result<Vec<DocumentPath>, Box<Rejection>> {
    let read = || -> Result<_, Fault> {
        let mut parser = start(text)?;
        let mut paths = Vec::new();
        loop {
            paths.push(parser.path()?);
            if !parser.take(Symbol::Comma) {
                break;
            }
        }
        if parser.kind() != Kind::End {
            return parser.unexpected();
        }
        parser.finish()?;
        paths.iter().map(|path| path.resolve(placeholders)).collect()
    };
    read().map_err(|fault| invalid("ProjectionExpression", &fault))
}

fn invalid(member: &str, fault: &str) -> Box<Rejection> {
    validation(format!("Invalid {member}: {fault}"))
}

fn start(text: &str) -> Result<Parser<'_>, Fault> {
    match text.len() {
        0 => Err("The expression can not be empty;".to_owned()),
        size if size > MAX_TEXT => {
            Err(format!("Expression size has exceeded the maximum allowed size; expression size: {size}"))
        }
        _ => Ok(Parser::new(text)),
    }
}

fn tree(text: &str) -> Result<(Tree<'_>, Id), Fault> {
    let mut parser = start(text)?;
    let mut tree = Tree::default();
    let root = tree.read(&mut parser, Language::Condition)?;
    parser.finish()?;
    Ok((tree, root))
}

/// Whether an expression has no more operators and functions than it may.
fn bounded(tree: &Tree<'_>) -> Result<(), Fault> {
    if tree.operators <= MAX_OPERATORS {
        return Ok(());
    }
    // The service stops counting there.
    Err(format!("The expression contains too many operators; operator count: {}", MAX_OPERATORS + 1))
}

#[cfg(test)]
mod tests;
