//! From post to sight: how long until an event is in `GET /sessions/{id}`.

use std::time::{Duration, Instant};

use crate::{
    Failure, Plan,
    client::Connection,
    collector::Collector,
    drive::{self, histogram, micros, to_f64},
    report::Report,
    scenario::Scenario,
};

/// The rate of the background load, in events a second.
const BACKGROUND_PER_SECOND: u32 = 2_000;
/// Between two probes.
const PROBE_EVERY: Duration = Duration::from_millis(25);
/// Far away from the background's workers.
const PROBE_WORKER: u64 = 1_000_000;

/// Posts at a fixed rate and, beside it, probes: one event, then reads its session until it shows.
pub(crate) async fn at_fixed_rate(plan: &Plan, report: &mut Report) -> Result<(), Failure> {
    let collector = Collector::start(plan, &[]).await?;
    let length = plan.length * 3;
    let address = collector.address().to_owned();
    let probing = tokio::task::spawn_local(async move {
        probe(&address, length).await.map_err(|error| error.to_string())
    });
    let outcome = drive::open(collector.address(), 16, BACKGROUND_PER_SECOND, length).await?;
    let (visible, most_reads) = probing.await??;
    let ms = |quantile| to_f64(visible.value_at_quantile(quantile)) / 1_000.0;
    report.add(
        format!("posted until visible at {BACKGROUND_PER_SECOND} events/s"),
        format!("p50 {:.1} ms, p99 {:.1} ms", ms(0.50), ms(0.99)),
        ("p99 ≤ 100 ms", ms(0.99) <= 100.0),
        format!("{} probes, at most {most_reads} reads each", visible.len()),
    );
    report.add(
        format!("acknowledged at {:.0} events/s single posts", outcome.rate()),
        format!("p50 {:.2} ms, p99 {:.2} ms", outcome.ms(0.50), outcome.ms(0.99)),
        ("p50 ≤ 3 ms, p99 ≤ 20 ms", outcome.ms(0.50) <= 3.0 && outcome.ms(0.99) <= 20.0),
        format!("open loop, 16 connections, {} refused", outcome.refused),
    );
    Ok(())
}

async fn probe(
    address: &str,
    length: Duration,
) -> Result<(hdrhistogram::Histogram<u64>, u32), Failure> {
    let mut connection = Connection::open(address).await?;
    let mut scenario = Scenario::new(PROBE_WORKER);
    let mut visible = histogram()?;
    let mut ticks = tokio::time::interval(PROBE_EVERY);
    let mut most_reads = 0;
    let begun = Instant::now();
    let mut body = String::new();
    while begun.elapsed() < length {
        ticks.tick().await;
        body.clear();
        let key = scenario.next(&mut body);
        let path = format!("/sessions/{}", key.session_id());
        let posted = Instant::now();
        connection.post_events(body.as_bytes(), "application/json").await?;
        let mut reads = 0;
        loop {
            reads += 1;
            let answer = connection.get(&path).await?;
            let shown = answer.status == 200 && {
                let session = answer.json()?;
                let events =
                    session.get("events").and_then(serde_json::Value::as_array).map_or(0, Vec::len);
                key.sequence <= u64::try_from(events)?
            };
            if shown {
                break;
            }
        }
        most_reads = most_reads.max(reads);
        visible.saturating_record(micros(posted.elapsed()));
    }
    Ok((visible, most_reads))
}
