//! An alert as stored, and how it is named.

use std::fmt;

use banyan_protocol::{
    Position, Timestamp,
    view::{AlertEntry, AlertRule, AlertState, Severity},
};

use super::super::{QueryError, row_id};

/// What identifies an alert in this view: session, rule, first position.
pub(super) type AlertKey = (i64, AlertRule, Position);

/// An alert as stored.
#[derive(Debug, sqlx::FromRow)]
pub(super) struct AlertRow {
    session_no: i64,
    session_id: String,
    pub(super) agent_id: String,
    goal: Option<String>,
    group_no: Option<u32>,
    ended: bool,
    rule: i64,
    first_position: i64,
    last_position: i64,
    severity: i64,
    created_at: i64,
    message: String,
    acknowledged_at: Option<i64>,
}

/// `a` is the alert, `s` its session, `r` the root of that.
pub(super) const SELECT: &str = "
    select a.session_no, s.id as session_id, s.agent_id, s.goal,
           case when 0 < r.children then r.group_no end as group_no, 4 <= s.status as ended,
           a.rule, a.first_position, a.last_position, a.severity, a.created_at, a.message,
           a.acknowledged_at
    ";

/// Only alerts of which something was said.
pub(super) const FROM_SAID: &str = "
    from acknowledgement k
    cross join alert a on a.session_no = k.session_no and a.rule = k.rule
                          and a.first_position = k.first_position";

/// What every alert is read with.
pub(super) const JOINS: &str = "
    cross join session s on s.no = a.session_no
    cross join session r on r.no = s.root_no
    where s.known = 1";

pub(super) const NO_RULE: &str = "an alert of no rule";

impl AlertRow {
    /// Where a page that ends with it goes on.
    pub(super) fn place(&self) -> Place {
        Place {
            last: self.last_position,
            session_no: self.session_no,
            rule: self.rule,
            first: self.first_position,
        }
    }

    pub(super) fn entry(self) -> Result<AlertEntry, QueryError> {
        let rule = AlertRule::from_stored(self.rule).ok_or(QueryError::Damaged(NO_RULE))?;
        let severity = Severity::from_stored(self.severity);
        Ok(AlertEntry {
            id: encode((self.session_no, rule, self.first_position)),
            session_id: self.session_id,
            agent_id: self.agent_id,
            goal: self.goal,
            group: self.group_no,
            rule,
            message: self.message,
            severity: severity.ok_or(QueryError::Damaged("an alert of no severity"))?,
            created_at: Timestamp::from_micros(self.created_at),
            evidence: [self.first_position, self.last_position],
            state: match (self.acknowledged_at, self.ended) {
                (None, _) => AlertState::Open,
                (Some(_), false) => AlertState::Acknowledged,
                (Some(_), true) => AlertState::Closed,
            },
            acknowledged_at: self.acknowledged_at.map(Timestamp::from_micros),
        })
    }
}

/// An alert's place in lists; displayed, the key of the page behind it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    pub(super) last: Position,
    pub(super) session_no: i64,
    pub(super) rule: i64,
    pub(super) first: Position,
}

impl Place {
    /// What displaying it gave.
    pub(super) fn parse(key: &str) -> Option<Self> {
        let mut parts = key.split('.').map(str::parse);
        match (parts.next()?, parts.next()?, parts.next()?, parts.next()?, parts.next()) {
            (Ok(last), Ok(session_no), Ok(rule), Ok(first), None) => {
                Some(Self { last, session_no, rule, first })
            }
            _ => None,
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}.{}.{}.{}", self.last, self.session_no, self.rule, self.first)
    }
}

/// The alert's id in URLs: `3f-loop-184460`.
fn encode((no, rule, first): AlertKey) -> String {
    format!("{}-{}-{first}", row_id::encode(no), rule.word())
}

/// The alert that `id` stands for.
pub(super) fn decode(id: &str) -> Option<AlertKey> {
    let mut parts = id.split('-');
    let no = row_id::decode(parts.next()?)?;
    let rule = AlertRule::named(parts.next()?)?;
    let first = parts.next()?.parse().ok()?;
    parts.next().is_none().then_some((no, rule, first))
}
