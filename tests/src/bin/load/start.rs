//! How long a start takes when the log is big.

use crate::{
    Failure, Plan,
    collector::Collector,
    drive::{self, Load, Stop},
    report::{Report, median},
    verify,
};

/// Starts of each kind.
const STARTS_COUNT: usize = 7;
/// How the log is filled: as fast as it goes.
const CONNECTIONS: u64 = 8;
/// Events in one request.
const BATCH_EVENTS: usize = 500;

/// Fills a log with `events` events, waits until they are projected, and measures start to ready,
/// after an orderly stop and after a kill in turn.
pub(crate) async fn on_big_log(
    plan: &Plan,
    events: u64,
    report: &mut Report,
) -> Result<(), Failure> {
    let mut collector = Collector::start(plan, &[]).await?;
    let stop = Stop::Events(events);
    let load = Load { connections: CONNECTIONS, batch: BATCH_EVENTS, stop, first_worker: 0 };
    drive::closed(collector.address(), &load).await?;
    verify::projected(&mut collector.connect().await?).await?;
    let (mut stopped, mut killed, mut memory) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..STARTS_COUNT {
        collector = Collector::start_in(plan, collector.stop()?, &[]).await?;
        stopped.push(collector.ready_after.as_secs_f64() * 1_000.0);
        memory.push(collector.memory_mib().0);
        collector = Collector::start_in(plan, collector.crash()?, &[]).await?;
        killed.push(collector.ready_after.as_secs_f64() * 1_000.0);
    }
    let kinds = [("an orderly stop", stopped), ("kill -9", killed)];
    for (after, times) in kinds {
        let most = times.iter().copied().fold(0.0_f64, f64::max);
        let ready = median(times);
        report.add(
            format!("start to ready after {after}, {events} events"),
            format!("{ready:.0} ms"),
            ("≤ 2 s", ready <= 2_000.0),
            format!("at most {most:.0} ms of {STARTS_COUNT}"),
        );
    }
    let memory = format!("{:.0} MiB", median(memory));
    report.tell(format!("memory then, {events} events"), memory, String::new());
    Ok(())
}
