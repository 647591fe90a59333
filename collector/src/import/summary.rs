//! What an import did, in words or as JSON.

use std::{
    collections::BTreeMap,
    fmt::{Display, Write as _},
    path::{Path, PathBuf},
};

use serde::Serialize;

/// What an import did.
#[derive(Debug, Default, Serialize)]
pub(super) struct Summary {
    /// Nothing was sent.
    pub dry_run: bool,
    pub sessions: u64,
    /// Transcripts: of sessions and of sub-agents.
    pub files: u64,
    /// Lines that were sent, or would be.
    pub sent: u64,
    /// Lines that were taken in before.
    pub known: u64,
    /// Lines of types that say nothing, by type.
    pub skipped: BTreeMap<String, u64>,
    /// Lines that are no JSON objects.
    pub unreadable: u64,
    /// Lines above the limit.
    pub too_long: u64,
    /// Lines that the collector refused.
    pub refused: u64,
    /// Sessions that hooks tell, or told.
    pub left_sessions: u64,
    /// Lines that hooks told, of sessions that went on without them.
    pub left_lines: u64,
    /// Files of lines that are no transcripts.
    pub other_files: u64,
    /// What could not be read, and why.
    pub problems: Vec<Problem>,
}

/// What could not be read, and why.
#[derive(Debug, Serialize)]
pub(super) struct Problem {
    path: String,
    reason: String,
}

impl Summary {
    pub(super) fn new(problems: Vec<(PathBuf, String)>, other_files: u64) -> Self {
        let mut summary = Self { other_files, ..Self::default() };
        for (path, reason) in problems {
            summary.problem(&path, &reason);
        }
        summary
    }

    pub(super) fn problem(&mut self, path: &Path, reason: &dyn Display) {
        let (path, reason) = (path.display().to_string(), reason.to_string());
        self.problems.push(Problem { path, reason });
    }

    pub(super) fn json(&self) -> String {
        serde_json::to_string_pretty(self).unwrap_or_default()
    }

    pub(super) fn text(&self, endpoint: &str) -> String {
        let did = if self.dry_run { "would be sent" } else { "sent" };
        let mut text = format!(
            "{} sessions in {} transcripts: {} lines {did}, {} known already.",
            self.sessions, self.files, self.sent, self.known
        );
        if 0 < self.left_sessions {
            let sessions = self.left_sessions;
            line(
                &mut text,
                format_args!("{sessions} sessions are told by hooks, and left to them."),
            );
        }
        let skipped: u64 = self.skipped.values().sum();
        if 0 < skipped {
            let kinds = self.skipped.iter().map(|(kind, count)| {
                format!("{count} {}", if kind.is_empty() { "without a type" } else { kind })
            });
            let kinds = kinds.collect::<Vec<_>>().join(", ");
            line(&mut text, format_args!("{skipped} lines of other types skipped: {kinds}."));
        }
        for (count, what) in [
            (self.unreadable, "lines cannot be read"),
            (self.too_long, "lines are too long"),
            (self.refused, "lines were refused; GET /quarantine says why"),
            (self.other_files, "other files of lines are no transcripts"),
        ] {
            if 0 < count {
                line(&mut text, format_args!("{count} {what}."));
            }
        }
        for Problem { path, reason } in &self.problems {
            line(&mut text, format_args!("{path}: {reason}"));
        }
        if !self.dry_run {
            line(&mut text, format_args!("See {endpoint}/"));
        }
        text.chars().filter(|char| *char == '\n' || !char.is_control()).collect()
    }
}

fn line(text: &mut String, words: std::fmt::Arguments<'_>) {
    // Writing into a text cannot fail.
    write!(text, "\n{words}").ok();
}
