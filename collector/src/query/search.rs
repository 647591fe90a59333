//! A search: which events or sessions a query finds, counted and in pages of sessions.
//!
//! What is found is first listed without texts, in one bounded scan ([`find`]); counts, facets
//! and pages are made of the list ([`facets`], [`page`]); the texts of one page are loaded last
//! ([`hits`]). Every limit is a constant here, and a count that reached one says so.

use banyan_protocol::{
    EventKey, Position, Timestamp,
    view::{FoundSession, Misread, SearchView, Tally, TermView},
};
use sqlx::query_scalar;

mod find;
mod facets;
mod every;
mod page;
mod hits;
mod mark;
mod relax;
#[cfg(test)]
mod tests;

pub(crate) use self::every::{Every, EveryEvent};
pub(super) use self::{find::oldest as oldest_session, relax::nearest};
use self::{
    find::{Findings, Found},
    mark::Needles,
    page::Window,
};
use super::{
    Query, QueryError,
    figures::count,
    filter::{self, Filter, FilterError, Key},
    look::Look,
    session_row, stalled,
};

/// Events or sessions that a search finds.
const FOUND_MAX_COUNT: usize = 10_000;
/// Sessions on a page.
const PAGE_SESSIONS: usize = 20;
/// Events shown of each where there are several.
const SESSION_HITS: usize = 3;
/// Events on a page where only one session was found.
const LONE_SESSION_HITS: usize = 50;

/// What is searched for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Scope {
    /// Events.
    #[default]
    Events,
    /// Sessions.
    Sessions,
}

/// What to search, and which page of what is found to show.
#[derive(Clone, Debug, Default)]
pub(crate) struct SearchRequest {
    /// The query.
    pub text: String,
    /// What is found.
    pub scope: Scope,
    /// `older` of another page.
    pub after: Option<String>,
    /// `newer` of another page.
    pub before: Option<String>,
}

impl Query {
    /// A page of what a query finds. One that cannot be read is [`QueryError::Filter`]; an unknown
    /// key of a page shows the first.
    pub(crate) async fn search(&self, request: &SearchRequest) -> Result<SearchView, QueryError> {
        let filter = filter::parse(&request.text)?;
        let mut look = self.look().await?;
        let as_of = look.as_of().await?;
        let scope = request.scope;
        let findings = find::find(&mut look, (&filter, scope), FOUND_MAX_COUNT).await?;
        let relaxed = if findings.found.is_empty() {
            nearest(&mut look, &filter, scope).await?
        } else {
            None
        };
        let groups = page::groups(&findings.found);
        let key = |text: &Option<String>| text.as_deref().and_then(|text| text.parse().ok());
        let place = (key(&request.after), key(&request.before));
        let is_lone = scope == Scope::Events && groups.len() == 1;
        let window = if is_lone {
            let keys: Vec<i64> = findings.found.iter().map(|found| found.key).collect();
            page::window(&keys, place, LONE_SESSION_HITS)
        } else {
            let keys: Vec<i64> = groups.iter().map(page::Group::key).collect();
            page::window(&keys, place, PAGE_SESSIONS)
        };
        let shown = shown(&groups, &window, is_lone);
        let sessions = load(&mut look, &filter, shown).await?;
        Ok(SearchView {
            sessions,
            total: tally(findings.found.len(), findings.capped),
            total_sessions: tally(groups.len(), findings.capped),
            oldest: findings.found.last().and_then(|found| found.at).map(Timestamp::from_micros),
            facets: facets::facets(&findings.found, &filter),
            further: further(&findings, &filter, scope).filter(|_| window.older.is_none()),
            newer: window.newer.map(|key| key.to_string()),
            older: window.older.map(|key| key.to_string()),
            terms: terms(&filter),
            relaxed,
            unindexed: count(as_of.saturating_sub(indexed(&mut look).await?)),
            as_of,
        })
    }
}

/// What people are told of a query that cannot be read.
pub(crate) fn misread(query: &str, error: &FilterError) -> Misread {
    Misread { message: error.to_string(), corrected: filter::corrected(query, error) }
}

fn tally(found: usize, capped: bool) -> Tally {
    Tally { count: u64::try_from(found).unwrap_or(u64::MAX), capped }
}

/// The terms of a query, each with the query without it.
pub(super) fn terms(filter: &Filter) -> Vec<TermView> {
    let terms = filter.terms.iter().enumerate();
    terms
        .map(|(at, term)| TermView { text: term.source.clone(), without: filter.without(at) })
        .collect()
}

/// A session on the page, and its events there.
struct Shown<'f> {
    no: i64,
    hits: Vec<&'f Found>,
    count: usize,
}

fn shown<'f>(groups: &[page::Group<'f>], window: &Window, is_lone: bool) -> Vec<Shown<'f>> {
    let cut = |group: &page::Group<'f>, hits: &[&'f Found]| Shown {
        no: group.no,
        hits: hits.to_vec(),
        count: group.found.len(),
    };
    let Window { from, to, .. } = *window;
    if is_lone {
        let lone =
            groups.first().map(|group| cut(group, group.found.get(from..to).unwrap_or_default()));
        return lone.into_iter().collect();
    }
    let groups = groups.get(from..to).unwrap_or_default().iter();
    groups
        .map(|group| {
            let hits = group.found.get(..SESSION_HITS).unwrap_or(&group.found);
            cut(group, hits)
        })
        .collect()
}

async fn load(
    look: &mut Look,
    filter: &Filter,
    shown: Vec<Shown<'_>>,
) -> Result<Vec<FoundSession>, QueryError> {
    let needles = Needles::of(filter);
    let numbers: Vec<i64> = shown.iter().map(|shown| shown.no).collect();
    let numbers = serde_json::to_string(&numbers).map_err(QueryError::Row)?;
    let mut rows = session_row::fetch_numbers(&mut look.tx, numbers).await?;
    let place = |no| shown.iter().position(|shown| shown.no == no);
    rows.sort_by_key(|row| place(row.no));
    let known: Vec<i64> = rows.iter().map(|row| row.no).collect();
    let views = stalled::views(look, rows).await?;
    let keys = shown.iter().flat_map(|shown| &shown.hits).filter(|found| found.kind.is_some());
    let mut hits = hits::load(look, keys.map(|found| found.key).collect(), &needles).await?;
    let mut sessions = Vec::with_capacity(views.len());
    for (session, no) in views.into_iter().zip(known) {
        let Some(shown) = shown.iter().find(|shown| shown.no == no) else { continue };
        sessions.push(FoundSession {
            goal: session.goal.as_deref().and_then(|goal| needles.mark(goal)).unwrap_or_default(),
            hits: shown.hits.iter().filter_map(|found| hits.remove(&found.key)).collect(),
            count: u64::try_from(shown.count).unwrap_or(u64::MAX),
            query: filter.narrowed(Key::Id, &session.id),
            session,
        });
    }
    Ok(sessions)
}

/// A query for what stands before the events that were found, where that may be something.
fn further(findings: &Findings, filter: &Filter, scope: Scope) -> Option<String> {
    let last = findings.found.last().filter(|_| findings.capped && scope == Scope::Events)?;
    let position = EventKey::from_stored(last.key).position;
    let kept = filter.terms.iter().filter(|term| !term.source.starts_with("pos<"));
    let kept: Vec<&str> = kept.map(|term| term.source.as_str()).collect();
    Some(format!("{} pos<{position}", kept.join(" ")).trim_start().to_owned())
}

/// How far the full-text index reaches.
async fn indexed(look: &mut Look) -> Result<Position, QueryError> {
    let reached: Option<Position> = query_scalar(
        "select position
         from checkpoint
         where projection = 'search'",
    )
    .fetch_optional(&mut *look.tx)
    .await?;
    Ok(reached.unwrap_or(0))
}
