//! The newest events of a session, in memory: one that comes a little late changes what the rules
//! said of those behind it, without a walk from the beginning.
//!
//! Agents that post without waiting swap neighbours all the time, and spans arrive when they end.
//! A walk over a session of ten thousand events for each of them would be the projector's whole work.
//! Kept only for sessions in which an event has come late before; never stored.

use std::collections::{BTreeMap, VecDeque};

use super::{super::clip::clip, Alert, Deed, Name, Slim, Watch, repeats::TOOL_MAX_BYTES};

/// Events that are kept of a session: an event that comes later than so many others asks for a
/// walk from the beginning.
pub(super) const RECENT_MAX_COUNT: usize = 64;

/// The newest events of a session, and how things stood before them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Recent {
    /// The watch before them.
    base: Watch,
    /// Alerts that were raised before them and may still be extended.
    before: BTreeMap<Name, Alert>,
    /// In order.
    events: VecDeque<Kept>,
}

/// What an event that came late changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Change {
    /// The watch behind all events.
    pub watch: Watch,
    /// Alerts that are new or say something else now.
    pub alerts: Vec<Alert>,
    /// Alerts that are none any more.
    pub gone: Vec<Name>,
}

/// An event as the rules see it, on its own.
#[derive(Clone, Debug)]
struct Kept {
    slim: Slim<'static>,
    tool: Box<str>,
}

impl Recent {
    /// The session's next event. Gives the alerts of the one that is too old from now on.
    pub(crate) fn push(&mut self, event: &Slim<'_>) -> Vec<Alert> {
        self.events.push_back(Kept::of(event));
        self.shift()
    }

    /// An event that others have passed. Nothing when it is older than all that is known here.
    pub(crate) fn insert(&mut self, event: &Slim<'_>) -> Option<Change> {
        let at = self.events.partition_point(|kept| kept.slim.place() < event.place());
        if at == 0 && self.base.has_passed(event) {
            return None;
        }
        let (_, old) = self.walk();
        self.events.insert(at, Kept::of(event));
        let (watch, new) = self.walk();
        let (mut alerts, mut gone) = (Vec::new(), Vec::new());
        for name in old.keys().filter(|name| !new.contains_key(name)) {
            match self.before.get(name) {
                Some(before) => alerts.push(before.clone()),
                None => gone.push(*name),
            }
        }
        alerts
            .extend(new.into_iter().filter(|(name, it)| old.get(name) != Some(it)).map(|it| it.1));
        self.shift();
        Some(Change { watch, alerts, gone })
    }

    /// The watch behind all events, and the alerts that they raise or extend.
    pub(super) fn walk(&self) -> (Watch, BTreeMap<Name, Alert>) {
        let mut watch = self.base.clone();
        let mut alerts = BTreeMap::new();
        for kept in &self.events {
            let found = watch.step(&kept.view());
            alerts.extend(found.into_iter().map(|found| (found.alert.name(), found.alert)));
        }
        (watch, alerts)
    }

    /// About how much memory it takes.
    pub(crate) fn size_bytes(&self) -> usize {
        let tools: usize = self.events.iter().map(|kept| kept.tool.len()).sum();
        let kept = self.events.capacity() * size_of::<Kept>();
        size_of::<Self>() + kept + tools + self.before.len() * size_of::<Alert>()
    }

    /// Lets the oldest event go when there are too many.
    fn shift(&mut self) -> Vec<Alert> {
        if self.events.len() <= RECENT_MAX_COUNT {
            return Vec::new();
        }
        let Some(oldest) = self.events.pop_front() else { return Vec::new() };
        let found = self.base.step(&oldest.view());
        let alerts: Vec<Alert> = found.into_iter().map(|found| found.alert).collect();
        self.before.extend(alerts.iter().map(|alert| (alert.name(), alert.clone())));
        let base = &self.base;
        self.before.retain(|&(rule, first), _| base.may_extend(rule, first));
        alerts
    }
}

impl Kept {
    fn of(event: &Slim<'_>) -> Self {
        let (deed, tool) = match event.deed {
            Deed::ToolStart { tool, call } => (Deed::ToolStart { tool: "", call }, tool),
            Deed::Started => (Deed::Started, ""),
            Deed::Ended => (Deed::Ended, ""),
            Deed::Heartbeat { tokens, cost } => (Deed::Heartbeat { tokens, cost }, ""),
            Deed::Thought(confidence) => (Deed::Thought(confidence), ""),
            Deed::Uncertainty => (Deed::Uncertainty, ""),
            Deed::ToolEnd { success, tokens, cost } => {
                (Deed::ToolEnd { success, tokens, cost }, "")
            }
            Deed::Call { tokens, cost } => (Deed::Call { tokens, cost }, ""),
            Deed::Other => (Deed::Other, ""),
        };
        let Slim { stamp, part, at, is_history, deed: _ } = *event;
        let slim = Slim { stamp, part, at, deed, is_history };
        Self { slim, tool: clip(tool, TOOL_MAX_BYTES).into() }
    }

    fn view(&self) -> Slim<'_> {
        match self.slim.deed {
            Deed::ToolStart { call, tool: _ } => {
                Slim { deed: Deed::ToolStart { tool: &self.tool, call }, ..self.slim }
            }
            Deed::Started
            | Deed::Ended
            | Deed::Heartbeat { .. }
            | Deed::Thought(_)
            | Deed::Uncertainty
            | Deed::ToolEnd { .. }
            | Deed::Call { .. }
            | Deed::Other => self.slim,
        }
    }
}
