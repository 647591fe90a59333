//! The projector's working set: the sessions that the current batch may touch, and as many of the
//! recent ones as fit into a bound.
//!
//! Folding is synchronous, so everything that it may ask for is here before it begins: every
//! session that the batch names, and from each of them the chain of claimed parents up to its
//! end (see [`super::prefetch`]). What is asked for and is not here is an error of ours, never a
//! guess.

use std::{
    collections::{BTreeSet, HashMap, HashSet},
    sync::Arc,
};

use thiserror::Error;

use super::node::{No, Node, Stale};

/// What may be kept between batches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Room {
    /// Sessions.
    pub nodes_count: usize,
    /// About how much memory they may take.
    pub nodes_bytes: usize,
}

/// What a collector keeps.
pub(super) const NODES_MAX: Room = Room { nodes_count: 50_000, nodes_bytes: 48 * 1024 * 1024 };

/// A session was needed that had not been loaded.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub(crate) enum Unloaded {
    /// By its number.
    #[error("session number {0} is not in the working set")]
    No(No),
    /// By its id.
    #[error("a session that an event names is not in the working set")]
    Id,
}

/// The working set.
#[derive(Debug)]
pub(super) struct Nodes {
    by_no: HashMap<No, Node>,
    by_id: HashMap<Arc<str>, No>,
    /// Those of the working set that claim a session as their parent.
    claimants: HashMap<No, BTreeSet<No>>,
    /// Ids that were looked for and are not in the view.
    absent: HashSet<Box<str>>,
    stale: BTreeSet<No>,
    /// Those that moved with sessions below them.
    moved: BTreeSet<No>,
    last_no: No,
    /// Numbers that were given already.
    given: HashMap<String, No>,
    batch: u64,
    size_bytes: usize,
    room: Room,
}

impl Nodes {
    /// An empty set over a view whose largest session number is `last_no`.
    pub(super) fn new(last_no: No, room: Room) -> Self {
        Self {
            room,
            by_no: HashMap::new(),
            by_id: HashMap::new(),
            claimants: HashMap::new(),
            absent: HashSet::new(),
            stale: BTreeSet::new(),
            moved: BTreeSet::new(),
            last_no,
            given: HashMap::new(),
            batch: 0,
            size_bytes: 0,
        }
    }

    /// An empty set over an empty view whose sessions have these numbers.
    pub(super) fn given(given: HashMap<String, No>, room: Room) -> Self {
        let last_no = given.values().max().copied().unwrap_or(0);
        Self { given, ..Self::new(last_no, room) }
    }

    /// Begins a batch: what it asks for from now on will not be evicted before the next one.
    pub(super) fn begin(&mut self) {
        self.batch += 1;
        self.absent.clear();
    }

    /// The session with this number.
    pub(super) fn get(&self, no: No) -> Result<&Node, Unloaded> {
        self.by_no.get(&no).ok_or(Unloaded::No(no))
    }

    /// The session with this number, to be changed.
    pub(super) fn get_mut(&mut self, no: No) -> Result<&mut Node, Unloaded> {
        self.by_no.get_mut(&no).ok_or(Unloaded::No(no))
    }

    /// The number of the session with this id.
    pub(super) fn find(&self, id: &str) -> Option<No> {
        self.by_id.get(id).copied()
    }

    /// Keeps a session for this batch; says whether it is here.
    pub(super) fn keep(&mut self, no: No) -> bool {
        let batch = self.batch;
        self.by_no.get_mut(&no).map(|node| node.used = batch).is_some()
    }

    /// Takes in a session as the view has it. One that is here already is newer and stays.
    pub(super) fn load(&mut self, mut node: Node) {
        if self.by_no.contains_key(&node.no) {
            return;
        }
        node.used = self.batch;
        if let Some(claim) = node.claim {
            self.claimants.entry(claim).or_default().insert(node.no);
        }
        self.size_bytes += node.size_bytes;
        self.by_id.insert(node.id.clone(), node.no);
        self.by_no.insert(node.no, node);
    }

    /// Notes that the view has no session with this id.
    pub(super) fn note_absent(&mut self, id: &str) {
        if !self.by_id.contains_key(id) {
            self.absent.insert(id.into());
        }
    }

    /// The number of the session with this id; a new one at its first mention.
    pub(super) fn intern(&mut self, id: &str) -> Result<No, Unloaded> {
        if let Some(no) = self.find(id) {
            return Ok(no);
        }
        if !self.absent.remove(id) {
            return Err(Unloaded::Id);
        }
        let no = self.given.get(id).copied().unwrap_or_else(|| {
            self.last_no += 1;
            self.last_no
        });
        self.load(Node::new(no, id));
        self.stale.insert(no);
        Ok(no)
    }

    /// Moves a session's claim.
    pub(super) fn set_claim(&mut self, no: No, claim: Option<No>) -> Result<(), Unloaded> {
        let before = std::mem::replace(&mut self.get_mut(no)?.claim, claim);
        if let Some(before) = before {
            self.forget_claim(no, before);
        }
        if let Some(claim) = claim {
            self.claimants.entry(claim).or_default().insert(no);
        }
        Ok(())
    }

    /// Those of the working set that claim this session as their parent, by number.
    pub(super) fn claimants(&self, no: No) -> Vec<No> {
        self.claimants.get(&no).into_iter().flatten().copied().collect()
    }

    /// Notes that the row of a session has to be written, as far as `stale` says.
    pub(super) fn mark(&mut self, no: No, stale: Stale) -> Result<&mut Node, Unloaded> {
        self.stale.insert(no);
        let node = self.get_mut(no)?;
        node.stale = node.stale.max(stale);
        Ok(node)
    }

    /// The sessions that are marked, by number.
    pub(super) fn stale(&self) -> &BTreeSet<No> {
        &self.stale
    }

    /// Forgets the marks; the caller has taken what has to be written.
    pub(super) fn take_stale(&mut self) -> BTreeSet<No> {
        for no in &self.stale {
            if let Some(node) = self.by_no.get_mut(no) {
                node.stale = Stale::No;
            }
        }
        std::mem::take(&mut self.stale)
    }

    /// Notes that a session moved together with sessions below it.
    pub(super) fn note_moved(&mut self, no: No) {
        self.moved.insert(no);
    }

    /// Those noted since the last call.
    pub(super) fn take_moved(&mut self) -> BTreeSet<No> {
        std::mem::take(&mut self.moved)
    }

    /// Notes how much memory a session takes.
    pub(super) fn resize(&mut self, no: No, size_bytes: usize) {
        if let Some(node) = self.by_no.get_mut(&no) {
            self.size_bytes = self.size_bytes - node.size_bytes + size_bytes;
            node.size_bytes = size_bytes;
        }
    }

    /// Drops the least recently used sessions when there are too many. To be called when
    /// everything that was taken by [`Self::take_stale`] is committed.
    pub(super) fn evict(&mut self) {
        let Room { nodes_count, nodes_bytes } = self.room;
        if self.by_no.len() <= nodes_count && self.size_bytes <= nodes_bytes {
            return;
        }
        // Some more than needed, so that this is not for every batch.
        let (nodes_count, nodes_bytes) = (nodes_count / 4 * 3, nodes_bytes / 4 * 3);
        let mut oldest: Vec<(u64, No)> = self
            .by_no
            .values()
            .filter(|node| node.stale == Stale::No && node.used < self.batch)
            .map(|node| (node.used, node.no))
            .collect();
        oldest.sort_unstable();
        for (_, no) in oldest {
            if self.by_no.len() <= nodes_count && self.size_bytes <= nodes_bytes {
                break;
            }
            self.drop_node(no);
        }
    }

    fn drop_node(&mut self, no: No) {
        let Some(node) = self.by_no.remove(&no) else { return };
        self.size_bytes -= node.size_bytes;
        self.by_id.remove(&node.id);
        if let Some(claim) = node.claim {
            self.forget_claim(no, claim);
        }
    }

    fn forget_claim(&mut self, no: No, claim: No) {
        if let Some(claimants) = self.claimants.get_mut(&claim) {
            claimants.remove(&no);
            if claimants.is_empty() {
                self.claimants.remove(&claim);
            }
        }
    }
}
