//! [GetItem](https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_GetItem.html): reads one item.

use dynochemy_core::api::{GetItemInput, GetItemOutput};

use super::table;
use crate::backend::Context;
use crate::capacity::{Consistency, Direction, Units, consumed};
use crate::check;
use crate::failure::{Failure, throughput_exceeded};
use crate::projection::Projection;
use crate::throughput::reason;

pub(super) fn answer(input: &GetItemInput, context: &mut Context<'_>) -> Result<GetItemOutput, Failure> {
    let projection = Projection::new(&input.projection_expression)?;
    let table = table(context, &input.table_name)?;
    let place = check::key(&input.key, &table.keys)?;
    let found = context.transaction.item(&table, &place)?;
    let size = found.as_ref().map_or(0, |found| found.size);
    let units = Units::read(size, Consistency::from(input.consistent_read));
    if !context.meter.take(&table, Direction::Read, units, context.now) {
        return Err(throughput_exceeded(vec![reason(&table, Direction::Read)]).into());
    }
    Ok(GetItemOutput {
        item: found.map(|found| projection.of(found.item)).transpose()?,
        consumed_capacity: consumed(input.return_consumed_capacity, &table.name, units),
    })
}
