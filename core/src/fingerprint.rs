//! A hash that stays the same from one build and machine to the next (FNV-1a), by which saved values tell what they
//! belong to. It is no protection against those who want two to be equal.

/// A hash of parts, each told from the next.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Fingerprint(u64);

impl Fingerprint {
    pub(crate) fn new() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }

    pub(crate) fn feed(&mut self, part: &[u8]) {
        for byte in part.iter().chain(&[0xFF]) {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }

    pub(crate) fn finish(self) -> u64 {
        self.0
    }
}
