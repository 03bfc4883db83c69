//! [GetItem](https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_GetItem.html): reads one item.

use dynochemy_core::api::{GetItemInput, GetItemOutput};

use super::table;
use crate::backend::Context;
use crate::capacity::{Consistency, Cost, Direction, Units, consumed};
use crate::check;
use crate::failure::{Failure, throughput_exceeded};
use crate::projection::Projection;

pub(super) fn answer(input: &GetItemInput, context: &Context<'_>) -> Result<GetItemOutput, Failure> {
    let projection = Projection::new(&input.projection_expression)?;
    let table = table(context, &input.table_name)?;
    let place = check::key(&input.key, &table.keys)?;
    check::scalar_keys(&input.projection_expression, &table)?;
    let found = context.transaction.item(table.id, &place)?;
    let size = found.as_ref().map_or(0, |found| found.size);
    let mut cost = Cost::from(Units::read(size, Consistency::from(input.consistent_read)));
    context.meter.locate(&mut cost, None, place.key_hash());
    context.meter.take(&table, Direction::Read, &cost, context.now).map_err(throughput_exceeded)?;
    Ok(GetItemOutput {
        item: found.map(|found| projection.of(found.item)).transpose()?,
        consumed_capacity: consumed(input.return_consumed_capacity, &table, &cost),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::action::fixture::*;

    #[test]
    fn an_item_comes_back_byte_for_byte() {
        let fixture = Fixture::new();
        let odd = visit_json("a", 1, r#","z":{"S":"\u00e9\n"},"b":{"L":[{"BOOL":true}]}"#);
        fixture.call(put(item(&odd))).unwrap();
        assert_eq!(fixture.visit("a", 1), Some(odd));
        assert_eq!(fixture.visit("a", 2), None);
    }

    #[test]
    fn a_read_costs_by_the_items_size_whatever_is_returned_of_it() {
        let fixture = Fixture::new();
        fixture.call(put(visit_of_size("a", 1, 4097))).unwrap();
        let eventual = GetItemInput { projection_expression: vec![path("time")], ..get("a", 1) };
        let consistent = GetItemInput { consistent_read: true, ..eventual.clone() };
        let answer = fixture.call(eventual).unwrap();
        assert_eq!(text(&answer.item.unwrap()), r#"{"time":{"N":"1"}}"#);
        assert_eq!(units(answer.consumed_capacity), 1.0);
        assert_eq!(units(fixture.call(consistent).unwrap().consumed_capacity), 2.0);
        assert_eq!(units(fixture.call(get("nobody", 1)).unwrap().consumed_capacity), 0.5);
    }

    #[test]
    fn a_key_that_does_not_fit_the_table_is_refused() {
        let fixture = Fixture::new();
        let mismatch = "ValidationException: The provided key element does not match the schema";
        let other = GetItemInput { key: note_key("a"), ..get("a", 1) };
        assert_eq!(fixture.error(other), mismatch);
        let mut text_for_number = get("a", 1);
        text_for_number.key.range = Some(("time".into(), dynochemy_core::KeyValue::S("1".to_owned())));
        assert_eq!(fixture.error(text_for_number), mismatch);
        assert_eq!(
            fixture.error(get("", 1)),
            "ValidationException: One or more parameter values are not valid. The AttributeValue for a key attribute \
             cannot contain an empty string value. Key: user"
        );
        assert_eq!(
            fixture.error(get(&"x".repeat(2049), 1)),
            "ValidationException: One or more parameter values were invalid: Size of hashkey has exceeded the maximum \
             size limit of2048 bytes"
        );
        let elsewhere = GetItemInput { table_name: "none".to_owned(), ..get("a", 1) };
        assert_eq!(fixture.error(elsewhere), "ResourceNotFoundException: Requested resource not found");
    }
}
