//! The events of a session as the feed's order needs them: without their texts.

use banyan_protocol::{Envelope, Fact, Flags, view::FeedKind};
use futures_util::TryStreamExt as _;
use serde::Deserialize;
use sqlx::{Row as _, query};

use super::Stamp;
use crate::query::{QueryError, look::Look};

/// Events looked at for one page; of longer sessions those around the page.
pub(super) const SCAN_MAX_COUNT: u32 = 20_000;
/// Of those, how many behind the page, where it is the events before it that are asked for, and
/// the other way round: so far calls are paired across the page's edge.
const EDGE_COUNT: u32 = 2_000;

/// An event without its texts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Slim {
    pub stamp: Stamp,
    pub kind: Kind,
    pub flags: Flags,
    /// A failed tool end, or a session that ended badly.
    pub failed: bool,
    pub tool: Option<String>,
    pub call_id: Option<String>,
}

/// What the feed does differently for different types.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    ToolStart,
    ToolEnd,
    Heartbeat,
    Plain(FeedKind),
}

/// A stretch of a session's events, in order.
#[derive(Clone, Debug, Default)]
pub(super) struct Window {
    pub slims: Vec<Slim>,
    /// There are events before it.
    pub cut_before: bool,
    /// There are events behind it.
    pub cut_behind: bool,
}

/// Which stretch is needed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reach {
    /// What ends at a place, and a little behind it.
    Before(Stamp),
    /// What begins behind a place, and a little before it.
    After(Stamp),
    /// Both sides of a place.
    Around(Stamp),
}

impl Reach {
    /// The place, and how many events up to it and behind it.
    fn sides(self) -> (Stamp, u32, u32) {
        match self {
            Self::Before(stamp) if stamp == Stamp::LAST => (stamp, SCAN_MAX_COUNT, 0),
            Self::Before(stamp) => (stamp, SCAN_MAX_COUNT - EDGE_COUNT, EDGE_COUNT),
            Self::After(stamp) => (stamp, EDGE_COUNT, SCAN_MAX_COUNT - EDGE_COUNT),
            Self::Around(stamp) => (stamp, SCAN_MAX_COUNT / 2, SCAN_MAX_COUNT / 2),
        }
    }
}

/// Loads the events of session `no` that `reach` asks for; all when there are few.
pub(super) async fn load(
    look: &mut Look,
    (no, count): (i64, i64),
    reach: Reach,
) -> Result<Window, QueryError> {
    let reach = if count <= i64::from(SCAN_MAX_COUNT) { Reach::Before(Stamp::LAST) } else { reach };
    load_sides(look, no, reach.sides()).await
}

/// Loads what stands from `stamp` on, and a little before it, also when there is little more.
pub(super) async fn load_from(
    look: &mut Look,
    no: i64,
    stamp: Stamp,
) -> Result<Window, QueryError> {
    load_sides(look, no, Reach::After(stamp).sides()).await
}

async fn load_sides(
    look: &mut Look,
    no: i64,
    (stamp, before, behind): (Stamp, u32, u32),
) -> Result<Window, QueryError> {
    let mut slims = fetch(look, no, (BEFORE, stamp, before)).await?;
    let cut_before = is_full(&slims, before);
    slims.reverse();
    let mut cut_behind = false;
    if 0 < behind {
        let rest = fetch(look, no, (BEHIND, stamp, behind)).await?;
        cut_behind = is_full(&rest, behind);
        slims.extend(rest);
    }
    Ok(Window { slims, cut_before, cut_behind })
}

fn is_full(slims: &[Slim], limit: u32) -> bool {
    usize::try_from(limit).is_ok_and(|limit| limit <= slims.len())
}

/// Up to a place, the nearest first: those with a sequence, then those without.
const BEFORE: [&str; 2] = [
    "
    select json_array(sequence, key, kind, flags, ok, tool, call_id,
                      case kind when 'session.ended' then raw end)
    from event
    where session_no = ?1 and (sequence, key) <= (?2, ?3)
    order by sequence desc, key desc
    limit ?4",
    "
    select json_array(sequence, key, kind, flags, ok, tool, call_id,
                      case kind when 'session.ended' then raw end)
    from event
    where session_no = ?1 and sequence is null and (0 <= ?2 or key <= ?3)
    order by key desc
    limit ?4",
];

/// Behind a place, the nearest first: those without a sequence, then those with one.
const BEHIND: [&str; 2] = [
    "
    select json_array(sequence, key, kind, flags, ok, tool, call_id,
                      case kind when 'session.ended' then raw end)
    from event
    where session_no = ?1 and sequence is null and ?2 = -1 and key > ?3
    order by key
    limit ?4",
    "
    select json_array(sequence, key, kind, flags, ok, tool, call_id,
                      case kind when 'session.ended' then raw end)
    from event
    where session_no = ?1 and (sequence, key) > (?2, ?3)
    order by sequence, key
    limit ?4",
];

/// One JSON array a row: see [`crate::query::session_row`].
#[derive(Deserialize)]
struct SlimRow {
    sequence: Option<i64>,
    key: i64,
    kind: String,
    flags: u32,
    ok: Option<u8>,
    tool: Option<String>,
    call_id: Option<String>,
    ended: Option<String>,
}

async fn fetch(
    look: &mut Look,
    no: i64,
    (statements, stamp, limit): ([&'static str; 2], Stamp, u32),
) -> Result<Vec<Slim>, QueryError> {
    let mut slims = Vec::new();
    for statement in statements {
        let left = limit.saturating_sub(u32::try_from(slims.len()).unwrap_or(u32::MAX));
        let mut rows = query(statement)
            .bind(no)
            .bind(stamp.rank())
            .bind(stamp.key)
            .bind(left)
            .fetch(&mut *look.tx);
        while let Some(row) = rows.try_next().await? {
            let row: SlimRow = serde_json::from_str(row.try_get(0)?).map_err(QueryError::Row)?;
            slims.push(row.into());
        }
    }
    Ok(slims)
}

impl From<SlimRow> for Slim {
    fn from(row: SlimRow) -> Self {
        Self {
            stamp: Stamp { sequence: row.sequence, key: row.key },
            kind: Kind::of(&row.kind),
            flags: Flags::from_bits(row.flags),
            failed: row.ok == Some(0) || row.ended.as_deref().is_some_and(ended_badly),
            tool: row.tool,
            call_id: row.call_id,
        }
    }
}

fn ended_badly(raw: &str) -> bool {
    use banyan_protocol::fact::Outcome;
    Envelope::read(raw).is_ok_and(|envelope| match Fact::read(&envelope).0 {
        Fact::Ended(ended) => matches!(ended.outcome, Outcome::Failed | Outcome::Timeout),
        _ => false,
    })
}

impl Kind {
    /// Of an event of type `name`.
    pub(super) fn of(name: &str) -> Self {
        match name {
            "operation.tool_start" => Self::ToolStart,
            "operation.tool_end" => Self::ToolEnd,
            "session.heartbeat" => Self::Heartbeat,
            "session.started" | "session.ended" => Self::Plain(FeedKind::Life),
            "operation.agent_spawn" | "operation.memory" | "operation.external_call" => {
                Self::Plain(FeedKind::Act)
            }
            "cognition.thought"
            | "cognition.goal"
            | "cognition.decision"
            | "cognition.uncertainty" => Self::Plain(FeedKind::Think),
            _ => Self::Plain(FeedKind::Other),
        }
    }

    /// Which filter shows it.
    pub(super) fn class(self) -> FeedKind {
        match self {
            Self::ToolStart | Self::ToolEnd => FeedKind::Act,
            Self::Heartbeat => FeedKind::Life,
            Self::Plain(class) => class,
        }
    }
}
