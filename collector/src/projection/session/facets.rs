//! What readers see of a session: the columns of its row.

use banyan_protocol::{
    Flags, MicroDollars, Position, Timestamp,
    fact::{ActivityState, Outcome},
    view::Status,
};

use super::{
    super::{
        own::Own,
        recorded::{Hand, Stamp},
    },
    Session,
    ending::Ending,
    stamped::First,
    text::Activity,
};

/// The columns of the `session` table from `agent_id` to `flags`, and `first_position`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Facets<'a> {
    /// Empty while unknown.
    pub agent_id: &'a str,
    /// As last said.
    pub agent_version: Option<&'a str>,
    /// As last said.
    pub model: Option<&'a str>,
    /// As first said: by `session.started`, else by `cognition.goal`, else by the spawn, else by
    /// whoever asked its model first.
    pub goal: Option<&'a str>,
    /// As last said by a heartbeat or a goal that is neither completed nor abandoned.
    pub current_goal: Option<&'a str>,
    /// As last said.
    pub next_intent: Option<&'a str>,
    /// The summary of the end.
    pub final_response: Option<&'a str>,
    /// That of the end, else that of the latest failed tool call.
    pub error: Option<&'a str>,
    /// The type of the latest event that is no heartbeat.
    pub activity_kind: Option<&'a str>,
    /// What that event says, in one line.
    pub activity_text: Option<&'a str>,
    /// Its event time.
    pub activity_at: Option<Timestamp>,
    /// By its own events.
    pub status: Status,
    /// Event time of the first `session.started`, else of the first event.
    pub started_at: Option<Timestamp>,
    /// Event time of the end.
    pub ended_at: Option<Timestamp>,
    /// When its last event was received, by our clock.
    pub last_seen_at: Option<Timestamp>,
    /// At most [`super::FIGURE_MAX`].
    pub total_steps: Option<u64>,
    /// At most [`super::FIGURE_MAX`].
    pub total_tokens: Option<u64>,
    /// At most [`super::FIGURE_MAX`].
    pub total_cost: Option<MicroDollars>,
    /// Every sequence number up to the end was received, and the end is the last.
    pub complete: bool,
    /// Sequence numbers never received; a floor for sessions with absurdly many gaps.
    pub missing_count: u64,
    /// The oddities of all its events.
    pub flags: Flags,
    /// Of its first event; none for placeholders.
    pub first_position: Option<Position>,
}

impl Session {
    /// What its row shows.
    pub(crate) fn facets(&self) -> Facets<'_> {
        let spawned = self.spawned.as_ref();
        let activity = self.latest_activity().or(self.pulse.get());
        let ending = self.ending();
        let started_at = self.started.get().or(self.begun.get()).copied();
        let goal = self.goal();
        let error = ending.and_then(|ending| ending.error.as_deref());
        Facets {
            agent_id: text(self.agent_id.get())
                .or(spawned.and_then(|spawned| spawned.agent_id.as_deref()))
                .unwrap_or_default(),
            agent_version: text(self.agent_version.get()),
            model: text(self.model.get()),
            goal: goal
                .or(spawned.and_then(|spawned| spawned.goal.as_deref()))
                .or(text(self.asked.get())),
            current_goal: text(self.current_goal.get()),
            next_intent: text(self.next_intent.get()),
            final_response: ending.and_then(|ending| ending.summary.as_deref()),
            error: error.or(text(self.tool_error.get())),
            activity_kind: activity.map(|activity| activity.kind.as_str()),
            activity_text: activity.map(|activity| activity.text.as_str()),
            activity_at: activity.map(|activity| Timestamp::from_micros(activity.at)),
            status: self.status(),
            started_at: started_at.map(Timestamp::from_micros),
            ended_at: ending.map(|ending| Timestamp::from_micros(ending.at)),
            last_seen_at: self.last_seen_at.map(Timestamp::from_micros),
            total_steps: self.total_steps(),
            total_tokens: self.total_tokens(),
            total_cost: self.total_cost(),
            complete: self.is_complete(),
            missing_count: self.received.missing_count(),
            flags: Flags::from_bits(self.flags),
            first_position: self.first_position,
        }
    }

    /// What it adds to its ancestors' figures.
    pub(crate) fn own(&self) -> Own {
        if !self.is_known() {
            return Own::default();
        }
        let status = self.status();
        let (tokens, cost) = (self.total_tokens(), self.total_cost());
        let failed = i64::from(status.is_failed());
        let mute = |said: bool| i64::from(!said && !status.is_live());
        Own {
            sessions: 1,
            running: i64::from(matches!(status, Status::Running | Status::Idle)),
            waiting: i64::from(status == Status::Waiting),
            failed,
            live: i64::from(status.is_live()),
            events: count(self.events),
            // A call may have lost its start or its end, but never had two of either: there were
            // at least as many calls as the more frequent of both. Counting the ids of calls
            // instead would need all of them in the state, and many agents send none.
            tool_calls: count(self.tool_starts.max(self.tool_ends)),
            errors: count(self.tool_failures) + failed,
            alerts: count(self.watch.raised()),
            tokens: count(tokens.unwrap_or(0)),
            cost: cost.unwrap_or_default().0,
            tokens_said: i64::from(tokens.is_some()),
            cost_said: i64::from(cost.is_some()),
            tokens_mute: mute(tokens.is_some()),
            cost_mute: mute(cost.is_some()),
            first_at: self.first_at.map(Timestamp::from_micros),
            last_at: self.last_at.map(Timestamp::from_micros),
        }
    }

    fn status(&self) -> Status {
        if !self.has_spoken() {
            return Status::Spawned;
        }
        if let Some(ending) = self.ending() {
            return match ending.outcome {
                Outcome::Completed => Status::Completed,
                Outcome::Failed => Status::Failed,
                Outcome::Cancelled => Status::Cancelled,
                Outcome::Timeout => Status::Timeout,
            };
        }
        match self.heart.get() {
            Some(ActivityState::Idle) if self.is_resting() => Status::Idle,
            Some(ActivityState::Waiting) if self.is_resting() => Status::Waiting,
            Some(_) | None => Status::Running,
        }
    }

    /// Whether nothing but heartbeats came after the one that said its state. Only what one entry
    /// says of a session twice has equal stamps.
    fn is_resting(&self) -> bool {
        self.activity.stamp() <= self.heart.stamp()
    }

    /// The end, unless it was reopened, or only others say that a session ended which says itself
    /// how it goes.
    fn ending(&self) -> Option<&Ending> {
        let is_own = self.ended.stamp().is_some_and(|stamp| stamp.hand == Hand::First);
        let counts = self.reopened_at().is_none() && (is_own || !self.speaks_for_itself());
        self.ended.get().filter(|_| counts)
    }

    /// Whether it says itself how it goes: that it began, what it wants, or in which state it is.
    fn speaks_for_itself(&self) -> bool {
        let life = [self.restarted.stamp(), self.heart.stamp(), self.stated_goal.stamp()];
        life.into_iter().flatten().any(|stamp| stamp.hand == Hand::First)
    }

    /// What was said at the beginning, else afterwards: by the session itself, else by others.
    fn goal(&self) -> Option<&str> {
        let said = [&self.started_goal, &self.stated_goal];
        let by = |hand: Hand| {
            let first = |goal: &&&First<String>| goal.stamp().is_some_and(|it| it.hand == hand);
            said.iter().find(first).and_then(|goal| goal.get())
        };
        by(Hand::First).or_else(|| by(Hand::Second)).map(String::as_str)
    }

    /// The later one of what the session did and what others say that it did.
    fn latest_activity(&self) -> Option<&Activity> {
        match (self.activity.get(), self.echo.get()) {
            (Some(own), Some(echo)) if own.at < echo.at => Some(echo),
            (own, echo) => own.or(echo),
        }
    }

    /// The stamp of the end behind which a `session.started` says that it went on.
    fn reopened_at(&self) -> Option<Stamp> {
        let (end, start) = (self.ended.stamp()?, self.restarted.stamp()?);
        start.follows(end).then_some(end)
    }

    /// Said only with evidence: the end has the largest sequence, and none before it is missing.
    fn is_complete(&self) -> bool {
        let end = self.ended.stamp().and_then(|stamp| stamp.sequence);
        self.ending().is_some()
            && end.is_some()
            && end == self.received.largest()
            && self.received.is_exact()
            && self.received.missing_count() == 0
    }

    fn total_steps(&self) -> Option<u64> {
        let ended = self.ended.get().and_then(|ending| ending.steps);
        self.steps.total(ended, self.reopened_at())
    }

    fn total_tokens(&self) -> Option<u64> {
        let ended = self.ended.get().and_then(|ending| ending.tokens);
        self.tokens.total(ended, self.reopened_at())
    }

    fn total_cost(&self) -> Option<MicroDollars> {
        let ended = self.ended.get().and_then(|ending| ending.cost);
        let total = self.cost.total(ended, self.reopened_at())?;
        Some(MicroDollars(count(total)))
    }
}

fn text(field: Option<&String>) -> Option<&str> {
    field.map(String::as_str)
}

fn count(figure: u64) -> i64 {
    i64::try_from(figure).unwrap_or(i64::MAX)
}
