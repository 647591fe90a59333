//! The Host and cross-origin guards stand before every route.

use banyan_tests::harness::{Banyan, Client, events::thought};
use hyper::Method;
use serde_json::{Value, json};

/// Answers that do not end.
const STREAMS: [&str; 2] = ["/stream", "/live"];

/// Every route: method and path.
async fn routes(client: &Client) -> Vec<(Method, String)> {
    let documented = client.json("/openapi.json").await;
    let mut routes: Vec<_> = documented["paths"]
        .as_object()
        .expect("paths")
        .iter()
        .flat_map(|(path, item)| item.as_object().expect("methods").keys().map(move |m| (m, path)))
        .map(|(method, path)| (method.to_uppercase().parse().unwrap(), path.replace("{id}", "s")))
        .collect();
    assert!(routes.len() > 10, "{routes:?}");
    for path in [
        "/",
        "/dashboard/",
        "/s/s",
        "/s/s/e/1",
        "/s/s/timeline",
        "/s/s/tree",
        "/s/s/export.jsonl",
        "/s/s/export.html",
        "/stream",
        "/live",
        "/openapi.json",
        "/metrics",
        "/static/x.css",
        "/theme/1.css",
        "/no/such/route",
        "/f/rows",
        "/f/children",
        "/f/events",
    ] {
        routes.push((Method::GET, path.to_owned()));
    }
    for method in [Method::POST, Method::PUT, Method::OPTIONS, Method::DELETE, Method::PATCH] {
        routes.push((method, "/sessions".to_owned()));
    }
    routes
}

#[tokio::test]
async fn only_our_own_names_are_answered() {
    let banyan = Banyan::start().await;
    let (client, port) = (banyan.client(), banyan.address().port());
    for host in [
        "attacker.example".to_owned(),
        format!("attacker.example:{port}"),
        "localhost.attacker.example".to_owned(),
        format!("localhost.:{port}x"),
        format!("127.0.0.1.nip.io:{port}"),
        format!("127.0.0.1:{}", port ^ 1),
        "localhost:1".to_owned(),
        format!("0.0.0.0:{port}"),
        format!("127.0.0.2:{port}"),
        format!("2130706433:{port}"),
        format!("0x7f.1:{port}"),
        format!("[::2]:{port}"),
        format!("[::ffff:127.0.0.1]:{port}"),
        format!("user@localhost:{port}"),
        format!("localhost:{port}, attacker.example"),
        "[".to_owned(),
        ":".to_owned(),
        String::new(),
    ] {
        for (method, path) in routes(&client).await {
            let answer = client.send(method.clone(), &path, &[("host", &host)], "").await;
            assert!(
                [400, 421].contains(&answer.status),
                "{host:?}: {method} {path}: {}",
                answer.status
            );
            assert!(!answer.text().contains("attacker"), "the input is not repeated");
        }
    }
    for host in [
        format!("127.0.0.1:{port}"),
        format!("localhost:{port}"),
        format!("LOCALHOST:{port}"),
        format!("[::1]:{port}"),
    ] {
        client.send(Method::GET, "/sessions", &[("host", &host)], "").await.is(200);
    }
}

#[tokio::test]
async fn other_origins_change_nothing_and_read_nothing() {
    let banyan = Banyan::start().await;
    let (client, own) = (banyan.client(), format!("http://{}", banyan.address()));
    client.post(&thought("s", 1, "kept")).await;
    let cross = [
        vec![("sec-fetch-site", "cross-site")],
        vec![("sec-fetch-site", "same-site")],
        vec![("origin", "https://attacker.example")],
        vec![("origin", "null")],
        vec![("origin", "http://127.0.0.1:1")],
        vec![("sec-fetch-site", "cross-site"), ("origin", own.as_str())],
    ];
    for headers in cross {
        for (method, path) in routes(&client).await {
            // A link from elsewhere may lead to a page; what it may not do is change or be read.
            let safe = method == Method::GET;
            if safe && STREAMS.contains(&path.as_str()) {
                continue;
            }
            let answer = client
                .send(method.clone(), &path, &headers, thought("s", 2, "x").to_string())
                .await;
            let allow = answer.header("access-control-allow-origin");
            assert_eq!(allow, "", "{headers:?} {method} {path}");
            assert!(safe || answer.status >= 400, "{headers:?} {method} {path}: {}", answer.status);
            if !safe && path == "/events" {
                assert_eq!(answer.status, 403, "{headers:?}");
            }
        }
        let left = client.session("s").await["events"].clone();
        assert_eq!(left.as_array().map(Vec::len), Some(1), "{headers:?}");
    }
    for headers in [
        vec![("sec-fetch-site", "same-origin")],
        vec![("sec-fetch-site", "none")],
        vec![("origin", own.as_str())],
        vec![],
    ] {
        let mut headers = headers;
        headers.push(("content-type", "application/json"));
        let event = thought("s", 1, "kept").to_string();
        client.send(Method::POST, "/events", &headers, event).await.is(200);
    }
}

#[tokio::test]
async fn no_state_changes_by_get() {
    let banyan = Banyan::start().await;
    let client = banyan.client();
    client.post(&thought("s", 1, "kept")).await;
    let before = client.session("s").await;
    for (_, path) in routes(&client).await {
        if !STREAMS.contains(&path.as_str()) {
            client.get(&path).await;
            client.get(&format!("{path}?delete=1&_method=DELETE")).await;
        }
    }
    assert_eq!(client.session("s").await, before);
}

#[tokio::test]
async fn every_answer_carries_the_headers() {
    const CSP: &str = "default-src 'none'; script-src 'self'; style-src 'self'; \
        img-src 'self' data:; connect-src 'self'; form-action 'self'; base-uri 'none'; \
        frame-ancestors 'none'";
    const SAVED_CSP: &str = "sandbox; default-src 'none'; style-src 'unsafe-inline'; \
        form-action 'none'; base-uri 'none'; frame-ancestors 'none'";
    let banyan = Banyan::start().await;
    let client = banyan.client();
    client.post(&thought("s", 1, "x")).await;
    for (method, path) in routes(&client).await {
        if STREAMS.contains(&path.as_str()) {
            continue;
        }
        for accept in ["application/json", "text/html"] {
            let answer = client.send(method.clone(), &path, &[("accept", accept)], "").await;
            let found = |name| answer.header(name).to_owned();
            let asked = format!("{accept} {method} {path}: {}", answer.status);
            let is_saved = answer.headers.contains_key("content-disposition");
            let policy = if is_saved { SAVED_CSP } else { CSP };
            assert_eq!(found("content-security-policy"), policy, "{asked}");
            assert_eq!(found("x-content-type-options"), "nosniff", "{asked}");
            assert_eq!(found("referrer-policy"), "same-origin", "{asked}");
            assert_eq!(found("cross-origin-opener-policy"), "same-origin", "{asked}");
            assert_eq!(found("cross-origin-resource-policy"), "same-origin", "{asked}");
            let cache = found("cache-control");
            assert!(
                cache.contains("no-store") || cache.contains("immutable"),
                "{asked}: {cache:?}"
            );
            assert_ne!(answer.status, 500, "{asked}");
        }
    }
    let refused = client.send(Method::GET, "/", &[("host", "x")], "").await.is(421);
    assert_eq!(refused.header("content-security-policy"), CSP);
    assert_eq!(client.json("/sessions").await["sessions"], json!([]), "s was deleted on the way");
}

#[tokio::test]
async fn paths_cannot_leave_the_assets() {
    let banyan = Banyan::start().await;
    for up in
        ["..", "%2e%2e", "%2E.", "..%2f", "%252e%252e", "..%5c", "%c0%ae%c0%ae", "....//", "/"]
    {
        for deep in [1, 4, 8] {
            let path = format!("/static/{}/etc/passwd", vec![up; deep].join("/"));
            let answer = banyan.client().get(&path).await;
            assert!(
                [301, 303, 308, 400, 404].contains(&answer.status),
                "{path}: {}",
                answer.status
            );
            assert!(!answer.text().contains("root:"), "{path}");
        }
    }
}

#[tokio::test]
async fn errors_are_flat_json_and_never_repeat_the_input() {
    let banyan = Banyan::start().await;
    let canary = "CANARY-7f3a";
    for (method, path, body) in [
        (Method::GET, format!("/sessions/{canary}"), String::new()),
        (Method::GET, format!("/{canary}"), String::new()),
        (Method::GET, format!("/events?after={canary}"), String::new()),
        (Method::GET, format!("/sessions?limit={canary}"), String::new()),
        (Method::GET, format!("/sessions?cursor={canary}"), String::new()),
        (Method::PUT, format!("/sessions/{canary}"), String::new()),
        (Method::POST, "/events".to_owned(), format!("{{\"{canary}\":")),
        (Method::POST, "/events".to_owned(), format!("{{\"session_id\":[\"{canary}\"]}}")),
    ] {
        let headers = [("content-type", "application/json")];
        let answer = banyan.client().send(method.clone(), &path, &headers, body).await;
        assert!((400..500).contains(&answer.status), "{method} {path}: {}", answer.status);
        assert!(!answer.text().contains(canary), "{method} {path}: {}", answer.text());
        let body: Value = answer.json();
        assert!(
            body["error"].is_string() && body["message"].is_string(),
            "{method} {path}: {body}"
        );
        assert_eq!(body["retryable"], false, "{method} {path}");
    }
}
