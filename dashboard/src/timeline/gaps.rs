//! Long silences, which the axis folds away.

use super::{Span, span};

/// A silence is folded when it is this many times as long as the median one …
const FOLD_MIN_MEDIANS: i64 = 5;
/// … and at least this part of the whole: one in so many.
const FOLD_MIN_FRACTION: i64 = 10;

/// The stretches of `range` in which nothing of `active` happened for so long that they are
/// better folded. Never all of it.
pub(crate) fn fold_gaps(active: &[Span], range: Span) -> Vec<Span> {
    let inside = active.iter().filter_map(|span| span.within(range)).collect();
    let silences = span::rest(range, &span::union(inside));
    let mut lengths: Vec<i64> = silences.iter().map(|silence| silence.length()).collect();
    lengths.sort_unstable();
    let Some(median) = lengths.get(lengths.len() / 2) else { return Vec::new() };
    // One silence is its own median: then only its part of the whole tells that it is long.
    let medians = if lengths.len() == 1 { 0 } else { median.saturating_mul(FOLD_MIN_MEDIANS) };
    let threshold = medians.max(range.length() / FOLD_MIN_FRACTION);
    let is_long = |silence: &Span| threshold < silence.length() && *silence != range;
    silences.into_iter().filter(is_long).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn spans(list: &[(i64, i64)]) -> Vec<Span> {
        list.iter().map(|(start, end)| Span::new(*start, *end)).collect()
    }

    #[track_caller]
    fn check(active: &[(i64, i64)], range: (i64, i64), expected: &[(i64, i64)]) {
        assert_eq!(fold_gaps(&spans(active), Span::new(range.0, range.1)), spans(expected));
    }

    #[test]
    fn long_silences_are_folded() {
        check(&[(0, 100)], (0, 100), &[]);
        check(&[(0, 20), (80, 100)], (0, 100), &[(20, 80)]);
        check(&[(0, 20), (29, 100)], (0, 100), &[]);
        // Five times the median is needed as well.
        check(&[(0, 10), (12, 20), (23, 40), (60, 100)], (0, 100), &[(40, 60)]);
        check(&[(0, 10), (22, 40), (45, 46), (50, 100)], (0, 100), &[]);
        // Moments count; what is before and behind the range does not.
        check(&[(0, 10), (30, 30), (50, 50), (70, 70), (90, 100)], (0, 100), &[]);
        check(&[(-50, 10), (90, 300)], (0, 100), &[(10, 90)]);
        check(&[(0, 10)], (0, 100), &[(10, 100)]);
        check(&[(0, 10)], (20, 90), &[]);
        check(&[], (0, 100), &[]);
    }

    proptest! {
        #[test]
        fn nothing_active_is_folded(
            list in prop::collection::vec((0_i64..1_000, 0_i64..60), 0..20),
        ) {
            let range = Span::new(100, 900);
            let active: Vec<_> = list.iter().map(|(at, length)| Span::new(*at, at + length)).collect();
            let folded = fold_gaps(&active, range);
            prop_assert!(folded.iter().all(|gap| range.holds(*gap) && gap.length() > 80));
            prop_assert!(folded.len() < 10);
            prop_assert!(span::common(&folded, &span::union(active)).iter().all(|span| span.length() == 0));
        }
    }
}
