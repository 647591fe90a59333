//! What a query finds, without texts, in one bounded scan.

use serde::Deserialize;
use sqlx::{QueryBuilder, Sqlite, query_scalar};

use super::{
    super::{
        QueryError,
        filter::{self, Condition, Filter, Key, Term, event},
        look::Look,
    },
    Scope,
};

/// Events that are looked at, the newest first: those that the full-text index names, or all.
const CANDIDATES_MAX_COUNT: usize = 50_000;
/// Sessions that are looked at, the newest first.
const SESSIONS_MAX_COUNT: i64 = 100_000;
/// So many sessions are looked up in the full-text index; of more the events are looked through.
const NARROW_MAX_SESSIONS: usize = 200;

/// An event or a session that was found. Fields in the order of the statements below.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Found {
    /// The event's key, or the session's number: the larger, the newer.
    pub key: i64,
    /// The session's number.
    pub no: i64,
    /// Event time, or when the session began.
    pub at: Option<i64>,
    /// Of events only.
    pub kind: Option<String>,
    /// Of events only.
    pub tool: Option<String>,
    pub agent: String,
    pub model: Option<String>,
    pub status: i64,
}

/// What was found, the newest first.
#[derive(Debug, Default)]
pub(super) struct Findings {
    pub found: Vec<Found>,
    /// There may be more: a limit was reached.
    pub capped: bool,
}

/// What `filter` finds, at most `most` of it.
pub(super) async fn find(
    look: &mut Look,
    (filter, scope): (&Filter, Scope),
    most: usize,
) -> Result<Findings, QueryError> {
    let mut findings = match scope {
        Scope::Events => events(look, filter, most).await?,
        Scope::Sessions => sessions(look, filter, most).await?,
    };
    findings.found.sort_unstable_by_key(|found| std::cmp::Reverse(found.key));
    if most < findings.found.len() {
        findings.found.truncate(most);
        findings.capped = true;
    }
    Ok(findings)
}

/// What a term is asked of, where events are searched.
fn is_of_events(term: &Term) -> bool {
    match &term.condition {
        Condition::Text(_) => true,
        Condition::Key { key, .. } => {
            key.is_of_events() || matches!(key, Key::Pos | Key::After | Key::Before)
        }
    }
}

/// What is asked of events, and what of their sessions.
pub(super) fn split(filter: &Filter) -> (Vec<&Term>, Filter) {
    let (asked, of_sessions): (Vec<&Term>, Vec<&Term>) =
        filter.terms.iter().partition(|term| is_of_events(term));
    (asked, Filter { terms: of_sessions.into_iter().cloned().collect() })
}

/// Behind the candidates: `e`, the event, `s`, its session, `r`, the root of that.
pub(super) const OF_HITS: &str = ") hit
     cross join event e indexed by event_slim
     cross join session s
     cross join session r
     where e.key = hit.key and s.no = e.session_no and r.no = s.root_no and s.known = 1";

async fn events(look: &mut Look, filter: &Filter, most: usize) -> Result<Findings, QueryError> {
    let now = look.judge.now();
    let (asked, of_sessions) = split(filter);
    let narrow = if of_sessions.terms.is_empty() {
        None
    } else {
        let oldest = oldest(look).await?;
        narrow(look, &of_sessions, oldest).await?
    };
    let source = Source {
        question: filter::expression(&asked, narrow.as_deref()),
        range: event::key_range(&asked),
        most: CANDIDATES_MAX_COUNT,
    };
    let mut query = QueryBuilder::new(
        "select json_group_array(json_array(key, no, at, kind, tool, agent, model, status))
         from (select e.key as key, s.no as no, e.at as at, e.kind as kind, e.tool as tool,
                      s.agent_id as agent, s.model as model, s.status as status
               from (",
    );
    source.push(&mut query);
    query.push(OF_HITS);
    event::push(&mut query, &asked, now);
    if narrow.is_none() {
        filter::push(&mut query, &of_sessions, &look.judge);
    }
    query.push(" limit ").push_bind(limit(most)).push(")");
    let found = fetch(look, query).await?;
    // Fewer than were asked for, because there are no more, or because the candidates were cut.
    let capped = most < found.len() || source.is_cut(look).await?;
    Ok(Findings { found, capped })
}

/// Where events are looked for.
#[derive(Debug)]
pub(super) struct Source {
    /// For the full-text index; `None`: among all events.
    pub(super) question: Option<String>,
    /// The first and the last key.
    pub(super) range: (i64, i64),
    /// So many candidates at most, give or take one.
    pub(super) most: usize,
}

impl Source {
    /// The keys of the candidates, the newest first.
    pub(super) fn push(&self, query: &mut QueryBuilder<Sqlite>) {
        let key = if let Some(question) = &self.question {
            query.push("select rowid as key from event_text where event_text match ");
            query.push_bind(question.clone()).push(" and ");
            "rowid"
        } else {
            query.push("select key from event indexed by event_slim where ");
            "key"
        };
        query.push(key).push(" >= ").push_bind(self.range.0).push(" and ");
        query.push(key).push(" <= ").push_bind(self.range.1).push(" order by ");
        query.push(key).push(" desc limit ").push_bind(limit(self.most));
    }

    /// Whether there are more candidates than are looked at.
    async fn is_cut(&self, look: &mut Look) -> Result<bool, QueryError> {
        let (_lowest, is_cut) = self.extent(look).await?;
        Ok(is_cut)
    }

    /// The key of the last candidate, and whether there are more.
    pub(super) async fn extent(&self, look: &mut Look) -> Result<(Option<i64>, bool), QueryError> {
        let mut query = QueryBuilder::new("select min(key), count(*) from (");
        self.push(&mut query);
        query.push(")");
        let (lowest, candidates): (_, i64) =
            query.build_query_as().fetch_one(&mut *look.tx).await?;
        Ok((lowest, limit(self.most) <= candidates))
    }
}

/// The sessions from the one numbered `oldest` on that `filter` asks for, where they are few.
pub(super) async fn narrow(
    look: &mut Look,
    filter: &Filter,
    oldest: i64,
) -> Result<Option<Vec<i64>>, QueryError> {
    let mut query = QueryBuilder::new(
        "select s.no
         from session s
         join session r on r.no = s.root_no
         where s.known = 1 and s.no >= ",
    );
    query.push_bind(oldest);
    filter::push(&mut query, filter, &look.judge);
    query.push(" order by s.no desc limit ").push_bind(limit(NARROW_MAX_SESSIONS));
    let numbers: Vec<i64> = query.build_query_scalar().fetch_all(&mut *look.tx).await?;
    Ok((numbers.len() <= NARROW_MAX_SESSIONS).then_some(numbers))
}

async fn sessions(look: &mut Look, filter: &Filter, most: usize) -> Result<Findings, QueryError> {
    let oldest = oldest(look).await?;
    let mut query = QueryBuilder::new(
        "select json_group_array(json_array(no, no, at, null, null, agent, model, status))
         from (select s.no as no, coalesce(s.started_at, s.own_first_at) as at,
                      s.agent_id as agent, s.model as model, s.status as status
               from session s
               join session r on r.no = s.root_no
               where s.known = 1 and s.no >= ",
    );
    query.push_bind(oldest);
    filter::push(&mut query, filter, &look.judge);
    query.push(" order by s.no desc limit ").push_bind(limit(most)).push(")");
    let found = fetch(look, query).await?;
    let capped = 0 < oldest || event::is_cut(look, filter).await?;
    Ok(Findings { found, capped })
}

/// The number of the oldest session that is looked at; 0 when all are.
pub(in crate::query) async fn oldest(look: &mut Look) -> Result<i64, QueryError> {
    let newest: Option<i64> =
        query_scalar("select max(no) from session").fetch_one(&mut *look.tx).await?;
    Ok(newest.unwrap_or(0).saturating_sub(SESSIONS_MAX_COUNT).max(0))
}

/// One more than `most`, so that it shows when there are more.
fn limit(most: usize) -> i64 {
    i64::try_from(most).unwrap_or(i64::MAX).saturating_add(1)
}

/// One row with one JSON array: ten thousand rows cost ten times what reading them takes.
async fn fetch(look: &mut Look, mut query: QueryBuilder<Sqlite>) -> Result<Vec<Found>, QueryError> {
    let text: String = query.build_query_scalar().fetch_one(&mut *look.tx).await?;
    serde_json::from_str(&text).map_err(QueryError::Row)
}
