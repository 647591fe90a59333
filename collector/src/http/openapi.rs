//! `GET /openapi.json`: every JSON route, described beside its handler.

use std::sync::OnceLock;

use axum::{
    http::header,
    response::{IntoResponse as _, Response},
};
use utoipa::OpenApi;

use super::{
    alerts, children, events, export, found, groups, health, hooks, import, index, meters, missing,
    otlp, quarantine, session, sessions, stream, tree,
};

/// The description of the surface.
#[derive(Debug, OpenApi)]
#[openapi(
    info(
        title = "Banyan",
        description = "Records what AI agents do (AOP 1.0) and shows it as trees of sessions.",
        license(name = "Apache-2.0", identifier = "Apache-2.0"),
    ),
    tags(
        (name = "events", description = "What agents post, and the log of it"),
        (name = "sessions", description = "What it adds up to"),
        (name = "collector", description = "How the collector is"),
    ),
    paths(
        events::post, hooks::claude_code, hooks::codex, import::post, import::known, otlp::traces, otlp::logs, events::list, stream::get, sessions::list, session::show, session::remove,
        export::get, tree::get, children::list, missing::list, groups::list, alerts::list,
        alerts::show, alerts::acknowledge, alerts::reopen, quarantine::list, found::csv, found::jsonl,
        index::get, health::health, health::live, health::ready, meters::get, get,
    )
)]
struct Description;

/// This description.
#[utoipa::path(
    get, path = "/openapi.json", tag = "collector",
    responses((status = 200, body = Object, description = "OpenAPI 3.1"))
)]
pub(super) async fn get() -> Response {
    static JSON: OnceLock<String> = OnceLock::new();
    let json = JSON.get_or_init(|| Description::openapi().to_json().unwrap_or_default());
    ([(header::CONTENT_TYPE, "application/json")], json.as_str()).into_response()
}

/// `GET /events` and so on, sorted by path.
pub(super) fn routes() -> Vec<String> {
    let paths = Description::openapi().paths.paths;
    let routes = paths.into_iter().flat_map(|(path, item)| {
        [("DELETE", item.delete), ("GET", item.get), ("POST", item.post)]
            .into_iter()
            .filter_map(|(method, operation)| operation.is_some().then_some(method))
            .map(move |method| format!("{method} {path}"))
            .collect::<Vec<_>>()
    });
    routes.collect()
}
