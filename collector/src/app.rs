//! Opens the stores, starts the tasks, wires the rooms, stops them in order.

mod examine;
mod fatal;
mod follower;
mod limits;
mod listen;
mod say;
mod show;
mod signals;
mod upkeep;
mod welcome;

use std::{net::SocketAddr, path::Path, time::Duration};

use tokio_util::sync::CancellationToken;

use crate::{
    as_of::AsOf,
    clock::Clock,
    config::{Config, Redact},
    http::{Hub, LiveHub, LogId, Rooms, Serving, Site, Vitals},
    ingest::{Ingest, Redaction},
    log::Log,
    progress::Progress,
    projection::{self, ViewSeen},
    query::{LogMark, Query},
    telemetry,
};

pub(crate) use examine::examine;
pub(crate) use fatal::Fatal;
pub(crate) use say::{complain, say};
pub(crate) use show::Show;
pub(crate) use upkeep::{rebuild, verify};

use follower::Follower;
use signals::{Cause, Signals};

/// Threads that run tasks; SQLite and the projector have threads of their own.
const WORKERS_COUNT: usize = 2;
/// How long requests that were begun may take when the collector stops.
const REQUESTS_PATIENCE: Duration = Duration::from_secs(5);
/// How long closing the stores may take after that.
const CLOSE_PATIENCE: Duration = Duration::from_secs(4);

/// What to do with events.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Serve {
    /// Record them and show them.
    Everything,
    /// Record them.
    LogOnly,
    /// Read them.
    #[cfg(feature = "bench-sink")]
    Sink,
}

/// Runs `work` on a runtime of its own.
pub(crate) fn block_on<T>(work: impl Future<Output = Result<T, Fatal>>) -> Result<T, Fatal> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(WORKERS_COUNT)
        .enable_all()
        .build()
        .map_err(Fatal::Runtime)?;
    let done = runtime.block_on(work);
    // Whatever is still running is of no use any more.
    runtime.shutdown_background();
    done
}

/// Serves until a signal asks to stop, or the disk fails.
pub(crate) async fn serve(config: &Config, what: Serve) -> Result<(), Fatal> {
    serve_from(&config.storage.data.value, config, what, None).await
}

/// The same on a directory that is thrown away at the end, while `show` is played.
pub(crate) async fn demo(config: &Config, show: Show) -> Result<(), Fatal> {
    let scratch = tempfile::Builder::new().prefix("banyan-demo-").tempdir();
    let scratch = scratch.map_err(Fatal::Runtime)?;
    let done = serve_from(scratch.path(), config, Serve::Everything, Some(show)).await;
    scratch.close().map_err(Fatal::Runtime)?;
    done
}

async fn serve_from(
    data: &Path,
    config: &Config,
    what: Serve,
    show: Option<Show>,
) -> Result<(), Fatal> {
    let server = &config.server;
    let signals = Signals::take()?;
    listen::loopback_only(&server.listen.value)?;
    listen::loopback_only(&server.otlp_listen.value)?;
    limits::raise_open_files();
    let log = open_log(data).await?;
    let mut listeners = match listen::listen(&server.listen.value).await {
        Ok(listeners) => listeners,
        Err(fatal) => {
            log.close().await;
            return Err(fatal);
        }
    };
    let addresses: Vec<SocketAddr> =
        listeners.iter().filter_map(|listener| listener.local_addr().ok()).collect();
    let origin = addresses.first().map(|first| format!("http://{first}")).unwrap_or_default();
    let what = (what, redaction(config.redact.value));
    let running = match Running::start((data, what), log.clone(), origin, Clock::System).await {
        Ok(running) => running,
        Err(fatal) => {
            log.close().await;
            return Err(fatal);
        }
    };
    listeners.extend(listen::listen_where_free(&server.otlp_listen.value).await);
    let names = &server.allow_host.value;
    let serving = Serving::start(listeners, &running.site, names).map_err(Fatal::Runtime)?;
    welcome::print(&addresses, data);
    if let (Some(show), Some(&first)) = (show, addresses.first()) {
        tokio::spawn(show.play(first, running.stopping.clone()));
    }

    let cause = signals.wait(&log.failed()).await;
    tracing::info!(?cause, "stopping");
    running.stopping.cancel();
    serving.stop(REQUESTS_PATIENCE).await;
    running.close(&log).await;
    match cause {
        Cause::Asked => Ok(()),
        Cause::StorageFailed => Err(Fatal::StorageFailed),
    }
}

/// The log; in another epoch when the view has seen more of it than there is, which happens when an
/// older copy was put in its place.
async fn open_log(data: &Path) -> Result<Log, Fatal> {
    let log = Log::open(data, Clock::System).await?;
    match projection::inspect(data, log.identity()).await {
        ViewSeen::Current(seen) if log.head() < seen => {
            let head = log.head();
            tracing::warn!(seen, head, "the log was restored: it begins another epoch");
            log.close().await;
            Ok(Log::open_restored(data, Clock::System).await?)
        }
        _ => Ok(log),
    }
}

const fn redaction(redact: Redact) -> Redaction {
    match redact {
        Redact::Tokens => Redaction::Tokens,
        Redact::Off => Redaction::Off,
    }
}

/// Everything behind the listeners.
struct Running {
    site: Site,
    follower: Follower,
    /// Cancelled when stopping begins: streams end themselves.
    stopping: CancellationToken,
}

impl Running {
    async fn start(
        (data, (what, redaction)): (&Path, (Serve, Redaction)),
        log: Log,
        origin: String,
        clock: Clock,
    ) -> Result<Self, Fatal> {
        let counted = telemetry::count();
        let stopping = CancellationToken::new();
        let follower = match what {
            Serve::Everything => Follower::follow(data, &log).await?,
            Serve::LogOnly => Follower::none().await?,
            #[cfg(feature = "bench-sink")]
            Serve::Sink => Follower::none().await?,
        };
        let identity = log.identity();
        let mark = LogMark { log: identity.mark(), epoch: identity.epoch };
        let log_id = LogId::new(&identity.id);
        let progress = follower.progress.clone();
        // Who asks a view that nobody writes is told that it is behind.
        let read = match what {
            Serve::LogOnly => Progress::new(log.changed(), 0),
            Serve::Everything => progress.clone(),
            #[cfg(feature = "bench-sink")]
            Serve::Sink => progress.clone(),
        };
        let query = Query::new(follower.view.clone(), read, clock.clone(), mark);
        let as_of = AsOf::new(follower.view.clone(), query.clone());
        let hub = Hub::new(query.clone(), progress.clone(), clock.clone(), stopping.clone());
        let live = LiveHub::new(query.clone(), progress.clone(), clock.clone(), stopping.clone());
        tokio::spawn(hub.clone().run());
        tokio::spawn(live.clone().run());
        if let Some(counted) = counted.clone() {
            tokio::spawn(telemetry::condense(counted, stopping.clone()));
        }
        let vitals = Vitals {
            progress,
            projector_failed: follower.failed.clone(),
            stopping: stopping.clone(),
        };
        let ingest = match what {
            Serve::Everything | Serve::LogOnly => Ingest::new(log, clock.clone()),
            #[cfg(feature = "bench-sink")]
            Serve::Sink => Ingest::sink(log, clock.clone()),
        };
        let ingest = ingest.redacting(redaction);
        let log = log_id;
        let rooms = Rooms { log, ingest, query, as_of, hub, live, vitals, clock, origin, counted };
        let site = Site::new(rooms);
        Ok(Self { site, follower, stopping })
    }

    /// After the last answer.
    async fn close(self, log: &Log) {
        let closing = async {
            self.follower.stop().await;
            log.close().await;
        };
        if tokio::time::timeout(CLOSE_PATIENCE, closing).await.is_err() {
            tracing::warn!("the stores did not close in time; they recover at the next start");
        }
    }
}

#[cfg(test)]
pub(crate) mod tests;
