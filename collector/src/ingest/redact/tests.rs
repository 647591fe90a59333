//! Secrets and what only looks like one, a row each; and that nothing else is ever touched.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;

/// Made up here, so that this file holds no token itself.
fn random(length: usize) -> String {
    "aB3dE6gH9jK2mN5pQ8sT".chars().cycle().take(length).collect()
}

fn upper(length: usize) -> String {
    random(length).to_uppercase()
}

/// Texts that are secrets as a whole, with their kinds.
fn tokens() -> Vec<(String, &'static str)> {
    let dashes = "-".repeat(5);
    let key = format!("PRIVATE {}", "KEY");
    let pem = |head: &str, line: &str| {
        format!(
            "{dashes}BEGIN {head}{key}{dashes}{line}{}{line}{dashes}END {head}{key}{dashes}",
            random(64)
        )
    };
    vec![
        (format!("sk-{}", random(48)), "api_key"),
        (format!("sk-ant-api03-{}-{}", random(40), random(40)), "api_key"),
        (format!("sk-proj-{}_{}", random(30), random(30)), "api_key"),
        (format!("sk_live_{}", random(24)), "api_key"),
        (format!("ghp_{}", random(36)), "github_token"),
        (format!("gho_{}", random(36)), "github_token"),
        (format!("ghs_{}", random(36)), "github_token"),
        (format!("github_pat_{}_{}", random(22), random(59)), "github_token"),
        (format!("glpat-{}", random(20)), "gitlab_token"),
        (format!("AKIA{}", upper(16)), "aws_key"),
        (format!("xoxb-{}-{}", "1".repeat(12), random(24)), "slack_token"),
        (format!("AIza{}", random(35)), "google_key"),
        (format!("npm_{}", random(36)), "npm_token"),
        (format!("eyJ{}.eyJ{}.{}", random(20), random(40), random(43)), "jwt"),
        (pem("", "\n"), "private_key"),
        (pem("RSA ", "\r\n"), "private_key"),
    ]
}

fn without(text: &str) -> Option<String> {
    redacted(text.as_bytes()).map(|bytes| String::from_utf8(bytes).unwrap())
}

#[track_caller]
fn check(text: &str, expected: &str) {
    let found = without(text).unwrap_or_else(|| text.to_owned());
    assert_eq!(found, expected, "of {text}");
    assert_eq!(without(&found), None, "what is redacted stays so");
}

#[test]
fn tokens_are_known_by_their_shape_wherever_they_stand() {
    for (token, kind) in tokens() {
        for (before, behind) in
            [("", ""), ("export X=", "; ls"), ("(", ")"), ("a\n", "\nb"), ("🌳 \"", "\" \\ /")]
        {
            let said = |inside: &str| {
                let text = format!("{before}{inside}{behind}");
                let nested = json!({"deeper": [text]}).to_string();
                json!({"payload": {"a": text, "b": [nested]}}).to_string()
            };
            check(&said(&token), &said(&format!("[redacted:{kind}]")));
        }
    }
}

#[test]
fn values_are_known_by_their_names() {
    for name in [
        "password",
        "OPENAI_API_KEY",
        "x-api-key",
        "Authorization",
        "clientSecret",
        "access_token",
        "private_key",
    ] {
        let names::Role::Secret(kind) = names::role(name.as_bytes()) else { panic!("{name}") };
        let marked = format!("[redacted:{kind}]");
        for value in ["hunter 2 \"or\" 3 \\", "🌳", "$PASSWORD"] {
            let said = |value: &str| json!({"a": 1, "in": {name: value, "z": [2]}}).to_string();
            check(&said(value), &said(&marked));
            let listed = |value: &str| json!({name: [value], "z": 1}).to_string();
            check(&listed(value), &listed(&marked));
            let attribute = |value: &str| {
                json!({"attributes": [{"key": name, "value": {"stringValue": value}}, {"key": "x", "value": {"stringValue": "y"}}]})
                    .to_string()
            };
            check(&attribute(value), &attribute(&marked));
        }
        // In a JSON text in a text, and deeper.
        let nested = |value: &str| {
            json!({"input": json!({"in": json!({name: value}).to_string()}).to_string()})
                .to_string()
        };
        check(&nested("x\"y"), &nested(&marked));
        for empty in
            [json!({name: ""}), json!({name: null}), json!({name: 7}), json!({name: {"a": "b"}})]
        {
            check(&empty.to_string(), &empty.to_string());
        }
    }
}

#[test]
fn surroundings_tell_a_secret() {
    let (long, mark) = (random(40), "[redacted:secret]");
    for (text, expected) in [
        (
            format!("curl -H 'X: Bearer {long}' x"),
            "curl -H 'X: Bearer [redacted:authorization]' x".to_owned(),
        ),
        (
            "authorization: basic dXNlcjpwYXNzMQ==".to_owned(),
            "authorization: basic [redacted:authorization]".to_owned(),
        ),
        (
            "postgres://me:hunter2@db:5432/x".to_owned(),
            "postgres://me:[redacted:password]@db:5432/x".to_owned(),
        ),
        (format!("aws_secret_access_key = {long}"), format!("aws_secret_access_key = {mark}")),
        (format!("AWS_SECRET_ACCESS_KEY={long}"), format!("AWS_SECRET_ACCESS_KEY={mark}")),
        ("{'client_secret': 'abc'}".to_owned(), format!("{{'client_secret': '{mark}'}}")),
    ] {
        let said = |text: &str| json!({"command": text}).to_string();
        check(&said(&text), &said(&expected));
        check(&text, &expected);
    }
}

#[test]
fn what_only_looks_like_a_secret_stays() {
    for text in [
        "task-0123456789abcdef0123456789 risk-0123456789abcdef0123456",
        "sk-learn-2-and-other-names-of-branches",
        "npm_config_registry npm_lifecycle_event ghp_short AKIAXYZ xoxb-short glpat-x AIzaShort",
        "Bearer of bad news; the bearer authentication scheme; Basic understanding",
        "https://example.com/@user http://localhost:8080/x https://user@host ssh://git@host:22/x",
        "postgres://$USER:$PASSWORD@db postgres://u:${PASSWORD}@db",
        "password: ask your admin; the secret = love; api_key=os.environ[\"X\"]",
        "if password == other or secret != None",
        "eyJhbGciOi and eyJ.eyJ.x",
        "grep -r '-----BEGIN RSA PRIVATE KEY-----' . ; -----BEGIN CERTIFICATE-----",
        "[redacted:api_key]",
        "\\u001b[31mred\\u001b[0m",
    ] {
        let event = json!({"payload": {"text": text, "next_token": text, "total_tokens": 3}});
        check(&event.to_string(), &event.to_string());
        check(text, text);
    }
}

#[test]
fn what_says_whose_it_is_is_never_touched() {
    for (token, _) in tokens() {
        let event = json!({
            "spec": "aop/1.0", "session_id": token, "parent_session_id": token, "agent_id": token,
            "event_id": token, "type": token, "timestamp": token,
            "payload": {"child_session_id": token, "tool_call_id": token},
        });
        check(&event.to_string(), &event.to_string());
    }
}

#[test]
fn an_event_does_not_grow_over_its_limit() {
    let event = |password: &str, room: usize| {
        json!({"password": password, "filler": "x".repeat(room)}).to_string()
    };
    let full = event("abc", EVENT_MAX_BYTES - event("abc", 0).len());
    assert_eq!(without(&full).unwrap(), full.replace("abc", "***"));
}

#[test]
fn a_head_holds_no_part_of_a_secret_that_its_end_cuts_apart() {
    let token = format!("sk-{}", random(48));
    let body = Bytes::from([&vec![b' '; QUARANTINED_MAX_BYTES - 10], token.as_bytes()].concat());
    let head = Redaction::Tokens.head(&body);
    assert!(head.len() <= QUARANTINED_MAX_BYTES && head.ends_with(b" [redacted:"));
    assert!(Redaction::Off.head(&body).ends_with(b"sk-aB3dE6g"));
}

fn harmless() -> impl Strategy<Value = Value> {
    let text = prop_oneof!["[ -~]{0,40}", "\\PC{0,20}", "[a-z/_ .:=-]{0,60}"];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<i64>().prop_map(Value::from),
        text.prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 40, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::hash_map("[a-z_]{1,9}", inner, 0..6)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

proptest! {
    /// Names of secrets have nine letters only by a chance that never comes.
    #[test]
    fn text_without_secrets_is_unchanged(value in harmless()) {
        let text = value.to_string();
        prop_assume!(!["password", "secret", "passwd", "apikey", "api_key"].iter().any(|name| text.contains(name)));
        prop_assert_eq!(without(&text), None);
    }

    #[test]
    fn json_stays_json_and_a_secret_never_does(mut value in harmless(), at in any::<prop::sample::Index>(), key in "[a-z]{1,5}") {
        let tokens = tokens();
        let (token, kind) = &tokens[at.index(tokens.len())];
        if !value.is_object() { value = json!({"a": value}); }
        value[&key] = json!(format!("x {token} y"));
        let found = without(&value.to_string()).unwrap();
        let mut expected = value.clone();
        expected[&key] = json!(format!("x [redacted:{kind}] y"));
        prop_assert_eq!(&found, &expected.to_string());
        prop_assert_eq!(serde_json::from_str::<Value>(&found).unwrap(), expected);
    }

    #[test]
    fn nothing_panics_and_marks_are_stable(bytes in prop::collection::vec(prop_oneof![any::<u8>(), prop::sample::select(b"\"\\u:={}[]-_ sk".to_vec())], 0..300)) {
        if let Some(found) = redacted(&bytes) {
            prop_assert!(strings::find(&found).iter().all(|one| is_mark(&found[one.start..one.end])));
        }
    }
}
