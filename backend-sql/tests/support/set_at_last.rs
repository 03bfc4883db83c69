//! The end of threads that go on until a flag is set: it is set where a test fails too, which else would never end.

use std::sync::atomic::{AtomicBool, Ordering};

/// Sets its flag when it is dropped.
#[derive(Debug)]
pub(crate) struct SetAtLast<'a>(pub(crate) &'a AtomicBool);

impl Drop for SetAtLast<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::SeqCst);
    }
}
