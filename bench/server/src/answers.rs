//! The answers: what DynamoDB would say, headers and checksum included.

/// The items of a page or batch.
pub const ITEMS: u64 = 100;

/// One item: 11 attributes, about 600 bytes.
#[must_use]
pub fn item(time: u64) -> String {
    format!(
        concat!(
            r#"{{"user":{{"S":"3f1c9f0e-7d55-4c3b-9a51-{0:012}"}},"time":{{"N":"{0}"}},"#,
            r#""full_name":{{"S":"Scarlett O’Hara Hamilton Kennedy Butler"}},"#,
            r#""email":{{"S":"scarlett.butler@tara.example.com"}},"path":{{"S":"/plantations/tara/visits/2026/november/22"}},"#,
            r#""agent":{{"S":"Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"}},"#,
            r#""seen":{{"N":"{1}"}},"score":{{"N":"0.8125"}},"active":{{"BOOL":true}},"#,
            r#""tags":{{"L":[{{"S":"regular-visitor"}},{{"S":"newsletter"}},{{"S":"south"}}]}},"#,
            r#""address":{{"M":{{"street":{{"S":"1 Peachtree Street NE, Suite 4000"}},"city":{{"S":"Atlanta"}},"zip":{{"N":"30303"}}}}}}}}"#
        ),
        time,
        time * 7919 % 100_000
    )
}

/// The body of the answer to `action`, with the consumed capacity where it was asked for; `None` for an action that is
/// not known here.
#[must_use]
pub fn body(action: &str, with_capacity: bool) -> Option<String> {
    let page = |count| (0..count).map(item).collect::<Vec<_>>().join(",");
    // BatchGetItem answers in no particular order.
    let shuffled = || (0..ITEMS).map(|index| item(index * 37 % ITEMS)).collect::<Vec<_>>().join(",");
    let (members, units, in_list) = match action {
        "GetItem" => (format!(r#""Item":{}"#, item(7)), 0.5, false),
        "PutItem" => (String::new(), 1.0, false),
        "Query" => (format!(r#""Count":100,"Items":[{}],"ScannedCount":100"#, page(ITEMS)), 8.0, false),
        "BatchGetItem" => {
            (format!(r#""Responses":{{"visits":[{}]}},"UnprocessedKeys":{{}}"#, shuffled()), 50.0, true)
        }
        "BatchWriteItem" => (r#""UnprocessedItems":{}"#.to_owned(), 25.0, true),
        // Not an action: a page for measuring what each further item costs.
        "Query of 1" => (format!(r#""Count":1,"Items":[{}],"ScannedCount":1"#, page(1)), 0.5, false),
        _ => return None,
    };
    let capacity = format!(r#"{{"CapacityUnits":{units:.1},"TableName":"visits"}}"#);
    let capacity = if in_list { format!("[{capacity}]") } else { capacity };
    Some(match (with_capacity, members.is_empty()) {
        (false, _) => format!("{{{members}}}"),
        (true, true) => format!(r#"{{"ConsumedCapacity":{capacity}}}"#),
        (true, false) => format!(r#"{{"ConsumedCapacity":{capacity},{members}}}"#),
    })
}

/// The whole message around a body.
#[must_use]
pub fn message(body: &str) -> Vec<u8> {
    format!(
        "HTTP/1.1 200 OK\r\nServer: Server\r\nDate: Sun, 22 Nov 2026 12:00:00 GMT\r\n\
         Content-Type: application/x-amz-json-1.0\r\nContent-Length: {}\r\nConnection: keep-alive\r\n\
         x-amzn-RequestId: 4KBNVRGD25RG1KEO9UT4V3FQDJVV4KQNSO5AEMVJF66Q9ASUAAJG\r\nx-amz-crc32: {}\r\n\r\n{body}",
        body.len(),
        crc32fast::hash(body.as_bytes())
    )
    .into_bytes()
}

#[cfg(test)]
mod tests {
    #[test]
    fn an_item_has_about_600_bytes() {
        assert!((560..640).contains(&super::item(7).len()), "{}", super::item(7).len());
    }
}
