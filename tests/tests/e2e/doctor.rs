//! `banyan doctor`: what it finds on a machine, with a collector and without, and that it leaves
//! everything as it is.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use banyan_tests::harness::{Banyan, Ended, Setup, events::thought};
use serde_json::Value;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpListener,
    process::Command,
};

/// Runs `banyan doctor` for whoever lives in the home of `setup`.
async fn doctor(setup: &Setup, words: &[&str]) -> Ended {
    let mut command = Command::new(banyan_tests::harness::binary());
    command.arg("doctor").arg("--data").arg(setup.data()).args(words);
    command.env_clear().env("HOME", setup.home()).env("PATH", "/usr/bin:/bin");
    let output = command.current_dir(setup.home()).output().await.unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stderr), "", "{words:?}");
    let output_text = String::from_utf8(output.stdout).unwrap();
    Ended { code: output.status.code(), output: output_text }
}

/// The same as JSON, and the exit code.
async fn found(setup: &Setup, words: &[&str]) -> (Value, Option<i32>) {
    let ended = doctor(setup, &[words, &["--json"]].concat()).await;
    let report: Value = serde_json::from_str(&ended.output).unwrap();
    for finding in report["findings"].as_array().unwrap() {
        let is_ok = finding["level"] == "ok";
        assert_eq!(finding["mend"].is_null(), is_ok, "{finding}");
    }
    assert_eq!(report["ok"] == true, ended.code == Some(0), "{report}");
    (report, ended.code)
}

/// Level and words of all findings of `check`.
#[track_caller]
fn of(report: &Value, check: &str) -> Vec<String> {
    let findings = report["findings"].as_array().unwrap().iter();
    let of_check = findings.filter(|finding| finding["check"] == check);
    let text = |finding: &Value, key: &str| finding[key].as_str().unwrap_or_default().to_owned();
    let told: Vec<String> = of_check
        .map(|it| format!("{} {} {}", text(it, "level"), text(it, "about"), text(it, "what")))
        .collect();
    assert!(!told.is_empty(), "{check}: {report}");
    told
}

/// Every file below `place` with its content and the time of its last change.
fn files(place: &Path) -> BTreeMap<PathBuf, (Vec<u8>, std::time::SystemTime)> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(place).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            let changed = path.metadata().unwrap().modified().unwrap();
            found.insert(path.clone(), (fs::read(&path).unwrap(), changed));
        }
    }
    found
}

fn connect(setup: &Setup, agent: &str, url: &str) {
    let connected = std::process::Command::new(banyan_tests::harness::binary())
        .args(["connect", agent, "--url", url, "--write"])
        .env("HOME", setup.home())
        .current_dir(setup.home())
        .status();
    assert!(connected.unwrap().success());
}

#[tokio::test]
async fn a_collector_that_is_well_is_said_to_be() {
    let banyan = Banyan::start().await;
    let (address, setup) = (banyan.address().to_string(), banyan.setup().clone());
    banyan.client().post(&thought("s", 1, "x")).await;
    banyan.client().session("s").await;
    connect(&setup, "codex", &format!("http://{address}"));
    let (report, code) = found(&setup, &["--listen", &address]).await;
    assert_eq!(code, Some(0), "{report}");
    let pid = banyan.pid();
    for (check, words) in [
        (
            "port",
            format!(
                "ok {address} Banyan {} answers, pid {pid}",
                report["version"].as_str().unwrap()
            ),
        ),
        ("collector", "ok  ready, its view is up to date".to_owned()),
        ("hook_endpoint", format!("{address}/hooks/claude-code answers after")),
        ("data", format!("held by the collector, pid {pid}")),
        ("space", "free of".to_owned()),
        ("log", "ok  1 entries; its end is whole and readable".to_owned()),
        ("view", "ok  of this version, up to date".to_owned()),
        ("clock", "ok  after everything that was recorded".to_owned()),
        ("last_event", "ok  AOP events".to_owned()),
    ] {
        assert!(of(&report, check)[0].contains(&words), "{words}: {report}");
    }
    let hooks = of(&report, "hooks");
    assert_eq!(hooks[0], "ok claude-code not used here");
    assert!(hooks[1].starts_with("ok codex complete, pointing here"), "{hooks:?}");
    // Nothing was recorded by asking.
    banyan.client().json("/quarantine").await["quarantine"]
        .as_array()
        .map_or_else(|| panic!("a list"), |rows| assert!(rows.is_empty(), "{rows:?}"));
    assert_eq!(banyan.client().json("/events").await["events"].as_array().map(Vec::len), Some(1));
}

#[tokio::test]
async fn nothing_is_written_running_stopped_or_killed() {
    let banyan = Banyan::start().await;
    banyan.client().post(&thought("s", 1, "x")).await;
    banyan.client().session("s").await;
    let address = banyan.address().to_string();
    let setup = banyan.setup().clone();
    let look = async |setup: &Setup, is_same: &dyn Fn(&Path) -> bool| {
        let before = files(setup.home());
        let (report, code) = found(setup, &["--listen", &address]).await;
        assert_eq!(code, Some(0), "{report}");
        let after = files(setup.home());
        assert_eq!(before.keys().collect::<Vec<_>>(), after.keys().collect::<Vec<_>>());
        for (path, seen) in before.into_iter().filter(|(path, _)| is_same(path)) {
            assert!(after[&path] == seen, "{} has changed", path.display());
        }
        report
    };
    // A running collector may go on indexing, and notes in the index of its write-ahead log who
    // reads; the log changes with an append only.
    look(&setup, &|path| path.ends_with("log.db") || path.ends_with("log.db-wal")).await;
    let setup = banyan.kill_9().await;
    let report = look(&setup, &|_| true).await;
    assert_eq!(of(&report, "log"), ["ok  1 entries; its end is whole and readable"]);
    assert!(of(&report, "collector")[0].starts_with("warning  none runs"), "{report}");
    let (setup, _) = setup.start().await.stop().await;
    let report = look(&setup, &|_| true).await;
    assert_eq!(of(&report, "log"), ["ok  1 entries; its end is whole and readable"]);
    assert!(of(&report, "data")[0].contains("no collector holds it"), "{report}");

    let empty = Setup::default();
    look(&empty, &|_| true).await;
    assert!(!empty.data().exists());
}

/// Answers everything with a page.
async fn foreign() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut question = [0; 1024];
            if stream.read(&mut question).await.is_ok() {
                let answer = b"HTTP/1.1 404 Not Found\r\ncontent-length: 6\r\n\r\n<html>";
                stream.write_all(answer).await.ok();
            }
        }
    });
    address
}

#[tokio::test]
async fn whoever_has_the_port_is_named() {
    let setup = Setup::default();
    let address = foreign().await;
    let (report, code) = found(&setup, &["--listen", &address]).await;
    assert_eq!(code, Some(1), "{report}");
    let port = &of(&report, "port")[0];
    assert!(port.starts_with(&format!("error {address} taken by a program that speaks")), "{port}");
    if cfg!(target_os = "linux") {
        assert!(port.ends_with(&format!(", pid {})", std::process::id())), "{port}");
    }
    // Somebody who never answers does not hold it up either.
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = silent.local_addr().unwrap().to_string();
    let (report, code) = found(&setup, &["--listen", &address]).await;
    assert_eq!(code, Some(1), "{report}");
    assert!(of(&report, "port")[0].contains("does not answer GET /health"), "{report}");
}

#[tokio::test]
async fn a_data_directory_that_cannot_be_one_is_an_error() {
    let setup = Setup::default();
    fs::write(setup.data(), "a file in its place").unwrap();
    let (report, code) = found(&setup, &["--listen", "127.0.0.1:1"]).await;
    assert_eq!(code, Some(1), "{report}");
    assert!(of(&report, "data")[0].contains("is not a directory"), "{report}");

    let setup = Setup::default();
    fs::create_dir(setup.data()).unwrap();
    fs::write(setup.data().join("log.db"), "this is no database, but it is long enough").unwrap();
    let (report, code) = found(&setup, &["--listen", "127.0.0.1:1"]).await;
    assert_eq!(code, Some(1), "{report}");
    assert!(of(&report, "log")[0].starts_with("error "), "{report}");
}

#[tokio::test]
async fn hooks_are_absent_present_elsewhere_or_silenced() {
    let setup = Setup::default();
    let settings = setup.home().join(".claude/settings.json");
    let here = ["--listen", "127.0.0.1:4999"];
    fs::create_dir(setup.home().join(".claude")).unwrap();
    let (report, code) = found(&setup, &here).await;
    assert_eq!(of(&report, "hooks")[0], "warning claude-code no hook of it posts to Banyan");
    assert_eq!(code, Some(0), "a warning is no error");

    connect(&setup, "claude-code", "http://localhost:4999");
    let (report, _) = found(&setup, &here).await;
    assert!(of(&report, "hooks")[0].starts_with("ok claude-code complete"), "{report}");

    let whole = fs::read_to_string(&settings).unwrap();
    fs::write(&settings, whole.replacen('{', "{\"disableAllHooks\": true,", 1)).unwrap();
    let (report, code) = found(&setup, &here).await;
    assert!(of(&report, "hooks")[0].contains("disableAllHooks"), "{report}");
    assert_eq!(code, Some(1));

    fs::write(&settings, whole).unwrap();
    connect(&setup, "claude-code", "http://127.0.0.1:4998");
    let (report, code) = found(&setup, &here).await;
    let hooks = &of(&report, "hooks")[0];
    let words = "posts to http://127.0.0.1:4998/hooks/claude-code, where this collector does not";
    assert!(hooks.starts_with("error ") && hooks.contains(words), "{hooks}");
    assert_eq!(code, Some(1));
}

#[tokio::test]
async fn a_configuration_that_is_misspelt_is_told_and_the_rest_is_looked_at() {
    let setup = Setup::default();
    let file = setup.home().join("banyan.toml");
    fs::write(&file, "lissten = \"127.0.0.1:1\"\n").unwrap();
    let (report, code) = found(&setup, &["--config", file.to_str().unwrap()]).await;
    assert_eq!(code, Some(1), "{report}");
    assert!(of(&report, "configuration")[0].contains("lissten"), "{report}");
    assert!(of(&report, "data")[0].starts_with("ok "), "{report}");
}

#[tokio::test]
async fn a_person_reads_it_in_80_columns_without_colours_in_a_pipe() {
    let setup = Setup::default();
    let ended = doctor(&setup, &["--listen", "127.0.0.1:1"]).await;
    assert_eq!(ended.code, Some(0), "{}", ended.output);
    assert!(ended.output.contains("\n        mend: start one with `banyan`\n"), "{}", ended.output);
    assert!(ended.output.ends_with(" ok\n"), "{}", ended.output);
    assert!(!ended.output.contains('\u{1b}'));
    // Paths stay whole, whatever their length.
    let wide = ended.output.lines().filter(|line| 80 < line.chars().count() && !line.contains('/'));
    assert_eq!(wide.collect::<Vec<_>>(), Vec::<&str>::new());
    let refused = doctor_refused().await;
    assert_eq!(refused, Some(2));
}

async fn doctor_refused() -> Option<i32> {
    let mut command = Command::new(banyan_tests::harness::binary());
    command.args(["doctor", "--no-such-flag"]).stderr(std::process::Stdio::null());
    command.status().await.unwrap().code()
}
