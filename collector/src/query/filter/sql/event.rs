//! A filter as a condition on events, and on sessions by what they said.

use banyan_protocol::{EventKey, Timestamp};
use sqlx::{QueryBuilder, Sqlite};

use super::{
    super::{Condition, Key, Operator, Pattern, Term, Value, groups, text},
    moment, push_group, push_word,
};

/// Events that sessions are found by: of those that match, the newest.
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
/// is turned around does not.
pub(super) fn push_speakers(
    query: &mut QueryBuilder<Sqlite>,
    terms: &[&Term],
    reach: (Timestamp, i64),
) {
    let (unwanted, wanted): (Vec<&Term>, Vec<&Term>) =
        terms.iter().copied().partition(|term| term.negated);
    if !wanted.is_empty() {
        query.push(" and s.no in (");
        push_of_events(query, &wanted, reach);
        query.push(")");
    }
    for term in unwanted {
        let turned = Term { negated: false, ..term.clone() };
        query.push(" and s.no not in (");
        push_of_events(query, &[&turned], reach);
        query.push(")");
    }
}

/// The sessions of the newest events, so many at most, for which all of `terms` hold.
fn push_of_events(
    query: &mut QueryBuilder<Sqlite>,
    terms: &[&Term],
    (now, speakers): (Timestamp, i64),
) {
    let question = text::expression(terms, None).unwrap_or_else(|| "mark : \"event\"".to_owned());
    push_hits(query, question, speakers);
    push(query, terms, now);
}

/// Sessions that say it in any event; all for an empty text.
pub(super) fn push_text(query: &mut QueryBuilder<Sqlite>, pattern: &Pattern, speakers: i64) {
    if pattern.text.trim().is_empty() {
        query.push("1");
        return;
    }
    let term = Term {
        at: 1,
        negated: false,
        condition: Condition::Text(pattern.clone()),
        source: String::new(),
    };
    query.push("s.no in (");
    push_hits(query, text::expression(&[&term], None).unwrap_or_default(), speakers);
    query.push(")");
}

fn push_hits(query: &mut QueryBuilder<Sqlite>, question: String, speakers: i64) {
    query.push(
        "select e.session_no
         from (select rowid as key
               from event_text
               where event_text match ",
    );
    query.push_bind(question);
    query.push(" order by rowid desc limit ").push_bind(speakers);
    query.push(") hit cross join event e indexed by event_slim where e.key = hit.key");
}
