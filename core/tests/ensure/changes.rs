//! Changing tables, waiting for them, time to live, tags and lists.

use dynochemy_core::operation::ListTables;

use super::*;

#[test]
fn an_update_makes_one_change_after_another_and_none_twice() {
    let mut account = Account::slow();
    run(&mut account, User::create()).1.unwrap();
    let update = || {
        User::update_table()
            .capacity(20, 10)
            .delete_index(User::BY_CITY)
            .deletion_protection()
            .stream(StreamViewType::NewImage)
    };
    let (names, outcome) = run(&mut account, update());
    assert_eq!(count(&names, "UpdateTable"), 4);
    let table = outcome.unwrap();
    assert!(table.global_secondary_indexes.is_empty());
    assert_eq!(table.provisioned().map(|throughput| throughput.read_capacity_units), Some(20));
    assert_eq!(run(&mut account, update()).0, ["DescribeTable"]);
    // A table that gets capacities gives its indexes theirs.
    let (_, outcome) = run(&mut account, User::update_table().on_demand().create_index(User::BY_CITY));
    assert_eq!(outcome.unwrap().provisioned(), None);
    let (_, outcome) = run(&mut account, User::update_table().capacity(7, 7));
    let of_index = outcome.unwrap().global_secondary_indexes[0].provisioned_throughput.unwrap();
    // The index declares the table's capacity.
    assert_eq!((of_index.read_capacity_units, of_index.write_capacity_units), (10, 5));
    let (_, outcome) = run(&mut account, User::update_table().index_capacity("by_city", 4, 3));
    assert_eq!(
        outcome.unwrap().global_secondary_indexes[0].provisioned_throughput.unwrap().read_capacity_units,
        4
    );
    let (_, outcome) = run(&mut account, User::update_table().index_capacity("none", 4, 3));
    assert!(outcome.unwrap_err().to_string().contains("no global index `none`"));
    account.tables.clear();
    let (_, outcome) = run(&mut account, update());
    assert_eq!(outcome.unwrap_err().code(), Some("ResourceNotFoundException"));
}

#[test]
fn waits_end_when_table_and_indexes_are_there_or_gone_or_with_what_is_not() {
    let mut account = Account::slow();
    account.answer(&Order::created()).unwrap();
    let (names, outcome) = run(&mut account, Order::wait_until_active());
    assert_eq!(names.len(), 3);
    assert_eq!(outcome.unwrap().global_secondary_indexes[0].index_status, IndexStatus::Active);
    account.begin("shop", TableStatus::Deleting);
    let (names, outcome) = run(&mut account, Order::wait_until_gone());
    assert_eq!((names.len(), outcome), (3, Ok(())));
    let problem = run(&mut account, Order::wait_until_active()).1.unwrap_err();
    assert!(problem.to_string().contains("the table is not there after 60 s"), "{problem}");
    assert_eq!(problem.effect(), Effect::NotApplied);

    account.slowness = 1000;
    account.answer(&Order::created()).unwrap();
    let problem = run(&mut account, Order::wait_until_active()).1.unwrap_err().to_string();
    assert!(problem.contains("the index `by_number` is still CREATING after 60 s"), "{problem}");
    account.looks_left = 0;
    run(&mut account, Order::wait_until_active()).1.unwrap();
    let problem = run(&mut account, ensure_both()).1.unwrap_err();
    assert_eq!(problem.effect(), Effect::Unknown);
    let problem = problem.to_string();
    assert!(
        problem.contains("being filled from the table's items (about 1000, of which it holds"),
        "{problem}"
    );
    account.begin("shop", TableStatus::Deleting);
    let problem = run(&mut account, Order::wait_until_gone()).1.unwrap_err().to_string();
    assert!(problem.contains("the table is still DELETING after 60 s"), "{problem}");
}

#[test]
fn a_table_in_the_way_is_waited_for() {
    // One that is being deleted makes room for a new one.
    for ensure in [false, true] {
        let mut account = Account::slow();
        account.answer(&Order::created()).unwrap();
        account.begin("shop", TableStatus::Deleting);
        let names = match ensure {
            true => run(&mut account, ensure_both()).0,
            false => run(&mut account, User::create()).0,
        };
        assert_eq!(count(&names, "CreateTable"), if ensure { 1 } else { 2 });
        assert_eq!(account.tables["shop"].table_status, TableStatus::Active);
        // One that is there is not what creating one asks for.
        let error = run(&mut account, User::create()).1.unwrap_err();
        assert_eq!((error.code(), error.effect()), (Some("ResourceInUseException"), Effect::NotApplied));
        // One that is being changed is deleted after that.
        account.begin("shop", TableStatus::Updating);
        let (names, outcome) = run(&mut account, User::delete_table());
        assert_eq!((outcome, account.tables.len()), (Ok(()), 0), "{names:?}");
    }
}

#[test]
fn time_to_live_is_switched_where_it_is_not_so_already() {
    let mut account = Account::default();
    run(&mut account, Order::create()).1.unwrap();
    let (names, outcome) = run(&mut account, User::enable_time_to_live());
    assert_eq!(names, ["DescribeTimeToLive", "UpdateTimeToLive"]);
    assert_eq!(outcome.unwrap().time_to_live_status, Some(TimeToLiveStatus::Enabling));
    // It may be so for an hour.
    assert_eq!(run(&mut account, User::enable_time_to_live()).0, ["DescribeTimeToLive"]);
    let other = Description { time_to_live: Some("end".into()), ..User::DESCRIPTION.clone() };
    let problem = run(&mut account, UntypedTable::new(other).enable_time_to_live()).1.unwrap_err();
    assert!(problem.to_string().contains("by `expires` already, and not by `end`"), "{problem}");
    let (_, outcome) = run(&mut account, User::disable_time_to_live());
    assert_eq!(outcome.unwrap().attribute_name.as_deref(), Some("expires"));
    assert_eq!(
        run(&mut account, User::describe_time_to_live()).1.unwrap().time_to_live_status,
        Some(TimeToLiveStatus::Disabling)
    );
    let problem = run(&mut account, User::enable_time_to_live()).1.unwrap_err();
    assert!(problem.to_string().contains("time to live is still DISABLING after 60 s"), "{problem}");
    // A lost answer is looked for.
    let mut lose = true;
    account.time_to_live.clear();
    let (names, outcome) = run_with(&mut account, User::enable_time_to_live(), |account, _, request| {
        (matches!(request, Request::UpdateTimeToLive(_)) && std::mem::take(&mut lose)).then(|| {
            account.answer(request)?;
            Err(lost())
        })
    });
    assert_eq!(names, ["DescribeTimeToLive", "UpdateTimeToLive", "DescribeTimeToLive"]);
    assert_eq!(outcome.unwrap().time_to_live_status, Some(TimeToLiveStatus::Enabling));
    // A refusal that stays is told as it is.
    account.time_to_live.clear();
    let (_, outcome) = run_with(&mut account, User::enable_time_to_live(), |_, _, request| {
        matches!(request, Request::UpdateTimeToLive(_))
            .then(|| Err(refused("ValidationException", "modified multiple times within a fixed interval")))
    });
    assert_eq!(outcome.unwrap_err().code(), Some("ValidationException"));
}

#[test]
fn tags_are_given_taken_and_told_over_all_pages() {
    let mut account = Account::default();
    run(&mut account, Order::create()).1.unwrap();
    let (names, outcome) = run(&mut account, User::tag([("team", "shop"), ("cost", "1"), ("old", "x")]));
    assert_eq!((names, outcome), (vec!["DescribeTable", "TagResource"], Ok(())));
    assert_eq!(run(&mut account, User::untag(["old"])).1, Ok(()));
    let (names, outcome) = run(&mut account, User::tags());
    assert_eq!(names, ["DescribeTable", "ListTagsOfResource", "ListTagsOfResource"]);
    let expected = [("cost", "1"), ("team", "shop")].map(|(key, value)| (key.to_owned(), value.to_owned()));
    assert_eq!(outcome.unwrap(), BTreeMap::from(expected));
    account.tables.get_mut("shop").unwrap().table_arn = None;
    let problem = run(&mut account, User::tags()).1.unwrap_err().to_string();
    assert!(problem.contains("no Amazon resource name"), "{problem}");
}

#[test]
fn all_tables_are_listed_over_all_pages() {
    let mut account = Account::default();
    for name in ["a", "b", "c", "d", "e"] {
        account.tables.insert(name.to_owned(), TableDescription::default());
    }
    let (names, outcome) = run(&mut account, ListTables::new());
    assert_eq!((names.len(), outcome), (3, Ok(["a", "b", "c", "d", "e"].map(str::to_owned).to_vec())));
    let (_, outcome) = run_with(&mut account, ListTables::new(), |_, _, _| {
        let last_evaluated_table_name = Some("b".to_owned());
        Some(Ok(ListTablesOutput { table_names: Vec::new(), last_evaluated_table_name }.into()))
    });
    let problem = outcome.unwrap_err().to_string();
    assert!(problem.contains("began after `b` ended there"), "{problem}");
}

#[test]
fn a_change_that_was_accepted_is_not_asked_for_again_while_nothing_is_to_be_seen_of_it() {
    let mut account = Account::default();
    run(&mut account, Order::create()).1.unwrap();
    let stale = account.tables["shop"].clone();
    let mut looks = 0;
    let (names, outcome) =
        run_with(&mut account, Order::update_table().delete_index("by_number"), |account, _, request| {
            match request {
                Request::UpdateTable(_) => {
                    account.answer(request).unwrap();
                    let table_description = stale.clone();
                    Some(Ok(UpdateTableOutput { table_description }.into()))
                }
                _ => {
                    looks += 1;
                    (looks < 4).then(|| Ok(DescribeTableOutput { table: stale.clone() }.into()))
                }
            }
        });
    assert_eq!(outcome.unwrap().global_secondary_indexes.len(), 0);
    assert_eq!((count(&names, "UpdateTable"), names.len()), (1, 5), "{names:?}");
}
