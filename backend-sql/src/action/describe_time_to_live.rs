//! [DescribeTimeToLive](https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_DescribeTimeToLive.html):
//! tells by which attribute a table's items expire.

use dynochemy_core::api::{
    DescribeTimeToLiveInput, DescribeTimeToLiveOutput, TimeToLiveDescription, TimeToLiveStatus,
};

use super::declaration::check_table_name;
use crate::backend::Context;
use crate::failure::{Failure, named_table_not_found, validation};

pub(super) fn answer(
    input: &DescribeTimeToLiveInput,
    context: &Context<'_>,
) -> Result<DescribeTimeToLiveOutput, Failure> {
    check_table_name(&input.table_name)?;
    let found = context.transaction.table(&input.table_name)?;
    let table = found.ok_or_else(|| named_table_not_found(&input.table_name))?;
    if !table.is_created(context.now) {
        return Err(validation(
            "Cannot describe time to live while table is in CREATING state: Current table state is CREATING",
        )
        .into());
    }
    let attribute_name = table.settings.time_to_live.clone();
    let status =
        if attribute_name.is_some() { TimeToLiveStatus::Enabled } else { TimeToLiveStatus::Disabled };
    let time_to_live_description =
        TimeToLiveDescription { time_to_live_status: Some(status), attribute_name };
    Ok(DescribeTimeToLiveOutput { time_to_live_description })
}
