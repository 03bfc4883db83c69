//! The backend over HTTP on this machine, for any client of DynamoDB: what the program `dynochemy-local` runs, and what a
//! test can start in its own process, on a free port, and stop again.
//!
//! It speaks HTTP/1.1 as the service's endpoint does: signatures, check sums, request ids, compression, requests of
//! browsers. What a call means is none of its business: each goes through [`SqlBackend::answer_json`]. TLS and HTTP/2 are
//! not there, since no client needs them on loopback.
//!
//! ```
//! use dynochemy_sql::SqlBackend;
//! use dynochemy_sql::server::{Server, ServerOptions};
//!
//! let server = Server::start("127.0.0.1:0", SqlBackend::in_memory()?, ServerOptions::new())?;
//! // Give this to a client as its endpoint, with any region and credentials.
//! assert!(server.endpoint().starts_with("http://127.0.0.1:"));
//! server.stop();
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! What clients that are slow, broken or hostile can take is bounded:
//!
//! - a body has 16 MB, compressed or not, and a head some 64 KB; of what bodies have beyond their first
//!   64 KB, 256 MB are read at a time, and as much may be there decompressed;
//! - who does not finish a head or a body in time, does not take an answer, or says nothing for minutes, is disconnected;
//! - answers of 64 KB and more that are on their way have 512 MB, and nobody waits for room: whoever has been taking one
//!   for longest is disconnected.
//!
//! See [DynamoDB low-level API](https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.LowLevelAPI.html).

mod answer;
mod body;
mod call;
pub mod command_line;
mod connection;
mod exchange;
#[cfg(fuzzing)]
pub(crate) mod fuzzing;
mod large_answers;
mod limits;
mod lines;
mod options;
mod signature;
mod start_error;
mod worker;

use std::net::{Ipv4Addr, SocketAddr, TcpListener, ToSocketAddrs};
use std::sync::Arc;

use crate::SqlBackend;
use call::Service;
use worker::Worker;

pub use exchange::Exchange;
pub use options::ServerOptions;
pub use start_error::StartError;

/// A server that answers until it is stopped, on threads of its own.
///
/// Dropping it stops it as well, without waiting for the calls that are under way.
#[derive(Debug)]
#[must_use = "it stops when it is dropped"]
pub struct Server {
    address: SocketAddr,
    worker: Worker,
}

impl Server {
    /// Starts to answer at an address, as `127.0.0.1:8000`; port 0 takes one that is free.
    ///
    /// # Errors
    /// When the address cannot be used, or the machine has no room for another thread.
    pub fn start(
        address: impl ToSocketAddrs,
        backend: SqlBackend,
        options: ServerOptions,
    ) -> Result<Self, StartError> {
        let listener = TcpListener::bind(address).map_err(StartError::Address)?;
        let address = listener.local_addr().map_err(StartError::Address)?;
        let ServerOptions { settings, limits } = options;
        let service = Arc::new(Service::new(backend, settings, &limits));
        let worker = Worker::start(listener, service, limits).map_err(StartError::Thread)?;
        Ok(Self { address, worker })
    }

    /// Where it answers: the port is never 0.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The URL that clients on this machine take as their endpoint, as `http://127.0.0.1:8000`.
    #[must_use]
    pub fn endpoint(&self) -> String {
        let mut address = self.address;
        if address.ip().is_unspecified() {
            address.set_ip(Ipv4Addr::LOCALHOST.into());
        }
        format!("http://{address}")
    }

    /// Stops: nobody can connect any more, what is under way is answered, idle connections end at once. Returns when all
    /// has ended, at the latest after some ten seconds: calls that still wait for a file then, which another program has
    /// locked, end unheard, and may still be carried out if this program goes on.
    pub fn stop(self) {
        self.worker.stop();
    }
}

#[cfg(test)]
mod tests;
