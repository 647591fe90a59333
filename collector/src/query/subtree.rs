//! The tree around or below a session as a page of its own shows it: what the reader opened, else
//! trouble first.

use banyan_protocol::view::{Counts, ForestView};

use super::{
    Query, QueryError,
    forest::{Folding, Grove, Limits, WINDOW_MAX_ROWS, open_chosen, open_trouble},
    look::Look,
    row_id, session, session_row,
    stalled::Stalled,
    tree_around,
};

/// A page whose open nodes a reader chose.
const CHOSEN: Limits = Limits { rows: 500, window: WINDOW_MAX_ROWS };
/// Rows of the path to a session, with the siblings around it.
const PATH_ROWS_MAX: usize = 600;

/// Which sessions a page about a tree shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scope {
    /// The whole tree that a session belongs to, the way to it open.
    Tree,
    /// The session and what is below it.
    Subtree,
}

/// Which part of a tree a page shows.
#[derive(Clone, Debug, Default)]
pub(crate) struct TreeRequest {
    /// Row ids of the nodes that are open; `None`: let the collector choose, trouble first.
    pub open: Option<Vec<String>>,
    /// For `kids=row:from`: the window of children shown of one open node.
    pub window: Option<(String, u64)>,
}

impl Query {
    /// The session with what is below it, as far as it is open; `None` when there is no such
    /// session.
    pub(crate) async fn subtree(
        &self,
        id: &str,
        request: &TreeRequest,
    ) -> Result<Option<ForestView>, QueryError> {
        let mut look = self.look().await?;
        let Some((no, _)) = session::number(&mut look, id).await? else { return Ok(None) };
        Ok(Some(tree(&mut look, (no, Scope::Subtree), request).await?))
    }
}

/// The tree of the session `no`, as far as it is open.
pub(super) async fn tree(
    look: &mut Look,
    (no, scope): (i64, Scope),
    request: &TreeRequest,
) -> Result<ForestView, QueryError> {
    let as_of = look.as_of().await?;
    let stalled = Stalled::look(look).await?;
    let mut grove = match scope {
        Scope::Tree => tree_around::path(look, no, PATH_ROWS_MAX).await?,
        Scope::Subtree => {
            let numbers = serde_json::json!([no]).to_string();
            Grove::of(session_row::fetch_numbers(&mut look.tx, numbers).await?)
        }
    };
    let window =
        request.window.as_ref().and_then(|(row, from)| Some((row_id::decode(row)?, *from)));
    match (&request.open, window) {
        (None, None) => open_trouble(&mut grove, look, &stalled).await?,
        (open, window) => {
            let open = open.as_deref().unwrap_or_default();
            open_chosen(&mut grove, look, (open, window), CHOSEN).await?;
        }
    }
    let folding = Folding { here: Some(no), ..Folding::of(request.open.as_deref()) };
    let roots = grove.into_nodes(look, &stalled, Some(folding));
    Ok(ForestView { roots, counts: Counts::default(), older: None, as_of, matches: None })
}
