//! A filter as a condition on sessions: here and in [`event`] SQL is put together from parts. The
//! parts are all written here; what readers wrote is only ever bound.

pub(in crate::query) mod event;
mod moment;

use banyan_protocol::EventKey;
use sqlx::{QueryBuilder, Sqlite};

use super::super::attention::Judge;
use super::{Condition, Filter, Key, Operator, Part, Pattern, Term, Trait, Value, groups};

/// Adds `and …` for every condition to a query that has `s`, a session, and `r`, its root. Words
/// are looked for in the newest events that say them: see [`event::is_cut`].
pub(in crate::query) fn push(query: &mut QueryBuilder<Sqlite>, filter: &Filter, judge: &Judge) {
    push_within(query, filter, (judge, event::SPEAKERS_MAX_EVENTS));
}

/// The same, looking through all events however long that takes.
pub(in crate::query) fn push_all(query: &mut QueryBuilder<Sqlite>, filter: &Filter, judge: &Judge) {
    push_within(query, filter, (judge, i64::MAX));
}

fn push_within(
    query: &mut QueryBuilder<Sqlite>,
    filter: &Filter,
    (judge, speakers): (&Judge, i64),
) {
    let (events, sessions): (Vec<&Term>, Vec<&Term>) =
        filter.terms.iter().partition(|term| is_of_events(term));
    event::push_speakers(query, &events, judge.now());
    for group in groups(&sessions) {
        let values = group.iter().map(|term| values_of(term)).sum();
        let asked = Asked { judge, speakers, values };
        push_group(query, &group, |query, term| push_term(query, term, asked));
    }
}

/// Adds `and …` for the alternatives of one key, or for one term.
fn push_group(
    query: &mut QueryBuilder<Sqlite>,
    group: &[&Term],
    push: impl Fn(&mut QueryBuilder<Sqlite>, &Term),
) {
    let negated = group.first().is_some_and(|term| term.negated);
    query.push(if negated { " and not coalesce((" } else { " and ((" });
    for (index, term) in group.iter().enumerate() {
        if 0 < index {
            query.push(" or ");
        }
        push(query, term);
    }
    // What is not known is not so.
    query.push(if negated { "), 0)" } else { "))" });
}

/// What a condition depends on besides its term.
#[derive(Clone, Copy, Debug)]
struct Asked<'j> {
    judge: &'j Judge,
    /// Events that sessions are found by where words are looked for, the newest.
    speakers: i64,
    /// How many alternatives there are.
    values: usize,
}

fn values_of(term: &Term) -> usize {
    match &term.condition {
        Condition::Text(_) => 1,
        Condition::Key { values, .. } => values.len(),
    }
}

fn is_of_events(term: &Term) -> bool {
    match &term.condition {
        Condition::Key { key, .. } => key.is_of_events(),
        Condition::Text(_) => false,
    }
}

fn push_term(query: &mut QueryBuilder<Sqlite>, term: &Term, asked: Asked<'_>) {
    match &term.condition {
        Condition::Text(pattern) => event::push_text(query, pattern, asked.speakers),
        Condition::Key { key, operator, values } => {
            for (index, value) in values.iter().enumerate() {
                if 0 < index {
                    query.push(" or ");
                }
                push_value(query, *key, (*operator, value), asked);
            }
        }
    }
}

fn push_value(
    query: &mut QueryBuilder<Sqlite>,
    key: Key,
    (operator, value): (Operator, &Value),
    asked: Asked<'_>,
) {
    match (key, value) {
        (Key::Id, Value::Text(pattern)) if pattern.prefix => push_word(query, "s.id", pattern),
        (Key::Id, Value::Text(pattern)) => {
            query.push("s.id = ").push_bind(pattern.text.clone());
        }
        (Key::Agent, Value::Text(pattern)) => push_word(query, "s.agent_id", pattern),
        (Key::Model, Value::Text(pattern)) => push_word(query, "s.model", pattern),
        (Key::Goal, Value::Text(pattern)) => push_part(query, "s.goal", &pattern.text),
        (Key::Err, Value::Text(pattern)) => push_part(query, "s.error", &pattern.text),
        (Key::Parent, Value::Text(pattern)) => {
            query.push("s.parent_no = (select p.no from session p where p.id = ");
            query.push_bind(pattern.text.clone()).push(")");
        }
        (Key::Root, Value::Text(pattern)) => {
            query.push("s.root_no = (select t.no from session t where t.id = ");
            query.push_bind(pattern.text.clone()).push(")");
        }
        (Key::Under, Value::Text(pattern)) => push_under(query, &pattern.text),
        (_, Value::Status(status)) => {
            // The index gives the sessions of one status in order. Those of several would have to
            // be sorted, however many they are: better to walk until the page is full.
            query.push(if asked.values == 1 { "s.status = " } else { "+s.status = " });
            query.push_bind(status.stored());
        }
        (_, Value::Trait(Trait::Stalled)) => push_stalled(query, asked.judge),
        (_, Value::Trait(Trait::Attention)) => {
            query.push("s.status in (3, 5, 7) or ");
            push_stalled(query, asked.judge);
        }
        (_, Value::Trait(one)) => {
            query.push(one.condition());
        }
        (_, Value::Part(part)) => {
            query.push(part.condition());
        }
        (_, Value::Rule(rule)) => {
            query.push("exists (select 1 from alert a where a.session_no = s.no and a.rule = ");
            query.push_bind(rule.stored()).push(")");
        }
        (Key::Group, Value::Number(number)) if operator == Operator::Is => {
            query.push(
                "s.root_no = (select t.no from session t where t.known = 1 and t.group_no = ",
            );
            query.push_bind(*number).push(")");
        }
        (Key::Pos, Value::Number(position)) => push_position(query, operator, *position),
        (_, Value::Number(number)) => {
            query.push(number_column(key)).push(operator.sign()).push_bind(*number);
        }
        (_, Value::Moment(moment)) => {
            moment::push(query, (key, operator), *moment, asked.judge.now());
        }
        // No other key has such values.
        (_, Value::Text(_) | Value::Outcome(_)) => {
            query.push("0");
        }
    }
}

const fn number_column(key: Key) -> &'static str {
    match key {
        Key::Depth => "s.depth",
        Key::Group => "r.group_no",
        Key::Cost => "s.total_cost",
        Key::Tok => "s.total_tokens",
        Key::Steps => "s.total_steps",
        Key::Events => "s.own_events",
        _ => "coalesce(s.ended_at, s.own_last_at) - coalesce(s.started_at, s.own_first_at)",
    }
}

/// Sessions whose silence the judge calls stalled or lost.
fn push_stalled(query: &mut QueryBuilder<Sqlite>, judge: &Judge) {
    let (began, places) = (judge.began(), judge.places());
    query.push("(s.status = 1 and s.last_seen_at < ").push_bind(began.running.micros());
    query.push(" and s.sub_last_position < ").push_bind(places.running);
    query.push(" or s.status in (2, 3) and s.last_seen_at < ").push_bind(began.resting.micros());
    query.push(" and s.sub_last_position < ").push_bind(places.resting).push(")");
}

/// A text as a whole, whatever its case, or its beginning.
fn push_word(query: &mut QueryBuilder<Sqlite>, column: &'static str, pattern: &Pattern) {
    if pattern.prefix {
        query.push(column).push(" like ").push_bind(format!("{}%", escaped(&pattern.text)));
        query.push(" escape '\\' and ").push(column).push(" <> ''");
    } else {
        query.push(column).push(" = ").push_bind(pattern.text.clone());
        query.push(" collate nocase");
    }
}

/// A part of a text, whatever its case.
fn push_part(query: &mut QueryBuilder<Sqlite>, column: &'static str, part: &str) {
    query.push(column).push(" like ").push_bind(format!("%{}%", escaped(part)));
    query.push(" escape '\\'");
}

/// `text` as it stands for itself in a pattern of `like`.
fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_")
}

/// Sessions below the one with the id `top`.
fn push_under(query: &mut QueryBuilder<Sqlite>, top: &str) {
    query.push(
        "s.no in (with recursive
                      under(no) as (
                          select c.no
                          from session t
                          cross join session c on c.parent_no = t.no
                          where t.id = ",
    );
    query.push_bind(top.to_owned());
    query.push(
        "             union all
                      select c.no
                      from under
                      cross join session c on c.parent_no = under.no)
                  select no
                  from under)",
    );
}

/// The session of an event, or those that said something before or behind a place.
fn push_position(query: &mut QueryBuilder<Sqlite>, operator: Operator, position: i64) {
    match operator {
        Operator::Is => {
            query.push("s.no = (select e.session_no from event e where e.key >= ");
            query.push_bind(EventKey::first(position).stored()).push(" and e.key <= ");
            query.push_bind(EventKey::last(position).stored()).push(" order by e.key limit 1)");
        }
        Operator::Above | Operator::AtLeast => {
            query.push("s.own_last_position").push(operator.sign()).push_bind(position);
        }
        Operator::Below | Operator::AtMost => {
            query.push("s.first_position").push(operator.sign()).push_bind(position);
        }
    }
}

impl Operator {
    fn sign(self) -> &'static str {
        match self {
            Self::Is => " = ",
            Self::Above => " > ",
            Self::AtLeast => " >= ",
            Self::Below => " < ",
            Self::AtMost => " <= ",
        }
    }
}

impl Trait {
    fn condition(self) -> &'static str {
        match self {
            Self::Root => "s.parent_no is null",
            Self::Orphan => "s.orphan = 1",
            Self::Leaf => "s.children = 0",
            Self::Live => "s.status in (0, 1, 2, 3)",
            Self::Ended => "s.status > 3",
            Self::Placeholder => "s.first_position is null",
            Self::Complete => "s.complete = 1",
            // Asked of the judge.
            Self::Stalled | Self::Attention => "0",
        }
    }
}

impl Part {
    fn condition(self) -> &'static str {
        match self {
            Self::Failed => "s.sub_failed > 0",
            Self::Alert => "s.sub_alerts > 0",
            Self::Error => "s.own_errors > 0",
            Self::Children => "s.children > 0",
            Self::Missing => "s.missing_count > 0",
        }
    }
}
