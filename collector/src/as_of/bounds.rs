//! Where one can go from a moment of a tree: its first and its last event, the event before and
//! the one behind.

use banyan_protocol::{EventKey, Position};
use sqlx::{query_as, query_scalar};

use super::{AsOfError, kept::Frozen};
use crate::view::View;

/// Events of anybody that are looked at for the next one of this tree, before its own events are
/// gone through.
const NEAR_EVENTS: i64 = 2_000;

/// Positions of events of a tree around a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Bounds {
    /// Its first event.
    pub first: Position,
    /// Its last event, as things are now; not before the moment.
    pub last: Position,
    /// The event before the last one of the moment; absent at the first.
    pub previous: Option<Position>,
    /// The first event behind the moment, also one with which a session joins the tree.
    pub next: Option<Position>,
}

impl Frozen {
    /// The bounds of this moment, for the tree that session `no` is in now; `live` is the view of
    /// the whole log.
    pub(super) async fn bounds(&self, live: &View, no: i64) -> Result<Bounds, AsOfError> {
        let (first, previous): (Option<i64>, Option<i64>) = query_as(
            "select (select min(key) from event),
                    (select max(key)
                     from event
                     where key < (select max(key) from event) / ?1 * ?1)",
        )
        .bind(EventKey::PARTS)
        .fetch_one(&self.view.readers())
        .await?;
        let last: Option<Position> = query_scalar(
            "select root.sub_last_position
             from session
             join session as root on root.no = session.root_no
             where session.no = ?",
        )
        .bind(no)
        .fetch_optional(&live.readers())
        .await?;
        let next = self.next(live).await?;
        let last = last.max(next).map_or(self.at, |last| last.max(self.at));
        let first = position(first).unwrap_or(self.at);
        Ok(Bounds { first, last, previous: position(previous), next })
    }

    async fn next(&self, live: &View) -> Result<Option<Position>, AsOfError> {
        let sessions = super::part::json(&self.sessions)?;
        let behind = super::part::behind(self.at);
        let readers = live.readers();
        let joined: Option<Position> = query_scalar(
            "select min(position)
             from (select min(claim.position) as position
                   from json_each(?1) as member
                   cross join claim on claim.parent_no = member.value and ?2 < claim.position
                   union all
                   select min(claim.position)
                   from json_each(?1) as member
                   cross join claim on claim.child_no = member.value and ?2 < claim.position)",
        )
        .bind(&sessions)
        .bind(self.at)
        .fetch_one(&readers)
        .await?;
        let near: Option<i64> = query_scalar(
            "select min(key)
             from (select key, session_no from event where ?2 <= key order by key limit ?3)
             where session_no in (select value from json_each(?1))",
        )
        .bind(&sessions)
        .bind(behind)
        .bind(NEAR_EVENTS)
        .fetch_one(&readers)
        .await?;
        let own = match near {
            Some(near) => Some(near),
            None => {
                query_scalar(
                    "select min(event.key)
                     from json_each(?1) as member
                     cross join session on session.no = member.value
                                       and ?3 < session.own_last_position
                     cross join event indexed by event_by_session
                                       on event.session_no = session.no
                     where ?2 <= event.key",
                )
                .bind(&sessions)
                .bind(behind)
                .bind(self.at)
                .fetch_one(&readers)
                .await?
            }
        };
        Ok(position(own).into_iter().chain(joined).min())
    }
}

fn position(key: Option<i64>) -> Option<Position> {
    key.map(|key| EventKey::from_stored(key).position)
}
