//! Bringing tables into a state: against a model of the service's control plane, which takes its time, and with lost
//! answers, refusals and other clients in between.

#![allow(clippy::unwrap_used, reason = "a test")]

mod support;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use dynochemy_core::api::*;
use dynochemy_core::operation::{EnsureStep, Ensured};
use dynochemy_core::*;
use serde::{Deserialize, Serialize};
use support::{START, client, drive_with};

#[derive(Table, Serialize, Deserialize)]
#[table(
    name = "shop",
    hash_key(pk = "USER#{id}"),
    range_key(sk = "PROFILE"),
    read_capacity = 10,
    write_capacity = 5,
    global_index(name = "by_city", hash = "city", range("name", "id"), projection(include("age"))),
    local_index(name = "by_age", range = "age")
)]
struct User {
    id: String,
    name: String,
    city: String,
    age: u64,
    #[table(ttl)]
    expires: EpochSeconds,
}

#[derive(Table, Serialize, Deserialize)]
#[table(
    name = "shop",
    hash_key(pk = "USER#{user}"),
    range_key(sk = "ORDER#{number:08}"),
    read_capacity = 10,
    write_capacity = 5,
    global_index(
        name = "by_number",
        hash = "number",
        projection(keys_only),
        read_capacity = 3,
        write_capacity = 2
    )
)]
struct Order {
    user: String,
    number: u32,
}

#[derive(Table, Serialize, Deserialize)]
#[table(name = "shop")]
struct Alien {
    #[table(hash_key)]
    id: String,
}

fn lost() -> CallError {
    CallError::Unknown { rejection: None, problem: "the connection was reset".to_owned() }
}

fn refused(code: &str, message: &str) -> CallError {
    CallError::Refused(Box::new(Rejection::new(code, message)))
}

/// The tables of an account. What is begun takes some looks to be there.
#[derive(Default)]
struct Account {
    tables: BTreeMap<String, TableDescription>,
    time_to_live: BTreeMap<String, TimeToLiveDescription>,
    tags: BTreeMap<String, String>,
    /// How many looks a change takes.
    slowness: u32,
    looks_left: u32,
}

impl Account {
    fn slow() -> Self {
        Self { slowness: 2, ..Self::default() }
    }

    fn table(&mut self, name: &str) -> Result<&mut TableDescription, CallError> {
        self.tables.get_mut(name).ok_or_else(|| refused("ResourceNotFoundException", "no such table"))
    }

    fn is_busy(&self, name: &str) -> bool {
        self.tables.get(name).is_some_and(|table| table.table_status != TableStatus::Active)
    }

    /// One look passes.
    fn look(&mut self, name: &str) {
        let Some(table) = self.tables.get_mut(name) else { return };
        if self.looks_left > 0 {
            self.looks_left -= 1;
            return;
        }
        if table.table_status == TableStatus::Deleting {
            self.tables.remove(name);
            return;
        }
        table.table_status = TableStatus::Active;
        table.global_secondary_indexes.retain(|index| index.index_status != IndexStatus::Deleting);
        for index in &mut table.global_secondary_indexes {
            (index.index_status, index.backfilling) = (IndexStatus::Active, None);
        }
    }

    fn begin(&mut self, name: &str, status: TableStatus) -> TableDescription {
        self.looks_left = self.slowness;
        let table = self.tables.get_mut(name).unwrap();
        table.table_status = status;
        table.clone()
    }

    fn answer(&mut self, request: &Request) -> Result<Response, CallError> {
        Ok(match request {
            Request::CreateTable(input) => {
                let name = &input.table_name;
                if self.tables.contains_key(name) {
                    return Err(refused("ResourceInUseException", "Table already exists: shop"));
                }
                self.tables.insert(name.clone(), described(input));
                let table_description = self.begin(name, TableStatus::Creating);
                CreateTableOutput { table_description }.into()
            }
            Request::DescribeTable(input) => {
                self.look(&input.table_name);
                DescribeTableOutput { table: self.table(&input.table_name)?.clone() }.into()
            }
            Request::DeleteTable(input) => {
                self.table(&input.table_name)?;
                if self.is_busy(&input.table_name) {
                    return Err(refused("ResourceInUseException", "it is being changed"));
                }
                let table_description = self.begin(&input.table_name, TableStatus::Deleting);
                DeleteTableOutput { table_description }.into()
            }
            Request::UpdateTable(input) => {
                if self.is_busy(&input.table_name) {
                    return Err(refused("ResourceInUseException", "it is being changed"));
                }
                change(self.table(&input.table_name)?, input)?;
                let table_description = self.begin(&input.table_name, TableStatus::Updating);
                UpdateTableOutput { table_description }.into()
            }
            Request::DescribeTimeToLive(input) => {
                self.table(&input.table_name)?;
                let time_to_live_description =
                    self.time_to_live.get(&input.table_name).cloned().unwrap_or_default();
                DescribeTimeToLiveOutput { time_to_live_description }.into()
            }
            Request::UpdateTimeToLive(input) => {
                let TimeToLiveSpecification { enabled, attribute_name } = &input.time_to_live_specification;
                let found = self.time_to_live.get(&input.table_name);
                let found = found.and_then(|found| found.time_to_live_status.as_ref());
                if *enabled && found.is_some_and(|found| *found != TimeToLiveStatus::Disabled) {
                    return Err(refused("ValidationException", "TimeToLive is already enabled"));
                }
                let status = if *enabled { TimeToLiveStatus::Enabling } else { TimeToLiveStatus::Disabling };
                let description = TimeToLiveDescription {
                    time_to_live_status: Some(status),
                    attribute_name: Some(attribute_name.clone()),
                };
                self.time_to_live.insert(input.table_name.clone(), description);
                let time_to_live_specification = input.time_to_live_specification.clone();
                UpdateTimeToLiveOutput { time_to_live_specification }.into()
            }
            Request::ListTables(input) => {
                let after = input.exclusive_start_table_name.as_ref();
                let mut rest = self.tables.keys().filter(|name| after.is_none_or(|after| *name > after));
                let table_names: Vec<_> = rest.by_ref().take(2).cloned().collect();
                let last_evaluated_table_name = table_names.last().filter(|_| rest.next().is_some()).cloned();
                ListTablesOutput { table_names, last_evaluated_table_name }.into()
            }
            Request::TagResource(input) => {
                assert_eq!(input.resource_arn, "arn:shop");
                self.tags.extend(input.tags.iter().map(|tag| (tag.key.clone(), tag.value.clone())));
                TagResourceOutput {}.into()
            }
            Request::UntagResource(input) => {
                assert_eq!(input.resource_arn, "arn:shop");
                self.tags.retain(|key, _| !input.tag_keys.contains(key));
                UntagResourceOutput {}.into()
            }
            Request::ListTagsOfResource(input) => {
                assert_eq!(input.resource_arn, "arn:shop");
                let at: usize = input.next_token.as_ref().map_or(0, |token| token.parse().unwrap());
                let tags =
                    self.tags.iter().skip(at).take(1).map(|(key, value)| Tag::new(key, value)).collect();
                let next_token = (at + 1 < self.tags.len()).then(|| (at + 1).to_string());
                ListTagsOfResourceOutput { tags, next_token }.into()
            }
            other => panic!("{other:?}"),
        })
    }
}

fn described(input: &CreateTableInput) -> TableDescription {
    let mut table = TableDescription {
        table_name: input.table_name.clone(),
        table_arn: Some(format!("arn:{}", input.table_name)),
        attribute_definitions: input.attribute_definitions.clone(),
        key_schema: input.key_schema.clone(),
        provisioned_throughput: input.provisioned_throughput.map(Into::into),
        stream_specification: input.stream_specification.clone(),
        deletion_protection_enabled: input.deletion_protection_enabled,
        item_count: 1000,
        ..TableDescription::default()
    };
    for index in &input.local_secondary_indexes {
        let LocalSecondaryIndex { index_name, key_schema, projection } = index.clone();
        let description =
            LocalSecondaryIndexDescription { index_name, key_schema, projection, ..Default::default() };
        table.local_secondary_indexes.push(description);
    }
    for index in &input.global_secondary_indexes {
        table.global_secondary_indexes.push(described_index(index));
    }
    table
}

fn described_index(index: &GlobalSecondaryIndex) -> GlobalSecondaryIndexDescription {
    GlobalSecondaryIndexDescription {
        index_name: index.index_name.clone(),
        key_schema: index.key_schema.clone(),
        projection: index.projection.clone(),
        index_status: IndexStatus::Creating,
        provisioned_throughput: index.provisioned_throughput.map(Into::into),
        ..GlobalSecondaryIndexDescription::default()
    }
}

/// One kind of change in a call, as the service wants it.
fn change(table: &mut TableDescription, input: &UpdateTableInput) -> Result<(), CallError> {
    if input.billing_mode == Some(BillingMode::PayPerRequest) {
        table.provisioned_throughput = None;
        table.global_secondary_indexes.iter_mut().for_each(|index| index.provisioned_throughput = None);
    }
    if let Some(throughput) = input.provisioned_throughput {
        table.provisioned_throughput = Some(throughput.into());
    }
    if let Some(stream) = &input.stream_specification {
        table.stream_specification = Some(stream.clone());
    }
    if let Some(protection) = input.deletion_protection_enabled {
        table.deletion_protection_enabled = Some(protection);
    }
    for update in &input.global_secondary_index_updates {
        let of_name = |name: &str| {
            let position = table.global_secondary_indexes.iter().position(|index| index.index_name == name);
            position.ok_or_else(|| refused("ResourceNotFoundException", "no such index"))
        };
        match update {
            GlobalSecondaryIndexUpdate::Create(index) => {
                if of_name(&index.index_name).is_ok() {
                    return Err(refused("ValidationException", "there is such an index"));
                }
                assert_eq!(input.global_secondary_index_updates.len(), 1);
                assert!(input.provisioned_throughput.is_none());
                for element in &index.key_schema {
                    let defined = &input.attribute_definitions;
                    assert!(defined.iter().any(|one| one.attribute_name == element.attribute_name));
                }
                for definition in &input.attribute_definitions {
                    if !table.attribute_definitions.contains(definition) {
                        table.attribute_definitions.push(definition.clone());
                    }
                }
                let index =
                    GlobalSecondaryIndexDescription { backfilling: Some(true), ..described_index(index) };
                table.global_secondary_indexes.push(index);
            }
            GlobalSecondaryIndexUpdate::Delete(index) => {
                assert_eq!(input.global_secondary_index_updates.len(), 1);
                let position = of_name(&index.index_name)?;
                table.global_secondary_indexes[position].index_status = IndexStatus::Deleting;
            }
            GlobalSecondaryIndexUpdate::Update(index) => {
                let position = of_name(&index.index_name)?;
                table.global_secondary_indexes[position].provisioned_throughput =
                    index.provisioned_throughput.map(Into::into);
            }
        }
    }
    Ok(())
}

type Answer = Result<Response, CallError>;

/// Runs one operation on an account; `between` may do something else than the account.
fn run_with<P: Plan>(
    account: &mut Account,
    plan: P,
    mut between: impl FnMut(&mut Account, usize, &Request) -> Option<Answer>,
) -> (Vec<&'static str>, Result<P::Output, Error>) {
    let mut now = START;
    let settings = |settings: &mut Settings| {
        settings.attempts = 2;
        settings.table_timeout = Duration::from_secs(60);
    };
    let (mut run, finish) = client(settings).start(plan, now).unwrap();
    let mut count = 0;
    let requests = drive_with(&mut run, &mut now, |request| {
        count += 1;
        between(account, count - 1, request).unwrap_or_else(|| account.answer(request))
    });
    let names = requests.iter().map(|request: &Arc<Request>| request.action().name()).collect();
    (names, finish(run.finish()))
}

fn run<P: Plan>(account: &mut Account, plan: P) -> (Vec<&'static str>, Result<P::Output, Error>) {
    run_with(account, plan, |_, _, _| None)
}

fn count(names: &[&str], name: &str) -> usize {
    names.iter().filter(|other| **other == name).count()
}

fn ensure_both() -> dynochemy_core::operation::EnsureTable<User> {
    User::ensure().with::<Order>()
}

fn text(outcome: Result<Ensured, Error>) -> String {
    outcome.unwrap().to_string()
}

#[test]
fn a_table_is_created_with_all_that_its_types_declare() {
    let mut account = Account::slow();
    let create = User::create()
        .with::<Order>()
        .stream(StreamViewType::KeysOnly)
        .tag("team", "a")
        .deletion_protection();
    let mut asked = None;
    let (names, outcome) = run_with(&mut account, create, |_, _, request| {
        if let Request::CreateTable(input) = request {
            asked = Some(input.clone());
        }
        None
    });
    let asked = serde_json::to_value(asked.unwrap()).unwrap();
    let schema = |name: &str, kind: &str| serde_json::json!({"AttributeName": name, "KeyType": kind});
    let by_city = &asked["GlobalSecondaryIndexes"][0];
    assert_eq!(
        by_city["KeySchema"],
        serde_json::json!([schema("city", "HASH"), schema("name", "RANGE"), schema("id", "RANGE")])
    );
    // The type's name is in the index, so that its queries can leave out others.
    assert_eq!(by_city["Projection"]["NonKeyAttributes"], serde_json::json!(["age", "dy_e"]));
    assert_eq!(by_city["ProvisionedThroughput"]["ReadCapacityUnits"], 10);
    assert_eq!(asked["GlobalSecondaryIndexes"][1]["ProvisionedThroughput"]["WriteCapacityUnits"], 2);
    assert_eq!(asked["LocalSecondaryIndexes"][0]["KeySchema"][0], schema("pk", "HASH"));
    let defined: Vec<_> = asked["AttributeDefinitions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["AttributeName"].as_str().unwrap())
        .collect();
    assert_eq!(defined, ["pk", "sk", "city", "name", "id", "age", "number"]);
    assert_eq!(asked["Tags"], serde_json::json!([{"Key": "team", "Value": "a"}]));
    assert_eq!(asked["StreamSpecification"]["StreamViewType"], "KEYS_ONLY");
    assert_eq!(asked["DeletionProtectionEnabled"], true);
    assert_eq!(outcome.unwrap().table_status, TableStatus::Active);
    assert_eq!(names[names.len() - 2..], ["DescribeTimeToLive", "UpdateTimeToLive"]);
    assert_eq!(account.time_to_live["shop"].attribute_name.as_deref(), Some("expires"));

    // All of it is as declared.
    let (names, outcome) = run(&mut account, ensure_both());
    assert_eq!(names, ["DescribeTable", "DescribeTimeToLive"]);
    let ensured = outcome.unwrap();
    assert!(ensured.is_as_declared() && ensured.did.is_empty(), "{ensured}");
}

#[test]
fn types_that_contradict_each_other_are_refused_before_anything_is_sent() {
    let mut account = Account::default();
    let error = |outcome: Result<TableDescription, Error>| outcome.unwrap_err().to_string();
    let (names, outcome) = run(&mut account, User::create().with::<support::Note>());
    assert!(names.is_empty());
    assert!(error(outcome).contains("`notes` is another table than `shop`"));
    let (_, outcome) = run(&mut account, User::create().with::<Alien>());
    let problem = error(outcome);
    assert!(problem.contains("hash pk (S) and range sk (S), and hash id (S)"), "{problem}");
    let mut other = User::DESCRIPTION.clone();
    other.indexes.to_mut()[0].hash = Order::DESCRIPTION.indexes[0].hash.clone();
    let other = UntypedTable::new(other);
    let (_, outcome) = run(&mut account, User::create().with_table(&other));
    assert!(error(outcome).contains("different indexes by the name `by_city`"));
    let twice = User::update_table().delete_index("by_city").create_index(User::BY_CITY);
    assert!(error(run(&mut account, twice).1).contains("two changes of the index `by_city`"));
    let local = User::update_table().create_index(User::BY_AGE);
    assert!(error(run(&mut account, local).1).contains("can only be made together with its table"));
    let (_, outcome) = run(&mut account, Order::enable_time_to_live());
    assert!(outcome.unwrap_err().to_string().contains("declare it by #[table(ttl)]"));
}

#[test]
fn ensuring_creates_what_is_missing_once_and_one_index_after_another() {
    let mut account = Account::slow();
    let (names, outcome) = run(&mut account, ensure_both());
    assert_eq!(names[..2], ["DescribeTable", "CreateTable"]);
    assert_eq!(
        text(outcome),
        "table `shop`: created the table, switched time to live on, by the attribute `expires`"
    );
    let table = account.tables.get_mut("shop").unwrap();
    table.global_secondary_indexes.clear();
    let (names, outcome) = run(&mut account, ensure_both());
    assert_eq!(count(&names, "UpdateTable"), 2);
    assert_eq!(
        outcome.unwrap().did,
        [EnsureStep::CreatedIndex("by_city".to_owned()), EnsureStep::CreatedIndex("by_number".to_owned())]
    );
    let (names, outcome) = run(&mut account, ensure_both());
    assert_eq!(names, ["DescribeTable", "DescribeTimeToLive"]);
    assert_eq!(text(outcome), "table `shop`: nothing was missing");
}

#[test]
fn whatever_answer_is_lost_ensuring_ends_with_the_same_table() {
    let (mut expected, mut steps) = (None, 0);
    for (applied, lose) in (0..40).flat_map(|lose| [(false, lose), (true, lose)]) {
        let mut account = Account::slow();
        account.answer(&Order::created()).unwrap();
        let (names, outcome) = run_with(&mut account, ensure_both(), |account, count, request| {
            (count == lose).then(|| {
                if applied {
                    account.answer(request)?;
                }
                Err(lost())
            })
        });
        let ensured = outcome.unwrap_or_else(|error| panic!("{lose} {applied}: {error}"));
        assert_eq!(ensured.did.len(), 2, "{lose} {applied}: {ensured} {names:?}");
        let expected = expected.get_or_insert_with(|| account.tables["shop"].clone());
        assert_eq!(account.tables["shop"], *expected, "{lose} {applied}");
        assert_eq!(account.time_to_live.len(), 1);
        steps = steps.max(names.len());
    }
    assert!(steps < 40, "{steps}");
}

impl Order {
    /// The table as it is where only orders are known.
    fn created() -> Request {
        let mut input =
            dynochemy_core::table::TableDefinition::new(Self::DESCRIPTION, Self::ENTITY).input("shop");
        let age = AttributeDefinition { attribute_name: "age".to_owned(), attribute_type: ScalarType::N };
        input.attribute_definitions.push(age);
        input.local_secondary_indexes.push(LocalSecondaryIndex {
            index_name: "by_age".to_owned(),
            key_schema: vec![KeySchemaElement::hash("pk"), KeySchemaElement::range("age")],
            projection: api::Projection::all(),
        });
        input.into()
    }
}

#[test]
fn an_ensuring_that_is_stopped_anywhere_goes_on_from_its_checkpoint() {
    for stop in 0..12 {
        let mut account = Account::slow();
        account.answer(&Order::created()).unwrap();
        let settings = |settings: &mut Settings| settings.table_timeout = Duration::from_secs(60);
        let (mut run, _) = client(settings).start(ensure_both(), START).unwrap();
        let (mut now, mut calls) = (START, 0);
        let saved = loop {
            match run.poll(now) {
                // The last call arrives, and its answer does not.
                Step::Send(call) => {
                    let answer = account.answer(&call.request);
                    calls += 1;
                    if calls > stop {
                        break run.checkpoint();
                    }
                    run.complete(call.id, answer, now);
                }
                Step::Wait { until } => now = until.unwrap(),
                Step::Done => break run.checkpoint(),
                Step::Deliver(_) => {}
            }
        };
        let saved: Solvent = serde_json::from_str(&serde_json::to_string(&saved).unwrap()).unwrap();
        let (mut run, _) = client(settings).start(saved, now).unwrap();
        drive_with(&mut run, &mut now, |request| account.answer(request));
        assert!(run.finish().is_complete(), "{stop}");
        let (names, outcome) = self::run(&mut account, ensure_both());
        assert_eq!(names, ["DescribeTable", "DescribeTimeToLive"], "{stop}");
        assert_eq!(text(outcome), "table `shop`: nothing was missing", "{stop}");
    }
}

#[test]
fn another_client_that_does_the_same_is_no_failure() {
    // It creates the table, an index, and time to live, each just before this client does.
    let mut account = Account::slow();
    let mut other = Vec::new();
    let (names, outcome) = run_with(&mut account, ensure_both(), |account, _, request| {
        if matches!(request, Request::CreateTable(_) | Request::UpdateTable(_) | Request::UpdateTimeToLive(_))
        {
            let request = if other.is_empty() { Order::created() } else { request.clone() };
            if !other.contains(&request) {
                account.answer(&request).unwrap();
                other.push(request);
            }
        }
        None
    });
    assert_eq!(text(outcome), "table `shop`: nothing was missing", "{names:?}");
    assert_eq!(other.len(), 3);

    // A refusal that stays is told as it is.
    let mut account = Account::default();
    account.answer(&Order::created()).unwrap();
    let (names, outcome) = run_with(&mut account, ensure_both(), |_, _, request| match request {
        Request::UpdateTable(_) => Some(Err(refused("ValidationException", "too many indexes"))),
        _ => None,
    });
    let error = outcome.unwrap_err();
    assert_eq!(
        (error.code(), error.effect()),
        (Some("ValidationException"), Effect::NotApplied),
        "{names:?}"
    );
}

#[test]
fn an_index_waits_while_another_is_made() {
    for code in ["LimitExceededException", "ResourceInUseException"] {
        let mut account = Account::slow();
        account.answer(&Order::created()).unwrap();
        let mut left = 6;
        let (names, outcome) = run_with(&mut account, ensure_both(), |_, _, request| match request {
            Request::UpdateTable(_) if left > 0 => {
                left -= 1;
                Some(Err(refused(code, "only 1 online index can be created simultaneously per table")))
            }
            _ => None,
        });
        assert!(outcome.unwrap().did.contains(&EnsureStep::CreatedIndex("by_city".to_owned())), "{code}");
        assert_eq!(count(&names, "UpdateTable"), 7, "{code}");

        let (_, outcome) =
            run_with(&mut account, User::update_table().delete_index("by_city"), |_, _, request| {
                matches!(request, Request::UpdateTable(_)).then(|| Err(refused(code, "only one")))
            });
        let problem = outcome.unwrap_err().to_string();
        assert!(problem.contains("has not begun with the change after 60 s"), "{problem}");
        assert!(problem.contains(code) && problem.contains("table_timeout"), "{problem}");
    }
}

#[test]
fn what_must_not_be_changed_unasked_is_told_and_left_alone() {
    let mut account = Account::default();
    let mut shop = User::DESCRIPTION.clone();
    let indexes = shop.indexes.to_mut();
    indexes.remove(1);
    indexes[0].projection = IndexProjection::KeysOnly;
    indexes[0].hash = Order::DESCRIPTION.indexes[0].hash.clone();
    indexes.push(IndexDescription { name: "old".into(), ..indexes[0].clone() });
    (shop.read_capacity, shop.write_capacity) = (Some(1), Some(1));
    shop.time_to_live = Some("end".into());
    run(&mut account, UntypedTable::new(shop).create()).1.unwrap();
    let before = account.tables["shop"].clone();
    let ensure = User::ensure().stream(StreamViewType::NewImage).deletion_protection();
    let (names, outcome) = run(&mut account, ensure);
    assert_eq!(names, ["DescribeTable", "DescribeTimeToLive"]);
    let ensured = outcome.unwrap();
    let differs: Vec<String> = ensured.differs.iter().map(ToString::to_string).collect();
    let expected = [
        "the table: the capacity is declared as 10 read and 5 write units a second and is 1 read and 1 write units a \
         second",
        "index `by_city`: the key is declared as hash city (S) and range name (S), id (S) and is hash number (N) and \
         range name (S), id (S)",
        "index `by_city`: the projection is declared as INCLUDE of age, dy_e and is KEYS_ONLY",
        "index `by_age`: it is declared as a local index of hash pk (S) and range age (N) and is not there",
        "index `old`: it is declared as not there and is a global index of hash number (N) and range name (S), id (S)",
        "the table: the stream is declared as NEW_IMAGE and is off",
        "the table: the protection from being deleted is declared as on and is off",
        "the table: the time to live is declared as by `expires` and is by `end`",
    ];
    for expected in expected {
        assert!(differs.iter().any(|one| one == expected), "{expected}\n{differs:#?}");
    }
    assert_eq!(account.tables["shop"], before);

    // Of a table with other keys nothing is changed at all.
    account.tables.get_mut("shop").unwrap().key_schema.pop();
    let (names, outcome) = run(&mut account, ensure_both());
    assert_eq!(names, ["DescribeTable"]);
    assert!(
        text(outcome).contains("the key is declared as hash pk (S) and range sk (S) and is hash pk (S);")
    );
}

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
    let (names, outcome) = run(&mut account, dynochemy_core::operation::ListTables::new());
    assert_eq!((names.len(), outcome), (3, Ok(["a", "b", "c", "d", "e"].map(str::to_owned).to_vec())));
    let (_, outcome) = run_with(&mut account, dynochemy_core::operation::ListTables::new(), |_, _, _| {
        let last_evaluated_table_name = Some("b".to_owned());
        Some(Ok(ListTablesOutput { table_names: Vec::new(), last_evaluated_table_name }.into()))
    });
    let problem = outcome.unwrap_err().to_string();
    assert!(problem.contains("began after `b` ended there"), "{problem}");
}
