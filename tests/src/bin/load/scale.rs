//! Start-up, memory, disk and rebuild: what size costs.

use std::{path::Path, process::Command, time::Instant};

use crate::{
    Failure, Plan,
    collector::Collector,
    drive::{self, Load, Stop, to_f64},
    report::{Report, median},
    verify,
};

/// Start-up and memory of an empty collector, and its memory at 256 connections.
pub(crate) async fn idle(plan: &Plan, report: &mut Report) -> Result<(), Failure> {
    let mut ready = Vec::new();
    let mut memory = Vec::new();
    for _ in 0..plan.rounds.max(5) {
        let collector = Collector::start(plan, &[]).await?;
        ready.push(collector.ready_after.as_secs_f64() * 1_000.0);
        memory.push(collector.memory_mib().0);
    }
    let (ready, memory) = (median(ready), median(memory));
    report.add(
        "start to ready, empty",
        format!("{ready:.0} ms"),
        ("≤ 100 ms", ready <= 100.0),
        String::new(),
    );
    report.add(
        "memory idle",
        format!("{memory:.0} MiB"),
        ("≤ 40 MiB", memory <= 40.0),
        String::new(),
    );
    let collector = Collector::start(plan, &[]).await?;
    let load = Load { connections: 256, batch: 1, stop: Stop::After(plan.length), first_worker: 0 };
    let outcome = drive::closed(collector.address(), &load).await?;
    let (_, most) = collector.memory_mib();
    report.add(
        "memory at 256 connections, posting",
        format!("{most:.0} MiB at most"),
        ("≤ 150 MiB", most <= 150.0),
        format!("{:.0} events/s, p99 {:.1} ms", outcome.rate(), outcome.ms(0.99)),
    );
    let binary = std::fs::metadata(&plan.binary)?.len();
    report.tell("binary", format!("{:.1} MiB", to_f64(binary) / 1_048_576.0), String::new());
    Ok(())
}

/// Disk use an event, rebuild, and start-up on a log of `events` events.
pub(crate) async fn big_log(plan: &Plan, events: u64, report: &mut Report) -> Result<(), Failure> {
    let collector = Collector::start(plan, &[]).await?;
    let load = Load { connections: 64, batch: 10, stop: Stop::Events(events), first_worker: 0 };
    let outcome = drive::closed(collector.address(), &load).await?;
    verify::projected(&mut collector.connect().await?).await?;
    let data = collector.stop()?;
    let written = to_f64(outcome.acknowledged);
    let log = size_of(&data.path().join("log.db"))? / written;
    let view = size_of(&data.path().join("view.db"))? / written;
    report.add(
        format!("disk an event, at {events} events"),
        format!("log {log:.0} B, log and view {:.0} B", log + view),
        ("≤ 200 B, ≤ 1,200 B", log <= 200.0 && log + view <= 1_200.0),
        "posted by 64 connections, 10 events a request".to_owned(),
    );
    let started = Collector::start_in(plan, data, &[]).await?;
    let ready = started.ready_after.as_secs_f64() * 1_000.0;
    let (memory, _) = started.memory_mib();
    report.add(
        format!("start to ready, {events} events"),
        format!("{ready:.0} ms"),
        ("≤ 2 s", ready <= 2_000.0),
        format!("{memory:.0} MiB then"),
    );
    let data = started.stop()?;
    let begun = Instant::now();
    let status =
        Command::new(&plan.binary).arg("rebuild").arg("--data").arg(data.path()).status()?;
    let seconds = begun.elapsed().as_secs_f64();
    if !status.success() {
        return Err("the rebuild failed".into());
    }
    report.add(
        format!("rebuild of the view, {events} events"),
        format!("{:.0} events/s", written / seconds),
        ("≥ 50,000 events/s", 50_000.0 <= written / seconds),
        format!("{seconds:.1} s"),
    );
    Ok(())
}

/// Bytes of a database, its write-ahead log included.
fn size_of(database: &Path) -> Result<f64, Failure> {
    let wal = database.with_extension("db-wal");
    let wal = std::fs::metadata(wal).map_or(0, |wal| wal.len());
    Ok(to_f64(std::fs::metadata(database)?.len() + wal))
}
