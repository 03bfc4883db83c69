//! The calls: what a client of AWS sends, headers and all.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::sync::{Barrier, Mutex};
use std::time::{Duration, Instant};

use bench_server::item;

const CONNECTIONS: u64 = 64;
/// In the table.
const ITEMS: u64 = 10_000;

const TABLE: &str = r#"{"TableName":"visits","BillingMode":"PAY_PER_REQUEST","KeySchema":[{"AttributeName":"user","KeyType":"HASH"},{"AttributeName":"time","KeyType":"RANGE"}],"AttributeDefinitions":[{"AttributeName":"user","AttributeType":"S"},{"AttributeName":"time","AttributeType":"N"}]}"#;

#[derive(Clone, Copy)]
pub enum Action {
    Get,
    Put,
}

impl Action {
    pub const ALL: [Self; 2] = [Self::Get, Self::Put];

    pub fn name(self) -> &'static str {
        match self {
            Self::Get => "get",
            Self::Put => "put",
        }
    }

    /// Of each round's puts, the contents are others: SQLite does not write a page that stays the same.
    fn request(self, number: u64, round: u64) -> Vec<u8> {
        let number = number % ITEMS;
        match self {
            Self::Get => message(
                "GetItem",
                &format!(
                    r#"{{"TableName":"visits","Key":{{"user":{{"S":"3f1c9f0e-7d55-4c3b-9a51-{number:012}"}},"time":{{"N":"{number}"}}}}}}"#
                ),
            ),
            Self::Put => {
                let item = item(number).replace("0.8125", &format!("{round}.8125"));
                message("PutItem", &format!(r#"{{"TableName":"visits","Item":{item}}}"#))
            }
        }
    }
}

/// As boto3 sends it; nobody here looks at the signature.
fn message(action: &str, body: &str) -> Vec<u8> {
    format!(
        "POST / HTTP/1.1\r\nHost: 127.0.0.1:8000\r\nAccept-Encoding: identity\r\nX-Amz-Target: DynamoDB_20120810.{action}\r\n\
         Content-Type: application/x-amz-json-1.0\r\nUser-Agent: Boto3/1.44.5 md/Botocore#1.44.5 ua/2.1 os/linux#6.1 \
         md/arch#x86_64 lang/python#3.12.3 md/pyimpl#CPython cfg/retry-mode#legacy\r\nX-Amz-Date: 20261122T151000Z\r\n\
         Authorization: AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20261122/eu-west-1/dynamodb/aws4_request, \
         SignedHeaders=content-type;host;x-amz-date;x-amz-target, \
         Signature=5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7\r\n\
         amz-sdk-invocation-id: 2f6a1c1e-4c39-4d0c-9d1f-6f0e5a1b2c3d\r\namz-sdk-request: attempt=1\r\n\
         Content-Length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

pub struct Client {
    connections: Vec<Mutex<TcpStream>>,
}

impl Client {
    pub fn connect(address: SocketAddr) -> Self {
        let connections = (0..CONNECTIONS).map(|_| {
            let stream = TcpStream::connect(address).expect("the server answers");
            stream.set_nodelay(true).expect("the socket takes it");
            Mutex::new(stream)
        });
        Self { connections: connections.collect() }
    }

    /// Makes the table, and its items.
    pub fn prepare(&self) {
        let mut stream = self.connections[0].lock().expect("nobody panicked");
        call(&mut stream, &message("CreateTable", TABLE), &mut Vec::new());
        for number in 0..ITEMS {
            call(&mut stream, &Action::Put.request(number, 0), &mut Vec::new());
        }
        // Where it is not there, the figures would be those of errors.
        let mut answer = Vec::new();
        call(&mut stream, &Action::Get.request(ITEMS - 1, 0), &mut answer);
        assert!(
            String::from_utf8_lossy(&answer).contains("scarlett.butler"),
            "{}",
            String::from_utf8_lossy(&answer)
        );
    }

    /// Makes so many calls, on all connections at once; tells how long it took.
    pub fn run(&self, action: Action, calls: u64, round: u64) -> Duration {
        let each = calls / CONNECTIONS;
        let barrier = Barrier::new(self.connections.len() + 1);
        std::thread::scope(|scope| {
            for (connection, number) in self.connections.iter().zip(0_u64..) {
                let barrier = &barrier;
                scope.spawn(move || {
                    // Each item once in a round, in an order that jumps.
                    let first = (round * CONNECTIONS + number) * each;
                    let requests: Vec<Vec<u8>> = (first..first + each)
                        .map(|number| action.request(number * 7919, round + 1))
                        .collect();
                    let mut stream = connection.lock().expect("nobody panicked");
                    let mut answer = Vec::with_capacity(4096);
                    barrier.wait();
                    for request in &requests {
                        call(&mut stream, request, &mut answer);
                    }
                    barrier.wait();
                });
            }
            barrier.wait();
            let started = Instant::now();
            barrier.wait();
            started.elapsed()
        })
    }
}

/// Sends a request, and reads its answer up to the end.
fn call(stream: &mut TcpStream, request: &[u8], answer: &mut Vec<u8>) {
    const LENGTH: &[u8] = b"content-length: ";
    stream.write_all(request).expect("the server reads");
    answer.clear();
    let mut buffer = [0; 8192];
    let mut whole = usize::MAX;
    while answer.len() < whole {
        let count = stream.read(&mut buffer).expect("the server answers");
        assert!(count > 0, "the server hung up");
        answer.extend_from_slice(&buffer[..count]);
        if whole == usize::MAX
            && let Some(head) = answer.windows(4).position(|window| window == b"\r\n\r\n")
        {
            assert!(answer.starts_with(b"HTTP/1.1 200"), "{}", String::from_utf8_lossy(answer));
            let lower = answer[..head].to_ascii_lowercase();
            let at =
                lower.windows(LENGTH.len()).position(|window| window == LENGTH).expect("it has a length");
            let digits =
                lower[at + LENGTH.len()..].split(|byte| *byte == b'\r').next().expect("there is a first one");
            let length: usize =
                std::str::from_utf8(digits).ok().and_then(|text| text.parse().ok()).expect("a number");
            whole = head + 4 + length;
        }
    }
}
