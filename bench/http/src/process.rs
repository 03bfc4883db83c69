//! A server as a process: started on a free port, watched through `/proc`, ended when it is dropped.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// A program that takes `--host` and `--port`.
pub struct Program {
    path: String,
}

impl Program {
    pub fn new(path: String) -> Self {
        Self { path }
    }
}

pub struct Process {
    child: Child,
    address: SocketAddr,
    /// From the start of the program to its first answer.
    pub started_after: Duration,
}

impl Process {
    pub fn start(program: &Program) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("there is a free port");
        let address = listener.local_addr().expect("the port is known");
        drop(listener);
        let started = Instant::now();
        let child = Command::new(&program.path)
            .args(["--host", "127.0.0.1", "--port", &address.port().to_string()])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap_or_else(|error| panic!("{}: {error}", program.path));
        while !answers(address) {
            assert!(started.elapsed() < Duration::from_secs(60), "{} does not answer", program.path);
            std::thread::sleep(Duration::from_micros(200));
        }
        Self { child, address, started_after: started.elapsed() }
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The CPU time so far, user's and system's, of all its threads.
    pub fn cpu(&self) -> Duration {
        let threads = fs::read_dir(format!("/proc/{}/task", self.child.id())).expect("the server runs");
        let nanos = threads.filter_map(|thread| {
            // A thread may end between both.
            let text = fs::read_to_string(thread.ok()?.path().join("schedstat")).ok()?;
            text.split(' ').next()?.parse::<u64>().ok()
        });
        Duration::from_nanos(nanos.sum())
    }

    /// In bytes.
    pub fn resident(&self) -> u64 {
        let status =
            fs::read_to_string(format!("/proc/{}/status", self.child.id())).expect("the server runs");
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("the kernel tells it");
        line.trim().trim_end_matches(" kB").parse::<u64>().expect("it is a number") * 1024
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// Whether anything comes back, whatever it is.
fn answers(address: SocketAddr) -> bool {
    let Ok(mut stream) = TcpStream::connect(address) else { return false };
    let asked = stream.write_all(b"GET / HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n");
    asked.is_ok() && stream.read(&mut [0; 16]).is_ok_and(|count| count > 0)
}
