//! One session in the projector's working set: its fold, its place and its figures.

use std::sync::Arc;

use banyan_protocol::Position;

use super::{alerts::Recent, own::Own, session::Session};

/// A session's number in the view: 1, 2, 3 … in order of first mention in the log.
pub(super) type No = i64;

/// A session in the working set.
#[derive(Clone, Debug)]
pub(super) struct Node {
    /// Its number.
    pub no: No,
    /// Its id.
    pub id: Arc<str>,
    /// Whether it is shown.
    pub standing: Standing,
    /// The fold of its events.
    pub session: Session,
    /// Its newest events, for the next one that comes late, once one has.
    pub recent: Option<Box<Recent>>,
    /// The session that the winning claim names as its parent, shown or not.
    pub claim: Option<No>,
    /// What became of the claim.
    pub edge: Edge,
    /// The group whose root this is.
    pub group: Option<i64>,
    /// How many sessions have an edge to this one.
    pub children: i64,
    /// What its ancestors' figures hold of it.
    pub accounted: Own,
    /// The figures of its subtree, this session included.
    pub sub: Own,
    /// Position of the last event that changed its state or its place.
    pub own_last_position: Position,
    /// Position of the last event that changed anything in its subtree.
    pub sub_last_position: Position,
    /// Whether the row has to be written.
    pub stale: Stale,
    /// A session left the subtree, so the subtree's times have to be read again from its children.
    pub times_left: bool,
    /// The batch that last needed this node.
    pub used: u64,
    /// About how much memory it takes.
    pub size_bytes: usize,
}

/// Whether a session is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    /// Only claimed as a parent.
    Ghost,
    /// It spoke, or a spawn named it.
    Known,
    /// It was deleted, for ever.
    Deleted,
}

/// What became of a session's claim to a parent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Edge {
    /// There is none.
    Root,
    /// The parent is known.
    Under(No),
    /// The parent is not known: a root until it is.
    Orphan,
    /// The claims form a cycle, and this is its smallest id: a root.
    Cut,
}

/// Which part of a session's row has to be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Stale {
    /// None.
    No,
    /// What it has of its descendants.
    Figures,
    /// All.
    Row,
}

impl Edge {
    /// The parent in the tree.
    pub(super) fn parent(self) -> Option<No> {
        match self {
            Self::Under(parent) => Some(parent),
            Self::Root | Self::Orphan | Self::Cut => None,
        }
    }
}

impl Node {
    /// A session that was mentioned for the first time.
    pub(super) fn new(no: No, id: &str) -> Self {
        Self {
            no,
            id: id.into(),
            standing: Standing::Ghost,
            session: Session::default(),
            recent: None,
            claim: None,
            edge: Edge::Root,
            group: None,
            children: 0,
            accounted: Own::default(),
            sub: Own::default(),
            own_last_position: 0,
            sub_last_position: 0,
            stale: Stale::Row,
            times_left: false,
            used: 0,
            size_bytes: Self::size_bytes(id, ""),
        }
    }

    /// What it should add to its ancestors' figures.
    pub(super) fn own(&self) -> Own {
        match self.standing {
            Standing::Known => self.session.own(),
            Standing::Ghost | Standing::Deleted => Own::default(),
        }
    }

    /// About how much memory it takes when its state is `state` as JSON.
    pub(super) fn size_bytes_with(&self, state: &str) -> usize {
        let recent = self.recent.as_ref().map_or(0, |recent| recent.size_bytes());
        Self::size_bytes(&self.id, state) + recent
    }

    /// About how much memory a node takes whose state is `state` as JSON: names and values take
    /// a little more than in JSON, allocations and the indexes of the working set come on top.
    pub(super) fn size_bytes(id: &str, state: &str) -> usize {
        size_of::<Self>() + 2 * id.len() + 2 * state.len() + 200
    }
}
