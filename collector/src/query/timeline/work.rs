//! What sessions did: when they spoke, and their tool calls.

use std::{
    borrow::Cow,
    collections::{BTreeMap, HashMap, HashSet},
};

use banyan_protocol::{
    Envelope, Fact, Timestamp,
    view::{CallState, TimedCall, Work},
};
use serde::Deserialize;
use sqlx::{query_as, query_scalar};

use super::EVENTS_MAX_COUNT;
use crate::query::{
    QueryError,
    calls::{self, ToolEvent},
    feed::Stamp,
    look::Look,
};

/// Ends without a start whose payload is read for how long the call took.
const LONE_ENDS_MAX_COUNT: usize = 500;

/// An event. Fields in the order of the statement; those behind `at` for tool events only.
#[derive(Debug, Deserialize)]
struct Row<'a> {
    session_no: i64,
    at: i64,
    #[serde(default)]
    starts: Option<u8>,
    #[serde(default)]
    sequence: Option<i64>,
    #[serde(default)]
    key: i64,
    #[serde(default, borrow)]
    tool: Option<Cow<'a, str>>,
    #[serde(default, borrow)]
    call_id: Option<Cow<'a, str>>,
    #[serde(default)]
    ok: Option<u8>,
}

/// What the sessions `wanted` did, which are given with their numbers of events.
pub(super) async fn load(look: &mut Look, wanted: &[(i64, u64)]) -> Result<Vec<Work>, QueryError> {
    let numbers: Vec<i64> = wanted.iter().map(|(no, _)| *no).collect();
    let text: String = query_scalar(
        "select json_group_array(
             case
                 when kind in ('operation.tool_start', 'operation.tool_end')
                 then json_array(session_no, at, kind = 'operation.tool_start', sequence, key,
                                 tool, call_id, ok)
                 else json_array(session_no, at)
             end)
         from (select e.session_no, e.at, e.kind, e.sequence, e.key, e.tool, e.call_id, e.ok
               from json_each(?1) n
               cross join event e on e.session_no = n.value
               where e.kind <> 'session.heartbeat'
               limit ?2)",
    )
    .bind(serde_json::to_string(&numbers).map_err(QueryError::Row)?)
    .bind(i64::try_from(EVENTS_MAX_COUNT).unwrap_or(i64::MAX))
    .fetch_one(&mut *look.tx)
    .await?;
    let rows: Vec<Row<'_>> = serde_json::from_str(&text).map_err(QueryError::Row)?;
    let mut sessions: BTreeMap<i64, Vec<Row<'_>>> = BTreeMap::new();
    for row in rows {
        sessions.entry(row.session_no).or_default().push(row);
    }
    let mut calls: Vec<(i64, Calls)> =
        sessions.iter().map(|(no, rows)| (*no, Calls::of(rows))).collect();
    let lone = calls.iter().flat_map(|(_, calls)| &calls.lone_ends).map(|end| end.0);
    let durations = durations(look, lone.take(LONE_ENDS_MAX_COUNT).collect()).await?;
    let counts: HashMap<i64, u64> = wanted.iter().copied().collect();
    Ok(calls
        .drain(..)
        .map(|(no, calls)| {
            let mut events: Vec<i64> =
                sessions.get(&no).into_iter().flatten().map(|row| row.at).collect();
            events.sort_unstable();
            Work {
                no,
                events: events.into_iter().map(Timestamp::from_micros).collect(),
                calls: calls.finish(&durations),
                cut: counts.get(&no).is_some_and(|count| EVENTS_MAX_COUNT < *count),
            }
        })
        .collect())
}

/// The calls of one session.
#[derive(Debug, Default)]
struct Calls {
    calls: Vec<TimedCall>,
    /// Key and time of ends without a start, with what is known of the call.
    lone_ends: Vec<(i64, i64, TimedCall)>,
}

impl Calls {
    fn of(rows: &[Row<'_>]) -> Self {
        let tools: HashMap<Stamp, &Row<'_>> =
            rows.iter().filter(|row| row.starts.is_some()).map(|row| (row.stamp(), row)).collect();
        let pairs = calls::pair(tools.values().map(|row| row.tool_event()).collect());
        let mut paired = HashSet::new();
        let mut made = Self::default();
        for pair in pairs {
            let (Some(start), Some(end)) = (tools.get(&pair.start), tools.get(&pair.end)) else {
                continue;
            };
            paired.extend([pair.start, pair.end]);
            let (from, to) = (start.at, Some(end.at.max(start.at)));
            made.calls.push(start.call(from, to, end.state()));
        }
        for (stamp, row) in tools {
            if paired.contains(&stamp) {
                continue;
            }
            if row.starts == Some(1) {
                made.calls.push(row.call(row.at, None, CallState::Open));
            } else {
                let call = row.call(row.at, Some(row.at), row.state());
                made.lone_ends.push((row.key, row.at, call));
            }
        }
        made
    }

    /// All of them, by their start; ends without a start began as long before as they say.
    fn finish(mut self, durations: &HashMap<i64, i64>) -> Vec<TimedCall> {
        for (key, at, call) in self.lone_ends {
            let took = durations.get(&key).copied().unwrap_or(0).max(0);
            let start = Timestamp::from_micros(at.saturating_sub(took));
            self.calls.push(TimedCall { start, ..call });
        }
        self.calls.sort_by_key(|call| (call.start, call.end));
        self.calls
    }
}

impl Row<'_> {
    fn stamp(&self) -> Stamp {
        Stamp { sequence: self.sequence, key: self.key }
    }

    fn tool_event(&self) -> ToolEvent<'_> {
        ToolEvent {
            stamp: self.stamp(),
            starts: self.starts == Some(1),
            tool: self.tool.as_deref(),
            call_id: self.call_id.as_deref(),
        }
    }

    fn state(&self) -> CallState {
        if self.ok == Some(0) { CallState::Failed } else { CallState::Succeeded }
    }

    fn call(&self, start: i64, end: Option<i64>, state: CallState) -> TimedCall {
        TimedCall {
            tool: self.tool.as_deref().map(str::to_owned),
            start: Timestamp::from_micros(start),
            end: end.map(Timestamp::from_micros),
            state,
        }
    }
}

/// How long the calls took whose ends have these keys, as the agents say.
async fn durations(look: &mut Look, keys: Vec<i64>) -> Result<HashMap<i64, i64>, QueryError> {
    if keys.is_empty() {
        return Ok(HashMap::new());
    }
    let events: Vec<(i64, String)> = query_as(
        "select key, raw
         from event
         where key in (select value from json_each(?1))",
    )
    .bind(serde_json::to_string(&keys).map_err(QueryError::Row)?)
    .fetch_all(&mut *look.tx)
    .await?;
    let took = |raw: &str| match Fact::read(&Envelope::read(raw).ok()?).0 {
        Fact::ToolEnd(end) => end.duration_micros,
        _ => None,
    };
    Ok(events.into_iter().filter_map(|(key, raw)| Some((key, took(&raw)?))).collect())
}
