//! Clients that are slow, broken or hostile: each is answered or disconnected, and the others are not kept waiting.

use super::*;

/// Whether the server still answers.
fn assert_answers(server: &Server) {
    assert_eq!(Client::connect(server).ask(&call("ListTables", "{}")).status, 200);
}

#[test]
fn a_body_over_the_limit_is_refused_once_it_is_sent() {
    let server = start(options());
    let mut client = Client::connect(&server);
    client.send(call("PutItem", &" ".repeat((16 << 20) + 1)));
    assert_eq!(client.receive().unwrap().status, 413);
    client.expect_end();
    assert_answers(&server);
}

#[test]
fn a_body_far_over_the_limit_is_refused_before_it_is_sent() {
    let server = start(options());
    let mut client = Client::connect(&server);
    client.send(call("PutItem", "").replace("content-length: 0", "content-length: 100000000000"));
    assert_eq!(client.receive().unwrap().status, 413);
    client.expect_end();
    assert_answers(&server);
}

#[test]
fn a_body_of_the_limit_is_read() {
    let server = start(options());
    let body = " ".repeat((16 << 20) - 2) + "{}";
    assert_eq!(Client::connect(&server).ask(&call("ListTables", &body)).status, 200);
}

#[test]
fn a_body_that_turns_out_too_large_is_refused() {
    let server = start(limited(|limits| limits.body_bytes = 100_000));
    let chunked = call("ListTables", "").replace("content-length: 0", "transfer-encoding: chunked");
    let mut client = Client::connect(&server);
    client.send(chunked);
    let chunk = format!("{:x}\r\n{}\r\n", 10_000, " ".repeat(10_000));
    // It hears the answer even if it listens only after it has sent all.
    client.send(chunk.repeat(2000));
    assert_eq!(client.receive().unwrap().status, 413);
    client.expect_end();
    assert_answers(&server);
}

#[test]
fn who_sends_far_too_large_a_body_before_it_listens_hears_why_it_is_refused() {
    let server = start(limited(|limits| limits.body_bytes = 100_000));
    let mut client = Client::connect(&server);
    client.send(call("ListTables", &" ".repeat(20_000_000)));
    assert_eq!(client.receive().unwrap().status, 413);
    client.expect_end();
}

#[test]
fn who_never_ends_what_is_refused_is_disconnected() {
    let server = start(limited(|limits| (limits.body_bytes, limits.body) = (100_000, 3)));
    let mut client = Client::connect(&server);
    client.send(call("ListTables", "").replace("content-length: 0", "content-length: 100000000000"));
    assert_eq!(client.receive().unwrap().status, 413);
    let sent = (0..10_000_000).take_while(|_| client.try_send(" ")).count();
    assert!(sent < 10_000_000);
}

#[test]
fn a_body_that_is_too_large_when_it_is_decompressed_is_refused() {
    use std::io::Write as _;
    let server = start(limited(|limits| limits.body_bytes = 100_000));
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(" ".repeat(100_001).as_bytes()).unwrap();
    let body = encoder.finish().unwrap();
    let mut client = Client::connect(&server);
    let head = call_with("ListTables", "content-encoding: gzip\r\n", "");
    client.send(head.replace("content-length: 0", &format!("content-length: {}", body.len())));
    client.send(&body);
    assert_eq!(client.receive().unwrap().status, 413);
}

#[test]
fn a_head_over_the_limit_is_refused() {
    let server = start(options());
    let mut client = Client::connect(&server);
    client.try_send(call_with("ListTables", &format!("x-long: {}\r\n", "x".repeat(1_000_000)), "{}"));
    if let Some(answer) = client.receive() {
        assert_eq!(answer.status, 431);
    }
    assert_answers(&server);
}

#[test]
fn what_is_not_http_is_refused() {
    let server = start(options());
    for bytes in [
        &b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"[..],
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"POST / HTTP/1.1\r\nhost x\r\n\r\n",
        b"POST / HTTP/1.1\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n",
        b"POST / HTTP/1.1\r\ncontent-length: -1\r\n\r\n",
        b"\x00\x00\x00\x00\r\n\r\n",
    ] {
        let mut client = Client::connect(&server);
        client.send(bytes);
        if let Some(answer) = client.receive() {
            assert_eq!(answer.status, 400, "{}", bytes.escape_ascii());
        }
    }
    let mut client = Client::connect(&server);
    let chunked = call("ListTables", "").replace("content-length: 0", "transfer-encoding: chunked");
    client.send(chunked + "xyz\r\n");
    assert_eq!(client.receive().unwrap().status, 400);
    client.expect_end();
    assert_answers(&server);
}

#[test]
fn json_of_any_depth_is_answered() {
    let server = start(options());
    let mut client = client_with_table(&server);
    for (open, close) in [("[", "]"), (r#"{"a":"#, "}")] {
        let body = open.repeat(500_000) + "1" + &close.repeat(500_000);
        assert_eq!(client.ask(&call("PutItem", &body)).status, 400);
        assert_eq!(client.ask(&call("PutItem", &open.repeat(500_000))).status, 400);
    }
    assert_answers(&server);
}

#[test]
fn who_does_not_finish_a_head_is_disconnected() {
    let server = start(limited(|limits| limits.head = 3));
    // Nothing at all, a part of the first head, and a part of the second one.
    Client::connect(&server).expect_end();
    let mut client = Client::connect(&server);
    client.send("POST / HTT");
    client.expect_end();
    let mut client = Client::connect(&server);
    assert_eq!(client.ask(&call("ListTables", "{}")).status, 200);
    client.send("POST / HTT");
    client.expect_end();
}

#[test]
fn who_does_not_finish_a_body_is_disconnected() {
    let server = start(limited(|limits| limits.body = 3));
    let mut client = Client::connect(&server);
    client.send(call("ListTables", "{}").strip_suffix('}').unwrap());
    client.expect_end();
}

#[test]
fn who_sends_a_body_byte_by_byte_is_disconnected_too() {
    let server = start(limited(|limits| limits.body = 3));
    let mut client = Client::connect(&server);
    client.send(call("ListTables", "").replace("content-length: 0", "content-length: 10000000"));
    // It takes them as they come, until it is too late.
    let sent = (0..10_000_000).take_while(|_| client.try_send(" ")).count();
    assert!(sent < 10_000_000);
    client.expect_end();
    assert_answers(&server);
}

#[test]
fn who_says_nothing_for_long_is_disconnected() {
    let server = start(limited(|limits| limits.idle = 3));
    let mut client = Client::connect(&server);
    assert_eq!(client.ask(&call("ListTables", "{}")).status, 200);
    client.expect_end();
}

/// A client that asks for more than the sockets' buffers hold, and reads none of it.
fn client_that_does_not_read(server: &Server, client: &mut Client) -> Client {
    let text = "x".repeat(390_000);
    for number in 0..3 {
        assert_eq!(client.ask(&call("PutItem", &put(&number.to_string(), &text))).status, 200);
    }
    let mut slow = Client::connect(server);
    slow.send(call("Scan", r#"{"TableName":"visits"}"#).repeat(40));
    slow
}

#[test]
fn who_does_not_take_an_answer_is_disconnected() {
    let server = start(limited(|limits| (limits.stalled, limits.body) = (3, 100)));
    let mut client = client_with_table(&server);
    let mut slow = client_that_does_not_read(&server, &mut client);
    // Reading begins once it has been given up, which another client's half body outlasts.
    client.send(call("ListTables", "{}").strip_suffix('}').unwrap());
    client.expect_end();
    let received = std::iter::from_fn(|| slow.receive()).count();
    assert!(received < 40, "all {received} answers were sent");
}

#[test]
fn who_takes_a_large_answer_for_longest_makes_room_for_another_one() {
    // For one answer and a half.
    let server = start(limited(|limits| (limits.stalled, limits.answers_bytes) = (1_000_000, 1_700_000)));
    let mut client = client_with_table(&server);
    let slow = [(); 2].map(|()| client_that_does_not_read(&server, &mut client));
    // Who asks for little waits for nobody.
    assert_eq!(client.ask(&call("ListTables", "{}")).status, 200);
    let mut received = slow.map(|mut slow| std::iter::from_fn(|| slow.receive()).take(40).count());
    received.sort_unstable();
    assert!(received[0] < 40 && received[1] == 40, "{received:?} of 40 each");
}

#[test]
fn large_bodies_wait_for_room_and_small_ones_do_not() {
    let server = start(limited(|limits| {
        (limits.body, limits.body_bytes, limits.bodies_bytes) = (20, 1 << 20, 1 << 20)
    }));
    let large = call("ListTables", &(" ".repeat((1 << 20) - 2) + "{}"));
    let mut half = Client::connect(&server);
    half.send(&large[..large.len() / 2]);
    let mut waiting = Client::connect(&server);
    waiting.send(&large);
    assert_answers(&server);
    // Once the first one is late.
    assert_eq!(waiting.receive().unwrap().status, 200);
    half.expect_end();
}

#[test]
fn who_only_announces_large_bodies_takes_no_room() {
    let server = start(limited(|limits| (limits.body, limits.bodies_bytes) = (1_000_000, 16 << 20)));
    let head = call("ListTables", "").replace("content-length: 0", "content-length: 16777216");
    let heads = [(); 16].map(|()| {
        let mut client = Client::connect(&server);
        client.send(&head);
        client
    });
    let body = " ".repeat(70_000) + "{}";
    assert_eq!(Client::connect(&server).ask(&call("ListTables", &body)).status, 200);
    drop(heads);
}

#[test]
fn small_bodies_of_unknown_length_do_not_wait_for_room() {
    use std::io::Write as _;
    let server = start(limited(|limits| (limits.body, limits.bodies_bytes) = (1_000_000, 16 << 20)));
    let large = call("ListTables", &" ".repeat(16 << 20));
    let mut half = Client::connect(&server);
    half.send(&large[..large.len() / 2]);
    let mut client = Client::connect(&server);
    let chunked = call("ListTables", "").replace("content-length: 0", "transfer-encoding: chunked");
    assert_eq!(client.ask(&(chunked + "2\r\n{}\r\n0\r\n\r\n")).status, 200);
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(b"{}").unwrap();
    let body = encoder.finish().unwrap();
    let head = call_with("ListTables", "content-encoding: gzip\r\n", "");
    client.send(head.replace("content-length: 0", &format!("content-length: {}", body.len())));
    client.send(&body);
    assert_eq!(client.receive().unwrap().status, 200);
}

#[test]
fn many_idle_connections_keep_nobody_waiting() {
    let server = start(options());
    let idle: Vec<Client> = (0..400).map(|_| Client::connect(&server)).collect();
    assert_answers(&server);
    for mut client in idle {
        assert_eq!(client.ask(&call("ListTables", "{}")).status, 200);
    }
}
