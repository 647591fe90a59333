//! Which sequence numbers of a session were never received.

use banyan_protocol::view::Range;
use sqlx::query_as;

use super::{Query, QueryError, session};

/// Ranges named at most; a session's `missing_count` counts all.
const MISSING_MAX_RANGES: u32 = 10_000;

impl Query {
    /// Ranges of sequence numbers never received, ascending; `None` when there is no such
    /// session. Numbers count from 1; what is behind the last one received is not missing.
    pub(crate) async fn missing(&self, id: &str) -> Result<Option<Vec<Range>>, QueryError> {
        let mut look = self.look().await?;
        let Some((no, _)) = session::number(&mut look, id).await? else { return Ok(None) };
        let rows: Vec<(i64, i64)> = query_as(
            "select previous + 1, sequence - 1
             from (select sequence, lag(sequence, 1, 0) over (order by sequence) as previous
                   from event
                   where session_no = ?1 and sequence is not null and flags & 256 = 0)
             where 1 < sequence - previous
             limit ?2",
        )
        .bind(no)
        .bind(MISSING_MAX_RANGES)
        .fetch_all(&mut *look.tx)
        .await?;
        Ok(Some(rows.into_iter().map(|(from, to)| Range { from, to }).collect()))
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::Fixture;

    async fn check(sequences: &[Option<i64>], expected: &[(i64, i64)]) {
        let mut fixture = Fixture::new().await;
        fixture.session("a", None).await;
        fixture.session("b", None).await;
        for sequence in sequences {
            fixture.event("b", |_| {}).await;
            fixture.event("a", |event| event.sequence = *sequence).await;
        }
        let missing = fixture.query.missing("a").await.unwrap().unwrap();
        let missing: Vec<_> = missing.iter().map(|range| (range.from, range.to)).collect();
        assert_eq!(missing, expected, "{sequences:?}");
    }

    #[tokio::test]
    async fn missing_ranges_are_exact() {
        check(&[], &[]).await;
        check(&[Some(1), Some(2)], &[]).await;
        check(&[Some(0), Some(1)], &[]).await;
        check(&[Some(3)], &[(1, 2)]).await;
        check(&[Some(9), Some(1), Some(4), Some(4), None], &[(2, 3), (5, 8)]).await;
        check(&[Some(i64::MAX)], &[(1, i64::MAX - 1)]).await;
    }

    #[tokio::test]
    async fn nobody_misses_nothing() {
        let fixture = Fixture::new().await;
        assert_eq!(fixture.query.missing("nobody").await.unwrap(), None);
    }
}
