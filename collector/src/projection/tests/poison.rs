use proptest::prelude::*;
use serde_json::json;

use super::{
    super::{
        decode::{Poison, Step, entries, sound},
        fold::Fold,
        nodes::NODES_MAX,
        pipeline::PipelineError,
        poisoned::{Poisoned, fold_all},
    },
    random::cases,
    story::*,
};
use crate::log::{Entry, Source};

#[tokio::test]
async fn poison_is_isolated() {
    let story = [
        speak("a", 1),
        raw("not JSON"),
        raw(b"\xff\xfe".to_vec()),
        event("a", 2, "x", json!({"spec": "other/2"})),
        Entry { source: Source::Banyan, bytes: "{\"type\":\"of the future\"}".into() },
        event("", 2, "x", json!({})),
        speak("a", 3),
    ];
    let scene = Scene::of(&story).await;
    Scene::one_by_one(&story).await.assert_equals(&scene).await;
    let poison = scene.texts("select position || '' from poison order by position").await;
    assert_eq!(poison, ["2", "3", "4", "5", "6"]);
    let events = "select (key / 256) || ' ' || kind || ' ' || flags from event order by key";
    assert_eq!(
        scene.texts(events).await,
        ["1 cognition.thought 0", "4 unreadable 128", "7 cognition.thought 0"]
    );
}

#[tokio::test]
async fn an_entry_that_cannot_be_folded_is_kept_raw() {
    let story = [speak("a", 1), spawn("a", 2, "b"), delete("a"), speak("c", 1)];
    let scene = Scene::new();
    let mut poisoned = Poisoned::default();
    for position in [2, 3, 4, 4] {
        poisoned.note(position, "it panicked".to_owned());
    }
    scene.take_poisoned(&log(&story), &poisoned).await;
    let poison = "select position || ' ' || reason from poison order by position";
    assert_eq!(scene.texts(poison).await, ["2 it panicked", "3 it panicked", "4 it panicked"]);
    let events = "select (key / 256) || ' ' || kind from event order by key";
    assert_eq!(scene.texts(events).await, ["1 cognition.thought", "2 unreadable"]);
    assert_eq!(scene.places().await, ["a 0"]);
}

#[tokio::test]
async fn an_entry_that_says_several_unreadable_things_is_poison_once() {
    let scene = Scene::new();
    let unreadable = |position| {
        let reason = format!("unreadable, as said of {position}");
        Step::Poison(Poison { position, reason, event: None })
    };
    scene.take_steps(vec![unreadable(1), unreadable(1), unreadable(2)], 2).await;
    // A merge may bring up an earlier entry again.
    scene.take_steps(vec![unreadable(2), unreadable(3)], 3).await;
    let poison = scene.texts("select position || ' ' || reason from poison order by position");
    let expected = [1, 2, 3].map(|at| format!("{at} unreadable, as said of {at}"));
    assert_eq!(poison.await, expected);
}

#[tokio::test]
async fn a_failure_names_its_entry() {
    let log = log(&[speak("a", 1), speak("b", 1)]);
    let entries = entries(&log, 0);
    let mut fold = Fold::new(0, 0, NODES_MAX);
    fold.begin();
    // Nobody has looked for b.
    fold.nodes.note_absent("a");
    let steps = entries.iter().filter_map(sound).collect();
    let error = fold_all(&mut fold, steps).unwrap_err();
    assert!(matches!(error, PipelineError::Entry { position: 2, .. }), "{error}");
}

proptest! {
    #![proptest_config(cases(24))]

    /// Whatever is in the log, the projection goes on, and says the same at every cut.
    #[test]
    fn no_entry_stops_the_projection(
        garbage in prop::collection::vec(
            prop_oneof![
                prop::collection::vec(any::<u8>(), 0..40).prop_map(raw),
                "\\PC{0,40}".prop_map(raw),
                (0..200usize, any::<char>()).prop_map(|(at, with)| {
                    let mut text = String::from_utf8(spawn("a", 7, "b").bytes.to_vec()).unwrap();
                    text.insert(at.min(text.len()), with);
                    raw(text)
                }),
            ],
            1..20,
        )
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let mut story = garbage;
            story.push(speak("last", 1));
            let scene = Scene::of(&story).await;
            Scene::one_by_one(&story).await.assert_equals(&scene).await;
            assert!(scene.places().await.iter().any(|place| place == "last 0"));
        });
    }
}
