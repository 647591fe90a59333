//! Where spans belong: what is known of each span so far, read from the view when another one asks
//! for it, kept while it may not be on the disk yet, written with the batch.
//!
//! One row a span, so that a trace may grow without bounds and a batch writes what it changed.

use std::collections::{BTreeMap, BTreeSet, btree_map::Entry};

use banyan_protocol::Timestamp;
use serde::{Deserialize, Serialize};
use sqlx::SqliteConnection;

use super::super::{rows::ToldRow, store::told, translated::Merged};

/// Spans above a span that are looked at to find out where it belongs.
const LEVELS_MAX_COUNT: usize = 256;
/// Conversations that those below a span which has not come are remembered to name.
const CONVERSATIONS_MAX_COUNT: usize = 40;
/// Spans that are kept between batches.
const KEPT_MAX_COUNT: usize = 10_000;
/// Whose rows of `told` they are.
const HARNESS: &str = "otlp";

/// What is known of a span.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(in super::super) struct SpanTold {
    /// What it said when it came.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) known: Option<Known>,
    /// Those below it have spoken in its session.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(super) awaited: bool,
    /// What agents below it did for conversations that they name, by their spans, while it has not
    /// come.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) conversations: BTreeMap<String, Turn>,
}

/// A span that came.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Known {
    /// The span above it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parent: Option<String>,
    /// The session in which those below it speak, when it has one of its own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub session: Option<String>,
    /// It is the root of its trace and no agent, and names no conversation: the root-most agents
    /// below it do.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_silent_root: bool,
}

/// What an agent did for a conversation.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Turn {
    /// The conversation's id.
    pub conversation: String,
    /// The span of the agent.
    pub span: String,
    /// The name of the agent.
    pub agent: String,
    /// Microseconds.
    pub start: i64,
    /// Microseconds; none while it runs.
    pub end: Option<i64>,
    pub goal: Option<String>,
    pub response: Option<String>,
    pub error: Option<String>,
}

/// A span or log record as received.
#[derive(Clone, Copy, Debug)]
pub(in super::super) struct Item<'a> {
    /// All of it.
    pub text: &'a str,
    /// When it came, by our clock.
    pub at: Timestamp,
    /// Who else tells of its session.
    pub beside: Beside,
}

/// Who else tells of the session that an item is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum Beside {
    /// Nobody.
    Nobody,
    /// The hooks of the agent, which know better how its sessions begin and end.
    Hooks,
}

impl Beside {
    /// Whether an event of this type is left to them, unless it has an id that they share
    /// ([`super::super::same`]): that is told once, whoever tells it.
    pub(super) fn tells(self, kind: &str) -> bool {
        const BY_HOOKS: [&str; 6] = [
            "session.started",
            "session.ended",
            "operation.agent_spawn",
            "cognition.goal",
            // Prompts whose text is not told.
            "claude_code.user_prompt",
            "codex.user_prompt",
        ];
        self == Self::Hooks && BY_HOOKS.contains(&kind)
    }
}

/// Where a span's events go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Home {
    /// The session.
    pub session: String,
    /// The span that has not come, whose session it is.
    pub missing: Option<String>,
    /// It is that of a root which names no conversation.
    pub is_silent_root: bool,
}

/// What is known of spans.
#[derive(Debug, Default)]
pub(in super::super) struct Traces {
    held: BTreeMap<String, SpanTold>,
    /// Those that changed and are not written.
    changed: BTreeSet<String>,
}

/// The id of the session that a span is, or would be; also the key of its row.
pub(super) fn session_of(trace: &str, span: &str) -> String {
    format!("{trace}:{span}")
}

impl Traces {
    /// What is known of a span.
    pub(super) async fn get(
        &mut self,
        connection: &mut SqliteConnection,
        key: &str,
    ) -> Result<&mut SpanTold, sqlx::Error> {
        match self.held.entry(key.to_owned()) {
            Entry::Occupied(held) => Ok(held.into_mut()),
            Entry::Vacant(place) => {
                let told = told::read(connection, HARNESS, key).await?;
                Ok(place.insert(told))
            }
        }
    }

    /// The same, to be changed.
    pub(super) async fn change(
        &mut self,
        connection: &mut SqliteConnection,
        key: &str,
    ) -> Result<&mut SpanTold, sqlx::Error> {
        self.changed.insert(key.to_owned());
        self.get(connection, key).await
    }

    /// Where those directly below `span` speak.
    pub(super) async fn home(
        &mut self,
        connection: &mut SqliteConnection,
        trace: &str,
        span: &str,
    ) -> Result<Home, sqlx::Error> {
        let mut at = span.to_owned();
        for _ in 0..LEVELS_MAX_COUNT {
            let key = session_of(trace, &at);
            match &self.get(connection, &key).await?.known {
                None => {
                    let missing = Some(at);
                    return Ok(Home { session: key, missing, is_silent_root: false });
                }
                Some(Known { session: Some(session), is_silent_root, .. }) => {
                    let (session, is_silent_root) = (session.clone(), *is_silent_root);
                    return Ok(Home { session, missing: None, is_silent_root });
                }
                Some(Known { session: None, parent: Some(parent), .. }) => at.clone_from(parent),
                Some(Known { session: None, parent: None, .. }) => break,
            }
        }
        // Spans that are above themselves, or too many: whoever asks is a tree of its own.
        let session = session_of(trace, span);
        Ok(Home { session, missing: None, is_silent_root: false })
    }

    /// Notes that somebody spoke in the session of a span that has not come, if it has not.
    pub(super) async fn await_home(
        &mut self,
        connection: &mut SqliteConnection,
        trace: &str,
        home: &Home,
    ) -> Result<(), sqlx::Error> {
        let Some(missing) = &home.missing else { return Ok(()) };
        let key = session_of(trace, missing);
        if !self.get(connection, &key).await?.awaited {
            self.change(connection, &key).await?.awaited = true;
        }
        Ok(())
    }

    /// Notes that agents below a span that has not come name these conversations.
    pub(super) async fn remember(
        &mut self,
        connection: &mut SqliteConnection,
        key: &str,
        turns: Vec<Turn>,
    ) -> Result<(), sqlx::Error> {
        let held = &mut self.change(connection, key).await?.conversations;
        held.extend(turns.into_iter().map(|turn| (turn.span.clone(), turn)));
        while CONVERSATIONS_MAX_COUNT < held.len() {
            held.pop_last();
        }
        Ok(())
    }

    /// What changed since it was asked last, for the batch to write.
    pub(in super::super) fn rows(&mut self) -> Result<Vec<ToldRow>, serde_json::Error> {
        let changed = std::mem::take(&mut self.changed);
        let rows = changed.into_iter().map(|key| {
            let told = self.held.get(&key).filter(|told| **told != SpanTold::default());
            let state = told.map(serde_json::to_string).transpose()?;
            let transcripts = Vec::new();
            Ok(ToldRow { harness: HARNESS, session_id: key, state, transcripts })
        });
        rows.collect()
    }

    /// Drops what is on the disk, when it is much.
    pub(in super::super) fn evict(&mut self) {
        if KEPT_MAX_COUNT < self.held.len() {
            self.held.retain(|key, _| self.changed.contains(key));
        }
    }
}

/// What becomes of the session of a span that came, when its events belong to `into`.
pub(super) fn merge(own: &str, told: &SpanTold, into: &str) -> Option<Merged> {
    (told.awaited && own != into).then(|| Merged { from: own.to_owned(), into: into.to_owned() })
}
