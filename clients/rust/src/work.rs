//! The same things said around a piece of work. A guard that is dropped without a word – by `?`, by
//! a panic – says that the work failed.

use std::{
    fmt::{self, Display, Write as _},
    thread,
    time::Instant,
};

use serde_json::{Value, json};

use crate::{Client, Fields, Outcome};

/// A session between its start and its end.
#[derive(Debug)]
#[must_use = "dropped at once, it failed at once"]
pub struct SessionWork<'a> {
    client: &'a Client,
    ended: bool,
}

impl<'a> SessionWork<'a> {
    pub(crate) fn new(client: &'a Client, goal: &str, fields: Fields) -> Self {
        client.session_started(goal, fields);
        Self { client, ended: false }
    }

    /// It reached its goal: with its final response.
    pub fn completed(self, outcome_summary: &str) {
        self.ended(Outcome::Completed, json!({ "outcome_summary": outcome_summary }));
    }

    /// It did not: with the reason.
    pub fn failed(self, error: &dyn Display) {
        self.ended(Outcome::Failed, json!({ "error_message": told(error) }));
    }

    /// Any end, with totals or fields of your own.
    pub fn ended(mut self, outcome: Outcome, fields: impl Into<Fields>) {
        self.ended = true;
        self.client.session_ended(outcome, fields);
    }
}

impl Drop for SessionWork<'_> {
    fn drop(&mut self) {
        if !self.ended {
            self.client.session_ended(Outcome::Failed, json!({ "error_message": unsaid() }));
        }
    }
}

/// A tool call between its start and its end.
#[derive(Debug)]
#[must_use = "dropped at once, it failed at once"]
pub struct ToolWork<'a> {
    client: &'a Client,
    tool: String,
    call: String,
    began: Instant,
    ended: bool,
}

impl<'a> ToolWork<'a> {
    pub(crate) fn new(client: &'a Client, tool: &str, input: Value) -> Self {
        let call = client.tool_start(tool, input);
        Self { client, tool: tool.to_owned(), call, began: Instant::now(), ended: false }
    }

    /// What it gave.
    pub fn succeeded(self, result: &str) {
        self.ended(Ok(result), ());
    }

    /// Why it failed.
    pub fn failed(self, error: &dyn Display) {
        self.ended(Err(&told(error)), ());
    }

    /// Either, with fields of your own: `token_spend_delta` …
    ///
    /// # Errors
    /// Has none of its own: `outcome` is what the tool gave, or why it failed.
    pub fn ended(mut self, outcome: Result<&str, &str>, fields: impl Into<Fields>) {
        self.end(outcome, fields.into());
    }

    fn end(&mut self, outcome: Result<&str, &str>, fields: Fields) {
        self.ended = true;
        let took_ms = self.began.elapsed().as_secs_f64() * 1_000.0;
        let fields = fields.and("tool_call_id", self.call.as_str()).and("latency_ms", took_ms);
        self.client.tool_end(&self.tool, outcome, fields);
    }
}

impl Drop for ToolWork<'_> {
    fn drop(&mut self) {
        if !self.ended {
            self.end(Err(unsaid()), Fields::default());
        }
    }
}

/// What `error` says of itself; not `to_string`, which panics where that fails.
fn told(error: &dyn Display) -> String {
    let mut text = String::new();
    match write!(text, "{error}") {
        Ok(()) => text,
        Err(fmt::Error) => format!("{text}[unreadable]"),
    }
}

fn unsaid() -> &'static str {
    if thread::panicking() { "panicked" } else { "ended without a result" }
}
