//! Whether a log was damaged after it had been written.
//!
//! SQLite takes a log up to the first frame that is not as it was written, since that is how a log looks whose last
//! transaction was cut short; all transactions behind it are lost without a word. But each frame's checksum continues
//! that of the one before. So an intact frame that continues a commit was written after it, and if commits reach the disk
//! one after another, that commit was whole then; if it is not any more, it was damaged.
//!
//! What is lost at the very end of a log cannot be told from what was cut short there.
//!
//! See [the log's format](https://www.sqlite.org/fileformat2.html#the_write_ahead_log).

use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::path::Path;

const HEADER: usize = 32;
const FRAME_HEADER: usize = 24;
const LARGEST_PAGE: usize = 65_536;
const MAGIC: u32 = 0x377f_0682;

/// Two sums that depend on all that stands before.
type Sums = (u32, u32);

/// What a damaged log lacks, if it is one.
pub(super) fn find(log: &Path) -> io::Result<Option<String>> {
    let first = scan(log)?;
    // Another process may have been writing meanwhile; damage stays where it is.
    Ok(if first.is_some() && scan(log)? == first { first } else { None })
}

fn scan(log: &Path) -> io::Result<Option<String>> {
    let mut log = BufReader::with_capacity(1 << 20, File::open(log)?);
    let mut header = [0; HEADER];
    if !fill(&mut log, &mut header)? {
        return Ok(None);
    }
    let words = if number(&header, 0) & 1 == 1 { u32::from_be_bytes } else { u32::from_le_bytes };
    let mut sums = summed((0, 0), &header[..24], words);
    let is_whole = number(&header, 0) & !1 == MAGIC && sums == (number(&header, 24), number(&header, 28));
    if !is_whole {
        // It reaches the disk before anything is written behind it.
        return Ok(has_more(&mut log)?.then(|| "its header is not as it was written".to_owned()));
    }
    let page = number(&header, 8) as usize;
    if page > LARGEST_PAGE {
        return Ok(None);
    }
    let salts = (number(&header, 16), number(&header, 20));

    let mut frame = vec![0; FRAME_HEADER + page];
    let (mut is_whole, mut broken, mut count) = (true, 0, 0);
    let mut follows_commit = false;
    while fill(&mut log, &mut frame)? {
        count += 1;
        let is_ours = (number(&frame, 8), number(&frame, 12)) == salts;
        let told = (number(&frame, 16), number(&frame, 20));
        let is_intact = is_ours && summed(summed(sums, &frame[..8], words), &frame[24..], words) == told;
        if is_whole && !is_intact {
            (is_whole, broken) = (false, count);
        } else if !is_whole && is_intact && follows_commit {
            return Ok(Some(format!("frame {broken} is not as it was written, and whole ones follow")));
        }
        follows_commit = is_ours && number(&frame, 4) > 0;
        // Of a frame that is broken, what the next one was made to continue.
        sums = told;
    }
    Ok(None)
}

/// Whether there was enough.
fn fill(log: &mut impl io::Read, out: &mut [u8]) -> io::Result<bool> {
    match log.read_exact(out) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(false),
        Err(error) => Err(error),
    }
}

/// Whether anything but zeros follows.
fn has_more(log: &mut impl BufRead) -> io::Result<bool> {
    loop {
        let bytes = log.fill_buf()?;
        if bytes.is_empty() || bytes.iter().any(|byte| *byte != 0) {
            return Ok(!bytes.is_empty());
        }
        let length = bytes.len();
        log.consume(length);
    }
}

fn number(bytes: &[u8], at: usize) -> u32 {
    bytes[at..at + 4].iter().fold(0, |number, byte| number << 8 | u32::from(*byte))
}

fn summed((mut one, mut two): Sums, bytes: &[u8], word: fn([u8; 4]) -> u32) -> Sums {
    let (words, _) = bytes.as_chunks::<4>();
    for [first, second] in words.as_chunks().0 {
        one = one.wrapping_add(word(*first)).wrapping_add(two);
        two = two.wrapping_add(word(*second)).wrapping_add(one);
    }
    (one, two)
}
