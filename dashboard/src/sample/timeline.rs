//! Trees in time.

use banyan_protocol::{
    Timestamp,
    view::{Attention, CallState, Life, Node, SessionView, Status, TimedCall, TimelineView, Work},
};

use super::{NOW, Sketch, Voice, forest};
use crate::{
    SubtreeInput, TimelineInput, TimelineParams,
    timeline::{CriticalPath, Gaps, Scope, TimelineForm},
};

/// A session of a story: id, the id it stands below, agent, status, and when it began and ended,
/// in seconds since the story began.
type Line = (&'static str, &'static str, &'static str, Status, i64, i64);

/// A run of a quarter of an hour that stood still for six minutes, until somebody answered.
const DONE: [Line; 13] = [
    ("orch", "", "orchestrator", Status::Completed, 0, 842),
    ("planner", "orch", "planner", Status::Completed, 6, 64),
    ("coder", "orch", "coder", Status::Failed, 66, 251),
    ("tester", "coder", "tester", Status::Failed, 142, 249),
    ("docs", "orch", "doc-writer", Status::Completed, 70, 176),
    ("scout", "orch", "scout", Status::Cancelled, 72, 90),
    ("retry", "orch", "coder", Status::Completed, 612, 800),
    ("tester2", "retry", "tester", Status::Completed, 700, 792),
    ("lint", "retry", "linter", Status::Completed, 640, 652),
    ("fmt", "retry", "linter", Status::Completed, 641, 641),
    ("report", "orch", "reporter", Status::Completed, 780, 902),
    ("mail", "report", "mailer", Status::Timeout, 850, 899),
    ("skewed", "report", "clock-keeper", Status::Completed, 770, 860),
];

/// A run that is under way.
const LIVE: [Line; 9] = [
    ("orch", "", "orchestrator", Status::Running, 0, 420),
    ("planner", "orch", "planner", Status::Completed, 5, 48),
    ("coder", "orch", "coder", Status::Running, 50, 418),
    ("tester", "coder", "tester", Status::Running, 231, 419),
    ("lint", "coder", "linter", Status::Failed, 120, 171),
    ("review", "orch", "reviewer", Status::Waiting, 200, 260),
    ("scan", "orch", "scanner", Status::Running, 60, 90),
    ("crawl", "orch", "crawler", Status::Running, 70, 110),
    ("next", "orch", "migrator", Status::Spawned, 0, 0),
];

/// What the agent of a line did: thoughts and calls in turn, the same for the same line.
fn work(line: &Line, no: i64, begin: i64) -> Work {
    let (id, _, agent, status, start, end) = *line;
    let mut seed = id.bytes().fold(7_i64, |seed, byte| (seed * 31 + i64::from(byte)) % 9_973);
    let mut next = |below: i64| {
        seed = (seed * 137 + 71) % 9_973;
        seed % below
    };
    let stamp = |seconds: i64| Timestamp::from_micros(begin + seconds * 1_000_000);
    let quiet = match agent {
        // It waits for its children and says so little that the day's silence can be seen.
        "orchestrator" => 90,
        _ => 14,
    };
    let tools = ["bash", "read_file", "edit_file", "cargo test", "search"];
    let (mut at, mut made) = (start, Work { no, ..Work::default() });
    while at < end {
        made.events.push(stamp(at));
        let (thought, length) = (2 + next(quiet), 1 + next(16));
        let (from, to) = (at + thought, (at + thought + length).min(end));
        if from < to && agent != "orchestrator" && !(252..611).contains(&from) {
            let is_last = end <= to;
            let state = match (status, is_last) {
                (Status::Failed, true) => CallState::Failed,
                (Status::Running, true) => CallState::Open,
                _ => CallState::Succeeded,
            };
            let tool = usize::try_from(next(5)).ok().and_then(|at| tools.get(at));
            made.calls.push(TimedCall {
                tool: tool.map(|tool| (*tool).to_owned()),
                start: stamp(from),
                end: (state != CallState::Open).then(|| stamp(to)),
                state,
            });
            made.events.push(stamp(from));
        }
        at = to.max(at + thought);
    }
    made.events.retain(|event| !(252..611).contains(&((event.micros() - begin) / 1_000_000)));
    made.events.push(stamp(end));
    made
}

fn no(row: &str) -> i64 {
    i64::from_str_radix(row, 36).unwrap_or(0)
}

/// The view of a session of a story that began so many seconds ago.
fn session(voice: Voice<'_>, line: &Line, ago: i64) -> SessionView {
    let (id, _, agent, status, _, end) = *line;
    let goal = "Port the invoice module to the v3 ledger";
    let mut view =
        Sketch { voice, id, agent, goal, status, seen: (ago - end).max(0), tokens: 41 }.view();
    if matches!((id, status), ("scan", Status::Running)) {
        view.attention = Some(Attention::Stalled);
    }
    if matches!((id, status), ("crawl", Status::Running)) {
        view.attention = Some(Attention::Lost);
    }
    view
}

/// A tree of nodes, each with the id of the one it stands below; the first is the root.
fn nest(nodes: Vec<(&str, Node)>, voice: Voice<'_>) -> Node {
    let mut waiting: Vec<(String, Vec<Node>)> = Vec::new();
    let mut last = None;
    for (above, node) in nodes.into_iter().rev() {
        let mine = waiting.iter().position(|(parent, _)| *parent == node.session.id);
        let mut children = mine.map(|at| waiting.swap_remove(at).1).unwrap_or_default();
        children.reverse();
        let node =
            if children.is_empty() { node } else { forest::branch(node.session, children, 0) };
        let above = voice.say(above);
        match waiting.iter_mut().find(|(parent, _)| *parent == above) {
            Some((_, siblings)) => siblings.push(node.clone()),
            None => waiting.push((above, vec![node.clone()])),
        }
        last = Some(node);
    }
    forest::settle(last.unwrap_or_else(|| forest::leaf(forest::coder(voice))), Some(1))
}

/// The tree of a story with everything open, and the same tree in time.
fn story(voice: Voice<'_>, lines: &[Line], ago: i64) -> (Node, TimelineView) {
    let begin = NOW.micros() - ago * 1_000_000;
    let mut view = TimelineView::default();
    let mut nodes: Vec<(&str, Node)> = Vec::new();
    for line in lines {
        let session = session(voice, line, ago);
        let stamp = |seconds: i64| Some(Timestamp::from_micros(begin + seconds * 1_000_000));
        let spoke = line.3 != Status::Spawned;
        let agent = view.agents.len();
        view.agents.push(session.agent_id.clone());
        view.lives.push(Life {
            no: no(&session.row),
            parent: lines.iter().position(|(id, ..)| *id == line.1),
            agent,
            first_at: stamp(line.4).filter(|_| spoke),
            last_at: stamp(line.5).filter(|_| spoke),
            status: session.status,
            attention: session.attention,
        });
        if spoke && line.0 != "scout" {
            view.works.push(work(line, no(&session.row), begin));
        }
        nodes.push((line.1, forest::leaf(session)));
    }
    view.without_work = 1;
    (nest(nodes, voice), view)
}

/// Timelines of every kind.
pub(super) fn inputs(voice: Voice<'_>) -> Vec<(&'static str, TimelineInput)> {
    let done = page(voice, story(voice, &DONE, 3_000), "coder");
    let live = page(voice, story(voice, &LIVE, 420), "orch");
    let with = |params: TimelineParams| TimelineInput { params, ..done.clone() };
    let moment = |ago: i64| Some(Timestamp::from_micros(NOW.micros() - ago * 1_000_000));
    let zoomed =
        TimelineParams { from: moment(2_880), to: moment(2_740), ..TimelineParams::default() };
    let plain = TimelineParams {
        gaps: Gaps::Shown,
        path: CriticalPath::Hidden,
        open: Some("orch.coder".to_owned()),
        ..TimelineParams::default()
    };
    let table = TimelineParams {
        view: TimelineForm::Table,
        scope: Scope::Subtree,
        at: Some(184_467),
        ..TimelineParams::default()
    };
    let one = page(voice, story(voice, &DONE[1..2], 3_000), "planner");
    let silent: Line = ("next", "", "migrator", Status::Spawned, 0, 0);
    vec![
        ("timeline", done.clone()),
        ("timeline-live", live),
        ("timeline-zoomed", with(zoomed)),
        ("timeline-plain", with(plain)),
        ("timeline-table", with(table)),
        ("timeline-one", one),
        ("timeline-nobody", page(voice, story(voice, &[silent], 60), "next")),
        ("timeline-huge", huge(voice)),
    ]
}

fn page(voice: Voice<'_>, (root, mut timeline): (Node, TimelineView), id: &str) -> TimelineInput {
    let session = forest::find(&root, &voice.say(id)).unwrap_or(&root.session).clone();
    let is_root = session.id == root.session.id;
    let ancestors = if is_root { Vec::new() } else { vec![root.session.clone()] };
    timeline.without_work = u64::from(1 < timeline.lives.len());
    TimelineInput {
        session,
        ancestors,
        tree: forest::of(vec![root]),
        timeline,
        params: TimelineParams::default(),
    }
}

/// As many rows as a page can hold.
fn huge(voice: Voice<'_>) -> TimelineInput {
    let names: Vec<String> = (0..499).map(|number| format!("w{number}")).collect();
    let mut input = page(voice, story(voice, &DONE[..1], 3_000), "orch");
    let begin = NOW.micros() - 3_000_000_000;
    let mut children = Vec::new();
    for (name, number) in names.iter().zip(0_i64..) {
        let (start, end) = (number * 3 / 2, (number * 3 / 2 + 20 + number * 7 % 60).min(842));
        let sketch = Sketch {
            voice,
            id: name,
            agent: "shard",
            goal: "Index one shard",
            status: if number % 83 == 41 { Status::Failed } else { Status::Completed },
            seen: 2_000,
            tokens: 3,
        };
        let session = sketch.view();
        let stamp = |seconds: i64| Some(Timestamp::from_micros(begin + seconds * 1_000_000));
        let agent = input.timeline.agents.len();
        input.timeline.agents.push(session.agent_id.clone());
        input.timeline.lives.push(Life {
            no: no(&session.row),
            parent: Some(0),
            agent,
            first_at: stamp(start),
            last_at: stamp(end),
            status: session.status,
            attention: None,
        });
        let line = ("w", "", "shard", session.status, start, end);
        input.timeline.works.push(work(&line, no(&session.row), begin));
        children.push(("orch", forest::leaf(session)));
    }
    let root = forest::leaf(input.session.clone());
    let nodes = std::iter::once(("", root)).chain(children).collect();
    input.tree = forest::of(vec![nest(nodes, voice)]);
    input.timeline.left_out = 4_200;
    input
}

/// Subtrees.
pub(super) fn subtrees(voice: Voice<'_>) -> Vec<(&'static str, SubtreeInput)> {
    let input = |root: Node, ancestors: Vec<SessionView>| SubtreeInput {
        session: root.session.clone(),
        ancestors,
        tree: forest::of(vec![root]),
        open: Some("coder".to_owned()),
    };
    let group = forest::group(voice);
    let root = group.session.clone();
    let below = forest::node(&group, &voice.say("planner")).unwrap_or(&group).clone();
    vec![
        ("subtree", input(below, vec![root])),
        ("subtree-chain", input(forest::deep(voice, 30), Vec::new())),
    ]
}
