//! What the clients share: an allocator that counts, and the order of a measurement.
//!
//! A client is called as `client <endpoint> <action> <calls>`. It makes [`WARM_UP`] calls that are not counted, then
//! `<calls>` counted ones in sequence, and prints `<calls> <allocations> <CPU time in microseconds>`. `bench/run`
//! calls it with two lengths and takes the difference, which leaves out what is done once.

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use nix::sys::resource::{Usage, UsageWho, getrusage};

/// The calls before the counted ones: connections stand, and what is kept from one call to the next is there.
pub const WARM_UP: u64 = 20;

static ALLOCATIONS: AtomicU64 = AtomicU64::new(0);

/// The system's allocator; each call that asks for memory counts as an allocation, reallocations too.
#[derive(Debug)]
pub struct Counting;

// SAFETY: all work is the system allocator's.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.fetch_add(1, Ordering::Relaxed);
        // SAFETY: as the caller promises.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.fetch_add(1, Ordering::Relaxed);
        // SAFETY: as the caller promises.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn realloc(&self, memory: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        ALLOCATIONS.fetch_add(1, Ordering::Relaxed);
        // SAFETY: as the caller promises.
        unsafe { System.realloc(memory, layout, size) }
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        // SAFETY: as the caller promises.
        unsafe { System.dealloc(memory, layout) }
    }
}

static LIVE: AtomicUsize = AtomicUsize::new(0);
static PEAK: AtomicUsize = AtomicUsize::new(0);

/// The system's allocator, which knows how many bytes are allocated, and how many there were at most.
#[derive(Debug)]
pub struct Sizing;

impl Sizing {
    fn grow(bytes: usize) {
        let live = LIVE.fetch_add(bytes, Ordering::Relaxed) + bytes;
        if live > PEAK.load(Ordering::Relaxed) {
            PEAK.store(live, Ordering::Relaxed);
        }
    }
}

// SAFETY: all work is the system allocator's.
unsafe impl GlobalAlloc for Sizing {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        Self::grow(layout.size());
        // SAFETY: as the caller promises.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        Self::grow(layout.size());
        // SAFETY: as the caller promises.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn realloc(&self, memory: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // Both may be there while one is copied to the other.
        Self::grow(size);
        LIVE.fetch_sub(layout.size(), Ordering::Relaxed);
        // SAFETY: as the caller promises.
        unsafe { System.realloc(memory, layout, size) }
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        LIVE.fetch_sub(layout.size(), Ordering::Relaxed);
        // SAFETY: as the caller promises.
        unsafe { System.dealloc(memory, layout) }
    }
}

/// The bytes that are allocated, where [`Sizing`] is the allocator.
#[must_use]
pub fn live_bytes() -> usize {
    LIVE.load(Ordering::Relaxed)
}

/// The most bytes that were allocated at a time since [`reset_peak`], where [`Sizing`] is the allocator.
#[must_use]
pub fn peak_bytes() -> usize {
    PEAK.load(Ordering::Relaxed)
}

/// Begins to look for the peak anew.
pub fn reset_peak() {
    PEAK.store(live_bytes(), Ordering::Relaxed);
}

/// The calls of a measurement, which ends when this is dropped.
#[derive(Debug)]
pub struct Measurement {
    calls: u64,
    allocations: u64,
    cpu: i64,
}

impl Measurement {
    /// Begins to count.
    #[must_use]
    pub fn begin(calls: u64) -> Self {
        Self { calls, allocations: allocations(), cpu: cpu_microseconds() }
    }

    /// Prints what the calls took.
    pub fn end(self) {
        let cpu = cpu_microseconds() - self.cpu;
        println!("{} {} {cpu}", self.calls, allocations() - self.allocations);
    }
}

/// The allocations of this process so far, where [`Counting`] is its allocator.
#[must_use]
pub fn allocations() -> u64 {
    ALLOCATIONS.load(Ordering::Relaxed)
}

/// User and system time of this process so far.
#[must_use]
pub fn cpu_microseconds() -> i64 {
    let usage: Usage = getrusage(UsageWho::RUSAGE_SELF).expect("a process can ask for its own usage");
    let (user, system) = (usage.user_time(), usage.system_time());
    (user.tv_sec() + system.tv_sec()) * 1_000_000 + user.tv_usec() + system.tv_usec()
}

/// The arguments `<endpoint> <action> <calls>`.
#[must_use]
pub fn arguments() -> (String, String, u64) {
    let mut arguments = std::env::args().skip(1);
    let mut next = |what: &str| arguments.next().unwrap_or_else(|| panic!("no {what} was given"));
    let (endpoint, action) = (next("endpoint"), next("action"));
    (endpoint, action, next("number of calls").parse().expect("the number of calls is a number"))
}

/// Makes the calls of a measurement on a runtime of one thread.
#[macro_export]
macro_rules! measure {
    ($calls:expr, $call:expr) => {{
        let mut measurement = None;
        for number in 0..$calls + $crate::WARM_UP {
            if number == $crate::WARM_UP {
                measurement = Some($crate::Measurement::begin($calls));
            }
            $call;
        }
        measurement.expect("at least one call is made").end();
    }};
}
