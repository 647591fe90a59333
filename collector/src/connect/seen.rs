//! What is in an agent's settings, in all the files that it reads. Changes nothing.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use banyan_protocol::hook::Harness;
use serde_json::{Map, Value};

use super::{
    hook::{self, Way},
    settings,
};

/// Where an administrator puts settings that nobody can change.
const MANAGED: &str = if cfg!(target_os = "macos") {
    "/Library/Application Support/ClaudeCode/managed-settings.json"
} else {
    "/etc/claude-code/managed-settings.json"
};

/// What there is of an agent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Seen {
    /// Whose.
    pub harness: Harness,
    /// Whether the person has ever used it: it keeps a directory of its own.
    pub is_used: bool,
    /// The settings that are there, in the order in which they are looked for.
    pub files: Vec<File>,
}

/// One file of settings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct File {
    /// Where it is.
    pub path: PathBuf,
    /// Whether an administrator wrote it.
    pub is_managed: bool,
    /// What is in it, or why that cannot be told.
    pub content: Result<Content, String>,
}

/// What a file of settings says of hooks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Content {
    /// The hooks that post here, ours or the person's own.
    pub calls: Vec<Call>,
    /// `disableAllHooks`: none runs.
    pub disables_hooks: bool,
    /// `allowManagedHooksOnly`: only those of the administrator run.
    pub allows_managed_only: bool,
    /// `allowedHttpHookUrls`: hooks may post to these only.
    pub allowed_urls: Option<Vec<String>>,
}

/// A hook that posts here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Call {
    /// When it runs: `PreToolUse` …
    pub event: String,
    /// Where it posts to: `http://127.0.0.1:4317/hooks/codex`.
    pub url: String,
    /// Who posts.
    pub way: Way,
}

/// The events that our hooks shall run at.
pub(crate) fn events(harness: Harness) -> &'static [&'static str] {
    settings::events(harness)
}

/// Looks at the person's settings, which are in `own`, and those of the project in the current
/// directory.
pub(crate) fn look(harness: Harness, own: Option<&Path>) -> Seen {
    look_in(harness, own, Path::new(""), Path::new(MANAGED))
}

fn look_in(harness: Harness, own: Option<&Path>, project: &Path, managed: &Path) -> Seen {
    let (directory, names): (_, &[&str]) = match harness {
        Harness::ClaudeCode => (".claude", &["settings.json", "settings.local.json"]),
        Harness::Codex => (".codex", &["hooks.json"]),
    };
    let of_project = project.join(directory);
    let mut paths: Vec<PathBuf> = Vec::new();
    for place in own.into_iter().chain([&*of_project]) {
        paths.extend(names.iter().map(|name| place.join(name)));
    }
    let mut files: Vec<File> =
        paths.into_iter().filter_map(|path| file(harness, path, false)).collect();
    // In the home directory both are the same.
    files.dedup_by_key(|file| file.path.canonicalize().ok());
    if harness == Harness::ClaudeCode {
        files.extend(file(harness, managed.to_owned(), true));
    }
    let is_used = own.is_some_and(Path::is_dir) || of_project.is_dir();
    Seen { harness, is_used, files }
}

fn file(harness: Harness, path: PathBuf, is_managed: bool) -> Option<File> {
    let content = match fs::read_to_string(&path) {
        Ok(text) => content(&text, harness),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return None,
        Err(error) => Err(error.to_string()),
    };
    Some(File { path, is_managed, content })
}

fn content(text: &str, harness: Harness) -> Result<Content, String> {
    if text.trim().is_empty() {
        return Ok(Content::default());
    }
    let settings: Map<String, Value> =
        serde_json::from_str(text).map_err(|error| error.to_string())?;
    let flag = |name: &str| settings.get(name).and_then(Value::as_bool).unwrap_or_default();
    let texts =
        |list: &Vec<Value>| list.iter().filter_map(Value::as_str).map(str::to_owned).collect();
    Ok(Content {
        calls: calls(&settings, harness),
        disables_hooks: flag("disableAllHooks"),
        allows_managed_only: flag("allowManagedHooksOnly"),
        allowed_urls: settings.get("allowedHttpHookUrls").and_then(Value::as_array).map(texts),
    })
}

fn calls(settings: &Map<String, Value>, harness: Harness) -> Vec<Call> {
    let mut calls = Vec::new();
    for (event, groups) in settings.get("hooks").and_then(Value::as_object).into_iter().flatten() {
        let groups = groups.as_array().into_iter().flatten();
        let hooks = groups.filter_map(|group| group.get("hooks")?.as_array()).flatten();
        calls.extend(hooks.filter_map(|hook| {
            let (url, way) = hook::posts_to(hook, harness)?;
            Some(Call { event: event.clone(), url: url.to_owned(), way })
        }));
    }
    calls
}

#[cfg(test)]
mod tests {
    use super::{super::Wish, *};

    const CLAUDE: Harness = Harness::ClaudeCode;

    fn connected(harness: Harness) -> String {
        let wish = Wish::Connected { origin: "http://127.0.0.1:4317".to_owned() };
        settings::changed("", harness, &wish).unwrap()
    }

    #[test]
    fn what_connect_writes_is_seen() {
        for harness in [CLAUDE, Harness::Codex] {
            let seen = content(&connected(harness), harness).unwrap();
            let at: Vec<&str> = seen.calls.iter().map(|call| call.event.as_str()).collect();
            let mut expected = events(harness).to_vec();
            expected.sort_by_key(|event| at.iter().position(|at| at == event));
            assert_eq!(at, expected);
            let url = format!("http://127.0.0.1:4317/hooks/{}", harness.name());
            assert!(seen.calls.iter().all(|call| call.url == url), "{seen:?}");
            let by_http = seen.calls.iter().filter(|call| call.way == Way::Http).count();
            assert_eq!(by_http, if harness == CLAUDE { events(harness).len() - 1 } else { 0 });
        }
    }

    #[test]
    fn hooks_that_name_our_route_and_post_elsewhere_are_not_seen() {
        let hooks = r#"{"hooks": {"Stop": [{"hooks": [
            {"command": "~/hooks/codex-notify.sh"}, {"command": "~/hooks/codex x"},
            {"command": "curl -d @- 'http://[::1]:1/hooks/codex'"}]}]}}"#;
        let seen = content(hooks, Harness::Codex).unwrap();
        let urls: Vec<(&str, Way)> =
            seen.calls.iter().map(|call| (call.url.as_str(), call.way)).collect();
        assert_eq!(urls, [("http://[::1]:1/hooks/codex", Way::Command)]);
    }

    #[test]
    fn what_silences_hooks_is_seen() {
        let text = r#"{"disableAllHooks": true, "allowManagedHooksOnly": true,
            "allowedHttpHookUrls": ["https://x/*", 7], "hooks": {"Stop": [{"hooks": [{"command": "say"}]}]}}"#;
        let seen = content(text, CLAUDE).unwrap();
        assert!(seen.disables_hooks && seen.allows_managed_only && seen.calls.is_empty());
        assert_eq!(seen.allowed_urls, Some(vec!["https://x/*".to_owned()]));
        assert_eq!(content(" ", CLAUDE), Ok(Content::default()));
        for broken in ["{", "[]", "7"] {
            assert!(content(broken, CLAUDE).is_err(), "{broken}");
        }
        for odd in [r#"{"hooks": []}"#, r#"{"hooks": {"Stop": {}}}"#, r#"{"hooks": {"Stop": [7]}}"#]
        {
            assert_eq!(content(odd, CLAUDE), Ok(Content::default()), "{odd}");
        }
    }

    #[test]
    fn all_files_are_looked_at() {
        let place = tempfile::tempdir().unwrap();
        let (home, project) = (place.path().join("home"), place.path().join("project"));
        let managed = place.path().join("managed.json");
        let own = |harness| home.join(if harness == CLAUDE { ".claude" } else { ".codex" });
        let look = |harness| look_in(harness, Some(&own(harness)), &project, &managed);
        assert!(!look(CLAUDE).is_used && look(CLAUDE).files.is_empty());
        for (directory, name) in [
            (home.join(".claude"), "settings.json"),
            (project.join(".claude"), "settings.local.json"),
            (project.join(".codex"), "hooks.json"),
        ] {
            fs::create_dir_all(&directory).unwrap();
            fs::write(directory.join(name), "{}").unwrap();
        }
        fs::write(&managed, "broken").unwrap();
        let seen = look(CLAUDE);
        assert!(seen.is_used && look(Harness::Codex).files.len() == 1);
        let managed: Vec<bool> = seen.files.iter().map(|file| file.is_managed).collect();
        assert_eq!(managed, [false, false, true]);
        assert!(seen.files[2].content.is_err());
        let at_home = look_in(CLAUDE, Some(&own(CLAUDE)), &home, Path::new("none"));
        assert_eq!(at_home.files.len(), 1, "{at_home:?}");
    }
}
