//! What each event means for a session's fields.

use banyan_protocol::{Fact, Flags, Timestamp, fact};

use super::{
    super::{
        clip::clip,
        recorded::{Hand, Recorded, Stamp},
    },
    Session,
    ending::Ending,
    stamped::Latest,
    text::{Activity, GOAL_MAX_BYTES, RESPONSE_MAX_BYTES},
    totals,
};

/// More than any time of an event is, in quarters of microseconds.
const UNSURE: i64 = 1 << 60;

/// What happened on the way is told by spans that may not know whose they are: the beginning and
/// the end of a session name its agent, whatever the clocks of its steps say.
fn named(stamp: Stamp, event: &Recorded<'_>) -> Stamp {
    let is_sure = matches!(event.fact, Fact::Started(_) | Fact::Ended(_));
    if is_sure || !event.flags.contains(Flags::TIMED) {
        return stamp;
    }
    Stamp { sequence: stamp.sequence.map(|order| order.saturating_sub(UNSURE)), ..stamp }
}

impl Session {
    pub(super) fn take_envelope(&mut self, stamp: Stamp, event: &Recorded<'_>) {
        let envelope = &event.envelope;
        let at = event.at().micros();
        self.events += 1;
        self.first_at = Some(self.first_at.map_or(at, |held| held.min(at)));
        self.last_at = self.last_at.max(Some(at));
        self.last_seen_at = self.last_seen_at.max(Some(event.received_at.micros()));
        let first = self.first_position.unwrap_or(event.position);
        self.first_position = Some(first.min(event.position));
        self.begun.offer(stamp, || at);
        self.agent_id.offer_text(named(stamp, event), &envelope.agent_id);
        if let Some(sequence) = envelope.sequence {
            self.received.insert(sequence);
        }

        self.flag(event.flags);
        if 0 < event.variant {
            self.flag(Flags::VARIANT);
        }
        match envelope.parent_session_id.as_deref() {
            Some(parent) if parent == envelope.session_id => self.flag(Flags::SELF_PARENT),
            Some(parent) => self.parent.offer(stamp, || parent.to_owned()),
            None => {}
        }
        let version = match &event.fact {
            Fact::Started(started) => {
                envelope.agent_version.as_deref().or(started.agent_version.as_deref())
            }
            _ => envelope.agent_version.as_deref(),
        };
        offer(&mut self.agent_version, stamp, version);
    }

    pub(super) fn take_activity(&mut self, stamp: Stamp, event: &Recorded<'_>) {
        if !matches!(event.fact, Fact::Heartbeat(_)) {
            self.pulse = Latest::default();
            let activity = match stamp.hand {
                Hand::First => &mut self.activity,
                Hand::Second => &mut self.echo,
            };
            activity.offer(stamp, || Activity::read(event));
        } else if self.activity.is_none() && self.echo.is_none() {
            self.pulse.offer(stamp, || Activity::read(event));
        }
    }

    pub(super) fn take_fact(&mut self, stamp: Stamp, event: &Recorded<'_>) {
        match &event.fact {
            Fact::Started(started) => self.take_started(stamp, event.at(), started),
            Fact::Heartbeat(heartbeat) => self.take_heartbeat(stamp, heartbeat),
            Fact::Ended(ended) => self.ended.offer(stamp, || Ending::read(ended, event.at())),
            Fact::Thought(thought) => {
                offer(&mut self.next_intent, stamp, thought.next_intent.as_deref());
            }
            Fact::Goal(goal) => self.take_goal(stamp, goal),
            Fact::ToolStart(_) => self.tool_starts += 1,
            Fact::ToolEnd(end) => self.take_tool_end(stamp, end),
            Fact::ExternalCall(call) => {
                offer(&mut self.model, stamp, call.model.as_deref());
                if let Some(asked) = &call.asked {
                    self.asked.offer(stamp, || clip(asked, GOAL_MAX_BYTES).to_owned());
                }
                self.tokens.add(call.token_delta);
                self.cost.add(call.cost_delta.map(totals::micros));
            }
            Fact::Spawn(spawn) => {
                if spawn.child_session_id.as_deref() == Some(&*event.envelope.session_id) {
                    self.flag(Flags::SELF_PARENT);
                }
            }
            Fact::Decision(_) | Fact::Uncertainty(_) | Fact::Memory(_) | Fact::Other => {}
        }
    }

    fn take_started(&mut self, stamp: Stamp, at: Timestamp, started: &fact::Started<'_>) {
        self.started.offer(stamp, || at.micros());
        self.restarted.offer(stamp, || ());
        offer(&mut self.model, stamp, started.model.as_deref());
        if let Some(goal) = &started.goal {
            self.started_goal.offer(stamp, || clip(goal, GOAL_MAX_BYTES).to_owned());
        }
    }

    fn take_heartbeat(&mut self, stamp: Stamp, heartbeat: &fact::Heartbeat<'_>) {
        if let Some(state) = heartbeat.state {
            self.heart.offer(stamp, || state);
        }
        self.steps.running(stamp, heartbeat.step);
        self.tokens.running(stamp, heartbeat.total_tokens);
        self.cost.running(stamp, heartbeat.total_cost.map(totals::micros));
        offer(&mut self.current_goal, stamp, heartbeat.current_goal.as_deref());
        offer(&mut self.model, stamp, heartbeat.model.as_deref());
    }

    pub(super) fn take_goal(&mut self, stamp: Stamp, goal: &fact::Goal<'_>) {
        let Some(text) = goal.goal.as_deref() else { return };
        self.stated_goal.offer(stamp, || clip(text, GOAL_MAX_BYTES).to_owned());
        match goal.status {
            Some(fact::GoalStatus::Completed | fact::GoalStatus::Abandoned) => {}
            Some(fact::GoalStatus::Set | fact::GoalStatus::InProgress) | None => {
                offer(&mut self.current_goal, stamp, Some(text));
            }
        }
    }

    fn take_tool_end(&mut self, stamp: Stamp, end: &fact::ToolEnd<'_>) {
        self.tool_ends += 1;
        self.tokens.add(end.token_delta);
        self.cost.add(end.cost_delta.map(totals::micros));
        self.tool_failures += u64::from(!end.success);
        self.take_tool_error(stamp, end);
    }

    pub(super) fn take_tool_error(&mut self, stamp: Stamp, end: &fact::ToolEnd<'_>) {
        if end.success {
            return;
        }
        if let Some(error) = end.error.as_deref().or(end.result.as_deref()) {
            self.tool_error.offer_text(stamp, clip(error, RESPONSE_MAX_BYTES));
        }
    }

    fn flag(&mut self, flags: Flags) {
        self.flags |= flags.bits();
    }
}

/// Offers a text that may be absent, clipped as goals are.
fn offer(field: &mut Latest<String>, stamp: Stamp, text: Option<&str>) {
    if let Some(text) = text {
        field.offer_text(stamp, clip(text, GOAL_MAX_BYTES));
    }
}
