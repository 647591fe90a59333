//! Stretches of time.

/// From `start` to `end`, in microseconds since the epoch; `start <= end`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Span {
    pub(crate) start: i64,
    pub(crate) end: i64,
}

impl Span {
    /// Between two moments; where they are the wrong way round, the later one alone.
    pub(crate) fn new(start: i64, end: i64) -> Self {
        Self { start: start.min(end), end }
    }

    /// Microseconds.
    pub(crate) const fn length(self) -> i64 {
        self.end.saturating_sub(self.start)
    }

    /// Both ends.
    pub(crate) const fn ends(self) -> (i64, i64) {
        (self.start, self.end)
    }

    /// The part of it inside `other`; absent where they have no time in common. A moment inside
    /// `other` stays a moment.
    pub(crate) fn within(self, other: Self) -> Option<Self> {
        let (start, end) = (self.start.max(other.start), self.end.min(other.end));
        let meets = start < end || (start == end && self.length() == 0);
        meets.then_some(Self { start, end })
    }

    /// Whether all of `other` is in it.
    pub(crate) const fn holds(self, other: Self) -> bool {
        self.start <= other.start && other.end <= self.end
    }
}

/// The time that any of `spans` covers, in order, nothing twice.
pub(crate) fn union(mut spans: Vec<Span>) -> Vec<Span> {
    spans.sort_unstable();
    let mut merged: Vec<Span> = Vec::with_capacity(spans.len());
    for span in spans {
        match merged.last_mut() {
            Some(last) if span.start <= last.end => last.end = last.end.max(span.end),
            _ => merged.push(span),
        }
    }
    merged
}

/// What is left of `whole` without `spans`, which are in order and apart, as [`union`] gives them.
pub(crate) fn rest(whole: Span, spans: &[Span]) -> Vec<Span> {
    let mut left = Vec::new();
    let mut at = whole.start;
    for span in spans.iter().filter_map(|span| span.within(whole)) {
        if at < span.start {
            left.push(Span { start: at, end: span.start });
        }
        at = at.max(span.end);
    }
    if at < whole.end {
        left.push(Span { start: at, end: whole.end });
    }
    left
}

/// What two sets of spans, each in order and apart, have in common.
pub(crate) fn common(left: &[Span], right: &[Span]) -> Vec<Span> {
    let mut found = Vec::new();
    let (mut left, mut right) = (left.iter().peekable(), right.iter().peekable());
    while let (Some(one), Some(other)) = (left.peek(), right.peek()) {
        found.extend(one.within(**other));
        if one.end < other.end {
            left.next();
        } else {
            right.next();
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn spans(list: &[(i64, i64)]) -> Vec<Span> {
        list.iter().map(|(start, end)| Span::new(*start, *end)).collect()
    }

    #[test]
    fn time_is_united_cut_and_compared() {
        let some = spans(&[(5, 8), (0, 2), (1, 3), (8, 9)]);
        assert_eq!(union(some.clone()), spans(&[(0, 3), (5, 9)]));
        assert_eq!(rest(Span::new(-1, 10), &union(some)), spans(&[(-1, 0), (3, 5), (9, 10)]));
        assert_eq!(rest(Span::new(0, 4), &[]), spans(&[(0, 4)]));
        assert_eq!(rest(Span::new(6, 7), &spans(&[(5, 8)])), spans(&[]));
        let (left, right) = (spans(&[(0, 4), (6, 9)]), spans(&[(2, 7), (8, 12)]));
        assert_eq!(common(&left, &right), spans(&[(2, 4), (6, 7), (8, 9)]));
        assert_eq!(Span::new(7, 3), Span::new(3, 3));
        assert_eq!(Span::new(4, 4).within(Span::new(0, 4)), Some(Span::new(4, 4)));
        assert_eq!(Span::new(4, 5).within(Span::new(0, 4)), None);
    }

    proptest! {
        #[test]
        fn what_is_covered_and_what_is_left_make_the_whole(
            list in prop::collection::vec((0_i64..100, 0_i64..20), 0..12),
        ) {
            let whole = Span::new(10, 90);
            let all = union(list.iter().map(|(at, length)| Span::new(*at, at + length)).collect());
            let inside = common(&all, &[whole]);
            let left = rest(whole, &all);
            let sum = |spans: &[Span]| spans.iter().map(|span| span.length()).sum::<i64>();
            prop_assert_eq!(sum(&inside) + sum(&left), whole.length());
            prop_assert!(all.windows(2).all(|pair| pair[0].end < pair[1].start));
            prop_assert_eq!(sum(&common(&left, &all)), 0);
        }
    }
}
