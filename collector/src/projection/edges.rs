//! Keeps every session at the place that [`super::forest::place`] defines, event by event.
//!
//! A session's standing or claim changed: only its own edge, the edges of those that claim it,
//! and the cut of a cycle that the change opens or closes can change with it. They are planned
//! first, then all edges that end are taken off and all new ones are put on. In between, the tree
//! is a part of the one before and of the one after, so it never holds a cycle.

use std::collections::{BTreeMap, BTreeSet};

use banyan_protocol::Position;

use super::{
    groups::Groups,
    node::{Edge, No, Node, Stale, Standing},
    nodes::{Nodes, Unloaded},
};

/// Brings the forest up to date with the state of session `no`, which the event at `position`
/// may have changed. Returns the parent that it claims now, when something did change.
pub(super) fn settle(
    nodes: &mut Nodes,
    groups: &mut Groups,
    no: No,
    position: Position,
) -> Result<Option<No>, Unloaded> {
    let node = nodes.get(no)?;
    let (before, after) = (node.standing, standing(node));
    let claimed = if after == Standing::Known { node.session.parent() } else { None };
    let held = node.claim.map(|claim| nodes.get(claim)).transpose()?;
    if before == after && held.map(|parent| &*parent.id) == claimed {
        return Ok(None);
    }
    let claimed = claimed.map(ToOwned::to_owned);
    let claim = claimed.map(|id| nodes.intern(&id)).transpose()?;
    nodes.set_claim(no, claim)?;
    nodes.get_mut(no)?.standing = after;

    let mut plan = Plan { nodes, edges: BTreeMap::new() };
    plan.change(no, before)?;
    let edges = plan.edges;
    apply(nodes, groups, edges, position)?;
    if after == Standing::Deleted {
        nodes.mark(no, Stale::Row)?.times_left = true;
    }
    Ok(claim)
}

fn standing(node: &Node) -> Standing {
    match (node.session.is_deleted(), node.session.is_known()) {
        (true, _) => Standing::Deleted,
        (false, true) => Standing::Known,
        (false, false) => Standing::Ghost,
    }
}

/// The edges as they will be.
struct Plan<'a> {
    nodes: &'a Nodes,
    edges: BTreeMap<No, Edge>,
}

impl Plan<'_> {
    /// Plans for a session whose claim or standing changed, the latter from `before`.
    fn change(&mut self, no: No, before: Standing) -> Result<(), Unloaded> {
        self.open_cycle(no)?;
        self.edges.insert(no, Edge::Root);
        let after = self.nodes.get(no)?.standing;
        if after == Standing::Known {
            self.hang(no)?;
        }
        if before == after {
            return Ok(());
        }
        for child in self.nodes.claimants(no) {
            if child != no && self.nodes.get(child)?.standing == Standing::Known {
                self.hang(child)?;
            }
        }
        Ok(())
    }

    /// Takes back the cut of the cycle that `no` is a part of, if it is a part of one.
    fn open_cycle(&mut self, no: No) -> Result<(), Unloaded> {
        let mut top = no;
        while let Some(parent) = self.edge(top)?.parent() {
            top = parent;
        }
        if top == no || self.edge(top)? != Edge::Cut {
            return Ok(());
        }
        let Some(claim) = self.nodes.get(top)?.claim else { return Ok(()) };
        let mut at = Some(claim);
        while let Some(member) = at {
            if member == no {
                self.edges.insert(top, Edge::Under(claim));
                return Ok(());
            }
            at = self.edge(member)?.parent();
        }
        Ok(())
    }

    /// Hangs a known session below the one that it claims, cutting the cycle that this closes.
    fn hang(&mut self, no: No) -> Result<(), Unloaded> {
        let Some(claim) = self.nodes.get(no)?.claim else { return Ok(()) };
        if self.nodes.get(claim)?.standing != Standing::Known {
            self.edges.insert(no, Edge::Orphan);
            return Ok(());
        }
        self.edges.insert(no, Edge::Under(claim));
        let mut smallest = self.nodes.get(no)?;
        let mut at = claim;
        while at != no {
            let node = self.nodes.get(at)?;
            if node.id < smallest.id {
                smallest = node;
            }
            match self.edge(at)?.parent() {
                Some(parent) => at = parent,
                None => return Ok(()),
            }
        }
        self.edges.insert(smallest.no, Edge::Cut);
        Ok(())
    }

    fn edge(&self, no: No) -> Result<Edge, Unloaded> {
        match self.edges.get(&no) {
            Some(&edge) => Ok(edge),
            None => Ok(self.nodes.get(no)?.edge),
        }
    }
}

/// Takes off the edges that end, puts on the new ones, and numbers the groups that this makes.
fn apply(
    nodes: &mut Nodes,
    groups: &mut Groups,
    mut edges: BTreeMap<No, Edge>,
    position: Position,
) -> Result<(), Unloaded> {
    edges.retain(|&no, edge| nodes.get(no).map(|node| node.edge) != Ok(*edge));
    for &no in edges.keys() {
        take_off(nodes, no, position)?;
    }
    for (&no, &edge) in &edges {
        let node = nodes.mark(no, Stale::Row)?;
        node.edge = edge;
        node.own_last_position = position;
        if let Some(parent) = edge.parent() {
            let root = put_on(nodes, no, parent, position)?;
            groups.merge(nodes, root, no)?;
        }
        if 0 < nodes.get(no)?.children {
            nodes.note_moved(no);
        }
    }
    for &no in edges.keys() {
        let root = root(nodes, no)?;
        groups.form(nodes, root, position)?;
    }
    Ok(())
}

/// Takes a session with its subtree out of its parent's tree, if it has a parent.
fn take_off(nodes: &mut Nodes, no: No, position: Position) -> Result<(), Unloaded> {
    let node = nodes.get_mut(no)?;
    let Some(parent) = node.edge.parent() else { return Ok(()) };
    node.edge = Edge::Root;
    let sub = node.sub;
    nodes.get_mut(parent)?.children -= 1;
    climb(nodes, parent, |above| {
        above.sub = above.sub.minus(sub);
        above.times_left = true;
        above.sub_last_position = position;
    })?;
    Ok(())
}

/// Puts a session with its subtree below `parent`; returns the root of that tree.
fn put_on(nodes: &mut Nodes, no: No, parent: No, position: Position) -> Result<No, Unloaded> {
    let sub = nodes.get(no)?.sub;
    nodes.get_mut(parent)?.children += 1;
    climb(nodes, parent, |above| {
        above.sub = above.sub.plus(sub);
        above.sub_last_position = position;
    })
}

/// Changes the figures of `from` and of every session above it; returns the root.
fn climb(nodes: &mut Nodes, from: No, mut change: impl FnMut(&mut Node)) -> Result<No, Unloaded> {
    let mut at = from;
    loop {
        let node = nodes.mark(at, Stale::Figures)?;
        change(node);
        match node.edge.parent() {
            Some(parent) => at = parent,
            None => return Ok(at),
        }
    }
}

/// The root of the tree that a session is in.
pub(super) fn root(nodes: &Nodes, no: No) -> Result<No, Unloaded> {
    let mut at = no;
    while let Some(parent) = nodes.get(at)?.edge.parent() {
        at = parent;
    }
    Ok(at)
}

/// Whether a session is below one of `others`.
pub(super) fn is_below_any(nodes: &Nodes, no: No, others: &BTreeSet<No>) -> Result<bool, Unloaded> {
    let mut at = no;
    while let Some(parent) = nodes.get(at)?.edge.parent() {
        if others.contains(&parent) {
            return Ok(true);
        }
        at = parent;
    }
    Ok(false)
}
