//! Who took part in a session and below it: agents, the first failure, what cost most, and
//! whether the session is a second attempt.

use banyan_protocol::{
    MicroDollars,
    view::{Attempt, CastAgent, CastSession, CastView, Status},
};
use sqlx::{QueryBuilder, Sqlite, query_as};

use super::{
    Query, QueryError,
    figures::count,
    filter::{Key, quoted},
    look::Look,
    session,
};

/// Sessions looked at, the nearest ones: a page must not wait for a hundred thousand.
const SESSIONS_MAX_COUNT: u32 = 2_000;
/// Agents named.
const AGENTS_MAX_COUNT: usize = 8;
/// Sessions named for their cost.
const DEAREST_MAX_COUNT: u32 = 3;
/// Siblings among which other attempts are looked for.
const SIBLINGS_MAX_COUNT: u32 = 1_000;

type SessionRow = (String, String, Option<String>, Option<String>, Option<i64>);

impl Query {
    /// Who took part in this session and below it; nobody when it has no children.
    pub(crate) async fn cast(&self, id: &str) -> Result<CastView, QueryError> {
        let mut look = self.look().await?;
        let Some((no, _)) = session::number(&mut look, id).await? else {
            return Ok(CastView::default());
        };
        let (children, sessions): (i64, i64) =
            query_as("select children, sub_sessions from session where no = ?1")
                .bind(no)
                .fetch_one(&mut *look.tx)
                .await?;
        let attempt = attempt(&mut look, no).await?;
        if children == 0 {
            return Ok(CastView { attempt, ..CastView::default() });
        }
        let (agents, more_agents) = agents(&mut look, no, id).await?;
        let first_failure = first_failure(&mut look, no).await?;
        let dearest = dearest(&mut look, no).await?;
        let looked_at = u64::from(SESSIONS_MAX_COUNT);
        let cut_at = (looked_at < count(sessions)).then_some(looked_at);
        Ok(CastView { agents, more_agents, first_failure, dearest, attempt, cut_at })
    }
}

/// Begins a question about `below`, the nearest sessions at and below `no`.
fn below(no: i64) -> QueryBuilder<Sqlite> {
    let mut query = QueryBuilder::new("with recursive below(no) as (select ");
    query.push_bind(no);
    query.push(
        " union all
         select c.no
         from below
         cross join session c on c.parent_no = below.no
         where c.known = 1
         limit ",
    );
    query.push_bind(SESSIONS_MAX_COUNT).push(") ");
    query
}

async fn agents(look: &mut Look, no: i64, id: &str) -> Result<(Vec<CastAgent>, u64), QueryError> {
    let mut query = below(no);
    query.push("select s.agent_id, count(*), sum(s.status in ").push(Failed);
    query.push(
        ") from below cross join session s on s.no = below.no
         where s.agent_id <> ''
         group by s.agent_id
         order by count(*) desc, min(s.no)",
    );
    let rows: Vec<(String, i64, i64)> = query.build_query_as().fetch_all(&mut *look.tx).await?;
    let more = rows.len().saturating_sub(AGENTS_MAX_COUNT);
    let agents = rows.into_iter().take(AGENTS_MAX_COUNT).map(|(agent_id, sessions, failed)| {
        let (under, agent) = (Key::Under.name(), Key::Agent.name());
        let query = format!("{under}:{} {agent}:{}", quoted(id), quoted(&agent_id));
        CastAgent { agent_id, sessions: count(sessions), failed: count(failed), query }
    });
    Ok((agents.collect(), u64::try_from(more).unwrap_or(u64::MAX)))
}

async fn first_failure(look: &mut Look, no: i64) -> Result<Option<CastSession>, QueryError> {
    let mut query = below(no);
    query.push(SESSIONS).push("where s.no <> ").push_bind(no);
    query.push(" and s.status in ").push(Failed);
    query.push(" order by coalesce(s.ended_at, s.own_last_at), s.no limit 1");
    let row: Option<SessionRow> = query.build_query_as().fetch_optional(&mut *look.tx).await?;
    Ok(row.map(session_of))
}

async fn dearest(look: &mut Look, no: i64) -> Result<Vec<CastSession>, QueryError> {
    let mut query = below(no);
    query.push(SESSIONS).push("where 0 < s.total_cost order by s.total_cost desc, s.no limit ");
    query.push_bind(DEAREST_MAX_COUNT);
    let rows: Vec<SessionRow> = query.build_query_as().fetch_all(&mut *look.tx).await?;
    let says_something = 1 < rows.len();
    Ok(rows.into_iter().filter(|_| says_something).map(session_of).collect())
}

/// Siblings with the same agent and goal are attempts at the same when one of them failed;
/// otherwise they may well be workers side by side.
async fn attempt(look: &mut Look, no: i64) -> Result<Option<Attempt>, QueryError> {
    let mut query = QueryBuilder::new("select count(*), sum(sibling.no <= ");
    query.push_bind(no).push("), sum(sibling.status in ").push(Failed);
    query.push(
        ") from (select p.no, p.agent_id, p.goal, p.status
                 from session s
                 cross join session p on p.parent_no = s.parent_no
                 where s.no = ",
    );
    query.push_bind(no).push(" and p.known = 1 order by p.no limit ").push_bind(SIBLINGS_MAX_COUNT);
    query.push(") sibling cross join session s on s.no = ").push_bind(no);
    query.push(
        " where sibling.agent_id = s.agent_id and sibling.goal = s.goal and s.agent_id <> ''",
    );
    let (all, number, failed): (i64, Option<i64>, Option<i64>) =
        query.build_query_as().fetch_one(&mut *look.tx).await?;
    let is_retry = 1 < all && 0 < failed.unwrap_or(0) && 0 < number.unwrap_or(0);
    Ok(is_retry.then(|| Attempt { number: count(number.unwrap_or(0)), of: count(all) }))
}

const SESSIONS: &str = "select s.id, s.agent_id, s.goal, s.error, s.total_cost
    from below cross join session s on s.no = below.no ";

fn session_of((id, agent_id, goal, error, cost): SessionRow) -> CastSession {
    CastSession { id, agent_id, goal, error, cost: cost.map(MicroDollars) }
}

/// The numbers under which failed sessions are stored.
struct Failed;

impl std::fmt::Display for Failed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("(")?;
        for (number, _) in Status::ALL.iter().enumerate().filter(|(_, status)| status.is_failed()) {
            write!(f, "{number}, ")?;
        }
        // Nothing is stored under it; it ends the list.
        f.write_str("-1)")
    }
}

#[cfg(test)]
mod tests;
