//! As many idle connections to `dynochemy-local` as this process may have, up to 10,000: they keep nobody waiting, and each
//! takes little. A process of its own, since it takes all file descriptors.

#![allow(clippy::unwrap_used, reason = "a test")]

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Command, Stdio};

const CONNECTIONS: usize = 10_000;
/// What one may take of the server's memory, in bytes: a buffer of 8 KB, and what else a connection is.
const EACH: u64 = 24 << 10;

const CALL: &[u8] =
    b"POST / HTTP/1.1\r\nhost: x\r\ncontent-type: application/x-amz-json-1.0\r\nauthorization: AWS4-\r\n\
    x-amz-target: DynamoDB_20120810.ListTables\r\ncontent-length: 2\r\n\r\n{}";

fn ask(stream: &mut TcpStream) {
    stream.write_all(CALL).unwrap();
    let mut answer = [0; 1024];
    let count = stream.read(&mut answer).unwrap();
    assert!(answer[..count].starts_with(b"HTTP/1.1 200"), "{}", answer[..count].escape_ascii());
}

#[test]
fn ten_thousand_idle_connections_keep_nobody_waiting_and_take_little() {
    // The server takes what the system lets it have, however little it is given at first.
    let program = env!("CARGO_BIN_EXE_dynochemy-local");
    let script = format!("ulimit -Sn 256; exec '{program}' --port 0");
    let mut child = Command::new("sh").args(["-c", &script]).stdout(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let address = line.trim_end().strip_prefix("http://").unwrap();
    let status = format!("/proc/{}/status", child.id());

    let mut first = TcpStream::connect(address).unwrap();
    ask(&mut first);
    let before = resident(&status);
    let mut idle: Vec<TcpStream> = Vec::new();
    while idle.len() < CONNECTIONS
        && let Ok(mut stream) = TcpStream::connect(address)
    {
        // Every other one has nothing to say at all.
        if idle.len().is_multiple_of(2) {
            ask(&mut stream);
        }
        idle.push(stream);
    }
    assert!(idle.len() > 200, "this process may have {} connections only", idle.len());
    let after = resident(&status);
    for stream in idle.iter_mut().chain([&mut first]) {
        ask(stream);
    }
    if let (Some(before), Some(after)) = (before, after) {
        assert!(
            after.saturating_sub(before) < EACH * idle.len() as u64,
            "{before} and {after} for {}",
            idle.len()
        );
    }
    child.kill().unwrap();
    child.wait().unwrap();
}

/// The process's memory in bytes, where the system tells it so.
fn resident(status: &str) -> Option<u64> {
    let text = std::fs::read_to_string(status).ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    Some(line.trim().strip_suffix(" kB")?.parse::<u64>().ok()? << 10)
}
