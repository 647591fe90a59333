//! What is counted, and `GET /metrics`.
//!
//! received = accepted + duplicate + variant + rejected + shed, once the view has caught up.

use std::time::Instant;

use axum::{
    extract::{FromRef as _, State},
    http::header,
    response::{IntoResponse as _, Response},
};
use metrics::{Histogram, describe_counter, describe_gauge, describe_histogram, gauge, histogram};

use super::{Hub, LiveHub, Site, Vitals, body::InFlight};
use crate::{ingest::Ingest, query::Query};

/// Times the write path.
#[derive(Clone)]
pub(super) struct Meters {
    acknowledged: Histogram,
}

impl std::fmt::Debug for Meters {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Meters").finish_non_exhaustive()
    }
}

impl Meters {
    pub(super) fn new() -> Self {
        describe_counter!("banyan_events_received_total", "Events in requests that could be read");
        describe_counter!("banyan_events_accepted_total", "Of these: new, and in the view");
        describe_counter!("banyan_events_duplicate_total", "Of these: received before");
        describe_counter!("banyan_events_variant_total", "Of these: other versions of an event");
        describe_counter!("banyan_events_rejected_total", "Of these: refused for good");
        describe_counter!("banyan_events_shed_total", "Of these: not taken, to be sent again");
        describe_counter!("banyan_hooks_received_total", "Hooks of coding agents");
        describe_counter!("banyan_hooks_refused_total", "Of these: unreadable, in the quarantine");
        describe_counter!(
            "banyan_hooks_lost_total",
            "Of these: not on the disk, and never will be"
        );
        describe_counter!("banyan_otlp_received_total", "Spans and log records of OTLP");
        describe_counter!("banyan_otlp_refused_total", "Of these: refused for good");
        describe_counter!("banyan_otlp_shed_total", "Of these: not taken, to be sent again");
        describe_counter!("banyan_transcript_lines_received_total", "Lines of transcripts");
        describe_counter!("banyan_transcript_lines_refused_total", "Of these: unreadable");
        describe_histogram!("banyan_ack_seconds", "From the end of a body to its answer");
        describe_gauge!("banyan_log_head", "Last position of the log");
        describe_gauge!("banyan_projected", "Last position that the view covers");
        describe_gauge!("banyan_projection_lag_events", "Events that the view does not cover yet");
        describe_gauge!("banyan_stream_subscribers", "Readers of /stream");
        describe_gauge!("banyan_live_subscribers", "Pages that follow /live");
        describe_gauge!("banyan_bodies_in_flight_bytes", "Bodies being received or recorded");
        Self { acknowledged: histogram!("banyan_ack_seconds") }
    }

    /// Times one request, from its last byte to its answer.
    pub(super) async fn time<T>(&self, recording: impl Future<Output = T>) -> T {
        let begun = Instant::now();
        let result = recording.await;
        self.acknowledged.record(begun.elapsed());
        result
    }
}

/// What was counted, for Prometheus.
#[utoipa::path(
    get, path = "/metrics", tag = "collector",
    responses((status = 200, body = String, content_type = "text/plain"))
)]
pub(super) async fn get(State(site): State<Site>, State(query): State<Query>) -> Response {
    query.settle().await;
    let (hub, vitals) = (Hub::from_ref(&site), Vitals::from_ref(&site));
    let live = LiveHub::from_ref(&site);
    let (ingest, in_flight) = (Ingest::from_ref(&site), InFlight::from_ref(&site));
    for (name, value) in [
        ("banyan_log_head", vitals.progress.head()),
        ("banyan_projected", vitals.progress.projected()),
        ("banyan_projection_lag_events", vitals.lag_events()),
        ("banyan_stream_subscribers", i64::try_from(hub.readers()).unwrap_or(i64::MAX)),
        ("banyan_live_subscribers", i64::try_from(live.subscribers()).unwrap_or(i64::MAX)),
        (
            "banyan_bodies_in_flight_bytes",
            i64::try_from(in_flight.taken_bytes()).unwrap_or(i64::MAX),
        ),
        ("banyan_log_queue_bytes", i64::try_from(ingest.queue_bytes()).unwrap_or(i64::MAX)),
    ] {
        gauge!(name).set(as_float(value));
    }
    let text = site.counted();
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], text).into_response()
}

/// Gauges are floats: exact up to 2^53.
#[expect(clippy::as_conversions, clippy::cast_precision_loss, reason = "metrics are floats")]
fn as_float(value: i64) -> f64 {
    value as f64
}
