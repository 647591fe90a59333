//! The rooms wired together, for the tests of the surface.

use super::*;

/// The surface of a collector on `directory`, without listeners, and what keeps it running.
pub(crate) async fn site(directory: &Path) -> (Site, Box<dyn std::any::Any>) {
    let log = Log::open(directory, Clock::System).await.unwrap();
    let origin = "http://127.0.0.1:4317".to_owned();
    let running = Running::start(directory, Serve::Everything, log, origin).await.unwrap();
    (running.site.clone(), Box::new(running))
}
