//! `banyan import`: its arguments, and what they leave to the configuration.

use std::path::PathBuf;

use banyan_protocol::hook::Harness;
use clap::{Args, ValueEnum};

use super::origin;
use crate::{
    app::{self, Fatal},
    clock::Clock,
    config::{self, Config, Flags},
    connect::ConnectError,
    import::{self, ImportError, Plan, Since, since},
};

#[derive(Args, Clone, Debug)]
pub(super) struct ImportArguments {
    /// Whose transcripts
    #[arg(value_enum)]
    agent: Agent,
    /// Where they are [default: the projects in Claude Code's own directory]
    #[arg(value_name = "DIR")]
    directory: Option<PathBuf>,
    /// Where the collector answers [default: the first address that is configured]
    #[arg(long, value_name = "URL", value_parser = origin)]
    endpoint: Option<String>,
    /// Leave out sessions that nothing was written of since: 2026-11-01, 24h, 7d
    #[arg(long, value_name = "DATE|DURATION", value_parser = since)]
    since: Option<Since>,
    /// Count what is there, and send nothing
    #[arg(long)]
    dry_run: bool,
    /// Say what was done as JSON
    #[arg(long)]
    json: bool,
    /// The configuration file [default: config.toml in the platform's configuration directory]
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Agent {
    ClaudeCode,
}

/// Imports, and says what came of it.
pub(super) async fn run(arguments: ImportArguments) -> Result<(), Fatal> {
    let ImportArguments { agent: Agent::ClaudeCode, directory, endpoint, .. } = arguments;
    let endpoint = match endpoint {
        Some(endpoint) => endpoint,
        None => listening(&Flags { config: arguments.config, ..Flags::default() })?,
    };
    let projects = || config::agent_home(Harness::ClaudeCode).map(|home| home.join("projects"));
    let plan = Plan {
        directory: directory.or_else(projects).ok_or(ImportError::NoHome)?,
        endpoint,
        since: arguments.since.map(|since| since.before(Clock::System.now())),
        dry_run: arguments.dry_run,
        json: arguments.json,
    };
    app::say(import::run(&plan).await?)
}

/// Where a collector with the settings in force answers on this machine.
pub(super) fn listening(flags: &Flags) -> Result<String, Fatal> {
    let config = Config::load(flags)?;
    let mut fixed = config.server.listen.value.iter().filter(|address| address.port() != 0);
    let address = fixed.next().ok_or(ConnectError::NoAddress)?;
    Ok(format!("http://{address}"))
}
