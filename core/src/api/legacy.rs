//! Members from before there were expressions. The library never sets them; a server for other clients reads them, and
//! who has requests of that form can send them.
//!
//! Each request has them behind one pointer, so that requests without them are no larger for it.
//!
//! See [Legacy conditional parameters](https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/LegacyConditionalParameters.html).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::names::names;
use crate::value::AttributeValue;

names! {
    /// How legacy conditions are joined.
    ConditionalOperator {
        /// All of them must hold.
        And = "AND",
        /// One of them must hold.
        Or = "OR",
    }
}

names! {
    /// What a legacy condition compares by.
    ComparisonOperator {
        /// Equal.
        Equal = "EQ",
        /// Not equal.
        NotEqual = "NE",
        /// One of the values.
        In = "IN",
        /// Less or equal.
        LessOrEqual = "LE",
        /// Less.
        Less = "LT",
        /// Greater or equal.
        GreaterOrEqual = "GE",
        /// Greater.
        Greater = "GT",
        /// From one value to another, both included.
        Between = "BETWEEN",
        /// The attribute is there.
        NotNull = "NOT_NULL",
        /// The attribute is not there.
        Null = "NULL",
        /// A set or text contains the value.
        Contains = "CONTAINS",
        /// A set or text does not contain the value.
        NotContains = "NOT_CONTAINS",
        /// A text begins with the value.
        BeginsWith = "BEGINS_WITH",
    }
}

/// A legacy condition on an attribute (`Condition`).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct LegacyComparison {
    /// What the attribute is compared with.
    pub attribute_value_list: Vec<AttributeValue>,
    /// How.
    pub comparison_operator: ComparisonOperator,
}

/// What a write expects of an attribute.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct ExpectedAttributeValue {
    /// The value that it has.
    pub value: Option<AttributeValue>,
    /// Whether it is there.
    pub exists: Option<bool>,
    /// How it compares.
    pub comparison_operator: Option<ComparisonOperator>,
    /// With what.
    pub attribute_value_list: Vec<AttributeValue>,
}

names! {
    /// What a legacy update does to an attribute.
    AttributeAction {
        /// Adds a number, or a set's elements.
        Add = "ADD",
        /// Sets it.
        Put = "PUT",
        /// Removes it, or takes elements out of a set.
        Delete = "DELETE",
    }
}

/// A legacy update of an attribute.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct AttributeValueUpdate {
    /// The value.
    pub value: Option<AttributeValue>,
    /// What is done with it; the service takes `PUT` where this is absent.
    pub action: Option<AttributeAction>,
}

/// The legacy members of GetItem, and of one table in BatchGetItem.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct LegacyGet {
    /// The attributes to return.
    pub attributes_to_get: Vec<String>,
}

/// The legacy members of PutItem and DeleteItem.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct LegacyWrite {
    /// What must hold of the item that is there, by attribute.
    pub expected: BTreeMap<String, ExpectedAttributeValue>,
    /// How the expectations are joined.
    pub conditional_operator: Option<ConditionalOperator>,
}

/// The legacy members of UpdateItem.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct LegacyUpdate {
    /// The changes, by attribute.
    pub attribute_updates: BTreeMap<String, AttributeValueUpdate>,
    /// What must hold of the item that is there, by attribute.
    pub expected: BTreeMap<String, ExpectedAttributeValue>,
    /// How the expectations are joined.
    pub conditional_operator: Option<ConditionalOperator>,
}

/// The legacy members of Query.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct LegacyQuery {
    /// Which items to read, by key attribute.
    pub key_conditions: BTreeMap<String, LegacyComparison>,
    /// Which of them to return, by attribute.
    pub query_filter: BTreeMap<String, LegacyComparison>,
    /// How the filter's conditions are joined.
    pub conditional_operator: Option<ConditionalOperator>,
    /// The attributes to return.
    pub attributes_to_get: Vec<String>,
}

/// The legacy members of Scan.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub struct LegacyScan {
    /// Which items to return, by attribute.
    pub scan_filter: BTreeMap<String, LegacyComparison>,
    /// How the filter's conditions are joined.
    pub conditional_operator: Option<ConditionalOperator>,
    /// The attributes to return.
    pub attributes_to_get: Vec<String>,
}
