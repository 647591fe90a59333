//! How a fact reads for people: a title, one line, and what the full-text search finds it by.

use std::borrow::Cow;

use serde_json::value::RawValue;

use super::{Ended, ExternalCall, Fact, Heartbeat, Outcome, Text, ToolStart, fields::Fields};
use crate::{
    json::{Json, compact, each_text, lone_text},
    limits::{LINE_MAX_BYTES, SEARCH_TEXT_MAX_BYTES, TITLE_MAX_BYTES},
};

/// Arguments that say best what a tool call does, the best first.
const TELLING_ARGUMENTS: [&str; 8] =
    ["command", "file_path", "path", "url", "query", "pattern", "description", "prompt"];

impl Fact<'_> {
    /// What a feed row of an event of type `kind` is about: the tool, the child's agent, the
    /// service, else the last word of the type. At most [`TITLE_MAX_BYTES`], one line.
    pub fn title<'t>(&'t self, kind: &'t str) -> Cow<'t, str> {
        let name = match self {
            Self::ToolStart(start) => start.tool.as_deref(),
            Self::ToolEnd(end) => end.tool.as_deref(),
            Self::Spawn(spawn) => spawn.child_agent_id.as_deref(),
            Self::ExternalCall(call) => call.service.as_deref(),
            Self::Started(_)
            | Self::Heartbeat(_)
            | Self::Ended(_)
            | Self::Thought(_)
            | Self::Goal(_)
            | Self::Decision(_)
            | Self::Uncertainty(_)
            | Self::Memory(_) => None,
            Self::Other => Some(kind),
        };
        let word = kind.rsplit_once('.').map_or(kind, |(_, word)| word);
        let title = name.unwrap_or(word);
        if title.len() <= TITLE_MAX_BYTES && !title.contains(is_gap) {
            return Cow::Borrowed(title);
        }
        Cow::Owned(one_line([title], TITLE_MAX_BYTES))
    }

    /// One line of what it says: runs of whitespace are one space, at most [`LINE_MAX_BYTES`].
    pub fn line(&self) -> String {
        let or = |first: &Text<'_>, second: &Text<'_>| {
            one_line(first.as_deref().or(second.as_deref()), LINE_MAX_BYTES)
        };
        match self {
            Self::Started(started) => or(&started.goal, &started.model),
            Self::Heartbeat(heartbeat) => heartbeat.line(),
            Self::Ended(ended) => ended.line(),
            Self::Thought(thought) => or(&thought.text, &thought.next_intent),
            Self::Goal(goal) => or(&goal.goal, &None),
            Self::Decision(decision) => {
                joined([&decision.chosen, &decision.reasoning].map(Option::as_deref), " — ")
            }
            Self::Uncertainty(uncertainty) => or(&uncertainty.text, &None),
            Self::ToolStart(start) => start.line(),
            Self::ToolEnd(end) => or(&end.error, &end.result),
            Self::Spawn(spawn) => or(&spawn.goal, &spawn.reason),
            Self::Memory(memory) => {
                joined([&memory.action, &memory.key, &memory.summary].map(Option::as_deref), " · ")
            }
            Self::ExternalCall(call) => call.line(),
            Self::Other => String::new(),
        }
    }

    /// Appends everything worth searching for: all its texts, tool names, inputs and results, and
    /// of a type that is not interpreted every text of its `payload`; at most
    /// [`SEARCH_TEXT_MAX_BYTES`].
    pub fn append_text(&self, payload: Option<&RawValue>, out: &mut String) {
        let mut search = SearchText { room: SEARCH_TEXT_MAX_BYTES, out };
        match self {
            Self::Started(it) => search.all([&it.goal, &it.model, &it.agent_version]),
            Self::Heartbeat(it) => search.all([&it.current_goal]),
            Self::Ended(it) => search.all([&it.error, &it.summary]),
            Self::Thought(it) => search.all([&it.text, &it.next_intent]),
            Self::Goal(it) => search.all([&it.goal, &it.parent_goal]),
            Self::Decision(it) => {
                search.all([&it.chosen, &it.reasoning]);
                it.alternatives.iter().for_each(|alternative| search.add(alternative));
            }
            Self::Uncertainty(it) => search.all([&it.text]),
            Self::ToolStart(it) => {
                search.all([&it.tool]);
                if let Some(input) = it.input {
                    each_text(input, |text| search.add(text));
                }
            }
            Self::ToolEnd(it) => search.all([&it.tool, &it.error, &it.result]),
            Self::Spawn(it) => {
                search.all([&it.child_agent_id, &it.goal, &it.reason, &it.child_session_id]);
            }
            Self::Memory(it) => search.all([&it.action, &it.key, &it.summary]),
            Self::ExternalCall(it) => {
                search.all([&it.service, &it.method, &it.endpoint, &it.status]);
            }
            Self::Other => {
                if let Some(payload) = payload {
                    each_text(payload, |text| search.add(text));
                }
            }
        }
    }
}

impl Heartbeat<'_> {
    /// `running · step 12 · the current goal`
    fn line(&self) -> String {
        let step = self.step.map(|step| format!("step {step}"));
        let state = self.state.map(super::ActivityState::word);
        joined([state, step.as_deref(), self.current_goal.as_deref()], " · ")
    }
}

impl Ended<'_> {
    /// Why it failed, or what it answered; the outcome's word when neither is said.
    fn line(&self) -> String {
        let (first, second) = match self.outcome {
            Outcome::Failed | Outcome::Timeout => (&self.error, &self.summary),
            Outcome::Completed | Outcome::Cancelled => (&self.summary, &self.error),
        };
        let text = first.as_deref().or(second.as_deref()).unwrap_or(self.outcome.word());
        one_line([text], LINE_MAX_BYTES)
    }
}

impl ToolStart<'_> {
    /// The most telling argument, or the only one, or all of them as compact JSON.
    fn line(&self) -> String {
        let Some(input) = self.input else { return String::new() };
        let text = match Json::of(input) {
            Json::Text(text) => text,
            Json::Object(object) => {
                let mut fields = Fields::of(Some(object));
                let arguments = fields.find(TELLING_ARGUMENTS);
                let telling = fields.text(arguments).or_else(|| lone_text(object));
                telling.unwrap_or_else(|| compact(object))
            }
            Json::Null | Json::Bool(_) | Json::Number(_) | Json::Array(_) => compact(input),
        };
        one_line([text.as_ref()], LINE_MAX_BYTES)
    }
}

impl ExternalCall<'_> {
    /// `GET /v1/things · 200`
    fn line(&self) -> String {
        let what = match (self.method.as_deref(), self.endpoint.as_deref()) {
            (Some(method), Some(endpoint)) => Some(format!("{method} {endpoint}")),
            (one, other) => one.or(other).map(str::to_owned),
        };
        joined([what.as_deref(), self.status.as_deref()], " · ")
    }
}

/// What separates words in one line: whitespace, and control characters, which no page shows.
fn is_gap(char: char) -> bool {
    char.is_whitespace() || char.is_control()
}

/// The words of `texts` with one space between them, cut with `…` to `max_bytes`.
fn one_line<'t>(texts: impl IntoIterator<Item = &'t str>, max_bytes: usize) -> String {
    let mut line = String::new();
    let words = texts.into_iter().flat_map(|text| text.split(is_gap));
    for word in words.filter(|word| !word.is_empty()) {
        if !line.is_empty() {
            line.push(' ');
        }
        // One character more than fits shows that something is cut.
        line.push_str(head(word, max_bytes + char::MAX_LEN_UTF8));
        if max_bytes < line.len() {
            line.truncate(line.floor_char_boundary(max_bytes - '…'.len_utf8()));
            line.push('…');
            break;
        }
    }
    line
}

/// The texts that are there, as one line with `separator` between them.
fn joined<const N: usize>(texts: [Option<&str>; N], separator: &str) -> String {
    let separators = std::iter::once("").chain(std::iter::repeat(separator));
    let texts = texts.into_iter().flatten().zip(separators);
    one_line(texts.flat_map(|(text, separator)| [separator, text]), LINE_MAX_BYTES)
}

/// The longest beginning of `text` of at most `max_bytes` that ends between characters.
fn head(text: &str, max_bytes: usize) -> &str {
    text.get(..text.floor_char_boundary(max_bytes)).unwrap_or(text)
}

/// Collects searchable text up to a size.
struct SearchText<'o> {
    out: &'o mut String,
    room: usize,
}

impl SearchText<'_> {
    fn all<const N: usize>(&mut self, texts: [&Text<'_>; N]) {
        texts.into_iter().flatten().for_each(|text| self.add(text));
    }

    /// Adds `text` on a line of its own. NUL would end the text for some readers: a space.
    fn add(&mut self, text: &str) {
        if !self.out.is_empty() && 0 < self.room {
            self.out.push('\n');
            self.room -= 1;
        }
        let text = head(text, self.room);
        self.room -= text.len();
        for (index, piece) in text.split('\0').enumerate() {
            if 0 < index {
                self.out.push(' ');
            }
            self.out.push_str(piece);
        }
    }
}
