//! One row of a tree: everything its template needs, as text.

use std::borrow::Cow;

use banyan_protocol::{
    Timestamp,
    view::{Branch, Figures, Node, SessionView},
};

use super::{INDENT_MAX_LEVELS, OpenSet, Place};
use crate::{
    colour,
    figures::{self, Figure},
    format,
    links::Link,
    preferences::{Now, Times},
    status::Mark,
};

/// Characters of a goal that a row shows.
const GOAL_MAX_CHARS: usize = 140;
/// Characters of an agent's name that a row shows.
pub(super) const AGENT_MAX_CHARS: usize = 80;

/// A session in a tree.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    /// Short id; the element's is `n-` and this.
    pub(crate) id: String,
    /// What it stands for, if that is several sessions.
    pub(crate) several: Option<Several>,
    /// For roots: the group's frame.
    pub(crate) frame: Option<Frame>,
    /// Position of the last event that changed it.
    pub(crate) version: i64,
    /// Direct children.
    pub(crate) kids: u64,
    /// The link that shows or hides the children; absent for leaves.
    pub(crate) toggle: Option<Toggle>,
    pub(crate) href: String,
    /// It is the session whose page this is.
    pub(crate) current: bool,
    pub(crate) mark: Mark,
    pub(crate) agent: String,
    pub(crate) goal: Option<String>,
    /// For the root of an orphaned tree: the parent that nobody has seen.
    pub(crate) unseen_parent: Option<String>,
    /// How deep it is, where the indent no longer tells.
    pub(crate) level: Option<Level>,
    /// It does not match what was asked for: it is there for context.
    pub(crate) dim: bool,
    /// For roots: how many sessions of the tree match.
    pub(crate) matches: Option<String>,
    pub(crate) badges: Vec<Badge>,
    pub(crate) chips: Vec<Chip>,
    pub(crate) tokens: Option<Figure>,
    pub(crate) cost: Option<Figure>,
    /// How many sessions are below it, where those are not all children, and how long they took
    /// together.
    pub(crate) reach: Option<String>,
    pub(crate) seen: Option<When>,
}

/// The sessions that one row stands for.
#[derive(Clone, Debug)]
pub(crate) struct Several {
    pub(crate) count: String,
    /// Their short ids.
    pub(crate) rows: Vec<String>,
}

impl Row {
    /// The type of its agent, of several behind their number: `28 × coder`.
    pub(crate) fn name(&self) -> Cow<'_, str> {
        match &self.several {
            Some(several) => format!("{} × {}", several.count, self.agent).into(),
            None => Cow::Borrowed(&self.agent),
        }
    }

    /// The CSS classes of its item.
    pub(crate) fn class(&self) -> Cow<'static, str> {
        match (&self.frame, &self.several) {
            (Some(frame), _) => format!("n {}", frame.class).into(),
            (None, Some(_)) => "n fold".into(),
            (None, None) => "n".into(),
        }
    }
}

/// What sets a tree apart from the others.
#[derive(Clone, Debug)]
pub(crate) struct Frame {
    /// CSS classes.
    pub(crate) class: String,
    /// `G7 ✚`; absent for a tree of one.
    pub(crate) tag: Option<String>,
}

/// The link in front of a row with children.
#[derive(Clone, Debug)]
pub(crate) struct Toggle {
    pub(crate) href: String,
    pub(crate) label: String,
    pub(crate) open: bool,
    pub(crate) count: String,
}

/// How deep a row is that is too deep to indent.
#[derive(Clone, Debug)]
pub(crate) struct Level {
    pub(crate) text: String,
    /// The page of what is below it.
    pub(crate) href: String,
}

/// A count of descendants in one state.
#[derive(Clone, Debug)]
pub(crate) struct Badge {
    pub(crate) class: &'static str,
    pub(crate) count: String,
    /// Completes the count for those who do not see the glyph: `failed below`.
    pub(crate) text: &'static str,
}

/// Something odd about the data.
#[derive(Clone, Debug)]
pub(crate) struct Chip {
    pub(crate) text: Cow<'static, str>,
    pub(crate) title: String,
}

/// A point in time, three ways.
#[derive(Clone, Debug)]
pub(crate) struct When {
    /// For programs.
    pub(crate) datetime: String,
    /// For those who need to know.
    pub(crate) title: String,
    /// At a glance.
    pub(crate) text: String,
}

impl When {
    /// `at`, seen from `now`, to the second.
    pub(crate) fn rough(at: Timestamp, now: impl Into<Now>) -> Self {
        let now = now.into();
        let micros = at.micros();
        let second = Timestamp::from_micros(micros.saturating_sub(micros.rem_euclid(1_000_000)));
        Self { text: written(at, now), ..Self::new(second, now) }
    }

    /// `at`, seen from `now`.
    pub(crate) fn new(at: Timestamp, now: impl Into<Now>) -> Self {
        Self {
            datetime: at.to_rfc3339(),
            title: format::date_time(at),
            text: written(at, now.into()),
        }
    }
}

/// `at` as the reader likes it.
fn written(at: Timestamp, now: Now) -> String {
    match now.times {
        Times::Relative => format::relative(at, now.at),
        Times::Absolute => format::absolute(at, now.at),
    }
}

/// The row of `node`, which stands on `level` of the page below `path`.
pub(super) fn row(
    node: &Node,
    level: u32,
    path: &[&str],
    open: &OpenSet<'_>,
    place: Place<'_>,
) -> Row {
    let session = &node.session;
    Row {
        id: session.row.clone(),
        several: None,
        frame: (level == 0).then(|| frame(session)),
        version: session.last_position,
        kids: session.children,
        toggle: toggle(node, path, open, place),
        href: place.session(&session.id, open),
        current: place.current == Some(session.id.as_str()),
        mark: Mark::of(session),
        agent: format::clip(&session.agent_id, AGENT_MAX_CHARS),
        goal: session
            .goal
            .as_deref()
            .map(|goal| format::clip(goal, GOAL_MAX_CHARS))
            .filter(|goal| !goal.is_empty()),
        unseen_parent: unseen_parent(session, level),
        level: (INDENT_MAX_LEVELS < level).then(|| Level {
            text: format!("L{}", session.depth),
            href: Link::subtree(&session.id).at(place.at).done(),
        }),
        dim: false,
        matches: None,
        badges: badges(&session.own, &session.subtree),
        chips: chips(session),
        tokens: figures::both(session, figures::tokens),
        cost: figures::both(session, figures::cost),
        reach: figures::reach(&session.subtree, 1, session.children),
        seen: session.last_seen_at.map(|at| When::rough(at, place.now)),
    }
}

fn unseen_parent(session: &SessionView, level: u32) -> Option<String> {
    let parent = session.parent_session_id.as_deref()?;
    (level == 0 && session.orphan).then(|| format::clip(parent, AGENT_MAX_CHARS))
}

/// The frame of the tree below `root`.
pub(crate) fn frame(root: &SessionView) -> Frame {
    let mut class = String::from("g");
    let tag = root.group.map(|number| {
        class.push(' ');
        class.push_str(&colour::class(number));
        match colour::line(number) {
            "solid" => {}
            style => {
                class.push(' ');
                class.push_str(style);
            }
        }
        colour::tag(number)
    });
    if tag.is_none() {
        class.push_str(" one");
    }
    if root.orphan {
        class.push_str(" orphan");
    }
    Frame { class, tag }
}

fn toggle(node: &Node, path: &[&str], open: &OpenSet<'_>, place: Place<'_>) -> Option<Toggle> {
    let session = &node.session;
    let (is_open, verb, rows) = match node.branch {
        Branch::Leaf => return None,
        Branch::Closed => (false, "Show", open.with(&session.row, path)),
        Branch::Open { .. } | Branch::Matches { .. } => (true, "Hide", open.without(&session.row)),
    };
    let children = format::plural(session.children, "child", "children");
    let agent = format::clip(&session.agent_id, AGENT_MAX_CHARS);
    let page = match place.page {
        Some(page) => page.clone().with("open", &rows),
        None if is_open => Link::subtree(&session.id).at(place.at).with("open", ""),
        None => Link::subtree(&session.id).at(place.at),
    };
    Some(Toggle {
        href: page.to(&format!("n-{}", session.row)),
        label: format!("{verb} {children} of {agent}"),
        open: is_open,
        count: format::count(session.children),
    })
}

/// What stands below a session and needs a look, worst first; zeros are left out.
pub(crate) fn badges(own: &Figures, subtree: &Figures) -> Vec<Badge> {
    let below = |of: fn(&Figures) -> u64| of(subtree).saturating_sub(of(own));
    [
        ("fail", below(|figures| figures.failed), "failed below"),
        ("stall", below(|figures| figures.stalled), "stalled below"),
        ("wait", below(|figures| figures.waiting), "waiting below"),
        ("run", below(|figures| figures.running), "running below"),
    ]
    .into_iter()
    .filter(|(_, number, _)| 0 < *number)
    .map(|(class, number, text)| Badge { class, count: format::short(number), text })
    .collect()
}

/// What is odd about a session's place in the tree or about its events.
pub(crate) fn chips(session: &SessionView) -> Vec<Chip> {
    let mut chips = Vec::new();
    if session.cycle {
        chips.push(Chip {
            text: "cycle".into(),
            title: "Its parents form a circle; it was cut here".to_owned(),
        });
    }
    if 0 < session.missing_count {
        let events = format::plural(session.missing_count, "event", "events");
        chips.push(Chip { text: "gap".into(), title: format!("{events} never arrived") });
    }
    let odd: Vec<_> =
        session.flags.iter().filter(|flag| **flag != "no_sequence").copied().collect();
    if !odd.is_empty() {
        let names = odd.join(", ").replace('_', " ");
        chips.push(Chip { text: "data".into(), title: format!("Odd events: {names}") });
    }
    chips
}
