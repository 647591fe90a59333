//! Tables of what is shown for what.

use super::*;

#[test]
fn counts_have_separators() {
    for (number, text) in
        [(0, "0"), (999, "999"), (1_000, "1,000"), (18_402, "18,402"), (1_234_567, "1,234,567")]
    {
        assert_eq!(count(number), text);
    }
}

#[test]
fn short_numbers_keep_two_digits() {
    let cases = [
        (0, "0"),
        (940, "940"),
        (999, "999"),
        (1_000, "1.0k"),
        (4_190, "4.1k"),
        (9_999, "9.9k"),
        (90_400, "90k"),
        (412_999, "412k"),
        (999_999, "999k"),
        (1_900_000, "1.9M"),
        (1_950_000_000, "1.9G"),
        (u64::MAX, "18,446,744T"),
    ];
    for (number, text) in cases {
        assert_eq!(short(number), text, "{number}");
    }
}

#[test]
fn money_shows_cents_or_what_is_below() {
    let cases = [
        (0, "$0.00"),
        (21, "<$0.0001"),
        (4_200, "$0.0042"),
        (9_999, "$0.0099"),
        (210_000, "$0.21"),
        (3_100_000, "$3.10"),
        (99_990_000, "$99.99"),
        (812_340_000, "$812"),
        (1_234_000_000, "$1,234"),
        (-210_000, "-$0.21"),
    ];
    for (micros, text) in cases {
        assert_eq!(money(MicroDollars(micros)), text, "{micros}");
    }
}

#[test]
fn durations_use_two_units_at_most() {
    let cases = [
        (0, "0 ms"),
        (340, "340 µs"),
        (113_000, "113 ms"),
        (999_999, "999 ms"),
        (7_200_000, "7.2 s"),
        (40 * SECOND, "40 s"),
        (MINUTE, "1m 00s"),
        (14 * MINUTE + 2 * SECOND, "14m 02s"),
        (3 * HOUR + 5 * MINUTE, "3h 05m"),
        (2 * DAY + 4 * HOUR, "2d 04h"),
        (-7_200_000, "-7.2 s"),
        (i64::MIN, "-106751991d 04h"),
    ];
    for (micros, text) in cases {
        assert_eq!(duration(micros), text, "{micros}");
    }
}

#[test]
fn times_are_relative_to_the_readers_now() {
    let now = Timestamp::parse("2026-11-20T10:42:07.113Z").unwrap();
    let cases = [
        ("2026-11-20T10:42:05Z", "now"),
        ("2026-11-20T10:41:27Z", "40 s ago"),
        ("2026-11-20T10:38:00Z", "4 min ago"),
        ("2026-11-20T07:00:00Z", "3 h ago"),
        ("2026-11-18T07:00:00Z", "2 d ago"),
        ("2026-01-02T07:00:00Z", "2026-01-02"),
        ("2026-11-20T10:45:30Z", "in 3 min"),
    ];
    for (at, text) in cases {
        assert_eq!(relative(Timestamp::parse(at).unwrap(), now), text, "{at}");
    }
    assert_eq!(clock(now), "10:42:07.113");
    assert_eq!(date_time(now), "2026-11-20 10:42:07.113 UTC");
    assert_eq!(date_time(Timestamp::default()), "1970-01-01 00:00:00 UTC");
    assert_eq!(relative(Timestamp::from_micros(i64::MIN), now), "1970-01-01");
}

#[test]
fn text_is_clipped_at_characters() {
    let cases = [
        ("short", 10, "short"),
        ("  two\n\twords ", 10, "two words"),
        ("exactly ten", 11, "exactly ten"),
        ("exactly ten", 10, "exactly te…"),
        ("🌳🌳🌳", 2, "🌳🌳…"),
        ("", 3, ""),
    ];
    for (text, max, line) in cases {
        assert_eq!(clip(text, max), line);
    }
    assert_eq!(cut("añb", 2), ("añ", 1));
    assert_eq!(cut("añb", 3), ("añb", 0));
}

#[test]
fn sizes_are_in_thousands() {
    for (number, text) in [(1, "1 B"), (48_211, "48 kB"), (1_250_000, "1.2 MB")] {
        assert_eq!(bytes(number), text);
    }
}

#[test]
fn absolute_times_are_as_short_as_can_be() {
    // 2026-11-20 10:44:30 UTC
    let now = Timestamp::from_micros(1_795_171_470_000_000);
    for (seconds_ago, expected) in [
        (0, "10:44:30"),
        (38_669, "00:00:01"),
        (38_671, "11-19 23:59"),
        (-3_600, "11:44:30"),
        (365 * 86_400, "2025-11-20"),
    ] {
        let at = Timestamp::from_micros(now.micros() - seconds_ago * SECOND);
        assert_eq!(absolute(at, now), expected);
    }
}
