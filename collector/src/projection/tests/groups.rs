use super::story::*;
use crate::log::Entry;

async fn check(entries: &[Entry], expected: &[&str]) {
    let at_once = Scene::of(entries).await;
    Scene::one_by_one(entries).await.assert_equals(&at_once).await;
    assert_eq!(at_once.groups().await, expected);
}

#[tokio::test]
async fn groups_are_numbered_in_log_order() {
    let story = [
        speak("z", 1),
        speak("a", 1),
        spawn("z", 2, "y"),
        speak("alone", 1),
        child("b", 1, "a"),
        child("c", 1, "a"),
    ];
    check(&story, &["1 z", "2 a"]).await;
}

#[tokio::test]
async fn an_orphan_is_no_group_until_it_is_adopted() {
    check(&[child("b", 1, "a"), spawn("y", 1, "z"), speak("a", 1)], &["1 y", "2 a"]).await;
}

#[tokio::test]
async fn merged_groups_keep_the_smaller_number() {
    let story = [spawn("a", 1, "b"), spawn("c", 1, "d"), speak("alone", 1)];
    let joined = |upper, lower| story.iter().cloned().chain([child(lower, 0, upper)]);
    check(&joined("b", "c").collect::<Vec<_>>(), &["1 a", "2 c in 1"]).await;
    check(&joined("d", "a").collect::<Vec<_>>(), &["1 c", "2 c in 1"]).await;
    check(&joined("alone", "c").collect::<Vec<_>>(), &["1 a", "2 alone"]).await;
}

#[tokio::test]
async fn a_split_group_leaves_its_number_with_the_root() {
    let story = [spawn("a", 5, "b"), spawn("b", 1, "c"), speak("x", 1)];
    let split = story.iter().cloned().chain([child("b", 1, "nowhere")]);
    check(&split.collect::<Vec<_>>(), &["1 a", "2 b"]).await;
    let moved = story.iter().cloned().chain([child("b", 1, "x")]);
    check(&moved.collect::<Vec<_>>(), &["1 a", "2 x"]).await;
}
