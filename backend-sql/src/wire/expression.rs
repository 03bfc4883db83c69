//! Expression text into the core's expression values.
//!
//! A text is read once, by a machine that does not call itself ([`tree`]), so that no text exhausts the stack; names and
//! values take the place of their placeholders on the way. What is wrong with it is found in the service's order: its
//! grammar first, then parentheses, then words that are reserved, then placeholders that stand for nothing, then what
//! its operators and functions are given. What can be wrong with a value whoever made it is for the actions' own checks.
//!
//! See [Expressions](https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.html).

mod condition;
mod function;
mod key_condition;
mod lexer;
mod parser;
mod placeholders;
mod reserved;
mod tree;
mod update;

use dynochemy_core::expression::{
    Condition, DocumentPath, KeyCondition, MAX_OPERATORS, MAX_TEXT, UpdateExpression,
};

use lexer::{Kind, Symbol};
use parser::{Fault, Parser};
use tree::{Id, Language, Tree};

pub(crate) use placeholders::Placeholders;

/// Reads a condition or filter, which is the request's member `member`; the service's message where it is none.
pub(crate) fn condition(member: &str, text: &str, placeholders: &Placeholders) -> Result<Condition, String> {
    let read = || -> Result<Condition, Fault> {
        let (tree, root) = tree(text, placeholders)?;
        condition::condition(&tree, root)
    };
    read().map_err(|fault| invalid(member, &fault))
}

/// Reads a key condition.
pub(crate) fn key_condition(text: &str, placeholders: &Placeholders) -> Result<KeyCondition, String> {
    let member = "KeyConditionExpression";
    let (tree, root) = tree(text, placeholders).map_err(|fault| invalid(member, &fault))?;
    key_condition::key_condition(&tree, root)
}

/// Reads an update.
pub(crate) fn update(text: &str, placeholders: &Placeholders) -> Result<UpdateExpression, String> {
    let read = || update::update(start(text, placeholders)?, MAX_OPERATORS);
    read().map_err(|fault| invalid("UpdateExpression", &fault))
}

/// Reads which attributes to return.
pub(crate) fn projection(text: &str, placeholders: &Placeholders) -> Result<Vec<DocumentPath>, String> {
    let read = || -> Result<_, Fault> {
        let mut parser = start(text, placeholders)?;
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
        Ok(paths)
    };
    read().map_err(|fault| invalid("ProjectionExpression", &fault))
}

fn invalid(member: &str, fault: &str) -> String {
    format!("Invalid {member}: {fault}")
}

fn start<'a, 'p>(text: &'a str, placeholders: &'p Placeholders) -> Result<Parser<'a, 'p>, Fault> {
    match text.len() {
        0 => Err("The expression can not be empty;".to_owned()),
        size if size > MAX_TEXT => {
            Err(format!("Expression size has exceeded the maximum allowed size; expression size: {size}"))
        }
        _ => Ok(Parser::new(text, placeholders)),
    }
}

fn tree<'p>(text: &str, placeholders: &'p Placeholders) -> Result<(Tree<'p>, Id), Fault> {
    let mut parser = start(text, placeholders)?;
    let mut tree = Tree::default();
    let root = tree.read(&mut parser, Language::Condition)?;
    parser.finish()?;
    bounded(&tree, MAX_OPERATORS)?;
    Ok((tree, root))
}

/// Whether an expression has no more operators and functions than it may.
fn bounded(tree: &Tree<'_>, most: usize) -> Result<(), Fault> {
    if tree.operators <= most {
        return Ok(());
    }
    Err(format!(
        "The expression contains more operators than allowed; number of operators: {}",
        tree.operators
    ))
}
