//! Brings the figures of subtrees up to date, once a batch.
//!
//! Every session that changed hands its difference to the sessions above it. A sum of differences
//! does not depend on how the log was cut into batches; structure does, and is therefore kept
//! event by event ([`super::edges`]), where a moving subtree takes with it what its ancestors
//! hold of it and no more.

use std::collections::HashMap;

use banyan_protocol::Position;

use super::{
    node::{No, Stale},
    nodes::{Nodes, Unloaded},
    own::Own,
};

/// Where a session stands among the rows of a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Standpoint {
    /// The session.
    pub no: No,
    /// The root of its tree.
    pub root: No,
    /// Levels below the root.
    pub depth: i64,
}

/// Rolls up every marked session into those above it, which are marked, too. Returns all of them,
/// the deepest first, then by number.
pub(super) fn roll_up(nodes: &mut Nodes) -> Result<Vec<Standpoint>, Unloaded> {
    let mut order = standpoints(nodes)?;
    order.sort_unstable_by_key(|at| (std::cmp::Reverse(at.depth), at.no));
    let mut passed_on: HashMap<No, PassedOn> = HashMap::with_capacity(order.len());
    for at in &order {
        let below = passed_on.remove(&at.no).unwrap_or_default();
        let node = nodes.mark(at.no, Stale::Figures)?;
        let own = node.own();
        let gain = below.gain.plus(own.minus(node.accounted));
        node.accounted = own;
        node.sub = node.sub.plus(gain);
        node.times_left |= below.times_left;
        let last = below.last_position.max(node.own_last_position);
        node.sub_last_position = node.sub_last_position.max(last);
        if let Some(parent) = node.edge.parent() {
            let (last, left) = (node.sub_last_position, node.times_left);
            let above = passed_on.entry(parent).or_default();
            above.gain = above.gain.plus(gain);
            above.last_position = above.last_position.max(last);
            above.times_left |= left;
        }
    }
    Ok(order)
}

/// What the sessions below hand to one session.
#[derive(Clone, Copy, Debug, Default)]
struct PassedOn {
    gain: Own,
    last_position: Position,
    times_left: bool,
}

/// The marked sessions and every session above one of them.
fn standpoints(nodes: &Nodes) -> Result<Vec<Standpoint>, Unloaded> {
    let mut found: HashMap<No, (No, i64)> = HashMap::new();
    let mut path = Vec::new();
    for &no in nodes.stale() {
        let mut at = no;
        let (root, mut depth) = loop {
            if let Some(&(root, depth)) = found.get(&at) {
                break (root, depth);
            }
            path.push(at);
            match nodes.get(at)?.edge.parent() {
                Some(parent) => at = parent,
                None => break (at, -1),
            }
        };
        while let Some(no) = path.pop() {
            depth += 1;
            found.insert(no, (root, depth));
        }
    }
    Ok(found.into_iter().map(|(no, (root, depth))| Standpoint { no, root, depth }).collect())
}
