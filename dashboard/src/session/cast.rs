//! Who took part: agents, the first failure, what cost most, which attempt this is.

use banyan_protocol::{
    MicroDollars,
    view::{CastAgent, CastSession, CastView},
};

use super::Links;
use crate::{format, links::Link};

/// Characters of names and one-line texts.
const LINE_MAX_CHARS: usize = 120;

/// The part of a session's head that says who took part in it.
#[derive(Clone, Debug)]
pub(super) struct Cast {
    pub(super) agents: Vec<Agent>,
    /// `3 more agents`
    pub(super) more: Option<String>,
    pub(super) first_failure: Option<Outstanding>,
    pub(super) dearest: Vec<Outstanding>,
    /// `attempt 2 of 3`
    pub(super) attempt: Option<String>,
    /// `of the nearest 2,000 sessions`
    pub(super) cut: Option<String>,
}

/// An agent that took part.
#[derive(Clone, Debug)]
pub(super) struct Agent {
    pub(super) name: String,
    pub(super) href: String,
    /// `× 12`
    pub(super) times: Option<String>,
    pub(super) failed: Option<String>,
}

/// A session that stands out.
#[derive(Clone, Debug)]
pub(super) struct Outstanding {
    pub(super) href: String,
    pub(super) agent: String,
    pub(super) title: String,
    pub(super) error: Option<String>,
    pub(super) cost: String,
}

impl Cast {
    pub(super) fn new(cast: &CastView, links: &Links<'_>) -> Self {
        Self {
            agents: cast.agents.iter().map(Agent::new).collect(),
            more: (0 < cast.more_agents)
                .then(|| format!("{} more", format::plural(cast.more_agents, "agent", "agents"))),
            first_failure: cast.first_failure.as_ref().map(|one| Outstanding::new(one, links)),
            dearest: cast.dearest.iter().map(|one| Outstanding::new(one, links)).collect(),
            attempt: cast.attempt.map(|attempt| {
                let (number, of) = (format::count(attempt.number), format::count(attempt.of));
                format!("attempt {number} of {of}")
            }),
            cut: cast.cut_at.map(|at| format!("of the nearest {} sessions", format::count(at))),
        }
    }

    /// Nothing to say below the heading.
    pub(super) fn is_empty(&self) -> bool {
        self.agents.is_empty() && self.first_failure.is_none() && self.dearest.is_empty()
    }
}

impl Agent {
    fn new(agent: &CastAgent) -> Self {
        Self {
            name: format::clip(&agent.agent_id, LINE_MAX_CHARS),
            href: Link::search(&agent.query, Some("sessions")).done(),
            times: (1 < agent.sessions).then(|| format!("× {}", format::count(agent.sessions))),
            failed: (0 < agent.failed).then(|| format::count(agent.failed)),
        }
    }
}

impl Outstanding {
    fn new(session: &CastSession, links: &Links<'_>) -> Self {
        let line = |text: &str| format::clip(text, LINE_MAX_CHARS);
        let name = if session.agent_id.is_empty() { &session.id } else { &session.agent_id };
        Self {
            href: Link::session(&session.id).at(links.at).done(),
            agent: line(name),
            title: line(session.goal.as_deref().unwrap_or(&session.id)),
            error: session.error.as_deref().map(line),
            cost: format::money(session.cost.unwrap_or(MicroDollars(0))),
        }
    }
}
