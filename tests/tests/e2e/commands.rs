//! The command line: what is in force and from where, the demo, what refuses to start.

use std::collections::BTreeSet;

use banyan_tests::harness::{Setup, compare, events::thought};
use serde_json::Value;

#[tokio::test]
async fn flags_go_before_environment_before_file() {
    let setup = Setup::default();
    let file = setup.home().join("banyan.toml");
    std::fs::write(&file, "listen = [\"127.0.0.1:1001\"]\nlog = \"debug\"\n").unwrap();
    let with_file = setup.arg("--config").arg(file.to_str().unwrap());
    for (setup, listen, origin) in [
        (with_file.clone(), "127.0.0.1:1001", "file"),
        (
            with_file.clone().env("BANYAN_LISTEN", "127.0.0.1:1002"),
            "127.0.0.1:1002",
            "BANYAN_LISTEN",
        ),
        (
            with_file.env("BANYAN_LISTEN", "127.0.0.1:1002").arg("--listen").arg("127.0.0.1:1003"),
            "127.0.0.1:1003",
            "flag",
        ),
    ] {
        let printed = setup.run("config").await;
        assert_eq!(printed.code, Some(0), "{}", printed.output);
        let line = printed.output.lines().find(|line| line.starts_with("listen")).expect("a line");
        assert!(line.contains(listen) && line.contains(origin), "{line}: {listen} {origin}");
        assert!(printed.output.contains("event_max_bytes"), "the limits are printed");
    }
}

#[tokio::test]
async fn what_is_misspelt_is_not_ignored() {
    let setup = Setup::default();
    let file = setup.home().join("banyan.toml");
    std::fs::write(&file, "lissten = [\"127.0.0.1:1001\"]\n").unwrap();
    let refused = setup.clone().arg("--config").arg(file.to_str().unwrap()).refused().await;
    assert!(refused.code.is_some_and(|code| code != 0), "{refused:?}");
    assert!(refused.output.contains("lissten"), "{}", refused.output);
    let refused = setup.clone().arg("--no-such-flag").refused().await;
    assert_eq!(refused.code, Some(2), "{}", refused.output);
    let refused = setup.env("BANYAN_LISTEN", "nowhere").listen("127.0.0.1:0").run("config").await;
    assert!(refused.code.is_some_and(|code| code != 0), "{refused:?}");
}

#[tokio::test]
async fn non_loopback_is_refused() {
    for address in ["0.0.0.0:0", "[::]:0"] {
        let refused = Setup::default().listen(address).refused().await;
        assert!(refused.code.is_some_and(|code| code != 0), "{address}: {refused:?}");
    }
    let six = Setup::default().listen("[::1]:0").start().await;
    six.client().get("/health").await.is(200);
}

#[tokio::test]
async fn verify_finds_a_view_that_differs() {
    let banyan = Setup::default().start().await;
    banyan.client().post(&thought("s", 1, "x")).await;
    let setup = banyan.verified().await;
    tampered(&setup.data(), "update session set goal = 'forged'").await;
    let verdict = setup.run("verify").await;
    assert!(verdict.code.is_some_and(|code| code != 0), "{}", verdict.output);
    let rebuilt = setup.run("rebuild").await;
    assert_eq!(rebuilt.code, Some(0), "{}", rebuilt.output);
    setup.start().await.verified().await;
}

#[tokio::test]
async fn verify_says_so_when_there_is_no_view_and_makes_none() {
    let banyan = Setup::default().start().await;
    banyan.client().post(&thought("s", 1, "x")).await;
    let setup = banyan.verified().await;
    for file in ["view.db", "view.db-wal", "view.db-shm", "view.db-mark"] {
        let _gone = std::fs::remove_file(setup.data().join(file));
    }
    let verdict = setup.run("verify").await;
    assert!(verdict.output.contains("view: there is none"), "{}", verdict.output);
    assert!(!setup.data().join("view.db").exists(), "it only looks");
    setup.start().await.verified().await;
}

/// Runs a statement on whichever file in `data` is the view.
async fn tampered(data: &std::path::Path, statement: &'static str) {
    use sqlx::{Connection as _, SqliteConnection, sqlite::SqliteConnectOptions};
    let options = SqliteConnectOptions::new().filename(data.join("view.db"));
    let mut db = SqliteConnection::connect_with(&options).await.expect("a view");
    let changed = sqlx::query(statement).execute(&mut db).await.expect("a statement");
    assert!(changed.rows_affected() > 0);
    db.close().await.expect("closed");
}

#[tokio::test]
async fn the_demo_tells_the_same_stories_for_the_same_seed() {
    let mut told = Vec::new();
    for seed in ["7", "7", "8"] {
        let setup = Setup::default().command("demo");
        let mut banyan = setup.arg("--seed").arg(seed).arg("--speed").arg("1000").start().await;
        banyan.says("the demo has been played").await;
        let client = banyan.client();
        let groups = client.json("/groups").await["groups"].as_array().map_or(0, Vec::len);
        assert!(groups >= 3, "{groups} groups");
        let sessions = compare::sessions(&client).await;
        assert!(sessions.iter().any(|session| session["depth"].as_u64() >= Some(4)), "four levels");
        assert!(sessions.iter().any(|session| session["status"] == "failed"));
        assert!(sessions.iter().any(|session| session["total_cost_usd"].is_number()));
        let alerts: u64 = sessions.iter().filter_map(|s| s["own"]["alerts"].as_u64()).sum();
        assert!(alerts > 0, "a loop, a stall or a cascade");
        let (_, code) = banyan.stop().await;
        assert_eq!(code, Some(0));
        told.push(sessions.iter().map(story).collect::<BTreeSet<_>>());
    }
    assert_eq!(told[0], told[1]);
    assert_ne!(told[0], told[2]);
}

/// What does not depend on when it was played.
fn story(session: &Value) -> String {
    let keys = ["id", "agent_id", "parent_session_id", "goal", "status", "total_tokens", "error"];
    keys.map(|key| session[key].to_string()).join(" ")
}

/// `banyan config | head`: whoever prints into a pipe that is closed ends quietly.
#[tokio::test]
async fn a_reader_that_closes_the_pipe_is_no_error() {
    let banyan = Setup::default().start().await;
    banyan.client().post(&thought("s", 1, "x")).await;
    let setup = banyan.verified().await;
    for command in ["config", "verify", "rebuild", "verify"] {
        assert_eq!(setup.run_unread(command).await, Some(0), "{command}");
    }
    // Nobody hears the complaint; the exit code still says it.
    tampered(&setup.data(), "update session set goal = 'forged'").await;
    assert_eq!(setup.run_unread("verify").await, Some(1));
    assert_eq!(setup.run_unread("no-such-command").await, Some(2));
}
