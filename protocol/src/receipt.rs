//! The answer to `POST /events`.

use serde::Serialize;
use utoipa::ToSchema;

use crate::{Cursor, Violation};

/// What became of a request's events. Everything counted in `accepted` is on disk.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Receipt {
    /// Whether every event was accepted.
    pub ok: bool,
    /// Events that are durable now: new ones, duplicates and variants alike.
    pub accepted: usize,
    /// Events refused for good; each is in `items` and in the quarantine.
    pub rejected: usize,
    /// The log's cursor after this request's last accepted event; absent when none was.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub cursor: Option<Cursor>,
    /// How durable: always `fsync`.
    pub durable: &'static str,
    /// `false` when an accepted event has no identity, so that sending it again stores it again.
    pub idempotent: bool,
    /// How `accepted` splits up; only with `Prefer: wait`.
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Outcome)]
    pub outcome: Option<Outcome>,
    /// The refused events, by their place in the request.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub items: Vec<RejectedItem>,
}

/// What the projection made of the accepted events.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct Outcome {
    /// Seen for the first time.
    #[schema(required = false)]
    pub stored: usize,
    /// Same identity and content as an earlier event.
    #[schema(required = false)]
    pub duplicate: usize,
    /// Same identity as an earlier event, other content.
    #[schema(required = false)]
    pub variant: usize,
}

/// A refused event.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct RejectedItem {
    /// Place in the request, from 0. For NDJSON blank lines do not count.
    pub index: usize,
    /// Everything wrong with it.
    pub violations: Vec<Violation>,
}
