//! Text that is written and read again without an allocation.

use std::fmt;

use super::Number;

/// Longer than any number: 38 digits, with up to 130 zeros on one side of them, a sign and a point.
const LONGEST: usize = 176;

/// A short text.
pub(super) struct Text {
    bytes: [u8; LONGEST],
    length: usize,
}

impl Text {
    /// What `value` prints, which must be as short as a number.
    pub(super) fn of(value: impl fmt::Display) -> Self {
        Self::written(format_args!("{value}"))
    }

    pub(super) fn written(text: fmt::Arguments<'_>) -> Self {
        let mut out = Self::empty();
        fmt::Write::write_fmt(&mut out, text).expect("numbers are short");
        out
    }

    pub(super) fn empty() -> Self {
        Self { bytes: [0; LONGEST], length: 0 }
    }

    pub(super) fn push(&mut self, text: &str) {
        let end = self.length + text.len();
        self.bytes[self.length..end].copy_from_slice(text.as_bytes());
        self.length = end;
    }

    pub(super) fn push_zeros(&mut self, count: usize) {
        self.bytes[self.length..self.length + count].fill(b'0');
        self.length += count;
    }

    pub(super) fn as_str(&self) -> &str {
        std::str::from_utf8(&self.bytes[..self.length]).expect("only texts were pushed")
    }
}

impl fmt::Write for Text {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        if self.length + text.len() > LONGEST {
            return Err(fmt::Error);
        }
        self.push(text);
        Ok(())
    }
}

impl Number {
    /// Appends what the number prints.
    pub(crate) fn write(&self, out: &mut Vec<u8>) {
        if self.negative {
            out.push(b'-');
        }
        match self.whole() {
            Some(whole) => write_whole(out, whole),
            None => out.extend_from_slice(self.unsigned().as_str().as_bytes()),
        }
    }

    /// The number without its sign, where it is whole and has 64 bits, as most have.
    fn whole(&self) -> Option<u64> {
        let zeros = u32::try_from(self.exponent).ok()?;
        u64::try_from(self.digits).ok()?.checked_mul(10u64.checked_pow(zeros)?)
    }

    /// The number without its sign, in plain decimal notation.
    pub(super) fn unsigned(&self) -> Text {
        let digits = match u64::try_from(self.digits) {
            Ok(short) => Text::of(short),
            Err(_) => Text::of(self.digits),
        };
        let digits = digits.as_str();
        let mut text = Text::empty();
        let exponent = i32::from(self.exponent);
        let point = digits.len() as i32 + exponent;
        if exponent >= 0 {
            text.push(digits);
            text.push_zeros(exponent as usize);
        } else if point > 0 {
            text.push(&digits[..point as usize]);
            text.push(".");
            text.push(&digits[point as usize..]);
        } else {
            text.push("0.");
            text.push_zeros((-point) as usize);
            text.push(digits);
        }
        text
    }
}

/// Digit by digit: Rust's formatting takes five times as long.
fn write_whole(out: &mut Vec<u8>, mut whole: u64) {
    let mut digits = [b'0'; 20];
    let mut start = digits.len() - 1;
    while whole >= 10 {
        digits[start] += (whole % 10) as u8;
        whole /= 10;
        start -= 1;
    }
    digits[start] += whole as u8;
    out.extend_from_slice(&digits[start..]);
}
