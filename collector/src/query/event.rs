//! One event in full, for the inspector.

use banyan_protocol::{
    EventKey, Flags, Timestamp,
    view::{BanyanPart, EventDetail},
};
use sqlx::{query_as, query_scalar};

use super::{
    Query, QueryError, feed,
    look::Look,
    pretty::{PRETTY_MAX_BYTES, pretty},
    session,
    wire::event_view,
};

/// An event as stored.
#[derive(Debug, sqlx::FromRow)]
struct EventRow {
    sequence: Option<i64>,
    received_at: i64,
    variant: u32,
    flags: u32,
    event_id: Option<String>,
    raw: String,
}

impl Query {
    /// One event of a session, in full.
    pub(crate) async fn event(
        &self,
        id: &str,
        event: EventKey,
    ) -> Result<Option<EventDetail>, QueryError> {
        let mut look = self.look().await?;
        let Some(session) = session::number(&mut look, id).await? else { return Ok(None) };
        let Some(stamp) = feed::stamp_of(&mut look, session.0, event).await? else {
            return Ok(None);
        };
        let Some(placed) = feed::placed(&mut look, session, stamp).await? else {
            return Ok(None);
        };
        let row: EventRow = query_as(
            "select sequence, received_at, variant, flags, event_id, raw
             from event
             where key = ?",
        )
        .bind(stamp.key)
        .fetch_one(&mut *look.tx)
        .await?;
        let versions = versions(&mut look, session.0, stamp.key, &row).await?;
        let banyan = BanyanPart {
            position: stamp.event().position,
            received_at: Timestamp::from_micros(row.received_at),
            variant: row.variant,
            flags: Flags::from_bits(row.flags),
        };
        let event = event_view(&row.raw, row.sequence, banyan);
        Ok(Some(EventDetail {
            payload_pretty: pretty(event.payload.get(), PRETTY_MAX_BYTES),
            event,
            item: placed.item,
            previous: placed.previous,
            next: placed.next,
            versions,
        }))
    }
}

impl Query {
    /// The payload of an event as a page shows it, whole, however long.
    pub(crate) async fn whole_payload(
        &self,
        id: &str,
        event: EventKey,
    ) -> Result<Option<String>, QueryError> {
        let detail = self.event(id, event).await?;
        Ok(detail.map(|detail| pretty(detail.event.payload.get(), usize::MAX)))
    }
}

/// Other events with the same identity: their own id, else session and sequence.
async fn versions(
    look: &mut Look,
    no: i64,
    key: i64,
    row: &EventRow,
) -> Result<Vec<EventKey>, QueryError> {
    let keys: Vec<i64> = match (&row.event_id, row.sequence) {
        (Some(event_id), _) => {
            query_scalar(
                "select key
                 from event
                 where session_no = ?1 and event_id = ?2
                 order by key",
            )
            .bind(no)
            .bind(event_id)
            .fetch_all(&mut *look.tx)
            .await?
        }
        (None, Some(sequence)) => {
            query_scalar(
                "select key
                 from event
                 where session_no = ?1 and sequence = ?2 and event_id is null
                 order by key",
            )
            .bind(no)
            .bind(sequence)
            .fetch_all(&mut *look.tx)
            .await?
        }
        (None, None) => Vec::new(),
    };
    Ok(keys.into_iter().filter(|other| *other != key).map(EventKey::from_stored).collect())
}

#[cfg(test)]
mod tests {
    use banyan_protocol::{EventKey, view::CallState};

    use super::super::fixture::Fixture;

    #[tokio::test]
    async fn an_event_knows_its_neighbours_and_its_other_versions() {
        let mut fixture = Fixture::new().await;
        fixture.session("a", None).await;
        fixture.event("a", |_| {}).await;
        fixture.event("a", |event| event.payload = r#"{"reasoning":"x","n":0.10}"#).await;
        fixture
            .event("a", |event| {
                (event.sequence, event.variant) = (Some(2), 1);
            })
            .await;
        let event = fixture.query.event("a", EventKey::first(2)).await.unwrap().unwrap();
        assert_eq!(event.payload_pretty, "{\n  \"reasoning\": \"x\",\n  \"n\": 0.10\n}");
        assert_eq!(
            (event.previous, event.next),
            (Some(EventKey::first(1)), Some(EventKey::first(3)))
        );
        assert_eq!(event.versions, [EventKey::first(3)]);
        assert_eq!((event.item.title.as_str(), event.item.text.as_str()), ("thought", "x"));
        let first = fixture.query.event("a", EventKey::first(1)).await.unwrap().unwrap();
        assert_eq!((first.previous, first.versions.len()), (None, 0));
    }

    #[tokio::test]
    async fn both_ends_of_a_call_can_be_inspected() {
        let mut fixture = Fixture::new().await;
        fixture.session("a", None).await;
        for (kind, payload) in [
            ("operation.tool_start", r#"{"tool":"bash","input":{"command":"ls"}}"#),
            ("cognition.thought", r#"{"reasoning":"hm"}"#),
            ("operation.tool_end", r#"{"tool":"bash","success":true,"output":"a b"}"#),
        ] {
            let tool = kind.starts_with("operation").then_some("bash");
            fixture
                .event("a", |event| {
                    (event.kind, event.payload, event.tool) = (kind, payload, tool);
                    event.ok = (kind == "operation.tool_end").then_some(true);
                })
                .await;
        }
        let start = fixture.query.event("a", EventKey::first(1)).await.unwrap().unwrap();
        let call = start.item.call.unwrap();
        assert_eq!((call.state, call.end), (CallState::Succeeded, Some(EventKey::first(3))));
        assert_eq!((start.item.text.as_str(), call.result.as_deref()), ("ls", Some("a b")));
        let end = fixture.query.event("a", EventKey::first(3)).await.unwrap().unwrap();
        assert_eq!((end.item.key, end.item.text.as_str()), (EventKey::first(3), "a b"));
        assert_eq!((end.previous, end.next), (None, Some(EventKey::first(2))));
    }

    #[tokio::test]
    async fn every_event_of_an_entry_can_be_inspected() {
        let mut fixture = Fixture::new().await;
        fixture.session("a", None).await;
        fixture.session("b", None).await;
        fixture.event("a", |event| event.payload = r#"{"reasoning":"first"}"#).await;
        fixture.part("a", |event| event.payload = r#"{"reasoning":"second"}"#).await;
        fixture.part("b", |event| event.payload = r#"{"reasoning":"third"}"#).await;
        let query = &fixture.query;
        let found = async |id: &str, key: &str| {
            let key = key.parse::<EventKey>().unwrap();
            let event = query.event(id, key).await.unwrap()?;
            assert!(event.payload_pretty.contains(&event.item.text), "{key}");
            let key = |key: Option<EventKey>| key.map(|key| key.to_string());
            let keys = [key(event.previous), Some(event.item.key.to_string()), key(event.next)];
            Some(format!("{} {keys:?}", event.item.text))
        };
        let [first, second, third] =
            [found("a", "1").await, found("a", "1.1").await, found("b", "1.2").await];
        assert_eq!(first.as_deref(), Some(r#"first [None, Some("1"), Some("1.1")]"#));
        assert_eq!(second.as_deref(), Some(r#"second [Some("1"), Some("1.1"), None]"#));
        assert_eq!(third.as_deref(), Some(r#"third [None, Some("1.2"), None]"#));
        // A bare position finds what the session said there.
        assert_eq!(found("b", "1").await, third);
        assert_eq!((found("a", "1.2").await, found("b", "1.1").await), (None, None));
    }

    #[tokio::test]
    async fn an_event_of_another_session_is_not_there() {
        let mut fixture = Fixture::new().await;
        fixture.session("a", None).await;
        fixture.session("b", None).await;
        fixture.event("a", |_| {}).await;
        assert!(fixture.query.event("b", EventKey::first(1)).await.unwrap().is_none());
        assert!(fixture.query.event("nobody", EventKey::first(1)).await.unwrap().is_none());
        assert!(fixture.query.event("a", EventKey::first(2)).await.unwrap().is_none());
    }
}
