//! [ListTables](https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_ListTables.html): a page of the names
//! of all tables, in their order.

use dynochemy_core::api::{ListTablesInput, ListTablesOutput};

use super::declaration::check_name;
use crate::backend::Context;
use crate::failure::{Failure, constraint};

const MAX_NAMES: u32 = 100;

pub(super) fn answer(input: &ListTablesInput, context: &Context<'_>) -> Result<ListTablesOutput, Failure> {
    let limit = match input.limit {
        Some(0) => return Err(constraint(0, "limit", "have value greater than or equal to 1").into()),
        Some(limit) if limit > MAX_NAMES => {
            return Err(constraint(limit, "limit", "have value less than or equal to 100").into());
        }
        limit => limit.unwrap_or(MAX_NAMES),
    };
    if let Some(start) = &input.exclusive_start_table_name {
        check_name(start, "exclusiveStartTableName")?;
    }
    let start = input.exclusive_start_table_name.as_deref().unwrap_or("");
    let mut table_names = context.transaction.table_names(start, limit + 1)?;
    let is_last = table_names.len() <= limit as usize;
    table_names.truncate(limit as usize);
    let last_evaluated_table_name = if is_last { None } else { table_names.last().cloned() };
    Ok(ListTablesOutput { table_names, last_evaluated_table_name })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::action::fixture::*;

    fn list(start: Option<&str>, limit: Option<u32>) -> ListTablesInput {
        ListTablesInput { exclusive_start_table_name: start.map(str::to_owned), limit }
    }

    #[test]
    fn names_come_in_pages_and_in_their_order() {
        let fixture = Fixture::new();
        fixture.call(create("Zebra", None)).unwrap();
        fixture.call(create("more", None)).unwrap();
        let all = fixture.call(list(None, None)).unwrap();
        assert_eq!(all.table_names, ["Zebra", "more", "notes", "visits"]);
        assert_eq!(all.last_evaluated_table_name, None);
        let first = fixture.call(list(None, Some(3))).unwrap();
        assert_eq!(first.last_evaluated_table_name.as_deref(), Some("notes"));
        let rest = fixture.call(list(Some("notes"), Some(1))).unwrap();
        assert_eq!((rest.table_names, rest.last_evaluated_table_name), (vec!["visits".to_owned()], None));
    }

    #[test]
    fn limits_are_from_1_to_100() {
        let fixture = Fixture::new();
        assert!(fixture.error(list(None, Some(0))).contains("'limit'"));
        assert!(fixture.error(list(None, Some(101))).contains("less than or equal to 100"));
        assert!(fixture.error(list(Some("a"), None)).contains("'exclusiveStartTableName'"));
    }
}
