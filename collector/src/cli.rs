//! The command line: `serve`, `demo`, `config`, `rebuild`, `verify`.

use std::{net::SocketAddr, path::PathBuf, process::ExitCode};

use clap::{Args, Parser, Subcommand};

use crate::{
    app::{self, Fatal, Serve, Show},
    config::{Config, Flags},
    demo::Speed,
    telemetry,
};

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
    /// Build the view anew from the log
    Rebuild(Settings),
    /// Compare the view with a fresh one that is folded from the log
    Verify(Settings),
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
    /// A host name, besides localhost, by which clients may call; may be repeated
    #[arg(long, value_name = "NAME")]
    allow_host: Vec<String>,
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
        let Self { data, config, listen, allow_host } = self;
        Flags { config, listen, allow_host, data }
    }
}

/// Runs the command that the process was started with.
pub(crate) fn run() -> ExitCode {
    let cli = Cli::parse();
    match execute(cli.command.unwrap_or(Command::Serve(cli.serve))) {
        Ok(()) => ExitCode::SUCCESS,
        Err(fatal) => {
            app::complain(&fatal);
            ExitCode::from(fatal.exit_code())
        }
    }
}

fn execute(command: Command) -> Result<(), Fatal> {
    match command {
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
    }
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
