//! The fold law, over random events in both dialects.

use proptest::{prelude::*, sample::Index};

use super::mini::{ME, Mini, Stored, by, say_at, unnumbered, with};

/// One random choice of everything that an event says.
#[derive(Clone, Copy, Debug)]
struct Choice {
    kind: u8,
    text: u8,
    figure: u8,
    gap: u16,
}

fn choice() -> impl Strategy<Value = Choice> {
    let gap = prop_oneof![9 => 0u16..5, 1 => 400u16..900];
    let fields = (0u8..43, 0u8..6, 0u8..16, gap);
    fields.prop_map(|(kind, text, figure, gap)| Choice { kind, text, figure, gap })
}

/// Sessions as an agent tells them: counting from 1, on a clock that goes on.
fn story() -> impl Strategy<Value = Vec<String>> {
    prop::collection::vec(choice(), 1..50).prop_map(|choices| {
        let mut seconds = 0;
        let events = (1..).zip(choices).map(|(sequence, choice)| {
            seconds += i64::from(choice.gap);
            event(seconds, sequence, choice)
        });
        events.collect()
    })
}

fn event(seconds: i64, sequence: i64, choice: Choice) -> String {
    let Choice { kind, text, figure, .. } = choice;
    let spike = if figure == 15 { 90_000 } else { 0 };
    let total = u64::from(figure) * 10 + sequence.unsigned_abs() * 50 + spike;
    let (kind, payload) = match kind {
        0 => ("session.started", format!(r#"{{"goal":"g{text}","llm":"m{text}"}}"#)),
        1 => ("session.started", format!(r#"{{"model":"m{text}","agentVersion":"{figure}"}}"#)),
        2 => ("session.heartbeat", r#"{"status":"idle"}"#.to_owned()),
        3 => ("session.heartbeat", format!(r#"{{"status":"waiting","current_goal":"g{text}"}}"#)),
        4..8 | 33..39 => {
            ("session.heartbeat", format!(r#"{{"step":{figure},"token_spend":{total}}}"#))
        }
        8 => ("session.heartbeat", format!(r#"{{"totalTokens":{total},"totalSteps":"no"}}"#)),
        9 => ("session.ended", format!(r#"{{"outcome":"failed","error":"e{text}"}}"#)),
        10 => ("session.ended", format!(r#"{{"status":"completed","total_tokens":{total}}}"#)),
        11 => ("session.ended", format!(r#"{{"summary":"s{text}","total_cost_usd":0.{figure}}}"#)),
        12..15 => ("cognition.thought", r#"{"reasoning":"hm","confidence":"low"}"#.to_owned()),
        15 => ("cognition.thought", format!(r#"{{"content":"t{text}","confidence":0.{figure}}}"#)),
        16 => ("cognition.thought", format!(r#"{{"nextIntent":"i{text}"}}"#)),
        17 => ("cognition.goal", format!(r#"{{"goal":"g{text}","status":"set"}}"#)),
        18 => ("cognition.goal", format!(r#"{{"goal":"g{text}","status":"abandoned"}}"#)),
        19 => ("cognition.uncertainty", format!(r#"{{"description":"u{text}"}}"#)),
        20..24 => ("operation.tool_start", r#"{"tool":"sh","input":{"a":1}}"#.to_owned()),
        24 => ("operation.tool_start", format!(r#"{{"toolName":"x","input":{{"a":{text}}}}}"#)),
        25 | 39..43 => {
            ("operation.tool_end", format!(r#"{{"tool":"sh","token_spend_delta":{total}}}"#))
        }
        26 | 27 => ("operation.tool_end", format!(r#"{{"success":false,"error":"e{text}"}}"#)),
        28..=31 => {
            ("operation.agent_spawn", format!(r#"{{"child_session_id":"{ME}","goal":"{text}"}}"#))
        }
        _ => ("never.heard_of", format!(r#"{{"text":"t{text}"}}"#)),
    };
    let event = say_at(seconds, sequence, kind, &payload);
    match (text, kind) {
        (0..3, "operation.agent_spawn") => by("boss", &event),
        (3..5, "operation.agent_spawn") => by("chief", &event),
        (1, _) => with("parent_session_id", &format!(r#""p{figure}""#), &event),
        (2, _) => with("event_id", &format!(r#""{sequence}""#), &event),
        (3, _) => with("agent_version", &format!(r#""{figure}""#), &event),
        _ => event,
    }
}

/// Receives events in batches that end where `cuts` says.
fn in_batches(events: &[String], cuts: &[bool]) -> Mini {
    let mut mini = Mini::default();
    for (event, cut) in events.iter().zip(cuts.iter().chain(std::iter::repeat(&false))) {
        mini.receive(event);
        if *cut {
            mini.settle();
        }
    }
    mini.settle();
    mini
}

fn told() -> impl Strategy<Value = (Vec<String>, Vec<String>, Vec<bool>)> {
    story().prop_flat_map(|events| {
        let shuffled = Just(events.clone()).prop_shuffle();
        let cuts = prop::collection::vec(any::<bool>(), events.len());
        (Just(events), shuffled, cuts)
    })
}

/// Events of which some have no sequence, and some are variants of the one before.
fn tangled() -> impl Strategy<Value = Vec<String>> {
    (story(), prop::collection::vec(0u8..8, 50)).prop_map(|(events, knots)| {
        let mut tangled = events.clone();
        for (index, knot) in knots.iter().take(events.len()).enumerate() {
            let sequence = i64::try_from(index).unwrap() + 1;
            match knot {
                0 => tangled[index] = unnumbered(sequence, &events[index]),
                1 => tangled[index] = with("v", "2", &events[index.saturating_sub(1)]),
                _ => {}
            }
        }
        tangled
    })
}

proptest! {
    /// Except for where and when they were received, in any order, any number of times, in any
    /// batches.
    #[test]
    fn any_arrival_order_gives_the_same_session(
        (events, shuffled, cuts) in told(),
        again in prop::collection::vec(any::<Index>(), 0..10),
    ) {
        let in_order = Mini::heard(&events);
        let mut received = shuffled;
        for index in again {
            received.push(events[index.index(events.len())].clone());
        }
        let mini = in_batches(&received, &cuts);
        prop_assert_eq!(in_order.meaning(), mini.meaning());
    }

    /// Variants included: the first reception says which version has which number.
    #[test]
    fn receiving_twice_equals_receiving_once(
        events in tangled(),
        again in prop::collection::vec((any::<Index>(), any::<Index>()), 1..20),
    ) {
        let numbered: Vec<_> =
            events.into_iter().filter(|event| event.contains(r#""sequence""#)).collect();
        prop_assume!(!numbered.is_empty());
        let once = Mini::heard(&numbered);
        let mut twice = numbered.clone();
        for (which, later) in again {
            let which = which.index(numbered.len());
            let first = twice.iter().position(|event| *event == numbered[which]).unwrap();
            let place = first + 1 + later.index(twice.len() - first);
            twice.insert(place, numbered[which].clone());
        }
        let twice = Mini::heard(&twice);
        prop_assert_eq!(once.meaning(), twice.meaning());
    }

    /// The law itself: with positions given, not even variants and missing sequences depend on
    /// the order of the steps. The state is the same byte for byte, and so are the alerts.
    #[test]
    fn the_order_of_the_steps_does_not_matter(
        events in tangled(),
        keys in prop::collection::vec(any::<u64>(), 50),
        cuts in prop::collection::vec(any::<bool>(), 50),
    ) {
        let in_order = Mini::heard(&events);
        let stored = in_order.stored.iter().chain(&in_order.spawns).cloned();
        let mut shuffled: Vec<(u64, Stored)> = keys.into_iter().zip(stored).collect();
        shuffled.sort_by_key(|(key, _)| *key);

        let mut mini = Mini::default();
        for ((_, stored), cut) in shuffled.into_iter().zip(cuts) {
            mini.apply(stored);
            if cut {
                mini.settle();
            }
        }
        mini.settle();
        prop_assert_eq!(in_order.state(), mini.state());
        prop_assert_eq!(in_order.alerts, mini.alerts);
    }
}
