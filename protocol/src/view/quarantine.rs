use serde::Serialize;
use utoipa::ToSchema;

use crate::{Timestamp, Violation};

/// Refused input.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct QuarantineView {
    /// 1, 2, 3 …
    pub id: i64,
    /// When it was refused, by the collector's clock.
    #[schema(value_type = String, format = DateTime)]
    pub received_at: Timestamp,
    /// Everything wrong with it.
    pub violations: Vec<Violation>,
    /// Bytes received.
    pub size_bytes: i64,
    /// The first 4 KiB; bytes that are not UTF-8 are replaced.
    pub head: String,
}
