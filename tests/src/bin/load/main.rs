//! The load generator: drives a real collector and prints the table of `docs/benchmarks.md`.
//!
//! `load all` measures everything in one run; the other commands measure one figure each.
//! Generator and collector share the machine: what is compared (collector, parse-and-drop
//! ceiling, projection switched off) runs interleaved, and medians are quoted.

mod client;
mod collector;
mod disk;
mod drive;
mod hooks;
mod ingest;
mod reads;
mod report;
mod scale;
mod scenario;
mod start;
mod streams;
mod verify;
mod visible;

use std::{path::PathBuf, time::Duration};

use clap::{Parser, Subcommand};
use tokio::task::LocalSet;

use report::Report;

/// What `all` posts.
const HOOKS_RATE: hooks::Rate = hooks::Rate { connections: 16, per_second: 200 };

/// What the whole program can fail with: a sentence for the person who runs it.
pub(crate) type Failure = Box<dyn std::error::Error>;

#[derive(Debug, Parser)]
#[command(about = "Measures a real collector, from outside, over HTTP")]
struct Options {
    /// The collector to measure, built in release with `--features bench-sink`.
    #[arg(long, default_value = "target/release/banyan", global = true)]
    binary: PathBuf,
    /// Length of one timed run.
    #[arg(long, default_value_t = 5, global = true)]
    seconds: u64,
    /// Timed runs of each variant, interleaved; the median is quoted.
    #[arg(long, default_value_t = 3, global = true)]
    rounds: usize,
    #[command(subcommand)]
    what: What,
}

#[derive(Clone, Copy, Debug, Subcommand)]
enum What {
    /// Everything below, with the sizes of the published table.
    All,
    /// Single posts and batches, against their ceilings.
    Ingest,
    /// Sustained load until projected.
    Sustained {
        /// How long.
        #[arg(long, default_value_t = 60)]
        for_seconds: u64,
    },
    /// Posted until visible, at a fixed rate.
    Visible,
    /// What subscribers of the stream cost.
    Streams,
    /// How long agents wait for the answers to their hooks, alone and beside events.
    Hooks {
        /// Hooks a second.
        #[arg(long, default_value_t = HOOKS_RATE.per_second, value_parser = clap::value_parser!(u32).range(1..))]
        per_second: u32,
        /// Agents, each with a connection.
        #[arg(long, default_value_t = HOOKS_RATE.connections, value_parser = clap::value_parser!(u32).range(1..))]
        connections: u32,
    },
    /// Latency of the big reads.
    Reads {
        /// Sessions in the store.
        #[arg(long, default_value_t = 100_000)]
        sessions: usize,
    },
    /// Start-up, rebuild and disk use on a big log.
    Scale {
        /// Events in the log.
        #[arg(long, default_value_t = 1_000_000)]
        events: u64,
    },
    /// Start-up on a big log, after an orderly stop and after kill -9.
    Start {
        /// Events in the log.
        #[arg(long, default_value_t = 1_000_000)]
        events: u64,
    },
    /// Start-up time and memory of an empty collector.
    Idle,
}

/// What every measurement needs to know.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    /// The collector.
    pub binary: PathBuf,
    /// Length of one timed run.
    pub length: Duration,
    /// Runs of each variant.
    pub rounds: usize,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Failure> {
    LocalSet::new().run_until(measure(Options::parse())).await
}

async fn measure(options: Options) -> Result<(), Failure> {
    let plan = Plan {
        binary: options.binary,
        length: Duration::from_secs(options.seconds),
        rounds: options.rounds,
    };
    let mut report = Report::default();
    match options.what {
        What::All => {
            scale::idle(&plan, &mut report).await?;
            ingest::against_ceilings(&plan, &mut report).await?;
            ingest::sustained(&plan, Duration::from_mins(1), &mut report).await?;
            visible::at_fixed_rate(&plan, &mut report).await?;
            streams::subscribers(&plan, &mut report).await?;
            hooks::answered(&plan, HOOKS_RATE, &mut report).await?;
            reads::big(&plan, 100_000, &mut report).await?;
            scale::big_log(&plan, 1_000_000, &mut report).await?;
        }
        What::Ingest => ingest::against_ceilings(&plan, &mut report).await?,
        What::Sustained { for_seconds } => {
            ingest::sustained(&plan, Duration::from_secs(for_seconds), &mut report).await?;
        }
        What::Visible => visible::at_fixed_rate(&plan, &mut report).await?,
        What::Streams => streams::subscribers(&plan, &mut report).await?,
        What::Hooks { per_second, connections } => {
            let rate = hooks::Rate { connections, per_second };
            hooks::answered(&plan, rate, &mut report).await?;
        }
        What::Reads { sessions } => reads::big(&plan, sessions, &mut report).await?,
        What::Scale { events } => scale::big_log(&plan, events, &mut report).await?,
        What::Start { events } => start::on_big_log(&plan, events, &mut report).await?,
        What::Idle => scale::idle(&plan, &mut report).await?,
    }
    report.print();
    Ok(())
}
