//! The texts of events that a search shows.

use std::collections::HashMap;

use banyan_protocol::{
    Envelope, EventKey, Fact, Flags, Timestamp,
    view::{Fragment, Hit},
};
use sqlx::query_as;

use super::{
    super::{QueryError, look::Look},
    mark::Needles,
};

/// An event as stored.
#[derive(Debug, sqlx::FromRow)]
struct Event {
    key: i64,
    at: i64,
    kind: String,
    flags: u32,
    ok: Option<bool>,
    raw: String,
}

/// The events with these keys, with what was looked for marked.
pub(super) async fn load(
    look: &mut Look,
    keys: Vec<i64>,
    needles: &Needles,
) -> Result<HashMap<i64, Hit>, QueryError> {
    let events: Vec<Event> = query_as(
        "select key, at, kind, flags, ok, raw
         from event
         where key in (select value from json_each(?1))",
    )
    .bind(serde_json::to_string(&keys).map_err(QueryError::Row)?)
    .fetch_all(&mut *look.tx)
    .await?;
    Ok(events.iter().map(|event| (event.key, hit(event, needles))).collect())
}

fn hit(event: &Event, needles: &Needles) -> Hit {
    let is_poison = Flags::from_bits(event.flags).contains(Flags::POISON);
    let envelope = Envelope::read(&event.raw).ok().filter(|_| !is_poison);
    let fact = envelope.as_ref().map_or(Fact::Other, |envelope| Fact::read(envelope).0);
    let line = fact.line();
    let text = needles.mark(&line).unwrap_or_else(|| {
        let mut all = String::new();
        fact.append_text(envelope.as_ref().and_then(|envelope| envelope.payload), &mut all);
        needles.snippet(&all).unwrap_or_else(|| vec![Fragment { text: line, marked: false }])
    });
    Hit {
        key: EventKey::from_stored(event.key),
        at: Timestamp::from_micros(event.at),
        class: fact.class(),
        title: fact.title(&event.kind).into_owned(),
        kind: event.kind.clone(),
        text,
        ok: event.ok,
    }
}
