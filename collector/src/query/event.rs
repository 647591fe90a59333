//! One event in full, for the inspector.

use banyan_protocol::{
    Flags, Position, Timestamp,
    view::{BanyanPart, EventDetail},
};
use sqlx::{query_as, query_scalar};

use super::{
    Query, QueryError,
    events::PARTS_MAX_COUNT,
    feed,
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
        position: Position,
    ) -> Result<Option<EventDetail>, QueryError> {
        let mut look = self.look().await?;
        let Some(session) = session::number(&mut look, id).await? else { return Ok(None) };
        let Some(stamp) = feed::stamp_at(&mut look, session.0, position).await? else {
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
        let versions = versions(&mut look, session.0, position, &row).await?;
        let banyan = BanyanPart {
            position,
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
        position: Position,
    ) -> Result<Option<String>, QueryError> {
        let detail = self.event(id, position).await?;
        Ok(detail.map(|detail| pretty(detail.event.payload.get(), usize::MAX)))
    }
}

/// Other events with the same identity: their own id, else session and sequence.
async fn versions(
    look: &mut Look,
    no: i64,
    position: Position,
    row: &EventRow,
) -> Result<Vec<Position>, QueryError> {
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
    let positions = keys.into_iter().map(|key| key / PARTS_MAX_COUNT);
    Ok(positions.filter(|other| *other != position).collect())
}

#[cfg(test)]
mod tests {
    use banyan_protocol::view::CallState;

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
        let event = fixture.query.event("a", 2).await.unwrap().unwrap();
        assert_eq!(event.payload_pretty, "{\n  \"reasoning\": \"x\",\n  \"n\": 0.10\n}");
        assert_eq!((event.previous, event.next), (Some(1), Some(3)));
        assert_eq!(event.versions, [3]);
        assert_eq!((event.item.title.as_str(), event.item.text.as_str()), ("thought", "x"));
        let first = fixture.query.event("a", 1).await.unwrap().unwrap();
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
        let start = fixture.query.event("a", 1).await.unwrap().unwrap();
        let call = start.item.call.unwrap();
        assert_eq!((call.state, call.end_position), (CallState::Succeeded, Some(3)));
        assert_eq!((start.item.text.as_str(), call.result.as_deref()), ("ls", Some("a b")));
        let end = fixture.query.event("a", 3).await.unwrap().unwrap();
        assert_eq!((end.item.position, end.item.text.as_str()), (3, "a b"));
        assert_eq!((end.previous, end.next), (None, Some(2)));
    }

    #[tokio::test]
    async fn an_event_of_another_session_is_not_there() {
        let mut fixture = Fixture::new().await;
        fixture.session("a", None).await;
        fixture.session("b", None).await;
        fixture.event("a", |_| {}).await;
        assert!(fixture.query.event("b", 1).await.unwrap().is_none());
        assert!(fixture.query.event("nobody", 1).await.unwrap().is_none());
        assert!(fixture.query.event("a", 2).await.unwrap().is_none());
    }
}
