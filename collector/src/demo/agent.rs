//! A demo agent: says what it does, and lets time pass while it does it.

use banyan_protocol::MicroDollars;
use serde_json::{Value, json};

use super::{
    dialect::{Dialect, Ending, Finished, Totals},
    dice::Dice,
    event::{Event, Timed},
    manner::{Accounting, Manner, Naming},
};

/// How often an agent with running totals beats.
const BEAT_EVERY_MS: u64 = 9_000;

/// Where all agents play: collects what they say.
#[derive(Debug)]
pub(super) struct Stage {
    pub dice: Dice,
    events: Vec<Timed>,
}

impl Stage {
    pub(super) const fn new(seed: u64) -> Self {
        Self { dice: Dice::new(seed), events: Vec::new() }
    }

    /// Everything that was said, by time.
    pub(super) fn into_events(mut self) -> Vec<Timed> {
        self.events.sort_by_key(|timed| timed.at_ms);
        self.events
    }
}

/// One run of one agent, as it is being written.
#[derive(Debug)]
pub(super) struct Agent {
    pub id: String,
    parent: Option<String>,
    kind: &'static str,
    manner: Manner,
    goal: String,
    /// Its own time, in milliseconds after the beginning.
    pub now: u64,
    sequence: u64,
    calls: u64,
    beat_at: u64,
    totals: Totals,
}

/// A tool call that was begun.
#[derive(Debug)]
pub(super) struct OpenCall {
    tool: &'static str,
    id: String,
    since: u64,
}

impl Agent {
    /// A root that wakes at `now`; it has not spoken yet.
    pub(super) fn root(stage: &mut Stage, kind: &'static str, manner: Manner, now: u64) -> Self {
        let id = match manner.naming {
            Naming::Plain => format!("sess_{kind}_{}", stage.dice.hex(8)),
            Naming::Uuid => stage.dice.uuid(),
            Naming::Path => format!("agent:main:{kind}/{}", stage.dice.hex(6)),
        };
        Self {
            id,
            parent: None,
            kind,
            manner,
            goal: String::new(),
            now,
            sequence: 0,
            calls: 0,
            beat_at: now + BEAT_EVERY_MS,
            totals: Totals::default(),
        }
    }

    /// A child that nobody announced: only it says whose child it is.
    pub(super) fn child(&self, stage: &mut Stage, kind: &'static str) -> Self {
        let mut child = Self::root(stage, kind, self.manner, self.now);
        child.id = match self.manner.naming {
            Naming::Plain => child.id,
            Naming::Uuid => {
                let run = self.id.split(':').next().unwrap_or_default();
                format!("{run}:{}", stage.dice.hex(16))
            }
            Naming::Path => format!("agent:main:subagent:{}", stage.dice.uuid()),
        };
        child.parent = Some(self.id.clone());
        child
    }

    pub(super) const fn dialect(&self) -> Dialect {
        self.manner.dialect
    }

    pub(super) fn goal(&self) -> &str {
        &self.goal
    }

    /// Announces a child of its own manner, which wakes a moment later.
    pub(super) fn spawn(&mut self, stage: &mut Stage, kind: &'static str, goal: &str) -> Self {
        let mut child = self.child(stage, kind);
        self.announce(stage, &mut child, goal);
        child
    }

    /// Announces `child`, whatever its manner; it wakes a moment later.
    pub(super) fn announce(&mut self, stage: &mut Stage, child: &mut Self, goal: &str) {
        let payload = json!({
            "child_session_id": child.id, "child_agent_id": child.kind, "goal": goal,
            "reason": "runs beside the rest of the work",
        });
        self.say(stage, "operation.agent_spawn", payload);
        child.parent = Some(self.id.clone());
        goal.clone_into(&mut child.goal);
        child.now = self.now + stage.dice.between(200, 900);
        child.beat_at = child.now + BEAT_EVERY_MS;
    }

    /// Its first word. A spawned child takes the goal it was given.
    pub(super) fn start(&mut self, stage: &mut Stage, goal: &str) {
        goal.clone_into(&mut self.goal);
        let manner = self.manner;
        let payload = manner.dialect.started(goal, manner.model, manner.version);
        self.say(stage, "session.started", payload);
    }

    /// The first word of a child, with the goal it was spawned for.
    pub(super) fn wake(mut self, stage: &mut Stage) -> Self {
        let goal = self.goal.clone();
        self.start(stage, &goal);
        self
    }

    /// Says something of type `kind`, then lets a moment pass.
    pub(super) fn say(&mut self, stage: &mut Stage, kind: &'static str, payload: Value) {
        self.sequence += 1;
        let version = match self.manner.dialect {
            Dialect::Docs => None,
            Dialect::Reference => Some(self.manner.version),
        };
        let event = Event {
            spec: "aop/1.0",
            session_id: self.id.clone(),
            parent_session_id: self.parent.clone(),
            agent_id: self.kind,
            agent_version: version,
            sequence: self.sequence,
            timestamp: None,
            kind,
            payload,
        };
        stage.events.push(Timed { at_ms: self.now, event });
        self.now += stage.dice.around(self.manner.pace_ms);
    }

    /// Thinks aloud.
    pub(super) fn think(
        &mut self,
        stage: &mut Stage,
        text: &str,
        confidence: f64,
        next: Option<&str>,
    ) {
        let tokens = stage.dice.between(180, 900);
        self.spend(tokens);
        let payload = self.manner.dialect.thought(text, confidence, next);
        self.say(stage, "cognition.thought", payload);
        self.beat(stage);
    }

    /// Begins a tool call.
    pub(super) fn begin(
        &mut self,
        stage: &mut Stage,
        tool: &'static str,
        input: &Value,
    ) -> OpenCall {
        self.calls += 1;
        let id = format!("call_{}_{}", stage.dice.hex(6), self.calls);
        let since = self.now;
        let payload = self.manner.dialect.tool_start(tool, input, &id);
        self.say(stage, "operation.tool_start", payload);
        OpenCall { tool, id, since }
    }

    /// Ends a tool call, for `tokens`.
    pub(super) fn finish(
        &mut self,
        stage: &mut Stage,
        call: &OpenCall,
        outcome: Result<&str, &str>,
        tokens: u64,
    ) {
        let cost = self.spend(tokens);
        let delta = match self.manner.accounting {
            Accounting::Deltas => Some((tokens, cost)),
            Accounting::Running | Accounting::AtTheEnd | Accounting::Never => None,
        };
        let duration_ms = self.now - call.since;
        let (tool, call_id) = (call.tool, call.id.as_str());
        let finished = Finished { tool, call_id, duration_ms, outcome, delta };
        let payload = self.manner.dialect.tool_end(finished);
        self.say(stage, "operation.tool_end", payload);
        self.beat(stage);
    }

    /// Lets time pass until `then`, saying that it waits if it is one that says so.
    pub(super) fn wait(&mut self, stage: &mut Stage, then: u64) {
        let mut waited = false;
        while self.beat_at < then && self.manner.accounting == Accounting::Running {
            self.now = self.now.max(self.beat_at);
            self.heartbeat(stage, "waiting");
            waited = true;
        }
        self.now = self.now.max(then);
        if waited {
            self.heartbeat(stage, "running");
        }
    }

    /// Waits for `children` to end.
    pub(super) fn join(&mut self, stage: &mut Stage, children: &[Self]) {
        let last = children.iter().map(|child| child.now).max().unwrap_or_default();
        let moment = stage.dice.between(300, 1_200);
        self.wait(stage, last + moment);
    }

    /// Waits `ms` for a person, and says for what.
    pub(super) fn ask(&mut self, stage: &mut Stage, what: &str, ms: u64) {
        let goal = std::mem::replace(&mut self.goal, what.to_owned());
        self.heartbeat(stage, "waiting");
        self.now += ms;
        self.goal = goal;
        self.heartbeat(stage, "running");
    }

    /// Its last word.
    pub(super) fn end(mut self, stage: &mut Stage, ending: Ending<'_>) -> Self {
        let payload = self.manner.dialect.ended(
            ending,
            match self.manner.accounting {
                Accounting::Running | Accounting::AtTheEnd => Some(self.totals),
                Accounting::Deltas | Accounting::Never => None,
            },
        );
        self.say(stage, "session.ended", payload);
        self
    }

    /// A heartbeat, when one is due.
    fn beat(&mut self, stage: &mut Stage) {
        self.totals.steps += 1;
        if self.beat_at <= self.now && self.manner.accounting == Accounting::Running {
            self.heartbeat(stage, "running");
        }
    }

    fn heartbeat(&mut self, stage: &mut Stage, status: &str) {
        self.beat_at = self.now + BEAT_EVERY_MS;
        let totals = match self.manner.accounting {
            Accounting::Running => Some(self.totals),
            Accounting::AtTheEnd | Accounting::Deltas | Accounting::Never => None,
        };
        let payload = self.manner.dialect.heartbeat(status, &self.goal, totals);
        self.say(stage, "session.heartbeat", payload);
    }

    /// Adds `tokens` to its totals; what they cost.
    fn spend(&mut self, tokens: u64) -> MicroDollars {
        let micros = tokens * self.manner.micro_dollars_per_1000_tokens / 1_000;
        let cost = MicroDollars(i64::try_from(micros).unwrap_or_default());
        self.totals.tokens += tokens;
        self.totals.cost = MicroDollars(self.totals.cost.0 + cost.0);
        cost
    }
}
