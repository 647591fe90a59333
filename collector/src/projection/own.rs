//! What one session adds to the figures of its ancestors.

use banyan_protocol::Timestamp;

/// Additive figures of one session (and, summed, of a subtree).
///
/// Counts and amounts are exact under [`Self::plus`] and [`Self::minus`], so a changed session
/// updates its ancestors by its difference. Times are no group: `plus` combines them by minimum
/// and maximum, `minus` cannot take them back and keeps those of the left side. That is right
/// wherever a session only grew, since first times then only fall and last times only rise. Where
/// a session left a subtree, the ancestors' times have to be read again from what remains.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Own {
    /// 1 for a known session.
    pub sessions: i64,
    /// `running` or `idle`.
    pub running: i64,
    /// `waiting`.
    pub waiting: i64,
    /// `failed` or `timeout`.
    pub failed: i64,
    /// Not ended.
    pub live: i64,
    /// Distinct events.
    pub events: i64,
    /// Tool calls.
    pub tool_calls: i64,
    /// Failed tool calls, and 1 for a failed session.
    pub errors: i64,
    /// Alerts.
    pub alerts: i64,
    /// Tokens said.
    pub tokens: i64,
    /// Micro-dollars said.
    pub cost: i64,
    /// 1 when it said tokens.
    pub tokens_said: i64,
    /// 1 when it said cost.
    pub cost_said: i64,
    /// 1 when it ended without saying tokens.
    pub tokens_mute: i64,
    /// 1 when it ended without saying cost.
    pub cost_mute: i64,
    /// Event time of the first event.
    pub first_at: Option<Timestamp>,
    /// Event time of the last event.
    pub last_at: Option<Timestamp>,
}

impl Own {
    /// Both together; the earlier first time and the later last time.
    #[must_use]
    pub(crate) fn plus(self, other: Self) -> Self {
        Self {
            first_at: self.first_at.into_iter().chain(other.first_at).min(),
            last_at: self.last_at.max(other.last_at),
            ..self.combine(other, i64::wrapping_add)
        }
    }

    /// The counts and amounts of `self` without those of `other`; the times of `self`.
    #[must_use]
    pub(crate) fn minus(self, other: Self) -> Self {
        Self {
            first_at: self.first_at,
            last_at: self.last_at,
            ..self.combine(other, i64::wrapping_sub)
        }
    }

    /// Field by field; wrapping, so that adding and taking away cancel out whatever was said.
    /// (What a session says is capped, see [`super::session::FIGURE_MAX`]: no sum of sessions
    /// comes near the end of the type.)
    fn combine(self, other: Self, with: fn(i64, i64) -> i64) -> Self {
        Self {
            sessions: with(self.sessions, other.sessions),
            running: with(self.running, other.running),
            waiting: with(self.waiting, other.waiting),
            failed: with(self.failed, other.failed),
            live: with(self.live, other.live),
            events: with(self.events, other.events),
            tool_calls: with(self.tool_calls, other.tool_calls),
            errors: with(self.errors, other.errors),
            alerts: with(self.alerts, other.alerts),
            tokens: with(self.tokens, other.tokens),
            cost: with(self.cost, other.cost),
            tokens_said: with(self.tokens_said, other.tokens_said),
            cost_said: with(self.cost_said, other.cost_said),
            tokens_mute: with(self.tokens_mute, other.tokens_mute),
            cost_mute: with(self.cost_mute, other.cost_mute),
            first_at: None,
            last_at: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(events: i64, tokens: i64, first: i64, last: i64) -> Own {
        Own {
            sessions: 1,
            events,
            tokens,
            tokens_said: 1,
            first_at: Some(Timestamp::from_micros(first)),
            last_at: Some(Timestamp::from_micros(last)),
            ..Own::default()
        }
    }

    #[test]
    fn plus_adds_figures_and_widens_times() {
        let both = said(2, 30, 5, 8).plus(said(3, 4, 3, 6));
        assert_eq!(both, Own { sessions: 2, tokens_said: 2, ..said(5, 34, 3, 8) });
        assert_eq!(Own::default().plus(said(2, 30, 5, 8)), said(2, 30, 5, 8));
        assert_eq!(said(2, 30, 5, 8).plus(Own::default()), said(2, 30, 5, 8));
    }

    #[test]
    fn minus_takes_figures_back_and_leaves_times() {
        let both = said(2, 30, 5, 8).plus(said(3, 4, 3, 6));
        assert_eq!(both.minus(said(3, 4, 3, 6)), said(2, 30, 3, 8));
    }

    #[test]
    fn a_difference_brings_the_ancestors_up_to_date() {
        let (before, after) = (said(2, 30, 5, 8), said(3, 31, 4, 9));
        let ancestors = said(10, 100, 1, 20).plus(before);
        let difference = after.minus(before);
        assert_eq!(ancestors.plus(difference), said(10, 100, 1, 20).plus(after));
    }
}
