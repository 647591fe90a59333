//! How many sessions of a subtree are stalled at the reader's clock.
//!
//! The view cannot hold such a count, so it is made for the sessions shown: those of the silent
//! live sessions that were heard of last are looked up by index and their chains of ancestors
//! walked, once each. Both steps are bounded, so the count is "at least" where a view holds more
//! silent live sessions than [`SILENT_SCAN_MAX_COUNT`]. Subtrees that are silent for longer than
//! every patience need no look: all their live sessions are stalled.

use std::{
    cmp::Reverse,
    collections::{BTreeSet, HashMap},
    ops::RangeInclusive,
};

use banyan_protocol::{
    Timestamp,
    view::{SessionView, Status},
};
use sqlx::query_as;

use super::{
    QueryError,
    attention::{Judge, Signs},
    figures::count,
    look::Look,
    session_row::SessionRow,
};

/// Silent live sessions looked at, of each live status.
const SILENT_SCAN_MAX_COUNT: u32 = 500;
/// Sessions on the chains from them to their roots.
const CHAIN_SCAN_MAX_COUNT: u32 = 4_000;

/// Which sessions are stalled, as far as a bounded look tells.
#[derive(Debug, Default)]
pub(super) struct Stalled {
    /// In the subtrees of sessions that have any, themselves included.
    below: HashMap<i64, u64>,
    /// The same sessions as `(parent, session)`, those that have a parent.
    places: BTreeSet<(i64, i64)>,
    /// In all, without the waiting ones, which need attention anyway.
    total_but_waiting: u64,
}

/// What readers get of `rows`.
pub(super) async fn views(
    look: &mut Look,
    rows: Vec<SessionRow>,
) -> Result<Vec<SessionView>, QueryError> {
    let stalled = if rows.iter().any(|row| needs_look(row, &look.judge)) {
        Stalled::look(look).await?
    } else {
        Stalled::default()
    };
    Ok(rows.into_iter().map(|row| stalled.view(row, &look.judge)).collect())
}

/// Whether some session below `row` may be stalled that its own counters do not tell.
fn needs_look(row: &SessionRow, judge: &Judge) -> bool {
    let own = matches!(row.status(), Status::Running | Status::Idle | Status::Waiting);
    u64::from(own) < talking(row) && !judge.is_silent_below(row.sub_last_position)
}

/// Live sessions in the subtree that have spoken.
fn talking(row: &SessionRow) -> u64 {
    count(row.subtree.running) + count(row.subtree.waiting)
}

/// A session on the way from a silent one to its root.
#[derive(Debug, sqlx::FromRow)]
struct Link {
    no: i64,
    parent_no: Option<i64>,
    depth: i64,
    status: u8,
    last_seen_at: Option<i64>,
    sub_last_position: i64,
}

impl Stalled {
    /// Looks at the silent live sessions that were heard of last, and those above them.
    pub(super) async fn look(look: &mut Look) -> Result<Self, QueryError> {
        let began = look.judge.began();
        let links: Vec<Link> = query_as(LINKS)
            .bind(began.running.micros())
            .bind(began.resting.micros())
            .bind(SILENT_SCAN_MAX_COUNT)
            .bind(CHAIN_SCAN_MAX_COUNT)
            .fetch_all(&mut *look.tx)
            .await?;
        Ok(Self::roll_up(links, &look.judge))
    }

    fn roll_up(mut links: Vec<Link>, judge: &Judge) -> Self {
        links.sort_unstable_by_key(|link| Reverse(link.depth));
        let mut stalled = Self::default();
        for link in links {
            let own = u64::from(judge.is_stalled(&link.signs()));
            if link.signs().status != Status::Waiting {
                stalled.total_but_waiting += own;
            }
            let all = stalled.below.get(&link.no).copied().unwrap_or(0) + own;
            if 0 < all {
                stalled.below.insert(link.no, all);
                if let Some(parent) = link.parent_no {
                    *stalled.below.entry(parent).or_default() += all;
                    stalled.places.insert((parent, link.no));
                }
            }
        }
        stalled
    }

    /// In all, without the waiting ones.
    pub(super) fn total_but_waiting(&self) -> u64 {
        self.total_but_waiting
    }

    /// The children of `parent` with numbers in `range` that are stalled or have such below them,
    /// as far as subtrees that are heard of go.
    pub(super) fn children(
        &self,
        parent: i64,
        range: RangeInclusive<i64>,
    ) -> impl DoubleEndedIterator<Item = i64> {
        let (first, last) = range.into_inner();
        let places = (first <= last).then(|| self.places.range((parent, first)..=(parent, last)));
        places.into_iter().flatten().map(|(_, no)| *no)
    }

    /// In the subtree of `row`, itself included.
    pub(super) fn in_subtree(&self, row: &SessionRow, judge: &Judge) -> u64 {
        if judge.is_silent_below(row.sub_last_position) {
            return talking(row);
        }
        let own = u64::from(judge.is_stalled(&row.signs()));
        self.below.get(&row.no).copied().unwrap_or(0).max(own)
    }

    /// What readers get of `row`.
    pub(super) fn view(&self, row: SessionRow, judge: &Judge) -> SessionView {
        let stalled = self.in_subtree(&row, judge);
        row.into_view(judge, stalled)
    }
}

const LINKS: &str = "
    with recursive
        running(no) as (
            select no
            from session
            where status in (1, 2, 3) and known = 1 and status = 1 and last_seen_at < ?1
            order by last_seen_at desc
            limit ?3),
        idle(no) as (
            select no
            from session
            where status in (1, 2, 3) and known = 1 and status = 2 and last_seen_at < ?2
            order by last_seen_at desc
            limit ?3),
        waiting(no) as (
            select no
            from session
            where status in (1, 2, 3) and known = 1 and status = 3 and last_seen_at < ?2
            order by last_seen_at desc
            limit ?3),
        silent(no) as (
            select no from running
            union all
            select no from idle
            union all
            select no from waiting),
        chain(no, parent_no, depth, status, last_seen_at, sub_last_position) as (
            select s.no, s.parent_no, s.depth, s.status, s.last_seen_at, s.sub_last_position
            from silent
            join session s on s.no = silent.no
            union
            select p.no, p.parent_no, p.depth, p.status, p.last_seen_at, p.sub_last_position
            from chain
            join session p on p.no = chain.parent_no)
    select *
    from chain
    limit ?4";

impl Link {
    fn signs(&self) -> Signs {
        Signs {
            status: Status::ALL.get(usize::from(self.status)).copied().unwrap_or(Status::Spawned),
            last_seen_at: self.last_seen_at.map(Timestamp::from_micros),
            sub_last_position: self.sub_last_position,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{
        super::{
            fixture::{Fixture, NOW},
            session::Lookup,
        },
        *,
    };

    const MINUTE: i64 = 60_000_000;

    /// A log that stood at 100 an hour ago and stands at 200 now; sessions changed behind 100 count
    /// as busy, those at 1 as silent for days.
    async fn fixture() -> Fixture {
        let mut fixture = Fixture::new().await;
        fixture.session("log", None).await;
        for at in [NOW - 90 * 24 * 60 * MINUTE, NOW - 60 * MINUTE, NOW] {
            fixture.event("log", |event| event.received_at = at).await;
        }
        fixture.run("update event set key = 200 * 256 where key = 3 * 256").await;
        fixture.run("update event set key = 100 * 256 where key = 2 * 256").await;
        fixture
    }

    async fn session(fixture: &mut Fixture, id: &str, parent: Option<&str>, silent: i64) {
        fixture.session_with(id, parent, |draft| draft.last_seen_at = Some(NOW - silent)).await;
    }

    async fn stalled(fixture: &Fixture, id: &str) -> (u64, u64) {
        match fixture.query.session(id).await.unwrap() {
            Lookup::Found(session) => (session.own.stalled, session.subtree.stalled),
            other => panic!("{other:?}"),
        }
    }

    #[tokio::test]
    async fn stalled_sessions_count_in_every_subtree_above_them() {
        let mut fixture = fixture().await;
        session(&mut fixture, "root", None, 10 * MINUTE).await;
        session(&mut fixture, "busy", Some("root"), 0).await;
        session(&mut fixture, "middle", Some("root"), 0).await;
        session(&mut fixture, "silent", Some("middle"), 6 * MINUTE).await;
        session(&mut fixture, "lost", Some("middle"), 40 * MINUTE).await;
        fixture.run("update session set sub_last_position = 200").await;
        fixture
            .run("update session set sub_last_position = 90 where id in ('silent', 'lost')")
            .await;
        // The root is silent itself, but somebody below is busy.
        assert_eq!(stalled(&fixture, "root").await, (0, 2));
        assert_eq!(stalled(&fixture, "middle").await, (0, 2));
        assert_eq!(stalled(&fixture, "silent").await, (1, 1));
        assert_eq!(stalled(&fixture, "busy").await, (0, 0));
        let mut look = fixture.query.look().await.unwrap();
        assert_eq!(Stalled::look(&mut look).await.unwrap().total_but_waiting(), 2);
    }

    #[tokio::test]
    async fn in_a_tree_that_is_silent_for_days_every_live_session_is_stalled() {
        let mut fixture = fixture().await;
        session(&mut fixture, "root", None, 48 * 60 * MINUTE).await;
        for child in ["a", "b", "c"] {
            session(&mut fixture, child, Some("root"), 48 * 60 * MINUTE).await;
        }
        fixture.session_with("done", Some("root"), |draft| draft.status = Status::Completed).await;
        assert_eq!(stalled(&fixture, "root").await, (1, 4));
        assert_eq!(stalled(&fixture, "done").await, (0, 0));
    }
}
