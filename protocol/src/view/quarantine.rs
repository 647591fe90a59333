use serde::Serialize;
use utoipa::ToSchema;

use crate::{Timestamp, Violation};

/// Refused input.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct QuarantineView {
    /// 1, 2, 3 …; another one each time it is refused.
    pub id: i64,
    /// How often exactly this input was refused.
    pub times: i64,
    /// When it was refused, for the last time, by the collector's clock.
    #[schema(value_type = String, format = DateTime)]
    pub received_at: Timestamp,
    /// Everything wrong with it.
    pub violations: Vec<Violation>,
    /// Bytes received.
    pub size_bytes: i64,
    /// The first 4 KiB; bytes that are not UTF-8 are replaced.
    pub head: String,
}
