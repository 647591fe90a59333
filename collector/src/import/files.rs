//! Which transcripts there are, and whose: `<session>.jsonl`, and `agent-<id>.jsonl` below
//! `<session>/subagents` (of older releases: beside the session's), with `agent-<id>.meta.json`.

use std::{
    collections::{BTreeMap, HashSet},
    fs, io,
    path::{Path, PathBuf},
    time::SystemTime,
};

use banyan_protocol::Timestamp;
use serde_json::Value;

use super::{ImportError, lines::session_of};

/// Everything that was found.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// The one that was written to longest ago first.
    pub sessions: Vec<Session>,
    /// What cannot be read, and why.
    pub problems: Vec<(PathBuf, String)>,
    /// Files of lines that are no transcripts.
    pub strange: u64,
}

/// A session, and its sub-agents.
#[derive(Debug)]
pub(super) struct Session {
    pub id: String,
    /// Its own first, then those of its sub-agents, parents first.
    pub files: Vec<File>,
    /// When one of them was written to last.
    pub modified: Timestamp,
}

/// One transcript.
#[derive(Debug)]
pub(super) struct File {
    pub path: PathBuf,
    /// The sub-agent; none for the session itself.
    pub agent: Option<String>,
    pub bytes: u64,
    modified: Timestamp,
}

impl File {
    /// What was written down about the sub-agent.
    pub(super) fn meta(&self) -> Option<Value> {
        self.agent.as_ref()?;
        let text = fs::read_to_string(self.path.with_extension("meta.json")).ok()?;
        serde_json::from_str(&text).ok().filter(Value::is_object)
    }

    /// How deep it was spawned; what is not known comes last.
    fn depth(&self) -> u64 {
        if self.agent.is_none() {
            return 0;
        }
        self.meta().and_then(|meta| meta.get("spawnDepth")?.as_u64()).unwrap_or(u64::MAX)
    }
}

/// The transcripts in and below `directory`.
pub(super) fn find(directory: &Path) -> Result<Found, ImportError> {
    let refused = |source| ImportError::Directory { path: directory.to_owned(), source };
    fs::metadata(directory).map_err(refused)?;
    let mut walk = Walk::default();
    walk.visit(directory);
    Ok(walk.found())
}

#[derive(Debug, Default)]
struct Walk {
    seen: HashSet<PathBuf>,
    sessions: BTreeMap<String, Vec<File>>,
    problems: Vec<(PathBuf, String)>,
    strange: u64,
}

impl Walk {
    fn visit(&mut self, start: &Path) {
        let mut open = vec![start.to_owned()];
        while let Some(path) = open.pop() {
            match self.look(&path) {
                Ok(inside) => open.extend(inside),
                Err(error) => self.problems.push((path, error.to_string())),
            }
        }
    }

    /// Takes in a file, or gives what a directory holds.
    fn look(&mut self, path: &Path) -> io::Result<Vec<PathBuf>> {
        let metadata = fs::metadata(path)?;
        let is_lines = path.extension().is_some_and(|extension| extension == "jsonl");
        if !metadata.is_dir() && !is_lines {
            return Ok(Vec::new());
        }
        if !self.seen.insert(fs::canonicalize(path)?) {
            let message = "a link to what was read already; it is skipped".to_owned();
            self.problems.push((path.to_owned(), message));
            return Ok(Vec::new());
        }
        if metadata.is_dir() {
            return fs::read_dir(path)?.map(|entry| Ok(entry?.path())).collect();
        }
        let modified = metadata.modified().ok().map_or(Timestamp::default(), timestamp);
        match whose(path)? {
            Some((session, agent)) => {
                let file = File { path: path.to_owned(), agent, bytes: metadata.len(), modified };
                self.sessions.entry(session).or_default().push(file);
            }
            None => self.strange += 1,
        }
        Ok(Vec::new())
    }

    fn found(self) -> Found {
        let mut sessions: Vec<Session> = self
            .sessions
            .into_iter()
            .map(|(id, mut files)| {
                files.sort_by_cached_key(|file| (file.depth(), file.path.clone()));
                let modified = files.iter().map(|file| file.modified).max().unwrap_or_default();
                Session { id, files, modified }
            })
            .collect();
        sessions.sort_by_key(|session| session.modified);
        let mut problems = self.problems;
        problems.sort();
        Found { sessions, problems, strange: self.strange }
    }
}

/// The session and the sub-agent whose transcript a file is, if it is one.
fn whose(path: &Path) -> io::Result<Option<(String, Option<String>)>> {
    let Some(name) = path.file_stem().and_then(|name| name.to_str()) else { return Ok(None) };
    let Some(agent) = name.strip_prefix("agent-").filter(|agent| !agent.is_empty()) else {
        let is_own = is_uuid(name) || session_of(path)?.as_deref() == Some(name);
        return Ok(is_own.then(|| (name.to_owned(), None)));
    };
    let parts: Vec<_> = path.iter().filter_map(|part| part.to_str()).collect();
    let place = parts.iter().rposition(|part| *part == "subagents");
    let above = place.and_then(|place| parts.get(place.checked_sub(1)?));
    let session = match above {
        Some(session) => Some((*session).to_owned()),
        None => session_of(path)?,
    };
    Ok(session.map(|session| (session, Some(agent.to_owned()))))
}

/// `1fd05437-e43e-4d77-9d4a-ee3272613c83`
fn is_uuid(name: &str) -> bool {
    let dashes = [8, 13, 18, 23];
    name.len() == 36
        && name.bytes().enumerate().all(|(place, byte)| {
            if dashes.contains(&place) { byte == b'-' } else { byte.is_ascii_hexdigit() }
        })
}

fn timestamp(time: SystemTime) -> Timestamp {
    let since = time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    Timestamp::from_micros(i64::try_from(since.as_micros()).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "1fd05437-e43e-4d77-9d4a-ee3272613c83";

    #[test]
    fn sessions_and_sub_agents_are_told_by_their_places() {
        let home = tempfile::tempdir().unwrap();
        let write = |path: &str, text: &str| {
            let path = home.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        write(&format!("p/{ID}.jsonl"), "{}\n");
        write(&format!("p/{ID}/subagents/agent-b.jsonl"), "{}\n");
        write(&format!("p/{ID}/subagents/agent-b.meta.json"), r#"{"spawnDepth": 2}"#);
        write(&format!("p/{ID}/subagents/agent-c.jsonl"), "{}\n");
        write(&format!("p/{ID}/subagents/agent-c.meta.json"), r#"{"spawnDepth": 1}"#);
        write("q/agent-a.jsonl", "{\"sessionId\": \"old\"}\n");
        write("q/old.jsonl", "{\"type\": \"summary\"}\n{\"sessionId\": \"old\"}\n");
        write("q/history.jsonl", "{\"display\": \"x\"}\n");
        write("q/notes.txt", "x");
        #[cfg(unix)]
        std::os::unix::fs::symlink(home.path(), home.path().join("p/loop")).unwrap();
        let found = find(home.path()).unwrap();
        let mut files: Vec<String> = found
            .sessions
            .iter()
            .map(|session| {
                let files = session.files.iter().map(|file| file.agent.as_deref().unwrap_or("-"));
                format!("{}: {}", session.id, files.collect::<Vec<_>>().join(" "))
            })
            .collect();
        files.sort();
        assert_eq!(files, [format!("{ID}: - c b"), "old: - a".to_owned()]);
        assert_eq!((found.strange, found.problems.len()), (1, usize::from(cfg!(unix))));
        assert!(matches!(find(&home.path().join("none")), Err(ImportError::Directory { .. })));
    }
}
