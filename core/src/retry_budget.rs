//! How many retries the runs of one `Db` may still make while the service fails: a bucket of tokens.
//!
//! Backoff alone does not keep many runs from asking a service that has failed many times over. As in AWS's SDKs, retries
//! take tokens and successes give them back; see
//! [Retry behavior](https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html). It is changed only under
//! the lock of the `Db`, so that its order is that of the events.

use std::sync::atomic::{AtomicU32, Ordering};

use crate::error::Retry;

/// What a retry takes.
const RETRY: u32 = 14;
/// What a call that succeeds at once gives.
const SUCCESS: u32 = 1;

#[derive(Debug)]
pub(crate) struct RetryBudget {
    tokens: AtomicU32,
    most: u32,
}

impl RetryBudget {
    pub(crate) fn new(most: u32) -> Self {
        Self { tokens: AtomicU32::new(most), most }
    }

    /// Takes what a retry for this reason costs, and notes it in `paid`; false where there is too little left.
    pub(crate) fn take(&self, retry: Retry, paid: &mut u32) -> bool {
        let cost = match retry {
            // Capacity paces these, and the service is well.
            Retry::Throttled | Retry::Conflict | Retry::InProgress => 0,
            Retry::Backoff | Retry::ClockSkew | Retry::Credentials | Retry::Never => RETRY,
        };
        let Some(left) = self.tokens.load(Ordering::Relaxed).checked_sub(cost) else { return false };
        self.tokens.store(left, Ordering::Relaxed);
        *paid = cost;
        true
    }

    /// Gives back what the retry that succeeded took, or a little for a call that needed none.
    pub(crate) fn succeeded(&self, paid: u32) {
        let tokens = self.tokens.load(Ordering::Relaxed).saturating_add(paid.max(SUCCESS));
        self.tokens.store(tokens.min(self.most), Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retries_take_tokens_and_successes_give_them_back_up_to_the_most() {
        let budget = RetryBudget::new(30);
        let mut paid = 0;
        assert!(budget.take(Retry::Backoff, &mut paid) && budget.take(Retry::Backoff, &mut paid));
        assert!(!budget.take(Retry::Backoff, &mut paid));
        assert!(budget.take(Retry::Throttled, &mut 0) && budget.take(Retry::Conflict, &mut 0));
        for _ in 0..11 {
            budget.succeeded(0);
        }
        assert!(!budget.take(Retry::Backoff, &mut paid));
        budget.succeeded(0);
        assert!(budget.take(Retry::Backoff, &mut paid));
        for _ in 0..10 {
            budget.succeeded(paid);
        }
        assert_eq!(budget.tokens.load(Ordering::Relaxed), 30);
    }
}
