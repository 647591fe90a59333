//! The composition root of `banyan`: parse, open, start the tasks, stop gracefully.

mod app;
mod as_of;
mod cli;
mod clock;
mod config;
mod connect;
mod demo;
mod doctor;
mod http;
mod import;
mod ingest;
mod log;
mod neighbour;
mod peek;
mod progress;
mod projection;
mod query;
mod telemetry;
mod view;

/// Reading JSON and copying rows is a good part of the work, and both allocate much.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    cli::run()
}
