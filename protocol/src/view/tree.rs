use serde::Serialize;
use utoipa::ToSchema;

use super::SessionView;

/// A session with its descendants.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(no_recursion)]
pub struct TreeView {
    /// The session itself.
    pub session: SessionView,
    /// Its children, by first event.
    pub children: Vec<Self>,
    /// Children left out here, because the answer was cut at its depth or size.
    pub omitted: u64,
}
