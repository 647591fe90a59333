//! `banyan connect` and `disconnect`: what they show, what they write, and that it can be undone.

use std::{fs, path::Path, process::Command};

use serde_json::Value;

const MINE: &str = r#"{
  "model": "opus",
  "hooks": {
    "Stop": [
      {"hooks": [{"type": "command", "command": "echo done"}]}
    ]
  }
}
"#;

/// Runs the command for whoever lives in `home`, and returns what it prints.
fn banyan(home: &Path, words: &[&str]) -> String {
    let output = Command::new(banyan_tests::harness::binary())
        .args(words)
        .env("HOME", home)
        .env_remove("CLAUDE_CONFIG_DIR")
        .env_remove("CODEX_HOME")
        .current_dir(home)
        .output()
        .unwrap();
    assert!(output.status.success(), "{words:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn settings_are_changed_only_when_asked_to_and_back() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join(".claude/settings.json");
    fs::create_dir(home.path().join(".claude")).unwrap();
    fs::write(&path, MINE).unwrap();

    let shown = banyan(home.path(), &["connect", "claude-code"]);
    assert!(shown.contains("+     \"SessionStart\""), "{shown}");
    assert_eq!(fs::read_to_string(&path).unwrap(), MINE, "only shown");

    banyan(home.path(), &["connect", "claude-code", "--write"]);
    let written: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
    assert_eq!(written["hooks"]["Stop"][0]["hooks"][0]["command"], "echo done");
    assert!(written["hooks"]["PostToolUse"].is_array());
    let again = banyan(home.path(), &["connect", "claude-code", "--write"]);
    assert!(again.contains("needs no change"), "{again}");

    banyan(home.path(), &["disconnect", "claude-code", "--write"]);
    assert_eq!(fs::read_to_string(&path).unwrap(), MINE, "as it was");
}

#[test]
fn hooks_go_where_the_collector_listens() {
    let home = tempfile::tempdir().unwrap();
    let output = Command::new(banyan_tests::harness::binary())
        .args(["connect", "claude-code"])
        .env("HOME", home.path())
        .env_remove("CLAUDE_CONFIG_DIR")
        .env("BANYAN_LISTEN", "127.0.0.1:4999")
        .output()
        .unwrap();
    let shown = String::from_utf8(output.stdout).unwrap();
    assert!(shown.contains("\"http://127.0.0.1:4999/hooks/claude-code\""), "{shown}");
}

#[test]
fn a_project_has_settings_of_its_own() {
    let home = tempfile::tempdir().unwrap();
    let project = home.path().join("project");
    fs::create_dir(&project).unwrap();
    let output = Command::new(banyan_tests::harness::binary())
        .args(["connect", "claude-code", "--project", "--write"])
        .args(["--url", "http://127.0.0.1:4999"])
        .env("HOME", home.path())
        .current_dir(&project)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let written = fs::read_to_string(project.join(".claude/settings.json")).unwrap();
    assert!(written.contains("http://127.0.0.1:4999/hooks/claude-code"), "{written}");
    assert!(!home.path().join(".claude").exists(), "the user's own are left alone");
}

#[test]
fn settings_are_where_the_agents_variables_say() {
    let home = tempfile::tempdir().unwrap();
    let variables = [("CLAUDE_CONFIG_DIR", "claude"), ("CODEX_HOME", "codex")];
    let banyan = |words: &[&str]| {
        let mut command = Command::new(banyan_tests::harness::binary());
        command.args(words).env_clear().env("HOME", home.path()).current_dir(home.path());
        command.env("PATH", "/usr/bin:/bin");
        command.envs(variables.map(|(name, place)| (name, home.path().join(place))));
        let output = command.output().unwrap();
        String::from_utf8(output.stdout).unwrap()
    };
    for (agent, file) in [("claude-code", "claude/settings.json"), ("codex", "codex/hooks.json")] {
        let path = home.path().join(file);
        banyan(&["connect", agent, "--write", "--url", "http://127.0.0.1:1"]);
        assert!(fs::read_to_string(&path).unwrap().contains("/hooks/"), "{file}");
        let examined = banyan(&["doctor", "--json", "--data", "data"]);
        assert!(examined.contains(path.to_str().unwrap()), "{examined}");
        banyan(&["disconnect", agent, "--write"]);
        assert_eq!(fs::read_to_string(&path).unwrap(), "{}\n");
    }
    assert!(!home.path().join(".claude").exists() && !home.path().join(".codex").exists());
    fs::create_dir(home.path().join("claude/projects")).unwrap();
    let found = banyan(&["import", "claude-code", "--dry-run"]);
    assert!(found.starts_with("0 sessions"), "{found}");
}
