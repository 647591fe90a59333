//! The surface as a whole: every route of the router, taken from its source.

mod looking_back;

use axum::{
    body::Body,
    http::{HeaderName, HeaderValue, Method, Request, Response, StatusCode, header},
};
use http_body_util::BodyExt as _;
use tempfile::TempDir;

use crate::clock::Clock;

use super::{
    answer::Desk,
    guard::{
        Guard,
        tests::{FOREIGN, OURS, THEIRS},
    },
    openapi,
};

/// `GET /sessions/{id}` and so on, as the router's source says.
fn routes() -> Vec<(Method, &'static str)> {
    let lines = include_str!("../http.rs").lines().filter_map(|line| {
        let (_, rest) = line.split_once(".route(\"")?;
        rest.split_once("\", ")
    });
    let found: Vec<_> = lines
        .map(|(path, handler)| {
            let method = handler.split('(').next().unwrap().to_uppercase();
            (method.parse().unwrap(), path)
        })
        .collect();
    assert!(20 < found.len(), "{found:?}");
    found
}

/// `path` with something for each of its parameters.
fn concrete(path: &str) -> String {
    ["{id}", "{position}", "{*path}", "{name}"]
        .iter()
        .fold(path.to_owned(), |path, parameter| path.replace(parameter, "1"))
}

struct Surface {
    desk: Desk,
    _running: Box<dyn std::any::Any>,
    _directory: TempDir,
}

impl Surface {
    async fn new() -> Self {
        Self::with(Clock::System).await
    }

    async fn with(clock: Clock) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let (site, running) = crate::app::tests::site(directory.path(), clock).await;
        let guard = Guard::new("127.0.0.1:4317".parse().unwrap(), &["banyan.lan".to_owned()]);
        Self { desk: Desk::new(site, guard), _running: running, _directory: directory }
    }

    async fn ask(&self, request: Request<Body>) -> Response<Body> {
        self.desk.clone().answer(request, None).await
    }

    async fn send(&self, method: &Method, path: &str, headers: &[(&str, &str)]) -> Response<Body> {
        let mut request = Request::new(Body::empty());
        *request.method_mut() = method.clone();
        *request.uri_mut() = path.parse().unwrap();
        request.headers_mut().insert(header::HOST, HeaderValue::from_static("localhost:4317"));
        let mut seen = Vec::new();
        for (name, value) in headers {
            let name: HeaderName = name.parse().unwrap();
            if !seen.contains(&name) {
                request.headers_mut().remove(&name);
            }
            request.headers_mut().append(&name, HeaderValue::from_str(value).unwrap());
            seen.push(name);
        }
        self.ask(request).await
    }

    async fn get(&self, path: &str, accept: &str) -> (StatusCode, String, String) {
        let response = self.send(&Method::GET, path, &[("accept", accept)]).await;
        let content_type = response.headers().get(header::CONTENT_TYPE).cloned();
        let content_type = content_type.map(|value| value.to_str().unwrap().to_owned());
        let (status, body) = (response.status(), text(response).await);
        (status, content_type.unwrap_or_default(), body)
    }
}

async fn text(response: Response<Body>) -> String {
    String::from_utf8(response.into_body().collect().await.unwrap().to_bytes().to_vec()).unwrap()
}

#[tokio::test]
async fn every_route_answers_only_to_our_names() {
    let surface = Surface::new().await;
    for (method, path) in routes() {
        for host in THEIRS {
            let response = surface.send(&method, &concrete(path), &[("host", host)]).await;
            assert_eq!(
                response.status(),
                StatusCode::MISDIRECTED_REQUEST,
                "{host} {method} {path}"
            );
        }
        for host in OURS {
            let response = surface.send(&method, &concrete(path), &[("host", host)]).await;
            assert_ne!(
                response.status(),
                StatusCode::MISDIRECTED_REQUEST,
                "{host} {method} {path}"
            );
        }
    }
}

#[tokio::test]
async fn no_page_of_another_origin_changes_anything() {
    let surface = Surface::new().await;
    let changing: Vec<_> = routes().into_iter().filter(|(method, _)| !method.is_safe()).collect();
    assert!(!changing.is_empty());
    for (method, path) in changing {
        for headers in FOREIGN {
            let response = surface.send(&method, &concrete(path), headers).await;
            assert_eq!(response.status(), StatusCode::FORBIDDEN, "{headers:?} {method} {path}");
        }
        let own = [("sec-fetch-site", "same-origin"), ("origin", "http://localhost:4317")];
        let response = surface.send(&method, &concrete(path), &own).await;
        assert_ne!(response.status(), StatusCode::FORBIDDEN, "{method} {path}");
    }
}

#[test]
fn the_description_has_every_route_for_programs_and_no_other() {
    /// Routes that only people and our own scripts use.
    const PAGES: &[&str] = &[
        "/f/event/{key}",
        "/f/events",
        "/f/payload/{key}",
        "/f/head",
        "/live",
        "/f/children",
        "/f/rows",
        "/f/trouble",
        "/s",
        "/settings",
        "/s/{id}",
        "/s/{id}/e/{key}",
        "/s/{id}/timeline",
        "/s/{id}/tree",
        "/s/{id}/export.jsonl",
        "/s/{id}/export.html",
        "/search",
        "/views",
        "/v/{name}",
        "/static/{*path}",
        "/theme/{name}",
        "/dashboard",
        "/dashboard/",
    ];
    let mut expected: Vec<_> = routes()
        .into_iter()
        .filter(|(_, path)| !PAGES.contains(path))
        .map(|(method, path)| format!("{method} {path}"))
        .collect();
    let mut described = openapi::routes();
    expected.sort();
    described.sort();
    assert_eq!(described, expected);
}

#[tokio::test]
async fn every_answer_carries_the_headers() {
    let surface = Surface::new().await;
    let missing = [(Method::GET, "/nowhere"), (Method::PUT, "/sessions")];
    for (method, path) in routes().into_iter().chain(missing) {
        let response = surface.send(&method, &concrete(path), &[]).await;
        for name in [
            "content-security-policy",
            "x-content-type-options",
            "referrer-policy",
            "cross-origin-opener-policy",
            "cross-origin-resource-policy",
            "cache-control",
        ] {
            assert_eq!(response.headers().get_all(name).iter().count(), 1, "{name} {path}");
        }
        assert!(!response.headers().contains_key("access-control-allow-origin"), "{path}");
    }
}

#[tokio::test]
async fn wrong_addresses_are_explained_to_programs_and_people() {
    let surface = Surface::new().await;
    for (path, status) in [("/nowhere", 404), ("/sessions/none", 404), ("/s/none", 404)] {
        let (found, kind, body) = surface.get(path, "*/*").await;
        assert_eq!((found.as_u16(), kind.as_str()), (status, "application/json"), "{path}");
        assert!(body.contains("\"retryable\":false"), "{body}");
        let (found, kind, body) = surface.get(path, "text/html").await;
        assert_eq!((found.as_u16(), kind.as_str()), (status, "text/html; charset=utf-8"), "{path}");
        assert!(body.starts_with("<!doctype html>"), "{body}");
    }
    let response = surface.send(&Method::PUT, "/sessions", &[]).await;
    assert_eq!(response.status(), StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(response.headers()[header::ALLOW], "GET,HEAD");
    assert!(text(response).await.contains("method_not_allowed"));
}

#[tokio::test]
async fn fragments_are_told_what_they_should_be_asked() {
    let surface = Surface::new().await;
    for path in [
        "/f/children?rows=1",
        "/f/children?rows=1.zz&from=200&compact=1&q=status:failed",
        "/f/children?rows=1:200.2",
        "/f/rows?ids=1.2",
        "/f/rows?ids=1&compact=0&at=",
        "/f/trouble?within=1&after=2",
        "/f/trouble?within=1&before=2",
        "/f/trouble?within=1&before=",
    ] {
        let (status, kind, body) = surface.get(path, "*/*").await;
        assert_eq!(status, StatusCode::OK, "{path}");
        let is_json = path.starts_with("/f/trouble");
        assert_eq!(kind, if is_json { "application/json" } else { "text/html; charset=utf-8" });
        assert_eq!(body, if is_json { "{\"path\":[],\"row\":null}" } else { "" }, "{path}");
    }
    let many = vec!["1"; 201].join(".");
    for path in [
        "/f/children",
        "/f/children?rows=",
        "/f/children?rows=1..2",
        "/f/children?rows=01",
        "/f/children?rows=1:x",
        "/f/children?rows=1&from=-1",
        "/f/children?rows=1&compact=yes",
        &format!("/f/children?rows={many}"),
        "/f/rows",
        "/f/rows?ids=%3Cb%3E",
        &format!("/f/rows?ids={many}"),
        "/f/trouble",
        "/f/trouble?within=1",
        "/f/trouble?within=&after=1",
        "/f/trouble?within=1&after=1&before=1",
        "/f/trouble?within=1&after=",
    ] {
        let (status, _, body) = surface.get(path, "*/*").await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{path}");
        assert!(body.contains("bad_query"), "{path}: {body}");
    }
}

#[tokio::test]
async fn the_root_is_for_programs_and_for_people() {
    let surface = Surface::new().await;
    let (_, kind, body) = surface.get("/", "application/json").await;
    assert_eq!(kind, "application/json");
    assert!(body.contains("\"POST /events\""), "{body}");
    let (status, kind, _) = surface.get("/", "text/html,*/*;q=0.8").await;
    assert_eq!((status.as_u16(), kind.as_str()), (200, "text/html; charset=utf-8"));
}

#[tokio::test]
async fn assets_are_kept_for_ever_and_nothing_else_is_there() {
    let surface = Surface::new().await;
    let (_, _, page) = surface.get("/", "text/html").await;
    let hrefs = page.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next());
    let assets: Vec<_> =
        hrefs.filter(|href| href.starts_with("/static/") || href.starts_with("/theme/")).collect();
    assert!(4 <= assets.len(), "{assets:?}");
    for path in assets {
        let response = surface
            .send(&Method::GET, &path.replace("&amp;", "&").replace("&#38;", "&"), &[])
            .await;
        assert_eq!(response.status(), StatusCode::OK, "{path}");
        assert!(response.headers()[header::CACHE_CONTROL].to_str().unwrap().contains("immutable"));
    }
    for path in [
        "/static/",
        "/static/banyan.css",
        "/static/000000000000/banyan.css",
        "/static/../Cargo.toml",
        "/static/%2e%2e/Cargo.toml",
        "/static/..%2f..%2fetc%2fpasswd",
        "/static//etc/passwd",
        "/theme/..%2f1.css",
        "/theme/999-99.css",
    ] {
        let response = surface.send(&Method::GET, path, &[]).await;
        assert_eq!(response.status(), StatusCode::NOT_FOUND, "{path}");
    }
}
