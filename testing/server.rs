//! A scripted HTTP server on loopback, for the drivers' tests, which include this file by its path.
//!
//! It is std only, on threads of its own, and no DynamoDB: the test says what each request is answered with, and the
//! server can fail in all the ways that a network has.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::thread;

/// A request as it came.
#[derive(Clone, Debug)]
pub struct Received {
    /// What follows the dot in `x-amz-target`.
    pub action: String,
    /// The JSON.
    pub body: String,
}

/// What a request is answered with.
#[derive(Clone, Debug)]
pub enum Answer {
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
    pub fn ok(json: &str) -> Self {
        Self::Json(200, json.to_owned())
    }
}

type Script = dyn Fn(&Received) -> Answer + Send + Sync;

/// The server; it stops when it is dropped.
pub struct Server {
    address: SocketAddr,
    received: Arc<Mutex<Vec<Received>>>,
    arrivals: Mutex<Receiver<()>>,
    stopped: Arc<AtomicBool>,
}

impl Server {
    /// Answers each request as the script says.
    pub fn start(script: impl Fn(&Received) -> Answer + Send + Sync + 'static) -> Self {
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
    pub fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    /// How many requests of an action came.
    pub fn count(&self, action: &str) -> usize {
        self.received.lock().unwrap().iter().filter(|received| received.action == action).count()
    }

    /// Waits until one more request has come.
    pub fn wait_for_arrival(&self) {
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
pub fn deserted_address() -> SocketAddr {
    TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap()
}

/// Answers the requests of one connection; `None` when it is over.
fn serve(
    mut stream: TcpStream,
    script: &Script,
    received: &Mutex<Vec<Received>>,
    arrived: &Sender<()>,
) -> Option<()> {
    let mut reader = BufReader::new(stream.try_clone().ok()?);
    loop {
        let request = read_request(&mut reader)?;
        received.lock().unwrap().push(request.clone());
        let answer = script(&request);
        // Nobody may be waiting.
        let _ = arrived.send(());
        match answer {
            Answer::Json(status, json) => write(&mut stream, status, "application/x-amz-json-1.0", &json)?,
            Answer::Html(status, html) => write(&mut stream, status, "text/html", &html)?,
            Answer::Truncated(json) => {
                write(&mut stream, 200, "application/x-amz-json-1.0", &json[..json.len() / 2])?
            }
            Answer::Close => return None,
            Answer::Reset(json) => {
                let head = head(200, "application/x-amz-json-1.0", json.len());
                let half = &json[..json.len() / 2];
                stream.write_all(format!("{head}{half}").as_bytes()).ok()?;
                return reset(stream, reader);
            }
            Answer::Never => {
                // Until the client has closed it.
                let _ = reader.read_to_end(&mut Vec::new());
                return None;
            }
        }
    }
}

/// What closes a connection while bytes of the client are unread resets it. The first byte of a next request would be
/// such; there is none, so the connection is only broken off in the middle of the body.
fn reset(stream: TcpStream, reader: BufReader<TcpStream>) -> Option<()> {
    drop(reader);
    drop(stream);
    None
}

fn read_request(reader: &mut BufReader<TcpStream>) -> Option<Received> {
    let (mut action, mut length) = (String::new(), 0);
    let mut line = String::new();
    while reader.read_line(&mut line).ok()? > 0 && line != "\r\n" {
        if let Some((name, value)) = line.trim_end().split_once(": ") {
            match name.to_ascii_lowercase().as_str() {
                "x-amz-target" => action = value.split_once('.')?.1.to_owned(),
                "content-length" => length = value.parse().ok()?,
                _ => {}
            }
        }
        line.clear();
    }
    if action.is_empty() {
        return None;
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some(Received { action, body: String::from_utf8(body).ok()? })
}

fn head(status: u16, content_type: &str, length: usize) -> String {
    format!("HTTP/1.1 {status} Scripted\r\ncontent-type: {content_type}\r\ncontent-length: {length}\r\n\r\n")
}

fn write(stream: &mut TcpStream, status: u16, content_type: &str, body: &str) -> Option<()> {
    stream.write_all(format!("{}{body}", head(status, content_type, body.len())).as_bytes()).ok()
}
