//! Nested items, conditions, answers, versions, indexes, cursors and transactions.

use dynochemy_core::*;
use serde::{Deserialize, Serialize};

use super::own;

#[derive(Clone, Debug, PartialEq, Table, Serialize, Deserialize)]
#[table(
    name = "documents",
    global_index(name = "by_owner", hash = "owner", range = "size"),
    local_index(name = "by_size", range = "size", projection(keys_only))
)]
pub struct Doc {
    #[table(hash_key)]
    pub folder: String,
    #[table(range_key)]
    pub name: String,
    pub owner: Option<String>,
    pub size: u64,
    pub lines: Vec<String>,
    pub tags: Set<String>,
    pub place: Option<Place>,
    #[table(version)]
    pub version: u64,
    #[table(updated_at)]
    pub updated: Option<EpochMillis>,
}

#[derive(Clone, Debug, PartialEq, Document, Serialize, Deserialize)]
pub struct Place {
    pub city: String,
    pub shelf: u32,
}

/// The keys and the size.
#[derive(Clone, Debug, PartialEq, Projection, Deserialize)]
#[table(of = "Doc")]
pub struct DocSize {
    pub name: String,
    pub size: u64,
}

fn doc(name: &str, size: u64) -> Doc {
    Doc {
        folder: "f".to_owned(),
        name: name.to_owned(),
        owner: None,
        size,
        lines: Vec::new(),
        tags: Set::default(),
        place: Some(Place { city: "Rome".to_owned(), shelf: 1 }),
        version: 0,
        updated: None,
    }
}

/// Every kind of condition and action, with what writes answer.
pub async fn conditions_and_actions<D: AsyncDb + Connect>(stage: impl Fn() -> Builder<D>) {
    let db = own(&stage).build().unwrap();
    db.run(Doc::create()).await.unwrap();
    let first = db.run(doc("a", 5).put().return_new()).await.unwrap();
    assert_eq!(first.version, 1);
    let key = ("f", "a");
    let holds = [
        Doc::SIZE.eq(5),
        Doc::SIZE.ne(6) & Doc::OWNER.not_exists(),
        Doc::SIZE.between(5, 6).and(Doc::SIZE.is_in([4, 5])),
        Doc::NAME.begins_with("a") | Doc::NAME.begins_with("b"),
        !Doc::TAGS.exists(),
        Doc::PLACE.some().then(Place::CITY).contains("om"),
        Doc::PLACE.some().then(Place::SHELF).ge(1) & Doc::PLACE.is_type(AttributeType::M),
        Doc::LINES.size().eq(0) & Doc::NAME.size().le(1),
        Doc::VERSION.ne_path(Doc::SIZE) & Doc::VERSION.gt_path(Doc::SIZE),
    ];
    for condition in holds {
        let said = format!("{condition:?}");
        let update = Doc::update(key).set(Doc::OWNER, None);
        db.run(update.condition(condition.clone())).await.unwrap_or_else(|error| panic!("{said}: {error}"));
        let error =
            db.run(Doc::update(key).set(Doc::OWNER, None).condition(condition.not())).await.unwrap_err();
        assert!(error.is_condition_failed() && error.effect() == Effect::NotApplied, "{said}: {error}");
    }

    let changed = Doc::update(key)
        .set(Doc::PLACE.some().then(Place::CITY), "Oslo")
        .add(Doc::PLACE.some().then(Place::SHELF), 2)
        .append(Doc::LINES, ["b"])
        .add(Doc::TAGS, Set::from(["x".to_owned(), "y".to_owned()]))
        .set_if_absent(Doc::OWNER, "Rhett")
        .subtract(Doc::SIZE, 1)
        .condition(Doc::FOLDER.exists())
        .return_new();
    let changed = db.run(changed).await.unwrap();
    assert_eq!(changed.place, Some(Place { city: "Oslo".to_owned(), shelf: 3 }));
    assert_eq!((changed.lines.as_slice(), changed.size), (&["b".to_owned()][..], 4));
    assert_eq!(changed.owner.as_deref(), Some("Rhett"));
    let again = Doc::update(key)
        .prepend(Doc::LINES, ["a"])
        .delete_from(Doc::TAGS, Set::from(["x".to_owned()]))
        .set_if_absent(Doc::OWNER, "Scarlett")
        .remove(Doc::PLACE)
        .return_old();
    assert_eq!(db.run(again).await.unwrap(), Some(changed));
    let found = db.run(Doc::get(key).consistent()).await.unwrap().unwrap();
    assert_eq!(found.lines, ["a", "b"]);
    assert_eq!((found.tags, found.place), (Set::from(["y".to_owned()]), None));
    assert_eq!(found.owner.as_deref(), Some("Rhett"));
    let last = Doc::update(key).set(Doc::LINES.at(1), "c").return_updated_new::<Attributes>();
    let last = db.run(last).await.unwrap().unwrap();
    // An older local edition of the service returns the other elements of a list, too.
    let AttributeValue::L(lines) = &last["lines"] else { panic!("{last:?}") };
    assert_eq!(lines.last(), Some(&"c".into()));
    let gone = db.run(Doc::delete(key).condition(Doc::LINES.contains("c")).return_old()).await.unwrap();
    assert!(gone.is_some());
    let error = db.run(Doc::update(key).set(Doc::SIZE, 1u64).if_exists()).await.unwrap_err();
    assert!(error.is_condition_failed(), "{error}");
    assert_eq!(db.run(Doc::exists(key)).await, Ok(false));
}

/// Of two writers who hold one version, the second one is refused.
pub async fn versions<D: AsyncDb + Connect>(stage: impl Fn() -> Builder<D>) {
    let db = own(&stage).build().unwrap();
    db.run(Doc::create()).await.unwrap();
    let first = db.run(doc("a", 1).put().return_new()).await.unwrap();
    assert!(db.run(doc("a", 2).put()).await.unwrap_err().is_condition_failed());
    let mine = first.update_this().add(Doc::SIZE, 1).return_new();
    let second = db.run(mine).await.unwrap();
    assert_eq!((second.version, second.size), (2, 2));
    assert!(second.updated >= first.updated && first.updated.is_some());
    assert!(db.run(first.update_this().add(Doc::SIZE, 1)).await.unwrap_err().is_condition_failed());
    assert!(db.run(first.delete_this()).await.unwrap_err().is_condition_failed());
    assert!(db.run(TransactWrite::new().with(first.put())).await.unwrap_err().is_condition_failed());
    db.run(Doc::update(("f", "a")).add(Doc::SIZE, 1).expect_version(2)).await.unwrap();
    let third = db.run(Doc::get(("f", "a")).consistent()).await.unwrap().unwrap();
    assert_eq!((third.version, third.size), (3, 3));
    db.run(TransactWrite::new().with(third.delete_this())).await.unwrap();
    assert_eq!(db.run(Doc::exists(("f", "a"))).await, Ok(false));
}

/// Queries and scans of indexes, with filters, projections, counts and pages.
pub async fn indexes_and_pages<D: AsyncDb + Connect>(stage: impl Fn() -> Builder<D>) {
    let db = own(&stage).build().unwrap();
    db.run(Doc::create()).await.unwrap();
    let mut plan = Solvent::new();
    for number in 0..30u64 {
        let owner = (number % 3 != 0).then(|| format!("owner-{}", number % 3));
        let _ = plan.add(Doc { owner, ..doc(&format!("d{number:02}"), number % 10) }.put());
    }
    db.run(plan).await.unwrap();

    let sizes = db.run(Doc::BY_OWNER.query("owner-1").ge(5).reverse()).await.unwrap();
    assert!(sizes.iter().all(|doc| doc.owner.as_deref() == Some("owner-1") && doc.size >= 5));
    assert!(sizes.is_sorted_by(|a, b| a.size >= b.size) && sizes.len() == 5, "{}", sizes.len());
    assert_eq!(db.run(Doc::BY_OWNER.scan().count()).await, Ok(20), "it is sparse");
    assert_eq!(db.run(Doc::query("f").count()).await, Ok(30));
    let of_size = Doc::BY_SIZE.query("f").eq(7).consistent().project::<DocSize>();
    let mut names: Vec<String> = db.run(of_size).await.unwrap().into_iter().map(|doc| doc.name).collect();
    // Items with one key of the index come in no promised order.
    names.sort_unstable();
    assert_eq!(names, ["d07", "d17", "d27"]);
    let first = db.run(Doc::query("f").gt("d05").first()).await.unwrap();
    assert_eq!(first.map(|doc| doc.name).as_deref(), Some("d06"));
    let filtered = Doc::query("f").begins_with("d1").filter(Doc::SIZE.lt(5) & Doc::OWNER.exists());
    assert_eq!(db.run(filtered.page_size(3).count()).await, Ok(4));

    let whole = db.run(Doc::BY_OWNER.query("owner-2")).await.unwrap();
    for (limit, page_size) in [(1, 100), (3, 2), (4, 4), (10, 3), (7, 100)] {
        let mut paged = Vec::new();
        let mut cursor = None;
        loop {
            let query =
                Doc::BY_OWNER.query("owner-2").filter(Doc::VERSION.ge(1)).limit(limit).page_size(page_size);
            let page = db.run(query.after(cursor).page()).await.unwrap();
            assert!(page.items.len() as u64 == limit || page.cursor.is_none(), "a full page");
            paged.extend(page.items);
            cursor = page.cursor.map(|cursor| Cursor::from_text(cursor.to_string()));
            if cursor.is_none() {
                break;
            }
        }
        assert_eq!(paged, whole, "in pages of {limit}");
    }
    let mut scanned = Vec::new();
    for segment in 0..3 {
        scanned.extend(db.run(Doc::scan().segment(segment, 3).project::<DocSize>()).await.unwrap());
    }
    scanned.sort_by(|a, b| a.name.cmp(&b.name));
    assert_eq!(scanned.len(), 30);
    assert_eq!(scanned[29], DocSize { name: "d29".to_owned(), size: 9 });
}

/// Writes and reads of several items at one moment.
pub async fn transactions<D: AsyncDb + Connect>(stage: impl Fn() -> Builder<D>) {
    let db = own(&stage).build().unwrap();
    db.run(Doc::create()).await.unwrap();
    db.run(TransactWrite::new().with(doc("a", 1).put().if_not_exists()).with(doc("b", 2).put()))
        .await
        .unwrap();
    let refused = TransactWrite::new()
        .with(Doc::update(("f", "a")).add(Doc::SIZE, 10))
        .with(Doc::check(("f", "b"), Doc::SIZE.eq(2)))
        .with(Doc::delete(("f", "c")).if_exists());
    let error = db.run(refused).await.unwrap_err();
    assert_eq!(error.effect(), Effect::NotApplied);
    let causes: Vec<(usize, &str)> =
        error.cancellations().iter().map(|cause| (cause.action, cause.reason.code.as_str())).collect();
    assert_eq!(causes, [(2, "ConditionalCheckFailed")], "{error}");
    let moved = TransactWrite::new()
        .with(Doc::update(("f", "a")).subtract(Doc::SIZE, 1))
        .with(Doc::update(("f", "b")).add(Doc::SIZE, 1).condition(Doc::SIZE.lt(9)))
        .with(Doc::check(("f", "c"), Doc::NAME.not_exists()))
        .token(format!("t-{}", std::process::id()));
    db.run(moved).await.unwrap();
    db.run(Doc::update(("f", "a")).add(Doc::SIZE, 1).exactly_once()).await.unwrap();
    let absent = Doc::update(("f", "c")).add(Doc::SIZE, 1).if_exists().exactly_once();
    assert!(db.run(absent).await.unwrap_err().is_condition_failed());
    let gets = (Doc::get(("f", "a")), Doc::get(("f", "b")).project::<DocSize>(), Doc::get(("f", "c")));
    let (a, b, c) = db.run(TransactGet::new(gets)).await.unwrap();
    assert_eq!((a.map(|doc| doc.size), b.map(|doc| doc.size), c), (Some(1), Some(3), None));
    let all = TransactGet::new(vec![Doc::get(("f", "b")), Doc::get(("f", "x"))]);
    let sizes: Vec<Option<u64>> =
        db.run(all).await.unwrap().into_iter().map(|doc| doc.map(|doc| doc.size)).collect();
    assert_eq!(sizes, [Some(3), None]);
}
