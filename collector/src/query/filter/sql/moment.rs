//! A time in a filter as a condition on a session's times.

use banyan_protocol::Timestamp;
use sqlx::{QueryBuilder, Sqlite};

use super::super::{Key, Moment, Operator};

/// Microseconds.
const SECOND: i64 = 1_000_000;
const DAY: i64 = 86_400 * SECOND;

/// A time of a session: behind a day means after its end, on a second means within it, some time
/// ago means since then.
pub(super) fn push(
    query: &mut QueryBuilder<Sqlite>,
    (key, operator): (Key, Operator),
    moment: Moment,
    now: Timestamp,
) {
    let column = match key {
        Key::After => "coalesce(s.own_last_at, s.started_at)",
        Key::Before => "coalesce(s.own_first_at, s.started_at)",
        Key::Ended => "s.ended_at",
        _ => "s.started_at",
    };
    push_column(query, (column, meant(key, operator)), moment, now);
}

/// `after:` and `before:` compare by size.
pub(super) const fn meant(key: Key, operator: Operator) -> Operator {
    match key {
        Key::After => Operator::AtLeast,
        Key::Before => Operator::Below,
        _ => operator,
    }
}

/// The same of any column.
pub(super) fn push_column(
    query: &mut QueryBuilder<Sqlite>,
    (column, operator): (&'static str, Operator),
    moment: Moment,
    now: Timestamp,
) {
    let (first, length) = match moment {
        Moment::At(at) => (at.micros(), 1),
        Moment::Day(day) => (day.micros(), DAY),
        Moment::Ago(micros) => (now.micros().saturating_sub(micros), 1),
    };
    let behind = first.saturating_add(length);
    match (operator, moment) {
        (Operator::Is, Moment::Ago(_)) | (Operator::AtLeast, _) => {
            query.push(column).push(" >= ").push_bind(first);
        }
        (Operator::Is, Moment::At(_) | Moment::Day(_)) => {
            let behind = first.saturating_add(length.max(SECOND));
            query.push(column).push(" >= ").push_bind(first).push(" and ");
            query.push(column).push(" < ").push_bind(behind);
        }
        (Operator::Above, _) => {
            query.push(column).push(" >= ").push_bind(behind);
        }
        (Operator::Below, _) => {
            query.push(column).push(" < ").push_bind(first);
        }
        (Operator::AtMost, _) => {
            query.push(column).push(" < ").push_bind(behind);
        }
    }
}
