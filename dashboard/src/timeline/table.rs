//! The timeline as text in cells: the same rows, the same data.

use std::collections::HashMap;

use banyan_protocol::Timestamp;

use super::{
    lane,
    lives::{self, Lives},
    parts::Kind,
    rows::Shown,
};
use crate::{
    format,
    outline::{Piece, Row},
    status::Mark,
};

/// The columns of what time went to.
pub(crate) const KINDS: [Kind; 3] = [Kind::Model, Kind::Tool, Kind::Wait];

/// A session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TableRow {
    pub(crate) id: String,
    /// Levels below the top, which is 1.
    pub(crate) level: usize,
    pub(crate) href: String,
    pub(crate) agent: String,
    pub(crate) mark: Mark,
    pub(crate) current: bool,
    /// When it began, absent where it has not spoken, and when it ended, absent while it is active.
    pub(crate) moments: [Option<Moment>; 2],
    pub(crate) took: Option<String>,
    /// Time of each of [`KINDS`]; absent where nobody read what it did.
    pub(crate) times: Vec<Option<String>>,
    /// Its time on the critical path, with that of sessions below it that have no row.
    pub(crate) critical: Option<String>,
}

/// A point in time, for programs and for people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Moment {
    pub(crate) datetime: String,
    pub(crate) text: String,
    pub(crate) title: String,
}

impl Moment {
    fn new(micros: i64) -> Self {
        let at = Timestamp::from_micros(micros);
        Self { datetime: at.to_rfc3339(), text: format::clock(at), title: format::date_time(at) }
    }
}

/// The rows of `pieces`, of which `shown` tells where they are among `lives`.
pub(crate) fn table(pieces: &[Piece], shown: &[Shown], lives: &Lives<'_>) -> Vec<TableRow> {
    let shown: HashMap<&str, &Shown> = shown.iter().map(|row| (row.id.as_str(), row)).collect();
    let mut level = 1;
    let mut rows = Vec::new();
    for piece in pieces {
        match piece {
            Piece::Row(row) => {
                rows.push(table_row(row, level, shown.get(row.id.as_str()).copied(), lives));
            }
            Piece::OpenList { .. } => level += 1,
            Piece::CloseList => level -= 1,
            Piece::More(_) | Piece::CloseRow => {}
        }
    }
    rows
}

fn table_row(row: &Row, level: usize, shown: Option<&Shown>, lives: &Lives<'_>) -> TableRow {
    let span = shown.and_then(|shown| shown.span(lives));
    let places = || shown.into_iter().flat_map(|shown| shown.places.iter().copied());
    let is_active = places().filter_map(|place| lives.life(place)).any(lives::is_active);
    let sums = shown.map(|shown| lane::sums(&shown.parts)).unwrap_or_default();
    let is_read = places().any(|place| lives.work(place).is_some());
    let time = |kind| {
        let sum = sums.iter().find(|(of, _)| *of == kind).map_or(0, |(_, micros)| *micros);
        is_read.then(|| format::duration(sum))
    };
    let critical: i64 = shown.map_or(0, |shown| shown.path.iter().map(|span| span.length()).sum());
    let start = span.map(|span| Moment::new(span.start));
    let end = span.filter(|_| !is_active).map(|span| Moment::new(span.end));
    TableRow {
        id: row.id.clone(),
        level,
        href: row.href.clone(),
        agent: row.name().into_owned(),
        mark: row.mark,
        current: row.current,
        moments: [start, end],
        took: span.map(|span| format::duration(span.length())),
        times: KINDS.map(time).to_vec(),
        critical: (0 < critical).then(|| format::duration(critical)),
    }
}
