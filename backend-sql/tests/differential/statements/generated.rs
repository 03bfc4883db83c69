//! Random statements on a table of few keys. Values stand between `⟦⟧` until it is decided which of them become parameters.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::super::call::Call;
use super::super::items::{PLAIN, item, key, key_value, of};
use super::super::tables::{Attribute, TABLE, Table, table};

/// A table, its items, and what is asked of them.
#[derive(Clone, Debug)]
pub(crate) struct Case {
    pub(crate) table: Table,
    pub(crate) items: Vec<Value>,
    pub(crate) calls: Vec<Call>,
}

pub(crate) fn case() -> impl Strategy<Value = Case> {
    table().prop_flat_map(|table| {
        let items = prop::collection::vec(small(&table), 0..12);
        let calls = prop::collection::vec(call(&table), 1..40);
        (items, calls).prop_map(move |(items, calls)| Case { table: table.clone(), items, calls })
    })
}

/// An item without large texts.
fn small(table: &Table) -> BoxedStrategy<Value> {
    item(table).prop_filter("an item is small", |item| !item.to_string().contains('%')).boxed()
}

fn call(table: &Table) -> BoxedStrategy<Call> {
    let consumed = prop::option::of(prop::sample::select(vec!["TOTAL", "INDEXES"]));
    let one = prop_oneof![8 => select(table), 3 => insert(table), 5 => update(table), 3 => delete(table)];
    let limit = prop::option::weighted(0.3, 1..6u32);
    let on_failure = prop::option::weighted(0.3, Just("ALL_OLD"));
    let single = (one, any::<u64>(), consumed.clone(), limit, on_failure.clone(), any::<bool>()).prop_map(
        |(text, style, consumed, limit, on_failure, is_consistent)| {
            let mut body = finished(&text, style);
            let is_select = text.starts_with("SELECT");
            set(&mut body, "ReturnConsumedCapacity", consumed);
            set(&mut body, "Limit", limit.filter(|_| is_select));
            set(&mut body, "ReturnValuesOnConditionCheckFailure", on_failure.filter(|_| !is_select));
            set(
                &mut body,
                "ConsistentRead",
                (is_select && is_consistent && !text.contains('.')).then_some(true),
            );
            Call::new("ExecuteStatement", body)
        },
    );
    let writes = || prop_oneof![2 => insert(table), 3 => update(table), 2 => delete(table)];
    let many = prop_oneof![
        prop::collection::vec(lookup(table), 1..4),
        prop::collection::vec(writes(), 1..4),
        prop::collection::vec(prop_oneof![lookup(table), writes()], 1..3),
    ];
    let several = (many, any::<u64>(), consumed, on_failure, any::<bool>()).prop_map(
        |(texts, style, consumed, on_failure, is_batch)| {
            let statements: Vec<Value> = texts
                .iter()
                .map(|text| {
                    let mut statement = finished(text, style);
                    set(&mut statement, "ReturnValuesOnConditionCheckFailure", on_failure);
                    statement
                })
                .collect();
            let (action, member) = if is_batch {
                ("BatchExecuteStatement", "Statements")
            } else {
                ("ExecuteTransaction", "TransactStatements")
            };
            let mut body = json!({ member: statements });
            set(&mut body, "ReturnConsumedCapacity", consumed);
            Call::new(action, body)
        },
    );
    prop_oneof![4 => single, 1 => several].boxed()
}

fn set(body: &mut Value, member: &str, value: Option<impl Into<Value>>) {
    if let Some(value) = value {
        body[member] = value.into();
    }
}

/// A statement with its values as literals or parameters, as the bits of `style` say.
fn finished(text: &str, mut style: u64) -> Value {
    let mut statement = String::new();
    let mut parameters = Vec::new();
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once('⟦') {
        let (value, behind) = behind.split_once('⟧').expect("what is opened is closed");
        let value: Value = serde_json::from_str(value).expect("a value is JSON");
        statement.push_str(before);
        match literal(&value).filter(|_| style & 1 == 0) {
            Some(literal) => statement.push_str(&literal),
            None => {
                statement.push('?');
                parameters.push(value);
            }
        }
        style = style.rotate_right(1);
        rest = behind;
    }
    statement.push_str(rest);
    let mut body = json!({ "Statement": statement });
    if !parameters.is_empty() {
        body["Parameters"] = parameters.into();
    }
    body
}

/// A value as PartiQL writes it; there are no literals for bytes.
fn literal(value: &Value) -> Option<String> {
    let (kind, content) = value.as_object()?.iter().next()?;
    let elements = |open: &str, close: &str, each: &dyn Fn(&Value) -> Option<String>| {
        let elements: Option<Vec<String>> = content.as_array()?.iter().map(each).collect();
        Some(format!("{open}{}{close}", elements?.join(", ")))
    };
    let text = |value: &Value| Some(format!("'{}'", value.as_str()?.replace('\'', "''")));
    let number = |value: &Value| value.as_str().filter(|text| !text.starts_with('+')).map(str::to_owned);
    match kind.as_str() {
        "S" => text(content),
        "N" => number(content),
        "BOOL" => Some(content.to_string()),
        "NULL" => Some("null".to_owned()),
        "L" => elements("[", "]", &literal),
        "SS" => elements("<<", ">>", &text),
        "NS" => elements("<<", ">>", &number),
        "M" => {
            let members: Option<Vec<String>> = content
                .as_object()?
                .iter()
                .map(|(name, value)| Some(format!("'{name}': {}", literal(value)?)))
                .collect();
            Some(format!("{{{}}}", members?.join(", ")))
        }
        _ => None,
    }
}

fn shown(value: &Value) -> String {
    format!("⟦{value}⟧")
}

/// `h = .. AND r = ..`, now and then without a part.
fn whole_key(table: &Table) -> BoxedStrategy<String> {
    let names: Vec<&'static str> = table.key().map(|part| part.0).collect();
    (key(table), 0..20u32)
        .prop_map(move |(key, left_out)| {
            let parts = names.iter().enumerate().filter(|(index, _)| *index as u32 != left_out);
            let parts: Vec<String> =
                parts.map(|(_, name)| format!("{name} = {}", shown(&key[*name]))).collect();
            if parts.is_empty() { "n = 1".to_owned() } else { parts.join(" AND ") }
        })
        .boxed()
}

fn filter() -> BoxedStrategy<String> {
    let name = || prop::sample::select(PLAIN.to_vec());
    let compared = (name(), prop::sample::select(vec!["=", "<>", "<", "<=", ">", ">="])).prop_flat_map(
        |(name, operator)| of(name).prop_map(move |value| format!("{name} {operator} {}", shown(&value))),
    );
    let between = prop::sample::select(vec!["n", "s"]).prop_flat_map(|name| {
        (of(name), of(name))
            .prop_map(move |(low, high)| format!("{name} BETWEEN {} AND {}", shown(&low), shown(&high)))
    });
    let within = name().prop_flat_map(|name| {
        prop::collection::vec(of(name), 1..4).prop_map(move |values| {
            let values: Vec<String> = values.iter().map(shown).collect();
            format!("{name} IN [{}]", values.join(", "))
        })
    });
    let contains = (prop::sample::select(vec!["ss", "s", "l", "ns"]), prop::sample::select(vec!["s", "n"]))
        .prop_flat_map(|(name, of_type)| {
            of(of_type).prop_map(move |value| format!("contains({name}, {})", shown(&value)))
        });
    let begins = of("s").prop_map(|value| format!("begins_with(s, {})", shown(&value)));
    let typed = (name(), prop::sample::select(vec!["S", "N", "NULL", "L", "SS"]))
        .prop_map(|(name, kind)| format!("attribute_type({name}, '{kind}')"));
    let size = (prop::sample::select(vec!["s", "ss", "l", "m"]), 0..3u32)
        .prop_map(|(name, size)| format!("size({name}) > {size}"));
    let is = (
        name(),
        prop::sample::select(vec!["MISSING", "NOT MISSING", "NULL", "NOT NULL", "STRING", "NUMERIC", "LIST"]),
    )
        .prop_map(|(name, what)| format!("{name} IS {what}"));
    let deep = of("n").prop_map(|value| format!("m.k = {} OR l[0] = {}", shown(&value), shown(&value)));
    let one = prop_oneof![5 => compared, 1 => between, 2 => within, 1 => contains, 1 => begins, 1 => typed, 1 => size, 2 => is, 1 => deep];
    let one = one.boxed();
    prop_oneof![
        6 => one.clone(),
        1 => one.clone().prop_map(|one| format!("NOT ({one})")),
        1 => (one.clone(), one.clone()).prop_map(|(one, two)| format!("({one} OR {two})")),
        1 => (one.clone(), one).prop_map(|(one, two)| format!("({one}) AND {two}")),
    ]
    .boxed()
}

/// What a query or scan of these keys is asked.
fn condition(hash: Attribute, range: Option<Attribute>) -> BoxedStrategy<String> {
    let equal = key_value(hash).prop_map(move |value| format!("{} = {}", hash.0, shown(&value)));
    let several = prop::collection::vec(key_value(hash), 1..4).prop_map(move |values| {
        let values: Vec<String> = values.iter().map(shown).collect();
        format!("{} IN [{}]", hash.0, values.join(", "))
    });
    let either = (key_value(hash), key_value(hash)).prop_map(move |(one, two)| {
        format!("({} = {} OR {} = {})", hash.0, shown(&one), hash.0, shown(&two))
    });
    let hashes = prop_oneof![6 => equal, 1 => several, 1 => either].boxed();
    let ranges = match range {
        None => Just(None).boxed(),
        Some(range) => {
            let compared = (prop::sample::select(vec!["=", "<", "<=", ">", ">=", "<>"]), key_value(range))
                .prop_map(move |(operator, value)| format!("{} {operator} {}", range.0, shown(&value)));
            prop::option::of(compared).boxed()
        }
    };
    let filters = prop::option::weighted(0.4, filter());
    prop_oneof![
        1 => Just(String::new()),
        2 => filter().prop_map(|filter| format!("WHERE {filter}")),
        7 => (hashes, ranges, filters).prop_map(|(hash, range, filter)| {
            let parts: Vec<String> = std::iter::once(hash).chain(range).chain(filter.map(|filter| format!("({filter})"))).collect();
            format!("WHERE {}", parts.join(" AND "))
        }),
    ]
    .boxed()
}

fn columns() -> BoxedStrategy<String> {
    let path = prop::sample::select(vec!["h", "n", "s", "m.k", "l[0]", "m.o", "l", "ss", "nothing"]);
    prop_oneof![
        2 => Just("*".to_owned()),
        1 => prop::collection::vec(path, 1..4).prop_map(|paths| paths.join(", ")),
    ]
    .boxed()
}

fn select(table: &Table) -> BoxedStrategy<String> {
    let mut sources = vec![(TABLE.to_owned(), table.hash, table.range)];
    for index in table.indexes.iter().filter(|index| index.projection == "ALL") {
        sources.push((format!("\"{TABLE}\".\"{}\"", index.name), index.hash, index.range));
    }
    let order = prop::option::weighted(0.2, prop::sample::select(vec!["ASC", "DESC"]));
    prop::sample::select(sources)
        .prop_flat_map(move |(source, hash, range)| {
            let is_table = !source.contains('.');
            (columns(), condition(hash, range), order.clone()).prop_map(move |(columns, condition, order)| {
                let order = match (range, order) {
                    (Some(range), Some(order))
                        if is_table
                            && condition.contains(&format!("{} = ", hash.0))
                            && !condition.contains(" OR ") =>
                    {
                        format!(" ORDER BY {} {order}", range.0)
                    }
                    _ => String::new(),
                };
                format!("SELECT {columns} FROM {source} {condition}{order}")
            })
        })
        .boxed()
}

/// A SELECT of one item.
fn lookup(table: &Table) -> BoxedStrategy<String> {
    (columns(), whole_key(table))
        .prop_map(|(columns, key)| format!("SELECT {columns} FROM {TABLE} WHERE {key}"))
        .boxed()
}

fn insert(table: &Table) -> BoxedStrategy<String> {
    small(table)
        .prop_map(|item| {
            let members = item.as_object().into_iter().flatten();
            let members: Vec<String> =
                members.map(|(name, value)| format!("'{name}': {}", shown(value))).collect();
            format!("INSERT INTO {TABLE} VALUE {{{}}}", members.join(", "))
        })
        .boxed()
}

fn update(table: &Table) -> BoxedStrategy<String> {
    let name = prop::sample::select(PLAIN.to_vec());
    let plain = name
        .clone()
        .prop_flat_map(|name| of(name).prop_map(move |value| format!("SET {name} = {}", shown(&value))));
    let sum = (prop::sample::select(vec!["+", "-"]), prop::sample::select(vec!["1", "2", "10"]))
        .prop_map(|(operator, number)| format!("SET n = n {operator} {number}"));
    let append = of("l").prop_map(|value| format!("SET l = list_append(l, {})", shown(&value)));
    let sets = (prop::sample::select(vec!["ss", "ns"]), prop::sample::select(vec!["set_add", "SET_DELETE"]))
        .prop_flat_map(|(name, function)| {
            of(name).prop_map(move |value| format!("SET {name} = {function}({name}, {})", shown(&value)))
        });
    let deep = of("s").prop_map(|value| format!("SET m.k = {}", shown(&value)));
    let remove = prop::sample::select(vec!["n", "m.k", "l[0]", "z", "nothing"])
        .prop_map(|path| format!("REMOVE {path}"));
    let change = prop_oneof![4 => plain, 2 => sum, 1 => append, 2 => sets, 1 => deep, 2 => remove];
    let returning =
        prop::option::of(prop::sample::select(vec!["ALL OLD", "ALL NEW", "MODIFIED OLD", "MODIFIED NEW"]));
    (prop::collection::vec(change, 1..3), whole_key(table), prop::option::weighted(0.3, filter()), returning)
        .prop_map(|(changes, key, filter, returning)| {
            let filter = filter.map_or(String::new(), |filter| format!(" AND ({filter})"));
            let returning = returning.map_or(String::new(), |returning| format!(" RETURNING {returning} *"));
            format!("UPDATE {TABLE} {} WHERE {key}{filter}{returning}", changes.join(" "))
        })
        .boxed()
}

fn delete(table: &Table) -> BoxedStrategy<String> {
    (whole_key(table), prop::option::weighted(0.3, filter()), any::<bool>())
        .prop_map(|(key, filter, returns)| {
            let filter = filter.map_or(String::new(), |filter| format!(" AND ({filter})"));
            let returning = if returns { " RETURNING ALL OLD *" } else { "" };
            format!("DELETE FROM {TABLE} WHERE {key}{filter}{returning}")
        })
        .boxed()
}
