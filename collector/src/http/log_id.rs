//! Which log the surface shows.

use std::sync::Arc;

/// Which log this is; colours begin with it.
#[derive(Clone, Debug)]
pub(crate) struct LogId(Arc<str>);

impl LogId {
    /// The id that the log was made with.
    pub(crate) fn new(id: &str) -> Self {
        Self(id.into())
    }

    pub(super) fn as_str(&self) -> &str {
        &self.0
    }
}
