//! One row of the chart: a session's bar, as shapes with places.

mod bar;
mod together;

use std::fmt::Write as _;

use banyan_protocol::{
    Timestamp,
    view::{CallState, Life},
};

use bar::Bar;
pub(crate) use together::parts_together;

use super::{
    Layer, Span, TimelineParams,
    axis::{Axis, Units, WIDTH},
    coarse,
    lives::{self, Lives},
    parts::{self, Kind, Part},
    rows::Shown,
};
use crate::{format, status::Mark};

/// Marks of failed calls of one bar at most; more cannot be told apart.
const FAULTS_MAX_COUNT: usize = 40;
/// Their distance at least.
const FAULT_MIN_UNITS: i64 = 40;
/// Characters of an agent's name in a title.
const AGENT_MAX_CHARS: usize = 80;

/// A bar.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Lane {
    /// Its parts by kind.
    pub(crate) fills: Vec<Fill>,
    /// Where it waited, when waiting is not drawn.
    pub(crate) rest: Vec<Shape>,
    /// What it lived on after its parent's end.
    pub(crate) tail: Option<Shape>,
    /// For those of whom nobody has heard: from then until now.
    pub(crate) silence: Option<Shape>,
    /// Its stretches of the critical path, and of what is not shown below it.
    pub(crate) path: Vec<Shape>,
    /// Where calls failed.
    pub(crate) faults: Vec<Units>,
    /// How it ended, behind the bar; absent where its end is not shown.
    pub(crate) end: Option<End>,
    /// It began before its parent did.
    pub(crate) early: Option<Units>,
    /// It is active before or behind what is shown.
    pub(crate) beyond: Option<Beyond>,
    pub(crate) label: Option<Label>,
    /// All of it in words.
    pub(crate) title: String,
}

/// The parts of one kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fill {
    pub(crate) kind: Kind,
    pub(crate) shapes: Vec<Shape>,
}

/// From a place on, so wide.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Shape {
    pub(crate) x: Units,
    pub(crate) width: Units,
    /// Its right edge is now, and moves on.
    pub(crate) grows: bool,
}

/// The glyph at the end of a bar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct End {
    pub(crate) x: Units,
    pub(crate) mark: Mark,
    pub(crate) grows: bool,
}

/// How long it took, beside the bar.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Label {
    pub(crate) x: Units,
    pub(crate) text: String,
    /// It stands before the bar, not behind it.
    pub(crate) before: bool,
}

/// Where a session that is not shown was active.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Beyond {
    /// Before what is shown.
    Before,
    /// Behind it.
    Behind,
}

impl Lane {
    /// The same bar without what `params` hide.
    pub(crate) fn showing(mut self, params: &TimelineParams) -> Self {
        if params.errors == Layer::Hidden {
            self.faults.clear();
        }
        if params.waits == Layer::Hidden {
            let (waits, fills) = self.fills.into_iter().partition(|fill| fill.kind == Kind::Wait);
            self.fills = fills;
            let waits: Vec<Fill> = waits;
            self.rest = waits.into_iter().flat_map(|fill| fill.shapes).collect();
        }
        self
    }
}

/// Draws bars.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pen<'a> {
    pub(crate) axis: &'a Axis,
    pub(crate) lives: &'a Lives<'a>,
    pub(crate) now: Timestamp,
    /// Parts narrower than this are drawn together.
    pub(crate) finest: Units,
}

impl Pen<'_> {
    /// The bar of a row; absent where nothing is known of its sessions.
    pub(crate) fn lane(&self, row: &Shown) -> Option<Lane> {
        match row.places.as_slice() {
            [place] => self.alone(*place, row),
            places => self.together(places, row),
        }
    }

    /// The bar of the session at `place`.
    fn alone(&self, place: usize, row: &Shown) -> Option<Lane> {
        let (life, whole) = (self.lives.life(place)?, self.lives.span(place)?);
        let agent = format::clip(self.lives.agent(place), AGENT_MAX_CHARS);
        let mut lane = self.empty(whole, title(&agent, mark(life), whole, row), row);
        let parts = &row.parts;
        let Some((from, width)) = self.axis.stretch(whole) else { return Some(lane) };
        let to = Units(from.0 + width.0);
        // A child that lived on, or began after its parent's end, is thin from there on.
        let parent = self.lives.parent(place).and_then(|parent| self.lives.span(parent));
        let thick = parent.map_or(whole.end, |parent| parent.end.clamp(whole.start, whole.end));
        let range = self.axis.range();
        let grows = lives::is_active(life) && self.now.micros() < range.end;
        let bar = Bar::new(from, self.axis.place(thick).clamp(from, to), to, grows);
        lane.fills = bar.fills(&coarse::blocks(parts, self.axis, self.finest));
        lane.tail = bar.tail();
        lane.silence = self.silence(life, whole);
        lane.faults = self.faults(place);
        let shows_end = range.holds(Span { start: whole.end, end: whole.end });
        lane.end = shows_end.then(|| End { x: bar.right(), mark: mark(life), grows });
        let is_early = parent.is_some_and(|parent| whole.start < parent.start);
        lane.early = (is_early && range.start <= whole.start).then(|| bar.left());
        lane.label = bar.label(whole, lane.end, lane.silence);
        Some(lane)
    }

    /// A bar of which nothing is drawn yet.
    fn empty(&self, whole: Span, title: String, row: &Shown) -> Lane {
        let beyond = match self.axis.stretch(whole) {
            Some(_) => None,
            None if whole.end <= self.axis.range().start => Some(Beyond::Before),
            None => Some(Beyond::Behind),
        };
        Lane {
            fills: Vec::new(),
            rest: Vec::new(),
            tail: None,
            silence: None,
            path: self.path(&row.path),
            faults: Vec::new(),
            end: None,
            early: None,
            beyond,
            label: None,
            title,
        }
    }

    fn path(&self, path: &[Span]) -> Vec<Shape> {
        let mut shapes: Vec<Shape> = Vec::new();
        for (x, width) in path.iter().filter_map(|span| self.axis.stretch(*span)) {
            match shapes.last_mut() {
                Some(last) if x.0 <= last.x.0 + last.width.0 + 1 => {
                    last.width = Units(x.0 + width.0 - last.x.0);
                }
                _ => shapes.push(Shape { x, width, grows: false }),
            }
        }
        // While the tree is active the path goes on with it.
        let now = self.axis.place(self.now.micros());
        if let Some(last) = shapes.last_mut() {
            last.grows = now < WIDTH && last.x.0 + last.width.0 == now.0;
        }
        shapes
    }

    /// Since when nothing was heard of it, up to now.
    fn silence(&self, life: &Life, whole: Span) -> Option<Shape> {
        if lives::is_active(life) || !life.status.is_live() {
            return None;
        }
        let silence = Span { start: whole.end, end: self.now.micros().max(whole.end) };
        let (x, width) = self.axis.stretch(silence)?;
        Some(Shape { x, width, grows: false }).filter(|shape| Units(0) < shape.width)
    }

    fn faults(&self, place: usize) -> Vec<Units> {
        let Some(work) = self.lives.work(place) else { return Vec::new() };
        let failed = work.calls.iter().filter(|call| call.state == CallState::Failed);
        let ends = failed.filter_map(|call| {
            let end = call.end?.micros();
            self.axis.stretch(Span::new(end, end)).map(|(x, _)| x)
        });
        let mut ends: Vec<Units> = ends.collect();
        ends.sort_unstable();
        ends.dedup_by_key(|x| x.0 / FAULT_MIN_UNITS);
        ends.truncate(FAULTS_MAX_COUNT);
        ends
    }
}

/// `coder: failed, 10:39:58.000 to 10:42:07.113, 2m 09s; model 40 s, tool 1m 02s; …`
fn title(name: &str, mark: Mark, whole: Span, row: &Shown) -> String {
    let [from, to] = [whole.start, whole.end].map(|at| format::clock(Timestamp::from_micros(at)));
    let took = format::duration(whole.length());
    let mut text = format!("{name}: {}, {from} to {to}, {took}", mark.word);
    for (kind, micros) in sums(&row.parts) {
        if kind != Kind::Plain {
            // Writing to a string cannot fail.
            let _ = write!(text, "; {} {}", kind.title(), format::duration(micros));
        }
    }
    let critical: i64 = row.path.iter().map(|span| span.length()).sum();
    if 0 < critical {
        let _ = write!(text, "; critical path {}", format::duration(critical));
    }
    text
}

/// What the session at `place` did with its time; empty where nothing is known of it.
pub(crate) fn parts_of(place: usize, lives: &Lives<'_>) -> Vec<Part> {
    let (Some(life), Some(whole)) = (lives.life(place), lives.span(place)) else {
        return Vec::new();
    };
    match lives.work(place) {
        Some(work) => parts::parts(whole, life, work, lives.children(place)),
        None => vec![Part { kind: Kind::Plain, span: whole }],
    }
}

/// How a session stands.
pub(crate) fn mark(life: &Life) -> Mark {
    Mark::judged(life.status, life.attention)
}

/// Microseconds of each kind that there is any of, in the order of the legend.
pub(crate) fn sums(parts: &[Part]) -> Vec<(Kind, i64)> {
    let sum = |kind| {
        let of_kind = parts.iter().filter(|part| part.kind == kind);
        (kind, of_kind.map(|part| part.span.length()).sum())
    };
    Kind::ALL.into_iter().map(sum).filter(|(_, micros)| 0 < *micros).collect()
}
