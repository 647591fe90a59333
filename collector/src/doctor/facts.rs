//! What was gathered, before anybody judges it.

use std::{net::SocketAddr, path::PathBuf, time::Duration};

use banyan_protocol::{Timestamp, hook::Harness};

use crate::{
    config::Proxy,
    connect,
    log::{Contents, Holder, Room},
    neighbour::Neighbour,
    projection::ViewSeen,
};

/// Everything that is known.
#[derive(Clone, Debug)]
pub(crate) struct Facts {
    /// When it was looked at.
    pub now: Timestamp,
    /// What is in force.
    pub settings: Settings,
    /// Who has which port.
    pub ports: Vec<Port>,
    /// The collector that answers on an address to listen on.
    pub collector: Option<Collector>,
    /// Where the data directory is; `None` when nobody knows.
    pub path: Option<PathBuf>,
    /// What is there; `None` when it could not be looked at in time.
    pub data: Option<Data>,
    /// The settings of agents; `None` when they could not be looked at in time.
    pub agents: Option<Vec<connect::Seen>>,
}

/// What is in force.
#[derive(Clone, Debug, Default)]
pub(crate) struct Settings {
    /// Why a collector would not start with it.
    pub trouble: Option<String>,
    /// Variables that look like ours and that nobody reads.
    pub unread: Vec<String>,
    /// A filter for our own messages that cannot be read.
    pub odd_log_filter: Option<String>,
    /// Where to listen.
    pub listen: Vec<SocketAddr>,
    /// Where to listen for OpenTelemetry as well.
    pub otlp_listen: Vec<SocketAddr>,
    /// Further names by which clients may call.
    pub allow_host: Vec<String>,
    /// The file that was read.
    pub file: Option<PathBuf>,
    /// Whether `curl` is found by its name.
    pub has_curl: bool,
    /// What makes `curl` post through a proxy.
    pub proxy: Option<Proxy>,
}

/// Why a port matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Use {
    /// A collector listens there, or would.
    Ours,
    /// Others post there: clients that are told nothing else, or exporters of OpenTelemetry.
    Known,
}

/// Who has a port.
#[derive(Clone, Debug)]
pub(crate) struct Port {
    /// Which.
    pub address: SocketAddr,
    /// Why it matters.
    pub used: Use,
    /// Who answers.
    pub neighbour: Neighbour,
    /// Whose it is, where the system says so.
    pub process: Option<Process>,
}

/// A process of this machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Process {
    /// Its number.
    pub pid: u32,
    /// What it calls itself.
    pub name: String,
}

/// A socket that somebody listens on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Listener {
    /// Where.
    pub address: SocketAddr,
    /// Who; `None` for processes of other people.
    pub process: Option<Process>,
}

/// A collector that answers.
#[derive(Clone, Debug)]
pub(crate) struct Collector {
    /// Where.
    pub address: SocketAddr,
    /// Of the program.
    pub version: String,
    /// Whether it wants requests; `None` when it did not say in time.
    pub ready: Option<Ready>,
    /// How its hook routes answer.
    pub hooks: Vec<HookRoute>,
    /// Hooks lost since it started; `None` when it did not say in time.
    pub hooks_lost: Option<u64>,
}

/// What `/readyz` says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Ready {
    /// What speaks against it.
    pub reasons: Vec<String>,
    /// Events that the view does not cover yet.
    pub lag_events: i64,
}

/// How the route for an agent's hooks answers to a GET, which it refuses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct HookRoute {
    /// Whose hooks.
    pub harness: Harness,
    /// Status, and how long it took; `None` when it did not answer in time.
    pub answer: Option<(u16, Duration)>,
}

/// What there is of a data directory.
#[derive(Clone, Debug)]
pub(crate) struct Data {
    /// The directory itself.
    pub place: Place,
    /// Who holds it.
    pub holder: Holder,
    /// Where its holder listens, as far as the system says so.
    pub held_at: Vec<SocketAddr>,
    /// Room on its disk, or on that of the directory above it.
    pub room: Option<Room>,
    /// The kind of the network file system that it is on.
    pub network: Option<String>,
    /// The log; `None` when there is none.
    pub log: Option<Log>,
    /// When a file in it was changed last.
    pub changed_at: Option<Timestamp>,
}

/// The directory itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// Not there yet.
    Missing {
        /// The nearest directory that is there.
        above: PathBuf,
        /// Whether we may make directories in it.
        is_writable: bool,
    },
    /// Something else has its name, or is above it.
    NotADirectory(PathBuf),
    /// It cannot be looked at.
    Unreadable(String),
    /// There.
    Directory {
        /// Whether we may write into it, and to the log in it.
        is_writable: bool,
        /// Whether others may look into it.
        is_open: bool,
    },
}

/// A log that is there.
#[derive(Clone, Debug)]
pub(crate) enum Log {
    /// It can be read.
    Readable {
        /// What is in it.
        contents: Contents,
        /// Its view.
        view: ViewSeen,
    },
    /// By a newer program.
    Newer(String),
    /// It can be read, and what it says cannot be.
    Damaged(String),
    /// It cannot be read.
    Unreadable(String),
}
