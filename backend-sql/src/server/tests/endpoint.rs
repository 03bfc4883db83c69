//! What the endpoint takes and gives beside the calls' own input and output.

use std::io::{Read as _, Write as _};
use std::sync::{Arc, Mutex};

use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;

use super::*;

#[test]
fn a_call_is_answered_with_what_the_service_sends() {
    let server = start(options());
    let answer = Client::connect(&server).ask(&call("ListTables", "{}"));
    assert_eq!((answer.status, answer.text()), (200, r#"{"TableNames":[]}"#));
    assert_eq!(answer.header("content-type"), Some("application/x-amz-json-1.0"));
    assert_eq!(answer.check_sum(), crc32fast::hash(&answer.body));
    assert!(answer.header("date").is_some());
}

#[test]
fn request_ids_look_as_the_services_and_differ() {
    let server = start(options());
    let mut client = Client::connect(&server);
    let mut ids: Vec<String> = (0..100)
        .map(|_| client.ask(&call("ListTables", "{}")).header("x-amzn-requestid").unwrap().to_owned())
        .collect();
    assert!(
        ids.iter().all(|id| id.len() == 52 && id.bytes().all(|byte| byte.is_ascii_alphanumeric())),
        "{ids:?}"
    );
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 100);
}

#[test]
fn the_health_of_the_server_can_be_asked_for() {
    let server = start(options());
    let mut client = Client::connect(&server);
    let answer = client.ask("GET / HTTP/1.1\r\nhost: localhost:8000\r\n\r\n");
    assert_eq!((answer.status, answer.text()), (200, "healthy: localhost:8000 "));
}

#[test]
fn what_is_no_call_is_refused_in_the_services_words() {
    let server = start(options());
    let mut client = Client::connect(&server);
    let not_json = call("ListTables", "{}").replace("application/x-amz-json-1.0", "text/plain");
    let no_kind = call("ListTables", "{}").replace("content-type", "x-content-type");
    for request in
        ["PUT / HTTP/1.1\r\nhost: x\r\n\r\n", "DELETE / HTTP/1.1\r\nhost: x\r\n\r\n", &not_json, &no_kind]
    {
        let answer = client.ask(request);
        assert_eq!((answer.status, answer.text()), (404, "<UnknownOperationException/>\n"), "{request}");
    }
    let unknown = r#"{"__type":"com.amazon.coral.service#UnknownOperationException"}"#;
    let no_target = call("ListTables", "{}").replace("x-amz-target", "x-target");
    let old = call("ListTables", "{}").replace("20120810", "20111205");
    let of_streams = call("ListTables", "{}").replace("DynamoDB_", "DynamoDBStreams_");
    let of_tables = call("GetRecords", "{}");
    let unsigned = call("MakeTea", "{}").replace("authorization", "x-authorization");
    for request in [&unsigned, &no_target, &old, &of_streams, &of_tables, &call("MakeTea", "{}")] {
        let answer = client.ask(request);
        assert_eq!((answer.status, answer.text()), (400, unknown), "{request}");
    }
    let answer = client.ask(&call("ListTables", "{]"));
    assert!(answer.status == 400 && answer.text().contains("#SerializationException"), "{answer:?}");
    let unsigned = client.ask(&call("ListTables", "{}").replace("authorization", "x-authorization"));
    assert_eq!(unsigned.status, 400);
    assert_eq!(
        unsigned.text(),
        r#"{"__type":"com.amazon.coral.service#MissingAuthenticationTokenException","message":"Request is missing Authentication Token"}"#
    );
}

#[test]
fn calls_by_hand_may_say_that_they_are_json_of_any_version() {
    let server = start(options());
    let request =
        call("ListTables", "{}").replace("application/x-amz-json-1.0", "application/json; charset=utf-8");
    assert_eq!(Client::connect(&server).ask(&request).status, 200);
}

#[test]
fn wrong_signatures_are_refused_where_credentials_are_given() {
    let server = start(options().credentials(dynochemy_core::Credentials::new("AKID", "secret")));
    let mut client = Client::connect(&server);
    for (authorization, code) in [
        ("AWS4-HMAC-SHA256 any", "IncompleteSignatureException"),
        (
            "AWS4-HMAC-SHA256 Credential=AKIX/20261122/a/dynamodb/aws4_request, SignedHeaders=host, Signature=00",
            "UnrecognizedClientException",
        ),
        (
            "AWS4-HMAC-SHA256 Credential=AKID/20261122/a/dynamodb/aws4_request, SignedHeaders=host, Signature=00",
            "InvalidSignatureException",
        ),
    ] {
        let request = call_with("ListTables", "x-amz-date: 20261122T151000Z\r\n", "{}");
        let answer = client.ask(&request.replace("AWS4-HMAC-SHA256 any", authorization));
        assert!(answer.status == 400 && answer.text().contains(&format!("#{code}\"")), "{answer:?}");
    }
}

fn compressed(text: &str) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(text.as_bytes()).unwrap();
    encoder.finish().unwrap()
}

fn send_compressed(client: &mut Client, body: &[u8]) -> Received {
    let head = call_with("PutItem", "content-encoding: gzip\r\n", "");
    let head = head.replace("content-length: 0", &format!("content-length: {}", body.len()));
    client.send(head);
    client.send(body);
    client.receive().unwrap()
}

#[test]
fn compressed_bodies_are_read_and_written() {
    let server = start(options());
    let mut client = client_with_table(&server);
    let text = "tea ".repeat(1000);
    let answer = send_compressed(&mut client, &compressed(&put("123", &text)));
    assert_eq!((answer.status, answer.text()), (200, "{}"));

    let get = r#"{"TableName":"visits","Key":{"user":{"S":"123"}}}"#;
    let plain = client.ask(&call_with("GetItem", "accept-encoding: identity, gzip;q=0\r\n", get));
    assert!(plain.header("content-encoding").is_none() && plain.text().contains(&text), "{plain:?}");
    let answer = client.ask(&call_with("GetItem", "accept-encoding: deflate, gzip\r\n", get));
    assert_eq!(answer.header("content-encoding"), Some("gzip"));
    // Of the bytes that are sent.
    assert_eq!(answer.check_sum(), crc32fast::hash(&answer.body));
    let mut read = String::new();
    GzDecoder::new(&answer.body[..]).read_to_string(&mut read).unwrap();
    assert_eq!(read, plain.text());
}

#[test]
fn what_is_not_compressed_as_it_says_is_refused() {
    let server = start(options());
    let mut client = client_with_table(&server);
    for body in [b"{}".to_vec(), compressed("{}")[..15].to_vec()] {
        let answer = send_compressed(&mut client, &body);
        assert!(answer.status == 400 && answer.text().contains("#SerializationException"), "{answer:?}");
    }
    let answer = client.ask(&call_with("ListTables", "content-encoding: br\r\n", "{}"));
    assert!(answer.status == 400 && answer.text().contains("#SerializationException"), "{answer:?}");
}

#[test]
fn scripts_of_other_origins_may_call() {
    let server = start(options());
    let mut client = Client::connect(&server);
    let answer = client.ask(
        "OPTIONS / HTTP/1.1\r\nhost: x\r\norigin: http://localhost:3000\r\naccess-control-request-method: POST\r\n\
         access-control-request-headers: x-amz-target,authorization\r\n\r\n",
    );
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("access-control-allow-origin"), Some("*"));
    assert_eq!(answer.header("access-control-allow-methods"), Some("POST"));
    assert_eq!(answer.header("access-control-allow-headers"), Some("x-amz-target,authorization"));
    assert_eq!(answer.header("access-control-max-age"), Some("172800"));

    let answer = client.ask(&call_with("ListTables", "origin: http://localhost:3000\r\n", "{}"));
    assert_eq!(answer.header("access-control-allow-origin"), Some("*"));
    assert!(answer.header("access-control-expose-headers").unwrap().contains("x-amzn-RequestId"));
    assert_eq!(client.ask(&call("ListTables", "{}")).header("access-control-allow-origin"), None);
}

#[test]
fn a_preflight_is_told_nothing_back_that_is_no_text() {
    let server = start(options());
    let mut client = Client::connect(&server);
    client.send(b"OPTIONS / HTTP/1.1\r\nhost: x\r\naccess-control-request-method: \xb0\r\n\r\n");
    let answer = client.receive().unwrap();
    assert_eq!((answer.status, answer.header("access-control-allow-methods")), (200, None));
}

#[test]
fn requests_that_are_sent_before_their_answers_are_answered_in_order() {
    let server = start(options());
    let mut client = client_with_table(&server);
    let gets: String = (0..50)
        .map(|number| {
            call("GetItem", &format!(r#"{{"TableName":"visits","Key":{{"user":{{"S":"{number}"}}}}}}"#))
        })
        .collect();
    let puts: String = (0..50).map(|number| call("PutItem", &put(&number.to_string(), "text"))).collect();
    client.send(puts + &gets);
    for number in 0..100 {
        let answer = client.receive().unwrap();
        let expected =
            if number < 50 { "{}".to_owned() } else { format!(r#""user":{{"S":"{}"}}"#, number - 50) };
        assert!(answer.status == 200 && answer.text().contains(&expected), "{number}: {answer:?}");
    }
}

#[test]
fn an_answer_does_not_wait_for_the_end_of_the_next_request() {
    let server = start(options());
    let mut client = Client::connect(&server);
    let request = call("ListTables", "{}");
    client.send(request.clone() + &request[..20]);
    assert_eq!(client.receive().unwrap().status, 200);
    client.send(&request[20..]);
    assert_eq!(client.receive().unwrap().status, 200);
    // Nor is it lost where what follows is none.
    client.send(request + " ");
    assert_eq!(client.receive().unwrap().status, 200);
}

#[test]
fn a_body_may_come_in_chunks_and_after_it_was_asked_for() {
    let server = start(options());
    let mut client = Client::connect(&server);
    let chunked = call("ListTables", "").replace("content-length: 0", "transfer-encoding: chunked");
    client.send(chunked + "1\r\n{\r\n1\r\n}\r\n0\r\n\r\n");
    assert_eq!(client.receive().unwrap().status, 200);
    let waiting = call_with("ListTables", "expect: 100-continue\r\n", "{}");
    client.send(waiting.strip_suffix("{}").unwrap());
    assert_eq!(client.receive().unwrap().status, 100);
    client.send("{}");
    assert_eq!(client.receive().unwrap().status, 200);
}

#[test]
fn a_log_tells_of_each_request() {
    let lines = Arc::new(Mutex::new(Vec::new()));
    let log = Arc::clone(&lines);
    let server = start(options().log(move |exchange| log.lock().unwrap().push(exchange.to_string())));
    let mut client = client_with_table(&server);
    let answer = client.ask(&call("DescribeTable", r#"{"TableName":"none"}"#));
    client.ask("GET / HTTP/1.1\r\nhost: x\r\n\r\n");
    server.stop();
    let lines = lines.lock().unwrap();
    assert_eq!(lines.len(), 3, "{lines:?}");
    assert!(lines[0].contains(" POST CreateTable 200 - "), "{lines:?}");
    assert!(lines[1].contains(" POST DescribeTable 400 ResourceNotFoundException "), "{lines:?}");
    assert!(lines[1].ends_with(answer.header("x-amzn-requestid").unwrap()), "{lines:?}");
    assert!(lines[2].contains(" GET / 200 - "), "{lines:?}");
}

#[test]
fn the_time_of_calls_is_the_clocks() {
    let clock = crate::VirtualClock::default();
    let server = start(options().clock(clock.clone()));
    let mut client = client_with_table(&server);
    let answer = client.ask(&call("DescribeTable", r#"{"TableName":"visits"}"#));
    assert!(answer.text().contains(r#""CreationDateTime":1800000000"#), "{answer:?}");
}

#[test]
fn a_file_is_answered_from_as_well() {
    let folder = std::env::temp_dir().join(format!("dynochemy-server-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let file = folder.join("visits.db");
    for expected in [r#"{"TableNames":[]}"#, r#"{"TableNames":["visits"]}"#] {
        let server = Server::start("127.0.0.1:0", SqlBackend::open(&file).unwrap(), options()).unwrap();
        let mut client = Client::connect(&server);
        assert_eq!(client.ask(&call("ListTables", "{}")).text(), expected);
        client.ask(&call("CreateTable", TABLE));
        server.stop();
    }
    std::fs::remove_dir_all(&folder).unwrap();
}
