//! The composition root of `banyan`: parse, open, start the tasks, stop gracefully.

mod cli;
mod config;
mod clock;
mod telemetry;
mod app;
mod http;
mod ingest;
mod log;
mod progress;
mod projection;
mod query;
mod view;

fn main() -> std::process::ExitCode {
    cli::run()
}
