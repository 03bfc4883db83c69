//! How long connections are kept, and what becomes of a message when a kept one is gone.

#![allow(clippy::unwrap_used, reason = "a test")]

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::Duration;

use dynochemy_tokio::{Credentials, Db, Solvent, Table};
use serde::{Deserialize, Serialize};
use tokio::task::yield_now;
use tokio::time::{advance, pause, resume};

#[derive(Debug, PartialEq, Table, Serialize, Deserialize)]
#[table(name = "users")]
struct User {
    #[table(hash_key)]
    id: String,
}

#[derive(Debug, PartialEq)]
enum Event {
    Opened,
    Closed,
}

/// Answers `answers` requests on each connection and tells of each that is opened or closed.
fn serve(answers: usize) -> (Db, Receiver<Event>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    let (tell, events) = channel();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let tell = tell.clone();
            thread::spawn(move || connection(stream.unwrap(), answers, &tell));
        }
    });
    let credentials = Credentials::new("any", "any");
    let db = Db::builder().endpoint(endpoint).region("local").credentials(credentials).build().unwrap();
    (db, events)
}

fn connection(mut stream: TcpStream, answers: usize, tell: &Sender<Event>) {
    let _ = tell.send(Event::Opened);
    for _ in 0..answers {
        let mut request = String::new();
        // A body is as long as its head says, and comes in one piece with it or right after.
        loop {
            let mut bytes = [0; 4096];
            match stream.read(&mut bytes) {
                Ok(0) | Err(_) => return drop(tell.send(Event::Closed)),
                Ok(count) => request.push_str(std::str::from_utf8(&bytes[..count]).unwrap()),
            }
            let (head, body) = request.split_once("\r\n\r\n").unwrap_or((&request, ""));
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
            if length.and_then(|length| length.parse().ok()) == Some(body.len()) {
                break;
            }
        }
        let body = r#"{"Item":{"id":{"S":"1"}}}"#;
        let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n", body.len());
        stream.write_all(format!("{head}{body}").as_bytes()).unwrap();
    }
    drop(stream);
    let _ = tell.send(Event::Closed);
}

#[tokio::test]
async fn a_connection_is_kept_for_a_while_and_then_closed() {
    let (db, events) = serve(usize::MAX);
    let found = Some(User { id: "1".to_owned() });
    assert_eq!(db.run(User::get("1")).await.unwrap(), found);
    pause();
    advance(Duration::from_secs(19)).await;
    resume();
    assert_eq!(db.run(User::get("1")).await.unwrap(), found);
    assert_eq!(events.try_iter().collect::<Vec<_>>(), [Event::Opened]);
    pause();
    advance(Duration::from_secs(21)).await;
    resume();
    // Nobody asks for anything meanwhile.
    let closed =
        tokio::task::spawn_blocking(move || (events.recv_timeout(Duration::from_secs(5)).unwrap(), events))
            .await
            .unwrap();
    assert_eq!(closed.0, Event::Closed);
    assert_eq!(db.run(User::get("1")).await.unwrap(), found);
    assert_eq!(closed.1.recv().unwrap(), Event::Opened);
}

#[tokio::test]
async fn a_kept_connection_that_the_server_has_closed_costs_no_attempt() {
    let (db, events) = serve(1);
    for _ in 0..3 {
        let mut solvent = Solvent::new();
        let user = solvent.add(User::get("1"));
        let mut outcome = db.run(solvent).await.unwrap();
        assert!(outcome.take(user).unwrap().is_some());
        assert_eq!((outcome.report().total_requests(), outcome.report().retries), (1, 0));
        assert_eq!([events.recv().unwrap(), events.recv().unwrap()], [Event::Opened, Event::Closed]);
        // The runtime hears of it when it next looks at its sockets.
        for _ in 0..3 {
            yield_now().await;
        }
    }
}
