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
