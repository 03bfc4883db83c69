//! A hash that stays the same from one build and machine to the next, by which saved values tell what they belong to. It
//! is no protection against those who want two to be equal.

pub(crate) mod digest;

/// A hash of parts, each told from the next.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Fingerprint(u64);

impl Fingerprint {
    pub(crate) fn new() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }

    /// One that only those can foresee who know the seed.
    pub(crate) fn seeded(seed: u64) -> Self {
        let mut fingerprint = Self::new();
        fingerprint.mix(seed);
        fingerprint
    }

    /// Eight bytes at a time, since every operation of a plan has its key fed; then the length, which tells `ab` and `c`
    /// from `a` and `bc`.
    pub(crate) fn feed(&mut self, part: &[u8]) {
        for bytes in part.chunks(8) {
            let mut word = [0; 8];
            word[..bytes.len()].copy_from_slice(bytes);
            self.mix(u64::from_le_bytes(word));
        }
        self.mix(part.len() as u64);
    }

    /// Each step can be undone, so that nothing that was fed is lost; the shift brings the upper bits down again.
    pub(crate) fn mix(&mut self, word: u64) {
        let product = (self.0 ^ word).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        self.0 = product ^ (product >> 32);
    }

    pub(crate) fn finish(self) -> u64 {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(parts: &[&str]) -> u64 {
        let mut fingerprint = Fingerprint::new();
        parts.iter().for_each(|part| fingerprint.feed(part.as_bytes()));
        fingerprint.finish()
    }

    #[test]
    fn parts_are_told_from_each_other_wherever_they_end() {
        let all = [
            of(&["ab", "c"]),
            of(&["a", "bc"]),
            of(&["abc"]),
            of(&["abc", ""]),
            of(&["abc\0"]),
            of(&["abcdefgh", "i"]),
            of(&["abcdefghi"]),
        ];
        assert_eq!(all.iter().collect::<std::collections::BTreeSet<_>>().len(), all.len());
    }

    #[test]
    fn it_never_changes_since_saved_plans_depend_on_it() {
        assert_eq!(of(&["get", "visits", "user-12345"]), 14_421_305_877_806_501_519);
    }
}
