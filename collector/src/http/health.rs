//! `/health` as the reference has it, `/healthz` and `/readyz` for supervisors.

use axum::{
    Json,
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse as _, Response},
};
use banyan_protocol::{
    limits::READY_LAG_MAX_EVENTS,
    view::{HealthAnswer, ReadyAnswer},
};
use tokio_util::sync::CancellationToken;

use super::{
    Hub,
    error::{retry_after, spread},
};
use crate::{
    ingest::{Ingest, LogState},
    progress::Progress,
};

/// How long after a "not ready" to ask again, on average.
const READY_RETRY_MS: u64 = 4_000;

/// How everything is.
#[derive(Clone, Debug)]
pub(crate) struct Vitals {
    /// How far everything is.
    pub progress: Progress,
    /// Cancelled when the projector has given up.
    pub projector_failed: CancellationToken,
    /// Cancelled when the collector is stopping.
    pub stopping: CancellationToken,
}

impl Vitals {
    /// Events in the log that the view does not cover yet.
    pub(super) fn lag_events(&self) -> i64 {
        let projected = self.progress.projected();
        self.progress.head().saturating_sub(projected).max(0)
    }

    /// Everything that speaks against sending requests here.
    fn reasons(&self, log: LogState) -> Vec<&'static str> {
        let storage = match log {
            LogState::Ok => None,
            LogState::StorageLow => Some("storage_low"),
            LogState::Failed => Some("storage_failed"),
        };
        let lag = (READY_LAG_MAX_EVENTS < self.lag_events()).then_some("projection_lag");
        let projector = self.projector_failed.is_cancelled().then_some("projection_failed");
        let stopping = self.stopping.is_cancelled().then_some("stopping");
        [storage, lag, projector, stopping].into_iter().flatten().collect()
    }
}

/// Whether the collector answers, and who it is.
#[utoipa::path(
    get, path = "/health", tag = "collector",
    responses((status = 200, body = HealthAnswer))
)]
pub(super) async fn health(State(hub): State<Hub>) -> Json<HealthAnswer> {
    Json(HealthAnswer {
        ok: true,
        service: "banyan",
        version: env!("CARGO_PKG_VERSION"),
        subscribers: hub.readers(),
        pid: std::process::id(),
    })
}

/// Whether the process answers at all.
#[utoipa::path(
    get, path = "/healthz", tag = "collector",
    responses((status = 200, body = String, content_type = "text/plain"))
)]
pub(super) async fn live() -> &'static str {
    "ok\n"
}

/// Whether events should be sent here, and if not, why.
#[utoipa::path(
    get, path = "/readyz", tag = "collector",
    responses((status = 200, body = ReadyAnswer), (status = 503, body = ReadyAnswer))
)]
pub(super) async fn ready(State(vitals): State<Vitals>, State(ingest): State<Ingest>) -> Response {
    let reasons = vitals.reasons(ingest.log_state());
    let ready = reasons.is_empty();
    let status = if ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    let answer = ReadyAnswer { ready, reasons, lag_events: vitals.lag_events() };
    let mut response = (status, Json(answer)).into_response();
    if !ready {
        response.headers_mut().insert(header::RETRY_AFTER, retry_after(spread(READY_RETRY_MS)));
    }
    response
}

#[cfg(test)]
mod tests {
    use tokio::sync::watch;

    use super::*;

    #[test]
    fn every_reason_against_it_is_named() {
        let (head, log) = watch::channel(READY_LAG_MAX_EVENTS);
        let vitals = Vitals {
            progress: Progress::new(log, 0),
            projector_failed: CancellationToken::new(),
            stopping: CancellationToken::new(),
        };
        assert_eq!(vitals.reasons(LogState::Ok), Vec::<&str>::new());
        assert_eq!(vitals.reasons(LogState::StorageLow), ["storage_low"]);
        head.send(READY_LAG_MAX_EVENTS + 1).unwrap();
        assert_eq!(vitals.reasons(LogState::Ok), ["projection_lag"]);
        vitals.progress.publish_projected(1);
        assert_eq!(vitals.reasons(LogState::Ok), Vec::<&str>::new());
        vitals.projector_failed.cancel();
        vitals.stopping.cancel();
        assert_eq!(
            vitals.reasons(LogState::Failed),
            ["storage_failed", "projection_failed", "stopping"]
        );
    }
}
