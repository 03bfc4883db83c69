//! Conditions and values of assignments, read into a tree.
//!
//! Text may nest as deep as it is long, so nothing here calls itself: what is open stands on a list, and nodes stand in
//! another one, by their numbers. That a parenthesis holds a condition or an operand shows only behind it: `(a)` is an
//! operand and `(f(a))` can be both, so both are read by one machine.

use dynochemy_core::expression::Comparator;

use super::function::Function;
use super::lexer::{Keyword, Kind, Symbol};
use super::parser::{Fault, Parser};
use super::path::{Name, Path};

/// A node's place in its tree.
pub(super) type Id = usize;

/// A part of an expression.
#[derive(Debug)]
pub(super) enum Node<'a> {
    Path(Path<'a>),
    /// A value's placeholder.
    Value(&'a str),
    Call(Call),
    Compare(Id, Comparator, Id),
    Between(Id, Id, Id),
    In(Id, Vec<Id>),
    And(Vec<Id>),
    Or(Vec<Id>),
    Not(Id),
    Plus(Id, Id),
    Minus(Id, Id),
}

/// A function and its operands.
#[derive(Debug)]
pub(super) struct Call {
    pub(super) function: Function,
    pub(super) operands: Vec<Id>,
    /// Where its name stands in the text.
    position: usize,
}

/// The nodes of an expression, each behind those it is made of: in the order in which the service looks at them.
#[derive(Debug, Default)]
pub(super) struct Tree<'a> {
    pub(super) nodes: Vec<Node<'a>>,
    /// Operators and functions.
    pub(super) operators: usize,
}

/// What is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Language {
    /// A condition, up to the end of the text.
    Condition,
    /// What an attribute is set to, as far as it goes.
    Assignment,
}

/// What is open: an operand or condition follows.
#[derive(Debug)]
enum Open {
    /// A parenthesis; where it stands, operators may stand in it.
    Group,
    /// A parenthesis around an operand's operand.
    OperandGroup,
    Call(Call),
    Not,
    And(Vec<Id>),
    Or(Vec<Id>),
    Compare(Id, Comparator),
    BetweenLow(Id),
    BetweenHigh(Id, Id),
    In(Id, Vec<Id>),
    Plus(Id),
    Minus(Id),
}

/// What a node that has been read can be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    Operand,
    /// An operand or a condition.
    Function,
    /// A condition, or a sum, which is no operand either.
    Whole,
}

/// A node that has been read.
#[derive(Clone, Copy, Debug)]
struct Read {
    id: Id,
    role: Role,
    /// Whether parentheses stand right around it.
    grouped: bool,
}

/// How a function is used.
#[derive(Clone, Copy, Debug)]
enum Use {
    Operand,
    Condition,
}

impl<'a> Tree<'a> {
    /// Reads what the language asks for, and answers its root.
    pub(super) fn read(&mut self, parser: &mut Parser<'a>, language: Language) -> Result<Id, Fault> {
        let mut machine = Machine { tree: self, parser, language, open: Vec::new() };
        loop {
            let Some(mut read) = machine.primary()? else { continue };
            loop {
                match machine.after(read)? {
                    After::Next => break,
                    After::Closed(closed) => read = closed,
                    After::Done(id) => return Ok(id),
                }
            }
        }
    }

    fn push(&mut self, node: Node<'a>) -> Id {
        self.operators += match &node {
            Node::Path(_) | Node::Value(_) => 0,
            Node::And(parts) | Node::Or(parts) => parts.len() - 1,
            _ => 1,
        };
        self.nodes.push(node);
        self.nodes.len() - 1
    }
}

struct Machine<'m, 'a> {
    tree: &'m mut Tree<'a>,
    parser: &'m mut Parser<'a>,
    language: Language,
    open: Vec<Open>,
}

/// What comes after a node.
enum After {
    /// Another node.
    Next,
    /// The end of the one that holds it.
    Closed(Read),
    /// Nothing.
    Done(Id),
}

impl<'a> Machine<'_, 'a> {
    /// Reads a path, a value, or what opens something, of which nothing comes yet.
    fn primary(&mut self) -> Result<Option<Read>, Fault> {
        let word = self.parser.word();
        let node = match self.parser.kind() {
            Kind::Symbol(Symbol::Open) => {
                self.parser.advance();
                let group = if self.is_operand() { Open::OperandGroup } else { Open::Group };
                self.open.push(group);
                return Ok(None);
            }
            Kind::Keyword(Keyword::Not) if self.language == Language::Condition && !self.is_operand() => {
                self.parser.advance();
                self.open.push(Open::Not);
                return Ok(None);
            }
            Kind::Name => {
                let position = self.parser.position();
                self.parser.advance();
                if self.parser.take(Symbol::Open) {
                    let function = self.function(word, position);
                    self.open.push(Open::Call(Call { function, operands: Vec::new(), position }));
                    return Ok(None);
                }
                let attribute = self.parser.plain_name(word, position);
                Node::Path(self.parser.path_after(attribute)?)
            }
            Kind::NamePlaceholder => {
                self.parser.advance();
                Node::Path(self.parser.path_after(Name::Placeholder(word))?)
            }
            Kind::ValuePlaceholder => Node::Value(self.parser.value()?),
            _ => return self.parser.unexpected(),
        };
        let id = self.tree.push(node);
        Ok(Some(Read { id, role: Role::Operand, grouped: false }))
    }

    fn function(&mut self, name: &str, position: usize) -> Function {
        let Some(function) = Function::from_name(name) else {
            self.parser.misplaced(position, format_args!("Invalid function name; function: {name}"));
            return Function::Size;
        };
        let (is_at_home, home) = match self.language {
            Language::Condition => (!function.is_of_updates(), "a condition"),
            Language::Assignment => (function.is_of_updates(), "an update"),
        };
        if !is_at_home {
            let problem = format_args!("The function is not allowed in {home} expression; function: {name}");
            self.parser.misplaced(position, problem);
        }
        function
    }

    /// Notes where a function of conditions stands for an operand, or the other way around.
    fn used(&mut self, id: Id, how: Use) {
        let Node::Call(Call { function, position, .. }) = &self.tree.nodes[id] else { return };
        let fits = match how {
            Use::Operand => function.is_operand(),
            Use::Condition => !function.is_operand(),
        };
        if !fits {
            let problem = format_args!(
                "The function is not allowed to be used this way in an expression; function: {}",
                function.name()
            );
            self.parser.misplaced(*position, problem);
        }
    }

    /// Whether only an operand can follow, without operators of its own.
    fn is_operand(&self) -> bool {
        !matches!(self.open.last(), None | Some(Open::Group | Open::Not | Open::And(_) | Open::Or(_)))
    }

    /// What follows a node in what is open.
    fn after(&mut self, read: Read) -> Result<After, Fault> {
        let is_open =
            matches!(self.open.last(), None | Some(Open::Group | Open::Not | Open::And(_) | Open::Or(_)));
        if is_open {
            return self.after_open(read);
        }
        let id = read.id;
        let Some(open) = self.open.pop() else { return self.parser.unexpected() };
        if !matches!(open, Open::OperandGroup) {
            self.used(id, Use::Operand);
        }
        let node = match open {
            Open::OperandGroup => {
                self.parser.expect(Symbol::Close)?;
                return Ok(After::Closed(self.grouped(read)));
            }
            Open::Call(mut call) => {
                call.operands.push(id);
                if self.parser.take(Symbol::Comma) {
                    self.open.push(Open::Call(call));
                    return Ok(After::Next);
                }
                self.parser.expect(Symbol::Close)?;
                let id = self.tree.push(Node::Call(call));
                return Ok(After::Closed(Read { id, role: Role::Function, grouped: false }));
            }
            Open::In(left, mut list) => {
                list.push(id);
                if self.parser.take(Symbol::Comma) {
                    self.open.push(Open::In(left, list));
                    return Ok(After::Next);
                }
                self.parser.expect(Symbol::Close)?;
                Node::In(left, list)
            }
            Open::BetweenLow(left) => {
                if self.parser.kind() != Kind::Keyword(Keyword::And) {
                    return self.parser.unexpected();
                }
                self.parser.advance();
                self.open.push(Open::BetweenHigh(left, id));
                return Ok(After::Next);
            }
            Open::BetweenHigh(left, low) => Node::Between(left, low, id),
            Open::Compare(left, comparator) => Node::Compare(left, comparator, id),
            Open::Plus(left) => Node::Plus(left, id),
            Open::Minus(left) => Node::Minus(left, id),
            // These leave room for operators.
            Open::Group | Open::Not | Open::And(_) | Open::Or(_) => return self.parser.unexpected(),
        };
        Ok(After::Closed(self.whole(node)))
    }

    /// What follows a node where operators may.
    fn after_open(&mut self, read: Read) -> Result<After, Fault> {
        if read.role != Role::Whole && self.operator(read.id)? {
            return Ok(After::Next);
        }
        // Parentheses around what may still become an operand leave it so.
        if read.role != Role::Whole
            && matches!(self.open.last(), Some(Open::Group))
            && self.parser.take(Symbol::Close)
        {
            self.open.pop();
            return Ok(After::Closed(self.grouped(read)));
        }
        match (self.language, read.role) {
            (Language::Condition, Role::Operand) => return self.parser.unexpected(),
            (Language::Condition, _) => self.used(read.id, Use::Condition),
            (Language::Assignment, _) => self.used(read.id, Use::Operand),
        }
        match self.parser.kind() {
            Kind::Keyword(Keyword::And) if self.language == Language::Condition => {
                self.parser.advance();
                let read = self.negated(read);
                match self.open.last_mut() {
                    Some(Open::And(parts)) => parts.push(read.id),
                    _ => self.open.push(Open::And(vec![read.id])),
                }
                Ok(After::Next)
            }
            Kind::Keyword(Keyword::Or) if self.language == Language::Condition => {
                self.parser.advance();
                let read = self.conjunction(read);
                match self.open.last_mut() {
                    Some(Open::Or(parts)) => parts.push(read.id),
                    _ => self.open.push(Open::Or(vec![read.id])),
                }
                Ok(After::Next)
            }
            Kind::Symbol(Symbol::Close) => {
                let read = self.disjunction(read);
                if self.open.pop().is_none() {
                    return match self.language {
                        Language::Condition => self.parser.unexpected(),
                        Language::Assignment => Ok(After::Done(read.id)),
                    };
                }
                self.parser.advance();
                Ok(After::Closed(self.grouped(read)))
            }
            kind => {
                let read = self.disjunction(read);
                let ends = kind == Kind::End || self.language == Language::Assignment;
                if ends && self.open.is_empty() { Ok(After::Done(read.id)) } else { self.parser.unexpected() }
            }
        }
    }

    /// Goes past an operator behind an operand, where one stands here.
    fn operator(&mut self, left: Id) -> Result<bool, Fault> {
        let open = match (self.language, self.parser.kind()) {
            (Language::Condition, Kind::Symbol(symbol)) => match comparator(symbol) {
                Some(comparator) => Open::Compare(left, comparator),
                None => return Ok(false),
            },
            (Language::Condition, Kind::Keyword(Keyword::Between)) => Open::BetweenLow(left),
            (Language::Condition, Kind::Keyword(Keyword::In)) => {
                self.parser.advance();
                self.parser.expect(Symbol::Open)?;
                self.used(left, Use::Operand);
                self.open.push(Open::In(left, Vec::new()));
                return Ok(true);
            }
            (Language::Assignment, Kind::Symbol(Symbol::Plus)) => Open::Plus(left),
            (Language::Assignment, Kind::Symbol(Symbol::Minus)) => Open::Minus(left),
            _ => return Ok(false),
        };
        self.parser.advance();
        self.open.push(open);
        self.used(left, Use::Operand);
        Ok(true)
    }

    fn grouped(&mut self, read: Read) -> Read {
        if read.grouped {
            self.parser.misshapen("The expression has redundant parentheses;");
        }
        Read { grouped: true, ..read }
    }

    fn whole(&mut self, node: Node<'a>) -> Read {
        Read { id: self.tree.push(node), role: Role::Whole, grouped: false }
    }

    /// Closes what binds closer than AND.
    fn negated(&mut self, mut read: Read) -> Read {
        while let Some(Open::Not) = self.open.last() {
            self.open.pop();
            read = self.whole(Node::Not(read.id));
        }
        read
    }

    /// Closes what binds closer than OR.
    fn conjunction(&mut self, read: Read) -> Read {
        let read = self.negated(read);
        let Some(Open::And(parts)) = self.open.pop_if(|open| matches!(open, Open::And(_))) else {
            return read;
        };
        let parts = parts.into_iter().chain([read.id]).collect();
        self.whole(Node::And(parts))
    }

    /// Closes all operators.
    fn disjunction(&mut self, read: Read) -> Read {
        let read = self.conjunction(read);
        let Some(Open::Or(parts)) = self.open.pop_if(|open| matches!(open, Open::Or(_))) else { return read };
        let parts = parts.into_iter().chain([read.id]).collect();
        self.whole(Node::Or(parts))
    }
}

fn comparator(symbol: Symbol) -> Option<Comparator> {
    Some(match symbol {
        Symbol::Equal => Comparator::Equal,
        Symbol::NotEqual => Comparator::NotEqual,
        Symbol::Less => Comparator::Less,
        Symbol::LessOrEqual => Comparator::LessOrEqual,
        Symbol::Greater => Comparator::Greater,
        Symbol::GreaterOrEqual => Comparator::GreaterOrEqual,
        _ => return None,
    })
}
