//! How far an import is: a bar on a terminal, a line for every tenth elsewhere. On standard error,
//! so that what is printed at the end can be piped.

use std::io::{self, IsTerminal as _, Write as _};

/// Cells of the bar.
const BAR_CELLS: usize = 40;

/// How far an import is.
#[derive(Debug)]
pub(super) struct Progress {
    total: u64,
    done: u64,
    /// What was shown last, in percent.
    shown: u64,
    is_terminal: bool,
}

impl Progress {
    /// Of `total` bytes.
    pub(super) fn new(total: u64) -> Self {
        Self { total, done: 0, shown: 0, is_terminal: io::stderr().is_terminal() }
    }

    /// So many more bytes are read.
    pub(super) fn add(&mut self, bytes: u64) {
        self.done = self.done.saturating_add(bytes);
        let percent = self.done.saturating_mul(100).checked_div(self.total).unwrap_or(100).min(100);
        let step = if self.is_terminal { 1 } else { 10 };
        if percent < self.shown + step {
            return;
        }
        self.shown = percent - percent % step;
        let text = if self.is_terminal {
            format!("\r{} {percent:>3} %", bar(percent))
        } else {
            format!("{} % of {} MB\n", self.shown, self.total / 1_000_000)
        };
        // Who does not listen misses nothing.
        io::stderr().write_all(text.as_bytes()).ok();
    }

    /// Leaves the bar's line.
    pub(super) fn end(&self) {
        if self.is_terminal && 0 < self.shown {
            io::stderr().write_all(b"\n").ok();
        }
    }
}

fn bar(percent: u64) -> String {
    let filled = usize::try_from(percent).unwrap_or(100) * BAR_CELLS / 100;
    format!("[{}{}]", "#".repeat(filled), ".".repeat(BAR_CELLS.saturating_sub(filled)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bar_fills() {
        for (percent, filled) in [(0, 0), (50, 20), (100, 40)] {
            assert_eq!(bar(percent).matches('#').count(), filled);
            assert_eq!(bar(percent).len(), BAR_CELLS + 2);
        }
    }
}
