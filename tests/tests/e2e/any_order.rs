//! The whole flow: any order, any duplication, any split into batches, any restart in between
//! give the same sessions, trees and totals.

use std::{cell::Cell, collections::BTreeMap};

use banyan_tests::harness::{
    Banyan, Client, compare,
    events::{Dialect, With as _, event, ndjson, spawn, started},
};
use proptest::{
    collection::vec,
    prelude::*,
    test_runner::{Config, RngSeed, TestRunner},
};
use serde_json::{Value, json};

const SESSIONS: [&str; 6] = ["a", "b", "c/1", "d:2", "e", "f"];
const CASES: u32 = 20;

/// One event of one session; which parent it claims comes with the session.
#[derive(Clone, Debug)]
struct Told {
    session: usize,
    kind: u8,
    other: usize,
    docs: bool,
    number: u64,
}

/// A world: who claims whom, what is told, and in which ways it arrives.
#[derive(Clone, Debug)]
struct World {
    parents: Vec<Option<usize>>,
    told: Vec<Told>,
    arrivals: Vec<(u64, u8)>,
    batch: usize,
    restart: bool,
}

fn worlds() -> impl Strategy<Value = World> {
    let told = (0..SESSIONS.len(), 0..9_u8, 0..SESSIONS.len(), any::<bool>(), 0..1_000_u64);
    let told = told.prop_map(|(session, kind, other, docs, number)| Told {
        session,
        kind,
        other,
        docs,
        number,
    });
    let parents = vec(proptest::option::weighted(0.7, 0..SESSIONS.len() + 1), SESSIONS.len());
    // For each event how often it arrives again, and the key by which arrivals are shuffled.
    let arrivals = vec((any::<u64>(), 0..3_u8), 40);
    (parents, vec(told, 1..40), arrivals, 1..12_usize, any::<bool>()).prop_map(
        |(parents, told, arrivals, batch, restart)| World {
            parents,
            told,
            arrivals,
            batch,
            restart,
        },
    )
}

impl World {
    /// The events in the order of their sequence numbers.
    fn events(&self) -> Vec<Value> {
        let mut sequences = BTreeMap::<usize, i64>::new();
        self.told.iter().map(|told| self.event(told, &mut sequences)).collect()
    }

    fn event(&self, told: &Told, sequences: &mut BTreeMap<usize, i64>) -> Value {
        let session = SESSIONS[told.session];
        let sequence = sequences.entry(told.session).or_insert(0);
        // Gaps, too.
        *sequence += 1 + i64::from(told.number.is_multiple_of(7));
        let dialect = if told.docs { Dialect::Docs } else { Dialect::Reference };
        let call = format!("call {}", told.number % 3);
        let other = SESSIONS[told.other];
        let event = match told.kind {
            0 => started(session, *sequence, &format!("goal {}", told.number)),
            1 => dialect.heartbeat(session, *sequence, told.number),
            2 => dialect.thought(session, *sequence, &format!("thought {}", told.number)),
            3 => dialect.tool_start(session, *sequence, "tool", &call),
            4 => dialect.tool_end(session, *sequence, "tool", &call),
            5 => spawn(session, *sequence, other),
            6 => spawn(session, *sequence, &format!("never speaks {}", told.number % 4)),
            7 => dialect.ended(session, *sequence, outcome(told.number), "the end"),
            _ => event(session, *sequence, "custom.kind", json!({"n": told.number})),
        };
        match self.parents[told.session] {
            // The one beyond the last is never heard of: an orphan.
            Some(parent) => {
                let parent = SESSIONS.get(parent).copied().unwrap_or("nobody");
                event.with("parent_session_id", parent)
            }
            None => event,
        }
    }

    /// The same events as they may arrive: shuffled, some of them again.
    fn arrivals(&self) -> Vec<Value> {
        let mut order: Vec<(u64, Value)> = Vec::new();
        for (event, (key, again)) in self.events().into_iter().zip(&self.arrivals) {
            for copy in 0..=u64::from(*again) {
                order.push((key.rotate_left(u32::try_from(copy * 21).unwrap()), event.clone()));
            }
        }
        order.sort_by_key(|(key, _)| *key);
        order.into_iter().map(|(_, event)| event).collect()
    }
}

fn outcome(number: u64) -> &'static str {
    ["completed", "failed", "cancelled", "timeout"][usize::try_from(number % 4).unwrap()]
}

async fn post(client: &Client, events: &[Value]) {
    client.post_bytes("application/x-ndjson", ndjson(events)).await.is(200);
}

/// What a collector knows that received the events in order, and one that received them anyhow.
async fn both(world: &World) -> [BTreeMap<String, Value>; 2] {
    let orderly = Banyan::start().await;
    post(&orderly.client(), &world.events()).await;
    let mut anyhow = Banyan::start().await;
    let arrivals = world.arrivals();
    let batches: Vec<_> = arrivals.chunks(world.batch).collect();
    for (number, batch) in batches.iter().enumerate() {
        post(&anyhow.client(), batch).await;
        if world.restart && number == batches.len() / 2 {
            anyhow = anyhow.kill_9().await.start().await;
        }
    }
    let known =
        [compare::knowledge(&orderly.client()).await, compare::knowledge(&anyhow.client()).await];
    anyhow.verified().await;
    known
}

#[test]
fn any_order_any_duplication_any_split_any_restart() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let config = Config {
        cases: CASES,
        max_shrink_iters: 60,
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(20_260_102),
        ..Config::default()
    };
    let compared = Cell::new(0);
    let outcome = TestRunner::new(config).run(&worlds(), |world| {
        let [orderly, anyhow] = runtime.block_on(both(&world));
        compared.set(compared.get() + orderly.len());
        prop_assert_eq!(orderly, anyhow);
        Ok(())
    });
    if let Err(error) = outcome {
        panic!("{error}");
    }
    assert!(compared.get() > 40, "there were sessions to compare");
}

#[tokio::test]
async fn another_world_is_told_apart() {
    let events = |goal: &str, end: i64| {
        [started("a", 1, goal), spawn("a", 2, "b"), Dialect::Docs.heartbeat("a", end, 7)]
    };
    let mut known = Vec::new();
    for world in [events("one", 3), events("two", 3), events("one", 4)] {
        let banyan = Banyan::start().await;
        post(&banyan.client(), &world).await;
        known.push(compare::knowledge(&banyan.client()).await);
    }
    assert_eq!(known[0].len(), 2);
    assert!(known[0] != known[1] && known[0] != known[2], "a goal and a gap make a difference");
}
