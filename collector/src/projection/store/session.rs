//! Rows of `session`, as the projector writes and reads them.

use std::sync::LazyLock;

use banyan_protocol::{Timestamp, view::Status};
use sqlx::{Row as _, sqlite::SqliteRow};

use super::{
    super::{
        node::{Edge, No, Node, Stale, Standing},
        own::Own,
        rollup::Standpoint,
        session::Session,
    },
    table::{Statement, Value},
};

/// Writes what [`row`] gives. The first two columns never change.
pub(in super::super) static ROWS: LazyLock<Statement> = LazyLock::new(|| {
    Statement::upsert("session", &names(columns(&Node::new(0, ""), NOWHERE, String::new())), 2)
});

/// Writes what [`figures`] gives.
pub(in super::super) static FIGURES: LazyLock<Statement> =
    LazyLock::new(|| Statement::update("session", &names(figures_columns(&Node::new(0, "")))));

const NOWHERE: Standpoint = Standpoint { no: 0, root: 0, depth: 0 };

type Columns = Vec<(&'static str, Value)>;

/// The whole row of a session.
pub(in super::super) fn row(
    node: &Node,
    at: Standpoint,
    state: String,
) -> impl Iterator<Item = Value> {
    columns(node, at, state).into_iter().map(|(_, value)| value)
}

/// The part of a session's row that changes with its descendants.
pub(in super::super) fn figures(node: &Node) -> impl Iterator<Item = Value> {
    figures_columns(node).into_iter().map(|(_, value)| value)
}

fn names(columns: Columns) -> Vec<&'static str> {
    columns.into_iter().map(|(name, _)| name).collect()
}

fn columns(node: &Node, at: Standpoint, state: String) -> Columns {
    let mut columns = vec![("no", node.no.into()), ("id", (&*node.id).into())];
    columns.extend(facets(&node.session));
    columns.extend([
        ("known", (node.standing == Standing::Known).into()),
        ("deleted", (node.standing == Standing::Deleted).into()),
        ("claimed_parent_no", node.claim.into()),
        ("parent_no", node.edge.parent().into()),
        ("root_no", at.root.into()),
        ("depth", at.depth.into()),
        ("orphan", (node.edge == Edge::Orphan).into()),
        ("cycle", (node.edge == Edge::Cut).into()),
    ]);
    columns.extend(own(node));
    columns.extend(figures_columns(node).into_iter().skip(1));
    columns.push(("state", state.into()));
    columns
}

fn facets(session: &Session) -> Columns {
    let facets = session.facets();
    let micros = |at: Option<Timestamp>| at.map(Timestamp::micros).into();
    let count = |figure: Option<u64>| figure.map(to_i64).into();
    vec![
        ("agent_id", facets.agent_id.into()),
        ("agent_version", facets.agent_version.into()),
        ("model", facets.model.into()),
        ("goal", facets.goal.into()),
        ("current_goal", facets.current_goal.into()),
        ("next_intent", facets.next_intent.into()),
        ("final_response", facets.final_response.into()),
        ("error", facets.error.into()),
        ("activity_kind", facets.activity_kind.into()),
        ("activity_text", facets.activity_text.into()),
        ("activity_at", micros(facets.activity_at)),
        ("status", status(facets.status).into()),
        ("started_at", micros(facets.started_at)),
        ("ended_at", micros(facets.ended_at)),
        ("last_seen_at", micros(facets.last_seen_at)),
        ("total_steps", count(facets.total_steps)),
        ("total_tokens", count(facets.total_tokens)),
        ("total_cost", facets.total_cost.map(|cost| cost.0).into()),
        ("complete", facets.complete.into()),
        ("missing_count", to_i64(facets.missing_count).into()),
        ("flags", i64::from(facets.flags.bits()).into()),
        ("first_position", facets.first_position.into()),
    ]
}

fn own(node: &Node) -> Columns {
    let own = &node.accounted;
    vec![
        ("own_events", own.events.into()),
        ("own_tool_calls", own.tool_calls.into()),
        ("own_errors", own.errors.into()),
        ("own_alerts", own.alerts.into()),
        ("own_first_at", own.first_at.map(Timestamp::micros).into()),
        ("own_last_at", own.last_at.map(Timestamp::micros).into()),
        ("own_last_position", node.own_last_position.into()),
    ]
}

fn figures_columns(node: &Node) -> Columns {
    let sub = &node.sub;
    vec![
        ("no", node.no.into()),
        ("group_no", node.group.into()),
        ("children", node.children.into()),
        ("sub_sessions", sub.sessions.into()),
        ("sub_running", sub.running.into()),
        ("sub_waiting", sub.waiting.into()),
        ("sub_failed", sub.failed.into()),
        ("sub_live", sub.live.into()),
        ("sub_events", sub.events.into()),
        ("sub_tool_calls", sub.tool_calls.into()),
        ("sub_errors", sub.errors.into()),
        ("sub_alerts", sub.alerts.into()),
        ("sub_tokens", sub.tokens.into()),
        ("sub_cost", sub.cost.into()),
        ("sub_tokens_said", sub.tokens_said.into()),
        ("sub_cost_said", sub.cost_said.into()),
        ("sub_tokens_mute", sub.tokens_mute.into()),
        ("sub_cost_mute", sub.cost_mute.into()),
        ("sub_first_at", sub.first_at.map(Timestamp::micros).into()),
        ("sub_last_at", sub.last_at.map(Timestamp::micros).into()),
        ("sub_last_position", node.sub_last_position.into()),
    ]
}

/// Reads a node back from its whole row.
pub(in super::super) fn read(row: &SqliteRow) -> Result<Node, sqlx::Error> {
    let id: &str = row.try_get("id")?;
    let state: &str = row.try_get("state")?;
    let session: Session =
        serde_json::from_str(state).map_err(|error| sqlx::Error::Decode(error.into()))?;
    let standing = match (row.try_get("deleted")?, row.try_get("known")?) {
        (true, _) => Standing::Deleted,
        (false, true) => Standing::Known,
        (false, false) => Standing::Ghost,
    };
    let parent: Option<No> = row.try_get("parent_no")?;
    let edge = match (parent, row.try_get("orphan")?, row.try_get("cycle")?) {
        (Some(parent), _, _) => Edge::Under(parent),
        (None, true, _) => Edge::Orphan,
        (None, false, true) => Edge::Cut,
        (None, false, false) => Edge::Root,
    };
    let mut node = Node::new(row.try_get("no")?, id);
    node.standing = standing;
    node.edge = edge;
    node.claim = row.try_get("claimed_parent_no")?;
    node.group = row.try_get("group_no")?;
    node.children = row.try_get("children")?;
    node.sub = sub(row)?;
    node.own_last_position = row.try_get("own_last_position")?;
    node.sub_last_position = row.try_get("sub_last_position")?;
    node.stale = Stale::No;
    node.size_bytes = Node::size_bytes(id, state);
    node.session = session;
    node.accounted = node.own();
    Ok(node)
}

fn sub(row: &SqliteRow) -> Result<Own, sqlx::Error> {
    let time = |name| -> Result<_, sqlx::Error> {
        Ok(row.try_get::<Option<i64>, _>(name)?.map(Timestamp::from_micros))
    };
    Ok(Own {
        sessions: row.try_get("sub_sessions")?,
        running: row.try_get("sub_running")?,
        waiting: row.try_get("sub_waiting")?,
        failed: row.try_get("sub_failed")?,
        live: row.try_get("sub_live")?,
        events: row.try_get("sub_events")?,
        tool_calls: row.try_get("sub_tool_calls")?,
        errors: row.try_get("sub_errors")?,
        alerts: row.try_get("sub_alerts")?,
        tokens: row.try_get("sub_tokens")?,
        cost: row.try_get("sub_cost")?,
        tokens_said: row.try_get("sub_tokens_said")?,
        cost_said: row.try_get("sub_cost_said")?,
        tokens_mute: row.try_get("sub_tokens_mute")?,
        cost_mute: row.try_get("sub_cost_mute")?,
        first_at: time("sub_first_at")?,
        last_at: time("sub_last_at")?,
    })
}

/// The stored number of a status: its place in [`Status::ALL`].
fn status(status: Status) -> i64 {
    (0..).zip(Status::ALL).find(|(_, other)| *other == status).map_or(0, |(number, _)| number)
}

fn to_i64(figure: u64) -> i64 {
    i64::try_from(figure).unwrap_or(i64::MAX)
}
