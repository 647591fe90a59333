//! One bar for several sessions: when any of them was active, and what the busiest did.

use super::{AGENT_MAX_CHARS, Bar, End, Fill, Lane, Pen, mark, parts_of, title};
use crate::{
    format,
    timeline::{
        Span, coarse,
        lives::Lives,
        parts::{Kind, Part},
        rows::Shown,
        span,
    },
};

/// Which of the kinds that several sessions do at once is shown.
const BUSIEST: [Kind; 4] = [Kind::Tool, Kind::Model, Kind::Wait, Kind::Plain];

/// What the sessions at `places` did with their time: at each moment what the busiest did.
pub(crate) fn parts_together(places: &[usize], lives: &Lives<'_>) -> Vec<Part> {
    together(&places.iter().map(|place| parts_of(*place, lives)).collect::<Vec<_>>().concat())
}

fn together(all: &[Part]) -> Vec<Part> {
    let mut taken: Vec<Span> = Vec::new();
    let mut parts: Vec<Part> = Vec::new();
    for kind in BUSIEST {
        let of_kind = all.iter().filter(|part| part.kind == kind).map(|part| part.span);
        let spans = span::union(of_kind.collect());
        let free: Vec<Span> = spans.iter().flat_map(|span| span::rest(*span, &taken)).collect();
        parts.extend(free.into_iter().map(|span| Part { kind, span }));
        taken = span::union(taken.into_iter().chain(spans).collect());
    }
    parts.sort_unstable_by_key(|part| part.span);
    parts
}

impl Pen<'_> {
    /// The bar of the sessions at `places`, with gaps where none of them was active.
    pub(super) fn together(&self, places: &[usize], row: &Shown) -> Option<Lane> {
        let whole = row.span(self.lives)?;
        let (first, last) = (places.first()?, self.last(places)?);
        let agent = format::clip(self.lives.agent(*first), AGENT_MAX_CHARS);
        let name = format!("{} × {agent}", format::count(u64::try_from(places.len()).unwrap_or(0)));
        let mark = mark(self.lives.life(last)?);
        let mut lane = self.empty(whole, title(&name, mark, whole, row), row);
        let spans = places.iter().filter_map(|place| self.lives.span(*place));
        let mut ends = None;
        for stretch in span::union(spans.collect()) {
            let Some((from, width)) = self.axis.stretch(stretch) else { continue };
            let to = super::Units(from.0 + width.0);
            let bar = Bar::new(from, to, to, false);
            let inside = row.parts.iter().filter(|part| stretch.holds(part.span)).copied();
            let blocks = coarse::blocks(&inside.collect::<Vec<_>>(), self.axis, self.finest);
            for fill in bar.fills(&blocks) {
                add(&mut lane.fills, fill);
            }
            ends = Some(bar);
        }
        let shows_end = self.axis.range().holds(Span { start: whole.end, end: whole.end });
        if let Some(bar) = ends.filter(|_| shows_end) {
            lane.end = Some(End { x: bar.right(), mark, grows: false });
            lane.label = bar.label(whole, lane.end, None);
        }
        Some(lane)
    }

    /// The one that ended last.
    fn last(&self, places: &[usize]) -> Option<usize> {
        let known = places.iter().filter_map(|place| Some((self.lives.span(*place)?.end, *place)));
        known.max().map(|(_, place)| place)
    }
}

/// Adds shapes to those of their kind.
fn add(fills: &mut Vec<Fill>, fill: Fill) {
    match fills.iter_mut().find(|one| one.kind == fill.kind) {
        Some(one) => one.shapes.extend(fill.shapes),
        None => fills.push(fill),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn at_each_moment_the_busiest_is_shown() {
        let part = |kind, start, end| Part { kind, span: Span::new(start, end) };
        let one = [part(Kind::Model, 0, 10), part(Kind::Tool, 10, 20), part(Kind::Wait, 20, 30)];
        let other = [part(Kind::Wait, 5, 15), part(Kind::Model, 15, 25), part(Kind::Tool, 40, 50)];
        assert_eq!(
            together(&[one, other].concat()),
            [
                part(Kind::Model, 0, 10),
                part(Kind::Tool, 10, 20),
                part(Kind::Model, 20, 25),
                part(Kind::Wait, 25, 30),
                part(Kind::Tool, 40, 50),
            ]
        );
        assert_eq!(together(&[]), []);
    }
}
