//! Load: closed loops (every connection posts as soon as it has its answer) and open loops (at a
//! fixed rate, latency counted from the time at which the post was due).

use std::time::{Duration, Instant};

use hdrhistogram::Histogram;
use tokio::{task::JoinSet, time::MissedTickBehavior};

use crate::{
    Failure,
    client::Connection,
    scenario::{EventKey, Scenario},
};

/// What is posted, by how many, for how long.
#[derive(Clone, Debug)]
pub(crate) struct Load {
    /// Connections.
    pub connections: u64,
    /// Events in one request; 1 is a single post.
    pub batch: usize,
    /// When to stop.
    pub stop: Stop,
    /// Added to the connections' numbers, so that two loads make different sessions.
    pub first_worker: u64,
}

/// When a load stops.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Stop {
    /// After a time.
    After(Duration),
    /// When this many events are acknowledged (by each connection its share).
    Events(u64),
}

/// What came of a load.
#[derive(Debug)]
pub(crate) struct Outcome {
    /// Events acknowledged.
    pub acknowledged: u64,
    /// Requests answered with anything but 200.
    pub refused: u64,
    /// Microseconds from request to answer.
    pub latency: Histogram<u64>,
    /// How long it really ran.
    pub elapsed: Duration,
    /// The last event acknowledged of each connection.
    pub last: Vec<EventKey>,
}

impl Outcome {
    /// Acknowledged events a second.
    pub(crate) fn rate(&self) -> f64 {
        to_f64(self.acknowledged) / self.elapsed.as_secs_f64()
    }

    /// Milliseconds at a quantile between 0 and 1.
    pub(crate) fn ms(&self, quantile: f64) -> f64 {
        to_f64(self.latency.value_at_quantile(quantile)) / 1_000.0
    }
}

/// Counts stay far below 2^52, where every integer is exact.
pub(crate) fn to_f64(count: u64) -> f64 {
    f64::from(u32::try_from(count >> 20).unwrap_or(u32::MAX)) * 1_048_576.0
        + f64::from(u32::try_from(count & 0xf_ffff).unwrap_or_default())
}

/// A histogram from 1 µs to 60 s with three digits.
pub(crate) fn histogram() -> Result<Histogram<u64>, Failure> {
    Ok(Histogram::new_with_bounds(1, 60_000_000, 3)?)
}

/// Runs `load` against `address` in closed loops.
pub(crate) async fn closed(address: &str, load: &Load) -> Result<Outcome, Failure> {
    let mut tasks = JoinSet::new();
    let begun = Instant::now();
    for worker in load.first_worker..load.first_worker + load.connections {
        let connection = Connection::open(address).await?;
        let load = load.clone();
        tasks.spawn_local(async move { loop_of(connection, worker, &load, begun).await });
    }
    let mut outcome = Outcome {
        acknowledged: 0,
        refused: 0,
        latency: histogram()?,
        elapsed: Duration::ZERO,
        last: Vec::new(),
    };
    while let Some(done) = tasks.join_next().await {
        let one = done??;
        outcome.acknowledged += one.acknowledged;
        outcome.refused += one.refused;
        outcome.latency.add(one.latency)?;
        outcome.last.extend(one.last);
    }
    outcome.elapsed = begun.elapsed();
    Ok(outcome)
}

async fn loop_of(
    mut connection: Connection,
    worker: u64,
    load: &Load,
    begun: Instant,
) -> std::io::Result<Outcome> {
    let mut scenario = Scenario::new(worker);
    let mut body = String::with_capacity(1_024 * load.batch);
    let mut outcome = Outcome {
        acknowledged: 0,
        refused: 0,
        latency: Histogram::new_with_bounds(1, 60_000_000, 3).map_err(std::io::Error::other)?,
        elapsed: Duration::ZERO,
        last: Vec::new(),
    };
    let content_type = if load.batch == 1 { "application/json" } else { "application/x-ndjson" };
    let batch = u64::try_from(load.batch).unwrap_or(u64::MAX);
    while match load.stop {
        Stop::After(length) => begun.elapsed() < length,
        Stop::Events(events) => outcome.acknowledged < events / load.connections,
    } {
        body.clear();
        let mut last = scenario.next(&mut body);
        for _ in 1..load.batch {
            body.push('\n');
            last = scenario.next(&mut body);
        }
        let sent = Instant::now();
        let status = connection.post_events(body.as_bytes(), content_type).await?;
        outcome.latency.saturating_record(micros(sent.elapsed()));
        if status == 200 {
            outcome.acknowledged += batch;
            outcome.last = vec![last];
        } else {
            outcome.refused += 1;
        }
    }
    Ok(outcome)
}

/// A duration in whole microseconds.
pub(crate) fn micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}

/// Posts single events at `per_second` over `connections` for `length`; latency counts from the
/// moment at which a post was due, so that a stall is not hidden by posting less.
pub(crate) async fn open(
    address: &str,
    connections: u64,
    per_second: u32,
    length: Duration,
) -> Result<Outcome, Failure> {
    let mut tasks = JoinSet::new();
    let begun = Instant::now();
    let pause = Duration::from_secs(1) * u32::try_from(connections)? / per_second;
    for worker in 0..connections {
        let mut connection = Connection::open(address).await?;
        tasks.spawn_local(async move {
            let mut scenario = Scenario::new(worker);
            let mut latency = Histogram::<u64>::new_with_bounds(1, 60_000_000, 3)
                .map_err(std::io::Error::other)?;
            let (mut acknowledged, mut refused) = (0, 0);
            let mut ticks = tokio::time::interval(pause);
            ticks.set_missed_tick_behavior(MissedTickBehavior::Burst);
            let mut body = String::new();
            while begun.elapsed() < length {
                let due = ticks.tick().await;
                body.clear();
                scenario.next(&mut body);
                match connection.post_events(body.as_bytes(), "application/json").await? {
                    200 => acknowledged += 1,
                    _ => refused += 1,
                }
                latency.saturating_record(micros(due.elapsed()));
            }
            std::io::Result::Ok((acknowledged, refused, latency))
        });
    }
    let mut outcome = Outcome {
        acknowledged: 0,
        refused: 0,
        latency: histogram()?,
        elapsed: Duration::ZERO,
        last: Vec::new(),
    };
    while let Some(done) = tasks.join_next().await {
        let (acknowledged, refused, latency) = done??;
        outcome.acknowledged += acknowledged;
        outcome.refused += refused;
        outcome.latency.add(latency)?;
    }
    outcome.elapsed = begun.elapsed();
    Ok(outcome)
}
