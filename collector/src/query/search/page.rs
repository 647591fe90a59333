//! Pages of what was found, by sessions, the one with the newest hit first.

use std::collections::HashMap;

use super::find::Found;

/// What was found in one session, the newest first.
#[derive(Debug)]
pub(super) struct Group<'f> {
    pub no: i64,
    pub found: Vec<&'f Found>,
}

impl Group<'_> {
    /// The key of the newest: by it groups are ordered.
    pub(super) fn key(&self) -> i64 {
        self.found.first().map_or(i64::MIN, |found| found.key)
    }
}

/// What was found, by session.
pub(super) fn groups(found: &[Found]) -> Vec<Group<'_>> {
    let mut groups: Vec<Group<'_>> = Vec::new();
    let mut places: HashMap<i64, usize> = HashMap::new();
    for one in found {
        let place = *places.entry(one.no).or_insert(groups.len());
        match groups.get_mut(place) {
            Some(group) => group.found.push(one),
            None => groups.push(Group { no: one.no, found: vec![one] }),
        }
    }
    groups
}

/// Which part of a list a page shows, and the keys of the pages beside it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Window {
    pub from: usize,
    pub to: usize,
    pub newer: Option<i64>,
    pub older: Option<i64>,
}

/// The page of `size` behind (or before) a key, of `keys` from the largest to the smallest.
pub(super) fn window(
    keys: &[i64],
    (after, before): (Option<i64>, Option<i64>),
    size: usize,
) -> Window {
    let (from, to) = match (after, before) {
        (Some(after), _) => {
            let from = keys.partition_point(|key| after <= *key);
            (from, keys.len().min(from.saturating_add(size)))
        }
        (None, Some(before)) => {
            let to = keys.partition_point(|key| before < *key);
            // A first page that is not full is filled up.
            let from = to.saturating_sub(size);
            (from, keys.len().min(from.saturating_add(size)))
        }
        (None, None) => (0, keys.len().min(size)),
    };
    let newer = keys.get(from).copied().filter(|_| 0 < from);
    let older = to.checked_sub(1).and_then(|last| keys.get(last)).copied();
    Window { from, to, newer, older: older.filter(|_| to < keys.len()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_follow_each_other_both_ways() {
        let keys = [90, 80, 70, 60, 50, 40, 30];
        let first = window(&keys, (None, None), 3);
        assert_eq!(first, Window { from: 0, to: 3, newer: None, older: Some(70) });
        let second = window(&keys, (first.older, None), 3);
        assert_eq!(second, Window { from: 3, to: 6, newer: Some(60), older: Some(40) });
        let third = window(&keys, (second.older, None), 3);
        assert_eq!(third, Window { from: 6, to: 7, newer: Some(30), older: None });
        assert_eq!(window(&keys, (None, third.newer), 3), second);
        assert_eq!(window(&keys, (None, second.newer), 3), first);
    }

    #[test]
    fn a_first_page_is_full_however_it_is_reached() {
        let keys = [100, 90, 80, 70];
        let page = window(&keys, (None, Some(80)), 3);
        assert_eq!((page.from, page.to, page.newer), (0, 3, None));
    }

    #[test]
    fn keys_that_nothing_has_show_what_is_beside_them() {
        assert_eq!(window(&[], (Some(5), None), 3), window(&[], (None, None), 3));
        assert_eq!(window(&[9, 7], (Some(8), None), 3).from, 1);
        assert_eq!(window(&[9, 7], (Some(1), None), 3).from, 2);
    }
}
