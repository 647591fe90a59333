//! The disk's own limit: append to a file and `fdatasync`, nothing else.

use std::{fs::File, io::Write as _, time::Instant};

use crate::{Failure, Plan, drive::to_f64, report::median};

/// Appends of `bytes` bytes, each made durable before the next: how many a second.
pub(crate) fn appends_per_second(plan: &Plan, bytes: usize) -> Result<f64, Failure> {
    let directory = tempfile::Builder::new().prefix("banyan-load-").tempdir()?;
    let mut rates = Vec::new();
    for round in 0..plan.rounds {
        let mut file = File::create(directory.path().join(format!("append-{round}")))?;
        let block = vec![b'x'; bytes];
        let begun = Instant::now();
        let mut count: u64 = 0;
        while begun.elapsed() < plan.length / 5 {
            file.write_all(&block)?;
            file.sync_data()?;
            count += 1;
        }
        rates.push(to_f64(count) / begun.elapsed().as_secs_f64());
    }
    Ok(median(rates))
}
