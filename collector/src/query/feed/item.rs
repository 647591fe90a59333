//! A row of a feed with its texts.

use std::{borrow::Cow, collections::HashMap};

use banyan_protocol::{
    Envelope, EventKey, Fact, Flags, Timestamp,
    fact::Confidence,
    view::{Call, CallState, ChildRef, FeedItem, Status},
};
use sqlx::query_as;

use super::{Stamp, fold::Row, slim::Kind};
use crate::query::{QueryError, look::Look};

/// An event with its text.
#[derive(Debug, sqlx::FromRow)]
struct Event {
    key: i64,
    sequence: Option<i64>,
    at: i64,
    kind: String,
    flags: u32,
    variant: u32,
    raw: String,
}

/// What readers get of `rows`.
pub(super) async fn items(look: &mut Look, rows: &[Row]) -> Result<Vec<FeedItem>, QueryError> {
    let keys = rows.iter().flat_map(|row| [Some(row.stamp), row.end, Some(row.last)]);
    let events = load(look, keys.flatten().map(|stamp: Stamp| stamp.key).collect()).await?;
    let events: HashMap<i64, Event> = events.into_iter().map(|event| (event.key, event)).collect();
    let readings: Vec<Reading<'_>> =
        rows.iter().filter_map(|row| Reading::of(row, &events)).collect();
    let children = readings.iter().filter_map(Reading::child).collect();
    let children = load_children(look, children).await?;
    Ok(readings.into_iter().map(|reading| reading.item(&children)).collect())
}

async fn load(look: &mut Look, keys: Vec<i64>) -> Result<Vec<Event>, QueryError> {
    let events = query_as(
        "select key, sequence, at, kind, flags, variant, raw
         from event
         where key in (select value from json_each(?1))",
    )
    .bind(serde_json::to_string(&keys).map_err(QueryError::Row)?)
    .fetch_all(&mut *look.tx)
    .await?;
    Ok(events)
}

/// A child as stored.
#[derive(Debug, sqlx::FromRow)]
struct Child {
    id: String,
    agent_id: String,
    status: u8,
}

async fn load_children(
    look: &mut Look,
    ids: Vec<String>,
) -> Result<HashMap<String, Child>, QueryError> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let children: Vec<Child> = query_as(
        "select id, agent_id, status
         from session
         where known = 1 and id in (select value from json_each(?1))",
    )
    .bind(serde_json::to_string(&ids).map_err(QueryError::Row)?)
    .fetch_all(&mut *look.tx)
    .await?;
    Ok(children.into_iter().map(|child| (child.id.clone(), child)).collect())
}

/// A row whose events are loaded and read.
struct Reading<'a> {
    row: &'a Row,
    event: &'a Event,
    fact: Fact<'a>,
    /// For tool calls: the event that tells how it went, and what it says.
    end: Option<(&'a Event, Fact<'a>)>,
    /// Of the last of a run of heartbeats.
    text: String,
}

impl<'a> Reading<'a> {
    fn of(row: &'a Row, events: &'a HashMap<i64, Event>) -> Option<Self> {
        let event = events.get(&row.stamp.key)?;
        let fact = read(event);
        let end = match row.kind {
            Kind::ToolStart => row.end.and_then(|end| events.get(&end.key)),
            Kind::ToolEnd => Some(event),
            Kind::Heartbeat | Kind::Plain(_) => None,
        };
        let text = if row.last == row.stamp {
            fact.line()
        } else {
            events.get(&row.last.key).map_or_else(String::new, |last| read(last).line())
        };
        Some(Self { row, event, fact, end: end.map(|end| (end, read(end))), text })
    }

    /// The child that a spawn names.
    fn child(&self) -> Option<String> {
        match &self.fact {
            Fact::Spawn(spawn) => spawn.child_session_id.clone().map(Cow::into_owned),
            _ => None,
        }
    }

    fn item(self, children: &HashMap<String, Child>) -> FeedItem {
        let child = self.child().and_then(|id| children.get(&id)).map(|child| ChildRef {
            id: child.id.clone(),
            agent_id: child.agent_id.clone(),
            status: Status::ALL.get(usize::from(child.status)).copied().unwrap_or(Status::Spawned),
        });
        let confidence = match &self.fact {
            Fact::Thought(thought) => thought.confidence.map(Confidence::word),
            _ => None,
        };
        FeedItem {
            key: EventKey::from_stored(self.event.key),
            sequence: self.event.sequence,
            at: Timestamp::from_micros(self.event.at),
            class: self.row.kind.class(),
            title: self.fact.title(&self.event.kind).into_owned(),
            call: self.call(),
            kind: self.event.kind.clone(),
            text: self.text,
            child,
            confidence,
            flags: self.row.flags,
            variant: self.event.variant,
            folded: self.row.folded,
        }
    }

    fn call(&self) -> Option<Call> {
        match self.row.kind {
            Kind::Heartbeat | Kind::Plain(_) => return None,
            Kind::ToolStart | Kind::ToolEnd => {}
        }
        let Some((event, fact)) = &self.end else {
            return Some(Call {
                state: CallState::Open,
                duration_micros: None,
                result: None,
                end: None,
            });
        };
        let said = match fact {
            Fact::ToolEnd(end) => end.duration_micros,
            _ => None,
        };
        let is_lone = event.key == self.event.key;
        let between = Some(event.at.saturating_sub(self.event.at)).filter(|_| !is_lone);
        Some(Call {
            state: if self.row.failed { CallState::Failed } else { CallState::Succeeded },
            duration_micros: said.or_else(|| between.filter(|micros| 0 <= *micros)),
            // The line of a lone end is the row's own text.
            result: Some(fact.line()).filter(|line| !is_lone && !line.is_empty()),
            end: Some(EventKey::from_stored(event.key)),
        })
    }
}

/// What an event says; nothing where it cannot be read.
fn read(event: &Event) -> Fact<'_> {
    if Flags::from_bits(event.flags).contains(Flags::POISON) {
        return Fact::Other;
    }
    Envelope::read(&event.raw).map_or(Fact::Other, |envelope| Fact::read(&envelope).0)
}
