//! Numbers, money, durations and times as people read them.
//!
//! Integer arithmetic only. Amounts are cut, not rounded up: a page never shows more than was said.

use banyan_protocol::{EventKey, MicroDollars, Timestamp};

const SECOND: i64 = 1_000_000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// `18,402`
pub(crate) fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if 0 < index && (digits.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// A place in the log: `184,467`.
pub(crate) fn position(position: i64) -> String {
    count(u64::try_from(position).unwrap_or_default())
}

/// An event: `184,467`, and `184,467.1` for a later part of what stands there.
pub(crate) fn event(key: EventKey) -> String {
    let position = position(key.position);
    if key.part == 0 { position } else { format!("{position}.{}", key.part) }
}

/// `940`, `4.1k`, `412k`, `1.9M`.
pub(crate) fn short(number: u64) -> String {
    const UNITS: [(u64, &str); 4] =
        [(1_000_000_000_000, "T"), (1_000_000_000, "G"), (1_000_000, "M"), (1_000, "k")];
    for (size, unit) in UNITS {
        let whole = number / size;
        if 10 <= whole {
            return format!("{}{unit}", count(whole));
        }
        if 1 <= whole {
            return format!("{whole}.{}{unit}", number % size / (size / 10));
        }
    }
    number.to_string()
}

/// `$0.0042`, `$0.21`, `$3.10`, `$1,234`.
pub(crate) fn money(amount: MicroDollars) -> String {
    let micros = amount.0.unsigned_abs();
    let dollars = micros / 1_000_000;
    let text = match micros {
        0 => "$0.00".to_owned(),
        1..100 => "<$0.0001".to_owned(),
        100..10_000 => format!("$0.{:04}", micros / 100),
        _ if dollars < 100 => format!("${dollars}.{:02}", micros % 1_000_000 / 10_000),
        _ => format!("${}", count(dollars)),
    };
    if amount.0 < 0 { format!("-{text}") } else { text }
}

/// `340 µs`, `113 ms`, `7.2 s`, `40 s`, `14m 02s`, `3h 05m`, `2d 04h`; of whatever sign.
pub(crate) fn duration(micros: i64) -> String {
    let sign = if micros < 0 { "-" } else { "" };
    let size = micros.saturating_abs();
    let text = match size {
        0 => "0 ms".to_owned(),
        1..1_000 => format!("{size} µs"),
        1_000..SECOND => format!("{} ms", size / 1_000),
        _ if size < 10 * SECOND => format!("{}.{} s", size / SECOND, size % SECOND / 100_000),
        _ if size < MINUTE => format!("{} s", size / SECOND),
        _ if size < HOUR => format!("{}m {:02}s", size / MINUTE, size % MINUTE / SECOND),
        _ if size < DAY => format!("{}h {:02}m", size / HOUR, size % HOUR / MINUTE),
        _ => format!("{}d {:02}h", size / DAY, size % DAY / HOUR),
    };
    format!("{sign}{text}")
}

/// `48 kB`
pub(crate) fn bytes(number: usize) -> String {
    match number {
        0..1_000 => format!("{number} B"),
        1_000..1_000_000 => format!("{} kB", number / 1_000),
        _ => format!("{}.{} MB", number / 1_000_000, number % 1_000_000 / 100_000),
    }
}

/// `10:42:07.113`, UTC.
pub(crate) fn clock(at: Timestamp) -> String {
    at.date_time().format("%H:%M:%S%.3f").to_string()
}

/// `2026-11-20 10:42:07 UTC`, with milliseconds where there are any.
pub(crate) fn date_time(at: Timestamp) -> String {
    let pattern = if at.micros().rem_euclid(SECOND) < 1_000 {
        "%Y-%m-%d %H:%M:%S UTC"
    } else {
        "%Y-%m-%d %H:%M:%S%.3f UTC"
    };
    at.date_time().format(pattern).to_string()
}

/// `now`, `40 s ago`, `4 min ago`, `3 h ago`, `2 d ago`, else the date; `in 3 min` for a clock
/// that is ahead of ours.
pub(crate) fn relative(at: Timestamp, now: Timestamp) -> String {
    let past = now.since(at);
    let size = past.saturating_abs();
    let amount = match size {
        _ if size < 5 * SECOND => return "now".to_owned(),
        _ if size < MINUTE => format!("{} s", size / SECOND),
        _ if size < HOUR => format!("{} min", size / MINUTE),
        _ if size < DAY => format!("{} h", size / HOUR),
        _ if size < 30 * DAY => format!("{} d", size / DAY),
        _ => return at.date_time().format("%Y-%m-%d").to_string(),
    };
    if past < 0 { format!("in {amount}") } else { format!("{amount} ago") }
}

/// `10:42:07` today, `11-19 10:42` this year, else the date; UTC.
pub(crate) fn absolute(at: Timestamp, now: Timestamp) -> String {
    let part = |of: Timestamp, pattern| of.date_time().format(pattern).to_string();
    let same = |pattern| part(at, pattern) == part(now, pattern);
    if same("%F") {
        part(at, "%H:%M:%S")
    } else if same("%Y") {
        part(at, "%m-%d %H:%M")
    } else {
        part(at, "%F")
    }
}

/// One line of at most `max` characters: white space runs become one space, the rest is `…`.
pub(crate) fn clip(text: &str, max: usize) -> String {
    let mut line = String::new();
    let mut length = 0;
    for word in text.split_whitespace() {
        if 0 < length {
            line.push(' ');
            length += 1;
        }
        for char in word.chars() {
            if max <= length {
                line.push('…');
                return line;
            }
            line.push(char);
            length += 1;
        }
    }
    line
}

/// At most `max` characters with its line breaks, and how many bytes were cut.
pub(crate) fn cut(text: &str, max: usize) -> (&str, usize) {
    match text.char_indices().nth(max) {
        Some((at, _)) => {
            let (head, tail) = text.split_at(at);
            (head, tail.len())
        }
        None => (text, 0),
    }
}

/// `1 child`, `2 children`.
pub(crate) fn plural(number: u64, one: &str, many: &str) -> String {
    format!("{} {}", count(number), if number == 1 { one } else { many })
}

#[cfg(test)]
mod tests;
