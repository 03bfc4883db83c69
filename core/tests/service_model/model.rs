//! The service model, full JSON made of it, and what is lost of that.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde_json::{Map, Value, json};

/// Structures of whose members there is always one.
const ONE_OF: [&str; 7] = [
    "AttributeValue",
    "GlobalSecondaryIndexUpdate",
    "GlobalTableWitnessGroupUpdate",
    "ReplicationGroupUpdate",
    "TransactWriteItem",
    "VectorIndexUpdate",
    "WriteRequest",
];

#[derive(Deserialize)]
pub(crate) struct Model {
    actions: BTreeMap<String, Sides>,
    shapes: BTreeMap<String, Shape>,
}

#[derive(Deserialize)]
struct Sides {
    input: String,
    output: Option<String>,
}

#[derive(Deserialize)]
struct Shape {
    r#type: String,
    #[serde(default)]
    members: BTreeMap<String, String>,
    /// Of lists.
    member: Option<String>,
    /// Of maps.
    value: Option<String>,
    #[serde(default)]
    r#enum: Vec<String>,
}

impl Model {
    pub(crate) fn read() -> Self {
        serde_json::from_str(include_str!("model.json")).unwrap()
    }

    pub(crate) fn actions(&self) -> impl Iterator<Item = &str> {
        self.actions.keys().map(String::as_str)
    }

    pub(crate) fn input(&self, action: &str) -> &str {
        &self.actions[action].input
    }

    pub(crate) fn output(&self, action: &str) -> Option<&str> {
        self.actions[action].output.as_deref()
    }

    /// How often JSON has to be generated for every value of every enumeration to occur.
    pub(crate) fn turns(&self) -> usize {
        self.shapes.values().map(|shape| shape.r#enum.len()).max().unwrap()
    }

    /// Full JSON of a shape. Each turn takes other values of enumerations.
    pub(crate) fn generate(&self, shape: &str, turn: usize) -> Value {
        let mut generator = Generator { model: self, turn, numbers: 1 };
        let alternatives = generator.alternatives(shape, "", 0);
        alternatives[turn % alternatives.len()].clone()
    }

    /// Which members of a shape do not occur in what was written, by path; and those that are not in the model.
    pub(crate) fn members_without(
        &self,
        shape: &str,
        written: &Value,
        path: &str,
        missing: &mut BTreeSet<String>,
    ) {
        self.members_without_among(shape, &[written], path, missing);
    }

    fn members_without_among(
        &self,
        name: &str,
        written: &[&Value],
        path: &str,
        missing: &mut BTreeSet<String>,
    ) {
        let shape = &self.shapes[name];
        match shape.r#type.as_str() {
            "structure" => {
                // Which types of attribute value occur is not the request's matter.
                let any_will_do = name.ends_with(".AttributeValue");
                for found in written {
                    let found = found.as_object().unwrap_or_else(|| panic!("{path} is no object"));
                    for unknown in found.keys().filter(|member| !shape.members.contains_key(*member)) {
                        missing.insert(format!("{path}.{unknown}, which the model does not know"));
                    }
                }
                for (member, of) in &shape.members {
                    let path = format!("{path}.{member}");
                    let found: Vec<&Value> = written.iter().filter_map(|found| found.get(member)).collect();
                    if found.is_empty() {
                        if !any_will_do {
                            missing.insert(path);
                        }
                    } else {
                        self.members_without_among(of, &found, &path, missing);
                    }
                }
            }
            "list" => {
                let elements: Vec<&Value> =
                    written.iter().flat_map(|list| list.as_array().unwrap()).collect();
                assert!(!elements.is_empty(), "{path} is empty");
                self.members_without_among(shape.member.as_ref().unwrap(), &elements, path, missing);
            }
            "map" => {
                let values: Vec<&Value> =
                    written.iter().flat_map(|map| map.as_object().unwrap().values()).collect();
                assert!(!values.is_empty(), "{path} is empty");
                self.members_without_among(shape.value.as_ref().unwrap(), &values, path, missing);
            }
            _ => {}
        }
    }
}

struct Generator<'m> {
    model: &'m Model,
    turn: usize,
    numbers: u32,
}

impl Generator<'_> {
    /// Values that together have every member of a shape: one, but for structures of whose members there is one.
    fn alternatives(&mut self, name: &str, path: &str, depth: u32) -> Vec<Value> {
        let shape = &self.model.shapes[name];
        let (_, short) = name.split_once('.').unwrap();
        if !shape.r#enum.is_empty() {
            return vec![shape.r#enum[self.turn % shape.r#enum.len()].clone().into()];
        }
        self.numbers += 1;
        let one = match shape.r#type.as_str() {
            "structure" if short == "AttributeValue" => return self.attribute_values(depth),
            "structure" if ONE_OF.contains(&short) => {
                let members = shape.members.iter();
                return members
                    .map(|(member, of)| json!({ member: self.one(of, &format!("{path}.{member}"), depth) }))
                    .collect();
            }
            "structure" => {
                let mut object = Map::new();
                for (member, of) in &shape.members {
                    object.insert(member.clone(), self.one(of, &format!("{path}.{member}"), depth));
                }
                Value::Object(object)
            }
            // Batches tell their keys apart by the shape that the request's have.
            "map" if short == "Key" => json!({"user": {"S": "ann"}, "time": {"N": "5"}}),
            "list" => self.alternatives(shape.member.as_ref().unwrap(), path, depth).into(),
            "map" => {
                let values = self.alternatives(shape.value.as_ref().unwrap(), path, depth);
                let named = values.into_iter().enumerate();
                Value::Object(
                    named
                        .map(|(index, value)| {
                            (if index == 0 { "visits".to_owned() } else { format!("key-{index}") }, value)
                        })
                        .collect(),
                )
            }
            "string" => format!("{path}-{}", self.numbers).into(),
            "integer" | "long" => self.numbers.into(),
            "double" => (f64::from(self.numbers) + 0.5).into(),
            "timestamp" => (1_763_815_696.0 + f64::from(self.numbers) + 0.25).into(),
            "boolean" => self.turn.is_multiple_of(2).into(),
            other => panic!("{name} is a {other}"),
        };
        vec![one]
    }

    /// One of a shape's alternatives, another one each turn.
    fn one(&mut self, name: &str, path: &str, depth: u32) -> Value {
        let alternatives = self.alternatives(name, path, depth);
        alternatives[self.turn % alternatives.len()].clone()
    }

    /// A value of each type.
    fn attribute_values(&mut self, depth: u32) -> Vec<Value> {
        let inner = if depth == 0 { self.attribute_values(1) } else { vec![json!({"S": "inner"})] };
        let members: Map<String, Value> =
            inner.iter().enumerate().map(|(index, value)| (format!("m{index}"), value.clone())).collect();
        self.numbers += 1;
        let number = self.numbers.to_string();
        vec![
            json!({"S": format!("text {number}")}),
            json!({ "N": number }),
            json!({"B": "AP8="}),
            json!({"BOOL": self.turn.is_multiple_of(2)}),
            json!({"NULL": true}),
            json!({"SS": ["a", "b"]}),
            json!({"NS": ["1", "2.5"]}),
            json!({"BS": ["AA==", "AP8="]}),
            json!({ "L": inner }),
            json!({ "M": members }),
        ]
    }
}

/// What of `given` is not in `found`, or is other there, by path.
pub(crate) fn lost(given: &Value, found: &Value, path: &str, missing: &mut BTreeSet<String>) {
    // Items stand in values as the text that came.
    let parsed: Value;
    let found = match (given, found) {
        (Value::Object(_), Value::String(text)) => {
            parsed = serde_json::from_str(text).unwrap_or_else(|_| panic!("{path} became {text:?}"));
            &parsed
        }
        (Value::Object(_), key) if key["hash"].is_array() => {
            let parts = [&key["hash"], &key["range"]].into_iter();
            let named = parts.map(|part| (part[0].as_str().unwrap().to_owned(), part[1].clone()));
            parsed = Value::Object(named.collect());
            &parsed
        }
        (_, found) => found,
    };
    match (given, found) {
        (Value::Object(given), Value::Object(found)) => {
            for (member, value) in given {
                let path = format!("{path}.{member}");
                match found.get(member) {
                    Some(found) => lost(value, found, &path, missing),
                    None => drop(missing.insert(path)),
                }
            }
        }
        (Value::Array(given), Value::Array(found)) if given.len() == found.len() => {
            for (given, found) in given.iter().zip(found) {
                lost(given, found, path, missing);
            }
        }
        (Value::Number(given), Value::Number(found)) if given.as_f64() == found.as_f64() => {}
        (given, found) if given == found => {}
        _ => drop(missing.insert(path.to_owned())),
    }
}
