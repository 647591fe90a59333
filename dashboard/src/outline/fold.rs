//! Rows that stand for several siblings, which all ended well.

use std::ops::Range;

use banyan_protocol::{
    MicroDollars,
    view::{Exactness, Figures, Fold, Node, Status, Total},
};

use super::{OpenSet, Place};
use crate::{
    figures, format,
    links::Link,
    outline::row::{AGENT_MAX_CHARS, Row, Several, Toggle, When},
    status::Mark,
};

/// Siblings that stand in one row.
#[derive(Clone, Copy, Debug)]
pub(super) struct Group<'a> {
    pub(super) members: &'a [Node],
    pub(super) is_open: bool,
}

/// What stands in a list of children.
#[derive(Clone, Copy, Debug)]
pub(super) enum Unit<'a> {
    One(&'a Node),
    Several(Group<'a>),
}

/// `nodes` in their order, those of `folds` together.
pub(super) fn units<'a>(nodes: &'a [Node], folds: &[Fold]) -> Vec<Unit<'a>> {
    let mut units = Vec::new();
    let mut at = 0;
    let end = nodes.len()..nodes.len();
    let ends = folds.iter().map(|fold| (fold.members.clone(), fold.is_open)).chain([(end, false)]);
    for (Range { start, end }, is_open) in ends {
        units.extend(nodes.get(at..start).unwrap_or_default().iter().map(Unit::One));
        if let Some(members) = nodes.get(start..end).filter(|members| !members.is_empty()) {
            units.push(Unit::Several(Group { members, is_open }));
        }
        at = end;
    }
    units
}

/// The keys of those open rows of several that stand below `node`.
pub(super) fn open_keys(node: &Node) -> impl Iterator<Item = String> {
    let open = node.branch.folds().iter().filter(|fold| fold.is_open);
    open.filter_map(|fold| node.branch.shown().get(fold.members.clone())).map(key)
}

/// `9a~b3`: the first and the last.
fn key(members: &[Node]) -> String {
    let row = |node: Option<&Node>| node.map_or("", |node| node.session.row.as_str()).to_owned();
    format!("{}~{}", row(members.first()), row(members.last()))
}

/// The row of `group`, below `parent`.
pub(super) fn row(group: Group<'_>, parent: &Node, open: &OpenSet<'_>, place: Place<'_>) -> Row {
    let members = group.members;
    let sum = sum(members.iter().map(|node| &node.session.subtree));
    let count = u64::try_from(members.len()).unwrap_or(u64::MAX);
    let agent = members.first().map_or("", |node| node.session.agent_id.as_str());
    let agent = format::clip(agent, AGENT_MAX_CHARS);
    let toggle =
        toggle(group, &format!("{} × {agent}", format::count(count)), (parent, open, place));
    let seen = members.iter().filter_map(|node| node.session.last_seen_at).max();
    Row {
        id: key(members),
        several: Some(Several {
            count: format::count(count),
            rows: members.iter().map(|node| node.session.row.clone()).collect(),
        }),
        frame: None,
        version: members.iter().map(|node| node.session.last_position).max().unwrap_or(0),
        kids: count,
        href: toggle.href.clone(),
        toggle: Some(toggle),
        current: false,
        mark: Mark::plain(Status::Completed),
        agent,
        goal: None,
        unseen_parent: None,
        level: None,
        dim: false,
        matches: None,
        badges: Vec::new(),
        chips: Vec::new(),
        tokens: figures::tokens(&sum),
        cost: figures::cost(&sum),
        reach: figures::reach(&sum, count, 0),
        seen: seen.map(|at| When::rough(at, place.now)),
    }
}

fn toggle(
    group: Group<'_>,
    what: &str,
    (parent, open, place): (&Node, &OpenSet<'_>, Place<'_>),
) -> Toggle {
    let key = key(group.members);
    let (verb, rows) = if group.is_open {
        ("Hide", open.folded(&key, group.members))
    } else {
        ("Show", open.with(&key, &[]))
    };
    let page = if let Some(page) = place.page {
        page.clone().with("open", &rows)
    } else {
        // The page of what is below the parent.
        let rows = format!("{}.{key}", parent.session.row);
        Link::subtree(&parent.session.id).at(place.at).with("open", &rows)
    };
    Toggle {
        href: page.to(&format!("n-{key}")),
        label: format!("{verb} {what}"),
        open: group.is_open,
        count: format::short(u64::try_from(group.members.len()).unwrap_or(u64::MAX)),
    }
}

/// All of `figures` together.
fn sum<'a>(figures: impl Iterator<Item = &'a Figures>) -> Figures {
    let mut sum = Figures::default();
    for figures in figures {
        sum.sessions += figures.sessions;
        let (all, one) = (&mut sum.total, &figures.total);
        let Total { tokens, tokens_exactness, cost_usd, cost_exactness } = all;
        *tokens = either(*tokens, one.tokens, u64::saturating_add);
        *cost_usd = either(*cost_usd, one.cost_usd, |a, b| MicroDollars(a.0.saturating_add(b.0)));
        *tokens_exactness = worse(*tokens_exactness, one.tokens_exactness);
        *cost_exactness = worse(*cost_exactness, one.cost_exactness);
        sum.first_activity_at = either(sum.first_activity_at, figures.first_activity_at, Ord::min);
        sum.last_activity_at = either(sum.last_activity_at, figures.last_activity_at, Ord::max);
    }
    sum
}

/// Both together, or the one that is there.
fn either<T>(one: Option<T>, other: Option<T>, both: impl Fn(T, T) -> T) -> Option<T> {
    match (one, other) {
        (Some(one), Some(other)) => Some(both(one, other)),
        (one, other) => one.or(other),
    }
}

/// A sum is as exact as its worst part.
fn worse(one: Exactness, other: Exactness) -> Exactness {
    match (one, other) {
        (Exactness::Floor, _) | (_, Exactness::Floor) => Exactness::Floor,
        (Exactness::Growing, _) | (_, Exactness::Growing) => Exactness::Growing,
        (Exactness::Exact, Exactness::Exact) => Exactness::Exact,
    }
}
