//! Whatever comes over a connection of the local server.

use dynochemy_sql::dynochemy_core::Credentials;
use dynochemy_sql::fuzzing::serve;
use dynochemy_sql::server::ServerOptions;
use dynochemy_sql::{Moment, SqlBackend, VirtualClock};

const TABLE: &[u8] = br#"{"TableName":"tab","BillingMode":"PAY_PER_REQUEST","KeySchema":[{"AttributeName":"k","KeyType":"HASH"}],"AttributeDefinitions":[{"AttributeName":"k","AttributeType":"S"}]}"#;

/// What comes in is answered by whole HTTP messages, whose check sums are right and whose JSON is JSON, or by nothing; none
/// is the server's own fault. The first byte tells in pieces of which size the rest comes in, and whether signatures are
/// checked.
pub fn check(data: &[u8]) {
    let [first, bytes @ ..] = data else { return };
    let backend = SqlBackend::in_memory().expect("SQLite has memory");
    assert_eq!(backend.answer_json("CreateTable", TABLE, Moment::EPOCH).status, 200);
    let mut options = ServerOptions::new().clock(VirtualClock::default());
    if *first >= 128 {
        options = options.credentials(Credentials::new("AKID", "secret"));
    }
    // Small pieces, and one that holds everything.
    let piece = usize::from(*first % 128) + 1;
    let piece = if piece == 128 { usize::MAX } else { piece };
    let sent = serve(backend, options, bytes, piece);
    // An answer to HEAD has no body, whatever its head says.
    let has_head = bytes.windows(4).any(|window| window == b"HEAD");
    if !has_head {
        check_messages(&sent);
    }
}

fn check_messages(mut sent: &[u8]) {
    while !sent.is_empty() {
        let told = || sent.escape_ascii();
        let end = sent.windows(4).position(|window| window == b"\r\n\r\n").map(|place| place + 4);
        let (head, rest) = sent.split_at(end.unwrap_or_else(|| panic!("no end of a head: {}", told())));
        let head = std::str::from_utf8(head).unwrap_or_else(|_| panic!("a head that is no text: {}", told()));
        let status = head.strip_prefix("HTTP/1.1 ").or_else(|| head.strip_prefix("HTTP/1.0 "));
        let status = status.and_then(|rest| rest.get(..3)?.parse::<u16>().ok());
        let status = status.unwrap_or_else(|| panic!("no status: {head}"));
        assert!(status < 500, "a fault of the server: {}", told());
        let header = |name: &str| head.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
        let length = header("content-length").map_or(0, |text| text.parse().expect("a length is a number"));
        assert!(length <= rest.len(), "a body that ends too early: {}", told());
        let (body, rest) = rest.split_at(length);
        if let Some(sum) = header("x-amz-crc32") {
            assert_eq!(sum.parse(), Ok(crc32fast::hash(body)), "{}", told());
        }
        if header("content-type") == Some("application/x-amz-json-1.0")
            && header("content-encoding").is_none()
        {
            let json = serde_json::from_slice::<serde_json::Value>(body);
            assert!(json.is_ok(), "no JSON: {}", told());
        }
        sent = rest;
    }
}
