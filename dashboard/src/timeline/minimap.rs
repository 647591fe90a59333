//! The small picture of the whole: how many sessions were active when, and where any failed.

use std::fmt::Write as _;

use banyan_protocol::view::Life;

use super::{Span, lives::Lives};

/// Columns of the picture.
pub(crate) const COLUMNS: usize = 120;
/// Its height, in its own units.
pub(crate) const HEIGHT: usize = 24;

/// The picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Minimap {
    /// The outline of the columns: data of an SVG path, in columns by [`HEIGHT`].
    pub(crate) path: String,
    /// Columns in which a session failed.
    pub(crate) failures: Vec<usize>,
    /// Sessions active at the same time at most.
    pub(crate) most: u64,
}

/// The picture of `lives` over `range`.
pub(crate) fn minimap(lives: &Lives<'_>, range: Span) -> Minimap {
    let spans: Vec<Span> =
        (0..lives.nodes().len()).filter_map(|place| lives.span(place)?.within(range)).collect();
    let counts = histogram(&spans, range);
    let most = counts.iter().copied().max().unwrap_or(0);
    let mut failures: Vec<usize> = (0..lives.nodes().len())
        .filter(|place| lives.life(*place).is_some_and(has_failed))
        .filter_map(|place| column(lives.span(place)?.end, range))
        .collect();
    failures.sort_unstable();
    failures.dedup();
    Minimap { path: outline(&counts, most), failures, most }
}

fn has_failed(life: &Life) -> bool {
    life.status.is_failed()
}

/// How many of `spans` touch each column.
fn histogram(spans: &[Span], range: Span) -> Vec<u64> {
    let mut steps = vec![0_i64; COLUMNS + 1];
    for span in spans {
        let (Some(first), Some(last)) = (column(span.start, range), column(span.end, range)) else {
            continue;
        };
        // A session that ends where a column begins is not active in it.
        let begins = span.start < span.end && edge(last, range) == span.end;
        let last = if begins { last.saturating_sub(1).max(first) } else { last };
        if let Some(step) = steps.get_mut(first) {
            *step += 1;
        }
        if let Some(step) = steps.get_mut(last + 1) {
            *step -= 1;
        }
    }
    steps
        .into_iter()
        .take(COLUMNS)
        .scan(0, |active, step| {
            *active += step;
            Some(u64::try_from(*active).unwrap_or(0))
        })
        .collect()
}

/// The column of a moment.
fn column(at: i64, range: Span) -> Option<usize> {
    let into = i128::from(at.checked_sub(range.start)?);
    let columns = i128::try_from(COLUMNS).ok()?;
    let column = usize::try_from(into * columns / i128::from(range.length().max(1))).ok()?;
    Some(column.min(COLUMNS - 1))
}

/// Where a column begins.
fn edge(column: usize, range: Span) -> i64 {
    let part = i128::from(range.length()) * i128::try_from(column).unwrap_or(0);
    let columns = i128::try_from(COLUMNS).unwrap_or(1);
    range.start.saturating_add(i64::try_from(part / columns).unwrap_or(0))
}

/// The columns as one shape.
fn outline(counts: &[u64], most: u64) -> String {
    let height = u64::try_from(HEIGHT).unwrap_or(1);
    // Where anybody is active there is something to see.
    let size =
        |count: u64| (count * height).checked_div(most).unwrap_or(0).max(u64::from(0 < count));
    let sizes: Vec<u64> = counts.iter().copied().map(size).collect();
    let mut path = format!("M0 {HEIGHT}");
    let mut end = 0;
    for run in sizes.chunk_by(|one, other| one == other) {
        end += run.len();
        let top = height - run.first().copied().unwrap_or(0);
        // Writing to a string cannot fail.
        let _ = write!(path, "V{top}H{end}");
    }
    let _ = write!(path, "V{HEIGHT}z");
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_who_is_active() {
        let range = Span::new(0, 120);
        let spans =
            [(0, 120), (10, 12), (11, 11), (119, 120)].map(|(from, to)| Span::new(from, to));
        let counts = histogram(&spans, range);
        assert_eq!(counts.len(), COLUMNS);
        assert_eq!((counts[0], counts[9], counts[10], counts[11], counts[12]), (1, 1, 2, 3, 1));
        assert_eq!((counts[118], counts[119]), (1, 2));
        assert_eq!(histogram(&[], range), vec![0; COLUMNS]);
        assert_eq!(histogram(&[Span::new(5, 5)], Span::new(5, 5))[0], 1);
    }

    #[test]
    fn runs_of_columns_are_one_line() {
        let mut counts = vec![0; COLUMNS];
        counts[..4].copy_from_slice(&[1, 1, 2, 0]);
        assert_eq!(outline(&counts, 2), "M0 24V12H2V0H3V24H120V24z");
        assert_eq!(outline(&[0; COLUMNS], 0), "M0 24V24H120V24z");
    }
}
