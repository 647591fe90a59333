//! What was heard last, and from whom.

use banyan_protocol::{Timestamp, hook::Harness, otlp::Signal};

use super::super::{
    facts::{Data, Log},
    finding::{Check, Finding},
    words,
};
use crate::log::{LastHeard, Source};

pub(super) fn judge(now: Timestamp, data: Option<&Data>) -> Vec<Finding> {
    let log = data.and_then(|data| data.log.as_ref());
    let heard: Vec<&LastHeard> = match log {
        Some(Log::Readable { contents, .. }) => {
            contents.heard.iter().filter(|heard| is_an_agents(heard.source)).collect()
        }
        // Said where it is judged.
        Some(Log::Newer(_) | Log::Damaged(_) | Log::Unreadable(_)) => return Vec::new(),
        None if data.is_none() => return Vec::new(),
        None => Vec::new(),
    };
    let told: Vec<String> = heard.iter().map(|heard| told(now, heard)).collect();
    if told.is_empty() {
        let mend = "`banyan connect claude-code --write`, or a client: see the README";
        return vec![Check::LastEvent.warning("nothing has been received yet", mend)];
    }
    vec![Check::LastEvent.ok(told.join("; "))]
}

/// `Claude Code 5 min ago`
fn told(now: Timestamp, heard: &LastHeard) -> String {
    let passed = now.since(heard.received_at);
    let when = if passed < 0 { "from now" } else { "ago" };
    format!("{} {} {when}", name(heard.source), words::span(passed))
}

/// Deletions and acknowledgements of people are entries, too.
const fn is_an_agents(source: Source) -> bool {
    match source {
        Source::Aop | Source::Hook(_) | Source::Otlp(_) | Source::Transcript => true,
        Source::Banyan => false,
    }
}

const fn name(source: Source) -> &'static str {
    match source {
        Source::Aop => "AOP events",
        Source::Banyan => "Banyan",
        Source::Hook(Harness::ClaudeCode) => "hooks of Claude Code",
        Source::Hook(Harness::Codex) => "hooks of Codex",
        Source::Transcript => "transcripts of Claude Code",
        Source::Otlp(Signal::Traces) => "OpenTelemetry's spans",
        Source::Otlp(Signal::Logs) => "OpenTelemetry's log records",
    }
}
