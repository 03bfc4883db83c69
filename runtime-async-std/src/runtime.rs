//! Tasks and timers of async-std, as hyper wants them.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use hyper::rt::{Executor, Sleep, Timer};

/// Starts tasks on async-std's threads.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Tasks;

impl<F> Executor<F> for Tasks
where
    F: Future<Output: Send> + Send + 'static,
{
    fn execute(&self, future: F) {
        // Dropping the handle lets the task go on.
        drop(async_std::task::spawn(future));
    }
}

/// Makes timers of async-std's reactor.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Timers;

impl Timer for Timers {
    fn sleep(&self, duration: Duration) -> Pin<Box<dyn Sleep>> {
        Box::pin(Alarm(async_io::Timer::after(duration)))
    }

    fn sleep_until(&self, deadline: Instant) -> Pin<Box<dyn Sleep>> {
        Box::pin(Alarm(async_io::Timer::at(deadline)))
    }
}

/// A timer that tells nothing but that its time has come.
struct Alarm(async_io::Timer);

impl Future for Alarm {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        Pin::new(&mut self.0).poll(context).map(|_| ())
    }
}

impl Sleep for Alarm {}
