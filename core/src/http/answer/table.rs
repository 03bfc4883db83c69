//! [TableDescription](https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TableDescription.html) in
//! answers.

use super::Answer;
use crate::api::{ProvisionedThroughput, TableDescription, TableStatus};
use crate::json::JsonError;
use crate::key::{KeyAttribute, KeyShape, ScalarType};

impl Answer<'_> {
    /// What an answer whose only member of interest is a table's description tells.
    pub(in crate::http) fn table_within(&mut self, member: &str) -> Result<TableDescription, JsonError> {
        let mut table = None;
        self.members(|name, answer| {
            if name == member {
                table = Some(answer.table()?);
                Ok(())
            } else {
                answer.skip()
            }
        })?;
        match table {
            Some(table) => Ok(table),
            None => self.error(format!("the answer has no `{member}`")),
        }
    }

    fn table(&mut self) -> Result<TableDescription, JsonError> {
        let mut keys = Keys::default();
        let mut table = TableDescription {
            table_name: String::new(),
            table_status: TableStatus::Other(String::new()),
            keys: KeyShape { hash: Keys::untold(), range: None },
            provisioned_throughput: None,
            creation_date_time: None,
            item_count: 0,
            table_size_bytes: 0,
            table_arn: None,
            table_id: None,
        };
        self.members(|name, answer| {
            match name {
                "TableName" => table.table_name = answer.text()?,
                "TableStatus" => table.table_status = answer.text()?.into(),
                "KeySchema" => keys.read_schema(answer)?,
                "AttributeDefinitions" => keys.read_definitions(answer)?,
                "ProvisionedThroughput" => table.provisioned_throughput = answer.provisioned_throughput()?,
                "CreationDateTime" => table.creation_date_time = Some(answer.float()?),
                "ItemCount" => table.item_count = answer.integer()?,
                "TableSizeBytes" => table.table_size_bytes = answer.integer()?,
                "TableArn" => table.table_arn = Some(answer.text()?),
                "TableId" => table.table_id = Some(answer.text()?),
                _ => answer.skip()?,
            }
            Ok(())
        })?;
        match keys.shape() {
            Ok(shape) => table.keys = shape,
            Err(problem) => return self.error(problem),
        }
        Ok(table)
    }

    /// The throughput; a table that is billed on demand tells zeros.
    fn provisioned_throughput(&mut self) -> Result<Option<ProvisionedThroughput>, JsonError> {
        let mut throughput = ProvisionedThroughput { read_capacity_units: 0, write_capacity_units: 0 };
        self.members(|name, answer| {
            match name {
                "ReadCapacityUnits" => throughput.read_capacity_units = answer.integer()?,
                "WriteCapacityUnits" => throughput.write_capacity_units = answer.integer()?,
                _ => answer.skip()?,
            }
            Ok(())
        })?;
        let on_demand = throughput.read_capacity_units == 0 && throughput.write_capacity_units == 0;
        Ok((!on_demand).then_some(throughput))
    }
}

/// Key attributes, whose names and types come apart.
#[derive(Default)]
struct Keys {
    hash: Option<String>,
    range: Option<String>,
    kinds: Vec<(String, ScalarType)>,
}

impl Keys {
    fn read_schema(&mut self, answer: &mut Answer<'_>) -> Result<(), JsonError> {
        answer.elements(|answer| {
            let (mut attribute, mut role) = (String::new(), String::new());
            answer.members(|name, answer| {
                match name {
                    "AttributeName" => attribute = answer.text()?,
                    "KeyType" => role = answer.text()?,
                    _ => answer.skip()?,
                }
                Ok(())
            })?;
            match role.as_str() {
                "HASH" => self.hash = Some(attribute),
                "RANGE" => self.range = Some(attribute),
                _ => return answer.error(format!("`{role}` is no role of a key attribute")),
            }
            Ok(())
        })
    }

    /// The definitions also hold the key attributes of the table's indexes.
    fn read_definitions(&mut self, answer: &mut Answer<'_>) -> Result<(), JsonError> {
        answer.elements(|answer| {
            let (mut attribute, mut kind) = (String::new(), ScalarType::S);
            answer.members(|name, answer| {
                match name {
                    "AttributeName" => attribute = answer.text()?,
                    "AttributeType" => {
                        kind = match answer.text()?.as_str() {
                            "S" => ScalarType::S,
                            "N" => ScalarType::N,
                            "B" => ScalarType::B,
                            other => return answer.error(format!("`{other}` is no type of key attributes")),
                        };
                    }
                    _ => answer.skip()?,
                }
                Ok(())
            })?;
            self.kinds.push((attribute, kind));
            Ok(())
        })
    }

    fn shape(self) -> Result<KeyShape, String> {
        let attribute = |name: String| match self.kinds.iter().find(|(defined, _)| *defined == name) {
            Some((_, kind)) => Ok(KeyAttribute { name: name.into(), kind: *kind }),
            None => Err(format!("the key attribute `{name}` is not defined")),
        };
        let hash = match self.hash {
            Some(name) => attribute(name)?,
            // A table that is being deleted is described without its keys.
            None => Self::untold(),
        };
        Ok(KeyShape { hash, range: self.range.map(attribute).transpose()? })
    }

    /// What stands for keys that were not told: no attribute has an empty name.
    fn untold() -> KeyAttribute {
        KeyAttribute { name: "".into(), kind: ScalarType::S }
    }
}
