//! The command line: `serve`, `demo`, `config`, `doctor`, `rebuild`, `verify`, `connect`,
//! `disconnect`, `import`.

mod import;

use std::{net::SocketAddr, path::PathBuf, process::ExitCode};

use banyan_protocol::hook::Harness;
use clap::{Args, Parser, Subcommand};

use crate::{
    app::{self, Fatal, Serve, Show},
    config::{self, Config, Flags, Redact},
    connect::{self, Plan, Scope, Wish},
    demo::Speed,
    telemetry,
};

const DOCTOR_EXIT_CODES: &str = "Exit codes:
  0  no errors, perhaps warnings
  1  at least one error
  2  the command line cannot be read";

/// Records what AI agents do and shows it as trees of sessions.
#[derive(Debug, Parser)]
#[command(name = "banyan", version, args_conflicts_with_subcommands = true)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    serve: ServeArguments,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Receive events, answer questions, serve the dashboard (the default)
    Serve(ServeArguments),
    /// Play a made-up scenario of several agent teams on a directory that is thrown away
    Demo(DemoArguments),
    /// Print every value in force and where it comes from, and every limit
    Config(Settings),
    /// Say what is wrong, and how to mend it; changes nothing
    #[command(after_help = DOCTOR_EXIT_CODES)]
    Doctor(DoctorArguments),
    /// Build the view anew from the log
    Rebuild(Settings),
    /// Compare the view with a fresh one that is folded from the log
    Verify(Settings),
    /// Let a coding agent post its hooks here: shows what changes in its settings
    Connect(ConnectArguments),
    /// Let a coding agent no longer post its hooks here
    Disconnect(DisconnectArguments),
    /// Take in what a coding agent wrote down of its sessions
    Import(import::ImportArguments),
}

/// What every command needs to know.
#[derive(Args, Clone, Debug, Default)]
struct Settings {
    /// Where the data is [default: the platform's data directory]
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// The configuration file [default: config.toml in the platform's configuration directory]
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Address to answer on; may be repeated [default: both loopback addresses, port 4317]
    #[arg(long, value_name = "ADDRESS:PORT")]
    listen: Vec<SocketAddr>,
    /// Address to listen on as well, for OpenTelemetry, if it is free; may be repeated
    #[arg(long, value_name = "ADDRESS:PORT")]
    otlp_listen: Vec<SocketAddr>,
    /// A host name, besides localhost, by which clients may call; may be repeated
    #[arg(long, value_name = "NAME")]
    allow_host: Vec<String>,
    /// What is taken out before it is recorded: tokens or off [default: tokens]
    #[arg(long, value_name = "WHAT")]
    redact: Option<Redact>,
}

#[derive(Args, Clone, Debug, Default)]
struct ServeArguments {
    #[command(flatten)]
    settings: Settings,
    /// Record without projecting: for measurements and diagnosis
    #[arg(long)]
    no_projection: bool,
    /// Read events and do nothing with them: the ceiling that measurements compare with
    #[cfg(feature = "bench-sink")]
    #[arg(long)]
    sink: Option<Sink>,
}

#[derive(Args, Clone, Debug)]
struct DemoArguments {
    #[command(flatten)]
    settings: Settings,
    /// The same seed tells the same stories
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// How many times faster than written, from 0.1 to 1000 [default: 1]
    #[arg(long)]
    speed: Option<Speed>,
}

#[derive(Args, Clone, Debug)]
struct DoctorArguments {
    #[command(flatten)]
    settings: Settings,
    /// Print the findings as JSON
    #[arg(long)]
    json: bool,
}

#[derive(Args, Clone, Debug)]
struct ConnectArguments {
    #[command(flatten)]
    agent: AgentArguments,
    /// Where the collector answers [default: where it listens by its settings]
    #[arg(long, value_name = "URL", value_parser = origin)]
    url: Option<String>,
}

#[derive(Args, Clone, Debug)]
struct DisconnectArguments {
    #[command(flatten)]
    agent: AgentArguments,
}

/// Whose settings to change.
#[derive(Args, Clone, Debug)]
struct AgentArguments {
    /// claude-code or codex
    #[arg(value_name = "AGENT", value_parser = harness)]
    agent: Harness,
    /// In your own settings, for every project (the default)
    #[arg(long)]
    user: bool,
    /// In the settings of the project in the current directory
    #[arg(long, conflicts_with = "user")]
    project: bool,
    /// Write the settings, and not only show what would change
    #[arg(long)]
    write: bool,
}

/// Where events go instead of into the log.
#[cfg(feature = "bench-sink")]
#[derive(clap::ValueEnum, Clone, Copy, Debug)]
enum Sink {
    /// Nowhere.
    Drop,
}

impl ServeArguments {
    #[cfg(feature = "bench-sink")]
    const fn serve(&self) -> Serve {
        match (self.sink, self.no_projection) {
            (Some(Sink::Drop), _) => Serve::Sink,
            (None, true) => Serve::LogOnly,
            (None, false) => Serve::Everything,
        }
    }

    #[cfg(not(feature = "bench-sink"))]
    const fn serve(&self) -> Serve {
        if self.no_projection { Serve::LogOnly } else { Serve::Everything }
    }
}

impl Settings {
    fn flags(self) -> Flags {
        let Self { data, config, listen, otlp_listen, allow_host, redact } = self;
        Flags { config, listen, otlp_listen, allow_host, data, redact }
    }
}

impl AgentArguments {
    fn plan(self, wish: Wish) -> Plan {
        let Self { agent: harness, user: _, project, write } = self;
        let scope = if project { Scope::Project } else { Scope::User };
        Plan { harness, scope, wish, write }
    }
}

fn harness(text: &str) -> Result<Harness, String> {
    let named = [Harness::ClaudeCode, Harness::Codex].into_iter().find(|it| it.name() == text);
    named.ok_or_else(|| "must be claude-code or codex".to_owned())
}

/// It becomes a part of a command: nothing but a scheme, a host and a port.
fn origin(text: &str) -> Result<String, String> {
    let rest = text.strip_prefix("http://").or_else(|| text.strip_prefix("https://"));
    let rest = rest.map(|rest| rest.strip_suffix('/').unwrap_or(rest)).unwrap_or_default();
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b".:-[]_".contains(&byte);
    if rest.is_empty() || !rest.bytes().all(is_plain) {
        return Err("must be like http://127.0.0.1:4317".to_owned());
    }
    Ok(text.strip_suffix('/').unwrap_or(text).to_owned())
}

/// Runs the command that the process was started with.
pub(crate) fn run() -> ExitCode {
    let cli = Cli::parse();
    match execute(cli.command.unwrap_or(Command::Serve(cli.serve))) {
        Ok(code) => code,
        Err(fatal) => {
            app::complain(&fatal);
            ExitCode::from(fatal.exit_code())
        }
    }
}

fn execute(command: Command) -> Result<ExitCode, Fatal> {
    let done = match command {
        Command::Serve(arguments) => {
            let serve = arguments.serve();
            app::block_on(app::serve(&load(arguments.settings)?, serve))
        }
        Command::Demo(DemoArguments { settings, seed, speed }) => {
            let speed = speed.unwrap_or(Speed::NORMAL);
            app::block_on(app::demo(&load(settings)?, Show { seed, speed }))
        }
        Command::Config(settings) => app::say(load(settings)?),
        Command::Rebuild(settings) => {
            app::block_on(app::rebuild(&load(settings)?.storage.data.value))
        }
        Command::Verify(settings) => {
            app::block_on(app::verify(&load(settings)?.storage.data.value))
        }
        Command::Connect(ConnectArguments { agent, url }) => {
            let origin = url.map_or_else(|| import::listening(&Flags::default()), Ok)?;
            reconnect(&agent.plan(Wish::Connected { origin }))
        }
        Command::Disconnect(DisconnectArguments { agent }) => {
            reconnect(&agent.plan(Wish::Disconnected))
        }
        Command::Import(arguments) => app::block_on(import::run(arguments)),
        Command::Doctor(DoctorArguments { settings, json }) => {
            return app::block_on(app::examine(&settings.flags(), json));
        }
    };
    done.map(|()| ExitCode::SUCCESS)
}

fn reconnect(plan: &Plan) -> Result<(), Fatal> {
    app::say(connect::run(plan, config::agent_home(plan.harness).as_deref())?)
}

fn load(settings: Settings) -> Result<Config, Fatal> {
    let config = Config::load(&settings.flags())?;
    telemetry::log_to_stderr(&config.logging.log.value);
    Ok(config)
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    fn parse(line: &str) -> Cli {
        Cli::try_parse_from(line.split(' ')).unwrap()
    }

    #[test]
    fn the_definition_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn what_is_connected_to_is_an_address_and_nothing_else() {
        for (url, expected) in [
            ("http://127.0.0.1:4317", Some("http://127.0.0.1:4317")),
            ("https://banyan.lan/", Some("https://banyan.lan")),
            ("http://[::1]:4317", Some("http://[::1]:4317")),
            ("127.0.0.1:4317", None),
            ("http://", None),
            ("http://x; rm y", None),
            ("http://x'$(y)", None),
        ] {
            assert_eq!(origin(url).ok().as_deref(), expected, "{url}");
        }
    }

    #[test]
    fn serve_is_what_happens_without_a_command() {
        let line = "--listen 127.0.0.1:0 --listen [::1]:0 --data /d --no-projection";
        let bare = parse(&format!("banyan {line}")).serve;
        let Some(Command::Serve(named)) = parse(&format!("banyan serve {line}")).command else {
            panic!("not serve")
        };
        for arguments in [bare, named] {
            assert!(arguments.no_projection);
            assert_eq!(arguments.settings.listen.len(), 2);
            assert_eq!(arguments.settings.data, Some("/d".into()));
        }
    }
}
