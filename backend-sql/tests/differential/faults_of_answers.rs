//! Kinds of faults, as servers word them: by which of them a server reports, one sees in which order it looks.

/// A kind of fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    /// Members that are missing, too long, too many, or none of the names there are.
    Constraint,
    /// Placeholders: without an expression, none at all, or badly named.
    Placeholders,
    /// Something that is no attribute value.
    Value,
    /// An expression that is none.
    Expression,
    /// Placeholders that no expression uses.
    Unused,
    /// `Select` and what it goes with, segments, return values.
    Choice,
    /// A table or index that is not there.
    Missing,
    /// Reading a global index consistently.
    Consistent,
    /// A key that does not fit its table.
    Key,
    /// An item that does not fit its table.
    Item,
    /// A key whose value is empty or too long.
    KeyValue,
    /// An item that does not fit an index.
    IndexKey,
    /// Updating the key.
    KeyUpdate,
    /// A path into a key.
    KeyPath,
    /// Where a page is to begin.
    Start,
    /// A key condition that does not fit the key.
    KeyCondition,
    /// A filter on the key, or on what an index lacks.
    Filter,
    /// A projection on what an index lacks.
    Projection,
    /// The same item twice.
    Duplicates,
    /// Too many of something for one call.
    Many,
    /// An item that is too large.
    Size,
    /// A condition that does not hold.
    Condition,
    /// An update that does not fit the item.
    Update,
    /// Reasons, of which each action has its own.
    Cancelled,
    /// A token that was used otherwise.
    Token,
    /// Members from before there were expressions.
    Legacy,
    /// The JSON itself.
    Json,
}

/// How the messages of a kind begin, or what they hold where it stands behind a star; the first that fits counts.
const MESSAGES: [(&str, Kind); 121] = [
    ("Can not use both expression and non-expression", Kind::Legacy),
    ("ConditionalOperator c", Kind::Legacy),
    ("*ComparisonOperator", Kind::Legacy),
    ("*AttributeValueList", Kind::Legacy),
    ("* when Exists is ", Kind::Legacy),
    ("The BETWEEN condition", Kind::Legacy),
    ("Attempted conditional constraint", Kind::Legacy),
    ("*action is allowed when no attribute value", Kind::Legacy),
    ("* action is not supported for the type", Kind::Legacy),
    ("* action with value is not supported for the type", Kind::Legacy),
    ("*Duplicate value in attribute name", Kind::Legacy),
    ("Cannot have two attributes with the same name", Kind::Legacy),
    ("*failed to satisfy constraint", Kind::Constraint),
    ("Provided list of item keys", Kind::Duplicates),
    ("Transaction request cannot include", Kind::Duplicates),
    ("Member must have length", Kind::Constraint),
    ("Cannot have null key", Kind::Constraint),
    ("The supplied Item contains a null", Kind::Constraint),
    ("The supplied Item is null", Kind::Constraint),
    ("Limit must be", Kind::Constraint),
    ("Select must be", Kind::Constraint),
    ("Return values set to invalid value", Kind::Constraint),
    ("Invalid table/index name", Kind::Constraint),
    ("The list of keys in RequestItems", Kind::Constraint),
    ("*RequestItems", Kind::Constraint),
    ("Expression must not be null", Kind::Constraint),
    ("Either the KeyConditions", Kind::Constraint),
    ("*must be specified", Kind::Constraint),
    ("ConditionExpression is required", Kind::Constraint),
    ("The parameter '", Kind::Constraint),
    ("*Segment", Kind::Choice),
    ("*segment", Kind::Choice),
    ("ExpressionAttributeValues contains invalid value", Kind::Value),
    ("ExpressionAttributeNames", Kind::Placeholders),
    ("ExpressionAttributeValues", Kind::Placeholders),
    ("Value provided in", Kind::Unused),
    ("Supplied AttributeValue", Kind::Value),
    ("The parameter cannot be converted", Kind::Value),
    ("A value provided cannot be converted", Kind::Value),
    ("Number overflow", Kind::Value),
    ("Number underflow", Kind::Value),
    ("Attempting to store more than 38", Kind::Value),
    ("DynamoDB only supports precision", Kind::Value),
    ("Input collection", Kind::Value),
    ("*Input collection", Kind::Value),
    ("*may not be empty", Kind::Value),
    ("*should not be empty", Kind::Value),
    ("*cannot be empty", Kind::Value),
    ("*Null attribute value types", Kind::Value),
    ("*may not contain an empty", Kind::Value),
    ("*may not contain a null", Kind::Value),
    ("*null or empty", Kind::Value),
    ("*duplicate", Kind::Value),
    ("Empty attribute name", Kind::Value),
    ("Nesting Levels", Kind::Value),
    ("The provided starting key", Kind::Start),
    ("The query can return at most one row", Kind::Start),
    ("Exclusive Start Key", Kind::Start),
    ("The provided exclusive start key", Kind::Start),
    ("Exclusive start key", Kind::Start),
    ("Invalid KeyConditionExpression", Kind::Expression),
    ("Invalid operator used in KeyCondition", Kind::Expression),
    ("Invalid condition in KeyCondition", Kind::Expression),
    ("KeyConditionExpressions", Kind::Expression),
    ("Unexpected operator in KeyCondition", Kind::Expression),
    ("Expected value reference", Kind::Expression),
    ("Expected attribute name", Kind::Expression),
    ("An expression attribute name", Kind::Expression),
    ("Invalid ", Kind::Expression),
    ("Attribute name is a reserved keyword", Kind::Expression),
    ("Requested resource not found", Kind::Missing),
    ("Cannot do operations on a non-existent table", Kind::Missing),
    ("The table does not have the specified index", Kind::Missing),
    ("Consistent read", Kind::Consistent),
    ("The provided key element", Kind::Key),
    ("The number of conditions on the keys", Kind::Key),
    ("One of the required keys", Kind::Key),
    ("*Type mismatch for key", Kind::Item),
    ("*Missing the key", Kind::Item),
    ("*Type mismatch for Index Key", Kind::IndexKey),
    ("*secondary index key", Kind::IndexKey),
    ("Type mismatch for Index Key", Kind::IndexKey),
    ("Type mismatch for attribute to update", Kind::Key),
    ("*cannot contain an empty", Kind::KeyValue),
    ("*Size of hashkey", Kind::KeyValue),
    ("*Aggregated size", Kind::KeyValue),
    ("*Size of key", Kind::KeyValue),
    ("Hash primary key values", Kind::KeyValue),
    ("*Size limit exceeded", Kind::KeyValue),
    ("*part of the key", Kind::KeyUpdate),
    ("Key attributes must be scalars", Kind::KeyPath),
    ("Query condition missed", Kind::KeyCondition),
    ("Query key condition not supported", Kind::KeyCondition),
    ("*Condition parameter type", Kind::KeyCondition),
    ("Conditions can be of length", Kind::KeyCondition),
    ("The number of query conditions", Kind::KeyCondition),
    ("*filter attributes", Kind::Filter),
    ("Filter Expression can only", Kind::Filter),
    ("*does not project", Kind::Projection),
    ("*Select type ALL_ATTRIBUTES", Kind::Projection),
    ("Cannot specify the", Kind::Choice),
    ("Must specify the", Kind::Choice),
    ("ALL_PROJECTED_ATTRIBUTES can be used only", Kind::Choice),
    ("ReturnValues can only be", Kind::Choice),
    ("Too many items", Kind::Many),
    ("Item size", Kind::Size),
    ("The conditional request failed", Kind::Condition),
    ("The provided expression refers", Kind::Update),
    ("An operand in the update expression", Kind::Update),
    ("The document path provided", Kind::Update),
    ("Transaction cancelled", Kind::Cancelled),
    ("The client request token", Kind::Token),
    ("An error occurred (IdempotentParameterMismatch", Kind::Token),
    ("missing field", Kind::Constraint),
    ("invalid type", Kind::Constraint),
    ("Item to put in PutItem cannot be null", Kind::Constraint),
    ("*must have some requests", Kind::Constraint),
    ("*no requests set", Kind::Constraint),
    ("Get Condition for key", Kind::Key),
    ("expected ", Kind::Json),
    ("TransactItems can only contain", Kind::Constraint),
];

/// The kind of fault that a message tells of.
pub(crate) fn kind(message: &str) -> Option<Kind> {
    let message = message
        .strip_prefix("1 validation error detected: ")
        .filter(|rest| !rest.starts_with("Value "))
        .unwrap_or(message);
    // A word of Local's for many faults of keys.
    if message.starts_with("Invalid attribute value type") {
        return Some(Kind::Key);
    }
    let fits = |pattern: &str| match pattern.strip_prefix('*') {
        Some(part) => message.contains(part),
        None => message.starts_with(pattern),
    };
    MESSAGES.iter().find(|(pattern, _)| fits(pattern)).map(|(_, kind)| *kind)
}
