//! The chart: the axis, and one bar for every row of the tree as it is open.

use std::collections::HashMap;

use banyan_protocol::Timestamp;

use super::{
    Span, TimelineParams,
    axis::{Axis, Units},
    coarse,
    lane::{Lane, Pen},
    lives::Lives,
    rows::Shown,
    ticks::{self, Tick},
};
use crate::{
    format,
    outline::{Piece, Row},
};

/// Shapes of all bars together; with more, narrow parts are drawn together.
const SHAPES_MAX_COUNT: usize = 3_000;
/// How often the narrowest part is doubled for that.
const COARSER_MAX_TIMES: usize = 5;

/// The chart.
#[derive(Clone, Debug)]
pub(crate) struct Chart {
    pub(crate) ticks: Vec<Tick>,
    pub(crate) folds: Vec<Fold>,
    /// Where the script lets bars grow.
    pub(crate) growth: Option<Growth>,
    /// The rows of the tree.
    pub(crate) pieces: Vec<Piece>,
    lanes: HashMap<String, Lane>,
}

/// A folded silence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fold {
    pub(crate) x: Units,
    pub(crate) width: Units,
    /// How long it was.
    pub(crate) text: String,
    pub(crate) title: String,
}

/// How time goes on at the right edge of the chart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Growth {
    /// Where now is.
    pub(crate) x: Units,
    /// Milliseconds since the epoch.
    pub(crate) now: i64,
    /// What the right edge stands for, in milliseconds since the epoch.
    pub(crate) end: i64,
}

impl Chart {
    /// The chart of the rows `pieces`, of which `shown` tells where they are among `lives`; `params`
    /// say what it does without.
    pub(crate) fn new(
        pieces: Vec<Piece>,
        shown: &[Shown],
        lives: &Lives<'_>,
        (axis, now): (&Axis, Timestamp),
        params: &TimelineParams,
    ) -> Self {
        let folds = axis.pieces().iter().filter(|piece| piece.folded).map(|piece| Fold {
            x: piece.from,
            width: Units(piece.to.0 - piece.from.0),
            text: format::duration(piece.time.length()),
            title: format!("Nothing is known to have happened: {}", range_text(piece.time)),
        });
        Self {
            ticks: ticks::ticks(axis),
            folds: folds.collect(),
            growth: growth(axis, now),
            lanes: lanes(shown, lives, (axis, now), params),
            pieces,
        }
    }

    /// The bar of a row.
    pub(crate) fn lane(&self, row: &Row) -> Option<&Lane> {
        self.lanes.get(&row.id)
    }
}

/// The bars of `shown`, as fine as there is room for.
fn lanes(
    shown: &[Shown],
    lives: &Lives<'_>,
    (axis, now): (&Axis, Timestamp),
    params: &TimelineParams,
) -> HashMap<String, Lane> {
    let mut finest = coarse::FINEST;
    for _ in 0..COARSER_MAX_TIMES {
        let count = |row: &Shown| coarse::blocks(&row.parts, axis, finest).len();
        if shown.iter().map(count).sum::<usize>() <= SHAPES_MAX_COUNT {
            break;
        }
        finest = Units(finest.0 * 2);
    }
    let pen = Pen { axis, lives, now, finest };
    let lane = |row: &Shown| Some((row.id.clone(), pen.lane(row)?.showing(params)));
    shown.iter().filter_map(lane).collect()
}

/// Absent where now is not on the chart.
fn growth(axis: &Axis, now: Timestamp) -> Option<Growth> {
    let range = axis.range();
    let is_shown = range.start <= now.micros() && now.micros() < range.end;
    is_shown.then(|| Growth {
        x: axis.place(now.micros()),
        now: now.micros() / 1_000,
        end: range.end / 1_000,
    })
}

fn range_text(span: Span) -> String {
    let [from, to] = [span.start, span.end].map(|at| format::clock(Timestamp::from_micros(at)));
    format!("{from} to {to}")
}
