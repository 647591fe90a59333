use crate::MicroDollars;

/// Who took part in a session and in everything below it, for its page.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CastView {
    /// The agents, those with most sessions first, then in the order in which they appeared.
    pub agents: Vec<CastAgent>,
    /// Agents beyond those.
    pub more_agents: u64,
    /// The session below that failed first.
    pub first_failure: Option<CastSession>,
    /// The sessions that cost most by themselves, dearest first; empty where fewer than two say.
    pub dearest: Vec<CastSession>,
    /// Which attempt this is, when an earlier or later sibling with the same agent and goal failed.
    pub attempt: Option<Attempt>,
    /// Only so many of the sessions were looked at; absent when all were.
    pub cut_at: Option<u64>,
}

/// An agent in a tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CastAgent {
    /// Its name.
    pub agent_id: String,
    /// How many sessions it had.
    pub sessions: u64,
    /// How many of them failed.
    pub failed: u64,
    /// The search for these sessions.
    pub query: String,
}

/// A session that stands out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CastSession {
    /// Its id.
    pub id: String,
    /// Its agent.
    pub agent_id: String,
    /// What it was to do.
    pub goal: Option<String>,
    /// What went wrong.
    pub error: Option<String>,
    /// What it cost by itself.
    pub cost: Option<MicroDollars>,
}

/// One of several tries at the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// From 1 on.
    pub number: u64,
    /// Of how many so far.
    pub of: u64,
}
