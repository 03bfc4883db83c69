//! The same fault in other words.

use serde_json::Value;

use super::{Seen, message};

/// What our message holds, and what Local's does.
const LOCAL: [(&str, &str); 76] = [
    ("Requested resource not found", "Cannot do operations on a non-existent table"),
    ("Requested resource not found", "Invalid table/index name"),
    ("The provided key element does not match the schema", "The number of conditions on the keys is invalid"),
    ("The provided key element does not match the schema", "Invalid attribute value type"),
    ("The provided key element does not match the schema", "Type mismatch for attribute to update"),
    ("The provided key element does not match the schema", "Cannot have null key"),
    ("The provided key element does not match the schema", "The supplied Item contains a null"),
    ("The provided key element does not match the schema", "One of the required keys was not given a value"),
    ("The provided key element does not match the schema", "Get Condition for key not in key list"),
    ("Consistent reads are not supported", "Consistent read cannot be true"),
    ("outside query boundaries", "does not match the range key predicate"),
    ("The query can return at most one row", "does not match the range key predicate"),
    ("The provided starting key is invalid", "Exclusive Start Key must have same size"),
    ("The provided starting key is invalid", "Type mismatch for attribute to update"),
    ("The provided starting key is invalid", "Invalid attribute value type"),
    ("Attempting to store more than 38", "DynamoDB only supports precision up to 38 digits"),
    ("cannot be converted to a numeric value", "cannot be converted into a number"),
    ("Cannot update attribute", "This attribute is part of the key"),
    ("Missing the key", "One of the required keys was not given a value"),
    ("Missing the key", "Item to put in PutItem cannot be null"),
    ("Missing the key", "The supplied Item contains a null"),
    ("Missing the key", "Supplied AttributeValue"),
    ("Type mismatch for key", "Type mismatch for attribute to update"),
    ("Type mismatch for key", "Invalid attribute value type"),
    ("Type mismatch for Index Key", "Type mismatch for attribute to update"),
    ("Type mismatch for Index Key", "Type mismatch for Index Key"),
    ("Type mismatch for Index Key", "Invalid attribute value type"),
    ("Size of hashkey", "Hash primary key values must be under"),
    ("Aggregated size of all range keys", "Hash primary key values must be under"),
    ("Aggregated size of all range keys", "Size limit exceeded"),
    ("Size of hashkey", "Size limit exceeded"),
    ("Size of key", "Hash primary key values must be under"),
    ("ReturnValues can only be ALL_OLD or NONE", "Return values set to invalid value"),
    ("at 'returnValues' failed", "Return values set to invalid value"),
    ("at 'limit' failed", "Limit must be greater than or equal to 1"),
    ("at 'select' failed", "Select must be"),
    ("expected a count", "Limit must be greater than or equal to 1"),
    ("at 'requestItems' failed", "The list of keys in RequestItems"),
    ("at 'requestItems' failed", "RequestItems"),
    ("at 'transactItems' failed", "at 'transactItems' failed"),
    ("at 'clientRequestToken' failed", "at 'clientRequestToken' failed"),
    ("An number set  may not be empty", "Sets cannot be empty"),
    ("An string set  may not be empty", "Sets cannot be empty"),
    ("Binary sets should not be empty", "Sets cannot be empty"),
    ("Input collection", "Input collection"),
    ("The Segment parameter is required", "a particular segment must also be specified"),
    ("The TotalSegments parameter is required", "total segments"),
    ("The Segment parameter is zero-based", "segment"),
    ("at 'totalSegments' failed", "segments"),
    ("Query condition missed key schema element", "Query condition missed key schema element"),
    ("Query key condition not supported", "Conditions can be of length 1 or 2 only"),
    ("The number of query conditions", "Conditions can be of length 1 or 2 only"),
    ("The number of query conditions", "Query key condition not supported"),
    ("Invalid attribute type name found", "Invalid attribute type name found"),
    ("The BETWEEN operator requires", "The BETWEEN operator requires"),
    ("does not project", "does not project"),
    ("Filter Expression can only", "Filter Expression can only"),
    ("Key attributes must be scalars", "Key attributes must be scalars"),
    ("Missing the key", "The supplied Item is null"),
    ("failed to satisfy constraint", "failed to satisfy constraint"),
    ("failed to satisfy constraint", "Member must have length"),
    ("failed to satisfy constraint", "Invalid table/index name"),
    ("failed to satisfy constraint", "Cannot have null key"),
    ("failed to satisfy constraint", "The supplied Item contains a null"),
    ("failed to satisfy constraint", "The list of keys in RequestItems"),
    ("failed to satisfy constraint", "Limit must be greater"),
    ("failed to satisfy constraint", "Item to put in PutItem cannot be null"),
    ("The client request token was used", ""),
    ("Value provided in ExpressionAttribute", "Value provided in ExpressionAttribute"),
    ("failed to satisfy constraint", "must have some requests set"),
    ("failed to satisfy constraint", "cannot have a null or no requests set"),
    ("at 'item' failed", "Item to put in PutItem cannot be null"),
    ("cannot contain an empty string value. Key: ", "Get Condition for key not in key list"),
    ("The TotalSegments parameter is required", "total segment must also be specified"),
    ("operator or function: attribute_type", "operator or function: attribute_type"),
    ("typeSet: ALLOWED_FOR", "Incorrect operand type for operator or function; operator: "),
];

/// What our message holds, and what dynoxide's does.
const DYNOXIDE: [(&str, &str); 27] = [
    ("ExpressionAttributeValues can only be specified", "ExpressionAttributeValues can only be specified"),
    ("contains invalid key", "unused in expressions"),
    ("contains invalid key", "contains invalid key"),
    ("contains invalid key", "is not defined"),
    ("contains invalid key", "in KeyConditionExpression"),
    ("cannot be converted to a numeric value", "cannot be converted to a numeric value"),
    ("can only be specified when using expressions", "ExpressionAttributeValues"),
    ("contains duplicates", "contains duplicates"),
    ("Invalid ProjectionExpression: Syntax error", "Unexpected token in ProjectionExpression"),
    ("Invalid operator used in KeyConditionExpression", "in KeyConditionExpression"),
    ("Invalid operator used in KeyConditionExpression", "Expected attribute name"),
    ("Invalid condition in KeyConditionExpression", "Expected"),
    ("Invalid condition in KeyConditionExpression", "in KeyConditionExpression"),
    ("KeyConditionExpressions", "reserved keyword"),
    ("KeyConditionExpressions", "KeyConditionExpression"),
    ("Invalid KeyConditionExpression: Syntax error", "Expected"),
    ("Invalid KeyConditionExpression: Syntax error", "in KeyConditionExpression"),
    ("outside query boundaries", "The provided exclusive start key is invalid"),
    ("The provided starting key", "The provided exclusive start key is invalid"),
    ("The client request token was used", "IdempotentParameterMismatchException"),
    ("The number of query conditions", "Query key condition not supported"),
    ("failed to satisfy constraint", "failed to satisfy constraint"),
    ("failed to satisfy constraint", "missing field"),
    ("failed to satisfy constraint", "Failed to satisfy constraint"),
    ("Type mismatch for Index Key", "Type mismatch for Index Key"),
    ("ExpressionAttributeNames can only be specified", "ExpressionAttributeNames contains invalid"),
    ("failed to satisfy constraint", "parameter is required"),
];

pub(super) fn of_local(seen: &Seen<'_>) -> bool {
    listed(&LOCAL, seen) || spaced(seen) || reasons(seen).is_some() || unused(seen)
}

pub(super) fn of_dynoxide(seen: &Seen<'_>) -> bool {
    listed(&DYNOXIDE, seen) || is_part(seen) || reasons(seen).is_some()
}

/// Says it without what stands around it.
fn is_part(seen: &Seen<'_>) -> bool {
    let theirs = message(seen.theirs).trim_start_matches("1 validation error detected: ");
    theirs.len() > 10 && message(seen.ours).contains(theirs)
}

fn listed(pairs: &[(&str, &str)], seen: &Seen<'_>) -> bool {
    let (ours, theirs) = (message(seen.ours), message(seen.theirs));
    pairs.iter().any(|(one, two)| ours.contains(one) && theirs.contains(two))
}

/// The reasons of both, where their codes are the same and only their words differ.
fn reasons(seen: &Seen<'_>) -> Option<()> {
    let (ours, theirs) = (seen.ours["reasons"].as_array()?, seen.theirs["reasons"].as_array()?);
    let codes = |reasons: &Vec<Value>| -> Vec<Value> {
        reasons.iter().map(|reason| reason["Code"].clone()).collect()
    };
    (codes(ours) == codes(theirs)).then_some(())
}

/// Keeps more of the spaces around what it did not expect.
fn spaced(seen: &Seen<'_>) -> bool {
    let words = |text: &str| text.split_whitespace().collect::<String>();
    message(seen.ours).contains("Syntax error") && words(message(seen.ours)) == words(message(seen.theirs))
}

/// Names the placeholders in another order.
fn unused(seen: &Seen<'_>) -> bool {
    let told = |answer: &Value| {
        answer["message"]
            .as_str()
            .unwrap_or_default()
            .split(" unused in")
            .next()
            .unwrap_or_default()
            .to_owned()
    };
    told(seen.ours).starts_with("Value provided in") && told(seen.ours) == told(seen.theirs)
}
