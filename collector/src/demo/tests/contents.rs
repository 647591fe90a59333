//! Each thing that the demo is there to show is in every scenario.

use super::*;

/// What is known of one session of the scenario.
#[derive(Debug, Default)]
struct Seen {
    parent: Option<String>,
    first_ms: u64,
    last_ms: u64,
    /// When its last event before a silence of five minutes was, if there was one.
    stalled: bool,
    ended: Option<Outcome>,
    waited: bool,
    said: BTreeSet<&'static str>,
    /// Failed calls in a row, the most.
    failures: (u32, u32),
    /// Unsure thoughts in a row, the most.
    unsure: (u32, u32),
    /// When the same call was made.
    calls: BTreeMap<String, Vec<u64>>,
    /// Tokens of single calls.
    deltas: Vec<u64>,
}

#[derive(Debug, Default)]
struct World {
    sessions: BTreeMap<String, Seen>,
    /// Spawned child → its parent.
    spawned: BTreeMap<String, String>,
}

fn world_of(seed: u64) -> World {
    let mut world = World::default();
    for (at_ms, json) in lines(seed) {
        let envelope = Envelope::read(&json).unwrap();
        let id = envelope.session_id.to_string();
        let (fact, _) = Fact::read(&envelope);
        if let Fact::Spawn(spawn) = &fact {
            let child = spawn.child_session_id.as_ref().unwrap().to_string();
            world.spawned.insert(child, id.clone());
        }
        let told = world.sessions.entry(id).or_insert(Seen {
            first_ms: at_ms,
            last_ms: at_ms,
            ..Seen::default()
        });
        told.parent = envelope.parent_session_id.as_deref().map(str::to_owned);
        told.stalled |= 5 * MINUTE_MS < at_ms - told.last_ms;
        told.last_ms = at_ms;
        told.see(at_ms, &fact);
    }
    world
}

impl Seen {
    fn see(&mut self, at_ms: u64, fact: &Fact<'_>) {
        let word = match fact {
            Fact::Started(_) => "started",
            Fact::Heartbeat(beat) => {
                self.waited |= beat.state == Some(ActivityState::Waiting);
                if beat.total_tokens.is_some() { "running totals" } else { "heartbeat" }
            }
            Fact::Ended(ended) => {
                self.ended = Some(ended.outcome);
                if ended.total_cost.is_some() { "totals" } else { "ended" }
            }
            Fact::Thought(thought) => {
                let unsure = thought.confidence.is_some_and(|it| it < Confidence::LOW);
                self.unsure = run(self.unsure, unsure);
                "thought"
            }
            Fact::Goal(_) => "goal",
            Fact::Decision(_) => "decision",
            Fact::Uncertainty(_) => "uncertainty",
            Fact::ToolStart(start) => {
                let call = format!("{:?} {}", start.tool, start.input.unwrap());
                self.calls.entry(call).or_default().push(at_ms);
                "tool_start"
            }
            Fact::ToolEnd(end) => {
                self.failures = run(self.failures, !end.success);
                self.deltas.extend(end.token_delta);
                if end.success { "success" } else { "failure" }
            }
            Fact::Spawn(_) => "spawn",
            Fact::Memory(_) => "memory",
            Fact::ExternalCall(_) => "external_call",
            Fact::Other => "other",
        };
        self.said.insert(word);
    }

    fn loops(&self) -> bool {
        self.calls.values().any(|at| at.windows(4).any(|four| four[3] - four[0] < MINUTE_MS))
    }

    fn spikes(&self) -> bool {
        let dear = |(place, tokens): (usize, &u64)| {
            let before: u64 = self.deltas.iter().take(place).sum();
            let steps = u64::try_from(place).unwrap();
            5 <= steps && 20_000 < *tokens && 10 * before < tokens * steps
        };
        self.deltas.iter().enumerate().any(dear)
    }
}

/// How long the run is now, and the longest one.
fn run((now, longest): (u32, u32), goes_on: bool) -> (u32, u32) {
    let now = if goes_on { now + 1 } else { 0 };
    (now, longest.max(now))
}

impl World {
    fn parent(&self, id: &str) -> Option<&str> {
        let own = self.sessions.get(id).and_then(|seen| seen.parent.as_deref());
        own.or_else(|| self.spawned.get(id).map(String::as_str))
    }

    fn depth(&self, id: &str) -> usize {
        std::iter::successors(self.parent(id), |id| self.parent(id)).count()
    }

    fn root<'a>(&'a self, id: &'a str) -> &'a str {
        std::iter::successors(Some(id), |id| self.parent(id)).last().unwrap()
    }

    #[track_caller]
    fn shows(&self, what: &str, is: impl Fn(&str, &Seen) -> bool) {
        assert!(self.sessions.iter().any(|(id, seen)| is(id, seen)), "no session shows: {what}");
    }
}

#[test]
fn trees_have_every_shape() {
    for seed in SEEDS {
        let world = world_of(seed);
        let trees: BTreeSet<_> = world
            .spawned
            .keys()
            .filter(|id| 0 < world.depth(id))
            .map(|id| world.root(id))
            .collect();
        assert!(8 < trees.len(), "several groups: {}", trees.len());
        world.shows("depth 4", |id, _| world.depth(id) == 4);
        world.shows("a tree of one", |id, seen| {
            seen.parent.is_none() && !seen.said.contains("spawn") && !trees.contains(id)
        });
        world.shows("a child without a spawn", |id, seen| {
            seen.parent.is_some() && !world.spawned.contains_key(id)
        });
        world.shows("an orphan whose parent speaks later", |_, seen| {
            let parent = seen.parent.as_ref().and_then(|id| world.sessions.get(id));
            parent.is_some_and(|parent| seen.first_ms + MINUTE_MS < parent.first_ms)
        });
        let placeholders = world.spawned.keys().filter(|id| !world.sessions.contains_key(*id));
        assert!(2 <= placeholders.count(), "children that never speak");
        let children = |root: &str| world.spawned.values().filter(|id| *id == root).count();
        world.shows("a wide tree", |id, _| 12 <= children(id));
    }
}

#[test]
fn things_go_wrong_in_every_way() {
    for seed in SEEDS {
        let world = world_of(seed);
        world.shows("a loop", |_, seen| seen.loops());
        world.shows("an error cascade", |_, seen| 5 <= seen.failures.1);
        world.shows("low confidence", |_, seen| 3 <= seen.unsure.1);
        world.shows("a cost spike", |_, seen| seen.spikes());
        world.shows("a stall that ends", |_, seen| seen.stalled && seen.ended.is_some());
        world.shows("a child that goes silent", |_, seen| {
            seen.parent.is_some() && seen.ended.is_none() && seen.last_ms < 2 * MINUTE_MS
        });
        world.shows("a waiting session", |_, seen| seen.waited);
        for outcome in [Outcome::Completed, Outcome::Failed, Outcome::Cancelled, Outcome::Timeout] {
            world.shows("every outcome", |_, seen| seen.ended == Some(outcome));
        }
    }
}

#[test]
fn every_kind_of_event_is_said_in_both_dialects() {
    let words = [
        "started",
        "running totals",
        "heartbeat",
        "totals",
        "ended",
        "thought",
        "goal",
        "decision",
        "uncertainty",
        "tool_start",
        "success",
        "failure",
        "spawn",
        "memory",
        "external_call",
    ];
    for seed in SEEDS {
        let world = world_of(seed);
        for word in words {
            world.shows(word, |_, seen| seen.said.contains(word));
        }
        world.shows("token deltas", |_, seen| !seen.deltas.is_empty());
        let text: String = lines(seed).into_iter().map(|(_, json)| json).collect();
        for name in [
            "\"content\"",
            "\"reasoning\"",
            "\"tool\"",
            "\"tool_name\"",
            "\"outcome\"",
            "\"llm\"",
            "\"model\"",
        ] {
            assert!(text.contains(name), "{name}");
        }
    }
}
