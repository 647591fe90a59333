//! A filter as a condition on events, and on sessions by what they said.

use banyan_protocol::{EventKey, Timestamp};
use sqlx::{QueryBuilder, Sqlite, query_scalar};

use super::{
    super::{Condition, Filter, Key, Operator, Pattern, Term, Value, groups, text},
    moment, push_group, push_word,
};
use crate::query::{QueryError, look::Look};

/// Events that sessions are found by where words are looked for: of those that say them, the
/// newest.
pub(in crate::query) const SPEAKERS_MAX_EVENTS: i64 = 10_000;

/// Adds `and …` for every condition to a query that has `e`, an event. Of text the index tells.
pub(in crate::query) fn push(query: &mut QueryBuilder<Sqlite>, terms: &[&Term], now: Timestamp) {
    for group in groups(terms) {
        if group.first().is_some_and(|term| matches!(term.condition, Condition::Text(_))) {
            continue;
        }
        push_group(query, &group, |query, term| push_term(query, term, now));
    }
}

fn push_term(query: &mut QueryBuilder<Sqlite>, term: &Term, now: Timestamp) {
    let Condition::Key { key, operator, values } = &term.condition else { return };
    for (index, value) in values.iter().enumerate() {
        if 0 < index {
            query.push(" or ");
        }
        match (key, value) {
            (Key::Kind, Value::Text(pattern)) if !pattern.prefix => {
                query.push("e.kind = ").push_bind(pattern.text.clone());
            }
            (Key::Kind, Value::Text(pattern)) => push_word(query, "e.kind", pattern),
            (Key::Tool, Value::Text(pattern)) => push_word(query, "e.tool", pattern),
            (Key::Ok, Value::Outcome(well)) => {
                query.push("e.ok = ").push_bind(*well);
            }
            (Key::Pos, Value::Number(position)) => {
                let (first, last) = keys(*operator, *position);
                query.push("e.key >= ").push_bind(first).push(" and e.key <= ").push_bind(last);
            }
            (_, Value::Moment(at)) => {
                moment::push_column(query, ("e.at", moment::meant(*key, *operator)), *at, now);
            }
            // No other key is asked of events.
            _ => {
                query.push("0");
            }
        }
    }
}

/// The first and the last key of events that can be meant by all of `terms`.
pub(in crate::query) fn key_range(terms: &[&Term]) -> (i64, i64) {
    let mut range = (i64::MIN, i64::MAX);
    for term in terms {
        if let Condition::Key { key: Key::Pos, operator, values } = &term.condition
            && let [Value::Number(position)] = values.as_slice()
            && *operator != Operator::Is
            && !term.negated
        {
            let (first, last) = keys(*operator, *position);
            range = (range.0.max(first), range.1.min(last));
        }
    }
    range
}

/// The first and the last key at positions that compare to this one.
fn keys(operator: Operator, position: i64) -> (i64, i64) {
    let (first, last) = (EventKey::first(position).stored(), EventKey::last(position).stored());
    match operator {
        Operator::Is => (first, last),
        Operator::Above => (last.saturating_add(1), i64::MAX),
        Operator::AtLeast => (first, i64::MAX),
        Operator::Below => (i64::MIN, first.saturating_sub(1)),
        Operator::AtMost => (i64::MIN, last),
    }
}

/// Adds `and …` for sessions with an event for which all of `terms` hold; none for which one that
/// is turned around does not. Each session's events are known by kind, tool and outcome, so this
/// is exact, however many there are.
pub(super) fn push_speakers(query: &mut QueryBuilder<Sqlite>, terms: &[&Term], now: Timestamp) {
    let (unwanted, wanted): (Vec<&Term>, Vec<&Term>) =
        terms.iter().copied().partition(|term| term.negated);
    if !wanted.is_empty() {
        query.push(" and s.no in (").push(SPEAKERS);
        push(query, &wanted, now);
        query.push(")");
    }
    for term in unwanted {
        let turned = Term { negated: false, ..term.clone() };
        query.push(" and s.no not in (").push(SPEAKERS);
        push(query, &[&turned], now);
        query.push(")");
    }
}

const SPEAKERS: &str = "select e.session_no from said e where true";

/// Sessions that say it in one of the newest events that do, so many at most; all for an empty
/// text.
pub(super) fn push_text(query: &mut QueryBuilder<Sqlite>, pattern: &Pattern, speakers: i64) {
    let Some(question) = question(pattern) else {
        query.push("1");
        return;
    };
    query.push(
        "s.no in (select e.session_no
                  from (select rowid as key
                        from event_text
                        where event_text match ",
    );
    query.push_bind(question);
    query.push(" order by rowid desc limit ").push_bind(speakers);
    query.push(") hit cross join event e indexed by event_slim where e.key = hit.key)");
}

/// Whether more events say what a filter looks for than sessions are found by: what it finds may
/// not be all then, and what it leaves out too little.
pub(in crate::query) async fn is_cut(look: &mut Look, filter: &Filter) -> Result<bool, QueryError> {
    for term in &filter.terms {
        let Condition::Text(pattern) = &term.condition else { continue };
        let Some(question) = question(pattern) else { continue };
        let found: i64 = query_scalar(
            "select count(*)
             from (select 1 from event_text where event_text match ?1 limit ?2)",
        )
        .bind(question)
        .bind(SPEAKERS_MAX_EVENTS + 1)
        .fetch_one(&mut *look.tx)
        .await?;
        if SPEAKERS_MAX_EVENTS < found {
            return Ok(true);
        }
    }
    Ok(false)
}

/// What the full-text index is asked for a text; `None` for an empty one, which every event says.
fn question(pattern: &Pattern) -> Option<String> {
    let term = Term {
        at: 1,
        negated: false,
        condition: Condition::Text(pattern.clone()),
        source: String::new(),
    };
    text::expression(&[&term], None)
}
