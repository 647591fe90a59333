//! Whose child a sub-agent is.
//!
//! A sub-agent that is heard of for the first time belongs to the caller of the newest unanswered
//! call for its kind. When there is none, it is the main session's, until a call that was late
//! explains it. What the result of a call says is final.

use banyan_protocol::{Timestamp, fact::Certainty};
use serde_json::{Value, json};

use super::told::{Agent, Call, Told, word};

/// How much later than its sub-agent a call may come.
const LATE_CALL_MAX_MICROS: i64 = 10 * 1_000_000;

/// A claim that somebody spawned a sub-agent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Link {
    /// The sub-agent.
    pub child: String,
    /// Its kind, when it is known.
    pub kind: Option<String>,
    /// The sub-agent that spawned it; none for the main session.
    pub caller: Option<String>,
    /// By which call.
    pub call: Option<String>,
    /// What it was asked to do.
    pub goal: Option<String>,
    pub certainty: Certainty,
}

impl Link {
    fn of(call: &Call, child: &str, certainty: Certainty) -> Self {
        Self {
            child: child.to_owned(),
            kind: Some(call.kind.clone()),
            caller: call.caller.clone(),
            call: Some(call.id.clone()),
            goal: call.goal.clone(),
            certainty,
        }
    }

    /// What the spawner says of it, and what makes that the same when it is said again.
    pub(super) fn said(&self, child_session: String) -> (Value, Vec<String>) {
        let certainty = match self.certainty {
            Certainty::Stated => None,
            Certainty::Matched | Certainty::Guessed => Some(self.certainty.word()),
        };
        let payload = json!({
            "child_session_id": child_session,
            "child_agent_id": self.kind,
            "goal": self.goal,
            "certainty": certainty,
        });
        let (word, call) = (self.certainty.word().to_owned(), self.call.clone());
        (payload, vec!["link".to_owned(), child_session, word, call.unwrap_or_default()])
    }
}

impl Told {
    /// A sub-agent is heard of; says whose it is when that is new.
    pub(super) fn meet(&mut self, child: &str, kind: Option<&str>, at: Timestamp) -> Option<Link> {
        if let Some(agent) = self.agents.get_mut(child) {
            agent.kind = agent.kind.take().or_else(|| kind.map(word));
            return None;
        }
        let call = self.calls.iter_mut().rev().find(|call| {
            !call.done
                && call.child.is_none()
                && call.caller.as_deref() != Some(child)
                && kind.is_none_or(|kind| call.kind == word(kind))
        });
        let link = match call {
            Some(call) => {
                call.child = Some(child.to_owned());
                Link::of(call, child, Certainty::Matched)
            }
            None => Link {
                child: child.to_owned(),
                kind: kind.map(ToOwned::to_owned),
                caller: None,
                call: None,
                goal: None,
                certainty: Certainty::Guessed,
            },
        };
        self.know(child, kind, link.certainty, at);
        Some(link)
    }

    /// Somebody calls for a sub-agent; says whose child is explained by that.
    pub(super) fn called(&mut self, mut call: Call, at: Timestamp) -> Option<Link> {
        let is_same = |held: &&mut Call| held.id == call.id && held.caller == call.caller;
        if let Some(held) = self.calls.iter_mut().find(is_same) {
            held.goal = held.goal.take().or(call.goal);
            return None;
        }
        let late = self.agents.iter_mut().filter(|(id, agent)| {
            agent.certainty == Certainty::Guessed
                && agent.kind.as_ref().is_none_or(|kind| *kind == call.kind)
                && call.caller.as_ref() != Some(*id)
                && at.micros() - agent.seen_at <= LATE_CALL_MAX_MICROS
        });
        let explained = late.min_by_key(|(id, agent)| (agent.seen_at, (*id).clone()));
        let link = explained.map(|(id, agent)| {
            agent.certainty = Certainty::Matched;
            call.child = Some(id.clone());
            Link::of(&call, id, Certainty::Matched)
        });
        self.calls.push(call);
        self.bound();
        link
    }

    /// A call returned, and named the sub-agent that answered it, if there was one.
    pub(super) fn returned(
        &mut self,
        call: Call,
        child: Option<&str>,
        at: Timestamp,
    ) -> Option<Link> {
        let is_same = |held: &Call| held.id == call.id && held.caller == call.caller;
        let index = self.calls.iter().position(is_same).unwrap_or_else(|| {
            self.calls.push(call);
            self.calls.len() - 1
        });
        let held = self.calls.get_mut(index)?;
        held.done = true;
        let child = child?;
        let was_matched = held.child.as_deref() == Some(child);
        held.child = Some(child.to_owned());
        let link = Link::of(held, child, Certainty::Stated);
        for other in self.calls.iter_mut().filter(|other| !other.done) {
            // What this call's child was thought to answer is open again.
            other.child.take_if(|held| held == child);
        }
        let known = self.agents.get(child).map(|agent| agent.certainty);
        self.know(child, link.kind.as_deref(), Certainty::Stated, at);
        self.bound();
        match known {
            Some(Certainty::Stated) => None,
            Some(Certainty::Matched) if was_matched => None,
            Some(Certainty::Matched | Certainty::Guessed) | None => Some(link),
        }
    }

    fn know(&mut self, child: &str, kind: Option<&str>, certainty: Certainty, at: Timestamp) {
        let agent = self.agents.entry(child.to_owned()).or_insert_with(|| Agent {
            kind: None,
            certainty,
            seen_at: at.micros(),
            life: super::told::Life::default(),
        });
        agent.certainty = agent.certainty.min(certainty);
        agent.kind = agent.kind.take().or_else(|| kind.map(word));
        self.bound();
    }
}
