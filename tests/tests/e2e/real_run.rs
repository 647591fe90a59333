//! A real nested run of a coding agent: three sessions, two levels below the root.

use banyan_tests::harness::{Banyan, Client, Setup, compare, path_of};
use serde_json::json;

const RUN: &str = include_str!("../../fixtures/aop-claude-code-run.ndjson");
const ROOT: &str = "1fd05437-e43e-4d77-9d4a-ee3272613c83";
const BRANCH: &str = "1fd05437-e43e-4d77-9d4a-ee3272613c83:ab650d2319fd0fc45";
const LEAF: &str = "1fd05437-e43e-4d77-9d4a-ee3272613c83:ae8c0ad80a11800bd";

async fn right_shape(client: &Client) {
    let groups = client.json("/groups").await["groups"].clone();
    assert_eq!(groups.as_array().map(Vec::len), Some(1));
    assert_eq!((&groups[0]["number"], &groups[0]["root_session_id"]), (&json!(1), &json!(ROOT)));
    assert_eq!(groups[0]["subtree"]["sessions"], 3);

    let tree = client.json(&path_of("/sessions", ROOT, "/tree")).await;
    let (branch, leaf) = (&tree["children"][0], &tree["children"][0]["children"][0]);
    for (depth, (node, id)) in
        [(&tree, ROOT), (branch, BRANCH), (leaf, LEAF)].into_iter().enumerate()
    {
        let session = &node["session"];
        assert_eq!(session["id"], id);
        assert_eq!((&session["depth"], &session["group"]), (&json!(depth), &json!(1)), "{id}");
        assert_eq!((&session["status"], &session["complete"]), (&json!("completed"), &json!(true)));
        assert_eq!(session["subtree"]["sessions"], 3 - depth);
        assert_eq!(node["children"].as_array().map(Vec::len), Some(usize::from(depth < 2)), "{id}");
    }
    assert_eq!(tree["session"]["goal"], "go please");
    assert_eq!(branch["session"]["goal"], "SUBTASK: do the job");
    assert_eq!(leaf["session"]["final_response"], "leaf done");
    assert_eq!(tree["session"]["subtree"]["tool_calls"], 3);
    assert_eq!(tree["session"]["subtree"]["errors"], 0);
}

#[tokio::test]
async fn json_shows_one_group_of_three() {
    let banyan = Banyan::start().await;
    let receipt = banyan.client().post_bytes("application/x-ndjson", RUN).await.is(200).json();
    assert_eq!(receipt["accepted"], RUN.lines().count());
    right_shape(&banyan.client()).await;
}

#[tokio::test]
async fn the_shape_does_not_depend_on_the_order() {
    let mut lines: Vec<_> = RUN.lines().collect();
    for turn in 0..3 {
        lines.rotate_left(5);
        lines.reverse();
        let banyan = Setup::default().start().await;
        for line in &lines {
            banyan.client().post_bytes("application/json", line.to_string()).await.is(200);
        }
        right_shape(&banyan.client()).await;
        banyan.verified().await;
        assert!(turn < 3);
    }
}

#[tokio::test]
async fn pages_show_the_tree() {
    let banyan = Banyan::start().await;
    let client = banyan.client();
    client.post_bytes("application/x-ndjson", RUN).await.is(200);
    let forest = client.page("/").await.is(200).text();
    let forest = percent_encoding::percent_decode_str(&forest).decode_utf8_lossy();
    let places: Vec<_> = [ROOT, BRANCH, LEAF]
        .iter()
        .map(|id| {
            ["\"", "?", "#"].iter().filter_map(|end| forest.find(&format!("/s/{id}{end}"))).min()
        })
        .collect();
    assert!(places.iter().all(Option::is_some) && places.is_sorted(), "{places:?}");
    assert!(forest.contains("G1"), "the group's tag is text");
    assert!(forest.contains("SUBTASK: do the job"));
    let page = client.page(&path_of("/s", LEAF, "")).await.is(200).text();
    for text in ["leaf done", "echo leaf", "Bash", "completed"] {
        assert!(page.contains(text), "{text} in the leaf's page");
    }
}

#[tokio::test]
async fn exports_give_back_every_byte() {
    let banyan = Banyan::start().await;
    let client = banyan.client();
    client.post_bytes("application/x-ndjson", RUN).await.is(200);
    for id in [ROOT, BRANCH, LEAF] {
        let export = client.get(&path_of("/sessions", id, "/export")).await.is(200).text();
        let own = format!("\"session_id\": \"{id}\"");
        let compact = format!("\"session_id\":\"{id}\"");
        let sent: Vec<_> =
            RUN.lines().filter(|l| l.contains(&own) || l.contains(&compact)).collect();
        let sent: Vec<_> = sent
            .into_iter()
            .filter(|l| !l.contains(&format!("parent_session_id\":\"{id}")))
            .collect();
        assert!(!sent.is_empty());
        assert_eq!(export.lines().collect::<Vec<_>>(), sent, "{id}");
    }
}

#[tokio::test]
async fn the_tree_reads_as_ever() {
    let banyan = Banyan::start().await;
    banyan.client().post_bytes("application/x-ndjson", RUN).await.is(200);
    let tree = banyan.client().json(&path_of("/sessions", ROOT, "/tree")).await;
    // Whatever changes here changes for every reader: look at it, then accept it.
    insta::assert_json_snapshot!(compare::essential(tree));
}
