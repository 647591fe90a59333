//! The rooms wired together, for the tests of the surface.

use super::*;

/// The surface of a collector on `directory`, without listeners, and what keeps it running.
pub(crate) async fn site(directory: &Path, clock: Clock) -> (Site, Box<dyn std::any::Any>) {
    let log = Log::open(directory, clock.clone()).await.unwrap();
    let origin = "http://127.0.0.1:4317".to_owned();
    let what = (directory, Serve::Everything);
    let running =
        Running::start((what.0, (what.1, Redaction::default())), log, origin, clock).await.unwrap();
    (running.site.clone(), Box::new(running))
}
