//! A client that sends any bytes.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use super::Server;

/// Longer than anything takes that goes well.
const PATIENCE: Duration = Duration::from_secs(60);

pub(super) struct Client {
    stream: TcpStream,
    /// What has come in and was not looked at.
    rest: Vec<u8>,
}

/// An answer.
#[derive(Debug)]
pub(super) struct Received {
    pub(super) status: u16,
    headers: Vec<(String, String)>,
    pub(super) body: Vec<u8>,
}

impl Client {
    pub(super) fn connect(server: &Server) -> Self {
        let stream = TcpStream::connect(server.address()).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream.set_write_timeout(Some(PATIENCE)).unwrap();
        stream.set_nodelay(true).unwrap();
        Self { stream, rest: Vec::new() }
    }

    pub(super) fn send(&mut self, bytes: impl AsRef<[u8]>) {
        self.stream.write_all(bytes.as_ref()).unwrap();
    }

    /// As [`Client::send`], where the server may have hung up already.
    pub(super) fn try_send(&mut self, bytes: impl AsRef<[u8]>) -> bool {
        self.stream.write_all(bytes.as_ref()).is_ok()
    }

    /// Tells that nothing more is sent.
    pub(super) fn close_half(&mut self) {
        self.stream.shutdown(std::net::Shutdown::Write).unwrap();
    }

    pub(super) fn ask(&mut self, request: &str) -> Received {
        self.send(request);
        self.receive().expect("the server answers")
    }

    /// The next answer; `None` where the server hangs up before it is whole.
    pub(super) fn receive(&mut self) -> Option<Received> {
        let end = loop {
            if let Some(end) = self.rest.windows(4).position(|window| window == b"\r\n\r\n") {
                break end + 4;
            }
            if !self.read_more() {
                return None;
            }
        };
        let head: Vec<u8> = self.rest.drain(..end).collect();
        let head = String::from_utf8(head).unwrap();
        let mut lines = head.lines();
        let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
        let headers = lines.filter_map(|line| line.split_once(": "));
        let headers: Vec<_> = headers.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        let mut received = Received { status, headers, body: Vec::new() };
        let length: usize = received.header("content-length").map_or(0, |length| length.parse().unwrap());
        while self.rest.len() < length {
            if !self.read_more() {
                return None;
            }
        }
        received.body = self.rest.drain(..length).collect();
        Some(received)
    }

    /// That the server ends the connection, without another word.
    pub(super) fn expect_end(&mut self) {
        assert!(self.receive().is_none(), "the server does not hang up");
    }

    fn read_more(&mut self) -> bool {
        let mut buffer = [0; 8192];
        match self.stream.read(&mut buffer) {
            Ok(count) => {
                self.rest.extend_from_slice(&buffer[..count]);
                count > 0
            }
            Err(error) if error.kind() == std::io::ErrorKind::ConnectionReset => false,
            Err(error) => panic!("the server neither answers nor hangs up: {error}"),
        }
    }
}

impl Received {
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(found, _)| found.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }

    pub(super) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    /// The check sum that the answer tells.
    pub(super) fn check_sum(&self) -> u32 {
        self.header("x-amz-crc32").unwrap().parse().unwrap()
    }
}
