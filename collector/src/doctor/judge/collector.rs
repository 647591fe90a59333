//! The collector that runs, and how it is.

use super::super::{
    facts::{Collector, Facts, HookRoute, Ready},
    finding::{Check, Finding},
    words,
};
use crate::log::Holder;

/// What a hook may take; it blocks the agent.
const HOOK_SLOW_MS: u128 = 100;

pub(super) fn judge(facts: &Facts) -> Vec<Finding> {
    let Some(collector) = &facts.collector else { return vec![nobody(facts)] };
    let mut findings = vec![readiness(collector.ready.as_ref())];
    findings.extend(collector.hooks.iter().map(|route| hook(route, collector)));
    if let Some(lost) = collector.hooks_lost.filter(|lost| *lost != 0) {
        let what = format!("{lost} hooks were lost since the collector started");
        let mend = "see the findings on space and log, and what it says on its standard error";
        findings.push(Check::HookEndpoint.warning(what, mend));
    }
    findings
}

fn nobody(facts: &Facts) -> Finding {
    let data = facts.data.as_ref();
    match data.map(|data| data.holder) {
        Some(Holder::Collector { pid }) => {
            let pid = pid.map(|pid| format!(", pid {pid},")).unwrap_or_default();
            let held_at = data.map(|data| data.held_at.as_slice()).unwrap_or_default();
            let at: Vec<String> = held_at.iter().map(ToString::to_string).collect();
            let what = if at.is_empty() {
                format!("a collector{pid} has the data and answers on none of these addresses")
            } else {
                format!("a collector{pid} has the data and listens on {}", at.join(" and "))
            };
            let mend = "name where it listens with --listen, as it was started, or restart it";
            Check::Collector.warning(what, mend)
        }
        Some(Holder::Nobody | Holder::Unknown) | None => Check::Collector
            .warning("none runs: what agents send now is not recorded", "start one with `banyan`"),
    }
}

fn readiness(ready: Option<&Ready>) -> Finding {
    let Some(Ready { reasons, lag_events }) = ready else {
        let mend = "look at its load; if it stays so, restart it";
        return Check::Collector.error("does not answer /readyz in time", mend);
    };
    if reasons.is_empty() {
        let what = match lag_events {
            0 => "ready, its view is up to date".to_owned(),
            lag => format!("ready, its view is {lag} events behind"),
        };
        return Check::Collector.ok(what);
    }
    let mend = match reasons.first().map(String::as_str) {
        Some("storage_low") => "make room on the disk of the data directory; it heals by itself",
        Some("storage_failed") => "look at its standard error and at the disk, then restart it",
        Some("projection_lag") => "wait until its view has caught up",
        Some("projection_failed") => "stop it, then `banyan rebuild`",
        Some("stopping") => "it is stopping: wait, then start one",
        Some(_) | None => "look at its standard error",
    };
    Check::Collector.error(format!("not ready: {}", reasons.join(", ")), mend)
}

fn hook(route: &HookRoute, collector: &Collector) -> Finding {
    let HookRoute { harness, answer } = route;
    let restart = "restart the collector, with this program";
    let finding = match answer {
        // A GET is refused by whoever takes a POST.
        Some((405, took)) if HOOK_SLOW_MS < took.as_millis() => Check::HookEndpoint.warning(
            format!("answers after {} ms: agents wait for it", took.as_millis()),
            "look at the load of this machine",
        ),
        Some((405, took)) => {
            Check::HookEndpoint.ok(format!("answers after {} ms", took.as_millis()))
        }
        Some((404, _)) => Check::HookEndpoint
            .error(format!("Banyan {} takes no hooks", words::plain(&collector.version)), restart),
        Some((status, _)) => {
            Check::HookEndpoint.error(format!("answers with status {status}"), restart)
        }
        None => Check::HookEndpoint.error("does not answer in time: agents wait for it", restart),
    };
    finding.about(format!("{}/hooks/{}", collector.address, harness.name()))
}
