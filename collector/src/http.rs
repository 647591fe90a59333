//! The HTTP surface: the router on one screen, one file per resource.
//!
//! A request passes `serve` (the connection), `answer` (guard, headers), the router below, and
//! one handler, which extracts, makes one call and answers. Must not name `log`, `projection`
//! or SQL.

mod serve;
mod parts;
mod socket;
mod answer;
mod guard;
mod headers;
mod error;
mod id;
mod params;
mod pieces;
mod form;
mod body;
mod sse;

mod events;
mod hooks;
mod import;
mod otlp;
mod stream;
mod sessions;
mod session;
mod export;
mod found;
mod tree;
mod children;
mod missing;
mod groups;
mod alerts;
mod quarantine;

mod index;
mod health;
mod meters;
mod openapi;
mod pages;
mod fragments;
mod then;
mod live;
mod log_id;
mod follow;
mod assets;

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use axum::{
    Router,
    routing::{delete, get, post},
};
use banyan_protocol::{Timestamp, limits::BODIES_IN_FLIGHT_MAX_BYTES};
use metrics_exporter_prometheus::PrometheusHandle;
use tower_http::compression::CompressionLayer;

use crate::{as_of::AsOf, clock::Clock, ingest::Ingest, query::Query};

pub(crate) use health::Vitals;
pub(crate) use live::LiveHub;
pub(crate) use log_id::LogId;
pub(crate) use serve::Serving;
pub(crate) use stream::Hub;

use assets::Assets;
use body::InFlight;
use error::ApiError;
use meters::Meters;

/// Every route there is.
fn router(site: Site) -> Router {
    let recording = Router::new()
        .route("/events", post(events::post))
        .route("/hooks/claude-code", post(hooks::claude_code))
        .route("/hooks/codex", post(hooks::codex))
        .route("/import/claude-code", post(import::post))
        .route("/v1/traces", post(otlp::traces))
        .route("/v1/logs", post(otlp::logs));

    let streaming = Router::new().route("/stream", get(stream::get)).route("/live", get(live::get));

    let reading = Router::new()
        .route("/events", get(events::list))
        .route("/sessions", get(sessions::list))
        .route("/sessions/{id}", get(session::show))
        .route("/sessions/{id}", delete(session::remove))
        .route("/sessions/{id}/export", get(export::get))
        .route("/sessions/{id}/tree", get(tree::get))
        .route("/sessions/{id}/children", get(children::list))
        .route("/sessions/{id}/missing", get(missing::list))
        .route("/groups", get(groups::list))
        .route("/alerts", get(alerts::list))
        .route("/alerts/{id}", get(alerts::show))
        .route("/alerts/{id}/ack", post(alerts::acknowledge))
        .route("/alerts/{id}/reopen", post(alerts::reopen))
        .route("/quarantine", get(quarantine::list))
        .route("/import/claude-code/{id}", get(import::known))
        .route("/health", get(health::health))
        .route("/healthz", get(health::live))
        .route("/readyz", get(health::ready))
        .route("/metrics", get(meters::get))
        .route("/openapi.json", get(openapi::get))
        .route("/", get(index::get))
        .route("/s", get(pages::session_by_parameter))
        .route("/s/{id}", get(pages::session))
        .route("/s/{id}/e/{key}", get(pages::event))
        .route("/s/{id}/timeline", get(pages::timeline))
        .route("/s/{id}/tree", get(pages::subtree))
        .route("/s/{id}/export.jsonl", get(pages::export_jsonl))
        .route("/s/{id}/export.html", get(pages::export_html))
        .route("/f/children", get(fragments::children))
        .route("/f/rows", get(fragments::rows))
        .route("/f/trouble", get(fragments::trouble))
        .route("/search", get(pages::search))
        .route("/search.csv", get(found::csv))
        .route("/search.jsonl", get(found::jsonl))
        .route("/f/events", get(follow::events))
        .route("/f/event/{key}", get(follow::event))
        .route("/f/payload/{key}", get(follow::payload))
        .route("/f/head", get(follow::head))
        .route("/settings", get(pages::settings))
        .route("/settings", post(pages::save_settings))
        .route("/views", get(pages::views))
        .route("/views", post(pages::save_view))
        .route("/v/{name}", get(pages::view))
        .route("/static/{*path}", get(assets::file))
        .route("/theme/{name}", get(assets::theme))
        .route("/dashboard", get(index::old))
        .route("/dashboard/", get(index::old))
        .layer(CompressionLayer::new().gzip(true).zstd(true));

    recording
        .merge(streaming)
        .merge(reading)
        .fallback(|| async { ApiError::NoRoute })
        .method_not_allowed_fallback(other_methods)
        .with_state(site)
}

async fn other_methods() -> ApiError {
    ApiError::MethodNotAllowed
}

/// What the handlers share. A handler asks for the part that it may use.
#[derive(Clone, Debug)]
pub(crate) struct Site(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    rooms: Rooms,
    assets: Assets,
    in_flight: InFlight,
    meters: Meters,
    /// As counted for the last person who asked for a page.
    open_alerts: AtomicU64,
}

/// What is behind the HTTP surface.
#[derive(Debug)]
pub(crate) struct Rooms {
    /// Which log this is.
    pub log: LogId,
    /// To record.
    pub ingest: Ingest,
    /// To read.
    pub query: Query,
    /// To look back.
    pub as_of: AsOf,
    /// To stream.
    pub hub: Hub,
    /// To tell open pages what changed.
    pub live: LiveHub,
    /// How everything is.
    pub vitals: Vitals,
    /// What time it is.
    pub clock: Clock,
    /// `http://127.0.0.1:4317`
    pub origin: String,
    /// Writes what was counted; absent when nobody counts.
    pub counted: Option<PrometheusHandle>,
}

impl Site {
    /// The surface of `rooms`.
    pub(crate) fn new(rooms: Rooms) -> Self {
        let assets = Assets::new(&rooms.log);
        let in_flight = InFlight::new(BODIES_IN_FLIGHT_MAX_BYTES);
        Self(Arc::new(Shared {
            rooms,
            assets,
            in_flight,
            meters: Meters::new(),
            open_alerts: AtomicU64::new(0),
        }))
    }

    fn assets(&self) -> &Assets {
        &self.0.assets
    }

    /// Alerts that nobody has acknowledged.
    fn open_alerts(&self) -> u64 {
        self.0.open_alerts.load(Ordering::Relaxed)
    }

    /// Counts the open alerts for the page that is about to be made.
    async fn count_alerts(&self) {
        match self.0.rooms.query.open_alerts().await {
            Ok(count) => self.0.open_alerts.store(count, Ordering::Relaxed),
            Err(error) => {
                let error: &dyn std::error::Error = &error;
                tracing::warn!(error, "open alerts cannot be counted");
            }
        }
    }

    fn as_of(&self) -> &AsOf {
        &self.0.rooms.as_of
    }

    fn log(&self) -> &LogId {
        &self.0.rooms.log
    }

    /// Where we listen, as people type it.
    fn origin(&self) -> &str {
        &self.0.rooms.origin
    }

    fn now(&self) -> Timestamp {
        self.0.rooms.clock.now()
    }

    /// What was counted so far, in Prometheus' text format.
    fn counted(&self) -> String {
        self.0.rooms.counted.as_ref().map(PrometheusHandle::render).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests;
