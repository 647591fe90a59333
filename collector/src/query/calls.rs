//! Which tool starts and tool ends of a session belong together.
//!
//! A call id ties them, whatever their order: ends overtake starts where agents count badly. What
//! is left is paired as a reader would: an end closes the oldest call of the same tool that is
//! still open, unless both name calls and not the same one.

use std::collections::{HashMap, VecDeque};

use super::feed::Stamp;

/// A tool start or a tool end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ToolEvent<'a> {
    /// Its place in the session.
    pub stamp: Stamp,
    /// Whether it begins a call.
    pub starts: bool,
    /// The tool's name.
    pub tool: Option<&'a str>,
    /// The call it belongs to.
    pub call_id: Option<&'a str>,
}

/// A start and its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Pair {
    /// The start's place.
    pub start: Stamp,
    /// The end's place.
    pub end: Stamp,
}

/// The pairs among the tool events of one session, given in any order.
pub(super) fn pair(mut events: Vec<ToolEvent<'_>>) -> Vec<Pair> {
    events.sort_unstable_by_key(|event| event.stamp);
    let mut pairs = Vec::new();
    let rest = pair_by_id(events, &mut pairs);
    pair_by_tool(&rest, &mut pairs);
    pairs
}

/// Pairs the first start with the first end of each call id, the second with the second, and so
/// on; returns what is left, in order.
fn pair_by_id<'a>(events: Vec<ToolEvent<'a>>, pairs: &mut Vec<Pair>) -> Vec<ToolEvent<'a>> {
    let mut waiting: HashMap<(&str, bool), VecDeque<usize>> = HashMap::new();
    let mut partners: Vec<bool> = vec![false; events.len()];
    for (at, event) in events.iter().enumerate() {
        let Some(call_id) = event.call_id else { continue };
        let partner = waiting.get_mut(&(call_id, !event.starts)).and_then(VecDeque::pop_front);
        let Some(other) = partner.and_then(|other| Some((other, events.get(other)?))) else {
            waiting.entry((call_id, event.starts)).or_default().push_back(at);
            continue;
        };
        let (start, end) = if event.starts { (event, other.1) } else { (other.1, event) };
        pairs.push(Pair { start: start.stamp, end: end.stamp });
        for paired in [at, other.0] {
            if let Some(flag) = partners.get_mut(paired) {
                *flag = true;
            }
        }
    }
    events.into_iter().zip(partners).filter(|(_, paired)| !paired).map(|(event, _)| event).collect()
}

/// Pairs each end with the oldest start of its tool before it that no other end took.
fn pair_by_tool(events: &[ToolEvent<'_>], pairs: &mut Vec<Pair>) {
    let mut open: HashMap<Option<&str>, VecDeque<&ToolEvent<'_>>> = HashMap::new();
    for event in events {
        let calls = open.entry(event.tool).or_default();
        if event.starts {
            calls.push_back(event);
            continue;
        }
        let fits = |call: &&ToolEvent<'_>| call.call_id.is_none() || event.call_id.is_none();
        if let Some(call) = calls.iter().position(fits).and_then(|at| calls.remove(at)) {
            pairs.push(Pair { start: call.stamp, end: event.stamp });
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn stamp(at: i64) -> Stamp {
        Stamp { sequence: Some(at), key: at }
    }

    /// `+bash`, `-bash`: start and end of a call; `+bash#1` names the call.
    fn event(at: usize, text: &str) -> ToolEvent<'_> {
        let (starts, rest) = match text.strip_prefix('+') {
            Some(rest) => (true, rest),
            None => (false, text.strip_prefix('-').unwrap()),
        };
        let (tool, call_id) =
            rest.split_once('#').map_or((rest, None), |(tool, id)| (tool, Some(id)));
        let tool = (!tool.is_empty()).then_some(tool);
        let stamp = stamp(i64::try_from(at).unwrap());
        ToolEvent { stamp, starts, tool, call_id }
    }

    #[track_caller]
    fn check(events: &[&str], expected: &[(i64, i64)]) {
        let events = events.iter().enumerate().map(|(at, text)| event(at, text)).collect();
        let mut pairs = pair(events);
        pairs.sort();
        let expected: Vec<_> = expected
            .iter()
            .map(|(start, end)| Pair { start: stamp(*start), end: stamp(*end) })
            .collect();
        assert_eq!(pairs, expected);
    }

    #[test]
    fn calls_are_paired_by_id_else_by_tool() {
        check(&[], &[]);
        check(&["+bash", "-bash"], &[(0, 1)]);
        check(&["+bash"], &[]);
        check(&["-bash"], &[]);
        check(&["-bash", "+bash"], &[]);
        check(&["+bash", "+bash", "-bash", "-bash"], &[(0, 2), (1, 3)]);
        check(&["+bash", "+grep", "-bash", "-grep"], &[(0, 2), (1, 3)]);
        check(&["+bash#1", "+bash#2", "-bash#2", "-bash#1"], &[(0, 3), (1, 2)]);
        check(&["+bash#1", "-bash", "-bash#1"], &[(0, 2)]);
        check(&["+bash#1", "-bash"], &[(0, 1)]);
        check(&["+bash", "-bash#1"], &[(0, 1)]);
        check(&["+bash#1", "-bash#2"], &[]);
        check(&["-bash#1", "+bash#1"], &[(1, 0)]);
        check(&["+bash#1", "-#1"], &[(0, 1)]);
        check(&["+#", "-#"], &[(0, 1)]);
        check(&["+bash#1", "+bash#1", "-bash#1", "-bash#1"], &[(0, 2), (1, 3)]);
        check(&["+bash#1", "+bash", "-bash#2"], &[(1, 2)]);
    }

    proptest! {
        #[test]
        fn each_event_is_in_at_most_one_pair_whatever_the_order_of_input(
            events in prop::collection::vec(("[+-][ab]?(#[12])?", any::<u32>()), 0..40)
        ) {
            let in_order: Vec<_> =
                events.iter().enumerate().map(|(at, (text, _))| event(at, text)).collect();
            let mut shuffled: Vec<_> =
                in_order.iter().cloned().zip(events.iter().map(|(_, rank)| *rank)).collect();
            shuffled.sort_by_key(|(_, rank)| *rank);
            let mut pairs = pair(in_order.clone());
            let mut of_shuffled = pair(shuffled.into_iter().map(|(event, _)| event).collect());
            pairs.sort();
            of_shuffled.sort();
            prop_assert_eq!(&pairs, &of_shuffled);

            let mut seen = std::collections::HashSet::new();
            for pair in &pairs {
                prop_assert!(seen.insert(pair.start) && seen.insert(pair.end));
                let find = |stamp| in_order.iter().find(|event| event.stamp == stamp).unwrap();
                let (start, end) = (find(pair.start), find(pair.end));
                prop_assert!(start.starts && !end.starts);
                match (start.call_id, end.call_id) {
                    (Some(one), Some(other)) => prop_assert_eq!(one, other),
                    _ => prop_assert!(start.tool == end.tool && pair.start < pair.end),
                }
            }
        }
    }
}
