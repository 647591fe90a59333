//! Hooks of coding agents: recorded as received, or counted and quarantined, never answered for.
//!
//! The agent waits for the answer and can do nothing with it, so nothing here can fail.

use std::time::Duration;

use banyan_protocol::{
    Violation,
    hook::{Harness, Hook},
};
use bytes::Bytes;
use tokio::time::timeout;

use super::Ingest;
use crate::log::Source;

/// How long the agent waits for the disk: most hooks are on it by then, and readers see them.
const DISK_WAIT: Duration = Duration::from_millis(5);

impl Ingest {
    /// Records one hook. When this returns it is on its way to the disk, and nearly always on it.
    pub(crate) async fn record_hook(&self, harness: Harness, body: Bytes) {
        count("received", harness);
        let text = std::str::from_utf8(&body).map_err(|error| {
            let message = format!("not UTF-8 from byte {} on", error.valid_up_to());
            vec![Violation::new("", "utf8", message)]
        });
        if let Err(violations) = text.and_then(Hook::read) {
            count("refused", harness);
            self.quarantine([(violations, body)]);
            return;
        }
        let append = self.log.append(vec![self.entry(Source::Hook(harness), body)]);
        let recorded = tokio::spawn(async move {
            if append.await.is_err() {
                count("lost", harness);
            }
        });
        // Whether it is on the disk by now changes nothing for the agent.
        drop(timeout(DISK_WAIT, recorded).await);
    }

    /// A hook came that could not even be read from the network.
    pub(crate) fn lose_hook(harness: Harness) {
        count("received", harness);
        count("lost", harness);
    }
}

fn count(what: &'static str, harness: Harness) {
    metrics::counter!(format!("banyan_hooks_{what}_total"), "harness" => harness.name())
        .increment(1);
}
