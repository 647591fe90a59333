//! Hooks block the agents that post them: how long, alone and beside events that are recorded.
//!
//! What is posted are captured runs of Claude Code and Codex, each time as sessions of their own.

use std::{collections::BTreeMap, time::Duration};

use hdrhistogram::Histogram;
use tokio::{
    task::JoinSet,
    time::{Instant, Interval, MissedTickBehavior},
};

use crate::{
    Failure, Plan,
    client::Connection,
    collector::{Collector, metric},
    drive::{histogram, micros, to_f64},
    report::Report,
    scenario::Scenario,
};

const RUNS: [(&str, &str); 2] = [
    ("/hooks/claude-code", include_str!("../../../fixtures/claude-code-2.1.329-hooks.jsonl")),
    ("/hooks/codex", include_str!("../../../fixtures/codex-0.169.0-hooks.jsonl")),
];
/// What is recorded beside the hooks.
const BESIDE_EVENTS_PER_SECOND: u32 = 2_000;
const BESIDE_BATCH_EVENTS: u32 = 100;
const BESIDE_CONNECTIONS: u32 = 4;
const TARGET_P99_MS: f64 = 10.0;

/// How hooks are posted.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rate {
    /// Agents, each with a connection that it keeps.
    pub connections: u32,
    /// Hooks a second, of all agents together.
    pub per_second: u32,
}

/// What came of it.
#[derive(Debug)]
struct Outcome {
    /// Microseconds from the moment at which a hook was due to its answer.
    latency: Histogram<u64>,
    statuses: BTreeMap<u16, u64>,
    /// Answers with any other body than `{}`.
    odd: u64,
}

/// Posts hooks at a fixed rate, first alone, then beside batches of events.
pub(crate) async fn answered(plan: &Plan, rate: Rate, report: &mut Report) -> Result<(), Failure> {
    for is_beside in [false, true] {
        let collector = Collector::start(plan, &[]).await?;
        let length = plan.length * 3;
        let begun = Instant::now();
        let mut beside = JoinSet::new();
        for worker in 0..if is_beside { BESIDE_CONNECTIONS } else { 0 } {
            let connection = collector.connect().await?;
            beside.spawn_local(batches(connection, worker, begun, length));
        }
        let outcome = post(&collector, rate, begun, length).await?;
        let mut acknowledged = 0;
        while let Some(done) = beside.join_next().await {
            acknowledged += done??;
        }
        let mut connection = collector.connect().await?;
        let received = metric(&mut connection, "banyan_hooks_received_total").await?;
        let lost = metric(&mut connection, "banyan_hooks_lost_total").await?;
        let ms = |micros: u64| to_f64(micros) / 1_000.0;
        let at = |quantile| ms(outcome.latency.value_at_quantile(quantile));
        let measured = format!(
            "p50 {:.2} ms, p99 {:.2} ms, max {:.2} ms",
            at(0.50),
            at(0.99),
            ms(outcome.latency.max())
        );
        let figure = if is_beside {
            let events = to_f64(acknowledged) / begun.elapsed().as_secs_f64();
            format!("the same beside {events:.0} events/s in batches of {BESIDE_BATCH_EVENTS}")
        } else {
            format!("hooks answered at {}/s, {} connections", rate.per_second, rate.connections)
        };
        let is_met = at(0.99) <= TARGET_P99_MS && outcome.odd == 0;
        let statuses: Vec<String> =
            outcome.statuses.iter().map(|(status, count)| format!("{count} × {status}")).collect();
        let note = format!(
            "open loop; {}; {} other than {{}}; {received:.0} received, {lost:.0} lost",
            statuses.join(", "),
            outcome.odd
        );
        report.add(figure, measured, ("p99 ≤ 10 ms, always {}", is_met), note);
    }
    Ok(())
}

async fn post(
    collector: &Collector,
    rate: Rate,
    begun: Instant,
    length: Duration,
) -> Result<Outcome, Failure> {
    let runs = runs()?;
    let mut agents = JoinSet::new();
    for worker in 0..rate.connections {
        let connection = collector.connect().await?;
        let ticks = ticks(begun, worker, rate.connections, rate.per_second);
        agents.spawn_local(agent(connection, runs.clone(), worker, (ticks, begun + length)));
    }
    let mut all = Outcome { latency: histogram()?, statuses: BTreeMap::new(), odd: 0 };
    while let Some(done) = agents.join_next().await {
        let one = done??;
        all.latency.add(one.latency)?;
        all.odd += one.odd;
        for (status, count) in one.statuses {
            *all.statuses.entry(status).or_default() += count;
        }
    }
    Ok(all)
}

/// Its share of `per_second`, so that the workers take turns; what was missed is made up for.
fn ticks(begun: Instant, worker: u32, workers: u32, per_second: u32) -> Interval {
    let pause = Duration::from_secs(1) * workers / per_second;
    let mut ticks = tokio::time::interval_at(begun + pause * worker / workers, pause);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Burst);
    ticks
}

/// A captured run: its route, its hooks, and the ids in them.
#[derive(Clone, Debug)]
struct Run {
    path: &'static str,
    hooks: Vec<&'static str>,
    ids: Vec<String>,
}

fn runs() -> Result<Vec<Run>, Failure> {
    let mut runs = Vec::new();
    for (path, text) in RUNS {
        let (hooks, mut ids): (Vec<&str>, Vec<String>) = (text.lines().collect(), Vec::new());
        for hook in &hooks {
            let hook: serde_json::Value = serde_json::from_str(hook)?;
            let named = ["session_id", "agent_id"].map(|key| hook.get(key)?.as_str());
            ids.extend(named.into_iter().flatten().map(str::to_owned));
        }
        ids.sort();
        ids.dedup();
        runs.push(Run { path, hooks, ids });
    }
    Ok(runs)
}

impl Run {
    /// The hooks of the same run by another agent.
    fn again(&self, worker: u32, time: u32) -> Vec<String> {
        let renamed = |hook: &&str| {
            let mut hook = (*hook).to_owned();
            for id in &self.ids {
                hook = hook.replace(id, &format!("{id}-{worker}-{time}"));
            }
            hook
        };
        self.hooks.iter().map(renamed).collect()
    }
}

async fn agent(
    mut connection: Connection,
    runs: Vec<Run>,
    worker: u32,
    (mut ticks, end): (Interval, Instant),
) -> Result<Outcome, String> {
    let latency = histogram().map_err(|error| error.to_string())?;
    let mut outcome = Outcome { latency, statuses: BTreeMap::new(), odd: 0 };
    for (run, time) in runs.iter().cycle().zip(0..) {
        for hook in run.again(worker, time) {
            let due = ticks.tick().await;
            if end < due {
                return Ok(outcome);
            }
            let answer = connection.post(run.path, hook.as_bytes(), "application/json").await;
            let answer = answer.map_err(|error| error.to_string())?;
            outcome.latency.saturating_record(micros(due.elapsed()));
            *outcome.statuses.entry(answer.status).or_default() += 1;
            outcome.odd += u64::from(answer.body != b"{}");
        }
    }
    Ok(outcome)
}

/// Posts batches of events at their rate; returns how many events were acknowledged.
async fn batches(
    mut connection: Connection,
    worker: u32,
    begun: Instant,
    length: Duration,
) -> std::io::Result<u64> {
    let per_second = BESIDE_EVENTS_PER_SECOND / BESIDE_BATCH_EVENTS;
    let mut ticks = ticks(begun, worker, BESIDE_CONNECTIONS, per_second);
    let (mut scenario, mut acknowledged) = (Scenario::new(u64::from(worker)), 0);
    while ticks.tick().await < begun + length {
        let mut body = String::new();
        for _ in 0..BESIDE_BATCH_EVENTS {
            scenario.next(&mut body);
            body.push('\n');
        }
        if connection.post_events(body.as_bytes(), "application/x-ndjson").await? == 200 {
            acknowledged += u64::from(BESIDE_BATCH_EVENTS);
        }
    }
    Ok(acknowledged)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_run_is_of_sessions_of_its_own() {
        for run in runs().unwrap() {
            assert!(1 < run.ids.len(), "an agent and a sub-agent: {:?}", run.ids);
            let (one, other) = (run.again(3, 1), run.again(3, 2));
            assert_eq!(one.len(), run.hooks.len());
            for (one, other) in one.iter().zip(other) {
                let hook: serde_json::Value = serde_json::from_str(one).unwrap();
                assert!(hook["session_id"].as_str().unwrap().ends_with("-3-1"), "{one}");
                assert_ne!(*one, other);
            }
        }
    }
}
