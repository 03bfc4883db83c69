//! What the derives make: descriptions, keys from templates, paths, indexes, projections.

#![allow(clippy::unwrap_used, reason = "a test")]

mod support;

use std::sync::Arc;

use dynochemy_core::api::{PutItemOutput, QueryOutput};
use dynochemy_core::expression::RangeCondition;
use dynochemy_core::table::Composite;
use dynochemy_core::*;
use serde::{Deserialize, Serialize};
use support::{START, client, drive_with};

#[derive(Clone, Debug, PartialEq, Table, Serialize, Deserialize)]
#[table(
    name = "visits",
    read_capacity = 10,
    write_capacity = 5,
    views("visits-per-user"),
    global_index(
        name = "by_name",
        hash = "full_name",
        range = "time",
        projection(include("seen", attribute("total"))),
        read_capacity = 2,
        write_capacity = 1
    ),
    global_index(name = "by-place", hash("country", "city"), range("seen", "time"), projection(keys_only)),
    local_index(name = "seen", range = "seen", const = "BY_SEEN")
)]
#[serde(rename_all = "camelCase")]
struct Visit {
    #[table(hash_key)]
    user: String,
    #[table(range_key)]
    time: u64,
    full_name: Option<String>,
    #[serde(rename = "land")]
    country: String,
    city: String,
    seen: i32,
}

/// What a struct of one entity among several looks like.
#[derive(Clone, Debug, PartialEq, Table, Serialize, Deserialize)]
#[table(
    name = "app",
    hash_key(pk = "USER#{user}"),
    range_key(sk = "ORDER#{date}#{number:08}"),
    global_index(name = "gsi1", hash(gsi1pk = "{{{coupon}}}"), range("gsi1-sk" = "ORDER")),
    global_index(name = "inverted", hash("sk"), range("pk")),
    local_index(name = "by_total", range = "total")
)]
struct Order {
    user: String,
    #[serde(rename = "day")]
    date: String,
    number: u32,
    coupon: Option<String>,
    total: Number,
}

fn order() -> Order {
    Order {
        user: "123".to_owned(),
        date: "2026-11-22".to_owned(),
        number: 7,
        coupon: Some("WINTER".to_owned()),
        total: Number::from(12),
    }
}

#[derive(Clone, Debug, PartialEq, Table, Serialize, Deserialize)]
#[table(name = "app", range_key(sk = "PROFILE"), entity = "User")]
struct Profile {
    #[table(hash_key)]
    pk: String,
    #[table(version)]
    version: Option<u32>,
    #[table(ttl)]
    ends: Option<EpochSeconds>,
    #[table(created_at)]
    created: Option<EpochMillis>,
    #[table(updated_at)]
    #[serde(rename = "changed")]
    updated: Option<EpochSeconds>,
}

/// The one request that an operation sends.
fn request<P: Plan>(plan: P, response: Response) -> Arc<Request> {
    let mut now = START;
    let (mut run, _) = client(|_| {}).start(plan, now).unwrap();
    let requests = drive_with(&mut run, &mut now, |_| Ok(response.clone()));
    let [request] = requests.as_slice() else { panic!("{requests:?}") };
    Arc::clone(request)
}

/// The item that a put sends.
fn sent<T: Table + Serialize>(item: &T) -> String {
    let request = request(item.put(), Response::PutItem(PutItemOutput::default()));
    let Request::PutItem(put) = &*request else { panic!("{request:?}") };
    String::from_utf8(put.item.as_bytes().to_vec()).unwrap()
}

/// The key condition that a query sends.
fn asked<P: Plan>(query: P) -> String {
    let request = request(query, Response::Query(QueryOutput::default()));
    let Request::Query(query) = &*request else { panic!("{request:?}") };
    let condition = &query.key_condition_expression;
    let equal = condition.equal.iter().map(|(name, value)| format!("{name} = {}", text(value)));
    let range = condition.range.iter().map(|(name, range)| match range {
        RangeCondition::Between(low, high) => format!("{name} from {} to {}", text(low), text(high)),
        RangeCondition::BeginsWith(prefix) => format!("{name} begins with {}", text(prefix)),
        other => format!("{name} {other:?}"),
    });
    let index = query.index_name.as_deref().unwrap_or("table");
    format!("{index}: {}", equal.chain(range).collect::<Vec<_>>().join(", "))
}

fn text(value: &KeyValue) -> String {
    match value {
        KeyValue::S(text) => text.clone(),
        KeyValue::N(number) => number.to_string(),
        KeyValue::B(bytes) => format!("{bytes:?}"),
    }
}

fn keys(attributes: &[KeyAttribute]) -> Vec<String> {
    attributes.iter().map(|key| format!("{} {}", key.name, key.kind)).collect()
}

#[test]
fn a_description_holds_what_is_declared() {
    let description = <Visit as Table>::DESCRIPTION;
    assert_eq!(description.name, "visits");
    assert_eq!(keys(std::slice::from_ref(&description.keys.hash)), ["user S"]);
    assert_eq!(keys(description.keys.range.as_slice()), ["time N"]);
    assert_eq!((description.read_capacity, description.write_capacity), (Some(10), Some(5)));
    assert_eq!(*description.views, ["visits-per-user"]);
    assert_eq!(description.time_to_live, None);
    assert_eq!(*Visit::ENTITY, Entity::PLAIN);

    let [by_name, by_place, seen] = &*description.indexes else { panic!("{description:?}") };
    assert_eq!((&*by_name.name, by_name.kind), ("by_name", IndexKind::Global));
    assert_eq!(
        (keys(&by_name.hash), keys(&by_name.range)),
        (vec!["fullName S".into()], vec!["time N".into()])
    );
    assert_eq!(by_name.projection, IndexProjection::Include(vec!["seen".into(), "total".into()].into()));
    assert_eq!((by_name.read_capacity, by_name.write_capacity), (Some(2), Some(1)));

    assert_eq!((&*by_place.name, by_place.kind), ("by-place", IndexKind::Global));
    assert_eq!(keys(&by_place.hash), ["land S", "city S"]);
    assert_eq!(keys(&by_place.range), ["seen N", "time N"]);
    assert_eq!(by_place.projection, IndexProjection::KeysOnly);
    assert_eq!((by_place.read_capacity, by_place.write_capacity), (Some(10), Some(5)), "those of the table");

    assert_eq!((&*seen.name, seen.kind), ("seen", IndexKind::Local));
    assert_eq!((keys(&seen.hash), keys(&seen.range)), (vec!["user S".into()], vec!["seen N".into()]));
    assert_eq!(seen.projection, IndexProjection::All);
    assert_eq!((seen.read_capacity, seen.write_capacity), (None, None));
}

#[test]
#[allow(clippy::type_complexity, reason = "the types are what is tested")]
fn indexes_are_constants_with_typed_keys() {
    let by_name: Index<Visit, HashRange<String, u64>> = Visit::BY_NAME;
    let by_place: Index<Visit, Composite<(String, String), (i32, u64)>> = Visit::BY_PLACE;
    let by_seen: Index<Visit, HashRange<String, i32>> = Visit::BY_SEEN;
    assert_eq!([by_name.name(), by_place.name(), by_seen.name()], ["by_name", "by-place", "seen"]);
    let _: Path<Visit, i32> = Visit::SEEN;

    let gsi1: Index<Order, Composite<(String,), ()>> = Order::GSI1;
    let inverted: Index<Order, Composite<(String, u32), (String,)>> = Order::INVERTED;
    let by_total: Index<Order, Composite<(String,), (Number,)>> = Order::BY_TOTAL;
    assert_eq!([gsi1.name(), inverted.name(), by_total.name()], ["gsi1", "inverted", "by_total"]);
}

#[test]
fn keys_are_made_from_templates_alike_in_items_and_in_keys() {
    assert_eq!(
        sent(&order()),
        "{\"user\":{\"S\":\"123\"},\"day\":{\"S\":\"2026-11-22\"},\"number\":{\"N\":\"7\"},\
         \"coupon\":{\"S\":\"WINTER\"},\"total\":{\"N\":\"12\"},\"pk\":{\"S\":\"USER#123\"},\
         \"sk\":{\"S\":\"ORDER#2026-11-22#00000007\"},\"gsi1pk\":{\"S\":\"{WINTER}\"},\"gsi1-sk\":{\"S\":\"ORDER\"},\
         \"dy_e\":{\"S\":\"Order\"}}"
    );
    let key = Order::key(("123", "2026-11-22", 7)).unwrap();
    assert_eq!(key.to_string(), r#"pk = "USER#123", sk = "ORDER#2026-11-22#00000007""#);
    let stored = Item::from_json(sent(&order())).unwrap();
    assert_eq!(Order::DESCRIPTION.keys.extract(&stored).unwrap(), key);
    assert_eq!(wire::decode::<Order>(&stored).unwrap(), order());
    let shape = &Order::DESCRIPTION.keys;
    assert_eq!(keys(&[shape.hash.clone(), shape.range.clone().unwrap()]), ["pk S", "sk S"]);
}

#[test]
fn queries_by_templates_ask_for_what_the_items_hold() {
    assert_eq!(
        asked(Order::query("123").eq("2026-11-22").between(1, 9)),
        "table: pk = USER#123, sk from ORDER#2026-11-22#00000001 to ORDER#2026-11-22#00000009"
    );
    assert_eq!(asked(Order::query("123")), "table: pk = USER#123, sk begins with ORDER#");
    assert_eq!(asked(Order::GSI1.query("WINTER")), "gsi1: gsi1pk = {WINTER}, gsi1-sk = ORDER");
    assert_eq!(
        asked(Order::INVERTED.query(("2026-11-22", 7)).eq("123")),
        "inverted: sk = ORDER#2026-11-22#00000007, pk = USER#123"
    );
    assert_eq!(
        asked(Visit::BY_PLACE.query(("Italy", "Rome")).eq(3).between(5, 9)),
        "by-place: land = Italy, city = Rome, seen = 3, time from 5 to 9"
    );
}

#[test]
fn an_entity_has_a_name_where_types_share_a_table_or_it_is_given_one() {
    #[derive(Table)]
    #[table(name = "app", entity = "Named")]
    struct Plain {
        #[table(hash_key)]
        #[allow(dead_code, reason = "only its name counts")]
        id: String,
    }
    #[derive(Table)]
    #[table(name = "app", global_index(name = "gsi1", hash(gsi1pk = "ID#{id}")))]
    struct Indexed {
        #[table(hash_key)]
        #[allow(dead_code, reason = "only its name counts")]
        id: String,
    }
    #[derive(Table)]
    #[table(name = "app", hash_key(pk = "ALL"), range_key(sk = "SETTINGS"))]
    struct Settings {}
    assert_eq!(Order::ENTITY.name, Some("Order"));
    assert_eq!(Profile::ENTITY.name, Some("User"));
    assert_eq!(Plain::ENTITY.name, Some("Named"));
    assert_eq!(Indexed::ENTITY.name, None);
    assert_eq!(Settings::ENTITY.name, Some("Settings"));
    assert_eq!(Settings::key(()).unwrap().to_string(), r#"pk = "ALL", sk = "SETTINGS""#);
}

#[test]
fn one_key_may_be_a_field_and_the_other_one_made() {
    let item = Profile { pk: "a".to_owned(), version: Some(3), ends: None, created: None, updated: None };
    let key = Profile::key("a").unwrap();
    assert_eq!(key.to_string(), r#"pk = "a", sk = "PROFILE""#);
    let stored = sent(&item);
    assert!(stored.contains(r#""sk":{"S":"PROFILE"},"dy_e":{"S":"User"}"#), "{stored}");
}

#[test]
fn versions_and_times_are_known_by_their_attributes() {
    assert_eq!(<Profile as Table>::DESCRIPTION.time_to_live.as_deref(), Some("ends"));
    let entity = Profile::ENTITY;
    assert_eq!(entity.version, Some("version"));
    assert_eq!(entity.created_at, Some(Stamp { attribute: "created", unit: TimestampUnit::Milliseconds }));
    assert_eq!(entity.updated_at, Some(Stamp { attribute: "changed", unit: TimestampUnit::Seconds }));
}

#[test]
fn names_of_fields_hide_nothing_of_the_library() {
    #[derive(Table, Serialize, Deserialize)]
    #[table(name = "odd", global_index(name = "new", hash = "name", range = "index"))]
    struct Odd {
        #[table(hash_key)]
        description: String,
        #[table(range_key)]
        entity: u64,
        name: String,
        index: u64,
        keys: Vec<u8>,
        r#type: String,
        #[table(version)]
        version: u64,
        #[serde(skip)]
        #[allow(dead_code, reason = "no attribute")]
        cached: Vec<u8>,
    }
    let _: Path<Odd, String> = Odd::DESCRIPTION;
    let _: Path<Odd, u64> = Odd::ENTITY;
    assert_eq!(Odd::TYPE.name(), "type");
    drop(Odd::get(("a", 5)));
    assert_eq!(Odd::key(("a", 5)).unwrap().to_string(), r#"description = "a", entity = 5"#);
    assert_eq!(<Odd as Table>::ENTITY.version, Some("version"));
    assert_eq!(Odd::NEW.name(), "new");
}

#[test]
fn generic_structs_have_constants_of_their_types() {
    #[derive(Table, Serialize, Deserialize)]
    #[table(
        name = "generic",
        range_key(sk = "{kind}#{number:04}"),
        global_index(name = "by_kind", hash = "kind")
    )]
    struct Generic<K, V>
    where
        K: KeyAttributeType + Send + 'static,
        V: Send + 'static,
    {
        #[table(hash_key)]
        id: K,
        kind: String,
        number: u16,
        value: V,
    }
    type Numbers = Generic<u64, Vec<u8>>;
    let _: Path<Numbers, Vec<u8>> = Numbers::VALUE;
    let _: Index<Numbers, HashOnly<String>> = Numbers::BY_KIND;
    assert_eq!(Numbers::key((1u64, "a", 2)).unwrap().to_string(), r#"id = 1, sk = "a#0002""#);
    assert_eq!(Generic::<String, u8>::DESCRIPTION.keys.hash.kind, ScalarType::S);
}

#[test]
fn documents_lead_into_nested_structs_by_the_names_of_serde() {
    #[derive(Table, Serialize, Deserialize)]
    #[table(name = "users")]
    struct User {
        #[table(hash_key)]
        id: String,
        address: Option<Address>,
    }
    #[derive(Document, Serialize, Deserialize)]
    #[serde(rename_all = "UPPERCASE")]
    struct Address {
        city: City,
        #[table(no_path)]
        street: String,
    }
    #[derive(Document, Serialize, Deserialize)]
    struct City {
        #[serde(rename(serialize = "label", deserialize = "label"), alias = "title")]
        name: String,
        #[serde(with = "hex")]
        #[table(stored_as = "String")]
        code: u32,
    }
    mod hex {
        pub(super) fn serialize<S: serde::Serializer>(code: &u32, to: S) -> Result<S::Ok, S::Error> {
            to.collect_str(&format_args!("{code:x}"))
        }
        pub(super) fn deserialize<'de, D: serde::Deserializer<'de>>(from: D) -> Result<u32, D::Error> {
            let text: String = serde::Deserialize::deserialize(from)?;
            u32::from_str_radix(&text, 16).map_err(serde::de::Error::custom)
        }
    }
    let name: Path<User, String> = User::ADDRESS.some().then(Address::CITY).then(City::NAME);
    assert_eq!(name.document_path().to_string(), "address.CITY.label");
    let code: Path<Address, String> = Address::CITY.then(City::CODE);
    assert_eq!(code.document_path().to_string(), "CITY.code");
}

#[test]
fn a_projection_names_the_attributes_of_its_fields() {
    #[derive(Projection, Serialize, Deserialize)]
    #[table(of = "Visit")]
    #[serde(rename_all = "camelCase")]
    struct Part {
        full_name: Option<String>,
        #[serde(rename = "land")]
        country: Option<String>,
        seen: i32,
        #[serde(skip)]
        #[allow(dead_code, reason = "no attribute")]
        cached: u8,
    }
    assert_eq!(Part::PATHS, ["fullName", "land", "seen"]);
}
