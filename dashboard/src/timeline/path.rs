//! The critical path: which session the whole waited for, at every moment.
//!
//! Read backwards from the end of the top: whoever of its children was active last held it up, so
//! the path goes into that child at the child's end and comes back at its start; where no child
//! was active, the session held itself up. The stretches so found follow each other without gap
//! or overlap and together are as long as the top lived.
//!
//! Of several children that were all active when their parent went on (or now, while it runs) the
//! one that began first is taken: it took the longest.

use std::{cmp::Reverse, collections::BinaryHeap};

use super::Span;

/// A stretch of the path and whose it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Stretch {
    /// The place of the session.
    pub(crate) of: usize,
    pub(crate) span: Span,
}

/// When a session was active, and below whom it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Node {
    /// The place of its parent, which comes before it.
    pub(crate) parent: Option<usize>,
    /// Absent where nothing is known.
    pub(crate) span: Option<Span>,
}

/// The path through the tree below the first of `nodes`, earliest stretch first. O(n log n), and
/// not by recursion: a chain may be longer than a stack is deep.
pub(crate) fn critical_path(nodes: &[Node]) -> Vec<Stretch> {
    let Some(top) = nodes.first().and_then(|node| node.span) else { return Vec::new() };
    let mut children = children(nodes);
    let mut path = Vec::new();
    let mut walks = vec![Walk::new(0, top, take(&mut children, 0))];
    while let Some(walk) = walks.last_mut() {
        match walk.next(&mut path) {
            Some((child, span)) => walks.push(Walk::new(child, span, take(&mut children, child))),
            None => {
                walks.pop();
            }
        }
    }
    path.reverse();
    path
}

/// A child: when it was active, and its place.
type Child = (Span, usize);

/// The children of each node.
fn children(nodes: &[Node]) -> Vec<Vec<Child>> {
    let mut children = vec![Vec::new(); nodes.len()];
    for (place, node) in nodes.iter().enumerate().skip(1) {
        if let Some(parent) = node.parent
            && let Some(span) = node.span
            && let Some(siblings) = children.get_mut(parent)
        {
            siblings.push((span, place));
        }
    }
    children
}

fn take(children: &mut [Vec<Child>], of: usize) -> Vec<Child> {
    children.get_mut(of).map(std::mem::take).unwrap_or_default()
}

/// The way back through one session, from the end of a span to its start.
struct Walk {
    of: usize,
    span: Span,
    /// Children not reached yet, the one that ended last behind.
    ahead: Vec<Child>,
    /// Children that were still active where the walk is, the one that began first on top.
    active: BinaryHeap<Reverse<(i64, usize)>>,
}

impl Walk {
    fn new(of: usize, span: Span, mut children: Vec<Child>) -> Self {
        children.sort_unstable_by_key(|(span, place)| (span.end, *place));
        Self { of, span, ahead: children, active: BinaryHeap::new() }
    }

    /// Goes back until a child takes over; gives that child and its part. `None` at the start.
    fn next(&mut self, path: &mut Vec<Stretch>) -> Option<(usize, Span)> {
        loop {
            while let Some((span, place)) = self.ahead.pop_if(|(span, _)| self.span.end <= span.end)
            {
                self.active.push(Reverse((span.start, place)));
            }
            match self.active.peek() {
                Some(Reverse((start, place))) if *start < self.span.end => {
                    let (place, at) = (*place, self.span.start.max(*start));
                    let part = Span { start: at, end: self.span.end };
                    self.span.end = at;
                    return (part.start < part.end).then_some((place, part));
                }
                // They began later than where the walk is, which only goes back.
                Some(_) => self.active.clear(),
                None => {}
            }
            let next = self.ahead.last().map_or(self.span.start, |(span, _)| span.end);
            self.alone(next.max(self.span.start), path);
            if self.span.start == self.span.end {
                return None;
            }
        }
    }

    /// The session itself, back to `start`.
    fn alone(&mut self, start: i64, path: &mut Vec<Stretch>) {
        let span = Span { start, end: self.span.end };
        self.span.end = start;
        match path.last_mut() {
            Some(last) if last.of == self.of && last.span.start == span.end => {
                last.span.start = start;
            }
            _ if span.start < span.end => path.push(Stretch { of: self.of, span }),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests;
