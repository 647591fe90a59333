//! One consistent look at the view: a read transaction and the judge of silence at that moment.

use banyan_protocol::{EventKey, Position};
use sqlx::{Sqlite, SqliteConnection, Transaction, query_as, query_scalar};

use super::{
    Query, QueryError,
    attention::{Judge, Marks, patience_began},
};

/// Everything read through one of these is of the same moment.
#[derive(Debug)]
pub(super) struct Look {
    /// Reads only.
    pub tx: Transaction<'static, Sqlite>,
    /// Judges the silence of sessions at this moment.
    pub judge: Judge,
}

impl Query {
    /// Looks at the view as it is now.
    pub(super) async fn look(&self) -> Result<Look, QueryError> {
        let mut tx = self.view.readers().begin().await?;
        let now = self.clock.now();
        let began = patience_began(now);
        let places = places(&mut tx, [began.running.micros(), began.resting.micros()]).await?;
        let [running, resting] = places;
        Ok(Look { tx, judge: Judge::new(now, Marks { running, resting }) })
    }
}

impl Look {
    /// The last position that this look covers.
    pub(super) async fn as_of(&mut self) -> Result<Position, QueryError> {
        let position = query_scalar(
            "select position
             from checkpoint
             where projection = 'sessions'",
        )
        .fetch_optional(&mut *self.tx)
        .await?;
        Ok(position.unwrap_or(0))
    }
}

/// The first positions received at or after two moments in microseconds; `Position::MAX` where
/// nothing was received since.
///
/// `received_at` never decreases along the log, so halving finds them without an index.
async fn places(
    connection: &mut SqliteConnection,
    moments: [i64; 2],
) -> Result<[Position; 2], QueryError> {
    let [one, other] = moments;
    let found: Vec<(i64, Option<Position>)> = query_as(
        "with recursive
             behind(last) as (
                 select coalesce(max(key) / ?3, 0) + 1
                 from event),
             probe(moment, low, high) as (
                 select column1, 1, (select last from behind)
                 from (values (?1), (?2))
                 union all
                 select moment,
                        case when (select received_at
                                   from event
                                   where key >= (low + high) / 2 * ?3
                                   order by key
                                   limit 1) < moment then (low + high) / 2 + 1 else low end,
                        case when (select received_at
                                   from event
                                   where key >= (low + high) / 2 * ?3
                                   order by key
                                   limit 1) < moment then high else (low + high) / 2 end
                 from probe
                 where low < high)
         select moment, nullif(low, (select last from behind))
         from probe
         where low = high",
    )
    .bind(one)
    .bind(other)
    .bind(EventKey::PARTS)
    .fetch_all(connection)
    .await?;
    Ok(moments.map(|wanted| {
        let place =
            found.iter().find(|(moment, _)| *moment == wanted).and_then(|(_, place)| *place);
        place.unwrap_or(Position::MAX)
    }))
}

#[cfg(test)]
mod tests {
    use super::{super::fixture::Fixture, *};

    /// Events at the given times, one microsecond value each, from position 1 on.
    async fn check(received: &[i64], moments: [i64; 2], expected: [Position; 2]) {
        let mut fixture = Fixture::new().await;
        fixture.session("a", None).await;
        for at in received {
            fixture.event("a", |event| event.received_at = *at).await;
        }
        let mut look = fixture.query.look().await.unwrap();
        assert_eq!(places(&mut look.tx, moments).await.unwrap(), expected, "{received:?}");
    }

    #[tokio::test]
    async fn a_moment_is_found_in_the_log() {
        const NEVER: Position = Position::MAX;
        check(&[], [2, 1], [NEVER, NEVER]).await;
        check(&[10], [10, 9], [1, 1]).await;
        check(&[10], [11, 10], [NEVER, 1]).await;
        check(&[10, 20, 20, 20, 30], [20, 15], [2, 2]).await;
        check(&[10, 20, 20, 20, 30], [30, 21], [5, 5]).await;
        check(&[10, 20, 20, 20, 30], [31, 5], [NEVER, 1]).await;
    }
}
