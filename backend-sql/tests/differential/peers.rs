//! Those who are asked: the backend, and servers over HTTP on a connection that is kept.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;

use dynochemy_sql::{Moment, SqlBackend};
use serde_json::Value;

/// A status and the JSON beside it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Value,
}

pub(crate) trait Peer {
    fn answer(&mut self, action: &str, body: &str) -> Answer;
}

/// The backend, with nothing in it; over HTTP where its server is there, so that both are compared.
pub(crate) fn ours() -> Box<dyn Peer> {
    let backend = SqlBackend::in_memory().expect("SQLite has memory");
    #[cfg(feature = "server")]
    return Box::new(over_http::Ours::new(backend));
    #[cfg(not(feature = "server"))]
    Box::new(backend)
}

#[cfg(feature = "server")]
mod over_http {
    use dynochemy_sql::server::{Server as LocalServer, ServerOptions};
    use dynochemy_sql::{SqlBackend, VirtualClock};

    use super::{Answer, NOW, Peer, Server};

    /// A server of ours, which ends with it.
    pub(crate) struct Ours {
        _server: LocalServer,
        peer: Server,
    }

    impl Ours {
        pub(crate) fn new(backend: SqlBackend) -> Self {
            let options = ServerOptions::new().clock(VirtualClock::new(NOW));
            let server = LocalServer::start("127.0.0.1:0", backend, options).expect("there is a free port");
            let peer = Server { place: server.address().to_string(), connection: None };
            Self { _server: server, peer }
        }
    }

    impl Peer for Ours {
        fn answer(&mut self, action: &str, body: &str) -> Answer {
            self.peer.answer(action, body)
        }
    }
}

/// On the backend's clock.
const NOW: Moment = Moment::from_secs(1_700_000_000);

impl Peer for SqlBackend {
    fn answer(&mut self, action: &str, body: &str) -> Answer {
        let answer = self.answer_json(action, body.as_bytes(), NOW);
        Answer {
            status: answer.status,
            body: serde_json::from_slice(&answer.body).expect("the backend answers JSON"),
        }
    }
}

/// A server.
#[derive(Debug)]
pub(crate) struct Server {
    place: String,
    connection: Option<BufReader<TcpStream>>,
}

impl Server {
    /// The one that an environment variable names.
    pub(crate) fn named_by(variable: &str) -> Option<Self> {
        let url = std::env::var(variable).ok()?;
        let place = url.strip_prefix("http://").expect("a URL of http").trim_end_matches('/').to_owned();
        Some(Self { place, connection: None })
    }

    fn try_answer(&mut self, action: &str, body: &str) -> std::io::Result<Answer> {
        if self.connection.is_none() {
            let stream = TcpStream::connect(&self.place)?;
            stream.set_nodelay(true)?;
            self.connection = Some(BufReader::new(stream));
        }
        let connection = self.connection.as_mut().expect("it was just made");
        let is_of_streams =
            matches!(action, "DescribeStream" | "GetShardIterator" | "GetRecords" | "ListStreams");
        let service = if is_of_streams { "DynamoDBStreams" } else { "DynamoDB" };
        let head = format!(
            "POST / HTTP/1.1\r\nhost: {}\r\ncontent-type: application/x-amz-json-1.0\r\nx-amz-target: \
             {service}_20120810.{action}\r\nauthorization: AWS4-HMAC-SHA256 \
             Credential=a/20260101/us-east-1/dynamodb/aws4_request, SignedHeaders=host;x-amz-date, \
             Signature=abc\r\nx-amz-date: 20260101T000000Z\r\ncontent-length: {}\r\n\r\n",
            self.place,
            body.len()
        );
        connection.get_mut().write_all(&[head.as_bytes(), body.as_bytes()].concat())?;
        let mut line = String::new();
        connection.read_line(&mut line)?;
        let status = line.split(' ').nth(1).and_then(|status| status.parse().ok());
        let status: u16 = status.ok_or_else(|| std::io::Error::other(format!("no status in {line:?}")))?;
        let (mut length, mut is_chunked) = (0, false);
        loop {
            line.clear();
            connection.read_line(&mut line)?;
            let header = line.trim().to_ascii_lowercase();
            if header.is_empty() {
                break;
            }
            if let Some(value) = header.strip_prefix("content-length:") {
                length = value.trim().parse().map_err(std::io::Error::other)?;
            }
            is_chunked |= header.starts_with("transfer-encoding:") && header.ends_with("chunked");
        }
        let mut bytes = vec![0; length];
        if is_chunked {
            bytes = chunks(connection)?;
        } else {
            connection.read_exact(&mut bytes)?;
        }
        let body = serde_json::from_slice(&bytes)
            .unwrap_or_else(|_| Value::String(String::from_utf8_lossy(&bytes).into_owned()));
        Ok(Answer { status, body })
    }
}

fn chunks(connection: &mut BufReader<TcpStream>) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    loop {
        let mut line = String::new();
        connection.read_line(&mut line)?;
        let size = usize::from_str_radix(line.trim(), 16).map_err(std::io::Error::other)?;
        let begin = bytes.len();
        bytes.resize(begin + size, 0);
        connection.read_exact(&mut bytes[begin..])?;
        connection.read_line(&mut line)?;
        if size == 0 {
            return Ok(bytes);
        }
    }
}

impl Peer for Server {
    fn answer(&mut self, action: &str, body: &str) -> Answer {
        match self.try_answer(action, body) {
            Ok(answer) => answer,
            Err(error) => {
                // What a server that dies leaves behind shows as an answer that differs.
                self.connection = None;
                Answer { status: 0, body: Value::String(format!("no answer: {error}")) }
            }
        }
    }
}
