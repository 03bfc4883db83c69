//! How a server starts and ends.

use super::*;

#[test]
fn a_port_in_use_is_told_with_what_to_do() {
    let server = start(options());
    let error =
        Server::start(server.address(), SqlBackend::in_memory().unwrap(), options()).unwrap_err().to_string();
    assert!(error.contains("in use") && error.contains("another port"), "{error}");
}

#[test]
fn a_stopped_server_ends_idle_connections_and_its_port_is_free() {
    let server = start(options());
    let address = server.address();
    let mut used = Client::connect(&server);
    assert_eq!(used.ask(&call("ListTables", "{}")).status, 200);
    let mut fresh = Client::connect(&server);
    server.stop();
    used.expect_end();
    fresh.expect_end();
    let again = Server::start(address, SqlBackend::in_memory().unwrap(), options()).unwrap();
    assert_eq!(again.address(), address);
}

#[test]
fn what_is_under_way_is_answered_before_a_server_ends() {
    let server = start(options());
    let mut client = Client::connect(&server);
    let request = call("ListTables", "{}");
    client.send(&request[..request.len() - 1]);
    // The server has seen the head once it answers another one that came later.
    assert_eq!(Client::connect(&server).ask(&request).status, 200);
    let stopping = std::thread::spawn(move || server.stop());
    client.send("}");
    assert_eq!(client.receive().unwrap().status, 200);
    client.expect_end();
    stopping.join().unwrap();
}

#[test]
fn what_does_not_end_is_given_up() {
    let server = start(limited(|limits| limits.stop = Duration::from_millis(50)));
    let mut client = Client::connect(&server);
    let request = call("ListTables", "{}");
    client.send(&request[..request.len() - 1]);
    assert_eq!(Client::connect(&server).ask(&request).status, 200);
    server.stop();
    client.expect_end();
}

#[test]
fn a_dropped_server_stops() {
    let server = start(options());
    let mut client = Client::connect(&server);
    assert_eq!(client.ask(&call("ListTables", "{}")).status, 200);
    drop(server);
    client.expect_end();
}

/// A folder that is removed with the test.
struct Folder(std::path::PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("dynochemy-server-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        std::fs::remove_dir_all(&self.0).ok();
    }
}

#[test]
fn who_has_sent_all_and_says_so_is_answered_from_a_file_too() {
    let folder = Folder::new("half-closed");
    let backend = SqlBackend::open(folder.0.join("db")).unwrap();
    let server = Server::start("127.0.0.1:0", backend, options()).unwrap();
    client_with_table(&server);
    for user in ["a", "b", "c", "d"] {
        let mut client = Client::connect(&server);
        client.send(call("PutItem", &put(user, "")));
        client.close_half();
        assert_eq!(client.receive().expect("it is answered").status, 200);
        client.expect_end();
    }
}

#[test]
fn a_call_that_waits_for_a_locked_file_keeps_no_server_from_ending() {
    let folder = Folder::new("locked");
    let file = folder.0.join("db");
    let server = Server::start(
        "127.0.0.1:0",
        SqlBackend::open(&file).unwrap(),
        limited(|limits| limits.stop = Duration::from_millis(50)),
    )
    .unwrap();
    let mut client = client_with_table(&server);
    let other = rusqlite::Connection::open(&file).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    client.send(call("PutItem", &put("a", "")));
    // The server has seen it once it answers another one that came later.
    assert_eq!(Client::connect(&server).ask("GET / HTTP/1.1\r\nhost: x\r\n\r\n").status, 200);
    let began = std::time::Instant::now();
    server.stop();
    // The call itself waits for five seconds.
    assert!(began.elapsed() < Duration::from_secs(4), "{:?}", began.elapsed());
    client.expect_end();
    drop(other);
}

#[test]
fn a_log_that_blocks_keeps_nobody_from_stopping_the_server() {
    let (gate, blocked) = std::sync::mpsc::channel::<()>();
    let blocked = std::sync::Mutex::new(blocked);
    let server = start(limited(|limits| limits.stop = Duration::from_millis(50)).log(move |_| {
        blocked.lock().unwrap().recv().ok();
    }));
    Client::connect(&server).send(call("ListTables", "{}"));
    server.stop();
    drop(gate);
}
