//! A collector under measurement: its process, its data, its use of the machine.

use std::{
    io::{BufRead as _, BufReader},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use tempfile::TempDir;

use crate::{Failure, Plan, client::Connection};

/// Clock ticks a second in `/proc/*/stat`; 100 on every Linux that we run on.
const TICKS_PER_SECOND: f64 = 100.0;

/// A running collector; killed when dropped.
#[derive(Debug)]
pub(crate) struct Collector {
    child: Child,
    address: String,
    data: TempDir,
    /// From the start of the process to the first answer of `/readyz`.
    pub ready_after: Duration,
}

impl Collector {
    /// Starts one on an empty directory and waits until it is ready.
    pub(crate) async fn start(plan: &Plan, arguments: &[&str]) -> Result<Self, Failure> {
        Self::start_in(plan, tempfile::Builder::new().prefix("banyan-load-").tempdir()?, arguments)
            .await
    }

    /// Starts one on `data`.
    pub(crate) async fn start_in(
        plan: &Plan,
        data: TempDir,
        arguments: &[&str],
    ) -> Result<Self, Failure> {
        let begun = Instant::now();
        let mut child = Command::new(&plan.binary)
            .args(["serve", "--listen", "127.0.0.1:0", "--data"])
            .arg(data.path())
            .args(arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|error| format!("cannot start {}: {error}", plan.binary.display()))?;
        let mut lines = BufReader::new(child.stdout.take().ok_or("no standard output")?).lines();
        let address = lines
            .find_map(|line| Some(line.ok()?.strip_prefix("listening on http://")?.to_owned()))
            .ok_or("the collector ended before it listened")?;
        std::thread::spawn(move || lines.for_each(drop));
        let mut collector = Self { child, address, data, ready_after: Duration::ZERO };
        let mut connection = collector.connect().await?;
        while connection.get("/readyz").await?.status != 200 {
            tokio::task::yield_now().await;
        }
        collector.ready_after = begun.elapsed();
        Ok(collector)
    }

    /// Where it listens: `127.0.0.1:PORT`.
    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    /// A new connection to it.
    pub(crate) async fn connect(&self) -> Result<Connection, Failure> {
        Ok(Connection::open(&self.address).await?)
    }

    /// Seconds of processor time used so far.
    pub(crate) fn cpu_seconds(&self) -> f64 {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.child.id()));
        let ticks = stat.unwrap_or_default().rsplit(')').next().map_or(0, |fields| {
            let fields = fields.split_whitespace().skip(11).take(2);
            fields.filter_map(|ticks| ticks.parse::<u32>().ok()).sum()
        });
        f64::from(ticks) / TICKS_PER_SECOND
    }

    /// MiB of memory: (now, most so far).
    pub(crate) fn memory_mib(&self) -> (f64, f64) {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()));
        let status = status.unwrap_or_default();
        let field = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name));
            let kib = line.and_then(|line| line.split_whitespace().next()?.parse::<u32>().ok());
            f64::from(kib.unwrap_or_default()) / 1024.0
        };
        (field("VmRSS:"), field("VmHWM:"))
    }

    /// Asks it to stop, waits for it, and gives its data directory back.
    pub(crate) fn stop(self) -> Result<TempDir, Failure> {
        let pid = self.child.id().to_string();
        Command::new("kill").args(["-TERM", &pid]).status()?;
        self.leave()
    }

    /// Kills it, as `kill -9` does, and gives its data directory back.
    pub(crate) fn crash(mut self) -> Result<TempDir, Failure> {
        self.child.kill()?;
        self.leave()
    }

    fn leave(mut self) -> Result<TempDir, Failure> {
        self.child.wait()?;
        let empty = tempfile::Builder::new().prefix("banyan-load-").tempdir()?;
        Ok(std::mem::replace(&mut self.data, empty))
    }
}

impl Drop for Collector {
    fn drop(&mut self) {
        // Already gone after `stop`; then both calls fail, and that is all right.
        let _already_gone = self.child.kill();
        let _already_reaped = self.child.wait();
    }
}

/// The value of a metric without labels, or the sum over its labels.
pub(crate) async fn metric(connection: &mut Connection, name: &str) -> Result<f64, Failure> {
    let answer = connection.get("/metrics").await?;
    let text = String::from_utf8_lossy(&answer.body).into_owned();
    let values = text.lines().filter_map(|line| {
        let rest = line.strip_prefix(name)?;
        (rest.starts_with(' ') || rest.starts_with('{')).then(|| rest.rsplit(' ').next())?
    });
    // A sum of nothing is -0.
    Ok(values.filter_map(|value| value.parse::<f64>().ok()).sum::<f64>() + 0.0)
}
