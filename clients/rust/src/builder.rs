//! Where a client belongs, and how it sends.

use std::{sync::Arc, time::Duration};

use uuid::Uuid;

use crate::{
    Client,
    counter::Counter,
    outbox::{Outbox, Settings},
    place::{self, FromHeader},
    wire::quoted,
};

const TIMEOUT: Duration = Duration::from_secs(2);
const RETRY_FOR: Duration = Duration::from_mins(5);
const EXIT_AFTER: Duration = Duration::from_secs(2);
const QUEUE_MAX_BYTES: usize = 32 * 1024 * 1024;

/// A client before it is one. What is not said comes from the environment: `BANYAN_ENDPOINT`, else
/// `AOP_ENDPOINT`, else this machine; `BANYAN_SESSION`, which the first client takes, else a new
/// session; `BANYAN_PARENT_SESSION`.
#[derive(Clone, Debug)]
pub struct Builder {
    agent: String,
    session: Option<String>,
    parent: Parent,
    version: Option<String>,
    settings: Settings,
}

#[derive(Clone, Debug)]
enum Parent {
    InTheEnvironment,
    Said(Option<String>),
}

impl Builder {
    pub(crate) fn new(agent: &str) -> Self {
        let settings = Settings {
            endpoint: String::new(),
            timeout: TIMEOUT,
            retry_for: RETRY_FOR,
            exit_after: EXIT_AFTER,
            queue_max_bytes: QUEUE_MAX_BYTES,
        };
        let (agent, parent) = (agent.to_owned(), Parent::InTheEnvironment);
        Self { agent, session: None, parent, version: None, settings }
    }

    /// Where the collector is: `http://host:port`.
    #[must_use]
    pub fn endpoint(mut self, endpoint: &str) -> Self {
        endpoint.clone_into(&mut self.settings.endpoint);
        self
    }

    /// The session, when it has an id already.
    #[must_use]
    pub fn session(mut self, session: &str) -> Self {
        self.session = Some(session.to_owned());
        self
    }

    /// The session above it; `None` says that it is a root, whatever the environment says.
    #[must_use]
    pub fn parent(mut self, parent: Option<&str>) -> Self {
        self.parent = Parent::Said(parent.map(str::to_owned));
        self
    }

    /// What the headers of a request said about who calls.
    #[must_use]
    pub fn found(mut self, FromHeader { session, parent }: FromHeader) -> Self {
        self.session = session.or(self.session);
        if parent.is_some() {
            self.parent = Parent::Said(parent);
        }
        self
    }

    /// The agent's version.
    #[must_use]
    pub fn version(mut self, version: &str) -> Self {
        self.version = Some(version.to_owned());
        self
    }

    /// How long one request may take; 2 s if not said.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.settings.timeout = timeout;
        self
    }

    /// How long a batch is tried again before it is dropped; 5 minutes if not said.
    #[must_use]
    pub fn retry_for(mut self, retry_for: Duration) -> Self {
        self.settings.retry_for = retry_for;
        self
    }

    /// How long dropping the last client may take for what is unsent; 2 s if not said.
    #[must_use]
    pub fn exit_after(mut self, exit_after: Duration) -> Self {
        self.settings.exit_after = exit_after;
        self
    }

    /// What may wait in memory; 32 MiB if not said.
    #[must_use]
    pub fn queue_max_bytes(mut self, bytes: usize) -> Self {
        self.settings.queue_max_bytes = bytes;
        self
    }

    /// The client.
    pub fn build(mut self) -> Client {
        if self.settings.endpoint.is_empty() {
            self.settings.endpoint = place::endpoint();
        }
        let outbox = Outbox::of(self.settings.clone());
        let given = self.session.take().or_else(place::take_session);
        let run = given.as_ref().map(|_| Uuid::now_v7().simple().to_string());
        self.with(given.unwrap_or_else(|| Uuid::now_v7().to_string()), run, outbox)
    }

    pub(crate) fn with(self, session: String, run: Option<String>, outbox: Arc<Outbox>) -> Client {
        let parent = match self.parent {
            Parent::InTheEnvironment => place::parent(),
            Parent::Said(parent) => parent,
        };
        let parent = parent.filter(|parent| *parent != session);
        let version =
            self.version.map(|version| format!(r#""agent_version":{},"#, quoted(&version)));
        let head = format!(
            r#"{{"spec":"aop/1.0","session_id":{},"parent_session_id":{},"agent_id":{},{}"#,
            quoted(&session),
            parent.as_deref().map_or_else(|| "null".to_owned(), quoted),
            quoted(&self.agent),
            version.unwrap_or_default(),
        );
        let counter = Counter::of(&session);
        Client { agent: self.agent, session, parent, run, head, counter, outbox }
    }
}
