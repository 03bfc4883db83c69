//! Lines of a log, written by a thread of its own: who reads them slowly, or not at all, holds no call up.

use std::io::{self, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::mpsc::{Receiver, SyncSender, channel, sync_channel};
use std::time::Duration;

/// How many lines wait to be written, before further ones are left out.
const WAITING: usize = 1024;
/// How many lines are written at once.
const TOGETHER: usize = 128;
/// What the last lines have, once there are no more, to be taken by who reads them.
const PATIENCE: Duration = Duration::from_secs(1);

/// Where lines are told.
pub(super) struct Lines {
    queue: SyncSender<String>,
    left_out: Arc<AtomicU64>,
}

/// The thread that writes them. It ends with the last of them, once there is no [`Lines`] any more.
pub(super) struct Writing {
    ended: Receiver<()>,
}

impl Lines {
    /// # Errors
    /// When the machine has no room for another thread.
    pub(super) fn start(out: impl Write + Send + 'static) -> io::Result<(Self, Writing)> {
        let (queue, lines) = sync_channel(WAITING);
        let left_out = Arc::new(AtomicU64::new(0));
        let counted = Arc::clone(&left_out);
        let (alive, ended) = channel();
        std::thread::Builder::new().name("dynochemy-log".to_owned()).spawn(move || {
            write(&lines, &counted, out);
            drop(alive);
        })?;
        Ok((Self { queue, left_out }, Writing { ended }))
    }

    /// Has a line written, without its end, or counted where too many wait.
    pub(super) fn tell(&self, mut line: String) {
        line.push('\n');
        if self.queue.try_send(line).is_err() {
            self.left_out.fetch_add(1, Relaxed);
        }
    }
}

impl Writing {
    /// Waits for the last lines, but not for long.
    pub(super) fn finish(self) {
        // Nothing is ever sent: it comes back when the thread ends.
        self.ended.recv_timeout(PATIENCE).ok();
    }
}

fn write(lines: &Receiver<String>, left_out: &AtomicU64, mut out: impl Write) {
    while let Ok(mut text) = lines.recv() {
        lines.try_iter().take(TOGETHER - 1).for_each(|line| text += &line);
        // Where nobody listens any more, the calls go on.
        out.write_all(text.as_bytes()).ok();
        let left_out = left_out.swap(0, Relaxed);
        if left_out > 0 {
            writeln!(out, "about here {left_out} lines were left out, since they were not read fast enough")
                .ok();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;

    /// Takes nothing until it is let, or nobody is left to let it.
    struct Blocked {
        gate: Receiver<()>,
        taken: Arc<Mutex<String>>,
    }

    impl Write for Blocked {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.gate.recv().ok();
            self.taken.lock().unwrap().push_str(std::str::from_utf8(bytes).unwrap());
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn lines_that_nobody_reads_are_left_out_and_counted() {
        let (open, gate) = channel();
        let taken = Arc::default();
        let (lines, writing) = Lines::start(Blocked { gate, taken: Arc::clone(&taken) }).unwrap();
        let told = WAITING + TOGETHER + 100;
        (0..told).for_each(|number| lines.tell(number.to_string()));
        drop((open, lines));
        writing.finish();
        let text = taken.lock().unwrap();
        let (notes, written): (Vec<&str>, Vec<&str>) =
            text.lines().partition(|line| line.starts_with("about"));
        let left_out = notes.iter().map(|note| note.split(' ').nth(2).unwrap().parse::<usize>().unwrap());
        let left_out: usize = left_out.sum();
        assert!(left_out >= 100, "{notes:?}");
        assert_eq!(written.len() + left_out, told);
        assert_eq!(written[..3], ["0", "1", "2"]);
    }
}
