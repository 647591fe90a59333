//! What is changed in settings, and what is not.

use proptest::prelude::*;
use serde_json::json;

use super::*;

const HARNESSES: [Harness; 2] = [Harness::ClaudeCode, Harness::Codex];

fn connected(text: &str, harness: Harness) -> String {
    let origin = "http://127.0.0.1:4317".to_owned();
    changed(text, harness, &Wish::Connected { origin }).unwrap()
}

#[test]
fn what_is_connected_and_disconnected_is_as_before() {
    let own = r#"{
  "model": "opus",
  "hooks": {
    "Stop": [
      {
        "matcher": "",
        "hooks": [ {"type":"command", "command":"say done"} ]
      }
    ],
    "Setup": []
  },
  "n": 0.10
}
"#;
    for harness in HARNESSES {
        for text in [
            own,
            "{\n  \"a\": {\"b\": 1}\n}",
            "{}\n",
            "{\n  \"hooks\": {}\n}",
            "{\n  \"hooks\": {\n    \"Stop\": [],\n    \"Setup\": []\n  }\n}",
        ] {
            let with = connected(text, harness);
            assert_ne!(with, text);
            assert_eq!(connected(&with, harness), with, "a second time changes nothing");
            let without = changed(&with, harness, &Wish::Disconnected).unwrap();
            assert_eq!(without, text);
        }
    }
}

#[test]
fn every_event_has_our_hook_once() {
    for harness in HARNESSES {
        let settings: Value = serde_json::from_str(&connected("", harness)).unwrap();
        for event in events(harness) {
            let groups = settings["hooks"][event].as_array().unwrap();
            assert_eq!(groups.len(), 1, "{event}");
            let hook = groups[0]["hooks"][0].to_string();
            assert!(hook.contains(&format!(":4317/hooks/{}", harness.name())), "{hook}");
        }
    }
    let start = &serde_json::from_str::<Value>(&connected("", Harness::ClaudeCode)).unwrap()["hooks"]
        ["SessionStart"][0]["hooks"][0];
    assert_eq!((&start["type"], &start["async"]), (&json!("command"), &json!(true)));
}

#[test]
fn another_address_replaces_ours_and_nothing_else() {
    let old = connected("", Harness::Codex).replace("4317", "9999");
    let old =
        old.replacen("[\n      {", "[\n      {\"hooks\": [{\"command\": \"mine\"}]},\n      {", 1);
    let new = connected(&old, Harness::Codex);
    assert!(new.contains("mine") && !new.contains("9999"), "{new}");
    assert_eq!(new.matches("4317").count(), CODEX_EVENTS.len());
}

#[test]
fn settings_that_are_none_are_left_alone() {
    for text in ["[]", "{", "{\"hooks\": []}", "{\"hooks\": {\"Stop\": {}}}"] {
        assert!(changed(text, Harness::Codex, &Wish::Disconnected).is_err(), "{text}");
    }
    assert_eq!(changed("{ }", Harness::Codex, &Wish::Disconnected).unwrap(), "{ }");
}

#[test]
fn what_earlier_versions_wrote_is_renewed_and_taken_back() {
    let old = connected("", Harness::Codex).replace(" --noproxy '*'", "");
    let new = connected(&old, Harness::Codex);
    assert_eq!(new.matches("--noproxy").count(), CODEX_EVENTS.len());
    assert_eq!(new, connected("", Harness::Codex));
    assert_eq!(changed(&old, Harness::Codex, &Wish::Disconnected).unwrap(), "{}\n");
}

#[test]
fn beside_others_ours_alone_goes() {
    let ours = r#"{"type": "http", "url": "http://x/hooks/codex"}"#;
    let text = format!(
        r#"{{"hooks": {{"Stop": [{{"z": 1.50, "hooks": [{ours}, {{"b": 1, "a": 2}}], "a": 1}}]}}}}"#
    );
    let without = changed(&text, Harness::Codex, &Wish::Disconnected).unwrap();
    assert!(without.contains(r#"{"b": 1, "a": 2}"#) && without.contains("1.50"), "{without}");
    assert!(!without.contains("http://x"), "{without}");
    let order = ["z", "hooks", "a"].map(|name| without.rfind(&format!("\"{name}\"")));
    assert!(order.is_sorted(), "{without}");
}

/// Hooks that are not ours, some of which look like it.
fn foreign() -> impl Strategy<Value = Value> {
    let ours = hook::of(Harness::Codex, "Stop", "http://127.0.0.1:4317");
    let near = ours["command"].as_str().unwrap().to_owned();
    prop_oneof![
        Just(json!({"type": "command", "command": "~/dotfiles/hooks/codex-notify.sh"})),
        Just(json!({"type": "command", "command": "/hooks/claude-code", "timeout": 1.5})),
        Just(json!({"type": "command", "command": format!("{near}; say done")})),
        Just(json!({"type": "http", "url": "http://x/hooks/claude-code/mine"})),
        Just(json!({"type": "http", "url": "http://x/hooks/codex?a"})),
        any_json(),
    ]
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,8}".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map(".{0,4}", inner, 0..4)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

fn settings() -> impl Strategy<Value = Value> {
    let group = prop_oneof![
        any_json(),
        (prop::collection::vec(foreign(), 0..3), any_json())
            .prop_map(|(hooks, matcher)| json!({"matcher": matcher, "hooks": hooks})),
    ];
    let event = prop_oneof![
        Just("Stop".to_owned()),
        Just("SessionStart".to_owned()),
        Just("SessionEnd".to_owned()),
        Just("PreToolUse".to_owned()),
        ".{0,6}",
    ];
    let hooks = prop::collection::btree_map(event, prop::collection::vec(group, 0..3), 0..4);
    let others = prop::collection::btree_map(".{0,6}", any_json(), 0..3);
    (prop::option::of(hooks), others).prop_map(|(hooks, others)| {
        let mut settings: serde_json::Map<String, Value> = others.into_iter().collect();
        settings.remove("hooks");
        settings.extend(hooks.map(|hooks| ("hooks".to_owned(), json!(hooks))));
        Value::Object(settings)
    })
}

proptest! {
    #[test]
    fn whatever_a_person_has_is_given_back(settings in settings()) {
        for text in [settings.to_string(), format!("{settings:#}\n")] {
            let before: Value = serde_json::from_str(&text).unwrap();
            for harness in HARNESSES {
                let with = connected(&text, harness);
                let again = changed(&with, harness, &Wish::Connected { origin: "https://b".to_owned() });
                let without = changed(&again.unwrap(), harness, &Wish::Disconnected).unwrap();
                prop_assert_eq!(serde_json::from_str::<Value>(&without).unwrap(), before.clone());
            }
        }
    }
}
