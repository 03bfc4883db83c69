//! [ConsumedCapacity](https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_ConsumedCapacity.html) in
//! answers.

use std::collections::BTreeMap;

use super::Answer;
use crate::api::{Capacity, ConsumedCapacity};
use crate::json::JsonError;

impl Answer<'_> {
    /// The cost of a call on one table.
    pub(in crate::http) fn consumed_capacity(&mut self) -> Result<ConsumedCapacity, JsonError> {
        let mut consumed = ConsumedCapacity::default();
        self.members(|name, answer| {
            match name {
                "TableName" => consumed.table_name = answer.text()?,
                "CapacityUnits" => consumed.capacity_units = answer.float()?,
                "ReadCapacityUnits" => consumed.read_capacity_units = Some(answer.float()?),
                "WriteCapacityUnits" => consumed.write_capacity_units = Some(answer.float()?),
                "Table" => consumed.table = Some(answer.capacity()?),
                "LocalSecondaryIndexes" => consumed.local_secondary_indexes = answer.capacities()?,
                "VectorIndexes" => consumed.vector_indexes = answer.serial()?,
                "GlobalSecondaryIndexes" => consumed.global_secondary_indexes = answer.capacities()?,
                _ => answer.skip()?,
            }
            Ok(())
        })?;
        Ok(consumed)
    }

    /// The cost of a call on several tables.
    pub(in crate::http) fn consumed_capacities(&mut self) -> Result<Vec<ConsumedCapacity>, JsonError> {
        let mut all = Vec::new();
        self.elements(|answer| {
            all.push(answer.consumed_capacity()?);
            Ok(())
        })?;
        Ok(all)
    }

    fn capacities(&mut self) -> Result<BTreeMap<String, Capacity>, JsonError> {
        let mut all = BTreeMap::new();
        self.members(|index, answer| {
            all.insert(index.to_owned(), answer.capacity()?);
            Ok(())
        })?;
        Ok(all)
    }

    fn capacity(&mut self) -> Result<Capacity, JsonError> {
        let mut capacity = Capacity::default();
        self.members(|name, answer| {
            match name {
                "CapacityUnits" => capacity.capacity_units = answer.float()?,
                "ReadCapacityUnits" => capacity.read_capacity_units = Some(answer.float()?),
                "WriteCapacityUnits" => capacity.write_capacity_units = Some(answer.float()?),
                _ => answer.skip()?,
            }
            Ok(())
        })?;
        Ok(capacity)
    }
}
