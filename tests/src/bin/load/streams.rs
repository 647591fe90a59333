//! What subscribers of `GET /stream` cost the agents that post.

use std::time::Duration;

use tokio::task::JoinSet;

use crate::{
    Failure, Plan,
    collector::Collector,
    drive::{self, Load, Stop, to_f64},
    report::{Report, median},
};

/// Ingest with 50 subscribers against ingest with none, interleaved; then how many are accepted.
pub(crate) async fn subscribers(plan: &Plan, report: &mut Report) -> Result<(), Failure> {
    let (mut alone, mut watched, mut received) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..plan.rounds {
        alone.push(run(plan, 0).await?.0);
        let (rate, bytes) = run(plan, 50).await?;
        watched.push(rate);
        received.push(bytes);
    }
    let (alone, watched) = (median(alone), median(watched));
    let ratio = watched / alone;
    report.add(
        "50 subscribers of the stream",
        format!("ingest keeps {ratio:.2} of its rate"),
        ("≥ 0.5", 0.5 <= ratio),
        format!(
            "{alone:.0} → {watched:.0} events/s; {:.0} MB/s delivered to them",
            median(received) / 1e6
        ),
    );
    let collector = Collector::start(plan, &[]).await?;
    let mut accepted = Vec::new();
    for _ in 0..1_000 {
        let mut connection = collector.connect().await?;
        if connection.subscribe("/stream").await? == 200 {
            accepted.push(connection);
        }
    }
    let (memory, _) = collector.memory_mib();
    report.add(
        "subscribers accepted",
        accepted.len().to_string(),
        ("1,000", 1_000 <= accepted.len()),
        format!("{memory:.0} MiB with all of them"),
    );
    Ok(())
}

/// Events acknowledged a second while `count` subscribers read all they can, and the bytes a
/// second that they got.
async fn run(plan: &Plan, count: usize) -> Result<(f64, f64), Failure> {
    let collector = Collector::start(plan, &[]).await?;
    let mut readers = JoinSet::new();
    for _ in 0..count {
        let mut connection = collector.connect().await?;
        if connection.subscribe("/stream").await? != 200 {
            return Err("a subscriber was refused".into());
        }
        let length = plan.length;
        readers.spawn_local(async move {
            let mut buffer = vec![0; 256 * 1024];
            let mut bytes: u64 = 0;
            let reading = async {
                while let Ok(count @ 1..) = connection.drain(&mut buffer).await {
                    bytes += u64::try_from(count).unwrap_or_default();
                }
            };
            let _time_is_up =
                tokio::time::timeout(length + Duration::from_millis(100), reading).await;
            bytes
        });
    }
    let load = Load { connections: 64, batch: 1, stop: Stop::After(plan.length), first_worker: 0 };
    let outcome = drive::closed(collector.address(), &load).await?;
    let bytes: u64 = readers.join_all().await.into_iter().sum();
    Ok((outcome.rate(), to_f64(bytes) / outcome.elapsed.as_secs_f64()))
}
