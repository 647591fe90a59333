//! A session's events as people read them: tool calls and runs of heartbeats in one row, by
//! sequence, in pages.
//!
//! Which rows there are is found from events without their texts ([`slim`], [`fold`]); the texts
//! are then loaded for one page ([`item`]).

use banyan_protocol::{
    EventKey,
    view::{FeedCounts, FeedItem, FeedKind, FeedView},
};
use sqlx::query_as;

mod stamp;
mod slim;
mod fold;
mod item;
mod fresh;
#[cfg(test)]
mod tests;

pub(crate) use self::fresh::{FreshRequest, Skip};
pub(super) use self::stamp::Stamp;
use self::{
    fold::{Anchor, Choice},
    slim::Reach,
};
use super::{Query, QueryError, look::Look, session};

/// Which part of a feed a page shows.
#[derive(Clone, Debug, Default)]
pub(crate) struct FeedRequest {
    /// Only this class.
    pub class: Option<FeedKind>,
    /// Only failed calls, errors and flagged events.
    pub errors_only: bool,
    /// `older` of another page.
    pub before: Option<String>,
    /// `newer` of another page.
    pub after: Option<String>,
    /// The page that holds this event.
    pub around: Option<EventKey>,
}

impl Query {
    /// A page of a session's feed; by default the newest, also where a key or an event is asked
    /// for that is not there. `None` when there is no such session.
    pub(crate) async fn feed(
        &self,
        id: &str,
        request: &FeedRequest,
    ) -> Result<Option<FeedView>, QueryError> {
        let mut look = self.look().await?;
        let Some(session) = session::number(&mut look, id).await? else { return Ok(None) };
        let (anchor, reach) = place(&mut look, session.0, request).await?;
        let window = slim::load(&mut look, session, reach).await?;
        let choice = Choice { class: request.class, errors_only: request.errors_only };
        let page = fold::page(&window, choice, anchor);
        Ok(Some(FeedView {
            items: item::items(&mut look, &page.rows).await?,
            older: page.older.map(Stamp::encode),
            newer: page.newer.map(Stamp::encode),
            missing: page.missing,
            counts: page.counts,
        }))
    }
}

impl Query {
    /// How many rows of a session's feed there are of each kind, as its newest page says it.
    /// `None` when there is no such session, or it has more than `most` events.
    pub(crate) async fn feed_counts(
        &self,
        id: &str,
        most: u32,
    ) -> Result<Option<FeedCounts>, QueryError> {
        let mut look = self.look().await?;
        let session = session::number(&mut look, id).await?;
        let Some(session) = session.filter(|(_, events)| *events <= i64::from(most)) else {
            return Ok(None);
        };
        let window = slim::load(&mut look, session, Reach::Before(Stamp::LAST)).await?;
        Ok(Some(fold::page(&window, Choice::default(), Anchor::Newest).counts))
    }
}

/// An event's row, and its neighbours' events.
#[derive(Debug)]
pub(super) struct Placed {
    /// How the event itself reads.
    pub item: FeedItem,
    /// The row before its row.
    pub previous: Option<EventKey>,
    /// The row behind its row.
    pub next: Option<EventKey>,
}

/// Where the event at `stamp` stands in its session's feed.
pub(super) async fn placed(
    look: &mut Look,
    session: (i64, i64),
    stamp: Stamp,
) -> Result<Option<Placed>, QueryError> {
    let window = slim::load(look, session, Reach::Around(stamp)).await?;
    let rows = fold::rows(&window.slims);
    let Some(at) = fold::find(&window.slims, &rows, stamp) else { return Ok(None) };
    let key = |at: usize| rows.get(at).map(|row| row.stamp.event());
    let (previous, next) = (at.checked_sub(1).and_then(key), key(at + 1));
    let row = rows.get(at).and_then(|row| row.narrowed_to(stamp, &window.slims));
    let items = item::items(look, row.as_slice()).await?;
    Ok(items.into_iter().next().map(|item| Placed { item, previous, next }))
}

async fn place(
    look: &mut Look,
    no: i64,
    request: &FeedRequest,
) -> Result<(Anchor, Reach), QueryError> {
    let key = |text: &Option<String>| text.as_deref().and_then(Stamp::decode);
    if let Some(event) = request.around
        && let Some(stamp) = stamp_of(look, no, event).await?
    {
        return Ok((Anchor::Around(stamp), Reach::Around(stamp)));
    }
    Ok(match (key(&request.before), key(&request.after)) {
        (Some(stamp), _) => (Anchor::Before(stamp), Reach::Before(stamp)),
        (None, Some(stamp)) => (Anchor::After(stamp), Reach::After(stamp)),
        (None, None) => (Anchor::Newest, Reach::Before(Stamp::LAST)),
    })
}

/// The place of an event in the session `no`. The key of a first part stands for its position:
/// it finds the first event of the session there, whichever part that is.
pub(super) async fn stamp_of(
    look: &mut Look,
    no: i64,
    event: EventKey,
) -> Result<Option<Stamp>, QueryError> {
    let last = if event.part == 0 { EventKey::last(event.position) } else { event };
    // The plus keeps SQLite from walking through all events of the session instead.
    let found: Option<(Option<i64>, i64)> = query_as(
        "select sequence, key
         from event
         where ?1 <= key and key <= ?2 and +session_no = ?3
         order by key
         limit 1",
    )
    .bind(event.stored())
    .bind(last.stored())
    .bind(no)
    .fetch_optional(&mut *look.tx)
    .await?;
    Ok(found.map(|(sequence, key)| Stamp { sequence, key }))
}
