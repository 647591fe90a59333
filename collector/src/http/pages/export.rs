//! `/s/{id}/export.jsonl` and `/s/{id}/export.html`: a subtree in one file, to take away.

use axum::{
    http::{HeaderValue, header},
    response::Response,
};
use banyan_dashboard::{ExportInput, ExportPage, ExportedSession};
use banyan_protocol::view::{SessionView, TreeView};

use super::{asked::Asked, render};
use crate::{
    http::{
        error::ApiError,
        export::{attachment, file_name, lines},
    },
    query::{Portable, Share},
};

/// Levels below the session.
const DEPTH_MAX_LEVELS: u32 = 50;
/// Sessions of one page.
const SESSIONS_MAX_COUNT: u32 = 400;
/// Rows of all feeds.
const ROWS_MAX_COUNT: usize = 10_000;
/// Rows of one feed.
const FEED_MAX_ROWS: usize = 1_000;
/// Bytes of all payloads.
const PAYLOADS_MAX_BYTES: usize = 8 * 1024 * 1024;
/// Bytes of one payload.
const PAYLOAD_MAX_BYTES: usize = 16 * 1024;

/// The events of a session and of all below it, as received, one a line.
pub(in crate::http) async fn jsonl(asked: Asked) -> Result<Response, ApiError> {
    asked.find().await?;
    let Asked { query, id, .. } = asked;
    let query = query.held();
    let sessions = query.subtree_numbers(&id).await?;
    Ok(lines(query, sessions, &file_name(&id, "jsonl")))
}

/// A session and all below it as one page that needs nothing else.
pub(in crate::http) async fn html(asked: Asked) -> Result<Response, ApiError> {
    let (settled, _) = asked.find().await?;
    let chrome = asked.chrome(settled.as_of);
    let Asked { query, id, .. } = asked;
    let query = query.held();
    let _turn = query.turn().await;
    let tree = query.tree(&id, DEPTH_MAX_LEVELS, SESSIONS_MAX_COUNT).await?;
    let tree = tree.ok_or(ApiError::NoSession)?;
    let (mut rows, mut bytes) = (ROWS_MAX_COUNT, PAYLOADS_MAX_BYTES);
    let mut sessions = Vec::new();
    for session in in_order(&tree) {
        let share =
            Share { rows: rows.min(FEED_MAX_ROWS), bytes, payload_bytes: PAYLOAD_MAX_BYTES };
        let Portable { items, payloads, cut } = query.portable(&session.id, share).await?;
        rows = rows.saturating_sub(items.len());
        bytes = bytes.saturating_sub(payloads.values().map(String::len).sum());
        sessions.push(ExportedSession { session: session.clone(), items, payloads, cut });
    }
    let mut response = render(&ExportPage::new(&chrome, &ExportInput { tree, sessions }))?;
    let disposition = HeaderValue::try_from(attachment(&file_name(&id, "html")));
    let disposition = disposition.unwrap_or(HeaderValue::from_static("attachment"));
    response.headers_mut().insert(header::CONTENT_DISPOSITION, disposition);
    Ok(response)
}

/// A tree's sessions, each before those below it.
fn in_order(tree: &TreeView) -> Vec<&SessionView> {
    let (mut sessions, mut left) = (Vec::new(), vec![tree]);
    while let Some(tree) = left.pop() {
        sessions.push(&tree.session);
        left.extend(tree.children.iter().rev());
    }
    sessions
}
