//! `banyan import claude-code`: what is in the files is in the forest, once.

mod gate;
mod interrupted;

use std::{
    fs,
    path::{Path, PathBuf},
};

use banyan_tests::harness::{Banyan, Client, path_of, within};
use hyper::Method;
use serde_json::{Value, json};
use tempfile::TempDir;

const ROOT: &str = "1fd05437-e43e-4d77-9d4a-ee3272613c83";
const HOOKS: &str = include_str!("../../fixtures/claude-code-2.1.329-hooks.jsonl");

/// Transcripts laid out as Claude Code does.
struct Projects(TempDir);

impl Projects {
    fn of_the_run() -> Self {
        let projects = Self(tempfile::tempdir().expect("a directory"));
        let fixture =
            Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/claude-code-transcripts");
        copy(&fixture, &projects.0.path().join("-home-dev-project"));
        projects
    }

    fn main(&self) -> PathBuf {
        self.0.path().join(format!("-home-dev-project/{ROOT}.jsonl"))
    }

    fn append(&self, text: &str) {
        let before = fs::read_to_string(self.main()).expect("a transcript");
        fs::write(self.main(), before + text).expect("written");
    }

    /// Runs the command; its exit code and both streams.
    async fn run(&self, words: &[&str]) -> (Option<i32>, String, String) {
        let mut command = tokio::process::Command::new(banyan_tests::harness::binary());
        command.args(["import", "claude-code"]).arg(self.0.path()).args(words);
        command.env_clear().env("HOME", self.0.path()).kill_on_drop(true);
        let output = within("the import to end", command.output()).await.expect("the binary");
        let text = |bytes| String::from_utf8(bytes).expect("text");
        (output.status.code(), text(output.stdout), text(output.stderr))
    }

    /// Imports into `banyan`; what came of it.
    async fn import(&self, banyan: &Banyan) -> Value {
        let endpoint = format!("http://{}", banyan.address());
        let (code, said, complained) = self.run(&["--json", "--endpoint", &endpoint]).await;
        assert_eq!(code, Some(0), "{complained}");
        serde_json::from_str(&said).expect("a summary")
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a directory");
    for entry in fs::read_dir(from).expect("the fixture") {
        let entry = entry.expect("an entry");
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            // Long ago, whatever the clock here says.
            let text = fs::read_to_string(entry.path()).expect("text");
            fs::write(target, text.replace("2026-11-20", "2020-11-20")).expect("copied");
        }
    }
}

/// Each session from the root down: goal, status, final response, tool calls, tokens.
fn line(node: &Value, lines: &mut Vec<String>) {
    let session = &node["session"];
    let keys = ["depth", "goal", "status", "final_response", "total_tokens", "attention"];
    let shown = keys.map(|key| session[key].to_string()).join(" ");
    lines.push(format!("{shown} {}", session["own"]["tool_calls"]));
    for child in node["children"].as_array().into_iter().flatten() {
        line(child, lines);
    }
}

async fn tree(client: &Client) -> Vec<String> {
    let mut lines = Vec::new();
    line(&client.json(&path_of("/sessions", ROOT, "/tree")).await, &mut lines);
    lines
}

async fn events(client: &Client) -> usize {
    client.json("/events?limit=1000").await["events"].as_array().map_or(0, Vec::len)
}

/// Where the log ends.
async fn head(client: &Client) -> String {
    let metrics = client.get("/metrics").await.is(200).text();
    let line = metrics.lines().find(|line| line.starts_with("banyan_log_head "));
    line.expect("the log's head").to_owned()
}

const TREE: [&str; 3] = [
    r#"0 "go please" "completed" "all done" 30 null 1"#,
    r#"1 "SUBTASK: do the job" "completed" "sub done" 30 null 1"#,
    r#"2 "LEAF: run echo" "completed" "leaf done" 30 null 1"#,
];

#[tokio::test]
async fn what_was_written_down_is_a_forest() {
    let (banyan, projects) = (Banyan::start().await, Projects::of_the_run());
    let done = projects.import(&banyan).await;
    assert_eq!((&done["sessions"], &done["files"]), (&json!(1), &json!(3)));
    assert_eq!((&done["sent"], &done["known"]), (&json!(12), &json!(0)));
    assert_eq!(done["skipped"], json!({"attachment": 14}));
    let client = banyan.client();
    assert_eq!(tree(&client).await, TREE);
    let session = client.session(ROOT).await;
    assert_eq!(session["session"]["started_at"], "2020-11-20T11:27:47.444Z");
    assert_eq!(session["session"]["model"], "claude-opus-5-5");
    assert_eq!(session["alerts"], json!([]));
    assert_eq!(session["events"][0]["transcript"]["line"], 1);
    banyan.verified().await;
}

#[tokio::test]
async fn a_second_import_adds_nothing_and_a_third_what_is_new() {
    let (banyan, projects) = (Banyan::start().await, Projects::of_the_run());
    projects.import(&banyan).await;
    let client = banyan.client();
    let before = (events(&client).await, head(&client).await);
    let again = projects.import(&banyan).await;
    assert_eq!(again["sent"], 0);
    assert_eq!((events(&client).await, head(&client).await), before);

    let more = json!({"type": "user", "uuid": "u", "timestamp": "2020-11-20T11:40:00Z",
        "message": {"role": "user", "content": "and then"}});
    // Whatever is not written to its end is left for the next time.
    projects.append(&format!("{more}\n{{\"type\": \"assist"));
    let grown = projects.import(&banyan).await;
    assert_eq!((&grown["sent"], &grown["unreadable"]), (&json!(1), &json!(0)));
    let session = client.session(ROOT).await["session"].clone();
    assert_eq!(
        (&session["goal"], &session["current_goal"]),
        (&json!("go please"), &json!("and then"))
    );
    banyan.verified().await;
}

#[tokio::test]
async fn odd_lines_and_files_are_counted_and_skipped() {
    let (banyan, projects) = (Banyan::start().await, Projects::of_the_run());
    projects.append("{\"type\":\"from-the-future\"}\n{}\nrubbish\n[1]\n\n");
    fs::write(projects.0.path().join("history.jsonl"), "{\"display\":\"x\"}\n").expect("written");
    std::os::unix::fs::symlink(projects.0.path(), projects.0.path().join("loop")).expect("a link");
    std::os::unix::fs::symlink("nowhere", projects.0.path().join("broken.jsonl")).expect("a link");
    let done = projects.import(&banyan).await;
    assert_eq!(done["skipped"], json!({"attachment": 14, "from-the-future": 1, "": 1}));
    assert_eq!((&done["unreadable"], &done["other_files"]), (&json!(2), &json!(1)));
    let problems = done["problems"].as_array().expect("problems");
    assert_eq!(problems.len(), 2, "{problems:?}");
    assert_eq!(tree(&banyan.client()).await, TREE);
}

#[tokio::test]
async fn what_hooks_told_is_left_to_them() {
    let (banyan, projects) = (Banyan::start().await, Projects::of_the_run());
    let client = banyan.client();
    let headers = [("content-type", "application/json")];
    for hook in HOOKS.lines() {
        client.send(Method::POST, "/hooks/claude-code", &headers, hook).await.is(200);
    }
    client.post(&banyan_tests::harness::events::thought("after", 1, "x")).await;
    let before = (tree(&client).await, events(&client).await);
    let done = projects.import(&banyan).await;
    assert_eq!((&done["left_sessions"], &done["sent"]), (&json!(1), &json!(0)), "{done}");
    assert_eq!((tree(&client).await, events(&client).await), before);
    banyan.verified().await;
}

#[tokio::test]
async fn without_a_collector_it_says_what_to_do() {
    let projects = Projects::of_the_run();
    let (code, said, complained) = projects.run(&["--endpoint", "http://127.0.0.1:1"]).await;
    assert_eq!((code, said.as_str()), (Some(1), ""));
    assert!(complained.contains("banyan serve"), "{complained}");
    let (code, said, _) = projects.run(&["--dry-run", "--since", "2000-01-01"]).await;
    assert_eq!(code, Some(0));
    assert!(said.contains("12 lines would be sent"), "{said}");
    let (_, said, _) = projects.run(&["--dry-run", "--since", "2999-01-01"]).await;
    assert!(said.starts_with("0 sessions"), "{said}");
}
