//! Sessions, and everything their pages need.

use banyan_protocol::{
    MicroDollars, Timestamp,
    view::{
        Activity, AlertRule, AlertView, Attention, Exactness, FeedCounts, FeedView, Figures, Range,
        SessionView, Severity, Status, Total,
    },
};

use super::{NOW, Voice, cast, event, forest};
use crate::{FeedFilter, SessionInput, SessionParams};

/// The few things that tell sample sessions apart.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sketch<'a> {
    pub(crate) voice: Voice<'a>,
    pub(crate) id: &'a str,
    pub(crate) agent: &'a str,
    pub(crate) goal: &'a str,
    pub(crate) status: Status,
    /// Seconds since it was last heard of.
    pub(crate) seen: i64,
    /// Thousands of tokens; 0: it never said.
    pub(crate) tokens: u64,
}

impl Sketch<'_> {
    /// A session of its own, without parent and children.
    pub(crate) fn view(self) -> SessionView {
        let at = |seconds: i64| Timestamp::from_micros(NOW.micros() - seconds * 1_000_000);
        let live = self.status.is_live();
        let own = figures(self, at(self.seen + 842), at(self.seen));
        SessionView {
            id: self.voice.say(self.id),
            agent_id: self.voice.say(self.agent),
            parent_session_id: None,
            goal: Some(self.voice.say(self.goal)),
            status: self.status,
            started_at: Some(at(self.seen + 842)),
            ended_at: (!live).then(|| at(self.seen)),
            total_steps: Some(18),
            total_tokens: own.total.tokens,
            total_cost_usd: own.total.cost_usd,
            last_seen_at: Some(at(self.seen)),
            row: row(self.id),
            agent_version: Some(self.voice.say("1.4.0")),
            model: Some(self.voice.say("claude-opus-5")),
            current_goal: None,
            current_activity: live.then(|| Activity {
                kind: "operation.tool_start".to_owned(),
                text: self.voice.say("cargo test -p ledger"),
                at: Some(at(self.seen)),
            }),
            next_intent: live.then(|| self.voice.say("fix the rounding of negative amounts")),
            final_response: None,
            error: self
                .status
                .is_failed()
                .then(|| self.voice.say("exit status 101: 3 tests failed")),
            attention: None,
            placeholder: self.status == Status::Spawned,
            orphan: false,
            cycle: false,
            root_session_id: self.voice.say(self.id),
            depth: 0,
            group: None,
            children: 0,
            subtree: own.clone(),
            own,
            complete: !live,
            missing_count: 0,
            flags: Vec::new(),
            first_position: Some(1),
            last_position: 184_467,
        }
    }
}

/// A short id that is different for different ids.
fn row(id: &str) -> String {
    id.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_lowercase()
}

fn figures(sketch: Sketch<'_>, first: Timestamp, last: Timestamp) -> Figures {
    let said = 0 < sketch.tokens;
    let live = matches!(sketch.status, Status::Running | Status::Idle);
    let exactness = if live { Exactness::Growing } else { Exactness::Exact };
    Figures {
        sessions: 1,
        running: u64::from(live),
        waiting: u64::from(sketch.status == Status::Waiting),
        failed: u64::from(sketch.status.is_failed()),
        stalled: 0,
        events: 118,
        tool_calls: 61,
        errors: if sketch.status.is_failed() { 8 } else { 0 },
        alerts: 0,
        total: Total {
            tokens: said.then_some(sketch.tokens * 1_000 + 345),
            tokens_exactness: exactness,
            cost_usd: said.then(|| MicroDollars(i64::try_from(sketch.tokens).unwrap_or(0) * 4_610)),
            cost_exactness: exactness,
        },
        first_activity_at: Some(first),
        last_activity_at: Some(last),
    }
}

/// Sessions with their whole pages.
pub(super) fn inputs(voice: Voice<'_>) -> Vec<(&'static str, SessionInput)> {
    let page = page(voice);
    let selected = |position| SessionInput {
        selected: event::detail(voice, position),
        params: SessionParams { open: Some("orch.planner".to_owned()), ..page.params.clone() },
        ..page.clone()
    };
    vec![
        ("session", page.clone()),
        ("session-event", selected(184_466)),
        ("session-spawn", selected(184_468)),
        ("session-filtered", filtered(&page)),
        ("session-live", live(voice)),
        ("session-placeholder", placeholder(voice)),
        ("session-orphan", orphan(voice)),
        ("session-done", done(voice)),
    ]
}

/// A failed session in the middle of a group.
fn page(voice: Voice<'_>) -> SessionInput {
    let tree = forest::group(voice);
    let find = |id: &str| forest::find(&tree, &voice.say(id)).cloned();
    let ancestors = ["orch", "planner"].into_iter().filter_map(find).collect();
    let session = find("coder").unwrap_or_else(|| forest::coder(voice));
    let sequences = Range { from: 41, to: 43 };
    SessionInput {
        session,
        ancestors,
        tree: forest::of(vec![tree]),
        feed: FeedView {
            items: event::items(voice),
            older: Some("17.184000".to_owned()),
            newer: None,
            missing: vec![sequences, Range { from: 90, to: 90 }],
            counts: FeedCounts {
                all: 118,
                think: 40,
                act: 61,
                life: 9,
                errors: 8,
                at_least: false,
            },
        },
        alerts: alerts(voice),
        cast: cast::large(voice),
        selected: None,
        params: SessionParams::default(),
    }
}

fn alerts(voice: Voice<'_>) -> Vec<AlertView> {
    let alert = |rule, severity, message: &str, evidence| AlertView {
        session_id: voice.say("coder"),
        rule,
        message: voice.say(message),
        severity,
        created_at: Timestamp::from_micros(NOW.micros() - 143_000_000),
        evidence,
    };
    vec![
        alert(
            AlertRule::Loop,
            Severity::Warning,
            "bash ran 4 times with the same input",
            [184_460, 184_466],
        ),
        alert(
            AlertRule::ErrorCascade,
            Severity::Critical,
            "3 tool calls failed in a row",
            [184_462, 184_466],
        ),
    ]
}

fn filtered(page: &SessionInput) -> SessionInput {
    let params = SessionParams {
        filter: FeedFilter::Errors,
        before: Some("9.9".to_owned()),
        ..SessionParams::default()
    };
    let feed = FeedView { newer: Some("4.2".to_owned()), ..FeedView::default() };
    let counts = FeedCounts { all: 18_402, errors: 0, at_least: true, ..page.feed.counts };
    let feed = FeedView { counts, ..feed };
    SessionInput { params, feed, alerts: Vec::new(), ..page.clone() }
}

fn live(voice: Voice<'_>) -> SessionInput {
    let goal = "Crawl the vendor documentation";
    let sketch = Sketch {
        voice,
        id: "crawl",
        agent: "crawler",
        goal,
        status: Status::Running,
        seen: 400,
        tokens: 0,
    };
    let mut input = SessionInput::bare(sketch);
    input.session.attention = Some(Attention::Stalled);
    input.session.current_goal = Some(voice.say("Read page 214"));
    input.session.flags = vec!["repaired", "bad_timestamp"];
    input.feed.items = event::items(voice).into_iter().take(3).collect();
    input
}

fn placeholder(voice: Voice<'_>) -> SessionInput {
    let goal = "Check the migration plan";
    let sketch = Sketch {
        voice,
        id: "review",
        agent: "reviewer",
        goal,
        status: Status::Spawned,
        seen: 4,
        tokens: 0,
    };
    let mut input = SessionInput::bare(sketch);
    input.session.first_position = None;
    input
}

fn orphan(voice: Voice<'_>) -> SessionInput {
    let goal = "Summarise the incident";
    let sketch = Sketch {
        voice,
        id: "summary",
        agent: "summariser",
        goal,
        status: Status::Running,
        seen: 2,
        tokens: 4,
    };
    let mut input = SessionInput::bare(sketch);
    input.session.orphan = true;
    input.session.cycle = true;
    input.session.parent_session_id = Some(voice.say("7f3a9c"));
    input.tree = forest::of(vec![forest::leaf(input.session.clone())]);
    input
}

fn done(voice: Voice<'_>) -> SessionInput {
    let goal = "Draft the release notes for 3.0";
    let sketch = Sketch {
        voice,
        id: "doc",
        agent: "doc-writer",
        goal,
        status: Status::Completed,
        seen: 3_700,
        tokens: 41,
    };
    let mut input = SessionInput::bare(sketch);
    let response = "The notes cover all 31 changes.\n\n- Ledger: invoices are exact to the cent.\n- \
                    Import: twice as fast.\n\nTwo changes still need a decision from the team.";
    input.session.final_response = Some(voice.say(response));
    input.session.missing_count = 3;
    input.session.complete = false;
    input.feed.items = event::items(voice);
    input
}
