//! Counts over the whole view.
//!
//! Each is a scan of a narrow index, which for a hundred thousand sessions is some milliseconds:
//! in a large view they are counted once a second, in a small one they are always exact.

use std::sync::{Arc, Mutex, PoisonError};

use banyan_protocol::{
    MicroDollars, Position, Timestamp,
    view::{Counts, Status},
};
use sqlx::{query_as, query_scalar};

use super::{Query, QueryError, figures::count, look::Look, stalled::Stalled};

/// In a view with more sessions, counts may be this old.
const KEPT_MAX_MICROS: i64 = 1_000_000;
/// See [`KEPT_MAX_MICROS`].
const COUNTED_ALWAYS_SESSIONS: u64 = 10_000;
/// One day.
const DAY_MICROS: i64 = 86_400 * 1_000_000;

/// The counts made last. Clones share them.
#[derive(Clone, Debug, Default)]
pub(super) struct Kept(Arc<Mutex<Option<Counted>>>);

#[derive(Clone, Copy, Debug)]
struct Counted {
    counts: Counts,
    as_of: Position,
    at: Timestamp,
}

impl Query {
    /// Counts over the whole view as it is now.
    pub(crate) async fn counts(&self) -> Result<Counts, QueryError> {
        let mut look = self.look().await?;
        let as_of = look.as_of().await?;
        let stalled = Stalled::look(&mut look).await?;
        self.counts.counts(&mut look, as_of, &stalled).await
    }
}

impl Kept {
    /// The counts of a view at `as_of`, of which `stalled` is known.
    pub(super) async fn counts(
        &self,
        look: &mut Look,
        as_of: Position,
        stalled: &Stalled,
    ) -> Result<Counts, QueryError> {
        let at = look.judge.now();
        let kept = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(counted) = kept.filter(|counted| counted.serves(as_of, at)) {
            return Ok(counted.counts);
        }
        let counts = counts(look, stalled).await?;
        let counted = Counted { counts, as_of, at };
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(counted);
        Ok(counts)
    }
}

impl Counted {
    fn serves(&self, as_of: Position, at: Timestamp) -> bool {
        let same = self.as_of == as_of || COUNTED_ALWAYS_SESSIONS < self.counts.sessions;
        same && (0..KEPT_MAX_MICROS).contains(&at.since(self.at))
    }
}

async fn counts(look: &mut Look, stalled: &Stalled) -> Result<Counts, QueryError> {
    let by_status: Vec<(u8, i64)> = query_as(
        "select status, count(*)
         from session
         where known = 1
         group by status",
    )
    .fetch_all(&mut *look.tx)
    .await?;
    let groups = query_scalar(
        "select count(*)
         from session
         where group_no is not null and known = 1",
    )
    .fetch_one(&mut *look.tx)
    .await?;
    // Only known sessions have parents, and their index is narrow.
    let children: i64 = query_scalar(
        "select count(*)
         from session
         where parent_no is not null",
    )
    .fetch_one(&mut *look.tx)
    .await?;
    let (failed_today, cost_today) = today(look).await?;
    let of = |wanted: &[Status]| {
        let counted = by_status.iter().filter(|(status, _)| {
            Status::ALL.get(usize::from(*status)).is_some_and(|status| wanted.contains(status))
        });
        counted.map(|(_, sessions)| count(*sessions)).sum::<u64>()
    };
    let sessions = by_status.iter().map(|(_, sessions)| count(*sessions)).sum::<u64>();
    Ok(Counts {
        roots: sessions.saturating_sub(count(children)),
        groups: count(groups),
        sessions,
        running: of(&[Status::Running, Status::Idle]),
        // A waiting session that is lost is counted once.
        attention: of(&[Status::Failed, Status::Timeout, Status::Waiting])
            + stalled.total_but_waiting(),
        failed_today: count(failed_today),
        cost_today: MicroDollars(cost_today),
    })
}

/// What failed since midnight, and what cost what began since then.
async fn today(look: &mut Look) -> Result<(i64, i64), QueryError> {
    let now = look.judge.now().micros();
    let midnight = now.saturating_sub(now.rem_euclid(DAY_MICROS));
    let failed = query_scalar(
        "select count(*)
         from session
         where status in (5, 7) and known = 1 and ?1 <= ended_at and ended_at < ?2",
    )
    .bind(midnight)
    .bind(midnight.saturating_add(DAY_MICROS))
    .fetch_one(&mut *look.tx)
    .await?;
    let cost = query_scalar(
        "select coalesce(sum(total_cost), 0)
         from session
         where total_cost is not null and known = 1 and ?1 <= started_at",
    )
    .bind(midnight)
    .fetch_one(&mut *look.tx)
    .await?;
    Ok((failed, cost))
}

#[cfg(test)]
mod tests {
    use super::{super::fixture::Fixture, *};

    async fn count_all(fixture: &Fixture, as_of: Position) -> Counts {
        let mut look = fixture.query.look().await.unwrap();
        let stalled = Stalled::look(&mut look).await.unwrap();
        fixture.query.counts.counts(&mut look, as_of, &stalled).await.unwrap()
    }

    #[tokio::test]
    async fn counts_are_of_known_sessions_and_follow_the_view() {
        let mut fixture = Fixture::new().await;
        for (id, status) in [
            ("a", Status::Running),
            ("b", Status::Idle),
            ("c", Status::Waiting),
            ("d", Status::Failed),
            ("e", Status::Timeout),
            ("f", Status::Completed),
            ("g", Status::Failed),
        ] {
            fixture.session_with(id, None, |draft| draft.status = status).await;
        }
        fixture.run("update session set known = 0, deleted = 1 where id = 'g'").await;
        fixture.run("update session set group_no = no where id in ('a', 'g')").await;
        let today = "update session set ended_at = last_seen_at, started_at = last_seen_at,
                                        total_cost = 7";
        fixture.run(today).await;
        let expected = Counts {
            roots: 6,
            groups: 1,
            sessions: 6,
            running: 2,
            attention: 3,
            failed_today: 2,
            cost_today: MicroDollars(42),
        };
        assert_eq!(count_all(&fixture, 7).await, expected);
        fixture.session("h", None).await;
        assert_eq!(count_all(&fixture, 7).await, expected);
        assert_eq!(count_all(&fixture, 8).await.sessions, 7);
    }

    #[test]
    fn kept_counts_serve_a_small_view_at_one_place_and_a_large_one_for_a_second() {
        let at = Timestamp::from_micros;
        for (sessions, as_of, now, expected) in [
            (5, 1, 999_999, true),
            (5, 1, 1_000_000, false),
            (5, 2, 0, false),
            (10_001, 2, 999_999, true),
            (10_001, 2, 1_000_000, false),
            (10_001, 1, -1, false),
        ] {
            let counts = Counts { sessions, ..Counts::default() };
            let counted = Counted { counts, as_of: 1, at: at(0) };
            assert_eq!(counted.serves(as_of, at(now)), expected, "{sessions} {as_of} {now}");
        }
    }
}
