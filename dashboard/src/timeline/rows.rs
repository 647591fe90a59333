//! The rows of the page, and what each of them shows of the tree in time.

use std::collections::HashMap;

use super::{Span, lane, lives::Lives, parts::Part, path::Stretch, span};
use crate::outline::Piece;

/// A session on the page.
#[derive(Clone, Debug)]
pub(crate) struct Shown {
    /// The short id of its row.
    pub(crate) id: String,
    /// Its place among the lives.
    pub(crate) place: usize,
    /// What it did with its time.
    pub(crate) parts: Vec<Part>,
    /// The stretches of the critical path that go through it, or through what is not shown below.
    pub(crate) path: Vec<Span>,
}

/// The sessions of `pieces` that are among `lives`, in page order.
pub(crate) fn shown(pieces: &[Piece], lives: &Lives<'_>, path: &[Stretch]) -> Vec<Shown> {
    let mut rows = Vec::new();
    for piece in pieces {
        match piece {
            Piece::Row(row) => rows.extend(lives.place(&row.id).map(|place| Shown {
                id: row.id.clone(),
                place,
                parts: lane::parts_of(place, lives),
                path: Vec::new(),
            })),
            Piece::OpenList { .. } | Piece::More(_) | Piece::CloseList | Piece::CloseRow => {}
        }
    }
    let mut stretches = by_row(&rows, lives, path);
    for row in &mut rows {
        row.path = span::union(stretches.remove(&row.place).unwrap_or_default());
    }
    rows
}

/// The stretches of `path` under the nearest session that has a row.
fn by_row(rows: &[Shown], lives: &Lives<'_>, path: &[Stretch]) -> HashMap<usize, Vec<Span>> {
    // The row that stands for each place: parents come before their children.
    let mut owners: Vec<Option<usize>> = vec![None; lives.nodes().len()];
    for row in rows {
        if let Some(owner) = owners.get_mut(row.place) {
            *owner = Some(row.place);
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
