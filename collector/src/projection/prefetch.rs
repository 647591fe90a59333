//! Brings into the working set whatever folding a batch may ask for.
//!
//! That is: every session the batch names; from each of them everything along the claims, since
//! edges, cycles and figures are settled along them; the orphans that wait for a session which
//! may become known; the children of a session that is deleted; and the stored events that have
//! an identity which comes again.

use std::collections::{BTreeSet, HashSet};

use banyan_protocol::Fact;
use sqlx::SqliteConnection;

use super::{
    decode::Step,
    fold::{Fold, merge},
    identity::Identity,
    node::{No, Node, Standing},
    nodes::{Nodes, Unloaded},
    recorded::Recorded,
    store::load,
};

/// The ids that a batch names.
#[derive(Debug, Default)]
struct Named<'a> {
    /// Of sessions that may become known: those that speak or are spawned.
    heard: BTreeSet<&'a str>,
    /// Of sessions that are claimed as parents.
    claimed: BTreeSet<&'a str>,
    /// Of sessions that are deleted.
    deleted: BTreeSet<&'a str>,
    /// Of sessions whose alerts are spoken of.
    alerted: BTreeSet<&'a str>,
    /// Of sessions that are merged into others.
    merged: BTreeSet<&'a str>,
}

impl<'a> Named<'a> {
    fn by(steps: &'a [Step<'_>]) -> Self {
        let mut named = Self::default();
        for step in steps {
            match step {
                Step::Event(event, _) => named.add(event),
                Step::Merge(merging) => {
                    named.merged.insert(&merging.from);
                    named.heard.extend([&*merging.from, &*merging.into]);
                }
                Step::Delete(deletion) => {
                    named.deleted.insert(&deletion.session_id);
                }
                Step::Mark(marking) => {
                    named.alerted.insert(&marking.session_id);
                }
                Step::Poison(poison) => {
                    if let Some((event, _)) = &poison.event {
                        named.add(event);
                    }
                }
            }
        }
        named
    }

    fn add(&mut self, event: &'a Recorded<'_>) {
        self.heard.insert(&event.envelope.session_id);
        self.claimed.extend(event.envelope.parent_session_id.as_deref());
        if let Fact::Spawn(spawn) = &event.fact {
            self.heard.extend(spawn.child_session_id.as_deref());
        }
    }

    fn all(&self) -> BTreeSet<&'a str> {
        let ids = self.heard.iter().chain(&self.claimed).chain(&self.deleted).chain(&self.alerted);
        ids.copied().collect()
    }
}

/// Prepares `fold` for `steps`; its batch must have begun.
pub(super) async fn prefetch(
    connection: &mut SqliteConnection,
    fold: &mut Fold,
    steps: &[Step<'_>],
) -> Result<(), sqlx::Error> {
    let mut named = Named::by(steps);
    load_named(connection, &mut fold.nodes, &named.all()).await?;
    let kin = load_moving(connection, fold, &named.merged).await?;
    named.heard.extend(kin.iter().map(String::as_str));
    let nodes = &mut fold.nodes;
    load_named(connection, nodes, &named.all()).await?;

    let ghosts = numbers(nodes, &named.heard, |node| node.standing == Standing::Ghost);
    if !ghosts.is_empty() {
        take(nodes, load::waiting_for(connection, &ghosts).await?);
    }
    let emptied: BTreeSet<&str> = named.deleted.union(&named.merged).copied().collect();
    let parents = numbers(nodes, &emptied, |node| 0 < node.children);
    if !parents.is_empty() {
        take(nodes, load::children_of(connection, &parents).await?);
    }
    load_claims(connection, nodes, &named.all()).await?;
    load_identities(connection, fold, steps).await
}

/// Loads the events of sessions that are merged into others; gives the sessions that they name.
async fn load_moving(
    connection: &mut SqliteConnection,
    fold: &mut Fold,
    merged: &BTreeSet<&str>,
) -> Result<Vec<String>, sqlx::Error> {
    let mut kin = Vec::new();
    fold.moving.clear();
    for no in numbers(&fold.nodes, merged, |_| true) {
        let moving = load::moving(connection, no).await?;
        kin.extend(moving.iter().flat_map(|events| merge::kin(events)));
        fold.moving.insert(no, moving);
    }
    Ok(kin)
}

async fn load_named(
    connection: &mut SqliteConnection,
    nodes: &mut Nodes,
    ids: &BTreeSet<&str>,
) -> Result<(), sqlx::Error> {
    let missing: Vec<&str> = ids.iter().copied().filter(|id| nodes.find(id).is_none()).collect();
    if missing.is_empty() {
        return Ok(());
    }
    take(nodes, load::by_id(connection, &missing).await?);
    for id in missing {
        nodes.note_absent(id);
    }
    Ok(())
}

/// Follows the claims from everything that the batch names, as they stand in memory, and loads
/// what is missing on the way, until nothing is.
async fn load_claims(
    connection: &mut SqliteConnection,
    nodes: &mut Nodes,
    ids: &BTreeSet<&str>,
) -> Result<(), sqlx::Error> {
    let mut followed = HashSet::new();
    let mut starts: Vec<No> = ids.iter().filter_map(|id| nodes.find(id)).collect();
    loop {
        let mut missing = Vec::new();
        for start in starts {
            let mut at = Some(start);
            while let Some(no) = at {
                if !nodes.keep(no) {
                    missing.push(no);
                    break;
                }
                if !followed.insert(no) {
                    break;
                }
                at = nodes.get(no).ok().and_then(|node| node.claim);
            }
        }
        if missing.is_empty() {
            return Ok(());
        }
        take(nodes, load::with_claims(connection, &missing).await?);
        if let Some(&no) = missing.iter().find(|no| nodes.get(**no).is_err()) {
            return Err(sqlx::Error::Decode(Unloaded::No(no).into()));
        }
        starts = missing;
    }
}

async fn load_identities(
    connection: &mut SqliteConnection,
    fold: &mut Fold,
    steps: &[Step<'_>],
) -> Result<(), sqlx::Error> {
    let (mut by_sequence, mut by_event_id) = (BTreeSet::new(), BTreeSet::new());
    for step in steps {
        let Step::Event(event, _) = step else { continue };
        let Some(no) = fold.nodes.find(&event.envelope.session_id) else { continue };
        match Identity::of(&event.envelope) {
            Identity::Sequence(sequence) => {
                let seen =
                    fold.nodes.get(no).is_ok_and(|node| node.session.may_have_seen(sequence));
                if seen {
                    by_sequence.insert((no, sequence));
                }
            }
            Identity::EventId(id) => {
                by_event_id.insert((no, id));
            }
            Identity::None => {}
        }
    }
    let mut known = Vec::new();
    if !by_sequence.is_empty() {
        let wanted: Vec<_> = by_sequence.into_iter().collect();
        known.extend(load::by_sequence(connection, &wanted).await?);
    }
    if !by_event_id.is_empty() {
        let wanted: Vec<_> = by_event_id.into_iter().collect();
        known.extend(load::by_event_id(connection, &wanted).await?);
    }
    for (key, known) in known {
        fold.seen.note_stored(key, known);
    }
    Ok(())
}

fn numbers(nodes: &Nodes, ids: &BTreeSet<&str>, which: impl Fn(&Node) -> bool) -> Vec<No> {
    let found = ids.iter().filter_map(|id| nodes.find(id));
    found.filter(|no| nodes.get(*no).is_ok_and(&which)).collect()
}

fn take(nodes: &mut Nodes, loaded: Vec<Node>) {
    for node in loaded {
        nodes.load(node);
    }
}
