//! `banyan import claude-code`: posts what Claude Code wrote down of its sessions, so that a
//! newcomer sees a forest from day one.
//!
//! An ordinary client: it knows the collector's address and its public routes. It asks how far
//! each session was taken in and sends what is new, line by line as it stands in the files; what
//! lines mean is the collector's business. So a second import sends nothing, and one that was
//! interrupted goes on. Memory is bounded by one batch, whatever the files hold.

mod files;
mod lines;
mod post;
mod progress;
mod since;
mod summary;

use std::{io, path::PathBuf};

use banyan_protocol::{
    Timestamp,
    transcript::{TELLING_TYPES, is_left_to_hooks},
    view::{HooksState, ImportedAnswer},
};
use thiserror::Error;

use files::{File, Session};
use lines::{Line, Lines, Whose};
use post::Poster;
use progress::Progress;
pub(crate) use since::{Since, since};
use summary::Summary;

/// What to import.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    /// A directory of transcripts, at any depth.
    pub directory: PathBuf,
    /// Where the collector answers: `http://127.0.0.1:4317`.
    pub endpoint: String,
    /// Leave out sessions that nothing was written of since.
    pub since: Option<Timestamp>,
    /// Only count.
    pub dry_run: bool,
    /// Say what was done as JSON.
    pub json: bool,
}

/// Why nothing more can be imported.
#[derive(Debug, Error)]
pub(crate) enum ImportError {
    /// There is nowhere to look.
    #[error(
        "no home directory is known; say where the transcripts are: banyan import claude-code DIR"
    )]
    NoHome,
    /// It is not there, or may not be read.
    #[error("{path} cannot be read")]
    Directory {
        /// Which.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// Nobody answers there.
    #[error(
        "no collector answers at {endpoint}; start one with `banyan serve`, or say where it is with --endpoint"
    )]
    NoCollector {
        /// Where.
        endpoint: String,
    },
    /// It answered, and then no longer.
    #[error(
        "the collector at {endpoint} no longer takes anything; the same command goes on where this one stopped"
    )]
    Lost {
        /// Where.
        endpoint: String,
    },
    /// Somebody else answers there, or an older collector.
    #[error("{endpoint} answers with status {status}: it is no collector that takes transcripts")]
    Stranger {
        /// Where.
        endpoint: String,
        /// How.
        status: u16,
    },
}

/// Carries out `plan`; returns what to tell.
pub(crate) async fn run(plan: &Plan) -> Result<String, ImportError> {
    let found = files::find(&plan.directory)?;
    let mut import = Import {
        poster: Poster::new(&plan.endpoint),
        summary: Summary::new(found.problems, found.strange),
        progress: Progress::new(0),
        dry_run: plan.dry_run,
    };
    let is_wanted = |session: &Session| plan.since.is_none_or(|since| since <= session.modified);
    let wanted: Vec<Session> = found.sessions.into_iter().filter(is_wanted).collect();
    let bytes = wanted.iter().flat_map(|session| &session.files).map(|file| file.bytes).sum();
    import.progress = Progress::new(bytes);
    for session in &wanted {
        import.session(session).await?;
    }
    import.flush().await?;
    import.progress.end();
    let Import { mut summary, .. } = import;
    summary.dry_run = plan.dry_run;
    Ok(if plan.json { summary.json() } else { summary.text(&plan.endpoint) })
}

/// An import on its way.
#[derive(Debug)]
struct Import {
    poster: Poster,
    summary: Summary,
    progress: Progress,
    dry_run: bool,
}

impl Import {
    async fn session(&mut self, session: &Session) -> Result<(), ImportError> {
        let known = if self.dry_run { None } else { Some(self.poster.known(&session.id).await?) };
        self.summary.sessions += 1;
        if known.as_ref().is_some_and(|known| known.hooks == HooksState::Telling) {
            self.summary.left_sessions += 1;
            for file in &session.files {
                self.progress.add(file.bytes);
            }
            return Ok(());
        }
        let left_before = self.summary.left_lines;
        for file in &session.files {
            self.file(session, file, known.as_ref()).await?;
        }
        self.summary.left_sessions += u64::from(left_before < self.summary.left_lines);
        Ok(())
    }

    async fn file(
        &mut self,
        session: &Session,
        file: &File,
        known: Option<&ImportedAnswer>,
    ) -> Result<(), ImportError> {
        let before =
            known.and_then(|known| known.files.iter().find(|known| known.agent_id == file.agent));
        let done = before.map_or(0, |before| before.lines);
        let until = known.and_then(|known| known.hooks_until);
        self.summary.files += 1;
        let mut lines = match Lines::open(&file.path) {
            Ok(lines) => lines,
            Err(error) => {
                self.summary.problem(&file.path, &error);
                return Ok(());
            }
        };
        let meta = file.meta();
        let mut whose = Whose::new(session, file, meta.as_ref());
        let (mut last, mut sent) = (done, false);
        loop {
            let line = match lines.next() {
                Ok(Some(line)) => line,
                Ok(None) => break,
                Err(error) => {
                    self.summary.problem(&file.path, &error);
                    break;
                }
            };
            self.progress.add(lines.take_bytes());
            if lines.number() <= done {
                self.summary.known += 1;
            } else if self.takes(line, until) {
                let entry = lines.text();
                self.send(&whose.line(lines.number(), entry)).await?;
                whose.said();
                (last, sent) = (lines.number(), true);
            }
        }
        self.progress.add(lines.take_bytes());
        if sent || before.is_some_and(|before| before.open) {
            self.post(&whose.end(last)).await?;
        }
        Ok(())
    }

    /// Whether a line is to be sent; counts it when it is not.
    fn takes(&mut self, line: Line, until: Option<Timestamp>) -> bool {
        match line {
            Line::Entry { kind, .. } if !TELLING_TYPES.contains(&kind.as_str()) => {
                *self.summary.skipped.entry(kind).or_default() += 1;
                false
            }
            Line::Entry { at, .. } => {
                let is_left = until.is_some() && at.is_none_or(|at| is_left_to_hooks(until, at));
                self.summary.left_lines += u64::from(is_left);
                !is_left
            }
            Line::Unreadable => {
                self.summary.unreadable += 1;
                false
            }
            Line::TooLong => {
                self.summary.too_long += 1;
                false
            }
        }
    }

    async fn send(&mut self, entry: &str) -> Result<(), ImportError> {
        self.summary.sent += 1;
        self.post(entry).await
    }

    async fn post(&mut self, entry: &str) -> Result<(), ImportError> {
        if self.dry_run {
            return Ok(());
        }
        self.summary.refused += self.poster.add(entry).await?;
        Ok(())
    }

    async fn flush(&mut self) -> Result<(), ImportError> {
        if !self.dry_run {
            self.summary.refused += self.poster.flush().await?;
        }
        Ok(())
    }
}
