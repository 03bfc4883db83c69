//! [UpdateTimeToLive](https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateTimeToLive.html): says by
//! which attribute a table's items expire. That holds at once, for the items that are there too, and can be changed again
//! after half an hour, as the service does it (its documentation says an hour).

use std::time::Duration;

use dynochemy_core::api::{TimeToLiveSpecification, UpdateTimeToLiveInput, UpdateTimeToLiveOutput};

use super::declaration::check_table_name;
use super::expire;
use crate::backend::Context;
use crate::failure::{Failure, constraint, named_table_not_found, validation};
use crate::storage::Table;

/// The service was seen to refuse a change after 1,811 s, and to take one after 1,872 s.
const COOL_DOWN: Duration = Duration::from_secs(31 * 60);

pub(super) fn answer(
    input: &UpdateTimeToLiveInput,
    context: &Context<'_>,
) -> Result<UpdateTimeToLiveOutput, Failure> {
    check_table_name(&input.table_name)?;
    let TimeToLiveSpecification { enabled, attribute_name } = &input.time_to_live_specification;
    let member = "timeToLiveSpecification.attributeName";
    match attribute_name.len() {
        0 => return Err(constraint("", member, "have length greater than or equal to 1").into()),
        1..=255 => {}
        _ => return Err(constraint(attribute_name, member, "have length less than or equal to 255").into()),
    }
    // The service does not know it before it is active.
    let found = context.transaction.table(&input.table_name)?.filter(|table| table.is_created(context.now));
    let mut table = Table::clone(&*found.ok_or_else(|| named_table_not_found(&input.table_name))?);
    match (&table.settings.time_to_live, enabled) {
        (None, false) => return Err(validation("TimeToLive is already disabled").into()),
        (Some(known), true) if known == attribute_name => {
            return Err(validation("TimeToLive is already enabled").into());
        }
        (Some(known), _) if known != attribute_name => {
            return Err(validation(format!(
                "TimeToLive is active on a different AttributeName: current AttributeName is {known}"
            ))
            .into());
        }
        _ => {}
    }
    if table.settings.time_to_live_changed.is_some_and(|changed| context.now < changed + COOL_DOWN) {
        return Err(
            validation("Time to live has been modified multiple times within a fixed interval").into()
        );
    }
    table.settings.time_to_live = enabled.then(|| attribute_name.clone());
    table.settings.time_to_live_changed = Some(context.now);
    context.transaction.write_table(&table)?;
    if *enabled {
        expire::enter(&table, attribute_name, context)?;
    } else {
        context.transaction.delete_expirations(table.id)?;
    }
    Ok(UpdateTimeToLiveOutput { time_to_live_specification: input.time_to_live_specification.clone() })
}

#[cfg(test)]
mod tests {
    use dynochemy_core::api::{DescribeTimeToLiveInput, TimeToLiveStatus};

    use super::*;
    use crate::action::fixture::*;

    fn update(attribute: &str, enabled: bool) -> UpdateTimeToLiveInput {
        let time_to_live_specification =
            TimeToLiveSpecification { enabled, attribute_name: attribute.to_owned() };
        UpdateTimeToLiveInput { table_name: "visits".to_owned(), time_to_live_specification }
    }

    fn described(fixture: &Fixture) -> (Option<TimeToLiveStatus>, Option<String>) {
        let describe = DescribeTimeToLiveInput { table_name: "visits".to_owned() };
        let told = fixture.call(describe).unwrap().time_to_live_description;
        (told.time_to_live_status, told.attribute_name)
    }

    #[test]
    fn the_setting_is_kept_and_told() {
        let mut fixture = Fixture::new();
        assert_eq!(described(&fixture), (Some(TimeToLiveStatus::Disabled), None));
        fixture.call(update("until", true)).unwrap();
        assert_eq!(described(&fixture), (Some(TimeToLiveStatus::Enabled), Some("until".to_owned())));
        assert_eq!(
            fixture.error(update("until", true)),
            "ValidationException: TimeToLive is already enabled"
        );
        assert!(fixture.error(update("other", true)).contains("current AttributeName is until"));
        assert_eq!(
            fixture.error(update("until", false)),
            "ValidationException: Time to live has been modified multiple times within a fixed interval"
        );
        fixture.wait(COOL_DOWN);
        fixture.call(update("until", false)).unwrap();
        assert_eq!(described(&fixture), (Some(TimeToLiveStatus::Disabled), None));
        assert_eq!(fixture.error(update("x", false)), "ValidationException: TimeToLive is already disabled");
        assert!(fixture.error(update("", true)).contains("timeToLiveSpecification.attributeName"));
    }
}
