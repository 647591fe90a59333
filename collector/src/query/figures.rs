//! Figures of a session and of its subtree, as the projection's counters give them.

use banyan_protocol::{
    MicroDollars, Timestamp,
    view::{Exactness, Figures, Status, Total},
};
use serde::Deserialize;

/// The counters of a session alone. Fields in the order of [`OWN_COLUMNS`].
#[derive(Clone, Copy, Debug, Deserialize)]
pub(super) struct OwnCounters {
    pub events: i64,
    pub tool_calls: i64,
    pub errors: i64,
    pub alerts: i64,
    pub first_at: Option<i64>,
    pub last_at: Option<i64>,
}

/// See [`OwnCounters`].
pub(super) const OWN_COLUMNS: &str = "json_array(
    s.own_events, s.own_tool_calls, s.own_errors, s.own_alerts, s.own_first_at, s.own_last_at)";

/// The counters of a subtree. Fields in the order of [`SUBTREE_COLUMNS`].
#[derive(Clone, Copy, Debug, Deserialize)]
pub(super) struct SubtreeCounters {
    pub sessions: i64,
    pub running: i64,
    pub waiting: i64,
    pub failed: i64,
    pub live: i64,
    pub events: i64,
    pub tool_calls: i64,
    pub errors: i64,
    pub alerts: i64,
    pub tokens: i64,
    pub cost: i64,
    pub tokens_said: i64,
    pub cost_said: i64,
    pub tokens_mute: i64,
    pub cost_mute: i64,
    pub first_at: Option<i64>,
    pub last_at: Option<i64>,
}

/// See [`SubtreeCounters`].
pub(super) const SUBTREE_COLUMNS: &str = "json_array(
    s.sub_sessions, s.sub_running, s.sub_waiting, s.sub_failed, s.sub_live, s.sub_events,
    s.sub_tool_calls, s.sub_errors, s.sub_alerts, s.sub_tokens, s.sub_cost, s.sub_tokens_said,
    s.sub_cost_said, s.sub_tokens_mute, s.sub_cost_mute, s.sub_first_at, s.sub_last_at)";

/// What a session says of itself, for its own figures.
#[derive(Clone, Copy, Debug)]
pub(super) struct Said {
    pub status: Status,
    pub tokens: Option<i64>,
    pub cost: Option<i64>,
}

impl OwnCounters {
    /// The figures of one session alone.
    pub(super) fn figures(&self, said: &Said, stalled: bool) -> Figures {
        let live = said.status.is_live();
        let exactness = |figure: Option<i64>| exactness(!live && figure.is_none(), live);
        Figures {
            sessions: 1,
            running: matches!(said.status, Status::Running | Status::Idle).into(),
            waiting: matches!(said.status, Status::Waiting).into(),
            failed: said.status.is_failed().into(),
            stalled: stalled.into(),
            events: count(self.events),
            tool_calls: count(self.tool_calls),
            errors: count(self.errors),
            alerts: count(self.alerts),
            total: Total {
                tokens: said.tokens.map(count),
                tokens_exactness: exactness(said.tokens),
                cost_usd: said.cost.map(MicroDollars),
                cost_exactness: exactness(said.cost),
            },
            first_activity_at: self.first_at.map(Timestamp::from_micros),
            last_activity_at: self.last_at.map(Timestamp::from_micros),
        }
    }
}

impl SubtreeCounters {
    /// The figures of a subtree of which `stalled` sessions are stalled.
    pub(super) fn figures(&self, stalled: u64) -> Figures {
        let live = 0 < self.live;
        Figures {
            sessions: count(self.sessions),
            running: count(self.running),
            waiting: count(self.waiting),
            failed: count(self.failed),
            stalled,
            events: count(self.events),
            tool_calls: count(self.tool_calls),
            errors: count(self.errors),
            alerts: count(self.alerts),
            total: Total {
                tokens: (0 < self.tokens_said).then(|| count(self.tokens)),
                tokens_exactness: exactness(0 < self.tokens_mute, live),
                cost_usd: (0 < self.cost_said).then_some(MicroDollars(self.cost)),
                cost_exactness: exactness(0 < self.cost_mute, live),
            },
            first_activity_at: self.first_at.map(Timestamp::from_micros),
            last_activity_at: self.last_at.map(Timestamp::from_micros),
        }
    }
}

/// A total is a floor when somebody ended without saying his part, else growing when somebody
/// is still live.
fn exactness(mute: bool, live: bool) -> Exactness {
    match (mute, live) {
        (true, _) => Exactness::Floor,
        (false, true) => Exactness::Growing,
        (false, false) => Exactness::Exact,
    }
}

/// A stored count.
pub(super) fn count(stored: i64) -> u64 {
    u64::try_from(stored).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOTHING: SubtreeCounters = SubtreeCounters {
        sessions: 2,
        running: 0,
        waiting: 0,
        failed: 0,
        live: 0,
        events: 0,
        tool_calls: 0,
        errors: 0,
        alerts: 0,
        tokens: 0,
        cost: 0,
        tokens_said: 0,
        cost_said: 0,
        tokens_mute: 0,
        cost_mute: 0,
        first_at: None,
        last_at: None,
    };

    #[test]
    fn a_total_says_how_far_it_can_be_trusted() {
        use Exactness::{Exact, Floor, Growing};
        for (said, mute, live, tokens, expected) in [
            (2, 0, 0, Some(9), Exact),
            (1, 0, 1, Some(9), Growing),
            (1, 1, 0, Some(9), Floor),
            (1, 1, 1, Some(9), Floor),
            (0, 2, 0, None, Floor),
            (0, 0, 2, None, Growing),
        ] {
            let counters = SubtreeCounters {
                tokens_said: said,
                tokens_mute: mute,
                cost_said: said,
                cost_mute: mute,
                live,
                tokens: 9,
                cost: 9,
                ..NOTHING
            };
            let total = counters.figures(0).total;
            assert_eq!((total.tokens, total.tokens_exactness), (tokens, expected));
            let cost = total.cost_usd.map(|MicroDollars(micros)| count(micros));
            assert_eq!((cost, total.cost_exactness), (tokens, expected));
        }
    }

    #[test]
    fn own_figures_follow_the_same_rule() {
        use Exactness::{Exact, Floor, Growing};
        for (status, tokens, expected) in [
            (Status::Completed, Some(0), Exact),
            (Status::Failed, None, Floor),
            (Status::Running, Some(7), Growing),
            (Status::Spawned, None, Growing),
        ] {
            let counters = OwnCounters {
                events: 1,
                tool_calls: 0,
                errors: 0,
                alerts: 0,
                first_at: None,
                last_at: None,
            };
            let said = Said { status, tokens, cost: tokens };
            let total = counters.figures(&said, false).total;
            assert_eq!(total.tokens, tokens.map(count));
            assert_eq!((total.tokens_exactness, total.cost_exactness), (expected, expected));
        }
    }
}
