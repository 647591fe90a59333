//! Alerts of all sessions: listed, one in full, and those like it.

mod counts;
mod row;
#[cfg(test)]
mod tests;

use banyan_protocol::{
    Position,
    limits::PAGE_MAX_ROWS,
    view::{AlertCount, AlertEntry, AlertKin, AlertRule, AlertState, Severity},
};
use sqlx::{QueryBuilder, Sqlite};

use super::{Query, QueryError, look::Look};

use row::{AlertRow, Place, decode};

/// Alerts like another one that are listed with it.
const SIMILAR_MAX_ROWS: u32 = 10;

/// Which alerts.
#[derive(Clone, Debug, Default)]
pub(crate) struct AlertsRequest {
    /// By what was said of them; of every state when absent.
    pub state: Option<AlertState>,
    /// Of this rule.
    pub rule: Option<AlertRule>,
    /// As bad as this.
    pub severity: Option<Severity>,
    /// Of the session with this id.
    pub session: Option<String>,
    /// Of sessions of this agent type.
    pub agent: Option<String>,
    /// The `next` of the page before.
    pub after: Option<String>,
    /// At most this many.
    pub limit: u32,
}

/// A page of alerts.
#[derive(Clone, Debug)]
pub(crate) struct AlertsPage {
    /// The alerts, by the end of their evidence, newest first.
    pub alerts: Vec<AlertEntry>,
    /// How many there are of each rule, of the asked session if there is one.
    pub counts: Vec<AlertCount>,
    /// Open ones that are alike, where neither session nor agent type is asked for.
    pub alike: Vec<AlertKin>,
    /// Key of the next page.
    pub next: Option<String>,
}

/// One alert and those like it.
#[derive(Clone, Debug)]
pub(crate) struct AlertDetail {
    /// The alert.
    pub entry: AlertEntry,
    /// Others of its rule and agent type, newest first; at most [`SIMILAR_MAX_ROWS`].
    pub similar: Vec<AlertEntry>,
}

impl Query {
    /// A page of alerts. An unknown key of a page shows the first.
    pub(crate) async fn alerts(&self, request: &AlertsRequest) -> Result<AlertsPage, QueryError> {
        let limit = request.limit.clamp(1, PAGE_MAX_ROWS);
        let mut look = self.look().await?;
        let mut rows = rows(&mut look, request, limit + 1).await?;
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let more = limit < rows.len();
        rows.truncate(limit);
        let next = rows.last().filter(|_| more).map(|row| row.place().to_string());
        let counts = counts::by_rule(&mut look, request.session.as_deref()).await?;
        let narrow = request.session.is_some() || request.agent.is_some();
        let alike =
            if narrow { Vec::new() } else { counts::alike(&mut look, request.rule).await? };
        let alerts = rows.into_iter().map(AlertRow::entry).collect::<Result<_, _>>()?;
        Ok(AlertsPage { alerts, counts, alike, next })
    }

    /// One alert with those like it; `None` when there is none with this id.
    pub(crate) async fn alert(&self, id: &str) -> Result<Option<AlertDetail>, QueryError> {
        let Some((no, rule, first)) = decode(id) else { return Ok(None) };
        let mut look = self.look().await?;
        let mut query = QueryBuilder::new(row::SELECT);
        query.push("from alert a").push(row::JOINS);
        query.push(" and a.session_no = ").push_bind(no);
        query.push(" and a.rule = ").push_bind(rule.stored());
        query.push(" and a.first_position = ").push_bind(first);
        let row: Option<AlertRow> = query.build_query_as().fetch_optional(&mut *look.tx).await?;
        let Some(row) = row else { return Ok(None) };
        let agent = Some(row.agent_id.clone());
        let like = AlertsRequest { rule: Some(rule), agent, ..AlertsRequest::default() };
        let entry = row.entry()?;
        let similar = rows(&mut look, &like, SIMILAR_MAX_ROWS + 1).await?;
        let similar = similar.into_iter().map(AlertRow::entry).collect::<Result<Vec<_>, _>>()?;
        let others = similar.into_iter().filter(|other| other.id != entry.id);
        let similar = others.take(usize::try_from(SIMILAR_MAX_ROWS).unwrap_or(usize::MAX));
        Ok(Some(AlertDetail { similar: similar.collect(), entry }))
    }
}

async fn rows(
    look: &mut Look,
    request: &AlertsRequest,
    limit: u32,
) -> Result<Vec<AlertRow>, QueryError> {
    let mut query = QueryBuilder::new(row::SELECT);
    // What people said is little, so it leads to what they said it of.
    query.push(match request.state {
        None | Some(AlertState::Open) => "from alert a",
        Some(AlertState::Acknowledged | AlertState::Closed) => row::FROM_SAID,
    });
    query.push(row::JOINS);
    push_which(&mut query, request);
    let after = request.after.as_deref().and_then(Place::parse);
    let last = after.map_or(Position::MAX, |place| place.last);
    query.push(" and a.last_position <= ").push_bind(last);
    if let Some(Place { last, session_no, rule, first }) = after {
        query.push(" and (a.last_position, a.session_no, a.rule, a.first_position) < (");
        query.push_bind(last).push(", ").push_bind(session_no).push(", ");
        query.push_bind(rule).push(", ").push_bind(first).push(")");
    }
    query.push(
        " order by a.last_position desc, a.session_no desc, a.rule desc, a.first_position desc",
    );
    query.push(" limit ").push_bind(limit);
    Ok(query.build_query_as().fetch_all(&mut *look.tx).await?)
}

fn push_which(query: &mut QueryBuilder<Sqlite>, request: &AlertsRequest) {
    query.push(match request.state {
        None => "",
        Some(AlertState::Open) => " and a.acknowledged_position is null",
        Some(AlertState::Acknowledged) => " and s.status < 4",
        Some(AlertState::Closed) => " and 4 <= s.status",
    });
    if let Some(rule) = request.rule {
        query.push(" and a.rule = ").push_bind(rule.stored());
    }
    if let Some(severity) = request.severity {
        query.push(" and a.severity = ").push_bind(severity.stored());
    }
    if let Some(id) = &request.session {
        query.push(" and a.session_no = (select no from session where id = ");
        query.push_bind(id.clone()).push(")");
    }
    if let Some(agent) = &request.agent {
        query.push(" and s.agent_id = ").push_bind(agent.clone());
    }
}
