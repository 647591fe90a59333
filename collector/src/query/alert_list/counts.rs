//! How many alerts there are.

use std::collections::BTreeMap;

use banyan_protocol::view::{AlertCount, AlertKin, AlertRule};
use sqlx::{query_as, query_scalar};

use super::{
    super::{Query, QueryError, figures::count, look::Look},
    row::NO_RULE,
};

/// Open alerts are counted up to here for the title bar.
const OPEN_MAX_COUNT: u32 = 1_000;
/// The newest open alerts that are looked at for ones that are alike.
const ALIKE_OF_MAX_ROWS: u32 = 1_000;
/// Kinds of alike ones that are told of.
const ALIKE_MAX_COUNT: u32 = 5;

impl Query {
    /// Alerts that nobody has acknowledged; at most [`OPEN_MAX_COUNT`].
    pub(crate) async fn open_alerts(&self) -> Result<u64, QueryError> {
        let open = query_scalar(
            "select count(*)
             from (select 1
                   from alert
                   where acknowledged_position is null and 0 < last_position
                   limit ?)",
        )
        .bind(OPEN_MAX_COUNT)
        .fetch_one(&self.view.readers())
        .await?;
        Ok(count(open))
    }
}

/// By rule, of all sessions or of one.
///
/// All of them are counted along an index; those of which something was said are few, and what
/// is left is open.
pub(super) async fn by_rule(
    look: &mut Look,
    session: Option<&str>,
) -> Result<Vec<AlertCount>, QueryError> {
    let all: Vec<(i64, i64)> = match session {
        None => {
            query_as("select rule, count(*) from alert group by rule order by rule")
                .fetch_all(&mut *look.tx)
                .await?
        }
        Some(id) => {
            query_as(
                "select rule, count(*)
                 from alert
                 where session_no = (select no from session where id = ?)
                 group by rule
                 order by rule",
            )
            .bind(id)
            .fetch_all(&mut *look.tx)
            .await?
        }
    };
    let said: Vec<(i64, i64, i64)> = query_as(
        "select k.rule, sum(s.status < 4), sum(4 <= s.status)
         from acknowledgement k
         cross join alert a on a.session_no = k.session_no and a.rule = k.rule
                               and a.first_position = k.first_position
         cross join session s on s.no = k.session_no
         where ?1 is null or s.id = ?1
         group by k.rule",
    )
    .bind(session)
    .fetch_all(&mut *look.tx)
    .await?;
    let said: BTreeMap<_, _> =
        said.into_iter().map(|(rule, going_on, ended)| (rule, (going_on, ended))).collect();
    all.into_iter()
        .map(|(stored, all)| {
            let rule = AlertRule::from_stored(stored).ok_or(QueryError::Damaged(NO_RULE))?;
            let (going_on, ended) = said.get(&stored).copied().unwrap_or_default();
            let open = count(all.saturating_sub(going_on).saturating_sub(ended));
            Ok(AlertCount { rule, open, acknowledged: count(going_on), closed: count(ended) })
        })
        .collect()
}

/// Open ones that several sessions of one agent type share.
pub(super) async fn alike(
    look: &mut Look,
    rule: Option<AlertRule>,
) -> Result<Vec<AlertKin>, QueryError> {
    let rows: Vec<(i64, String, i64, i64)> = query_as(
        "with newest(session_no, rule) as (
             select session_no, rule
             from alert
             where acknowledged_position is null and 0 < last_position
             order by last_position desc
             limit ?1)
         select n.rule, s.agent_id, count(*), count(distinct n.session_no)
         from newest n
         cross join session s on s.no = n.session_no
         where ?2 is null or n.rule = ?2
         group by n.rule, s.agent_id
         having 1 < count(distinct n.session_no)
         order by 4 desc, n.rule, s.agent_id
         limit ?3",
    )
    .bind(ALIKE_OF_MAX_ROWS)
    .bind(rule.map(AlertRule::stored))
    .bind(ALIKE_MAX_COUNT)
    .fetch_all(&mut *look.tx)
    .await?;
    rows.into_iter()
        .map(|(rule, agent_id, alerts, sessions)| {
            let rule = AlertRule::from_stored(rule).ok_or(QueryError::Damaged(NO_RULE))?;
            Ok(AlertKin { rule, agent_id, alerts: count(alerts), sessions: count(sessions) })
        })
        .collect()
}
