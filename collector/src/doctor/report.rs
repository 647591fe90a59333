//! Findings as text for a person, or as JSON for a program. The JSON's shape is described in
//! `docs/doctor.md` and stays: names are added, never changed or taken away.

use std::fmt::Write as _;

use banyan_protocol::Timestamp;
use serde::Serialize;

use super::{
    facts::Facts,
    finding::{Finding, Level},
    words,
};

/// What fits into a terminal.
const WIDTH_COLUMNS: usize = 80;
/// Where what was seen begins.
const WHAT_COLUMN: usize = 24;
/// Where begins how to mend it: further left, so that most commands fit into a line.
const MEND_COLUMN: usize = 8;

/// What was found.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Report {
    /// Whether there are no errors.
    ok: bool,
    /// Of this program.
    version: &'static str,
    /// When it was looked at.
    checked_at: Timestamp,
    /// How many findings of each level.
    summary: Summary,
    /// In the order in which a person should read them.
    findings: Vec<Finding>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
struct Summary {
    ok: usize,
    warning: usize,
    error: usize,
    unknown: usize,
}

/// How to tell it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// For a program.
    Json,
    /// For a person.
    Text,
    /// For a person at a terminal that has colours.
    Coloured,
}

impl Report {
    pub(super) fn new(facts: &Facts, findings: Vec<Finding>) -> Self {
        let count = |level| findings.iter().filter(|finding| finding.level == level).count();
        let summary = Summary {
            ok: count(Level::Ok),
            warning: count(Level::Warning),
            error: count(Level::Error),
            unknown: count(Level::Unknown),
        };
        let version = env!("CARGO_PKG_VERSION");
        Self { ok: summary.error == 0, version, checked_at: facts.now, summary, findings }
    }

    /// Whether there are no errors.
    pub(crate) const fn is_ok(&self) -> bool {
        self.ok
    }

    /// All of it, without the last line break.
    pub(crate) fn told(&self, form: Form) -> String {
        match form {
            Form::Json => serde_json::to_string_pretty(self).unwrap_or_default(),
            Form::Text => self.text(false),
            Form::Coloured => self.text(true),
        }
    }

    fn text(&self, is_coloured: bool) -> String {
        let mut text = String::new();
        for finding in &self.findings {
            tell(&mut text, finding, is_coloured);
        }
        let Summary { ok, warning, error, unknown } = self.summary;
        let (errors, warnings) = (words::count(error, "error"), words::count(warning, "warning"));
        write!(text, "\n{errors}, {warnings}, {ok} ok").ok();
        if unknown != 0 {
            write!(text, ", {unknown} unknown").ok();
        }
        text
    }
}

impl Level {
    const fn word(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warning => "warning",
            Self::Error => "error",
            Self::Unknown => "unknown",
        }
    }

    /// Select Graphic Rendition of a terminal: green, yellow, red, cyan.
    const fn colour(self) -> u8 {
        match self {
            Self::Ok => 32,
            Self::Warning => 33,
            Self::Error => 31,
            Self::Unknown => 36,
        }
    }
}

fn tell(text: &mut String, finding: &Finding, is_coloured: bool) {
    let (word, colour) = (finding.level.word(), finding.level.colour());
    let level = if is_coloured {
        format!("\u{1b}[{colour}m{word:<8}\u{1b}[0m")
    } else {
        format!("{word:<8}")
    };
    let what = match &finding.about {
        Some(about) => format!("{about}: {}", finding.what),
        None => finding.what.clone(),
    };
    let title = finding.check.title();
    let rest = WHAT_COLUMN - MEND_COLUMN;
    write!(text, "{level}{title:<rest$}").ok();
    push_wrapped(text, &words::plain(&what), WHAT_COLUMN);
    if let Some(mend) = &finding.mend {
        write!(text, "{:MEND_COLUMN$}", "").ok();
        push_wrapped(text, &words::plain(&format!("mend: {mend}")), MEND_COLUMN);
    }
}

/// Pieces in lines from column `indent` on.
fn push_wrapped(text: &mut String, words: &str, indent: usize) {
    let mut column = indent;
    for (at, piece) in pieces(words).into_iter().enumerate() {
        let width = piece.chars().count();
        if at != 0 && WIDTH_COLUMNS < column + 1 + width {
            write!(text, "\n{:indent$}", "").ok();
            column = indent;
        } else if at != 0 {
            text.push(' ');
            column += 1;
        }
        text.push_str(&piece);
        column += width;
    }
    text.push('\n');
}

/// Words, and commands between backquotes whole, so that they can be copied.
fn pieces(words: &str) -> Vec<String> {
    let mut pieces: Vec<String> = Vec::new();
    let mut is_open = false;
    for word in words.split(' ') {
        match pieces.last_mut() {
            Some(last) if is_open => last.extend([" ", word]),
            Some(_) | None => pieces.push(word.to_owned()),
        }
        is_open ^= word.matches('`').count() % 2 == 1;
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::{super::finding::Check, *};

    fn report() -> Report {
        let facts = Facts {
            now: Timestamp::parse("2026-11-21T00:00:00Z").unwrap(),
            settings: super::super::facts::Settings::default(),
            ports: Vec::new(),
            collector: None,
            path: None,
            data: None,
            agents: None,
        };
        let long = "word ".repeat(30);
        let findings = vec![
            Check::Clock.ok("agrees with what was received"),
            Check::Port
                .error(
                    long.trim_end(),
                    "`banyan --listen 127.0.0.1:4327 --data /home/somebody/elsewhere`",
                )
                .about("127.0.0.1:1"),
            Check::HookEndpoint.warning("\u{1b}[2J", "x".repeat(100)),
            Check::Log.unknown("?", "look"),
        ];
        Report::new(&facts, findings)
    }

    #[test]
    fn a_person_reads_it_in_80_columns() {
        let text = report().told(Form::Text);
        let expected = "\
ok      clock           agrees with what was received
error   port            127.0.0.1:1: word word word word word word word word
                        word word word word word word word word word word word
                        word word word word word word word word word word word
        mend: `banyan --listen 127.0.0.1:4327 --data /home/somebody/elsewhere`
warning hook endpoint   ?[2J
";
        assert!(text.starts_with(expected), "{text}");
        assert!(text.ends_with("\n\n1 error, 1 warning, 1 ok, 1 unknown"), "{text}");
        assert!(!text.contains('\u{1b}'));
        let wide = text.lines().filter(|line| WIDTH_COLUMNS < line.chars().count());
        assert!(wide.count() == 1, "only the word that is longer than a line: {text}");
    }

    #[test]
    fn colours_are_for_terminals() {
        let coloured = report().told(Form::Coloured);
        assert!(coloured.contains("\u{1b}[31merror   \u{1b}[0m"), "{coloured}");
        let without = ["[31m", "[32m", "[33m", "[36m", "[0m"];
        let plain =
            without.iter().fold(coloured, |text, code| text.replace(&format!("\u{1b}{code}"), ""));
        assert_eq!(plain, report().told(Form::Text));
    }

    #[test]
    fn a_program_reads_a_stable_shape() {
        let json: serde_json::Value = serde_json::from_str(&report().told(Form::Json)).unwrap();
        assert_eq!(json["ok"], false);
        assert_eq!(json["checked_at"], "2026-11-21T00:00:00Z");
        assert_eq!(
            json["summary"],
            serde_json::json!({"ok": 1, "warning": 1, "error": 1, "unknown": 1})
        );
        assert_eq!(
            json["findings"][0],
            serde_json::json!({
                "check": "clock", "level": "ok", "about": null,
                "what": "agrees with what was received", "mend": null,
            })
        );
        assert_eq!(json["findings"][2]["check"], "hook_endpoint");
    }
}
