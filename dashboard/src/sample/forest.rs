//! Forests of several kinds.

use banyan_protocol::{
    MicroDollars,
    view::{Attention, Branch, Counts, Exactness, Figures, ForestView, Node, SessionView, Status},
};

use super::{Sketch, Voice};

/// A forest of these trees.
pub(super) fn of(roots: Vec<Node>) -> ForestView {
    let sum =
        |count: fn(&Figures) -> u64| roots.iter().map(|root| count(&root.session.subtree)).sum();
    let counts = Counts {
        roots: u64::try_from(roots.len()).unwrap_or(u64::MAX),
        groups: roots.iter().filter(|root| root.session.group.is_some()).map(|_| 1).sum(),
        sessions: sum(|figures| figures.sessions),
        running: sum(|figures| figures.running),
        attention: sum(|figures| figures.failed + figures.waiting + figures.stalled),
        failed_today: sum(|figures| figures.failed),
        cost_today: MicroDollars(41_200_000),
    };
    ForestView { roots, counts, as_of: 184_512, ..ForestView::default() }
}

pub(super) fn empty() -> ForestView {
    of(Vec::new())
}

/// A session without children.
pub(super) fn leaf(session: SessionView) -> Node {
    Node { session, branch: Branch::Leaf }
}

/// `session` with `children` below it; `hidden` more are known but not shown.
pub(super) fn branch(mut session: SessionView, children: Vec<Node>, hidden: u64) -> Node {
    session.children = u64::try_from(children.len()).unwrap_or(0) + hidden;
    for child in &children {
        add(&mut session.subtree, &child.session.subtree);
    }
    session.subtree.sessions += hidden;
    let branch = if children.is_empty() {
        Branch::Closed
    } else {
        Branch::Open { children, from: 0, folds: Vec::new() }
    };
    Node { session, branch }
}

fn add(sum: &mut Figures, below: &Figures) {
    sum.sessions += below.sessions;
    sum.running += below.running;
    sum.waiting += below.waiting;
    sum.failed += below.failed;
    sum.stalled += below.stalled;
    sum.events += below.events;
    sum.tool_calls += below.tool_calls;
    sum.errors += below.errors;
    sum.alerts += below.alerts;
    let total = &mut sum.total;
    total.tokens = total.tokens.or(Some(0)).map(|tokens| tokens + below.total.tokens.unwrap_or(0));
    if let (Some(cost), Some(more)) = (total.cost_usd.as_mut(), below.total.cost_usd) {
        cost.0 += more.0;
    }
    if below.total.tokens.is_none() {
        total.tokens_exactness = Exactness::Floor;
        total.cost_exactness = Exactness::Floor;
    }
    sum.last_activity_at = sum.last_activity_at.max(below.last_activity_at);
    sum.first_activity_at = sum.first_activity_at.min(below.first_activity_at);
}

/// Gives every session of a tree its root, level, parent and group.
pub(super) fn settle(mut root: Node, group: Option<u32>) -> Node {
    let id = root.session.id.clone();
    let mut left = vec![(&mut root, 0, None::<String>)];
    while let Some((node, depth, parent)) = left.pop() {
        node.session.root_session_id.clone_from(&id);
        node.session.depth = depth;
        node.session.group = group;
        node.session.parent_session_id = parent.or_else(|| node.session.parent_session_id.take());
        if let Branch::Open { children, .. } = &mut node.branch {
            let parent = node.session.id.clone();
            left.extend(children.iter_mut().map(|child| (child, depth + 1, Some(parent.clone()))));
        }
    }
    root
}

/// The session with this id in the tree below `root`.
pub(super) fn find<'a>(root: &'a Node, id: &str) -> Option<&'a SessionView> {
    node(root, id).map(|node| &node.session)
}

/// The same with what is below it.
pub(super) fn node<'a>(root: &'a Node, id: &str) -> Option<&'a Node> {
    let mut left = vec![root];
    while let Some(node) = left.pop() {
        if node.session.id == id {
            return Some(node);
        }
        if let Branch::Open { children, .. } = &node.branch {
            left.extend(children);
        }
    }
    None
}

pub(super) fn coder(voice: Voice<'_>) -> SessionView {
    let goal = "Port the invoice module to the v3 ledger";
    Sketch {
        voice,
        id: "coder",
        agent: "coder",
        goal,
        status: Status::Failed,
        seen: 143,
        tokens: 412,
    }
    .view()
}

/// The group of four levels that the session samples stand in.
pub(super) fn group(voice: Voice<'_>) -> Node {
    let make = |id, agent, goal, (status, seen, tokens)| {
        Sketch { voice, id, agent, goal, status, seen, tokens }.view()
    };
    let tester = make("tester", "tester", "Run the property tests", (Status::Failed, 150, 61));
    let mut quiet = make("build", "builder", "Build all targets", (Status::Running, 320, 30));
    quiet.attention = Some(Attention::Quiet);
    let compile =
        make("compile", "compiler", "Build the release profile", (Status::Running, 2, 12));
    let coder = branch(coder(voice), vec![leaf(tester), branch(quiet, vec![leaf(compile)], 0)], 4);
    let planner = make("planner", "planner", "Split the work by service", (Status::Running, 9, 90));
    let planner = branch(planner, vec![coder], 0);
    let reviewer =
        make("reviewer", "reviewer", "Needs a decision on rounding", (Status::Waiting, 240, 18));
    let mut stalled =
        make("scan", "scanner", "Look for hard-coded currencies", (Status::Running, 700, 7));
    stalled.attention = Some(Attention::Stalled);
    stalled.own.stalled = 1;
    stalled.subtree.stalled = 1;
    let spawned = make("spawned", "migrator", "Move the archive tables", (Status::Spawned, 5, 0));
    let mut folded =
        make("schema", "schema-writer", "Write the new schema", (Status::Completed, 900, 41));
    folded.subtree.failed = 2;
    folded.subtree.waiting = 1;
    folded.subtree.running = 9;
    let root =
        make("orch", "orchestrator", "Migrate billing to the v3 ledger", (Status::Running, 3, 214));
    let children =
        vec![planner, leaf(reviewer), leaf(stalled), leaf(spawned), branch(folded, Vec::new(), 12)];
    settle(branch(root, children, 0), Some(1))
}

/// Several groups, trees of one, an orphan, a cycle, every status.
pub(super) fn busy(voice: Voice<'_>) -> ForestView {
    let make = |id, agent, goal, (status, seen, tokens)| {
        Sketch { voice, id, agent, goal, status, seen, tokens }.view()
    };
    let one = |id, agent, goal, state| leaf(make(id, agent, goal, state));
    let docs = make(
        "doc",
        "doc-writer",
        "Draft the release notes for 3.0",
        (Status::Completed, 3_700, 41),
    );
    let docs = settle(branch(docs, Vec::new(), 3), Some(2));
    let research = make(
        "research",
        "researcher",
        "Compare five queueing systems",
        (Status::Completed, 4_100, 810),
    );
    let readers = vec![
        one("read1", "reader", "NATS JetStream", (Status::Completed, 4_300, 120)),
        one("read2", "reader", "Kafka", (Status::Cancelled, 4_350, 14)),
        one("read3", "reader", "Redis Streams", (Status::Timeout, 4_390, 44)),
        one("read4", "reader", "RabbitMQ streams", (Status::Idle, 30, 12)),
    ];
    let research = settle(branch(research, readers, 0), Some(3));
    let mut lost = one(
        "nightly",
        "nightly-audit",
        "Check all ledgers against the bank",
        (Status::Running, 90_000, 55),
    );
    lost.session.attention = Some(Attention::Lost);
    let chat = one(
        "chat",
        "assistant",
        "שלום 🌳 explain مرحبا the diff",
        (Status::Completed, 86_400 * 3, 9),
    );
    let mut looped =
        make("loop-a", "worker", "A parent of its own parent", (Status::Running, 70, 3));
    looped.cycle = true;
    looped.flags = vec!["self_parent"];
    let looped = settle(
        branch(looped, vec![one("loop-b", "worker", "Its child", (Status::Running, 71, 2))], 0),
        Some(4),
    );
    let mut orphan =
        make("summary", "summariser", "Summarise the incident", (Status::Running, 2, 4));
    orphan.orphan = true;
    orphan.parent_session_id = Some(voice.say("7f3a9c52-parent"));
    let mut gap = make("gap", "fetcher", "Download the statements", (Status::Running, 12, 4));
    gap.missing_count = 3;
    let mut forest =
        of(vec![group(voice), docs, research, lost, chat, looped, leaf(orphan), leaf(gap)]);
    forest.older = Some("183000.4".to_owned());
    forest
}

/// A page that is neither the first nor the last.
pub(super) fn older(voice: Voice<'_>) -> ForestView {
    ForestView { older: Some("170000.2".to_owned()), ..busy(voice) }
}

/// One chain of `levels` sessions, all open.
pub(super) fn chain(voice: Voice<'_>, levels: u32) -> ForestView {
    of(vec![deep(voice, levels)])
}

/// The root of such a chain.
pub(super) fn deep(voice: Voice<'_>, levels: u32) -> Node {
    let link = |level: u32| {
        let (id, goal) = (format!("c{level}"), format!("Level {level}"));
        Sketch {
            voice,
            id: &id,
            agent: "link",
            goal: &goal,
            status: Status::Running,
            seen: 8,
            tokens: 2,
        }
        .view()
    };
    let deepest = leaf(link(levels - 1));
    let root =
        (0..levels - 1).rev().fold(deepest, |child, level| branch(link(level), vec![child], 0));
    settle(root, Some(1))
}

/// A root with 10,000 children, of which `shown` are on the page, from the 201st on.
pub(super) fn wide(voice: Voice<'_>, shown: u64) -> ForestView {
    let child = |number: u64| {
        let (id, goal) = (format!("w{number}"), format!("Shard {number} of 10,000"));
        leaf(
            Sketch {
                voice,
                id: &id,
                agent: "shard",
                goal: &goal,
                status: Status::Completed,
                seen: 60,
                tokens: 3,
            }
            .view(),
        )
    };
    let goal = "Index ten thousand shards";
    let root = Sketch {
        voice,
        id: "fan",
        agent: "fan-out",
        goal,
        status: Status::Running,
        seen: 1,
        tokens: 8,
    };
    let mut root = branch(root.view(), (200..200 + shown).map(child).collect(), 10_000 - shown);
    if let Branch::Open { from, .. } = &mut root.branch {
        *from = 200;
    }
    of(vec![settle(root, Some(1))])
}

/// `count` groups, to see their colours beside each other.
pub(super) fn many_groups(voice: Voice<'_>, count: u32) -> ForestView {
    let group = |number: u32| {
        let (id, goal) = (format!("group{number}"), format!("The goal of group {number}"));
        let root = Sketch {
            voice,
            id: &id,
            agent: "lead",
            goal: &goal,
            status: Status::Completed,
            seen: 600,
            tokens: 30,
        };
        settle(branch(root.view(), Vec::new(), 4), Some(number))
    };
    of((1..=count).map(group).collect())
}
