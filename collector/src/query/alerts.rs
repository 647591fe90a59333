//! Alerts: of one session, and of a stretch of the log.

use banyan_protocol::{
    Position, Timestamp,
    limits::PAGE_MAX_ROWS,
    view::{AlertRule, AlertView, Severity},
};
use sqlx::query_as;

use super::{Query, QueryError};

/// An alert as stored.
#[derive(Debug, sqlx::FromRow)]
struct AlertRow {
    session_id: String,
    rule: u8,
    first_position: i64,
    last_position: i64,
    severity: u8,
    created_at: i64,
    message: String,
}

impl Query {
    /// Alerts of a session, oldest evidence first; at most [`PAGE_MAX_ROWS`].
    pub(crate) async fn alerts_of(&self, id: &str) -> Result<Vec<AlertView>, QueryError> {
        let rows: Vec<AlertRow> = query_as(
            "select s.id as session_id, a.rule, a.first_position, a.last_position, a.severity,
                    a.created_at, a.message
             from session s
             join alert a on a.session_no = s.no
             where s.known = 1 and s.id = ?1
             order by a.first_position, a.rule
             limit ?2",
        )
        .bind(id)
        .bind(PAGE_MAX_ROWS)
        .fetch_all(&self.view.readers())
        .await?;
        rows.into_iter().map(AlertRow::into_view).collect()
    }

    /// Alerts whose evidence ends in `(after, up_to]`, in that order; at most
    /// [`PAGE_MAX_ROWS`].
    pub(crate) async fn alerts_between(
        &self,
        after: Position,
        up_to: Position,
    ) -> Result<Vec<AlertView>, QueryError> {
        let rows: Vec<AlertRow> = query_as(
            "select s.id as session_id, a.rule, a.first_position, a.last_position, a.severity,
                    a.created_at, a.message
             from alert a
             join session s on s.no = a.session_no
             where ?1 < a.last_position and a.last_position <= ?2 and s.known = 1
             order by a.last_position, a.session_no, a.rule
             limit ?3",
        )
        .bind(after)
        .bind(up_to)
        .bind(PAGE_MAX_ROWS)
        .fetch_all(&self.view.readers())
        .await?;
        rows.into_iter().map(AlertRow::into_view).collect()
    }
}

impl AlertRow {
    fn into_view(self) -> Result<AlertView, QueryError> {
        let rule = AlertRule::ALL.get(usize::from(self.rule)).copied();
        let severity = match self.severity {
            0 => Severity::Info,
            1 => Severity::Warning,
            _ => Severity::Critical,
        };
        Ok(AlertView {
            session_id: self.session_id,
            rule: rule.ok_or(QueryError::Damaged("an alert of no rule"))?,
            message: self.message,
            severity,
            created_at: Timestamp::from_micros(self.created_at),
            evidence: [self.first_position, self.last_position],
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{super::fixture::Fixture, *};

    async fn three_alerts() -> Fixture {
        let mut fixture = Fixture::new().await;
        fixture.session("a", None).await;
        fixture.session("b", None).await;
        fixture
            .run(
                "insert into alert (session_no, rule, first_position, last_position, severity,
                                    created_at, message)
                 values
                     (1, 0, 5, 9, 1, 90, 'late'),
                     (1, 2, 3, 4, 2, 40, 'early'),
                     (2, 3, 1, 6, 0, 60, 'other')",
            )
            .await;
        fixture
    }

    fn messages(alerts: &[AlertView]) -> Vec<&str> {
        alerts.iter().map(|alert| alert.message.as_str()).collect()
    }

    #[tokio::test]
    async fn alerts_of_a_session_begin_with_the_oldest_evidence() {
        let fixture = three_alerts().await;
        let alerts = fixture.query.alerts_of("a").await.unwrap();
        assert_eq!(messages(&alerts), ["early", "late"]);
        assert_eq!(
            (alerts[0].rule, alerts[0].severity),
            (AlertRule::ErrorCascade, Severity::Critical)
        );
        assert_eq!(alerts[0].evidence, [3, 4]);
    }

    #[tokio::test]
    async fn alerts_of_a_stretch_of_the_log_end_in_it() {
        let fixture = three_alerts().await;
        for (after, up_to, expected) in
            [(0, 9, &["early", "other", "late"][..]), (4, 8, &["other"]), (9, 99, &[])]
        {
            let alerts = fixture.query.alerts_between(after, up_to).await.unwrap();
            assert_eq!(messages(&alerts), expected, "{after} {up_to}");
        }
    }
}
