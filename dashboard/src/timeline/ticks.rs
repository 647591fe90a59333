//! The marks on the axis: round moments, far enough apart to be read.

use banyan_protocol::Timestamp;

use super::{
    Span,
    axis::{Axis, Units, WIDTH},
};

const MILLISECOND: i64 = 1_000;
const SECOND: i64 = 1_000 * MILLISECOND;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// Steps between marks, shortest first.
const LADDER: [i64; 34] = [
    MILLISECOND,
    2 * MILLISECOND,
    5 * MILLISECOND,
    10 * MILLISECOND,
    20 * MILLISECOND,
    50 * MILLISECOND,
    100 * MILLISECOND,
    200 * MILLISECOND,
    500 * MILLISECOND,
    SECOND,
    2 * SECOND,
    5 * SECOND,
    10 * SECOND,
    15 * SECOND,
    30 * SECOND,
    MINUTE,
    2 * MINUTE,
    5 * MINUTE,
    10 * MINUTE,
    15 * MINUTE,
    30 * MINUTE,
    HOUR,
    2 * HOUR,
    6 * HOUR,
    12 * HOUR,
    DAY,
    2 * DAY,
    7 * DAY,
    14 * DAY,
    30 * DAY,
    90 * DAY,
    180 * DAY,
    365 * DAY,
    3_650 * DAY,
];
/// Distance of marks at least: 80 px where the chart is 1,000 px wide.
const STEP_MIN_UNITS: i64 = 800;
/// A label needs this much before the next one …
const LABEL_UNITS: i64 = 640;
/// … and on a narrow screen, of 345 px, this much.
const NARROW_LABEL_UNITS: i64 = 2_000;

/// A mark on the axis.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Tick {
    pub(crate) x: Units,
    pub(crate) text: String,
    /// Shown on narrow screens as well.
    pub(crate) wide: bool,
}

/// The step of marks on an axis of which one unit stands for `micros_per_unit`.
pub(crate) fn step(micros_per_unit: i64) -> i64 {
    let least = micros_per_unit.saturating_mul(STEP_MIN_UNITS);
    LADDER.into_iter().find(|step| least <= *step).unwrap_or(10_000 * DAY)
}

/// The marks of `axis`; none inside folded silences, and none that would touch their labels.
pub(crate) fn ticks(axis: &Axis) -> Vec<Tick> {
    let step = step(axis.micros_per_unit());
    let mut ticks: Vec<Tick> = Vec::new();
    let (mut free, mut free_wide) = (0, 0);
    let mut pieces = axis.pieces().iter().peekable();
    while let Some(piece) = pieces.next() {
        if piece.folded {
            free = piece.from.0 + LABEL_UNITS;
            free_wide = piece.from.0 + NARROW_LABEL_UNITS;
            continue;
        }
        let edge = pieces.peek().map_or(WIDTH.0, |fold| fold.from.0);
        for at in moments(piece.time, step) {
            let x = axis.place(at);
            if x.0 < free || edge < x.0 + LABEL_UNITS {
                continue;
            }
            free = x.0 + LABEL_UNITS;
            let wide = free_wide <= x.0 && x.0 + NARROW_LABEL_UNITS <= edge;
            if wide {
                free_wide = x.0 + NARROW_LABEL_UNITS;
            }
            ticks.push(Tick { x, text: label(at, step), wide });
        }
    }
    ticks
}

/// The multiples of `step` in `span`.
fn moments(span: Span, step: i64) -> impl Iterator<Item = i64> {
    let first = span.start.div_euclid(step) + i64::from(span.start.rem_euclid(step) != 0);
    let last = span.end.div_euclid(step);
    (first..=last).map(move |number| number * step)
}

/// `Nov 20`, `10:42`, `10:42:07`, `10:42:07.250`: as much as the step needs; UTC.
fn label(at: i64, step: i64) -> String {
    let time = Timestamp::from_micros(at).date_time();
    let pattern = match step {
        _ if at.rem_euclid(DAY) == 0 && HOUR <= step => "%b %-d",
        _ if MINUTE <= step => "%H:%M",
        _ if SECOND <= step => "%H:%M:%S",
        _ => "%H:%M:%S%.3f",
    };
    time.format(pattern).to_string()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// 2026-11-20T10:39:20Z.
    const START: i64 = 1_795_171_160 * SECOND;

    #[track_caller]
    fn check(length: i64, gaps: &[Span], expected: &[(i64, &str)]) {
        let axis = Axis::new(Span::new(START, START + length), gaps);
        let found: Vec<_> = ticks(&axis).into_iter().map(|tick| (tick.x.0, tick.text)).collect();
        let expected: Vec<_> = expected.iter().map(|(x, text)| (*x, (*text).to_owned())).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn marks_stand_at_round_moments() {
        check(
            4 * MINUTE,
            &[],
            &[
                (416, "10:39:30"),
                (1_666, "10:40:00"),
                (2_916, "10:40:30"),
                (4_166, "10:41:00"),
                (5_416, "10:41:30"),
                (6_666, "10:42:00"),
                (7_916, "10:42:30"),
                (9_166, "10:43:00"),
            ],
        );
        check(
            2 * MINUTE,
            &[Span::new(START + 15 * SECOND, START + 95 * SECOND)],
            &[
                (0, "10:39:20"),
                (1_220, "10:39:25"),
                (2_440, "10:39:30"),
                // 10:39:35, where the silence begins, and 10:40:55, where it ends, would touch how
                // long it was.
                (5_120, "10:41:00"),
                (6_340, "10:41:05"),
                (7_560, "10:41:10"),
                (8_780, "10:41:15"),
            ],
        );
        check(
            40 * MILLISECOND,
            &[],
            &[
                (0, "10:39:20.000"),
                (1_250, "10:39:20.005"),
                (2_500, "10:39:20.010"),
                (3_750, "10:39:20.015"),
                (5_000, "10:39:20.020"),
                (6_250, "10:39:20.025"),
                (7_500, "10:39:20.030"),
                (8_750, "10:39:20.035"),
            ],
        );
        check(
            3 * DAY,
            &[],
            &[
                (186, "12:00"),
                (1_020, "18:00"),
                (1_853, "Nov 21"),
                (2_686, "06:00"),
                (3_520, "12:00"),
                (4_353, "18:00"),
                (5_186, "Nov 22"),
                (6_020, "06:00"),
                (6_853, "12:00"),
                (7_686, "18:00"),
                (8_520, "Nov 23"),
                (9_353, "06:00"),
            ],
        );
    }

    #[test]
    fn the_ladder_climbs() {
        assert!(LADDER.windows(2).all(|pair| pair[0] < pair[1]));
        for (micros_per_unit, expected) in [
            (1, MILLISECOND),
            (1_250, SECOND),
            (1_251, 2 * SECOND),
            (84_000, 2 * MINUTE),
            (i64::MAX, 10_000 * DAY),
        ] {
            assert_eq!(step(micros_per_unit), expected);
        }
    }

    proptest! {
        #[test]
        fn marks_can_be_read(start in 0_i64..4_000_000_000_000_000, length in 1_000_i64..400_000_000_000_000) {
            let axis = Axis::new(Span::new(start, start + length), &[]);
            let ticks = ticks(&axis);
            prop_assert!(ticks.len() <= 13);
            prop_assert!(ticks.windows(2).all(|pair| pair[0].x.0 + LABEL_UNITS <= pair[1].x.0));
            prop_assert!(ticks.iter().filter(|tick| tick.wide).count() <= 5);
        }
    }
}
