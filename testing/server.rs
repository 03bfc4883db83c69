//! A scripted HTTP server on loopback, for the drivers' tests, which include this file by its path.
//!
//! It is std only, on threads of its own, and no DynamoDB: the test says what each request is answered with, and the
//! server can fail in all the ways that a network has.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::thread;

const JSON: &str = "application/x-amz-json-1.0";

/// A request as it came.
#[derive(Clone, Debug)]
pub(crate) struct Received {
    /// What follows the dot in `x-amz-target`.
    pub(crate) action: String,
    /// The JSON, but for its last brace.
    pub(crate) body: String,
}

/// What a request is answered with.
#[derive(Clone, Debug)]
pub(crate) enum Answer {
    /// A status and JSON.
    Json(u16, String),
    /// A status and a web page.
    Html(u16, String),
    /// Status 200 and JSON that ends too early, although its length is right.
    Truncated(String),
    /// Nothing: the connection is closed.
    Close,
    /// The half of this JSON, and then a reset of the connection.
    Reset(String),
    /// Nothing, while the connection stays open.
    Never,
}

impl Answer {
    /// Status 200 and this JSON.
    pub(crate) fn ok(json: &str) -> Self {
        Self::Json(200, json.to_owned())
    }
}

type Script = dyn Fn(&Received) -> Answer + Send + Sync;

/// The server; it stops when it is dropped.
pub(crate) struct Server {
    address: SocketAddr,
    received: Arc<Mutex<Vec<Received>>>,
    arrivals: Mutex<Receiver<()>>,
    stopped: Arc<AtomicBool>,
}

impl Server {
    /// Answers each request as the script says.
    pub(crate) fn start(script: impl Fn(&Received) -> Answer + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let (arrived, arrivals) = channel();
        let server = Self {
            address: listener.local_addr().unwrap(),
            received: Arc::default(),
            arrivals: Mutex::new(arrivals),
            stopped: Arc::default(),
        };
        let (received, stopped) = (server.received.clone(), server.stopped.clone());
        let script: Arc<Script> = Arc::new(script);
        thread::spawn(move || {
            for stream in listener.incoming() {
                if stopped.load(Ordering::SeqCst) {
                    return;
                }
                let (script, received, arrived) = (script.clone(), received.clone(), arrived.clone());
                // A client may go away at any time; then its thread ends.
                thread::spawn(move || serve(stream.ok()?, &*script, &received, &arrived));
            }
        });
        server
    }

    /// Where it listens, as a URL.
    pub(crate) fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    /// How many requests of an action came.
    pub(crate) fn count(&self, action: &str) -> usize {
        self.received.lock().unwrap().iter().filter(|received| received.action == action).count()
    }

    /// Waits until one more request has come.
    pub(crate) fn wait_for_arrival(&self) {
        self.arrivals.lock().unwrap().recv().unwrap();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stopped.store(true, Ordering::SeqCst);
        // Wakes the thread that accepts.
        let _ = TcpStream::connect(self.address);
    }
}

/// An address at which nobody listens.
pub(crate) fn deserted_address() -> SocketAddr {
    TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap()
}

/// Answers the requests of one connection; `None` when it is over.
fn serve(
    mut stream: TcpStream,
    script: &Script,
    received: &Mutex<Vec<Received>>,
    arrived: &Sender<()>,
) -> Option<()> {
    loop {
        let (request, last_byte) = read_request(&mut stream)?;
        received.lock().unwrap().push(request.clone());
        let answer = script(&request);
        // Nobody may be waiting.
        let _ = arrived.send(());
        if let Answer::Reset(json) = &answer {
            let (head, half) = (head(200, JSON, json.len()), &json[..json.len() / 2]);
            // What closes a connection while bytes of the client are unread resets it: the last one still is.
            return stream.write_all(format!("{head}{half}").as_bytes()).ok().and(None);
        }
        stream.read_exact(&mut vec![0; last_byte]).ok()?;
        match answer {
            Answer::Json(status, json) => write(&mut stream, status, JSON, &json)?,
            Answer::Html(status, html) => write(&mut stream, status, "text/html", &html)?,
            Answer::Truncated(json) => write(&mut stream, 200, JSON, &json[..json.len() / 2])?,
            Answer::Close | Answer::Reset(_) => return None,
            // Until the client has closed it.
            Answer::Never => return stream.read_to_end(&mut Vec::new()).ok().and(None),
        }
    }
}

/// Reads a request but for the last byte of its body, whose count (one, or none) comes with it.
fn read_request(stream: &mut TcpStream) -> Option<(Received, usize)> {
    let mut seen = [0; 8 << 10];
    let length = loop {
        let count = stream.peek(&mut seen).ok()?;
        match seen[..count].windows(4).position(|bytes| bytes == b"\r\n\r\n") {
            Some(end) => break end + 4,
            // The connection is at its end, or begins with a handshake: TLS is not spoken here.
            None if count == 0 || seen[0] == 0x16 => return None,
            None => thread::yield_now(),
        }
    };
    stream.read_exact(&mut seen[..length]).ok()?;
    let head = std::str::from_utf8(&seen[..length]).ok()?;
    let header = |wanted: &str| {
        let mut pairs = head.lines().filter_map(|line| line.split_once(':'));
        pairs.find(|(name, _)| name.eq_ignore_ascii_case(wanted)).map(|(_, value)| value.trim())
    };
    let action = header("x-amz-target")?.split_once('.')?.1.to_owned();
    let length: usize = header("content-length")?.parse().ok()?;
    let last_byte = length.min(1);
    let mut body = vec![0; length - last_byte];
    stream.read_exact(&mut body).ok()?;
    Some((Received { action, body: String::from_utf8(body).ok()? }, last_byte))
}

fn head(status: u16, content_type: &str, length: usize) -> String {
    format!("HTTP/1.1 {status} Scripted\r\ncontent-type: {content_type}\r\ncontent-length: {length}\r\n\r\n")
}

fn write(stream: &mut TcpStream, status: u16, content_type: &str, body: &str) -> Option<()> {
    stream.write_all(format!("{}{body}", head(status, content_type, body.len())).as_bytes()).ok()
}
