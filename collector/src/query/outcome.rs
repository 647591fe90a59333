//! What the projection made of a stretch of the log.

use banyan_protocol::{EventKey, Position, receipt::Outcome};
use sqlx::query_as;

use super::{Query, QueryError, figures::count};

impl Query {
    /// What the projection made of the `count` positions from `first` on.
    pub(crate) async fn outcome(
        &self,
        first: Position,
        count: usize,
    ) -> Result<Outcome, QueryError> {
        let behind = first.saturating_add(i64::try_from(count).unwrap_or(i64::MAX));
        let (stored, variant, duplicate): (i64, i64, i64) = query_as(
            "select (select count(*)
                     from event
                     where ?3 <= key and key < ?4 and variant = 0),
                    (select count(*)
                     from event
                     where ?3 <= key and key < ?4 and variant > 0),
                    (select count(*)
                     from duplicate
                     where ?1 <= position and position < ?2)",
        )
        .bind(first)
        .bind(behind)
        .bind(EventKey::first(first).stored())
        .bind(EventKey::first(behind).stored())
        .fetch_one(&self.view.readers())
        .await?;
        Ok(Outcome { stored: size(stored), duplicate: size(duplicate), variant: size(variant) })
    }
}

fn size(stored: i64) -> usize {
    usize::try_from(count(stored)).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::{super::fixture::Fixture, *};

    #[tokio::test]
    async fn an_outcome_splits_what_was_accepted() {
        let mut fixture = Fixture::new().await;
        fixture.session("a", None).await;
        for variant in [0, 0, 1, 0] {
            fixture.event("a", |event| event.variant = variant).await;
        }
        fixture.run("insert into duplicate values (5, 256), (6, 512)").await;
        let outcome = fixture.query.outcome(2, 4).await.unwrap();
        assert_eq!(outcome, Outcome { stored: 2, duplicate: 1, variant: 1 });
    }
}
