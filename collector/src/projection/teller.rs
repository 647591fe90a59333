//! What sessions told so far, for translating their next hooks and spans: read from the view when a batch
//! names them, kept while they may not be on the disk yet, written with the batch.

use std::{
    collections::{BTreeMap, BTreeSet, btree_map::Entry},
    panic::{AssertUnwindSafe, catch_unwind},
};

use banyan_protocol::{
    Flags, Position, Timestamp,
    hook::{Harness, Hook},
    otlp::{LogRecord, Signal, Span},
    transcript::Transcript,
};
use futures_util::FutureExt as _;
use sqlx::SqliteConnection;

use super::{
    decode::{Placed, text},
    hooks::{Told, translate, translate_line},
    otlp::{Beside, Item, Traces, hooked_record, hooked_span},
    pipeline::PipelineError,
    poisoned::Poisoned,
    rows::{ToldRow, TranscriptRow},
    store::told,
    translated::{Said, Translated},
};
use crate::log::{OwnFact, Source};

/// Sessions that are kept between batches.
const KEPT_MAX_COUNT: usize = 500;

/// Sessions by harness and id.
type Key = (Harness, String);

/// What sessions told so far.
#[derive(Debug, Default)]
pub(super) struct Teller {
    held: BTreeMap<Key, Told>,
    /// Those that changed and are not written, with the transcripts that were read: by sub-agent,
    /// that of the session itself under the empty name.
    changed: BTreeMap<Key, BTreeSet<String>>,
    traces: Traces,
}

/// What a batch's hooks and spans say, by position.
pub(super) type Events = BTreeMap<Position, Said>;

impl Teller {
    /// Translates the hooks and spans among `entries`, in log order; those in `poisoned` are left out.
    pub(super) async fn translate(
        &mut self,
        connection: &mut SqliteConnection,
        entries: &[Placed<'_>],
        poisoned: &Poisoned,
    ) -> Result<Events, PipelineError> {
        let mut events = Events::new();
        if !entries.iter().any(|placed| placed.entry.source != Source::Aop) {
            return Ok(events);
        }
        let left = |placed: &&Placed<'_>| poisoned.get(placed.position).is_none();
        for placed in entries.iter().filter(left) {
            match placed.entry.source {
                Source::Aop => {}
                Source::Banyan => self.forget(connection, placed).await?,
                Source::Hook(harness) => {
                    let Some(hook) = text(placed.entry).and_then(|text| Hook::read(text).ok())
                    else {
                        continue;
                    };
                    self.load(connection, (harness, hook.session_id.clone())).await?;
                    let (key, at) = ((harness, hook.session_id.clone()), placed.received_at);
                    let said =
                        self.hear(key, None, placed, |told| translate(harness, told, &hook, at))?;
                    events.insert(placed.position, said);
                    if let (Harness::Codex, Some(thread)) = (harness, hook.agent_id.as_deref()) {
                        self.hear_of(connection, (harness, thread.to_owned()), at).await?;
                    }
                }
                Source::Transcript => {
                    let line = text(placed.entry).and_then(|text| Transcript::read(text).ok());
                    let Some(line) = line else { continue };
                    let key = (Harness::ClaudeCode, line.session_id.clone());
                    self.load(connection, key.clone()).await?;
                    let (agent, at) = (line.agent_id.as_deref(), placed.received_at);
                    let said =
                        self.hear(key, agent, placed, |told| translate_line(told, &line, at))?;
                    events.insert(placed.position, said);
                }
                Source::Otlp(signal) => {
                    if let Some(said) = self.export(connection, signal, placed).await? {
                        events.insert(placed.position, said);
                    }
                }
            }
        }
        Ok(events)
    }

    /// What changed since it was asked last, for the batch to write.
    pub(super) fn rows(&mut self) -> Result<Vec<ToldRow>, serde_json::Error> {
        let changed = std::mem::take(&mut self.changed);
        let rows = changed.into_iter().map(|((harness, session), read)| {
            let told = self.held.get(&(harness, session.clone()));
            let told = told.filter(|told| **told != Told::default());
            let state = told.map(serde_json::to_string).transpose()?;
            let transcripts = told.map(|told| transcripts(told, read)).unwrap_or_default();
            Ok(ToldRow { harness: harness.name(), session_id: session, state, transcripts })
        });
        let of_hooks: Result<Vec<ToldRow>, serde_json::Error> = rows.collect();
        let mut rows = of_hooks?;
        rows.extend(self.traces.rows()?);
        Ok(rows)
    }

    /// Drops what is on the disk, when it is much.
    pub(super) fn evict(&mut self) {
        self.traces.evict();
        if KEPT_MAX_COUNT < self.held.len() {
            self.held.retain(|key, _| self.changed.contains_key(key));
        }
    }

    fn hear(
        &mut self,
        key: Key,
        agent: Option<&str>,
        placed: &Placed<'_>,
        translate: impl FnOnce(&mut Told) -> Vec<Translated>,
    ) -> Result<Said, PipelineError> {
        let told = self.held.entry(key.clone()).or_default();
        let read = self.changed.entry(key).or_default();
        read.extend([String::new()].into_iter().chain(agent.map(ToOwned::to_owned)));
        let run = || translate(told);
        let events = catch_unwind(AssertUnwindSafe(run)).map_err(|_panic| panicked(placed))?;
        Ok(Said { merged: None, events, flags: Flags::default() })
    }

    /// What a span or log record says; nothing when it cannot be read.
    async fn export(
        &mut self,
        connection: &mut SqliteConnection,
        signal: Signal,
        placed: &Placed<'_>,
    ) -> Result<Option<Said>, PipelineError> {
        let Some(item) = text(placed.entry) else { return Ok(None) };
        let received_at = placed.received_at;
        let said = async {
            match signal {
                Signal::Traces => {
                    let Ok(span) = Span::read(item) else { return Ok(None) };
                    let at = span.end.or(span.start).unwrap_or(received_at);
                    let beside = self.beside(connection, hooked_span(&span), at).await?;
                    let item = Item { text: item, at: received_at, beside };
                    self.traces.tell(connection, &span, item).await.map(Some)
                }
                Signal::Logs => {
                    let Ok(record) = LogRecord::read(item) else { return Ok(None) };
                    let at = record.time.unwrap_or(received_at);
                    let beside = self.beside(connection, hooked_record(&record), at).await?;
                    let item = Item { text: item, at: received_at, beside };
                    self.traces.note(connection, &record, item).await.map(Some)
                }
            }
        };
        match AssertUnwindSafe(said).catch_unwind().await {
            Ok(said) => Ok(said?),
            Err(_panic) => Err(panicked(placed)),
        }
    }

    /// Notes that hooks tell of a sub-agent which is a session by its own name.
    async fn hear_of(
        &mut self,
        connection: &mut SqliteConnection,
        key: Key,
        at: Timestamp,
    ) -> Result<(), sqlx::Error> {
        self.load(connection, key.clone()).await?;
        let told = self.held.entry(key.clone()).or_default();
        if told.heard_hooks().is_none() {
            told.heard(at);
            self.changed.entry(key).or_default();
        }
        Ok(())
    }

    /// Whether hooks tell of what happened at `at` in `session`.
    async fn beside(
        &mut self,
        connection: &mut SqliteConnection,
        session: Option<(Harness, &str)>,
        at: Timestamp,
    ) -> Result<Beside, sqlx::Error> {
        let Some((harness, session)) = session else { return Ok(Beside::Nobody) };
        let key = (harness, session.to_owned());
        self.load(connection, key.clone()).await?;
        let is_told = self.held.get(&key).is_some_and(|told| told.is_told(at));
        Ok(if is_told { Beside::Hooks } else { Beside::Nobody })
    }

    async fn load(
        &mut self,
        connection: &mut SqliteConnection,
        key: Key,
    ) -> Result<(), sqlx::Error> {
        if let Entry::Vacant(place) = self.held.entry(key) {
            let (harness, session_id) = place.key();
            let told = told::read(connection, harness.name(), session_id).await?;
            place.insert(told);
        }
        Ok(())
    }

    /// What a deleted session told is forgotten with it.
    async fn forget(
        &mut self,
        connection: &mut SqliteConnection,
        placed: &Placed<'_>,
    ) -> Result<(), sqlx::Error> {
        let Some(OwnFact::SessionDeleted { session_id }) = OwnFact::read(&placed.entry.bytes)
        else {
            return Ok(());
        };
        for harness in [Harness::ClaudeCode, Harness::Codex] {
            let key = (harness, session_id.clone());
            self.load(connection, key.clone()).await?;
            let held = self.held.entry(key.clone()).or_default();
            if *held != Told::default() {
                *held = Told::default();
                self.changed.entry(key).or_default();
            }
        }
        Ok(())
    }
}

fn panicked(placed: &Placed<'_>) -> PipelineError {
    let reason = "translating it panicked".to_owned();
    PipelineError::Entry { position: placed.position, reason }
}

/// How far the transcripts of `agents` are read. The row of the session itself says of hooks, too.
fn transcripts(told: &Told, agents: BTreeSet<String>) -> Vec<TranscriptRow> {
    let rows = agents.into_iter().filter_map(|agent_id| {
        let progress = told.progress(&agent_id);
        let hooks = told.heard_hooks().filter(|_| agent_id.is_empty());
        if progress.is_none() && hooks.is_none() {
            return None;
        }
        let (lines, open) = progress.unwrap_or_default();
        let hooked_until = hooks.and_then(|heard| heard.until);
        Some(TranscriptRow { agent_id, lines, open, hooked: hooks.is_some(), hooked_until })
    });
    rows.collect()
}
