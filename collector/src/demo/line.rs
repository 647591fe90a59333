//! What a script is made of: one line for each thing that an agent does.

use serde_json::{Value, json};

use super::agent::{Agent, Stage};

/// One thing that an agent does.
#[derive(Clone, Copy, Debug)]
pub(super) enum Line<'a> {
    /// Thinks.
    Think(&'a str),
    /// Thinks, and says what comes next.
    Next(&'a str, &'a str),
    /// Thinks, and is not sure at all.
    Unsure(&'a str),
    /// Says what it cannot know.
    Doubt(&'a str),
    /// Sets a goal under the one it has.
    Goal(&'a str),
    /// Chooses one thing over others, and says why.
    Decide(&'a str, &'a [&'a str], &'a str),
    /// Calls a tool with an argument, and gets something.
    Call(&'static str, &'a str, &'a str),
    /// Calls a tool with an argument, and it fails.
    Fail(&'static str, &'a str, &'a str),
    /// Calls a tool that swallows very many tokens.
    Devour(&'static str, &'a str, &'a str),
    /// Does something to a key in memory.
    Memory(&'a str, &'a str, &'a str),
    /// Calls a service: service, method, endpoint, status.
    Service(&'a str, &'a str, &'a str, u16),
}

/// What an ordinary tool call costs at least and at most.
const CALL_TOKENS: (u64, u64) = (350, 1_600);
/// What a tool call costs that swallows a whole table.
const FEAST_TOKENS: u64 = 48_000;

impl Agent {
    /// Plays `lines` one after the other.
    pub(super) fn perform(&mut self, stage: &mut Stage, lines: &[Line<'_>]) {
        for line in lines {
            self.line(stage, *line);
        }
    }

    fn line(&mut self, stage: &mut Stage, line: Line<'_>) {
        let dialect = self.dialect();
        match line {
            Line::Think(text) => self.think(stage, text, 0.8, None),
            Line::Next(text, next) => self.think(stage, text, 0.6, Some(next)),
            Line::Unsure(text) => self.think(stage, text, 0.15, None),
            Line::Doubt(text) => {
                self.say(stage, "cognition.uncertainty", dialect.uncertainty(text));
            }
            Line::Goal(goal) => {
                let payload = json!({ "goal": goal, "status": "set", "parent_goal": self.goal() });
                self.say(stage, "cognition.goal", payload);
            }
            Line::Decide(chosen, others, why) => {
                let payload = dialect.decision(chosen, others, why);
                self.say(stage, "cognition.decision", payload);
            }
            Line::Call(tool, argument, result) => {
                let tokens = stage.dice.between(CALL_TOKENS.0, CALL_TOKENS.1);
                self.call(stage, (tool, argument), Ok(result), tokens);
            }
            Line::Fail(tool, argument, error) => {
                let tokens = stage.dice.between(CALL_TOKENS.0, CALL_TOKENS.1);
                self.call(stage, (tool, argument), Err(error), tokens);
            }
            Line::Devour(tool, argument, result) => {
                self.call(stage, (tool, argument), Ok(result), FEAST_TOKENS);
            }
            Line::Memory(action, key, summary) => {
                let payload = dialect.memory(action, key, summary);
                self.say(stage, "operation.memory", payload);
            }
            Line::Service(service, method, endpoint, status) => {
                let payload = json!({
                    "service": service, "method": method, "endpoint": endpoint,
                    "status": status, "latency_ms": stage.dice.between(35, 900),
                });
                self.say(stage, "operation.external_call", payload);
            }
        }
    }

    fn call(
        &mut self,
        stage: &mut Stage,
        (tool, argument): (&'static str, &str),
        outcome: Result<&str, &str>,
        tokens: u64,
    ) {
        let call = self.begin(stage, tool, &input(tool, argument));
        self.finish(stage, &call, outcome, tokens);
    }
}

/// The arguments of a call of `tool`.
pub(super) fn input(tool: &str, argument: &str) -> Value {
    match tool {
        "Bash" => json!({ "command": argument, "timeout_ms": 120_000 }),
        "Read" | "Edit" | "Write" => json!({ "file_path": argument }),
        "WebSearch" | "Sql" | "Logs" => json!({ "query": argument }),
        "WebFetch" => json!({ "url": argument }),
        "Agent" => json!({ "prompt": argument, "run_in_background": false }),
        _ => json!({ "input": argument }),
    }
}
