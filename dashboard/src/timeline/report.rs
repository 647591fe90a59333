//! Whose time the critical path went through.

use std::collections::{BTreeMap, BTreeSet};

use super::{lives::Lives, path::Stretch};
use crate::format;

/// Agents listed; the others are one row.
const AGENTS_MAX_ROWS: usize = 12;
/// Characters of an agent's name.
const AGENT_MAX_CHARS: usize = 80;

/// What the critical path says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Report {
    /// How long the path is.
    pub(crate) total: String,
    /// Sessions on it.
    pub(crate) sessions: String,
    /// The agents on it, those that took most of it first.
    pub(crate) shares: Vec<Share>,
}

/// One agent type's time on the path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Share {
    pub(crate) agent: String,
    pub(crate) sessions: String,
    /// Its own time on the path; what would be saved at most if it were instant.
    pub(crate) own: String,
    /// Tenths of a percent of the path.
    pub(crate) permille: i64,
}

impl Share {
    /// `44.1 %`
    pub(crate) fn percent(&self) -> String {
        format!("{}.{} %", self.permille / 10, self.permille % 10)
    }

    /// Its part of a bar, as SVG takes it.
    pub(crate) fn width(&self) -> String {
        format!("{}.{}%", self.permille / 10, self.permille % 10)
    }
}

/// Reads `path`, which goes through `lives`; absent where there is none.
pub(crate) fn report(path: &[Stretch], lives: &Lives<'_>) -> Option<Report> {
    let total: i64 = path.iter().map(|stretch| stretch.span.length()).sum();
    let mut agents: BTreeMap<&str, (i64, BTreeSet<usize>)> = BTreeMap::new();
    for stretch in path {
        let (micros, sessions) = agents.entry(lives.agent(stretch.of)).or_default();
        *micros += stretch.span.length();
        sessions.insert(stretch.of);
    }
    let sessions: usize = agents.values().map(|(_, sessions)| sessions.len()).sum();
    let mut rows: Vec<(String, i64, usize)> = agents
        .into_iter()
        .map(|(agent, (micros, sessions))| {
            (format::clip(agent, AGENT_MAX_CHARS), micros, sessions.len())
        })
        .collect();
    rows.sort_by_key(|(_, micros, _)| std::cmp::Reverse(*micros));
    let others = rows.split_off(rows.len().min(AGENTS_MAX_ROWS));
    if !others.is_empty() {
        let micros = others.iter().map(|(_, micros, _)| micros).sum();
        let sessions = others.iter().map(|(_, _, sessions)| sessions).sum();
        let name = format!("{} others", others.len());
        rows.push((name, micros, sessions));
    }
    let share = |(agent, micros, sessions): (String, i64, usize)| Share {
        agent,
        sessions: count(sessions),
        own: format::duration(micros),
        permille: permille(micros, total),
    };
    (0 < total).then(|| Report {
        total: format::duration(total),
        sessions: format::plural(u64::try_from(sessions).unwrap_or(0), "session", "sessions"),
        shares: rows.into_iter().map(share).collect(),
    })
}

fn count(number: usize) -> String {
    format::count(u64::try_from(number).unwrap_or(0))
}

fn permille(part: i64, whole: i64) -> i64 {
    i64::try_from(i128::from(part) * 1_000 / i128::from(whole.max(1))).unwrap_or(0)
}
