//! How fast events are taken, next to what the machine would allow.

use std::time::Duration;

use crate::{
    Failure, Plan,
    client::Connection,
    collector::{Collector, metric},
    disk,
    drive::{self, Load, Outcome, Stop, to_f64},
    report::{Report, median},
    verify,
};

/// The three variants that are compared, interleaved.
const VARIANTS: [(&str, &[&str]); 3] = [
    ("ceiling", &["--sink", "drop"]),
    ("projection on", &[]),
    ("projection off", &["--no-projection"]),
];

/// Median figures of one variant.
#[derive(Debug, Default)]
struct Medians {
    rate: f64,
    p50: f64,
    p99: f64,
    cpu: f64,
    memory: f64,
}

/// Single posts at 1 and 64 connections, batches at 8, with and without projection, against a
/// collector that parses and drops, and the disk's own limit.
pub(crate) async fn against_ceilings(plan: &Plan, report: &mut Report) -> Result<(), Failure> {
    for bytes in [512, 32 * 1024] {
        let rate = disk::appends_per_second(plan, bytes)?;
        report.tell(
            format!("bare append of {bytes} bytes and fdatasync"),
            format!("{rate:.0}/s"),
            String::new(),
        );
    }
    let [ceiling, on, off] = compare(plan, 64, 1).await?;
    report.tell(
        "single posts, parse and drop, 64 connections",
        per_second(&ceiling),
        note(&ceiling),
    );
    let ratio = on.rate / ceiling.rate;
    report.add(
        "single posts acknowledged, 64 connections",
        format!("{ratio:.2} of the ceiling, p99 {:.1} ms", on.p99),
        ("≥ 0.30, p99 ≤ 6 ms", 0.30 <= ratio && on.p99 <= 6.0),
        format!("{}; {}", per_second(&on), note(&on)),
    );
    let ratio = off.rate / ceiling.rate;
    report.add(
        "the same, projection off",
        format!("{ratio:.2} of the ceiling"),
        ("≥ 0.50", 0.50 <= ratio),
        format!("{}; {}", per_second(&off), note(&off)),
    );
    let [ceiling, on, off] = compare(plan, 1, 1).await?;
    report.tell("single posts, parse and drop, 1 connection", per_second(&ceiling), note(&ceiling));
    report.tell("single posts acknowledged, 1 connection", per_second(&on), note(&on));
    report.tell("the same, projection off", per_second(&off), note(&off));
    let [ceiling, on, off] = compare(plan, 8, 100).await?;
    report.tell(
        "batches of 100, parse and drop, 8 connections",
        per_second(&ceiling),
        note(&ceiling),
    );
    let ratio = on.rate / ceiling.rate;
    report.add(
        "NDJSON batches of 100 acknowledged, 8 connections",
        format!("{ratio:.2} of their ceiling"),
        ("≥ 0.25", 0.25 <= ratio),
        format!("{}; {}", per_second(&on), note(&on)),
    );
    report.tell(
        "the same, projection off",
        format!("{:.2} of their ceiling", off.rate / ceiling.rate),
        format!("{}; {}", per_second(&off), note(&off)),
    );
    Ok(())
}

/// The variants' medians for one shape of load; the collector that records is verified.
async fn compare(plan: &Plan, connections: u64, batch: usize) -> Result<[Medians; 3], Failure> {
    let load = Load { connections, batch, stop: Stop::After(plan.length), first_worker: 0 };
    let mut samples: [Vec<(Outcome, f64, f64)>; 3] = Default::default();
    for round in 0..plan.rounds {
        for ((name, arguments), samples) in VARIANTS.iter().zip(samples.iter_mut()) {
            let collector = Collector::start(plan, arguments).await?;
            let before = collector.cpu_seconds();
            let outcome = drive::closed(collector.address(), &load).await?;
            let cpu = (collector.cpu_seconds() - before) / outcome.elapsed.as_secs_f64();
            if *name == "projection on" && round == 0 {
                verify::all_there(&collector, &outcome).await?;
            }
            let (_, most) = collector.memory_mib();
            samples.push((outcome, cpu, most));
        }
    }
    Ok(samples.map(|samples| {
        let of =
            |figure: fn(&(Outcome, f64, f64)) -> f64| median(samples.iter().map(figure).collect());
        Medians {
            rate: of(|sample| sample.0.rate()),
            p50: of(|sample| sample.0.ms(0.50)),
            p99: of(|sample| sample.0.ms(0.99)),
            cpu: of(|sample| sample.1),
            memory: of(|sample| sample.2),
        }
    }))
}

fn per_second(medians: &Medians) -> String {
    format!("{:.0} events/s", medians.rate)
}

fn note(medians: &Medians) -> String {
    format!(
        "p50 {:.2} ms, p99 {:.2} ms, {:.2} cores, {:.0} MiB at most",
        medians.p50, medians.p99, medians.cpu, medians.memory
    )
}

/// Single posts for `length` at the highest rate that the projection follows: closed loops, with
/// the lag watched each second, until everything is projected.
pub(crate) async fn sustained(
    plan: &Plan,
    length: Duration,
    report: &mut Report,
) -> Result<(), Failure> {
    let collector = Collector::start(plan, &[]).await?;
    let load = Load { connections: 64, batch: 1, stop: Stop::After(length), first_worker: 0 };
    let watching = tokio::task::spawn_local(largest_lag(collector.connect().await?, length));
    let begun = std::time::Instant::now();
    let outcome = drive::closed(collector.address(), &load).await?;
    verify::projected(&mut collector.connect().await?).await?;
    let until_projected = begun.elapsed();
    let (largest, last) = watching.await??;
    let rate = to_f64(outcome.acknowledged) / until_projected.as_secs_f64();
    let (_, most) = collector.memory_mib();
    report.add(
        format!("sustained for {} s until projected", length.as_secs()),
        format!("{rate:.0} events/s"),
        ("≥ 20,000 events/s", 20_000.0 <= rate),
        format!(
            "{:.0}/s acknowledged; lag at most {largest:.0} events, {last:.0} at the end, gone {:.1} s later; {most:.0} MiB at most",
            outcome.rate(),
            until_projected.saturating_sub(outcome.elapsed).as_secs_f64(),
        ),
    );
    Ok(())
}

/// The largest and the last lag seen within `length`, in events.
async fn largest_lag(mut connection: Connection, length: Duration) -> Result<(f64, f64), String> {
    let begun = std::time::Instant::now();
    let mut ticks = tokio::time::interval(Duration::from_millis(500));
    let (mut largest, mut last) = (0.0_f64, 0.0);
    while begun.elapsed() < length {
        ticks.tick().await;
        last = metric(&mut connection, "banyan_projection_lag_events")
            .await
            .map_err(|error| error.to_string())?;
        largest = largest.max(last);
    }
    Ok((largest, last))
}
