//! The program `dynochemy-local`: what it says, how it starts, and how it ends.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::time::Duration;

const PROGRAM: &str = env!("CARGO_BIN_EXE_dynochemy-local");

/// A program that runs, and is ended with the test.
struct Local {
    child: Child,
    address: String,
}

impl Local {
    fn start(arguments: &[&str]) -> Self {
        Self::spawn(Command::new(PROGRAM).args(["--port", "0"]).args(arguments))
    }

    fn spawn(command: &mut Command) -> Self {
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("it is piped"))
            .read_line(&mut line)
            .expect("it prints text");
        let address = line.trim_end().strip_prefix("http://").expect(&line).to_owned();
        Self { child, address }
    }

    fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(&self.address).expect("it takes connections");
        stream.set_read_timeout(Some(Duration::from_secs(60))).expect("the socket takes it");
        stream
    }

    fn call(&self, action: &str, body: &str) -> String {
        ask(&mut self.connect(), action, body)
    }

    /// Sends the signal that asks a program to end, and waits for it.
    fn terminate(self) -> (ExitStatus, String) {
        self.end("-TERM")
    }

    fn end(mut self, signal: &str) -> (ExitStatus, String) {
        let signal = Command::new("kill")
            .args([signal, &self.child.id().to_string()])
            .status()
            .expect("there is such a program");
        assert!(signal.success());
        let status = self.child.wait().expect("it was started");
        let mut said = String::new();
        self.child.stderr.take().expect("it is piped").read_to_string(&mut said).expect("it says text");
        (status, said)
    }
}

impl Drop for Local {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// The answer's text, head included; empty where there is none.
fn ask(stream: &mut TcpStream, action: &str, body: &str) -> String {
    let request = format!(
        "POST / HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/x-amz-json-1.0\r\nauthorization: AWS4-HMAC-SHA256\r\n\
         x-amz-target: DynamoDB_20120810.{action}\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    let mut buffer = [0; 4096];
    let read =
        stream.write_all(request.as_bytes()).and_then(|()| stream.read(&mut buffer)).unwrap_or_default();
    String::from_utf8_lossy(&buffer[..read]).into_owned()
}

const TABLE: &str = r#"{"TableName":"visits","BillingMode":"PAY_PER_REQUEST","KeySchema":[{"AttributeName":"user","KeyType":"HASH"}],"AttributeDefinitions":[{"AttributeName":"user","AttributeType":"S"}]}"#;

fn run(arguments: &[&str]) -> Output {
    Command::new(PROGRAM).args(arguments).output().expect("the program starts")
}

/// What it says on standard error when it does not start.
fn problem(arguments: &[&str]) -> String {
    let output = run(arguments);
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    assert!(output.stdout.is_empty(), "{output:?}");
    String::from_utf8(output.stderr).expect("it says text")
}

/// A folder that is removed with the test.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("dynochemy-local-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&path).expect("the folder can be made");
        Self(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        std::fs::remove_dir_all(&self.0).ok();
    }
}

#[test]
fn a_log_that_nobody_reads_holds_up_neither_calls_nor_the_end() {
    let local = Local::start(&["--log"]);
    let mut stream = local.connect();
    // More than the pipe holds.
    for _ in 0..2000 {
        assert!(ask(&mut stream, "ListTables", "{}").starts_with("HTTP/1.1 200 OK\r\n"));
    }
    let (status, said) = local.terminate();
    assert_eq!(status.code(), Some(0));
    assert!(said.contains(" POST ListTables 200 "), "{said}");
}

#[test]
fn it_prints_its_url_once_it_answers_and_ends_when_asked_to() {
    let local = Local::start(&[]);
    assert!(local.call("ListTables", "{}").starts_with("HTTP/1.1 200 OK\r\n"));
    let (status, said) = local.terminate();
    assert_eq!((status.code(), said.as_str()), (Some(0), ""));
    for signal in ["-INT", "-HUP"] {
        assert_eq!(Local::start(&[]).end(signal).0.code(), Some(0), "{signal}");
    }
}

#[test]
fn a_file_keeps_its_tables() {
    let folder = Folder::new("file");
    let file = folder.0.join("visits.db");
    let file = file.to_str().unwrap();
    let local = Local::start(&["--db", file, "--durability", "normal"]);
    assert!(local.call("CreateTable", TABLE).contains("ACTIVE"));
    local.terminate();
    let local = Local::start(&[&format!("--db={file}")]);
    assert!(local.call("ListTables", "{}").ends_with(r#"{"TableNames":["visits"]}"#));
}

#[test]
fn the_log_has_a_line_for_each_request() {
    let local = Local::start(&["--log"]);
    local.call("ListTables", "{}");
    local.call("DescribeTable", r#"{"TableName":"none"}"#);
    let (_, said) = local.terminate();
    let lines: Vec<&str> = said.lines().collect();
    assert!(
        lines.len() == 2
            && lines[0].contains(" POST ListTables 200 - ")
            && lines[1].contains(" POST DescribeTable 400 ResourceNotFoundException "),
        "{said}"
    );
}

#[test]
fn declared_capacity_throttles_where_it_is_asked_to() {
    let table = TABLE.replace(
        r#""BillingMode":"PAY_PER_REQUEST""#,
        r#""ProvisionedThroughput":{"ReadCapacityUnits":1,"WriteCapacityUnits":1}"#,
    );
    for (option, is_throttled) in [("declared", true), ("off", false)] {
        let local = Local::start(&["--throughput", option]);
        local.call("CreateTable", &table);
        let text = "x".repeat(100_000);
        let put =
            format!(r#"{{"TableName":"visits","Item":{{"user":{{"S":"123"}},"text":{{"S":"{text}"}}}}}}"#);
        let answers: Vec<String> = (0..10).map(|_| local.call("PutItem", &put)).collect();
        let refused = answers.iter().any(|answer| answer.contains("ProvisionedThroughputExceededException"));
        assert_eq!(refused, is_throttled, "{option}");
    }
}

#[test]
fn only_its_own_credentials_pass_where_there_are_any() {
    let local = Local::start(&["--access-key", "AKID", "--secret-key", "secret"]);
    assert!(local.call("ListTables", "{}").contains("IncompleteSignatureException"));
    let mut hidden = Command::new(PROGRAM);
    hidden.args(["--port", "0", "--access-key", "AKID"]).env("DYNOCHEMY_SECRET_KEY", "secret");
    assert!(Local::spawn(&mut hidden).call("ListTables", "{}").contains("IncompleteSignatureException"));
}

#[test]
fn help_shows_how_a_client_finds_it() {
    let output = run(&["--help"]);
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success() && text.contains("endpoint_url=\"http://127.0.0.1:8000\""), "{text}");
    assert!(text.lines().all(|line| line.len() <= 100), "{text}");
    let output = run(&["--version"]);
    assert_eq!(
        String::from_utf8(output.stdout).unwrap(),
        concat!("dynochemy-local ", env!("CARGO_PKG_VERSION"), "\n")
    );
}

#[test]
fn what_keeps_it_from_starting_is_told_with_what_to_do() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let said = problem(&["--port", &port]);
    assert!(
        said.contains(&format!("127.0.0.1:{port}: the port is in use")) && said.contains("another port"),
        "{said}"
    );

    let folder = Folder::new("problems");
    let none = folder.0.join("none/visits.db");
    let said = problem(&["--port", "0", "--db", none.to_str().unwrap()]);
    assert!(said.contains("none/visits.db: "), "{said}");
    let text = folder.0.join("text");
    std::fs::write(&text, "this is no database, but a text that is long enough to look like one".repeat(100))
        .unwrap();
    let said = problem(&["--port", "0", "--db", text.to_str().unwrap()]);
    assert!(said.contains("text: "), "{said}");

    for (arguments, words) in [
        (&["--prot", "1"][..], "there is no option --prot; --help tells"),
        (&["--port"], "--port needs a value"),
        (&["--port", "70000"], "--port takes a number up to 65535, not 70000"),
        (&["--throughput", "some"], "--throughput is off or declared, not some"),
        (&["--access-key", "AKID"], "--access-key needs a --secret-key"),
        (&["--secret-key", "secret"], "--secret-key needs an --access-key"),
        (&["visits.db"], "there is no option visits.db"),
        (&["--log=all"], "there is no option --log=all"),
        (&["--db", ""], "--db needs a value"),
        (&["--access-key=", "--secret-key", "secret"], "--access-key needs a value"),
        (&["--db", ":memory:"], "tables live in memory without it"),
        (&["--durability", "normal"], "--durability is that of a file, and needs a --db"),
        (&["--db", "visits.db", "--durability", "none"], "--durability is full or normal, not none"),
    ] {
        let said = problem(arguments);
        assert!(said.starts_with("dynochemy-local: ") && said.contains(words), "{said}");
    }
    assert!(!problem(&["--secret-key", "hidden"]).contains("hidden"));
}

#[test]
fn without_places_for_more_connections_those_that_wait_longest_make_room() {
    let limited = format!("ulimit -n 64 && exec '{PROGRAM}' --port 0");
    let local = Local::spawn(Command::new("sh").args(["-c", &limited]));
    let mut idle: Vec<TcpStream> = Vec::new();
    for number in 0..300 {
        let mut stream = local.connect();
        // Some never ask.
        if number % 3 > 0 {
            let answer = ask(&mut stream, "ListTables", "{}");
            assert!(answer.starts_with("HTTP/1.1 200"), "{number}: {answer}");
        }
        idle.push(stream);
    }
}
