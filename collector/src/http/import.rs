//! `/import/claude-code`: lines of transcripts, posted by `banyan import claude-code`, and how far
//! those of a session were taken in.

use axum::extract::State;
use banyan_protocol::{
    receipt::Receipt,
    view::{ErrorView, ImportedAnswer},
};

use super::{
    body::EventBody, error::ApiError, events::Answer, id::SessionId, meters::Meters,
    params::FromView,
};
use crate::{ingest::Ingest, query::Query};

/// Records lines of transcripts of Claude Code; each is answered for itself.
///
/// A line is `{"session_id", "agent_id"?, "line", "meta"?, "file"?, "entry"}`: whose transcript it
/// is (`agent_id` only for a sub-agent's), which line of the file, what was written down beside
/// the file of a sub-agent (`….meta.json`; on the first line at least), where the file is, and the
/// line as it stands in it. `{…, "line", "end": true}` says that nothing stood behind that line.
/// A line that was taken in before changes nothing.
#[utoipa::path(
    post, path = "/import/claude-code", tag = "events",
    request_body(
        description = "Up to 1,000 lines, one a line or as an array",
        content((String = "application/x-ndjson"), (Object = "application/json")),
    ),
    responses(
        (status = 200, body = Receipt, description = "Every line is on disk"),
        (status = 207, body = Receipt, description = "The accepted lines are on disk, the others are refused for good"),
        (status = 400, body = ErrorView, description = "Nothing in it can be read"),
        (status = 403, body = ErrorView, description = "Asked by a page of another origin"),
        (status = 408, body = ErrorView, description = "The body did not arrive in time"),
        (status = 413, body = ErrorView, description = "Over a limit"),
        (status = 415, body = ErrorView, description = "Not JSON, or in an encoding other than gzip and zstd"),
        (status = 429, body = ErrorView, description = "A session of it sends too fast; nothing of it was recorded"),
        (status = 503, body = ErrorView, description = "Cannot record now; `stored` says what is known"),
    )
)]
pub(super) async fn post(
    State(ingest): State<Ingest>,
    State(meters): State<Meters>,
    body: EventBody,
) -> Result<Answer, ApiError> {
    let recording = ingest.record_transcript(body.bytes.clone(), body.framing);
    let recorded = meters.time(recording).await?;
    Ok(Answer::of(recorded.receipt))
}

/// How far the transcripts of a session were taken in, and whether hooks tell of it. A session
/// that nobody heard of has no files.
#[utoipa::path(
    get, path = "/import/claude-code/{id}", tag = "events",
    params(("id" = String, Path, description = "The session's id, percent-encoded")),
    responses((status = 200, body = ImportedAnswer))
)]
pub(super) async fn known(
    State(query): State<Query>,
    SessionId(id): SessionId,
) -> Result<FromView<ImportedAnswer>, ApiError> {
    let settled = query.settle().await;
    Ok(FromView(settled, query.imported(&id).await?))
}
