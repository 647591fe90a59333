//! Realistic trees of agents: spawns, thoughts, tool pairs, heartbeats, ends; 300–600 bytes an
//! event. Deterministic, and cheap enough not to compete with the collector.

use std::fmt::Write as _;

/// Sessions of one tree: a root with children, some of which have children of their own.
const TREE_SESSIONS: u64 = 9;
/// Thought and tool pairs of one session.
const SESSION_ROUNDS: u64 = 12;

const TOOLS: [&str; 5] = ["bash", "read_file", "edit_file", "web_search", "grep"];
const WORK: [&str; 4] = [
    "Compare the ledger's rounding with what the invoices of last quarter show and list every row that differs",
    "Run the property tests of the parser again with the seed of the failing case and reduce it as far as possible",
    "Read the migration notes, collect the columns that lose precision and propose a reversible order for them",
    "Search the tracker for reports of the same time-out, group them by client version and say which came first",
];

/// One connection's endless stream of events: one tree after the other, each session in order.
#[derive(Debug)]
pub(crate) struct Scenario {
    worker: u64,
    tree: u64,
    session: u64,
    sequence: u64,
    emitted: u64,
}

/// What an event is, for checking later that it arrived.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct EventKey {
    /// Which connection made it.
    pub worker: u64,
    /// Which of its trees.
    pub tree: u64,
    /// Which session of the tree.
    pub session: u64,
    /// Which event of the session, from 1.
    pub sequence: u64,
}

impl EventKey {
    /// The session's id.
    pub(crate) fn session_id(&self) -> String {
        format!("load-{}-{}-{}", self.worker, self.tree, self.session)
    }
}

impl Scenario {
    /// The stream of connection `worker`.
    pub(crate) const fn new(worker: u64) -> Self {
        Self { worker, tree: 0, session: 0, sequence: 0, emitted: 0 }
    }

    /// Writes the next event, without a line break, behind what is in `out`.
    pub(crate) fn next(&mut self, out: &mut String) -> EventKey {
        self.sequence += 1;
        let key = EventKey {
            worker: self.worker,
            tree: self.tree,
            session: self.session,
            sequence: self.sequence,
        };
        let last = self.write(key, out);
        self.emitted += 1;
        if last {
            self.sequence = 0;
            self.session += 1;
            if self.session == TREE_SESSIONS {
                self.session = 0;
                self.tree += 1;
            }
        }
        key
    }

    /// Writes event `key`; says whether it is its session's last.
    fn write(&self, key: EventKey, out: &mut String) -> bool {
        let EventKey { worker, tree, session, sequence } = key;
        let _ = write!(out, r#"{{"spec":"aop/1.0","session_id":"load-{worker}-{tree}-{session}","#);
        if session != 0 {
            let parent = (session - 1) / 2;
            let _ = write!(out, r#""parent_session_id":"load-{worker}-{tree}-{parent}","#);
        }
        let agent = ["orchestrator", "planner", "coder", "tester"]
            .get(usize::try_from(session % 4).unwrap_or_default())
            .unwrap_or(&"coder");
        let millis = self.emitted % 1_000;
        let second = (self.emitted / 1_000) % 60;
        let minute = (self.emitted / 60_000) % 60;
        let _ = write!(
            out,
            r#""agent_id":"{agent}","agent_version":"2.4.1","sequence":{sequence},"timestamp":"2026-11-20T10:{minute:02}:{second:02}.{millis:03}Z","#
        );
        Self::write_payload(key, out)
    }

    fn write_payload(key: EventKey, out: &mut String) -> bool {
        let EventKey { worker, tree, session, sequence } = key;
        let work = pick(&WORK, sequence + session);
        let tool = pick(&TOOLS, sequence / 4 + session);
        let spawns: &[u64] = match session {
            0..=3 => &[1, 2],
            _ => &[],
        };
        let ended = 2 + 2 + SESSION_ROUNDS * 3;
        let _ = match sequence {
            1 => write!(
                out,
                r#""type":"session.started","payload":{{"goal":"{work}","model":"large-4.5","metadata":{{"worker":{worker},"tree":{tree},"cwd":"/srv/projects/ledger","branch":"feature/rounding-{tree}"}}}}}}"#
            ),
            2 | 3 if !spawns.is_empty() => {
                let child = session * 2 + sequence - 1;
                write!(
                    out,
                    r#""type":"operation.agent_spawn","payload":{{"child_session_id":"load-{worker}-{tree}-{child}","child_agent_id":"coder","goal":"{work}","reason":"The work splits into parts that do not depend on each other"}}}}"#
                )
            }
            n if n == ended => write!(
                out,
                r#""type":"session.ended","payload":{{"outcome":"{}","outcome_summary":"{work}: done, nothing left open","total_steps":{SESSION_ROUNDS},"total_tokens":{},"total_cost_usd":0.{:04}}}}}"#,
                if tree % 10 == 9 { "failed" } else { "completed" },
                4_000 + session * 311,
                120 + session * 7,
            ),
            n => match n % 3 {
                0 => write!(
                    out,
                    r#""type":"operation.tool_start","payload":{{"tool":"{tool}","tool_call_id":"call-{worker}-{tree}-{session}-{n}","input":{{"command":"cargo test -p ledger --test rounding -- --exact case_{n} --nocapture","cwd":"/srv/projects/ledger","timeout_seconds":120,"note":"{work}"}}}}}}"#
                ),
                1 => write!(
                    out,
                    r#""type":"operation.tool_end","payload":{{"tool":"{tool}","tool_call_id":"call-{worker}-{tree}-{session}-{}","success":{},"latency_ms":{},"output_summary":"test result: ok. 41 passed; 0 failed; 0 ignored; finished in {}.2s, warnings were printed for three unused imports"}}}}"#,
                    n - 1,
                    n % 10 != 0,
                    200 + n * 13,
                    n % 7
                ),
                _ => write!(
                    out,
                    r#""type":"cognition.thought","payload":{{"reasoning":"{work}. The numbers of step {n} agree with the first guess, but the third case does not, so look at the cast before the sum.","confidence":"medium","next_intent":"run the narrowed test once more"}}}}"#
                ),
            },
        };
        sequence == ended
    }
}

fn pick<'a>(from: &'a [&'a str], by: u64) -> &'a str {
    let length = u64::try_from(from.len()).unwrap_or(1);
    usize::try_from(by % length).ok().and_then(|index| from.get(index)).unwrap_or(&"")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_are_json_of_300_to_600_bytes() {
        let mut scenario = Scenario::new(7);
        let lengths: Vec<usize> = (0..1_000)
            .map(|_| {
                let mut out = String::new();
                let key = scenario.next(&mut out);
                let event: serde_json::Value = serde_json::from_str(&out).unwrap();
                assert_eq!(event["session_id"], key.session_id());
                out.len()
            })
            .collect();
        let mean = lengths.iter().sum::<usize>() / lengths.len();
        assert!((400..550).contains(&mean), "mean {mean}");
        assert!(lengths.iter().all(|length| (250..=650).contains(length)), "{lengths:?}");
    }

    #[test]
    fn every_child_names_a_parent_of_its_own_tree() {
        let mut scenario = Scenario::new(0);
        let mut sessions = std::collections::BTreeSet::new();
        for _ in 0..1_000 {
            let mut out = String::new();
            sessions.insert(scenario.next(&mut out).session_id());
            let event: serde_json::Value = serde_json::from_str(&out).unwrap();
            if let Some(parent) = event["parent_session_id"].as_str() {
                assert!(sessions.contains(parent), "{parent}");
            }
        }
    }
}
