//! Tables that no type describes.

use super::*;

#[test]
fn a_table_that_was_learned_from_the_service_keeps_its_name_there() {
    let keys = KeyShape::new(("id", ScalarType::S), None);
    let told = TableDescription {
        table_name: "dev-notes".to_owned(),
        key_schema: api::KeySchemaElement::of(&keys),
        attribute_definitions: api::AttributeDefinition::of(&keys),
        ..TableDescription::default()
    };
    let learned = UntypedTable::new(Description::try_from(&told).unwrap());
    let client = Builder::<Bare>::new().table_prefix("dev-").build().unwrap().0;
    let (mut run, _) = client.start(learned.get("n"), START).unwrap();
    let Step::Send(call) = run.poll(START) else { panic!("nothing was sent") };
    let body = String::from_utf8(http::write_body(&call.request).to_vec()).unwrap();
    assert_eq!(member(&body, "TableName"), "dev-notes");
}

#[test]
fn tables_known_at_run_time_have_the_same_operations() {
    let keys = KeyShape::new(("id", ScalarType::S), None);
    let notes = UntypedTable::new(Description::new("notes", keys));
    let mut service = Service::default();
    let item =
        Item::from_attributes(&[("id".to_owned(), "n".into()), ("count".to_owned(), 1u64.into())].into());
    run(&mut service, notes.put(item.clone()).if_not_exists()).0.unwrap();
    let count: Path<Item, AttributeValue> = Path::parse("count").unwrap();
    let update = notes.update("n").add(count.clone(), 2).condition(count.eq(AttributeValue::from(1u64)));
    let new = run(&mut service, update.return_new()).0.unwrap();
    assert_eq!(new.attribute("count"), Ok(Some(3u64.into())));
    assert_eq!(run(&mut service, notes.get("n")).0, Ok(Some(new)));
    assert!(run(&mut service, notes.query("n").first()).0.unwrap().is_some());
    assert!(refusal(notes.get(5)).contains("the table's key is S, not N"));
    assert!(refusal(notes.get(("n", 5))).contains("has no range key"));
    assert!(refusal(notes.query_index("by_x", "n")).contains("has no index `by_x`"));
}

#[test]
fn what_a_program_reads_by_hand_fails_beside_its_operations() {
    fn count(service: &mut Service, notes: &UntypedTable) -> Result<i64, Error> {
        let item = run(service, notes.get("n")).0?.unwrap();
        let path: Path<Item, AttributeValue> = Path::parse("count")?;
        run(service, notes.update("n").add(path, 1)).0?;
        Ok(wire::decode::<Note>(&item)?.count)
    }
    let notes = UntypedTable::new(Description::new("notes", KeyShape::new(("id", ScalarType::S), None)));
    let mut service = Service::default();
    run(&mut service, note("a", 1).put()).0.unwrap();
    assert_eq!(count(&mut service, &notes), Ok(1));
    let item = [("id".to_owned(), "n".into()), ("text".to_owned(), 5u64.into())];
    run(&mut service, notes.put(Item::from_attributes(&item.into()))).0.unwrap();
    let error = count(&mut service, &notes).unwrap_err();
    assert_eq!(error.to_string(), "attribute `text`: expected S, found N");
    assert_eq!(error.effect(), Effect::Unknown, "the update was applied, and the error does not know of it");
}
