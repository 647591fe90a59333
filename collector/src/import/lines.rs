//! The lines of one transcript, one at a time, and how they are sent.

use std::{
    fs::File,
    io::{self, BufRead as _, BufReader, Read as _},
    path::Path,
};

use banyan_protocol::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, value::RawValue};

use super::files;

/// The longest line that is sent; what wraps it must fit into a request as well.
const LINE_MAX_BYTES: u64 = 7 * 1024 * 1024;
/// Lines in which a session's id is looked for.
const HEAD_MAX_LINES: u64 = 50;

/// What a line is.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Line {
    /// A JSON object.
    Entry {
        /// Its type; empty when it has none.
        kind: String,
        /// When it was written.
        at: Option<Timestamp>,
    },
    /// Something else.
    Unreadable,
    /// More than can be sent.
    TooLong,
}

/// What is looked at of a line.
#[derive(Debug, Deserialize)]
struct Head {
    #[serde(default, rename = "type")]
    kind: Value,
    #[serde(default)]
    timestamp: Value,
    #[serde(default, rename = "sessionId")]
    session_id: Value,
}

/// The lines of a file. What is not ended yet, and is no JSON, is left for the next time.
#[derive(Debug)]
pub(super) struct Lines {
    reader: BufReader<File>,
    buffer: Vec<u8>,
    number: u64,
    bytes: u64,
}

impl Lines {
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        let reader = BufReader::new(File::open(path)?);
        Ok(Self { reader, buffer: Vec::new(), number: 0, bytes: 0 })
    }

    /// The next line that is not blank.
    pub(super) fn next(&mut self) -> io::Result<Option<Line>> {
        loop {
            let is_whole = self.fill()?;
            if self.buffer.is_empty() {
                return Ok(None);
            }
            self.number += 1;
            let is_ended = self.buffer.last() == Some(&b'\n');
            if !is_whole {
                return Ok(Some(Line::TooLong));
            }
            if self.buffer.trim_ascii().is_empty() {
                continue;
            }
            let line = match self.head() {
                Some(head) => Line::Entry {
                    kind: head.kind.as_str().unwrap_or_default().to_owned(),
                    at: head.timestamp.as_str().and_then(Timestamp::parse),
                },
                None if is_ended => Line::Unreadable,
                None => return Ok(None),
            };
            return Ok(Some(line));
        }
    }

    /// Reads up to a line's end; says whether all of the line is there.
    fn fill(&mut self) -> io::Result<bool> {
        self.buffer.clear();
        let read = self.reader.by_ref().take(LINE_MAX_BYTES).read_until(b'\n', &mut self.buffer)?;
        let mut total = read;
        let is_whole = self.buffer.last() == Some(&b'\n') || self.buffer.len() < max_len();
        let mut rest = Vec::new();
        let mut is_ended = is_whole;
        while !is_ended {
            rest.clear();
            let read = self.reader.by_ref().take(LINE_MAX_BYTES).read_until(b'\n', &mut rest)?;
            total += read;
            is_ended = read == 0 || rest.last() == Some(&b'\n');
        }
        self.bytes += u64::try_from(total).unwrap_or(0);
        Ok(is_whole)
    }

    fn head(&self) -> Option<Head> {
        let is_object = self.buffer.trim_ascii_start().first() == Some(&b'{');
        serde_json::from_slice(&self.buffer).ok().filter(|_| is_object)
    }

    /// The line that was read last, as it stands in the file.
    pub(super) fn text(&self) -> &str {
        std::str::from_utf8(&self.buffer).unwrap_or_default().trim()
    }

    /// Its number, from 1.
    pub(super) const fn number(&self) -> u64 {
        self.number
    }

    /// Bytes that were read since this was asked last.
    pub(super) fn take_bytes(&mut self) -> u64 {
        std::mem::take(&mut self.bytes)
    }
}

fn max_len() -> usize {
    usize::try_from(LINE_MAX_BYTES).unwrap_or(usize::MAX)
}

/// The session that the first lines of a file name.
pub(super) fn session_of(path: &Path) -> io::Result<Option<String>> {
    let mut lines = Lines::open(path)?;
    while lines.number() < HEAD_MAX_LINES && lines.next()?.is_some() {
        let named = lines.head().and_then(|head| head.session_id.as_str().map(ToOwned::to_owned));
        if named.is_some() {
            return Ok(named);
        }
    }
    Ok(None)
}

/// Whose lines they are, as it is sent with them.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Whose<'a> {
    session_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    agent_id: Option<&'a str>,
    /// With the first line, and the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    meta: Option<&'a Value>,
    #[serde(skip)]
    about: (String, Option<&'a Value>),
}

#[derive(Serialize)]
struct Sent<'a> {
    #[serde(flatten)]
    whose: &'a Whose<'a>,
    line: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    entry: Option<&'a RawValue>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    end: bool,
}

impl<'a> Whose<'a> {
    pub(super) fn new(
        session: &'a files::Session,
        file: &'a files::File,
        meta: Option<&'a Value>,
    ) -> Self {
        let path = file.path.to_string_lossy().into_owned();
        Self {
            session_id: &session.id,
            agent_id: file.agent.as_deref(),
            file: Some(path.clone()),
            meta,
            about: (path, meta),
        }
    }

    /// What is the same for every line was said with the first one.
    pub(super) fn said(&mut self) {
        (self.file, self.meta) = (None, None);
    }

    /// A line, as it is sent.
    pub(super) fn line(&self, number: u64, entry: &str) -> String {
        let entry = serde_json::from_str(entry).ok();
        Sent { whose: self, line: number, entry, end: false }.text()
    }

    /// That nothing stands behind a line, as it is sent.
    pub(super) fn end(&self, number: u64) -> String {
        let (file, meta) = (Some(self.about.0.clone()), self.about.1);
        let whose = Self { file, meta, ..self.clone() };
        Sent { whose: &whose, line: number, entry: None, end: true }.text()
    }
}

impl Sent<'_> {
    fn text(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }
}
