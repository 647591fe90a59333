//! Prints a fixture as NDJSON, or posts it to a collector and waits until it is visible.
//!
//! `gen --seed 7 --sessions 100` (S100), `--sessions 10000` (S10k), `--sessions 100000` (S100k).

mod post;

use std::{
    io::{self, BufWriter, Write as _},
    net::SocketAddr,
    process::ExitCode,
};

use banyan_tests::fixture::{Fixture, Moment};
use clap::Parser;

#[derive(Clone, Copy, Debug, Parser)]
#[command(about = "Deterministic forests of sessions, as NDJSON")]
struct Options {
    /// Equal seeds give equal bytes.
    #[arg(long, default_value_t = 7)]
    seed: u64,
    /// How many sessions.
    #[arg(long, default_value_t = 100)]
    sessions: usize,
    /// When the last of them is heard, like 2026-11-20T12:00:00Z [default: 2026-11-20T12:00:00Z]
    #[arg(long)]
    now: Option<Moment>,
    /// Posts to the collector at this address instead of printing
    #[arg(long, value_name = "ADDR:PORT")]
    post: Option<SocketAddr>,
}

fn main() -> ExitCode {
    let Options { seed, sessions, now, post } = Options::parse();
    let fixture = Fixture { seed, sessions, now: now.unwrap_or(Moment::DEFAULT) };
    let done = match post {
        Some(address) => post::post(fixture, address),
        None => print(fixture),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        // `gen | head`: whoever has read enough may go.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("gen: {error}");
            ExitCode::FAILURE
        }
    }
}

fn print(fixture: Fixture) -> io::Result<()> {
    let mut out = BufWriter::new(io::stdout().lock());
    for line in fixture.lines() {
        writeln!(out, "{line}")?;
    }
    out.flush()
}
