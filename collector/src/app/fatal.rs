//! Why the collector cannot start or go on, and the exit code that says so.

use std::{io, net::SocketAddr};

use thiserror::Error;

use crate::{
    config::ConfigError,
    connect::ConnectError,
    import::ImportError,
    log::{DirectoryError, LogError},
    projection::ProjectorError,
    view::ViewError,
};

/// The end of the process.
#[derive(Debug, Error)]
pub(crate) enum Fatal {
    /// See the source.
    #[error("the configuration cannot be used")]
    Config(#[from] ConfigError),
    /// See the source.
    #[error("the transcripts cannot be imported")]
    Import(#[from] ImportError),
    /// No runtime.
    #[error("the runtime cannot be started")]
    Runtime(#[source] io::Error),
    /// What was asked for cannot be printed.
    #[error("cannot write to standard output")]
    Output(#[source] io::Error),
    /// Reachable from other machines, where anybody could read and write.
    #[error(
        "non_loopback_needs_token: {0} can be reached from other machines, and there are no tokens yet to keep them out; listen on 127.0.0.1 or [::1]"
    )]
    NonLoopbackNeedsToken(SocketAddr),
    /// Somebody else has the port.
    #[error(
        "{address} is taken: {answers}; choose another port with --listen, or stop that program yourself"
    )]
    PortTaken {
        /// Which.
        address: SocketAddr,
        /// Who answers there.
        answers: String,
    },
    /// The address cannot be listened on.
    #[error("cannot listen on {address}")]
    Listen {
        /// Which.
        address: SocketAddr,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The log cannot be opened or read.
    #[error("the log cannot be used")]
    Log(#[from] LogError),
    /// The view cannot be opened.
    #[error("the view cannot be used")]
    View(#[from] ViewError),
    /// The view cannot be brought up to date.
    #[error("the view cannot be followed")]
    Projector(#[from] ProjectorError),
    /// The view is not what the log says.
    #[error(
        "the view differs from a fresh one in {table}: found {found}, expected {expected}; `banyan rebuild` makes it right"
    )]
    Different {
        /// Where.
        table: String,
        /// What is there.
        found: String,
        /// What should be.
        expected: String,
    },
    /// An agent's settings cannot be changed.
    #[error("the agent's settings are left as they are")]
    Connect(#[from] ConnectError),
    /// The disk failed while we ran.
    #[error("storage_error: the log can no longer be written; see the messages above")]
    StorageFailed,
}

impl Fatal {
    /// What a supervisor sees: 3 another collector has the data, 5 the disk failed, 6 the data
    /// is newer than the binary, 1 anything else.
    pub(crate) fn exit_code(&self) -> u8 {
        match self {
            Self::Log(LogError::Directory(DirectoryError::InUse { .. })) => 3,
            Self::StorageFailed => 5,
            Self::Log(LogError::Newer { .. }) => 6,
            Self::Log(
                LogError::Directory(
                    DirectoryError::Unusable { .. }
                    | DirectoryError::Open { .. }
                    | DirectoryError::Network { .. },
                )
                | LogError::Database(_)
                | LogError::Damaged { .. },
            )
            | Self::Config(_)
            | Self::Connect(_)
            | Self::Import(_)
            | Self::Runtime(_)
            | Self::Output(_)
            | Self::NonLoopbackNeedsToken(_)
            | Self::PortTaken { .. }
            | Self::Listen { .. }
            | Self::View(_)
            | Self::Projector(_)
            | Self::Different { .. } => 1,
        }
    }
}
