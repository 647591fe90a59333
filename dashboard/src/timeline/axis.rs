//! The axis: from moments to places across the chart, with long silences folded.
//!
//! Integers only: a place is a part of the chart's width in [`Units`], so the same view is drawn
//! the same everywhere.

use std::fmt;

use super::Span;

/// A place or a width: hundredths of a percent of the chart's width.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Units(pub(crate) i64);

/// The whole width.
pub(crate) const WIDTH: Units = Units(10_000);
/// How wide a folded silence is drawn.
pub(crate) const FOLD: Units = Units(240);
/// Silences folded at most, so that most of the chart is left for what happened.
const FOLDS_MAX_COUNT: usize = 12;

/// `12.34%`, as the attributes of SVG take it.
impl fmt::Display for Units {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let size = self.0.unsigned_abs();
        if self.0 < 0 {
            out.write_str("-")?;
        }
        match (size / 100, size % 100) {
            (whole, 0) => write!(out, "{whole}%"),
            (whole, part) if part.is_multiple_of(10) => write!(out, "{whole}.{}%", part / 10),
            (whole, part) => write!(out, "{whole}.{part:02}%"),
        }
    }
}

/// A stretch of the axis.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Piece {
    pub(crate) time: Span,
    pub(crate) from: Units,
    pub(crate) to: Units,
    /// It stands for a long silence.
    pub(crate) folded: bool,
}

/// Where each moment of a range is drawn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Axis {
    pieces: Vec<Piece>,
    range: Span,
}

impl Axis {
    /// An axis for `range` in which `gaps` are folded, which are inside of it, in order and apart.
    pub(crate) fn new(range: Span, gaps: &[Span]) -> Self {
        let range = Span { start: range.start, end: range.end.max(range.start + 1) };
        let gaps = gaps.get(..gaps.len().min(FOLDS_MAX_COUNT)).unwrap_or_default();
        let folded: i64 = gaps.iter().map(|gap| gap.length()).sum();
        let open = (range.length() - folded).max(1);
        let width = WIDTH.0 - FOLD.0 * i64::try_from(gaps.len()).unwrap_or(0);
        let mut axis = Self { pieces: Vec::with_capacity(gaps.len() * 2 + 1), range };
        let (mut shown, mut folds, mut at) = (0, 0, range.start);
        for end in gaps.iter().copied().map(Some).chain([None]) {
            let time = Span::new(at, end.map_or(range.end, |gap| gap.start));
            let from = scale(shown, open, width) + folds * FOLD.0;
            shown += time.length();
            let to = scale(shown, open, width) + folds * FOLD.0;
            axis.push(time, (from, to), false);
            if let Some(gap) = end {
                folds += 1;
                axis.push(gap, (to, to + FOLD.0), true);
                at = gap.end;
            }
        }
        axis
    }

    fn push(&mut self, time: Span, (from, to): (i64, i64), folded: bool) {
        if 0 < time.length() {
            self.pieces.push(Piece { time, from: Units(from), to: Units(to), folded });
        }
    }

    /// What it shows.
    pub(crate) fn range(&self) -> Span {
        self.range
    }

    /// Its stretches, from left to right.
    pub(crate) fn pieces(&self) -> &[Piece] {
        &self.pieces
    }

    /// Where `at` is drawn; what is outside of the range is drawn at its edge.
    pub(crate) fn place(&self, at: i64) -> Units {
        let behind = self.pieces.partition_point(|piece| piece.time.start <= at);
        match behind.checked_sub(1).and_then(|before| self.pieces.get(before)) {
            None => Units(0),
            Some(piece) => {
                let into = at.min(piece.time.end) - piece.time.start;
                let width = piece.to.0 - piece.from.0;
                Units(piece.from.0 + scale(into, piece.time.length(), width))
            }
        }
    }

    /// Where a stretch of time is drawn, and how wide; `None` outside of the range.
    pub(crate) fn stretch(&self, span: Span) -> Option<(Units, Units)> {
        let (start, end) = span.within(self.range)?.ends();
        let (from, to) = (self.place(start), self.place(end));
        Some((from, Units(to.0 - from.0)))
    }

    /// Microseconds that one unit stands for, where nothing is folded; at least 1.
    pub(crate) fn micros_per_unit(&self) -> i64 {
        let open = self.pieces.iter().filter(|piece| !piece.folded);
        let (micros, units) = open.fold((0_i64, 0_i64), |(micros, units), piece| {
            (micros + piece.time.length(), units + piece.to.0 - piece.from.0)
        });
        (micros / units.max(1)).max(1)
    }
}

/// `part` of `whole`, as a part of `width`.
fn scale(part: i64, whole: i64, width: i64) -> i64 {
    let scaled = i128::from(part) * i128::from(width) / i128::from(whole.max(1));
    i64::try_from(scaled).unwrap_or(width)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn widths_are_written_as_percent() {
        for (units, text) in
            [(0, "0%"), (10_000, "100%"), (1_230, "12.3%"), (1_204, "12.04%"), (-5, "-0.05%")]
        {
            assert_eq!(Units(units).to_string(), text);
        }
    }

    #[test]
    fn moments_have_places() {
        let axis = Axis::new(Span::new(1_000, 2_000), &[]);
        for (at, units) in
            [(0, 0), (1_000, 0), (1_500, 5_000), (1_999, 9_990), (2_000, 10_000), (9_999, 10_000)]
        {
            assert_eq!(axis.place(at), Units(units), "{at}");
        }
        assert_eq!(axis.stretch(Span::new(900, 1_100)), Some((Units(0), Units(1_000))));
        assert_eq!(axis.stretch(Span::new(100, 200)), None);
        assert_eq!(axis.micros_per_unit(), 1);
    }

    #[test]
    fn a_folded_silence_has_a_fixed_width() {
        let axis = Axis::new(Span::new(0, 1_000), &[Span::new(100, 900)]);
        for (at, units) in
            [(0, 0), (50, 2_440), (100, 4_880), (500, 5_000), (900, 5_120), (1_000, 10_000)]
        {
            assert_eq!(axis.place(at), Units(units), "{at}");
        }
        let folded: Vec<_> = axis.pieces().iter().map(|piece| piece.folded).collect();
        assert_eq!(folded, [false, true, false]);
        let behind = Axis::new(Span::new(0, 1_000), &[Span::new(100, 1_000)]);
        assert_eq!(behind.place(100), Units(9_760));
        assert_eq!(behind.place(1_000), WIDTH);
    }

    #[test]
    fn a_moment_has_an_axis_too() {
        let axis = Axis::new(Span::new(7, 7), &[]);
        assert_eq!((axis.place(7), axis.place(8)), (Units(0), WIDTH));
    }

    proptest! {
        /// AC-32: bars are inside the axis, in order, and where the formula puts them.
        #[test]
        fn places_grow_with_time_and_stay_inside(
            start in -4_000_000_000_000_000_i64..4_000_000_000_000_000,
            length in 1_i64..4_000_000_000_000_000,
            cuts in prop::collection::btree_set(1_i64..1_000, 0..12),
            at in prop::collection::vec(0_i64..1_100, 1..20),
        ) {
            let point = |part: i64| start + i64::try_from(i128::from(length) * i128::from(part) / 1_000).unwrap();
            let cuts: Vec<_> = cuts.into_iter().collect();
            let gaps: Vec<_> = cuts.chunks_exact(2).map(|pair| Span::new(point(pair[0]), point(pair[1]))).filter(|gap| gap.length() > 0).collect();
            let axis = Axis::new(Span::new(start, start + length), &gaps);
            let mut at: Vec<_> = at.into_iter().map(point).collect();
            at.sort_unstable();
            let places: Vec<_> = at.iter().map(|at| axis.place(*at)).collect();
            prop_assert!(places.windows(2).all(|pair| pair[0] <= pair[1]));
            prop_assert!(places.iter().all(|place| Units(0) <= *place && *place <= WIDTH));
            prop_assert_eq!((axis.place(start), axis.place(start + length)), (Units(0), WIDTH));
            for pair in axis.pieces().windows(2) {
                prop_assert_eq!((pair[0].time.end, pair[0].to), (pair[1].time.start, pair[1].from));
            }
        }
    }
}
