//! [TransactGetItems](https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactGetItems.html).

use dynochemy_core::api::{TransactGet, TransactGetItem, TransactGetItemsInput};
use dynochemy_core::json::Reader;

use crate::wire::expressions::Parsed;
use crate::wire::input::{Fault, Input, list, members};

pub(super) fn read(reader: &mut Reader<'_>) -> Result<TransactGetItemsInput, Fault> {
    let mut request = TransactGetItemsInput::default();
    let mut rest = Input::default();
    members(reader, |name, reader| {
        match name {
            "TransactItems" => request.transact_items = list(reader, get)?,
            name => rest.member(name, reader)?,
        }
        Ok(())
    })?;
    request.return_consumed_capacity = rest.return_consumed_capacity;
    Ok(request)
}

fn get(reader: &mut Reader<'_>) -> Result<TransactGetItem, Fault> {
    let mut get = TransactGet::default();
    members(reader, |name, reader| {
        if name != "Get" {
            reader.skip()?;
            return Ok(());
        }
        let mut input = Input::read(reader)?;
        input.expressions.check_placeholders(&[])?;
        let key = input.key()?;
        let Parsed { projection, .. } = input.expressions.parse()?;
        get = TransactGet { table_name: input.table_name, key, projection_expression: projection };
        Ok(())
    })?;
    Ok(TransactGetItem { get })
}
