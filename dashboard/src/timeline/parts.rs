//! What a session did with its time: called tools, waited for its children, or thought.
//!
//! Agents report calls, not thoughts and not waiting. So a session *waits* where it says nothing
//! until one of its children ends, and where a call of its own holds the whole life of a child
//! (the call is how it spawned the child); it *calls* where any other call is open; what is left
//! is the model's time.

use banyan_protocol::{
    Timestamp,
    view::{Life, Status, Work},
};

use super::{Span, lives, span};

/// What a stretch of a session's time went to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Kind {
    /// Nobody read what it did.
    Plain,
    /// The model, and whatever is not reported.
    Model,
    /// A tool call.
    Tool,
    /// Waiting for its children, or for somebody.
    Wait,
}

impl Kind {
    /// All of them, in the order of the legend.
    pub(crate) const ALL: [Self; 4] = [Self::Model, Self::Tool, Self::Wait, Self::Plain];

    /// The word in the element's class and in its pattern's id.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Model => "model",
            Self::Tool => "tool",
            Self::Wait => "wait",
        }
    }

    /// What it stands for.
    pub(crate) const fn title(self) -> &'static str {
        match self {
            Self::Plain => "no detail",
            Self::Model => "model",
            Self::Tool => "tool",
            Self::Wait => "waiting",
        }
    }
}

/// A stretch of a session's time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Part {
    pub(crate) kind: Kind,
    pub(crate) span: Span,
}

/// The parts of a session that was active during `whole`, in order and without gaps; `children`
/// are its children's times by their start.
pub(crate) fn parts(whole: Span, life: &Life, work: &Work, children: &[Span]) -> Vec<Part> {
    let calls: Vec<Span> = work
        .calls
        .iter()
        .map(|call| {
            let end = call.end.map_or(whole.end, Timestamp::micros);
            Span::new(call.start.micros(), end)
        })
        .collect();
    let mut waits = calls_for_children(&calls, children);
    waits.extend(silences_for_children(whole, work, &calls, children));
    waits.extend(resting(whole, life));
    let waits = span::union(waits);
    let calls = span::union(calls);
    let tools: Vec<Span> = calls.iter().flat_map(|call| span::rest(*call, &waits)).collect();
    let busy = span::union(waits.iter().chain(&calls).copied().collect());
    let part = |kind| move |span: Span| Part { kind, span };
    let inside = |spans: Vec<Span>| -> Vec<Span> {
        spans.into_iter().filter_map(|span| span.within(whole)).collect()
    };
    let mut parts: Vec<Part> = inside(waits).into_iter().map(part(Kind::Wait)).collect();
    parts.extend(inside(tools).into_iter().map(part(Kind::Tool)));
    parts.extend(span::rest(whole, &busy).into_iter().map(part(Kind::Model)));
    parts.retain(|part| 0 < part.span.length());
    parts.sort_unstable_by_key(|part| part.span);
    parts
}

/// The time of children that lived inside one call.
fn calls_for_children(calls: &[Span], children: &[Span]) -> Vec<Span> {
    let mut calls = calls.to_vec();
    calls.sort_unstable();
    // For each call, the latest end of it and those before.
    let ends = calls.iter().scan(i64::MIN, |latest, call| {
        *latest = call.end.max(*latest);
        Some(*latest)
    });
    let ends: Vec<i64> = ends.collect();
    let is_held = |child: &&Span| {
        let begun = calls.partition_point(|call| call.start <= child.start);
        begun.checked_sub(1).and_then(|at| ends.get(at)).is_some_and(|end| child.end <= *end)
    };
    children.iter().filter(is_held).copied().collect()
}

/// The time of children inside silences that a child's end broke.
fn silences_for_children(whole: Span, work: &Work, calls: &[Span], children: &[Span]) -> Vec<Span> {
    if children.is_empty() {
        return Vec::new();
    }
    let mut marks: Vec<i64> = work.events.iter().map(|at| at.micros()).collect();
    marks.extend(calls.iter().flat_map(|call| [call.start, call.end]));
    marks.extend([whole.start, whole.end]);
    marks.sort_unstable();
    marks.dedup();
    let mut ends: Vec<i64> = children.iter().map(|child| child.end).collect();
    ends.sort_unstable();
    let together = span::union(children.to_vec());
    let broken = marks.iter().zip(marks.iter().skip(1)).filter_map(|(from, to)| {
        let before = ends.partition_point(|end| end <= to);
        let last = before.checked_sub(1).and_then(|at| ends.get(at))?;
        (from < last).then_some(Span { start: *from, end: *last })
    });
    let silences = span::common(&broken.collect::<Vec<_>>(), &together);
    // Inside a call it is the call that takes the time.
    let calls = span::union(calls.to_vec());
    silences.into_iter().flat_map(|silence| span::rest(silence, &calls)).collect()
}

/// Since when it has nothing to do, by its own word.
fn resting(whole: Span, life: &Life) -> Option<Span> {
    let rests = matches!(life.status, Status::Waiting | Status::Idle) && lives::is_active(life);
    Some(Span::new(life.last_at?.micros(), whole.end)).filter(|_| rests)
}

#[cfg(test)]
mod tests {
    use banyan_protocol::view::{CallState, TimedCall};
    use proptest::prelude::*;

    use super::*;

    fn at(at: i64) -> Timestamp {
        Timestamp::from_micros(at)
    }

    fn life(status: Status, last: i64) -> Life {
        Life {
            no: 1,
            parent: None,
            agent: 0,
            first_at: Some(at(0)),
            last_at: Some(at(last)),
            status,
            attention: None,
        }
    }

    fn work(events: &[i64], calls: &[(i64, Option<i64>)]) -> Work {
        let call = |(start, end): &(i64, Option<i64>)| TimedCall {
            tool: None,
            start: at(*start),
            end: end.map(at),
            state: CallState::Open,
        };
        Work {
            no: 1,
            events: events.iter().copied().map(at).collect(),
            calls: calls.iter().map(call).collect(),
            cut: false,
        }
    }

    fn spans(list: &[(i64, i64)]) -> Vec<Span> {
        list.iter().map(|(start, end)| Span::new(*start, *end)).collect()
    }

    /// `m10 t5 w3`: kinds and lengths of a life from 0 to 100.
    #[track_caller]
    fn check(life: &Life, work: &Work, children: &[(i64, i64)], expected: &str) {
        let parts = parts(Span::new(0, 100), life, work, &spans(children));
        let one = |part: &Part| {
            let letter = part.kind.word().chars().next().unwrap();
            format!("{letter}{}", part.span.length())
        };
        assert_eq!(parts.iter().map(one).collect::<Vec<_>>().join(" "), expected);
    }

    #[test]
    fn time_goes_to_tools_children_and_the_model() {
        let done = life(Status::Completed, 100);
        check(&done, &work(&[], &[]), &[], "m100");
        check(&done, &work(&[10, 30], &[(10, Some(30)), (20, Some(40))]), &[], "m10 t30 m60");
        check(&done, &work(&[10], &[(60, None)]), &[], "m60 t40");
        // Silent until a child ended; what follows is the model's.
        check(&done, &work(&[20, 80], &[]), &[(20, 70)], "m20 w50 m30");
        // It spoke while the child ran, and said nothing more until it had ended.
        check(&done, &work(&[20, 50, 90], &[]), &[(20, 70)], "m50 w20 m30");
        // The child outlives it: nobody waited.
        check(&done, &work(&[20], &[]), &[(20, 170)], "m100");
        // The call that spawned the child is how it waits for it.
        check(&done, &work(&[10, 60], &[(10, Some(60))]), &[(15, 55)], "m10 t5 w40 t5 m40");
        // A call beside a child is a call.
        check(&done, &work(&[10, 60], &[(10, Some(60))]), &[(5, 55)], "m10 t50 m40");
        // Now, while a child runs.
        check(&life(Status::Running, 30), &work(&[30], &[]), &[(30, 100)], "m30 w70");
        check(&life(Status::Waiting, 40), &work(&[40], &[]), &[], "m40 w60");
    }

    proptest! {
        #[test]
        fn the_parts_make_the_whole(
            events in prop::collection::vec(0_i64..120, 0..8),
            calls in prop::collection::vec((0_i64..120, prop::option::of(0_i64..120)), 0..6),
            children in prop::collection::btree_set((-20_i64..120, 0_i64..80), 0..6),
            running: bool,
        ) {
            let whole = Span::new(0, 100);
            let children: Vec<_> = children.iter().map(|(at, length)| Span::new(*at, at + length)).collect();
            let status = if running { Status::Waiting } else { Status::Failed };
            let parts = parts(whole, &life(status, 70), &work(&events, &calls), &children);
            prop_assert_eq!(parts.iter().map(|part| part.span.length()).sum::<i64>(), 100);
            prop_assert!(parts.windows(2).all(|pair| pair[0].span.end == pair[1].span.start));
        }
    }
}
