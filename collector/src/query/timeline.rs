//! A tree in time: the tree as it is open, when each of its sessions lived, and what those that
//! have a row did.
//!
//! The lives are one indexed scan of the tree. What sessions did is read for as many rows as
//! [`EVENTS_MAX_COUNT`] events allow, the longest lives first: their bars are the widest.

use banyan_protocol::view::{Branch, ForestView, Node, TimelineView};

mod lives;
mod work;
#[cfg(test)]
mod tests;

use self::lives::Found;
use super::{
    Query, QueryError, row_id, session,
    subtree::{self, Scope, TreeRequest},
};

/// Events looked at for what sessions did.
pub(crate) const EVENTS_MAX_COUNT: u64 = 8_000;

impl Query {
    /// The tree of a session as far as it is open, and the same tree in time; `None` when there
    /// is no such session.
    pub(crate) async fn timeline(
        &self,
        id: &str,
        scope: Scope,
        request: &TreeRequest,
    ) -> Result<Option<(ForestView, TimelineView)>, QueryError> {
        let mut look = self.look().await?;
        let Some((no, _)) = session::number(&mut look, id).await? else { return Ok(None) };
        let tree = subtree::tree(&mut look, (no, scope), request).await?;
        let Found { lives, agents, left_out } = match scope {
            Scope::Tree => lives::of_tree(&mut look, no).await?,
            Scope::Subtree => lives::of_subtree(&mut look, no).await?,
        };
        let (wanted, without_work) = wanted(&tree);
        let works = work::load(&mut look, &wanted).await?;
        Ok(Some((tree, TimelineView { agents, lives, left_out, works, without_work })))
    }
}

/// The rows whose work is read, with how many events each has, and how many rows are left.
fn wanted(tree: &ForestView) -> (Vec<(i64, u64)>, u64) {
    let mut rows: Vec<(i64, i64, u64)> = Vec::new();
    let mut left: Vec<&Node> = tree.roots.iter().collect();
    while let Some(node) = left.pop() {
        let own = &node.session.own;
        if let (Some(no), Some(first)) = (row_id::decode(&node.session.row), own.first_activity_at)
        {
            let lived = own.last_activity_at.map_or(0, |last| last.since(first));
            rows.push((lived, no, own.events));
        }
        if let Branch::Open { children, .. } = &node.branch {
            left.extend(children);
        }
    }
    rows.sort_unstable_by(|one, other| other.cmp(one));
    let mut room = EVENTS_MAX_COUNT;
    let mut wanted = Vec::new();
    let mut without_work = 0;
    for (_, no, events) in rows {
        // The longest of all is read in part rather than not at all.
        if wanted.is_empty() || events <= room {
            room = room.saturating_sub(events);
            wanted.push((no, events));
        } else {
            without_work += 1;
        }
    }
    (wanted, without_work)
}
