//! Where every session stands, computed from nothing but what is claimed.
//!
//! This is the definition of the forest, as short as it can be said. The projector keeps the
//! same places up to date event by event (see [`super::edges`]); property tests and
//! `banyan verify` hold the two against each other.

use std::collections::BTreeMap;

/// What is claimed about one session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Claim<'a> {
    /// Whether it spoke or was spawned, and was not deleted.
    pub known: bool,
    /// The parent by the winning claim.
    pub parent: Option<&'a str>,
}

/// Where a session stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place<'a> {
    /// The parent in the tree; absent for roots.
    pub parent: Option<&'a str>,
    /// The claimed parent is not known.
    pub orphan: bool,
    /// It claims a parent and is a root because the cycle of claims was cut here.
    pub cycle: bool,
    /// The root of its tree; itself for roots.
    pub root: &'a str,
    /// Levels below the root.
    pub depth: i64,
}

/// Places every known session. Sessions that are not known stand nowhere.
///
/// A cycle of claims is cut at its smallest session id, byte by byte, so the result does not
/// depend on the order in which the claims were made.
pub(crate) fn place<'a>(claims: &BTreeMap<&'a str, Claim<'a>>) -> BTreeMap<&'a str, Place<'a>> {
    let mut places = BTreeMap::new();
    for (&id, claim) in claims {
        if claim.known && !places.contains_key(id) {
            place_path(claims, id, &mut places);
        }
    }
    places
}

/// Places `id` and every session above it that has no place yet.
fn place_path<'a>(
    claims: &BTreeMap<&'a str, Claim<'a>>,
    id: &'a str,
    places: &mut BTreeMap<&'a str, Place<'a>>,
) {
    let mut path = vec![id];
    let mut last = id;
    loop {
        let claimed = claims.get(last).and_then(|claim| claim.parent);
        let parent = claimed.and_then(|parent| claims.get_key_value(parent));
        match (claimed, parent) {
            (Some(_), Some((&parent, claim))) if claim.known => {
                if places.contains_key(parent) {
                    break;
                }
                if let Some(start) = path.iter().position(|&seen| seen == parent) {
                    cut(&mut path, start, places);
                    break;
                }
                path.push(parent);
                last = parent;
            }
            (claimed, _) => {
                places.insert(last, root(last, claimed.is_some(), false));
                path.pop();
                break;
            }
        }
    }
    hang(claims, &path, places);
}

/// Cuts the cycle `path[start..]`, each of which claims the next and the last the first. The
/// smallest becomes a root and leaves the path; the one that claims it now ends the path.
fn cut<'a>(path: &mut Vec<&'a str>, start: usize, places: &mut BTreeMap<&'a str, Place<'a>>) {
    let mut cycle = path.split_off(start);
    let smallest = cycle.iter().enumerate().min_by_key(|(_, id)| **id).map_or(0, |(at, _)| at);
    cycle.rotate_left(smallest);
    let mut cycle = cycle.into_iter();
    if let Some(top) = cycle.next() {
        places.insert(top, root(top, false, true));
    }
    path.extend(cycle);
}

/// Gives places to `path` from its end, whose claimed parent has a place already, to its start.
fn hang<'a>(
    claims: &BTreeMap<&'a str, Claim<'a>>,
    path: &[&'a str],
    places: &mut BTreeMap<&'a str, Place<'a>>,
) {
    for &id in path.iter().rev() {
        let parent = claims.get(id).and_then(|claim| claim.parent);
        let Some(&above) = parent.and_then(|parent| places.get(parent)) else { return };
        let (root, depth) = (above.root, above.depth + 1);
        places.insert(id, Place { parent, orphan: false, cycle: false, root, depth });
    }
}

fn root(id: &str, orphan: bool, cycle: bool) -> Place<'_> {
    Place { parent: None, orphan, cycle, root: id, depth: 0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `a>b`: a claims b; `a`: a root; `?a>b` and `?a`: the same of a session that is not known.
    #[track_caller]
    fn check(claims: &[&str], expected: &[&str]) {
        let claims = claims
            .iter()
            .map(|text| {
                let (known, text) =
                    text.strip_prefix('?').map_or((true, *text), |rest| (false, rest));
                let (id, parent) =
                    text.split_once('>').map_or((text, None), |(id, parent)| (id, Some(parent)));
                (id, Claim { known, parent })
            })
            .collect();
        let places: Vec<String> = place(&claims)
            .into_iter()
            .map(|(id, place)| {
                let kind = match (place.parent, place.orphan, place.cycle) {
                    (Some(parent), false, false) => format!("<{parent}"),
                    (None, true, false) => " orphan".to_owned(),
                    (None, false, true) => " cut".to_owned(),
                    (None, false, false) => String::new(),
                    other => panic!("{other:?}"),
                };
                format!("{id}{kind} {}/{}", place.root, place.depth)
            })
            .collect();
        assert_eq!(places, expected);
    }

    #[test]
    fn children_hang_below_their_parents() {
        check(&["a", "b>a", "c>b", "d>a"], &["a a/0", "b<a a/1", "c<b a/2", "d<a a/1"]);
    }

    #[test]
    fn an_unknown_parent_makes_an_orphan() {
        check(&["a>x", "b>a"], &["a orphan a/0", "b<a a/1"]);
        check(&["a>x", "?x"], &["a orphan a/0"]);
    }

    #[test]
    fn cycles_are_cut_at_the_smallest_id() {
        check(&["a>a"], &["a cut a/0"]);
        check(&["a>b", "b>a"], &["a cut a/0", "b<a a/1"]);
        check(
            &["b>c", "c>d", "d>b", "a>c", "e>a"],
            &["a<c b/3", "b cut b/0", "c<d b/2", "d<b b/1", "e<a b/4"],
        );
    }
}
