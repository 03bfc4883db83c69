//! Queries of indexes, cursors and limits.

use super::*;

#[test]
fn queries_name_their_index_and_condition_each_part_of_its_key() {
    let sent = body(Doc::BY_OWNER.query("Rhett").gt(3).reverse().filter(Doc::LINES.exists()).limit(2));
    assert_eq!(expression(&sent, "KeyConditionExpression"), "owner = {'S':'Rhett'} AND size > {'N':'3'}");
    assert_eq!(
        (member(&sent, "IndexName"), member(&sent, "ScanIndexForward")),
        ("by_owner".into(), false.into())
    );
    assert_eq!(member(&sent, "Limit"), serde_json::Value::Null, "a filter may leave any number out");
    let sent = body(Doc::BY_PLACE.query(("IT", "Rome")).eq("Via").between(1, 9).page_size(7).count());
    assert_eq!(
        expression(&sent, "KeyConditionExpression"),
        "country = {'S':'IT'} AND city = {'S':'Rome'} AND street = {'S':'Via'} AND size BETWEEN {'N':'1'} AND \
         {'N':'9'}"
    );
    assert_eq!((member(&sent, "Select"), member(&sent, "Limit")), ("COUNT".into(), 7.into()));
    assert!(refusal(Doc::BY_OWNER.query("Rhett").consistent()).contains("cannot be read consistently"));
    let owners = body(Doc::BY_OWNER.scan().segment(1, 4).project_paths::<Attributes>([Doc::OWNER]));
    assert_eq!(expression(&owners, "ProjectionExpression"), "owner, id, size");
    assert_eq!((member(&owners, "Segment"), member(&owners, "TotalSegments")), (1.into(), 4.into()));
}

fn page<T>(service: &mut Service, plan: impl Plan<Output = Page<T>>) -> Page<T> {
    run(service, plan).0.unwrap()
}

#[test]
fn a_cursor_goes_on_where_its_page_ended_and_is_refused_by_other_queries() {
    let mut service = Service::default();
    let mut plan = Solvent::new();
    for id in 0..5 {
        let _ = plan.add(Note { id: id.to_string(), text: "t".to_owned(), count: id }.put());
    }
    run(&mut service, plan).0.unwrap();
    let mut ids = Vec::new();
    let mut cursor = None;
    loop {
        let found = page(&mut service, Note::scan().limit(3).after(cursor).page());
        assert!(found.items.len() <= 3);
        ids.extend(found.items.into_iter().map(|note| note.id));
        // Through a text, as a web page would hand it on.
        cursor = found.cursor.map(|cursor| Cursor::from_text(cursor.to_string()));
        let Some(cursor) = &cursor else { break };
        assert!(cursor.as_str().bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte)));
    }
    assert_eq!(ids, ["0", "1", "2", "3", "4"]);

    let cursor = page(&mut service, Note::scan().limit(1).page()).cursor.unwrap();
    assert!(refusal(Visit::scan().after(cursor.clone())).contains("belongs to another query"));
    assert!(refusal(Note::scan().segment(0, 2).after(cursor.clone())).contains("belongs to another query"));
    assert!(refusal(Note::query("1").after(cursor.clone())).contains("belongs to another query"));
    assert!(refusal(Note::scan().segments(2).after(cursor.clone())).contains("no one cursor"));
    let filtered = body(Note::scan().filter(Note::COUNT.gt(1)).after(cursor.clone()));
    assert_eq!(member(&filtered, "ExclusiveStartKey")["id"]["S"], "0", "another filter is fine");
    let text = cursor.as_str();
    for broken in ["", "1", "x", &text[1..], &text[..text.len() - 4], &format!("2{}", &text[1..])] {
        let error = refusal(Note::scan().after(Cursor::from_text(broken)));
        assert!(error.contains("is no cursor") || error.contains("another query"), "{error}");
    }
}

#[test]
fn a_limit_that_ends_within_a_page_goes_on_after_its_last_item() {
    let mut service = Service::default();
    let mut plan = Solvent::new();
    for id in 0..9 {
        let _ = plan.add(Note { id: id.to_string(), text: "t".to_owned(), count: id % 2 }.put());
    }
    run(&mut service, plan).0.unwrap();
    // The model answers two items a page, whatever the filter; with one, `Limit` is not sent.
    let read = Note::scan().filter(Note::COUNT.ge(0)).limit(3);
    let (first, requests) = run(&mut service, read.page());
    let first = first.unwrap();
    assert_eq!((first.items.len(), requests), (3, 2));
    let read = Note::scan().filter(Note::COUNT.ge(0)).limit(3);
    let second = page(&mut service, read.after(first.cursor).page());
    assert_eq!(second.items.iter().map(|note| note.id.as_str()).collect::<Vec<_>>(), ["3", "4", "5"]);
}
