//! The accept loop: HTTP/1.1 on plain TCP, with a cap on connections and an orderly end.
//!
//! Not `axum::serve`, which arms no timers and has no cap.

use std::{io, net::SocketAddr, sync::Arc, time::Duration};

use banyan_protocol::limits::{CONNECTIONS_MAX_COUNT, HEAD_MAX_BYTES};
use hyper::server::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore},
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use super::{Site, answer::Desk, guard::Guard, socket::Socket};

/// How long to wait before accepting again when the process has run out of something.
const EXHAUSTED_PAUSE: Duration = Duration::from_millis(100);

/// The running accept loops.
#[derive(Debug)]
pub(crate) struct Serving {
    stop: CancellationToken,
    connections: TaskTracker,
}

impl Serving {
    /// Answers on every listener; `names` are the host names allowed besides the loopback ones.
    pub(crate) fn start(
        listeners: Vec<TcpListener>,
        site: &Site,
        names: &[String],
    ) -> io::Result<Self> {
        let serving = Self { stop: CancellationToken::new(), connections: TaskTracker::new() };
        let places = Arc::new(Semaphore::new(CONNECTIONS_MAX_COUNT));
        for listener in listeners {
            let accepting = Accepting {
                desk: Desk::new(site.clone(), Guard::new(listener.local_addr()?, names)),
                listener,
                places: Arc::clone(&places),
                stop: serving.stop.clone(),
                connections: serving.connections.clone(),
            };
            serving.connections.spawn(accepting.run());
        }
        Ok(serving)
    }

    /// Stops accepting and waits until every request that was begun is answered, but no longer
    /// than `patience`. Streams must be ended by whoever feeds them.
    pub(crate) async fn stop(self, patience: Duration) {
        self.stop.cancel();
        self.connections.close();
        if tokio::time::timeout(patience, self.connections.wait()).await.is_err() {
            tracing::warn!(open = self.connections.len(), "some requests did not end in time");
        }
    }
}

struct Accepting {
    listener: TcpListener,
    desk: Desk,
    places: Arc<Semaphore>,
    stop: CancellationToken,
    connections: TaskTracker,
}

impl Accepting {
    async fn run(self) {
        let stop = self.stop.clone();
        // Accepting ends between two connections, never in the middle of one.
        stop.run_until_cancelled(async {
            while let Ok(place) = Arc::clone(&self.places).acquire_owned().await {
                match self.listener.accept().await {
                    Ok((stream, from)) => self.take(stream, from, place),
                    Err(error) => pause(&error).await,
                }
            }
        })
        .await;
    }

    fn take(&self, stream: TcpStream, from: SocketAddr, place: OwnedSemaphorePermit) {
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%from, %error, "a connection was gone at once");
            return;
        }
        let stop = self.stop.child_token();
        let desk = self.desk.clone();
        self.connections.spawn(async move {
            if let Err(error) = converse(stream, desk, stop).await {
                tracing::debug!(%from, %error, "a connection ended early");
            }
            drop(place);
        });
    }
}

/// One connection, from its first request to its last.
async fn converse(stream: TcpStream, desk: Desk, stop: CancellationToken) -> hyper::Result<()> {
    let socket = Socket::new(stream);
    let service = desk.serve(socket.peer());
    // Half-closed is not gone: who sends an event and shuts down at once has still sent it.
    let mut connection = std::pin::pin!(
        http1::Builder::new()
            .half_close(true)
            .header_read_timeout(None)
            .max_buf_size(HEAD_MAX_BYTES)
            .serve_connection(TokioIo::new(socket), service)
    );
    tokio::select! {
        biased;
        ended = connection.as_mut() => return ended,
        () = stop.cancelled() => {}
    }
    connection.as_mut().graceful_shutdown();
    connection.await
}

/// Connections that failed while they waited are nothing; running out of file descriptors is
/// waited out, since nothing tells when one is free again.
async fn pause(error: &io::Error) {
    use io::ErrorKind as K;
    if matches!(error.kind(), K::ConnectionAborted | K::ConnectionReset | K::ConnectionRefused) {
        return;
    }
    tracing::error!(%error, "no connection can be accepted");
    tokio::time::interval_at(tokio::time::Instant::now() + EXHAUSTED_PAUSE, EXHAUSTED_PAUSE)
        .tick()
        .await;
}
