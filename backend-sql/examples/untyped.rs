//! Tables that a program learns of when it runs: a small tool that asks the service what a table is like, prints its
//! items, and changes an attribute in all of them.
//!
//! `cargo run -p dynochemy-sql --example untyped`

use dynochemy_sql::{
    AttributeValue, Attributes, Db, Description, Error, Item, KeyShape, Path, ScalarType, Solvent,
    UntypedTable, WireError,
};

/// What the tool is given: the name of a table.
fn learn(db: &Db, name: &str) -> Result<UntypedTable, Error> {
    let keys = KeyShape::new(("unknown", ScalarType::S), None);
    let told = db.run(UntypedTable::new(Description::new(name.to_owned(), keys)).describe())?;
    let description = Description::try_from(&told)?;
    println!("{name}: keys {:?}, {} indexes", description.keys, description.indexes.len());
    Ok(UntypedTable::new(description))
}

fn item(attributes: &[(&str, AttributeValue)]) -> Item {
    let attributes = attributes.iter().map(|(name, value)| ((*name).to_owned(), value.clone()));
    Item::from_attributes(&attributes.collect::<Attributes>())
}

fn main() -> Result<(), Error> {
    let db = Db::builder().build()?;

    // Somebody's table.
    let keys = KeyShape::new(("sensor", ScalarType::S), Some(("time", ScalarType::N)));
    let readings = UntypedTable::new(Description::new("readings", keys));
    db.run(readings.create())?;
    let mut solvent = Solvent::new();
    for time in 0..5u64 {
        let place = Attributes::from([("room".to_owned(), "hall".into()), ("floor".to_owned(), 1u64.into())]);
        solvent.add(readings.put(item(&[
            ("sensor", "s1".into()),
            ("time", time.into()),
            ("celsius", AttributeValue::N("21.5".parse().map_err(WireError::from)?)),
            ("place", AttributeValue::M(place)),
        ])));
    }
    db.run(solvent)?;

    // The tool.
    let table = learn(&db, "readings")?;
    let floor = Path::parse("place.floor")?;
    for found in db.run(table.scan().filter(floor.clone().eq(AttributeValue::from(1u64))))? {
        let key = table.description().keys.extract(&found)?;
        println!("{key}: {found:?}");
        db.run(table.update(key).set(floor.clone(), AttributeValue::from(2u64)).if_exists())?;
    }
    let moved = table.query("s1").ge(2).filter(floor.eq(AttributeValue::from(2u64))).count();
    assert_eq!(db.run(moved)?, 3);
    let one = db.run(table.get(("s1", 4)).consistent())?;
    assert!(one.is_some_and(|item| item.attribute("place").is_ok_and(|place| place.is_some())));
    Ok(())
}
