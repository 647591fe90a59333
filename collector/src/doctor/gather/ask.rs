//! Asks the collector that runs how it is. Only GETs: none of them is recorded.

use std::net::SocketAddr;

use banyan_protocol::hook::Harness;
use serde_json::Value;

use super::super::facts::{Collector, HookRoute, Port, Ready, Use};
use crate::neighbour::{self, Neighbour};

const READY_MAX_BYTES: usize = 64 * 1024;
const METRICS_MAX_BYTES: usize = 1024 * 1024;
const LOST: &str = "banyan_hooks_lost_total";

/// The collector that answers on an address that is ours, asked for everything.
pub(super) async fn collector(ports: &[Port]) -> Option<Collector> {
    let (address, version) = ports.iter().find_map(|port| match &port.neighbour {
        Neighbour::Banyan { version, .. } if port.used == Use::Ours => {
            Some((port.address, version.clone()))
        }
        _ => None,
    })?;
    let (claude_code, codex, readiness, metrics) = tokio::join!(
        hook_route(address, Harness::ClaudeCode),
        hook_route(address, Harness::Codex),
        neighbour::get(address, "/readyz", READY_MAX_BYTES),
        neighbour::get(address, "/metrics", METRICS_MAX_BYTES),
    );
    Some(Collector {
        address,
        version,
        ready: readiness.and_then(|answer| ready(&answer.body)),
        hooks: vec![claude_code, codex],
        hooks_lost: metrics.filter(|answer| answer.status == 200).map(|it| lost(&it.body)),
    })
}

async fn hook_route(address: SocketAddr, harness: Harness) -> HookRoute {
    let path = format!("/hooks/{}", harness.name());
    let answer = neighbour::get(address, &path, READY_MAX_BYTES).await;
    HookRoute { harness, answer: answer.map(|answer| (answer.status, answer.took)) }
}

fn ready(body: &str) -> Option<Ready> {
    let json: Value = serde_json::from_str(body).ok()?;
    let reasons = json.get("reasons")?.as_array()?;
    let reasons = reasons.iter().filter_map(Value::as_str).map(str::to_owned).collect();
    Some(Ready { reasons, lag_events: json.get("lag_events")?.as_i64()? })
}

/// The sum over both agents.
fn lost(metrics: &str) -> u64 {
    let lines = metrics.lines().filter(|line| line.starts_with(LOST));
    lines.filter_map(|line| line.rsplit_once(' ')?.1.parse::<u64>().ok()).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn readiness_and_losses_are_read() {
        let body = r#"{"ready":false,"reasons":["storage_low"],"lag_events":3}"#;
        let expected = Ready { reasons: vec!["storage_low".to_owned()], lag_events: 3 };
        assert_eq!(ready(body), Some(expected));
        assert_eq!(ready("<html>"), None);
        let metrics = "# TYPE banyan_hooks_lost_total counter\n\
                       banyan_hooks_lost_total{harness=\"codex\"} 2\n\
                       banyan_hooks_lost_total{harness=\"claude-code\"} 3\n\
                       banyan_hooks_received_total 9\n";
        assert_eq!((lost(metrics), lost("")), (5, 0));
    }
}
