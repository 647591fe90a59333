//! `/s/{id}/export.html`: a subtree as one page that needs nothing else, to keep and to send.
//!
//! The only page with a style sheet inside: it is saved, never shown under our address. It loads
//! nothing and leads nowhere but into itself.

use std::collections::BTreeMap;

use askama::Template;
use banyan_protocol::{
    EventKey,
    view::{FeedItem, SessionView, TreeView},
};

use super::{feed, header::Long};
use crate::{
    chrome::Chrome,
    colour,
    figures::{self, Figure},
    format,
    outline::When,
    status::Mark,
};

/// Characters of goals, responses and errors.
const TEXT_MAX_CHARS: usize = 8_000;
/// Characters of one line.
const LINE_MAX_CHARS: usize = 280;

/// A subtree to take away.
#[derive(Clone, Debug, Template)]
#[template(path = "export.html")]
pub struct ExportPage {
    title: String,
    tag: Option<String>,
    summary: String,
    made: String,
    pieces: Vec<TreePiece>,
    sessions: Vec<Session>,
}

/// What the page is made from.
#[derive(Clone, Debug)]
pub struct ExportInput {
    /// The session and what is below it.
    pub tree: TreeView,
    /// Its sessions, each before those below it.
    pub sessions: Vec<ExportedSession>,
}

/// A session with its feed.
#[derive(Clone, Debug)]
pub struct ExportedSession {
    /// The session.
    pub session: SessionView,
    /// Rows of its feed, oldest first.
    pub items: Vec<FeedItem>,
    /// Payloads of their events, indented; those for which there was room.
    pub payloads: BTreeMap<EventKey, String>,
    /// Whether there are rows before these.
    pub cut: bool,
}

/// One step of writing nested lists.
#[derive(Clone, Debug)]
enum TreePiece {
    Row(Line),
    OpenList,
    Omitted(String),
    CloseList,
    CloseRow,
}

/// A session in a line.
#[derive(Clone, Debug)]
struct Line {
    row: String,
    mark: Mark,
    agent: String,
    goal: Option<String>,
}

/// A session in full.
#[derive(Clone, Debug)]
struct Session {
    line: Line,
    id: String,
    goal: Option<Long>,
    figures: Vec<(&'static str, Figure)>,
    error: Option<Long>,
    response: Option<Long>,
    rows: Vec<Row>,
    cut: bool,
}

/// A row of a feed.
#[derive(Clone, Debug)]
struct Row {
    key: EventKey,
    at: When,
    word: String,
    name: Option<String>,
    text: String,
    mark: Option<Mark>,
    result: String,
    payloads: Vec<(String, Option<String>)>,
}

impl ExportPage {
    /// Prepares the page; `render` writes it.
    pub fn new(chrome: &Chrome, input: &ExportInput) -> Self {
        let ExportInput { tree, sessions } = input;
        let top = &tree.session;
        let what = top.goal.as_deref().unwrap_or(&top.id);
        let as_of = chrome.as_of_text().unwrap_or_default();
        let below = format::plural(top.subtree.sessions.max(1), "session", "sessions");
        let events = format::plural(top.subtree.events, "event", "events");
        let shown = u64::try_from(sessions.len()).unwrap_or(u64::MAX);
        let of = if shown < top.subtree.sessions {
            format!(" ({} of them here)", format::count(shown))
        } else {
            String::new()
        };
        Self {
            title: format::clip(&format!("{}: {what}", top.agent_id), LINE_MAX_CHARS),
            tag: top.group.map(colour::tag),
            summary: format!("{below}{of}, {events}"),
            made: format!("as of event #{as_of}, {}", format::date_time(chrome.now)),
            pieces: pieces(tree),
            sessions: sessions.iter().map(|session| Session::new(session, chrome)).collect(),
        }
    }
}

/// What is left to write.
enum Step<'a> {
    Node(&'a TreeView),
    Piece(TreePiece),
}

/// Flat, so that neither code nor template recurses.
fn pieces(tree: &TreeView) -> Vec<TreePiece> {
    let (mut pieces, mut steps) = (Vec::new(), vec![Step::Node(tree)]);
    while let Some(step) = steps.pop() {
        let node = match step {
            Step::Piece(piece) => {
                pieces.push(piece);
                continue;
            }
            Step::Node(node) => node,
        };
        pieces.push(TreePiece::Row(Line::new(&node.session)));
        steps.push(Step::Piece(TreePiece::CloseRow));
        if node.children.is_empty() && node.omitted == 0 {
            continue;
        }
        pieces.push(TreePiece::OpenList);
        steps.push(Step::Piece(TreePiece::CloseList));
        if 0 < node.omitted {
            let left = format::plural(node.omitted, "child", "children");
            steps.push(Step::Piece(TreePiece::Omitted(format!("{left} not in this file"))));
        }
        steps.extend(node.children.iter().rev().map(Step::Node));
    }
    pieces
}

impl Line {
    fn new(session: &SessionView) -> Self {
        let line = |text: &str| format::clip(text, LINE_MAX_CHARS);
        Self {
            row: session.row.clone(),
            mark: Mark::of(session),
            agent: line(&session.agent_id),
            goal: session.goal.as_deref().map(line).filter(|goal| !goal.is_empty()),
        }
    }
}

impl Session {
    fn new(exported: &ExportedSession, chrome: &Chrome) -> Self {
        let ExportedSession { session, items, payloads, cut } = exported;
        let long = |text: Option<&str>| text.map(|text| Long::new(text, TEXT_MAX_CHARS));
        let own = &session.own;
        let number = |number: u64| {
            let title = format::count(number);
            Some(Figure { text: title.clone(), title })
        };
        let figures = [
            ("events", number(own.events)),
            ("tool calls", number(own.tool_calls)),
            ("errors", number(own.errors)),
            ("tokens", figures::tokens(own)),
            ("cost", figures::cost(own)),
            ("time", figures::span(own)),
        ];
        Self {
            line: Line::new(session),
            id: session.id.clone(),
            goal: long(session.goal.as_deref()),
            figures: figures.into_iter().filter_map(|(name, of)| Some((name, of?))).collect(),
            error: long(session.error.as_deref()),
            response: long(session.final_response.as_deref()),
            rows: items
                .iter()
                .map(|item| Row::new(item, payloads, (session.status.is_live(), chrome)))
                .collect(),
            cut: *cut,
        }
    }
}

impl Row {
    fn new(
        item: &FeedItem,
        payloads: &BTreeMap<EventKey, String>,
        (is_live, chrome): (bool, &Chrome),
    ) -> Self {
        let call = item.call.as_ref();
        let end = call.and_then(|call| call.end).filter(|end| *end != item.key);
        let line = |text: &str| format::clip(text, LINE_MAX_CHARS);
        Self {
            key: item.key,
            at: When { text: format::clock(item.at), ..When::new(item.at, chrome.now) },
            word: feed::word(item),
            name: feed::name(item),
            text: line(&item.text),
            mark: call.map(|call| Mark::call(call.state, is_live)),
            result: call.and_then(|call| call.result.as_deref()).map(line).unwrap_or_default(),
            payloads: [Some(item.key), end]
                .into_iter()
                .flatten()
                .map(|key| (format::event(key), payloads.get(&key).cloned()))
                .collect(),
        }
    }
}
