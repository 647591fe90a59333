//! Which siblings stand in one row: neighbours of the same agent type that ended well, with nothing
//! at or below them that needs a look. Trouble is never hidden by it.

use std::{collections::HashSet, ops::Range};

use crate::query::row_id::{RowKey, RowNo};

/// Fewer siblings than this are rows of their own.
const FOLD_MIN_COUNT: usize = 5;

/// What is known of the page on which siblings are folded.
#[derive(Clone, Copy, Debug)]
pub(in crate::query) struct Folding<'a> {
    /// What the reader opened.
    pub open: &'a [String],
    /// The session whose page it is; what it stands in is open.
    pub here: Option<i64>,
}

impl<'a> Folding<'a> {
    /// A page on which the reader opened these.
    pub(in crate::query) fn of(open: Option<&'a [String]>) -> Self {
        Self { open: open.unwrap_or_default(), here: None }
    }

    /// The ends of the rows of several that are open. One end is enough: the others may have left
    /// the row, or joined it, since the address was written.
    pub(super) fn keys(&self) -> HashSet<i64> {
        let ends = self.open.iter().filter_map(|key| match RowKey::parse(key)? {
            RowKey::One(_) => None,
            RowKey::Several(RowNo(first), RowNo(last)) => Some([first, last]),
        });
        ends.flatten().collect()
    }
}

/// The runs of equal kinds that are long enough, by their places.
pub(in crate::query) fn runs<'a>(
    kinds: impl Iterator<Item = Option<&'a str>>,
) -> Vec<Range<usize>> {
    let mut runs = Vec::new();
    let mut run = 0..0;
    let mut of = None;
    for kind in kinds.chain([None]) {
        if kind.is_none() || kind != of {
            if of.is_some() && FOLD_MIN_COUNT <= run.len() {
                runs.push(run.clone());
            }
            run.start = run.end;
            of = kind;
        }
        run.end += 1;
    }
    runs
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn five_neighbours_of_a_kind_are_a_run() {
        for (letters, expected) in [
            ("", ""),
            ("aaaa", ""),
            ("aaaaa", "0..5"),
            ("aaaaabbbbb", "0..5 5..10"),
            ("aaa-aa", ""),
            ("-aaaaa-aaaaaa", "1..6 7..13"),
            ("-----", ""),
            ("baaaaab", "1..6"),
        ] {
            let kinds: Vec<String> = letters.chars().map(String::from).collect();
            let kinds = kinds.iter().map(|kind| Some(kind.as_str()).filter(|kind| *kind != "-"));
            let runs: Vec<_> = runs(kinds).into_iter().map(|run| format!("{run:?}")).collect();
            assert_eq!(runs.join(" "), expected, "{letters}");
        }
    }
}
