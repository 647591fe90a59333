//! What is in force and from where: flags, then environment, then file, then defaults.
//!
//! Every setting has one name in all three places: `--allow-host`, `BANYAN_ALLOW_HOST`,
//! `allow_host = […]`. This is the only reader of the environment, and it knows no other room.

mod examine;
mod file;
mod places;
mod redact;
mod report;

use std::{
    ffi::OsString,
    fmt, io,
    net::{Ipv4Addr, Ipv6Addr, SocketAddr},
    path::PathBuf,
};

use banyan_protocol::hook::Harness;
use thiserror::Error;

pub(crate) use examine::{Examined, Proxy};
pub(crate) use redact::Redact;

use file::File;

/// The port of the reference collector, which agents post to unless told otherwise.
pub(crate) const DEFAULT_PORT: u16 = 4317;

/// The port that exporters of OpenTelemetry post to over HTTP unless told otherwise.
pub(crate) const OTLP_PORT: u16 = 4318;

/// Everything that can be set.
#[derive(Clone, Debug)]
pub(crate) struct Config {
    /// Where and for whom to answer.
    pub server: Server,
    /// Where the data is.
    pub storage: Storage,
    /// What is taken out of what is recorded.
    pub redact: Sourced<Redact>,
    /// What to say about ourselves.
    pub logging: Logging,
    /// The file that was read, if there was one.
    pub file: Option<PathBuf>,
}

/// Where and for whom to answer.
#[derive(Clone, Debug)]
pub(crate) struct Server {
    /// Addresses to listen on; port 0 takes a free one.
    pub listen: Sourced<Vec<SocketAddr>>,
    /// Addresses to listen on, too, where they are free: by default the usual ones of OTLP, and
    /// none when `listen` was set.
    pub otlp_listen: Sourced<Vec<SocketAddr>>,
    /// Host names, besides the loopback ones, by which clients may call us.
    pub allow_host: Sourced<Vec<String>>,
}

/// Where the data is.
#[derive(Clone, Debug)]
pub(crate) struct Storage {
    /// The directory of both stores.
    pub data: Sourced<PathBuf>,
}

/// What to say about ourselves.
#[derive(Clone, Debug)]
pub(crate) struct Logging {
    /// A filter of `tracing`: `info`, `banyan=debug` …
    pub log: Sourced<String>,
}

/// A value and where it came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Sourced<T> {
    /// What is in force.
    pub value: T,
    /// Who said so.
    pub origin: Origin,
}

/// Who said so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    /// The command line.
    Flag,
    /// The environment variable of this name.
    Environment(&'static str),
    /// The configuration file.
    File,
    /// Nobody: what the program comes with.
    Default,
}

/// What the command line says; absent where it is silent.
#[derive(Clone, Debug, Default)]
pub(crate) struct Flags {
    /// `--config`
    pub config: Option<PathBuf>,
    /// `--listen`, as often as given.
    pub listen: Vec<SocketAddr>,
    /// `--otlp-listen`, as often as given.
    pub otlp_listen: Vec<SocketAddr>,
    /// `--allow-host`, as often as given.
    pub allow_host: Vec<String>,
    /// `--data`
    pub data: Option<PathBuf>,
    /// `--redact`
    pub redact: Option<Redact>,
}

/// Why there is no usable configuration.
#[derive(Debug, Error)]
pub(crate) enum ConfigError {
    /// The named file cannot be read.
    #[error("the configuration file {path} cannot be read")]
    Unreadable {
        /// Which.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// It is not TOML.
    #[error("the configuration file {path} is not TOML")]
    Syntax {
        /// Which.
        path: PathBuf,
        /// Where and why.
        #[source]
        source: Box<toml::de::Error>,
    },
    /// It says things that nobody reads.
    #[error("the configuration file {path} has unknown keys: {}; known are: {}", keys.join(", "), file::KEYS.join(", "))]
    UnknownKeys {
        /// Which.
        path: PathBuf,
        /// All of them, sorted.
        keys: Vec<String>,
    },
    /// A value has the wrong form.
    #[error("{place} must be {expected}")]
    Value {
        /// Where it is: `BANYAN_LISTEN`, `listen in /etc/banyan.toml`.
        place: String,
        /// What it must be.
        expected: &'static str,
    },
    /// There is no home directory to put the data into.
    #[error("no home directory is known; say where the data shall be with --data or BANYAN_DATA")]
    NoHome,
}

/// Reads an environment variable.
type Environment<'a> = &'a dyn Fn(&str) -> Option<OsString>;

impl Config {
    /// What is in force for this process.
    #[expect(clippy::disallowed_methods, reason = "this is the one reader of the environment")]
    pub(crate) fn load(flags: &Flags) -> Result<Self, ConfigError> {
        Self::resolve(flags, &|name| std::env::var_os(name))
    }

    fn resolve(flags: &Flags, environment: Environment<'_>) -> Result<Self, ConfigError> {
        let file = File::find(flags.config.as_deref(), environment)?;
        Self::layered(flags, environment, file)
    }

    fn layered(
        flags: &Flags,
        environment: Environment<'_>,
        file: File,
    ) -> Result<Self, ConfigError> {
        let listen =
            places::list(flags.listen.clone(), environment, "BANYAN_LISTEN", "ADDRESS:PORT, …")?;
        let listen = listen.or_file(file.listen()?).or_default(|| loopback(DEFAULT_PORT));
        let otlp = flags.otlp_listen.clone();
        let otlp_listen = places::list(otlp, environment, "BANYAN_OTLP_LISTEN", "ADDRESS:PORT, …")?
            .or_file(file.otlp_listen()?)
            .or_default(|| match listen.origin {
                Origin::Default => loopback(OTLP_PORT),
                Origin::Flag | Origin::Environment(_) | Origin::File => Vec::new(),
            });
        let allow_host =
            places::list(flags.allow_host.clone(), environment, "BANYAN_ALLOW_HOST", "NAME, …")?;
        let data =
            flags.data.clone().map(|value| Sourced { value, origin: Origin::Flag }).or_else(|| {
                let value = environment("BANYAN_DATA").filter(|value| !value.is_empty())?;
                Some(Sourced {
                    value: PathBuf::from(value),
                    origin: Origin::Environment("BANYAN_DATA"),
                })
            });
        let log = places::text(environment, "BANYAN_LOG")?;
        Ok(Self {
            server: Server {
                listen,
                otlp_listen,
                allow_host: allow_host.or_file(file.allow_host()?).or_default(Vec::new),
            },
            storage: Storage {
                data: match data.or_file(file.data()?) {
                    Some(data) => data,
                    None => Sourced {
                        value: places::default_data(environment)?,
                        origin: Origin::Default,
                    },
                },
            },
            redact: Redact::resolve(flags, environment, &file)?,
            logging: Logging { log: log.or_file(file.log()?).or_default(|| "info".to_owned()) },
            file: file.path,
        })
    }
}

/// Where a coding agent of the person's keeps its settings and its sessions: where its own variable
/// says, else in the home directory, when there is one.
#[expect(clippy::disallowed_methods, reason = "this is the one reader of the environment")]
pub(crate) fn agent_home(harness: Harness) -> Option<PathBuf> {
    places::agent_home(&|name| std::env::var_os(name), harness)
}

/// Whether the person wants no colours (<https://no-color.org>).
#[expect(clippy::disallowed_methods, reason = "this is the one reader of the environment")]
pub(crate) fn wants_no_colour() -> bool {
    std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty())
}

fn loopback(port: u16) -> Vec<SocketAddr> {
    vec![
        SocketAddr::from((Ipv4Addr::LOCALHOST, port)),
        SocketAddr::from((Ipv6Addr::LOCALHOST, port)),
    ]
}

/// The order of the places: what is said first wins.
trait Layers<T> {
    fn or_file(self, value: Option<T>) -> Self;
    fn or_default(self, value: impl FnOnce() -> T) -> Sourced<T>;
}

impl<T> Layers<T> for Option<Sourced<T>> {
    fn or_file(self, value: Option<T>) -> Self {
        self.or_else(|| value.map(|value| Sourced { value, origin: Origin::File }))
    }

    fn or_default(self, value: impl FnOnce() -> T) -> Sourced<T> {
        self.unwrap_or_else(|| Sourced { value: value(), origin: Origin::Default })
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flag => f.write_str("flag"),
            Self::Environment(name) => write!(f, "environment {name}"),
            Self::File => f.write_str("file"),
            Self::Default => f.write_str("default"),
        }
    }
}

#[cfg(test)]
mod tests;
