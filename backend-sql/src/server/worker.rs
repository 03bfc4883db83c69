//! A thread that answers connections: it accepts them, carries their calls out, and ends those that are late.
//!
//! All that happens on a connection happens on one thread, in turn with the others. So do calls of a database in memory,
//! which take turns anyway: one takes microseconds, less than to hand it to another thread and back. Calls of a file may
//! wait for the disk, and go to threads of their own.

use std::io;
use std::net::TcpListener as StdListener;
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::{mpsc, oneshot};

use super::call::Service;
use super::connection::{self, Connections};
use super::limits::Limits;

/// After a failure to accept, for another connection to end.
const PAUSE: Duration = Duration::from_millis(10);

/// How many calls of a file are carried out at a time; as many can be read from it.
const CALLS_ON_FILES: usize = 16;

/// What the thread has to end by itself after the time for what is under way: one that a log holds up does not.
const GRACE: Duration = Duration::from_secs(1);

#[derive(Debug)]
pub(super) struct Worker {
    /// Whoever drops it stops the worker.
    stop: oneshot::Sender<()>,
    /// Nothing is sent; its other end is dropped when the thread ends. Behind a lock, it can be shared.
    ended: Mutex<Receiver<()>>,
    limit: Duration,
}

impl Worker {
    pub(super) fn start(listener: StdListener, service: Arc<Service>, limits: Limits) -> io::Result<Self> {
        let runtime = Builder::new_current_thread()
            .enable_io()
            .enable_time()
            .max_blocking_threads(CALLS_ON_FILES)
            .thread_name("dynochemy-call")
            .build()?;
        listener.set_nonblocking(true)?;
        let listener = {
            let _entered = runtime.enter();
            TcpListener::from_std(listener)?
        };
        let (stop, stopped) = oneshot::channel();
        let (alive, ended) = channel();
        std::thread::Builder::new().name("dynochemy-server".to_owned()).spawn(move || {
            run(&runtime, listener, service, limits, stopped);
            // A call that waits for a file may do so for long.
            runtime.shutdown_background();
            drop(alive);
        })?;
        Ok(Self { stop, ended: Mutex::new(ended), limit: limits.stop + GRACE })
    }

    /// Stops it, and waits for it as long as the limit has it.
    pub(super) fn stop(self) {
        drop(self.stop);
        let ended = self.ended.into_inner().unwrap_or_else(PoisonError::into_inner);
        ended.recv_timeout(self.limit).ok();
    }
}

fn run(
    runtime: &Runtime,
    listener: TcpListener,
    service: Arc<Service>,
    limits: Limits,
    stopped: oneshot::Receiver<()>,
) {
    runtime.block_on(async move {
        let connections = Arc::new(Connections::new(limits));
        let (alive, mut all_ended) = mpsc::channel::<()>(1);
        let accepting = tokio::spawn(accept(listener, service, Arc::clone(&connections), alive));
        let ticking = tokio::spawn(tick(Arc::clone(&connections), limits.tick));
        stopped.await.ok();
        accepting.abort();
        // The listener is closed, and the last sender that is no connection's dropped, when the task is.
        accepting.await.ok();
        connections.stop();
        tokio::time::timeout(limits.stop, all_ended.recv()).await.ok();
        ticking.abort();
    });
}

async fn accept(
    listener: TcpListener,
    service: Arc<Service>,
    connections: Arc<Connections>,
    alive: mpsc::Sender<()>,
) {
    loop {
        match listener.accept().await {
            Ok((stream, client)) => {
                // An answer is written whole, so that nothing is gained by holding back what is small.
                stream.set_nodelay(true).ok();
                let watch = connections.add();
                let serving = connection::serve(TokioIo::new(stream), client, Arc::clone(&service), watch);
                let alive = alive.clone();
                tokio::spawn(async move {
                    serving.await;
                    drop(alive);
                });
            }
            // As when there is no file descriptor left.
            Err(_) => {
                connections.make_room();
                tokio::time::sleep(PAUSE).await;
            }
        }
    }
}

async fn tick(connections: Arc<Connections>, every: Duration) {
    let mut ticks = tokio::time::interval(every);
    loop {
        ticks.tick().await;
        connections.tick();
    }
}
