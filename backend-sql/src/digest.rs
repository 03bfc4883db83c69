//! Tells the parameters of transactions apart: 128 bits that two different ones have in common by accident only.
//!
//! It is no defence against anyone who looks for two that agree.

use std::io;

/// The digest of what is written into it.
#[derive(Clone, Debug)]
pub(crate) struct Digest {
    lanes: [u64; 2],
    /// What has not been taken in yet: fewer than 16 bytes.
    rest: [u8; 16],
    filled: usize,
    length: u64,
}

/// Numbers without a pattern, the first digits of the fractions of pi and e, made odd.
const FACTORS: [u64; 2] = [0x243f_6a88_85a3_08d3, 0xb7e1_5162_8aed_2a6b];

impl Digest {
    pub(crate) fn new() -> Self {
        Self { lanes: FACTORS, rest: [0; 16], filled: 0, length: 0 }
    }

    /// Takes in a part, and where it ends.
    pub(crate) fn part(&mut self, bytes: &[u8]) {
        self.feed(&(bytes.len() as u64).to_le_bytes());
        self.feed(bytes);
    }

    pub(crate) fn finish(mut self) -> [u8; 16] {
        self.rest[self.filled..].fill(0);
        let (rest, length) = (self.rest, self.length);
        self.take_in(rest);
        self.take_in((u128::from(length) << 64 | u128::from(!length)).to_le_bytes());
        self.take_in([0; 16]);
        let [one, two] = self.lanes;
        (u128::from(one) << 64 | u128::from(two)).to_be_bytes()
    }

    fn feed(&mut self, mut bytes: &[u8]) {
        self.length += bytes.len() as u64;
        if self.filled > 0 {
            let (now, later) = bytes.split_at(bytes.len().min(16 - self.filled));
            self.rest[self.filled..][..now.len()].copy_from_slice(now);
            self.filled += now.len();
            bytes = later;
            if self.filled < 16 {
                return;
            }
            self.take_in(self.rest);
        }
        let (blocks, rest) = bytes.as_chunks::<16>();
        blocks.iter().for_each(|block| self.take_in(*block));
        self.rest[..rest.len()].copy_from_slice(rest);
        self.filled = rest.len();
    }

    /// Each lane takes in both halves, each in its own way.
    fn take_in(&mut self, block: [u8; 16]) {
        let block = u128::from_le_bytes(block);
        let (low, high) = (block as u64, (block >> 64) as u64);
        let [one, two] = self.lanes;
        self.lanes = [
            fold(one ^ low, FACTORS[0] ^ high.rotate_left(32)).wrapping_add(two),
            fold(two ^ high, FACTORS[1] ^ low.rotate_left(32)).wrapping_add(one.rotate_left(23)),
        ];
    }
}

/// Both halves of the product.
fn fold(one: u64, two: u64) -> u64 {
    let product = u128::from(one) * u128::from(two);
    (product as u64) ^ (product >> 64) as u64
}

impl io::Write for Digest {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.feed(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn digest(parts: &[&[u8]]) -> [u8; 16] {
        let mut digest = Digest::new();
        parts.iter().for_each(|part| digest.part(part));
        digest.finish()
    }

    #[test]
    fn what_differs_in_a_bit_or_in_where_a_part_ends_has_another_digest() {
        let text: Vec<u8> = (0..70).collect();
        let mut seen = BTreeSet::from([digest(&[&text])]);
        let mut count = 1;
        for bit in 0..text.len() * 8 {
            let mut changed = text.clone();
            changed[bit / 8] ^= 1 << (bit % 8);
            seen.insert(digest(&[&changed]));
            count += 1;
        }
        for end in 0..text.len() {
            let (one, two) = text.split_at(end);
            seen.extend([digest(&[one, two]), digest(&[one])]);
            count += 2;
        }
        for zeros in 71..100 {
            let mut longer = text.clone();
            longer.resize(zeros, 0);
            seen.insert(digest(&[&longer]));
            count += 1;
        }
        assert_eq!(seen.len(), count);
    }

    #[test]
    fn it_does_not_matter_in_which_pieces_a_text_is_written() {
        let text: Vec<u8> = (0..100).collect();
        let mut whole = Digest::new();
        whole.feed(&text);
        let mut pieces = Digest::new();
        for piece in text.chunks(7) {
            pieces.feed(piece);
        }
        assert_eq!(whole.finish(), pieces.finish());
    }
}
