//! What is particular to an item as a whole: attributes aside, attributes appended, enums.

use super::*;

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Versioned {
    id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    created_at: Option<u64>,
    version: u32,
    last: bool,
}

fn versioned() -> Versioned {
    Versioned { id: "a".to_owned(), created_at: None, version: 7, last: true }
}

#[test]
fn managed_attributes_are_given_back_aside_in_the_order_asked_for() {
    let encoded = encode_item(&versioned(), &["created_at", "version"]).unwrap();
    assert_eq!(encoded.item.as_bytes(), br#"{"id":{"S":"a"},"last":{"BOOL":true}}"#);
    assert_eq!(encoded.size, encoded.item.size().unwrap());
    assert_eq!(encoded.managed, [None, Some(7u32.into())]);

    // A nested attribute of that name is the user's own.
    let nested = BTreeMap::from([("version", BTreeMap::from([("version", 1)]))]);
    let encoded = encode_item(&BTreeMap::from([("a", nested)]), &["version"]).unwrap();
    assert_eq!(encoded.item.as_bytes(), br#"{"a":{"M":{"version":{"M":{"version":{"N":"1"}}}}}}"#);
    assert_eq!(encoded.managed, [None]);
}

#[test]
fn appended_attributes_come_last_and_tell_by_what_the_item_grew() {
    let plain = encode_item(&versioned(), &["version"]).unwrap();
    let (item, grown) =
        plain.item.with_attributes(&[("version", &8u32.into()), ("dy_e", &"Versioned".into())]).unwrap();
    assert_eq!(
        item.as_bytes(),
        br#"{"id":{"S":"a"},"last":{"BOOL":true},"version":{"N":"8"},"dy_e":{"S":"Versioned"}}"#
    );
    assert_eq!(plain.size.checked_add_signed(grown), Some(item.size().unwrap()));
    assert_eq!(decode::<Versioned>(&item).unwrap().version, 8);

    let (same, grown) = item.with_attributes(&[]).unwrap();
    assert_eq!((same.as_bytes(), grown), (item.as_bytes(), 0));
    let (only, grown) = Item::from_json("{}").unwrap().with_attributes(&[("a", &"b".into())]).unwrap();
    assert_eq!((only.as_bytes(), grown), (&br#"{"a":{"S":"b"}}"#[..], 2));
}

#[test]
fn only_an_attribute_of_the_library_is_replaced() {
    let item = Item::from_json(r#"{"dy_v":{"S":"long one"},"version":{"N":"1"}}"#).unwrap();
    let (replaced, grown) = item.with_attributes(&[("dy_v", &"short".into())]).unwrap();
    assert_eq!(replaced.as_bytes(), br#"{"version":{"N":"1"},"dy_v":{"S":"short"}}"#);
    assert_eq!(grown, -3);
    let error = item.with_attributes(&[("version", &2u32.into())]).unwrap_err();
    assert_eq!(error.to_string(), "attribute `version`: the item has it already");
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct User {
    name: String,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
enum InUser {
    User(User),
    #[serde(rename = "order")]
    Order {
        number: u32,
        #[serde(default)]
        lines: Vec<String>,
    },
    #[serde(other)]
    Else,
}

#[test]
fn an_enum_takes_its_variant_from_the_entity_and_its_content_from_the_item() {
    let read = |json: &'static str| decode_bytes::<InUser>(json.as_bytes());
    let user = InUser::User(User { name: "a".to_owned() });
    assert_eq!(read(r#"{"name":{"S":"a"},"dy_v":{"S":"1"},"dy_e":{"S":"User"}}"#), Ok(user));
    let order = InUser::Order { number: 5, lines: Vec::new() };
    assert_eq!(read(r#"{"dy_e":{"S":"order"},"number":{"N":"5"}}"#), Ok(order));
    assert_eq!(read(r#"{"number":{"N":"5"},"dy_e":{"S":"Invoice"}}"#), Ok(InUser::Else));

    let error = |json: &'static str| read(json).unwrap_err().to_string();
    assert!(
        error(r#"{"name":{"S":"a"}}"#).starts_with(
            "the item does not tell which variant of `InUser` it is: it lacks the attribute `dy_e`"
        ),
        "{}",
        error(r#"{"name":{"S":"a"}}"#)
    );
    assert_eq!(error(r#"{"dy_e":{"N":"1"}}"#), "attribute `dy_e`: expected S, found N");
    assert_eq!(error(r#"{"dy_e":{"S":"User"},"name":{"N":"1"}}"#), "attribute `name`: expected S, found N");

    #[derive(Debug, Deserialize)]
    enum Strict {
        #[allow(dead_code, reason = "only decoded")]
        User(User),
        #[allow(dead_code, reason = "only decoded")]
        Pair(u8, u8),
    }
    let strict =
        |json: &'static str| decode_bytes::<Strict>(json.as_bytes()).map(drop).unwrap_err().to_string();
    assert!(
        strict(r#"{"dy_e":{"S":"order"}}"#).starts_with("attribute `dy_e`: unknown variant `order`"),
        "{}",
        strict(r#"{"dy_e":{"S":"order"}}"#)
    );
    assert!(strict(r#"{"dy_e":{"S":"Pair"}}"#).contains("not into a tuple"));
}

#[test]
fn an_enum_is_written_as_it_is_read() {
    round_trip(&InUser::User(User { name: "a".to_owned() }));
    round_trip(&InUser::Order { number: 5, lines: vec!["x".to_owned()] });
    let encoded = encode(&InUser::Order { number: 5, lines: Vec::new() }).unwrap();
    assert_eq!(encoded.item.as_bytes(), br#"{"number":{"N":"5"},"lines":{"L":[]},"dy_e":{"S":"order"}}"#);
    let error = |value: &dyn Fn() -> Result<Encoded, WireError>| value().unwrap_err().to_string();
    assert_eq!(error(&|| encode(&InUser::Else)), "an item must be a struct or a map");
    assert!(error(&|| encode(&Shape::Pair(1, 2))).contains("a variant that is a tuple"));
    assert_eq!(error(&|| encode(&Shape::Circle(1.0))), "an item must be a struct or a map");
    assert!(error(&|| encode(&Ok::<InUser, ()>(InUser::Else))).contains("an item must be"));
    #[derive(Serialize)]
    enum Outer {
        In(InUser),
    }
    let outer = Outer::In(InUser::User(User { name: String::new() }));
    assert_eq!(error(&|| encode(&outer)), "an item cannot be a variant within a variant");
}

#[test]
fn an_enum_of_untyped_items_has_its_entity_once() {
    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    enum Raw {
        User(Item),
    }
    let item = Item::from_json(r#"{"dy_e":{"S":"User"},"name":{"S":"a"},"dy_v":{"S":"1"}}"#).unwrap();
    assert_eq!(decode::<Raw>(&item).unwrap(), Raw::User(item.clone()));
    let encoded = encode(&Raw::User(item)).unwrap();
    assert_eq!(encoded.item.as_bytes(), br#"{"name":{"S":"a"},"dy_v":{"S":"1"},"dy_e":{"S":"User"}}"#);
    assert_eq!(encoded.size, encoded.item.size().unwrap());
}
