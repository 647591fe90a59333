//! What leaves the collector in one file: the sessions of a subtree, and their feeds with
//! payloads.

use std::collections::BTreeMap;

use banyan_protocol::{EventKey, view::FeedItem};
use sqlx::query_scalar;

use super::{FeedRequest, Query, QueryError, pretty::pretty, session, wire::payload};

/// How much of a session's feed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Share {
    /// Rows; the newest are kept.
    pub rows: usize,
    /// Bytes of all payloads.
    pub bytes: usize,
    /// Bytes of one payload, indented.
    pub payload_bytes: usize,
}

/// A session's feed to take away.
#[derive(Debug, Default)]
pub(crate) struct Portable {
    /// Oldest first.
    pub items: Vec<FeedItem>,
    /// The payloads of their events, indented; those for which there was room.
    pub payloads: BTreeMap<EventKey, String>,
    /// Whether there are rows before these.
    pub cut: bool,
}

impl Query {
    /// The number of a session, if there is such a one.
    pub(crate) async fn session_number(&self, id: &str) -> Result<Option<i64>, QueryError> {
        let number = query_scalar(
            "select no
             from session
             where id = ? and known = 1",
        )
        .bind(id)
        .fetch_optional(&self.view.readers())
        .await?;
        Ok(number)
    }

    /// The numbers of a session and all sessions below it, parents first; empty when there is no
    /// such session.
    pub(crate) async fn subtree_numbers(&self, id: &str) -> Result<Vec<i64>, QueryError> {
        let numbers = query_scalar(
            "with recursive
                 below(no) as (
                     select no
                     from session
                     where id = ?1 and known = 1
                     union all
                     select s.no
                     from below
                     cross join session s on s.parent_no = below.no)
             select no
             from below",
        )
        .bind(id)
        .fetch_all(&self.view.readers())
        .await?;
        Ok(numbers)
    }

    /// The newest rows of a session's feed, with their payloads.
    pub(crate) async fn portable(&self, id: &str, share: Share) -> Result<Portable, QueryError> {
        let mut portable = Portable::default();
        let mut request = FeedRequest::default();
        while let Some(page) = self.feed(id, &request).await? {
            portable.items.splice(0..0, page.items);
            portable.cut = page.older.is_some();
            if page.older.is_none() || share.rows <= portable.items.len() {
                break;
            }
            request.before = page.older;
        }
        let excess = portable.items.len().saturating_sub(share.rows);
        portable.items.drain(..excess);
        portable.cut |= 0 < excess;
        portable.payloads = self.payloads(id, &portable.items, share).await?;
        Ok(portable)
    }

    async fn payloads(
        &self,
        id: &str,
        items: &[FeedItem],
        share: Share,
    ) -> Result<BTreeMap<EventKey, String>, QueryError> {
        let mut look = self.look().await?;
        let Some((no, _)) = session::number(&mut look, id).await? else {
            return Ok(BTreeMap::new());
        };
        let (mut payloads, mut bytes) = (BTreeMap::new(), 0);
        for item in items {
            let end = item.call.as_ref().and_then(|call| call.end);
            for key in [Some(item.key), end].into_iter().flatten() {
                let found: Option<String> = query_scalar(
                    "select raw
                     from event
                     where key = ?1 and session_no = ?2",
                )
                .bind(key.stored())
                .bind(no)
                .fetch_optional(&mut *look.tx)
                .await?;
                let Some(raw) = found else { continue };
                let text = pretty(payload(&raw).get(), share.payload_bytes);
                bytes += text.len();
                if share.bytes < bytes {
                    return Ok(payloads);
                }
                payloads.insert(key, text);
            }
        }
        Ok(payloads)
    }
}

#[cfg(test)]
mod tests {
    use super::{super::fixture::Fixture, *};

    const ALL: Share = Share { rows: 1_000, bytes: 1_000_000, payload_bytes: 10_000 };

    async fn fixture() -> Fixture {
        let mut fixture = Fixture::new().await;
        for (id, parent) in [("a", None), ("b", Some("a")), ("c", Some("b")), ("d", Some("a"))] {
            fixture.session(id, parent).await;
        }
        for _ in 0..450 {
            fixture.event("b", |_| {}).await;
        }
        fixture
    }

    #[tokio::test]
    async fn a_subtree_is_numbered_parents_first() {
        let fixture = fixture().await;
        assert_eq!(fixture.query.subtree_numbers("a").await.unwrap(), [1, 2, 4, 3]);
        assert_eq!(fixture.query.subtree_numbers("b").await.unwrap(), [2, 3]);
        assert!(fixture.query.subtree_numbers("nobody").await.unwrap().is_empty());
    }

    #[tokio::test]
    async fn both_payloads_of_a_call_told_by_one_entry_are_taken() {
        let mut fixture = fixture().await;
        for kind in ["operation.tool_start", "operation.tool_end"] {
            let draft = |event: &mut super::super::fixture::EventDraft| {
                (event.kind, event.tool) = (kind, Some("bash"));
                event.payload = r#"{"tool":"bash","success":true}"#;
            };
            match kind {
                "operation.tool_start" => {
                    fixture.event("d", draft).await;
                }
                _ => fixture.part("d", draft).await,
            }
        }
        let portable = fixture.query.portable("d", ALL).await.unwrap();
        let keys: Vec<_> = portable.payloads.keys().map(ToString::to_string).collect();
        assert_eq!((portable.items.len(), keys), (1, vec!["451".to_owned(), "451.1".to_owned()]));
    }

    #[tokio::test]
    async fn a_feed_is_taken_whole_or_its_newest_rows() {
        let fixture = fixture().await;
        let all = fixture.query.portable("b", ALL).await.unwrap();
        assert_eq!((all.items.len(), all.payloads.len(), all.cut), (450, 450, false));
        assert!(all.items.is_sorted_by_key(|item| item.key));
        let some = fixture.query.portable("b", Share { rows: 250, ..ALL }).await.unwrap();
        assert_eq!((some.items.len(), some.cut), (250, true));
        let last = |portable: &Portable| portable.items.last().map(|item| item.key);
        assert_eq!(last(&some), last(&all));
        let room = all.payloads.values().take(10).map(String::len).sum();
        let tight = fixture.query.portable("b", Share { bytes: room, ..ALL }).await.unwrap();
        assert_eq!((tight.items.len(), tight.payloads.len()), (450, 10));
        let none = fixture.query.portable("c", ALL).await.unwrap();
        assert_eq!((none.items.len(), none.payloads.len(), none.cut), (0, 0, false));
    }
}
