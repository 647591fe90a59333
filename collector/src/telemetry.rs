//! Our own logging and our own figures. Input appears in log lines only inside fields, whose
//! control characters the formatter escapes.
//!
//! This room knows no other.

use std::{io::IsTerminal as _, time::Duration};

use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use tokio_util::sync::CancellationToken;
use tracing_subscriber::{EnvFilter, layer::SubscriberExt as _, util::SubscriberInitExt as _};

/// Upper bounds of latency buckets, in seconds.
const LATENCY_BUCKETS_SECONDS: [f64; 12] =
    [0.000_25, 0.000_5, 0.001, 0.002, 0.003, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 2.0];

/// How often histograms are condensed.
const UPKEEP_INTERVAL: Duration = Duration::from_secs(5);

/// Starts logging to standard error. A filter that cannot be read is replaced by `info`, and
/// said so.
pub(crate) fn log_to_stderr(filter: &str) {
    let (chosen, readable) = match EnvFilter::try_new(filter) {
        Ok(chosen) => (chosen, true),
        Err(_) => (EnvFilter::new("info"), false),
    };
    let lines = tracing_subscriber::fmt::layer()
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .with_target(false);
    let started = tracing_subscriber::registry().with(chosen).with(lines).try_init();
    if started.is_ok() && !readable {
        tracing::warn!(filter, "the log filter cannot be read; logging at level info");
    }
}

/// Starts counting; the handle writes what was counted in Prometheus' text format. `None` when
/// somebody else counts already.
pub(crate) fn count() -> Option<PrometheusHandle> {
    let builder = PrometheusBuilder::new().set_buckets(&LATENCY_BUCKETS_SECONDS).ok()?;
    let recorder = builder.build_recorder();
    let handle = recorder.handle();
    metrics::set_global_recorder(recorder).ok()?;
    Some(handle)
}

/// Condenses what histograms have collected, so that it does not pile up when nobody asks.
pub(crate) async fn condense(counted: PrometheusHandle, stop: CancellationToken) {
    let mut due = tokio::time::interval(UPKEEP_INTERVAL);
    while stop.run_until_cancelled(due.tick()).await.is_some() {
        counted.run_upkeep();
    }
}
