//! The rows of the page, and what each of them shows of the tree in time.

use std::collections::HashMap;

use super::{Span, lane, lives::Lives, parts::Part, path::Stretch, span};
use crate::outline::{Piece, Row};

/// A session on the page, or several in one row.
#[derive(Clone, Debug)]
pub(crate) struct Shown {
    /// The short id of the row.
    pub(crate) id: String,
    /// The places of its sessions among the lives: at least one.
    pub(crate) places: Vec<usize>,
    /// What they did with their time; of several, what the busiest did.
    pub(crate) parts: Vec<Part>,
    /// The stretches of the critical path that go through it, or through what is not shown below.
    pub(crate) path: Vec<Span>,
}

impl Shown {
    /// From the first moment of its sessions to the last.
    pub(crate) fn span(&self, lives: &Lives<'_>) -> Option<Span> {
        let spans = || self.places.iter().filter_map(|place| lives.span(*place));
        let start = spans().map(|span| span.start).min()?;
        Some(Span::new(start, spans().map(|span| span.end).max()?))
    }
}

/// The sessions of `pieces` that are among `lives`, in page order.
pub(crate) fn shown(pieces: &[Piece], lives: &Lives<'_>, path: &[Stretch]) -> Vec<Shown> {
    let mut rows = Vec::new();
    for piece in pieces {
        match piece {
            Piece::Row(row) => rows.extend(of_row(row, lives)),
            Piece::OpenList { .. } | Piece::More(_) | Piece::CloseList | Piece::CloseRow => {}
        }
    }
    let mut stretches = by_row(&rows, lives, path);
    for (at, row) in rows.iter_mut().enumerate() {
        row.path = span::union(stretches.remove(&at).unwrap_or_default());
    }
    rows
}

fn of_row(row: &Row, lives: &Lives<'_>) -> Option<Shown> {
    let (places, parts) = match &row.several {
        None => {
            let place = lives.place(&row.id)?;
            (vec![place], lane::parts_of(place, lives))
        }
        Some(several) => {
            let places: Vec<usize> =
                several.rows.iter().filter_map(|row| lives.place(row)).collect();
            let parts = lane::parts_together(&places, lives);
            (places, parts)
        }
    };
    let is_known = !places.is_empty();
    is_known.then(|| Shown { id: row.id.clone(), places, parts, path: Vec::new() })
}

/// The stretches of `path` by the row of the nearest session that has one.
fn by_row(rows: &[Shown], lives: &Lives<'_>, path: &[Stretch]) -> HashMap<usize, Vec<Span>> {
    // The row that stands for each place: parents come before their children, and the rows of
    // several sessions before those of each of them.
    let mut owners: Vec<Option<usize>> = vec![None; lives.nodes().len()];
    for (at, row) in rows.iter().enumerate() {
        for place in &row.places {
            if let Some(owner) = owners.get_mut(*place) {
                *owner = Some(at);
            }
        }
    }
    for place in 0..owners.len() {
        let above = lives.parent(place).and_then(|parent| owners.get(parent).copied().flatten());
        if let Some(owner) = owners.get_mut(place) {
            *owner = owner.or(above);
        }
    }
    let mut stretches: HashMap<usize, Vec<Span>> = HashMap::new();
    for stretch in path {
        if let Some(owner) = owners.get(stretch.of).copied().flatten() {
            stretches.entry(owner).or_default().push(stretch.span);
        }
    }
    stretches
}
