use super::story::*;
use crate::log::Entry;

/// The places, however the story is cut into batches.
#[track_caller]
fn check(entries: &[Entry], expected: &[&str]) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let (at_once, one_by_one) = runtime.block_on(async {
        let at_once = Scene::of(entries).await;
        let one_by_one = Scene::one_by_one(entries).await;
        one_by_one.assert_equals(&at_once).await;
        at_once.assert_figures_are_sums().await;
        (at_once.places().await, one_by_one.places().await)
    });
    assert_eq!(at_once, expected);
    assert_eq!(one_by_one, expected);
}

#[test]
fn a_session_without_parent_is_a_root() {
    check(&[speak("a", 1), speak("b", 1)], &["a 0", "b 0"]);
}

#[test]
fn an_unknown_parent_makes_an_orphan() {
    check(&[child("b", 1, "a")], &["b! 0"]);
}

#[test]
fn late_parent_adopts() {
    check(
        &[child("c", 1, "b"), speak("c", 2), child("b", 1, "a"), speak("a", 1)],
        &["a 0", "b<a 1", "c<b 2"],
    );
}

#[test]
fn orphan_then_parent_equals_parent_then_orphan() {
    let expected = ["a 0", "b<a 1", "c<b 2", "d<b 2"];
    let story = [speak("a", 1), child("b", 1, "a"), child("c", 1, "b"), child("d", 1, "b")];
    check(&story, &expected);
    let mut backwards = story;
    backwards.reverse();
    check(&backwards, &expected);
}

#[test]
fn a_parent_may_be_named_later() {
    check(&[speak("a", 1), speak("b", 2), child("b", 1, "a")], &["a 0", "b<a 1"]);
}

#[test]
fn cycle_is_cut_at_the_smallest_id() {
    check(&[child("a", 1, "b"), child("b", 1, "a")], &["a@ 0", "b<a 1"]);
    check(
        &[child("d", 1, "b"), child("b", 1, "c"), child("c", 1, "d"), child("e", 1, "c")],
        &["b@ 0", "c<d 2", "d<b 1", "e<c 3"],
    );
}

#[test]
fn a_cycle_that_is_broken_later_is_whole_again() {
    // The smaller sequence is the first claim: b's parent turns out to be x.
    check(
        &[child("a", 2, "b"), child("b", 2, "a"), speak("x", 1), child("b", 1, "x")],
        &["a<b 2", "b<x 1", "x 0"],
    );
}

#[test]
fn a_session_that_claims_itself_is_a_root() {
    check(&[child("a", 1, "a"), spawn("a", 2, "a")], &["a 0"]);
}

#[test]
fn spawn_makes_a_placeholder() {
    check(&[spawn("a", 1, "b")], &["a 0", "b<a 1"]);
    check(&[child("c", 1, "b"), spawn("a", 1, "b")], &["a 0", "b<a 1", "c<b 2"]);
}

#[test]
fn claim_of_the_child_wins() {
    let expected = ["a 0", "b<x 1", "x 0"];
    check(&[spawn("a", 1, "b"), speak("x", 1), child("b", 1, "x")], &expected);
    check(&[child("b", 1, "x"), speak("x", 1), spawn("a", 1, "b")], &expected);
}

#[test]
fn the_smallest_spawn_wins() {
    let expected = ["a 0", "b 0", "c<a 1"];
    check(&[spawn("a", 1, "c"), spawn("b", 2, "c")], &expected);
    check(&[spawn("b", 2, "c"), spawn("a", 1, "c")], &expected);
}

#[test]
fn a_moved_subtree_takes_its_figures_with_it() {
    check(
        &[
            spawn("a", 9, "b"),
            end("c", 2, 100),
            child("c", 1, "b"),
            end("b", 1, 10),
            end("a", 10, 1),
            speak("x", 1),
            child("b", 0, "x"),
        ],
        &["a 0", "b<x 1", "c<b 2", "x 0"],
    );
}
