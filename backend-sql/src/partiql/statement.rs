//! Statements as a whole: which there are, their tables, and their clauses.
//!
//! See [PartiQL statements](https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ql-reference.statements.html).

use dynochemy_core::api::ReturnValues;
use dynochemy_core::expression::Condition;

use super::lexer::{Kind, Place};
use super::parser::{Fault, Parser};
use super::{Column, Delete, Insert, Order, Select, Statement, Update, assignment, condition, literal};
use crate::check;

/// Reads a statement to the end of the text.
pub(super) fn statement(parser: &mut Parser<'_>) -> Result<Statement, Fault> {
    let statement = if parser.take_word("SELECT") {
        Statement::Select(select(parser)?)
    } else if parser.take_word("INSERT") {
        Statement::Insert(insert(parser)?)
    } else if parser.take_word("UPDATE") {
        Statement::Update(update(parser)?)
    } else if parser.take_word("DELETE") {
        Statement::Delete(delete(parser)?)
    } else if parser.is_word("EXISTS") && *parser.kind_behind(1) == Kind::Symbol("(") {
        parser.advance();
        parser.advance();
        parser.expect_word("SELECT")?;
        let select = select(parser)?;
        parser.expect_symbol(")")?;
        Statement::Exists(select)
    } else {
        return no_statement(parser);
    };
    parser.take_symbol(";");
    if *parser.kind() != Kind::End {
        return Fault::malformed("Unexpected token after expression");
    }
    Ok(statement)
}

fn no_statement<T>(parser: &mut Parser<'_>) -> Result<T, Fault> {
    let what = match parser.kind() {
        Kind::Word(_) | Kind::Name(_) => "Id",
        Kind::Text(_) | Kind::Number(_) => "Lit",
        Kind::Parameter => "Parameter",
        _ => return parser.no_operand(),
    };
    parser.advance();
    match parser.kind() {
        Kind::End => Fault::refused(format!("Unsupported operation: {what}")),
        _ => Fault::malformed("Unexpected token after expression"),
    }
}

/// What stands behind `SELECT`.
fn select(parser: &mut Parser<'_>) -> Result<Select, Fault> {
    let columns = columns(parser)?;
    parser.expect_word("FROM")?;
    let Named { table, index, .. } = named(parser)?;
    refuse_alias(parser)?;
    let condition = filter(parser)?;
    let order = order(parser)?;
    Ok(Select { table, index, columns, condition, order })
}

/// What a SELECT returns; none for `*`.
fn columns(parser: &mut Parser<'_>) -> Result<Option<Vec<Column>>, Fault> {
    if parser.take_symbol("*") {
        return Ok(None);
    }
    let mut columns = Vec::new();
    loop {
        let place = parser.place();
        let is_call = *parser.kind_behind(1) == Kind::Symbol("(");
        match parser.kind() {
            Kind::Word(word) if parser.is_reserved() => {
                return Fault::malformed(format!(
                    "Expected identifier or an expression but found unexpected keyword '{}' in a select list.",
                    word.to_ascii_lowercase()
                ));
            }
            Kind::Word(_) if is_call => {
                return Fault::refused(format!("Unexpected path component at {place}"));
            }
            Kind::Word(_) | Kind::Name(_) => {}
            Kind::Text(_) | Kind::Number(_) | Kind::Parameter => {
                return Fault::refused(format!("Unexpected path component at {place}"));
            }
            _ => return parser.no_operand(),
        }
        match parser.take_path()? {
            Some(path) => columns.push(Column { path }),
            None => return parser.no_operand(),
        }
        if parser.is_word("AS") {
            return Fault::refused("Aliasing is not supported");
        }
        if !parser.take_symbol(",") {
            return Ok(Some(columns));
        }
    }
}

/// A table, and an index of it.
struct Named {
    table: String,
    index: Option<String>,
    place: Place,
}

fn named(parser: &mut Parser<'_>) -> Result<Named, Fault> {
    let place = parser.place();
    let table = name(parser)?;
    let index = if parser.take_symbol(".") { Some(name(parser)?) } else { None };
    if parser.is_symbol(".") {
        return Fault::refused("A path may contain at most 2 components in the FROM clause");
    }
    Ok(Named { table, index, place })
}

/// A table's or index's name, in quotes of either kind or without.
fn name(parser: &mut Parser<'_>) -> Result<String, Fault> {
    if let Some(name) = parser.take_name() {
        return Ok(name);
    }
    let Kind::Text(name) = parser.kind() else { return parser.no_operand() };
    let name = name.clone().into_owned();
    parser.advance();
    Ok(name)
}

fn refuse_alias(parser: &Parser<'_>) -> Result<(), Fault> {
    let is_name = match parser.kind() {
        Kind::Word(word) => word.eq_ignore_ascii_case("AS") || !parser.is_reserved(),
        Kind::Name(_) => true,
        _ => false,
    };
    // What joins is no alias.
    let joins = ["JOIN", "INNER", "LEFT", "RIGHT", "FULL", "CROSS", "OUTER", "AT"];
    if is_name && !joins.iter().any(|word| parser.is_word(word)) {
        return Fault::refused("Aliasing is not supported");
    }
    Ok(())
}

/// `WHERE condition`, where it is there.
fn filter(parser: &mut Parser<'_>) -> Result<Option<Condition>, Fault> {
    if parser.take_word("WHERE") { condition::condition(parser).map(Some) } else { Ok(None) }
}

/// `ORDER BY attribute ASC, ..`, where it is there.
fn order(parser: &mut Parser<'_>) -> Result<Vec<Order>, Fault> {
    let mut order = Vec::new();
    if !parser.take_word("ORDER") {
        return Ok(order);
    }
    if !parser.take_word("BY") {
        return Fault::malformed("Expected 'BY'");
    }
    loop {
        let Some(attribute) = parser.take_name() else {
            return Fault::malformed("Expected attribute path in ORDER BY");
        };
        let descends = !parser.take_word("ASC") && parser.take_word("DESC");
        order.push(Order { attribute, descends });
        if !parser.take_symbol(",") {
            return Ok(order);
        }
    }
}

/// What stands behind `INSERT`.
fn insert(parser: &mut Parser<'_>) -> Result<Insert, Fault> {
    if !parser.take_word("INTO") {
        return Fault::malformed("Unexpected keyword");
    }
    let Named { table, index, place } = named(parser)?;
    if index.is_some() {
        return Fault::refused(format!(
            "FROM clause may only contain a single table name in data manipulation statements at {place}"
        ));
    }
    parser.expect_word("VALUE")?;
    if !parser.take_symbol("{") {
        return parser.unexpected("{");
    }
    let item = literal::members(parser, 0)?;
    check::attributes(&item).map_err(|rejection| Fault::Refused(rejection.message))?;
    Ok(Insert { table, item })
}

/// What stands behind `UPDATE`.
fn update(parser: &mut Parser<'_>) -> Result<Update, Fault> {
    let named = named(parser)?;
    refuse_alias(parser)?;
    let changes = assignment::changes(parser)?;
    let condition = filter(parser)?;
    let returning = returning(parser)?;
    Ok(Update { table: whole_table(named)?, changes, condition, returning })
}

/// What stands behind `DELETE`.
fn delete(parser: &mut Parser<'_>) -> Result<Delete, Fault> {
    if !parser.take_word("FROM") {
        return Fault::malformed("Expected FROM after DELETE");
    }
    let named = named(parser)?;
    refuse_alias(parser)?;
    let condition = filter(parser)?;
    let returning = returning(parser)?;
    let told = match returning {
        None | Some(ReturnValues::AllOld) => None,
        Some(ReturnValues::AllNew) => Some("ALL NEW"),
        Some(ReturnValues::UpdatedNew) => Some("MODIFIED NEW"),
        _ => Some("MODIFIED OLD"),
    };
    if let Some(told) = told {
        return Fault::refused(format!(
            "Invalid returning clause: RETURNING {told} *. Only RETURNING ALL OLD * is allowed in DELETE statements."
        ));
    }
    Ok(Delete { table: whole_table(named)?, condition, returning })
}

/// A table that is written to, which is no index.
fn whole_table(named: Named) -> Result<String, Fault> {
    match named.index {
        None => Ok(named.table),
        Some(_) => Fault::refused("This operation is not supported on an index"),
    }
}

/// `RETURNING ALL OLD *` and the like, where it is there.
fn returning(parser: &mut Parser<'_>) -> Result<Option<ReturnValues>, Fault> {
    const MALFORMED: &str = "Malformed RETURNING clause; expected RETURNING <ALL|MODIFIED> <OLD|NEW> *";
    if !parser.take_word("RETURNING") {
        return Ok(None);
    }
    let is_all = parser.take_word("ALL");
    if !is_all && !parser.take_word("MODIFIED") {
        return Fault::malformed(MALFORMED);
    }
    let is_old = parser.take_word("OLD");
    if !is_old && !parser.take_word("NEW") || !parser.take_symbol("*") {
        return Fault::malformed(MALFORMED);
    }
    Ok(Some(match (is_all, is_old) {
        (true, true) => ReturnValues::AllOld,
        (true, false) => ReturnValues::AllNew,
        (false, true) => ReturnValues::UpdatedOld,
        (false, false) => ReturnValues::UpdatedNew,
    }))
}
