//! Amounts in words.

const MIB: u64 = 1024 * 1024;
const SECOND_MICROS: i64 = 1_000_000;

/// `312 MiB`, `12.3 GiB`
pub(super) fn bytes(count: u64) -> String {
    let mib = count / MIB;
    let tenths = mib.saturating_mul(10) / 1024;
    if mib < 1024 { format!("{mib} MiB") } else { format!("{}.{} GiB", tenths / 10, tenths % 10) }
}

/// `5 s`, `3 min`, `2 h`, `9 days`, whatever the sign of `micros`.
pub(super) fn span(micros: i64) -> String {
    let seconds = micros.saturating_abs() / SECOND_MICROS;
    match seconds {
        0..120 => format!("{seconds} s"),
        120..7_200 => format!("{} min", seconds / 60),
        7_200..172_800 => format!("{} h", seconds / 3_600),
        _ => format!("{} days", seconds / 86_400),
    }
}

/// `no error`, `1 error`, `2 errors`
pub(super) fn count(number: usize, noun: &str) -> String {
    match number {
        0 => format!("no {noun}s"),
        1 => format!("1 {noun}"),
        _ => format!("{number} {noun}s"),
    }
}

/// Somebody else's text, fit for a terminal: what would move its cursor, or turn its text around,
/// becomes a question mark.
pub(super) fn plain(text: &str) -> String {
    let is_unfit = |c: char| {
        c.is_control()
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    text.chars().map(|c| if is_unfit(c) { '?' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_have_units() {
        for (given, expected) in [
            (0, "0 MiB"),
            (312 * MIB, "312 MiB"),
            (1024 * MIB, "1.0 GiB"),
            (12_595 * MIB, "12.2 GiB"),
        ] {
            assert_eq!(bytes(given), expected);
        }
        for (seconds, expected) in
            [(5, "5 s"), (-180, "3 min"), (7_200, "2 h"), (800_000, "9 days"), (119, "119 s")]
        {
            assert_eq!(span(seconds * SECOND_MICROS), expected);
        }
        assert_eq!(span(i64::MIN), "106751991 days");
        assert_eq!([0, 1, 2].map(|n| count(n, "error")), ["no errors", "1 error", "2 errors"]);
    }

    #[test]
    fn terminals_are_safe() {
        assert_eq!(plain("a\u{1b}[2J\nb\u{202e}ü\u{9b}"), "a?[2J?b?ü?");
    }
}
