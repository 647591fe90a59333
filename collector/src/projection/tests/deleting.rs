use super::story::*;

#[tokio::test]
async fn deleted_session_stays_deleted() {
    let story = [
        speak("a", 1),
        child("b", 1, "a"),
        child("c", 1, "b"),
        end("b", 2, 70),
        delete("b"),
        speak("b", 3),
        end("b", 2, 70),
        spawn("a", 2, "b"),
        delete("b"),
    ];
    let scene = Scene::of(&story).await;
    Scene::one_by_one(&story).await.assert_equals(&scene).await;
    assert_eq!(scene.places().await, ["a 0", "c! 0"]);
    scene.assert_figures_are_sums().await;
    let of_b = "select count(*) || '' from event join session on no = session_no where id = 'b'";
    assert_eq!(scene.texts(of_b).await, ["0"]);
    let ignored = "select position || ' of ' || of_key from duplicate order by position";
    assert_eq!(scene.texts(ignored).await, ["6 of 0", "7 of 0"]);
    let tombstone = "select known || deleted || sub_sessions || children || coalesce(goal, '')
                     from session where id = 'b'";
    assert_eq!(scene.texts(tombstone).await, ["0100"]);
}

#[tokio::test]
async fn a_session_deleted_before_it_spoke_never_comes() {
    let story = [delete("a"), speak("a", 1), child("b", 1, "a")];
    let scene = Scene::of(&story).await;
    assert_eq!(scene.places().await, ["b! 0"]);
}

#[tokio::test]
async fn what_was_deleted_is_not_found() {
    let story = [speak("a", 1), speak("b", 1), delete("a")];
    let before_and_after = Scene::new();
    let log = log(&story);
    // The first run makes the texts searchable, the second one deletes.
    before_and_after.take(&[&log[..2]]).await;
    let words = "select count(*) || '' from event_text where event_text match 'thinking'";
    assert_eq!(before_and_after.texts(words).await, ["2"]);
    before_and_after.take(&[&log]).await;
    assert_eq!(before_and_after.texts(words).await, ["1"]);
    before_and_after.assert_equals(&Scene::of(&story).await).await;
}

#[tokio::test]
async fn a_cycle_opens_where_a_session_of_it_is_deleted() {
    let story = [child("a", 1, "b"), child("b", 1, "c"), child("c", 1, "a"), delete("c")];
    let scene = Scene::of(&story).await;
    Scene::one_by_one(&story).await.assert_equals(&scene).await;
    assert_eq!(scene.places().await, ["a<b 1", "b! 0"]);
    scene.assert_figures_are_sums().await;
}
