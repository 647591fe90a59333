use serde_json::json;
use tempfile::TempDir;

use super::{
    super::{Verdict, rebuild, verify},
    story::*,
};
use crate::{
    clock::Clock,
    log::{Entry, Log},
    view::View,
};

/// A tool call fails.
fn fail(session: &str, sequence: i64) -> Entry {
    let payload = json!({"tool": "bash", "success": false, "error": "exit 1"});
    event(session, sequence, "operation.tool_end", json!({"payload": payload}))
}

/// A tool call succeeds.
fn succeed(session: &str, sequence: i64) -> Entry {
    let payload = json!({"tool": "bash", "success": true});
    event(session, sequence, "operation.tool_end", json!({"payload": payload}))
}

/// The alerts: `session first-last`, and where each was acknowledged.
const ALERTS: &str =
    "select session.id || ' ' || alert.first_position || '-' || alert.last_position
            || coalesce(' acknowledged ' || acknowledged_position, '')
     from alert join session on session.no = alert.session_no
     order by alert.first_position";

#[track_caller]
fn check(story: &[Entry], expected: &[&str]) -> impl Future<Output = ()> {
    let caller = std::panic::Location::caller();
    let (story, expected) = (story.to_vec(), expected.join("\n"));
    async move {
        let scene = Scene::of(&story).await;
        assert_eq!(scene.texts(ALERTS).await.join("\n"), expected, "at {caller}");
        Scene::one_by_one(&story).await.assert_equals(&scene).await;
    }
}

fn three_failures() -> Vec<Entry> {
    vec![fail("a", 2), fail("a", 3), fail("a", 4)]
}

#[tokio::test]
async fn an_acknowledged_alert_stays_so_when_it_grows() {
    let mut story = three_failures();
    check(&story, &["a 1-3"]).await;
    story.push(acknowledge("a", 1));
    check(&story, &["a 1-3 acknowledged 4"]).await;
    story.push(fail("a", 5));
    check(&story, &["a 1-5 acknowledged 4"]).await;
}

#[tokio::test]
async fn the_last_word_counts() {
    let mut story = three_failures();
    story.extend([acknowledge("a", 1), reopen("a", 1)]);
    check(&story, &["a 1-3"]).await;
    story.extend([acknowledge("a", 1), acknowledge("a", 1)]);
    check(&story, &["a 1-3 acknowledged 7"]).await;
}

#[tokio::test]
async fn a_word_on_one_alert_says_nothing_of_another() {
    let mut story = three_failures();
    story.extend([succeed("a", 5), fail("a", 6), fail("a", 7), fail("a", 8)]);
    story.extend([fail("b", 1), fail("b", 2), fail("b", 3)]);
    story.push(acknowledge("a", 5));
    check(&story, &["a 1-3", "a 5-7 acknowledged 11", "b 8-10"]).await;
}

/// A late success cuts the run of failures, so that a replay takes the alert away; a variant of a
/// failure brings one with the same beginning back.
#[tokio::test]
async fn an_alert_that_comes_back_is_still_acknowledged() {
    let mut story = vec![fail("a", 2), fail("a", 4), fail("a", 6), acknowledge("a", 1)];
    check(&story, &["a 1-3 acknowledged 4"]).await;
    story.push(succeed("a", 5));
    check(&story, &[]).await;
    story.push(fail("a", 3));
    check(&story, &["a 1-2 acknowledged 4"]).await;
}

#[tokio::test]
async fn a_word_before_the_alert_counts() {
    let mut story = vec![acknowledge("a", 2)];
    story.extend(three_failures());
    check(&story, &["a 2-4 acknowledged 1"]).await;
}

#[tokio::test]
async fn a_deleted_session_takes_the_words_on_its_alerts_with_it() {
    let mut story = three_failures();
    story.extend([acknowledge("a", 1), delete("a"), acknowledge("a", 1)]);
    check(&story, &[]).await;
    let scene = Scene::of(&story).await;
    assert!(scene.texts("select session_no || '' from acknowledgement").await.is_empty());
}

async fn acknowledged(directory: &TempDir) -> Vec<String> {
    let path = directory.path().join("view.db");
    let mut connection = View::reader(&path).await.unwrap();
    sqlx::query_scalar(ALERTS).fetch_all(&mut connection).await.unwrap()
}

#[tokio::test]
async fn acknowledged_alerts_stay_acknowledged_after_a_rebuild() {
    let directory = tempfile::tempdir().unwrap();
    let log = Log::open(directory.path(), Clock::System).await.unwrap();
    for entry in three_failures() {
        log.append(vec![entry]).await.unwrap();
    }
    log.append(vec![acknowledge("a", 1)]).await.unwrap();
    rebuild(directory.path(), &log).await.unwrap();
    assert_eq!(acknowledged(&directory).await, ["a 1-3 acknowledged 4"]);
    // A late event replays the session's alerts.
    log.append(vec![speak("a", 1), fail("a", 5)]).await.unwrap();
    rebuild(directory.path(), &log).await.unwrap();
    assert_eq!(acknowledged(&directory).await, ["a 1-6 acknowledged 4"]);
    assert_eq!(verify(directory.path(), &log).await.unwrap(), Verdict::Equal { position: 6 });
    log.append(vec![reopen("a", 1)]).await.unwrap();
    rebuild(directory.path(), &log).await.unwrap();
    assert_eq!(acknowledged(&directory).await, ["a 1-6"]);
}
