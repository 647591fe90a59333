//! `banyan demo`: plays a scenario to the collector that was just started.

use std::net::SocketAddr;

use tokio_util::sync::CancellationToken;

use crate::{
    clock::Clock,
    demo::{self, Speed},
};

/// A scenario to play.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Show {
    /// The same seed tells the same stories.
    pub seed: u64,
    /// How many times faster than written.
    pub speed: Speed,
}

impl Show {
    /// Plays to the collector at `to`, until the end of the scenario or until `stop`.
    pub(super) async fn play(self, to: SocketAddr, stop: CancellationToken) {
        let Self { seed, speed } = self;
        let scenario = demo::scenario(seed);
        match demo::play(to, &scenario, speed, &Clock::System, &stop).await {
            Ok(events) => tracing::info!(events, seed, "the demo has been played"),
            Err(error) => {
                let error: &dyn std::error::Error = &error;
                tracing::error!(error, "the demo cannot go on");
            }
        }
    }
}
