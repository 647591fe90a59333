//! A child that was announced.

use std::{process::Command, sync::Arc};

use crate::{Client, place};

/// A child that was announced: its session, and everything that a child needs.
#[derive(Clone, Debug)]
pub struct Spawn {
    parent: Client,
    agent: String,
    session: String,
}

impl Spawn {
    pub(crate) fn new(parent: Client, agent: &str, session: String) -> Self {
        Self { parent, agent: agent.to_owned(), session }
    }

    /// The child's session.
    pub fn session_id(&self) -> &str {
        &self.session
    }

    /// A ready client, for a child in this process.
    pub fn client(&self) -> Client {
        let builder = Client::builder(&self.agent).parent(Some(&self.parent.session));
        builder.with(self.session.clone(), None, Arc::clone(&self.parent.outbox))
    }

    /// Makes a process that will be started this child.
    pub fn tell(&self, command: &mut Command) {
        place::tell(command, self.parent.endpoint(), &self.parent.session, Some(&self.session));
    }

    /// The value of a `baggage` header (W3C) that makes the called service this child.
    pub fn baggage(&self) -> String {
        place::baggage(&self.parent.session, Some(&self.session))
    }
}
