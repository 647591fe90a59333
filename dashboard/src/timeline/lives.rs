//! When each session of a tree was active, as far as it is known.

use std::collections::HashMap;

use banyan_protocol::{
    Timestamp,
    view::{Attention, Life, TimelineView, Work},
};

use super::{Span, path::Node, span};

/// The sessions of a tree in time.
#[derive(Debug)]
pub(crate) struct Lives<'a> {
    view: &'a TimelineView,
    nodes: Vec<Node>,
    children: Vec<Vec<Span>>,
    places: HashMap<i64, usize>,
    works: HashMap<i64, &'a Work>,
}

impl<'a> Lives<'a> {
    /// The sessions of `view`, at the reader's time: those that live are active until `now`.
    pub(crate) fn new(view: &'a TimelineView, now: Timestamp) -> Self {
        let mut nodes: Vec<Node> = view
            .lives
            .iter()
            .map(|life| Node { parent: life.parent, span: own_span(life, now) })
            .collect();
        let children = adopt(&mut nodes);
        let places = view.lives.iter().zip(0..).map(|(life, place)| (life.no, place)).collect();
        let works = view.works.iter().map(|work| (work.no, work)).collect();
        Self { view, nodes, children, places, works }
    }

    /// The tree as the critical path walks it.
    pub(crate) fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// The place of the session whose row has this short id.
    pub(crate) fn place(&self, row: &str) -> Option<usize> {
        self.places.get(&i64::from_str_radix(row, 36).ok()?).copied()
    }

    /// A session.
    pub(crate) fn life(&self, place: usize) -> Option<&'a Life> {
        self.view.lives.get(place)
    }

    /// The type of its agent.
    pub(crate) fn agent(&self, place: usize) -> &'a str {
        let agent = self.life(place).and_then(|life| self.view.agents.get(life.agent));
        agent.map(String::as_str).unwrap_or_default()
    }

    /// When it was active.
    pub(crate) fn span(&self, place: usize) -> Option<Span> {
        self.nodes.get(place).and_then(|node| node.span)
    }

    /// Where its parent is.
    pub(crate) fn parent(&self, place: usize) -> Option<usize> {
        self.nodes.get(place).and_then(|node| node.parent)
    }

    /// When its children were active.
    pub(crate) fn children(&self, place: usize) -> &[Span] {
        self.children.get(place).map(Vec::as_slice).unwrap_or_default()
    }

    /// What it did, where that was read.
    pub(crate) fn work(&self, place: usize) -> Option<&'a Work> {
        self.works.get(&self.life(place)?.no).copied()
    }

    /// The short id of its row.
    pub(crate) fn row(&self, place: usize) -> String {
        self.life(place).map_or_else(String::new, |life| base_36(life.no))
    }

    /// Whether the right edge moves.
    pub(crate) fn is_anybody_active(&self) -> bool {
        self.view.lives.iter().any(|life| life.first_at.is_some() && is_active(life))
    }

    /// From the first moment to the last; absent where nobody has spoken.
    pub(crate) fn range(&self) -> Option<Span> {
        let spans = || self.nodes.iter().filter_map(|node| node.span);
        let start = spans().map(|span| span.start).min()?;
        Some(Span::new(start, spans().map(|span| span.end).max()?))
    }

    /// When anything is known to have happened: events and calls of the sessions whose work was
    /// read, the whole time of the others.
    pub(crate) fn activity(&self) -> Vec<Span> {
        let mut active = Vec::with_capacity(self.nodes.len());
        for (place, node) in self.nodes.iter().enumerate() {
            let Some(whole) = node.span else { continue };
            match self.work(place) {
                Some(work) if !work.cut => {
                    active.extend([whole.start, own_end(self.life(place), whole)].map(moment));
                    active.extend(work.events.iter().map(|at| moment(at.micros())));
                    active.extend(work.calls.iter().map(|call| {
                        let end = call.end.map_or(whole.end, Timestamp::micros);
                        Span::new(call.start.micros(), end)
                    }));
                }
                _ => active.push(whole),
            }
        }
        span::union(active)
    }
}

/// As the collector writes the numbers of rows.
fn base_36(no: i64) -> String {
    let mut rest = no.unsigned_abs();
    let mut digits = Vec::new();
    loop {
        let digit = u32::try_from(rest % 36).ok().and_then(|digit| char::from_digit(digit, 36));
        digits.extend(digit);
        rest /= 36;
        if rest == 0 {
            return digits.into_iter().rev().collect();
        }
    }
}

fn moment(at: i64) -> Span {
    Span::new(at, at)
}

/// When it was last heard of, in its own time.
fn own_end(life: Option<&Life>, whole: Span) -> i64 {
    life.and_then(|life| life.last_at).map_or(whole.end, Timestamp::micros)
}

/// Whether it is active still, as far as anybody can tell.
pub(crate) fn is_active(life: &Life) -> bool {
    let silent = matches!(life.attention, Some(Attention::Stalled | Attention::Lost));
    life.status.is_live() && !silent
}

fn own_span(life: &Life, now: Timestamp) -> Option<Span> {
    let start = life.first_at?.micros();
    let last = life.last_at.map_or(start, Timestamp::micros).max(start);
    let end = if is_active(life) { last.max(now.micros()) } else { last };
    Some(Span::new(start, end))
}

/// Gives those who never spoke the time of their children; tells when everybody's children were
/// active.
fn adopt(nodes: &mut [Node]) -> Vec<Vec<Span>> {
    let mut children: Vec<Vec<Span>> = vec![Vec::new(); nodes.len()];
    for place in (0..nodes.len()).rev() {
        let below = children.get_mut(place).map(|spans| {
            spans.sort_unstable();
            (spans.first().map(|span| span.start), spans.iter().map(|span| span.end).max())
        });
        let Some(node) = nodes.get_mut(place) else { continue };
        if let (None, Some((Some(start), Some(end)))) = (node.span, below) {
            node.span = Some(Span::new(start, end));
        }
        if let (Some(parent), Some(span)) = (node.parent, node.span)
            && let Some(siblings) = children.get_mut(parent)
        {
            siblings.push(span);
        }
    }
    children
}
