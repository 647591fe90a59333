use serde_json::json;

use super::story::*;
use crate::log::Entry;

/// `position:variant:flags` of the events, then `position>of_key/256` of the duplicates.
async fn check(entries: &[Entry], expected: &[&str]) {
    let scene = Scene::of(entries).await;
    Scene::one_by_one(entries).await.assert_equals(&scene).await;
    let mut found = scene
        .texts("select (key / 256) || ':' || variant || ':' || flags from event order by key")
        .await;
    let repeated = "select position || '>' || (of_key / 256) from duplicate order by position";
    found.extend(scene.texts(repeated).await);
    assert_eq!(found, expected);
}

#[tokio::test]
async fn the_same_event_is_there_once() {
    check(&[speak("a", 1), speak("a", 1), speak("a", 2)], &["1:0:0", "3:0:0", "2>1"]).await;
}

#[tokio::test]
async fn other_content_is_a_variant_and_flags_both() {
    let other = event("a", 1, "cognition.goal", json!({}));
    check(
        &[speak("a", 1), other.clone(), speak("a", 1), other],
        &["1:0:32", "2:1:32", "3>1", "4>2"],
    )
    .await;
}

#[tokio::test]
async fn variants_are_bounded() {
    let versions: Vec<Entry> =
        (0..12).map(|n| event("a", 1, "x", json!({"payload": {"n": n}}))).collect();
    let scene = Scene::of(&versions).await;
    assert_eq!(scene.texts("select count(*) || '' from event").await, ["8"]);
    assert_eq!(scene.texts("select count(*) || '' from duplicate").await, ["4"]);
}

#[tokio::test]
async fn an_event_id_is_an_identity() {
    let with_id = |sequence| event("a", sequence, "x", json!({"event_id": "e"}));
    check(&[with_id(1), with_id(1), with_id(2)], &["1:0:32", "3:1:32", "2>1"]).await;
}

#[tokio::test]
async fn an_event_id_stands_before_the_sequence() {
    let with_id = event("a", 1, "x", json!({"event_id": "e"}));
    check(&[with_id, speak("a", 1)], &["1:0:0", "2:0:0"]).await;
}

#[tokio::test]
async fn events_without_identity_are_always_new() {
    let nameless = event("a", 1, "x", json!({"sequence": null}));
    let scene = Scene::of(&[nameless.clone(), nameless]).await;
    assert_eq!(scene.texts("select count(*) || '' from event").await, ["2"]);
}
