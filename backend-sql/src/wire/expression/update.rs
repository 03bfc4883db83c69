//! Update expressions: sections of actions.
//!
//! See [Update expressions](https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.UpdateExpressions.html).

use std::ops::Range;

use dynochemy_core::expression::{Assignment, UpdateAction, UpdateExpression};

use super::function::Function;
use super::lexer::{Keyword, Kind, Symbol};
use super::parser::{Fault, Parser};
use super::path::Path;
use super::placeholders::Placeholders;
use super::tree::{Id, Language, Node, Tree};

/// What an action does; each begins a section.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verb {
    Set,
    Remove,
    Add,
    Delete,
}

/// An action as it stands in the text.
#[derive(Debug)]
struct Action<'a> {
    path: Path<'a>,
    operand: Operand<'a>,
}

#[derive(Debug)]
enum Operand<'a> {
    /// The nodes of the value, and its root.
    Set(Range<Id>, Id),
    Remove,
    Add(&'a str),
    Delete(&'a str),
}

/// Reads an update.
pub(super) fn update(mut parser: Parser<'_>, placeholders: &Placeholders) -> Result<UpdateExpression, Fault> {
    let mut tree = Tree::default();
    let actions = sections(&mut parser, &mut tree)?;
    parser.finish()?;
    let mut update = UpdateExpression { actions: Vec::with_capacity(actions.len()) };
    let mut parts = Parts { tree: &tree, parts: Vec::with_capacity(tree.nodes.len()), placeholders };
    let value = |placeholder: &str| placeholders.value(placeholder).cloned();
    for Action { path, operand } in actions {
        let path = path.resolve(placeholders)?;
        update.actions.push(match operand {
            Operand::Set(nodes, root) => UpdateAction::Set(path, parts.assignment(nodes, root)?),
            Operand::Remove => UpdateAction::Remove(path),
            Operand::Add(placeholder) => UpdateAction::Add(path, value(placeholder)?),
            Operand::Delete(placeholder) => UpdateAction::Delete(path, value(placeholder)?),
        });
    }
    super::bounded(&tree)?;
    Ok(update)
}

fn sections<'a>(parser: &mut Parser<'a>, tree: &mut Tree<'a>) -> Result<Vec<Action<'a>>, Fault> {
    let mut actions = Vec::new();
    let mut seen = Vec::with_capacity(4);
    loop {
        let (verb, name) = section(parser)?;
        if seen.contains(&verb) {
            let problem =
                format_args!("The \"{name}\" section can only be used once in an update expression;");
            parser.misshapen(problem);
        }
        seen.push(verb);
        loop {
            actions.push(action(parser, tree, verb)?);
            if !parser.take(Symbol::Comma) {
                break;
            }
        }
        if parser.kind() == Kind::End {
            return Ok(actions);
        }
    }
}

/// Goes past the word that begins a section.
fn section(parser: &mut Parser<'_>) -> Result<(Verb, &'static str), Fault> {
    let found = match parser.kind() {
        Kind::Keyword(Keyword::Set) => (Verb::Set, "SET"),
        Kind::Keyword(Keyword::Remove) => (Verb::Remove, "REMOVE"),
        Kind::Keyword(Keyword::Add) => (Verb::Add, "ADD"),
        Kind::Keyword(Keyword::Delete) => (Verb::Delete, "DELETE"),
        _ => return parser.unexpected(),
    };
    parser.advance();
    Ok(found)
}

fn action<'a>(parser: &mut Parser<'a>, tree: &mut Tree<'a>, verb: Verb) -> Result<Action<'a>, Fault> {
    let path = parser.path()?;
    let operand = match verb {
        Verb::Set => {
            parser.expect(Symbol::Equal)?;
            let first = tree.nodes.len();
            let root = tree.read(parser, Language::Assignment)?;
            Operand::Set(first..tree.nodes.len(), root)
        }
        Verb::Remove => Operand::Remove,
        Verb::Add => Operand::Add(parser.value()?),
        Verb::Delete => Operand::Delete(parser.value()?),
    };
    Ok(Action { path, operand })
}

/// What the nodes are so far; each is taken by the one that it is a part of.
struct Parts<'t, 'a> {
    tree: &'t Tree<'a>,
    parts: Vec<Option<Assignment>>,
    placeholders: &'t Placeholders,
}

impl Parts<'_, '_> {
    /// What an attribute is set to: the root of the nodes that come next.
    fn assignment(&mut self, nodes: Range<Id>, root: Id) -> Result<Assignment, Fault> {
        let tree = self.tree;
        for node in &tree.nodes[nodes] {
            let part = self.part(node)?;
            self.parts.push(Some(part));
        }
        self.taken(root)
    }

    fn part(&mut self, node: &Node<'_>) -> Result<Assignment, Fault> {
        Ok(match node {
            Node::Path(path) => Assignment::Path(path.resolve(self.placeholders)?),
            Node::Value(placeholder) => Assignment::Value(self.placeholders.value(placeholder)?.clone()),
            Node::Plus(left, right) => Assignment::Plus(self.operand(*left)?, self.operand(*right)?),
            Node::Minus(left, right) => Assignment::Minus(self.operand(*left)?, self.operand(*right)?),
            Node::Call(call) => {
                call.check_count()?;
                let (first, second) = (call.operands[0], call.operands[1]);
                if call.function == Function::ListAppend {
                    return Ok(Assignment::Append(self.operand(first)?, self.operand(second)?));
                }
                match self.taken(first)? {
                    Assignment::Path(path) => Assignment::IfNotExists(path, self.operand(second)?),
                    _ => return Err(call.lacks_path()),
                }
            }
            _ => return Err("a condition stands in an assignment".to_owned()),
        })
    }

    fn taken(&mut self, id: Id) -> Result<Assignment, Fault> {
        self.parts[id].take().ok_or_else(|| "an operand stands in two places".to_owned())
    }

    fn operand(&mut self, id: Id) -> Result<Box<Assignment>, Fault> {
        self.taken(id).map(Box::new)
    }
}
