//! `banyan connect`, `banyan disconnect`: lets coding agents post their hooks here, or no longer.
//!
//! Shows what would change in the agent's settings and changes it only when told to. What else is
//! in the settings stays as it is, byte for byte where it was written in the usual way.
//!
//! Knows nothing of the collector but the path of its routes.

mod diff;
mod file;
mod hook;
mod members;
mod seen;
mod settings;

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use banyan_protocol::hook::Harness;
use thiserror::Error;

pub(crate) use hook::Way;
pub(crate) use seen::{Call, Content, File, Seen, events, look};
pub(crate) use settings::Wish;

/// Whose settings are changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scope {
    /// The person's own, for every project.
    User,
    /// Those of the project in the current directory.
    Project,
}

/// What to do with which settings.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    /// Whose agent.
    pub harness: Harness,
    /// Whose settings.
    pub scope: Scope,
    /// What shall be there.
    pub wish: Wish,
    /// Change the file, and not only say how.
    pub write: bool,
}

/// Why the settings cannot be changed.
#[derive(Debug, Error)]
pub(crate) enum ConnectError {
    /// There is nowhere to look for the person's settings.
    #[error("no home directory is known; change the settings of the project with --project")]
    NoHome,
    /// The collector takes whatever port is free.
    #[error("the collector has no fixed port; say with --url where it answers")]
    NoAddress,
    /// The file cannot be read or written.
    #[error("{path} cannot be read or written")]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The file is not what it should be. It is left as it is.
    #[error("{path} is not a JSON object whose \"hooks\" are objects of lists; mend it first")]
    Unreadable {
        /// Which.
        path: PathBuf,
        /// Why.
        #[source]
        source: serde_json::Error,
    },
}

/// Carries out `plan`, given where the person's agent keeps its settings; returns what to tell them.
pub(crate) fn run(plan: &Plan, own: Option<&Path>) -> Result<String, ConnectError> {
    let path = path(plan, own)?;
    let found = match fs::read_to_string(&path) {
        Ok(text) => Some(text),
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(source) => return Err(ConnectError::File { path, source }),
    };
    let before = found.as_deref().unwrap_or_default();
    let after = settings::changed(before, plan.harness, &plan.wish)
        .map_err(|source| ConnectError::Unreadable { path: path.clone(), source })?;
    if before == after || (found.is_none() && after.trim() == "{}") {
        return Ok(format!("{} needs no change.", path.display()));
    }
    let shown = diff::lines(before, &after);
    if !plan.write {
        let word = "Nothing is written yet; --write does it.";
        return Ok(format!("{}\n\n{shown}\n{word}", path.display()));
    }
    match file::replace(&path, &after) {
        Ok(()) => Ok(format!("{}\n\n{shown}\nWritten. {}", path.display(), next(plan))),
        Err(source) => Err(ConnectError::File { path, source }),
    }
}

fn path(plan: &Plan, own: Option<&Path>) -> Result<PathBuf, ConnectError> {
    let (directory, file) = match plan.harness {
        Harness::ClaudeCode => (".claude", "settings.json"),
        Harness::Codex => (".codex", "hooks.json"),
    };
    let directory = match plan.scope {
        Scope::User => own.ok_or(ConnectError::NoHome)?,
        Scope::Project => Path::new(directory),
    };
    Ok(directory.join(file))
}

fn next(plan: &Plan) -> &'static str {
    match (&plan.wish, plan.harness) {
        (Wish::Connected { .. }, Harness::ClaudeCode) => "New sessions post their hooks.",
        (Wish::Connected { .. }, Harness::Codex) => {
            "New sessions post their hooks, once you trust them there."
        }
        (Wish::Disconnected, _) => "New sessions no longer post their hooks.",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_written_unless_it_shall_be() {
        let home = tempfile::tempdir().unwrap();
        for (harness, file) in
            [(Harness::ClaudeCode, "settings.json"), (Harness::Codex, "hooks.json")]
        {
            let path = home.path().join(file);
            let plan = |wish, write| Plan { harness, scope: Scope::User, wish, write };
            let wish = || Wish::Connected { origin: "http://127.0.0.1:4317".to_owned() };
            let said = run(&plan(Wish::Disconnected, true), Some(home.path())).unwrap();
            assert!(said.contains("needs no change") && !path.exists(), "{said}");
            let said = run(&plan(wish(), false), Some(home.path())).unwrap();
            assert!(said.contains("+   \"hooks\": {") && said.contains("--write"), "{said}");
            assert!(!path.exists());
            run(&plan(wish(), true), Some(home.path())).unwrap();
            assert!(fs::read_to_string(&path).unwrap().contains("/hooks/"));
            let said = run(&plan(wish(), true), Some(home.path())).unwrap();
            assert!(said.contains("needs no change"), "{said}");
            run(&plan(Wish::Disconnected, true), Some(home.path())).unwrap();
            assert_eq!(fs::read_to_string(&path).unwrap(), "{}\n");
            fs::write(&path, "{broken").unwrap();
            run(&plan(wish(), true), Some(home.path())).unwrap_err();
            assert_eq!(fs::read_to_string(&path).unwrap(), "{broken");
        }
    }

    #[test]
    fn without_a_home_there_is_the_project() {
        let plan = Plan {
            harness: Harness::Codex,
            scope: Scope::User,
            wish: Wish::Disconnected,
            write: false,
        };
        assert!(matches!(run(&plan, None), Err(ConnectError::NoHome)));
    }
}
