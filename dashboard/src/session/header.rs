//! The head of a session's page: who it is, where it stands, how it goes, what it cost.

use banyan_protocol::{
    EventKey, Timestamp,
    view::{AlertRule, AlertView, Figures, SessionView, Severity},
};

use super::Links;
use crate::{
    figures::{self, Figure},
    format,
    links::Link,
    outline::{self, Badge, Chip, Frame, When},
    preferences::Now,
    status::Mark,
};

/// Characters of texts shown in full length: goals, responses, errors.
const TEXT_MAX_CHARS: usize = 8_000;
/// Characters of names and one-line texts.
const LINE_MAX_CHARS: usize = 200;
/// Alerts shown; the rest is counted.
const ALERTS_MAX_ROWS: usize = 8;

/// The head of a session's page.
#[derive(Clone, Debug)]
pub(super) struct Header {
    pub(super) frame: Frame,
    /// The number of its group.
    pub(super) group: Option<u32>,
    /// The session's page.
    pub(super) here: String,
    pub(super) agent: String,
    pub(super) goal: Option<Long>,
    pub(super) mark: Mark,
    pub(super) since: Option<When>,
    pub(super) chips: Vec<Chip>,
    pub(super) badges: Vec<Badge>,
    pub(super) crumbs: Vec<Crumb>,
    pub(super) unseen_parent: Option<String>,
    pub(super) columns: Vec<Column>,
    pub(super) below: Option<String>,
    pub(super) facts: Vec<Fact>,
    pub(super) alerts: Vec<Alert>,
    pub(super) alerts_left: Option<String>,
    pub(super) error_title: &'static str,
    pub(super) error: Option<Long>,
    pub(super) response: Option<Long>,
}

/// A text that may be long.
#[derive(Clone, Debug)]
pub(super) struct Long {
    pub(super) text: String,
    /// How much was left out.
    pub(super) cut: Option<String>,
}

impl Long {
    pub(super) fn new(text: &str, max_chars: usize) -> Self {
        let (text, left) = format::cut(text, max_chars);
        Self { text: text.to_owned(), cut: (0 < left).then(|| format::bytes(left)) }
    }

    /// Whether a low window shows only a part of it, so that the keyboard must reach it.
    pub(super) fn may_scroll(&self) -> bool {
        const FITS_CHARS: usize = 150;
        const FITS_LINES: usize = 4;
        FITS_CHARS < self.text.chars().count() || FITS_LINES < self.text.split('\n').count()
    }
}

/// An ancestor.
#[derive(Clone, Debug)]
pub(super) struct Crumb {
    pub(super) href: String,
    pub(super) agent: String,
    pub(super) title: String,
    pub(super) mark: Mark,
}

/// A column of the table of figures.
#[derive(Clone, Debug)]
pub(super) struct Column {
    pub(super) name: &'static str,
    pub(super) own: Option<Figure>,
    pub(super) subtree: Option<Figure>,
}

/// One line of the definition list.
#[derive(Clone, Debug)]
pub(super) struct Fact {
    pub(super) term: &'static str,
    pub(super) text: String,
    pub(super) when: Option<When>,
}

/// Something that deserves a look.
#[derive(Clone, Debug)]
pub(super) struct Alert {
    pub(super) class: &'static str,
    pub(super) severity: &'static str,
    pub(super) rule: &'static str,
    pub(super) message: String,
    pub(super) at: When,
    pub(super) href: String,
}

impl Column {
    /// The id of its cell in the row `row`.
    pub(super) fn id(&self, row: &str) -> String {
        format!("{row}-{}", self.name.replace(' ', "-"))
    }
}

impl Header {
    pub(super) fn new(
        session: &SessionView,
        root: &SessionView,
        ancestors: &[SessionView],
        alerts: &[AlertView],
        (links, now): (&Links<'_>, Now),
    ) -> Self {
        let unseen = session.parent_session_id.as_deref().filter(|_| session.orphan);
        Self {
            frame: outline::frame(root),
            group: root.group,
            here: Link::session(&session.id).done(),
            agent: format::clip(&session.agent_id, LINE_MAX_CHARS),
            goal: session.goal.as_deref().map(|goal| Long::new(goal, TEXT_MAX_CHARS)),
            mark: Mark::of(session),
            since: session.last_seen_at.map(|at| When::new(at, now)),
            chips: outline::chips(session),
            badges: outline::badges(&session.own, &session.subtree),
            crumbs: ancestors.iter().map(|session| crumb(session, links)).collect(),
            unseen_parent: unseen.map(|parent| format::clip(parent, LINE_MAX_CHARS)),
            columns: columns(session),
            below: (0 < session.children)
                .then(|| format::count(session.subtree.sessions.saturating_sub(1))),
            facts: facts(session, now),
            alerts: alerts
                .iter()
                .take(ALERTS_MAX_ROWS)
                .map(|alert| Alert::new(alert, links, now))
                .collect(),
            alerts_left: alerts
                .len()
                .checked_sub(ALERTS_MAX_ROWS)
                .filter(|left| 0 < *left)
                .map(|left| format!("{left} more")),
            error_title: if session.status.is_failed() { "Error" } else { "Last error" },
            error: session.error.as_deref().map(|error| Long::new(error, TEXT_MAX_CHARS)),
            response: session.final_response.as_deref().map(|text| Long::new(text, TEXT_MAX_CHARS)),
        }
    }
}

impl Alert {
    fn new(alert: &AlertView, links: &Links<'_>, now: Now) -> Self {
        let [_, last] = alert.evidence;
        let (class, severity) = match alert.severity {
            Severity::Info => ("info", "info"),
            Severity::Warning => ("warn", "warning"),
            Severity::Critical => ("crit", "critical"),
        };
        Self {
            class,
            severity,
            rule: match alert.rule {
                AlertRule::Loop => "loop",
                AlertRule::LowConfidence => "low confidence",
                AlertRule::ErrorCascade => "error cascade",
                AlertRule::Stall => "stall",
                AlertRule::CostSpike => "cost spike",
            },
            message: format::clip(&alert.message, LINE_MAX_CHARS),
            at: When::new(alert.created_at, now),
            href: links.event(EventKey::first(last)),
        }
    }
}

fn crumb(session: &SessionView, links: &Links<'_>) -> Crumb {
    let goal = session.goal.as_deref().unwrap_or_default();
    Crumb {
        href: Link::session(&session.id).at(links.at).done(),
        agent: format::clip(&session.agent_id, LINE_MAX_CHARS),
        title: format::clip(goal, LINE_MAX_CHARS),
        mark: Mark::of(session),
    }
}

pub(super) fn columns(session: &SessionView) -> Vec<Column> {
    let number = |of: fn(&Figures) -> u64| {
        move |figures: &Figures| {
            let number = of(figures);
            Some(Figure { text: format::short(number), title: format::count(number) })
        }
    };
    let column = |name, figure: &dyn Fn(&Figures) -> Option<Figure>| Column {
        name,
        own: figure(&session.own),
        subtree: figure(&session.subtree),
    };
    let mut columns = vec![
        column("sessions", &number(|figures| figures.sessions)),
        column("events", &number(|figures| figures.events)),
        column("tool calls", &number(|figures| figures.tool_calls)),
        column("errors", &number(|figures| figures.errors)),
        column("tokens", &figures::tokens),
        column("cost", &figures::cost),
        column("time", &figures::span),
    ];
    if 0 < session.subtree.alerts {
        columns.insert(4, column("alerts", &number(|figures| figures.alerts)));
    }
    columns
}

fn facts(session: &SessionView, now: Now) -> Vec<Fact> {
    let line = |text: &str| format::clip(text, LINE_MAX_CHARS);
    let text = |term, text: Option<&str>| {
        text.map(|text| Fact { term, text: line(text), when: None })
            .filter(|fact| !fact.text.is_empty())
    };
    let when = |term, at: Option<Timestamp>| {
        at.map(|at| Fact { term, text: String::new(), when: Some(When::new(at, now)) })
    };
    let steps = session.total_steps.map(format::count);
    let activity = session.current_activity.as_ref().map(|activity| activity.text.as_str());
    let (intent, activity) = if session.status.is_live() {
        (session.next_intent.as_deref(), activity)
    } else {
        (None, None)
    };
    let goal = session.current_goal.as_deref().filter(|goal| session.goal.as_deref() != Some(goal));
    [
        text("working on", goal),
        text("last did", activity),
        text("means to", intent),
        text("model", session.model.as_deref()),
        text("version", session.agent_version.as_deref()),
        text("steps", steps.as_deref()),
        when("started", session.started_at),
        when("ended", session.ended_at),
        when("last seen", session.last_seen_at),
        text("received", Some(received(session))),
    ]
    .into_iter()
    .flatten()
    .chain([Fact { term: "session", text: session.id.clone(), when: None }])
    .collect()
}

/// How complete what we have is; "complete" only with evidence.
fn received(session: &SessionView) -> &'static str {
    match (session.placeholder, session.complete, session.missing_count) {
        (true, ..) => "nothing yet; its parent spawned it",
        (false, true, _) => "complete",
        (false, false, 0) => "no gap seen",
        (false, false, _) => "some events never arrived",
    }
}
