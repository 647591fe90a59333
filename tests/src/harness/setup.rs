//! How a collector is started: on which directory, with which words, under which program.

use std::{
    path::{Path, PathBuf},
    process::Stdio,
    sync::Arc,
};

use tempfile::TempDir;
use tokio::process::Command;

use super::{Banyan, within};

/// How a collector is started.
#[derive(Clone, Debug)]
pub struct Setup {
    home: Arc<TempDir>,
    command: String,
    listen: String,
    arguments: Vec<String>,
    environment: Vec<(String, String)>,
    wrapper: Vec<String>,
}

/// How a process ended that was expected to end.
#[derive(Clone, Debug)]
pub struct Ended {
    /// Its exit code; `None` when a signal ended it.
    pub code: Option<i32>,
    /// What it printed, both streams.
    pub output: String,
}

impl Default for Setup {
    fn default() -> Self {
        let home = tempfile::Builder::new().prefix("banyan-test-").tempdir().expect("a directory");
        Self {
            home: Arc::new(home),
            command: "serve".to_owned(),
            listen: "127.0.0.1:0".to_owned(),
            arguments: Vec::new(),
            environment: Vec::new(),
            wrapper: Vec::new(),
        }
    }
}

impl Setup {
    /// Another command than `serve` that listens.
    #[must_use]
    pub fn command(mut self, command: &str) -> Self {
        command.clone_into(&mut self.command);
        self
    }

    /// With a variable in its otherwise empty environment.
    #[must_use]
    pub fn env(mut self, name: &str, value: impl Into<String>) -> Self {
        self.environment.push((name.to_owned(), value.into()));
        self
    }

    /// With a clock that a libfaketime's setting governs: `-1d`, or `2026-01-02 03:04:05`, at which
    /// it stands still. Timers go on.
    #[must_use]
    pub fn clock(self, setting: &str) -> Self {
        self.env("LD_PRELOAD", "/usr/$LIB/faketime/libfaketime.so.1")
            .env("FAKETIME", setting)
            .env("FAKETIME_DONT_FAKE_MONOTONIC", "1")
    }

    /// Run by another program, which becomes the collector's process: `["faketime", "-f", "-1d"]`.
    #[must_use]
    pub fn under<const N: usize>(mut self, wrapper: [&str; N]) -> Self {
        self.wrapper = wrapper.map(str::to_owned).to_vec();
        self
    }

    /// With one more argument for `serve`.
    #[must_use]
    pub fn arg(mut self, argument: impl Into<String>) -> Self {
        self.arguments.push(argument.into());
        self
    }

    /// Listening at `address` instead of at a free port.
    #[must_use]
    pub fn listen(mut self, address: impl Into<String>) -> Self {
        self.listen = address.into();
        self
    }

    /// The data directory; made by the first start.
    pub fn data(&self) -> PathBuf {
        self.home.path().join("data")
    }

    /// A directory beside the data, gone with it.
    pub fn home(&self) -> &Path {
        self.home.path()
    }

    /// Starts the collector and waits until it listens.
    pub async fn start(self) -> Banyan {
        let mut command = self.process(&self.command);
        command.args(["--listen", &self.listen]).args(&self.arguments);
        Banyan::launch(self, command).await
    }

    /// Starts a collector that is expected to refuse.
    pub async fn refused(&self) -> Ended {
        let mut command = self.process(&self.command);
        command.args(["--listen", &self.listen]).args(&self.arguments);
        ended(command).await
    }

    /// Runs another of the binary's commands on the data directory: `verify`, `rebuild` …
    pub async fn run(&self, subcommand: &str) -> Ended {
        let mut command = self.process(subcommand);
        if subcommand == "config" {
            command.args(&self.arguments);
        }
        ended(command).await
    }

    /// Runs a command of which nobody reads what it prints; returns its exit code.
    pub async fn run_unread(&self, subcommand: &str) -> Option<i32> {
        let mut command = self.process(subcommand);
        let [mut out, mut err] = [std::io::pipe(), std::io::pipe()].map(|ends| {
            let (reader, writer) = ends.expect("a pipe");
            drop(reader);
            Some(writer)
        });
        command
            .stdin(Stdio::null())
            .stdout(out.take().expect("it is new"))
            .stderr(err.take().expect("it is new"));
        within("the command to end", command.status()).await.expect("the banyan binary").code()
    }

    fn process(&self, subcommand: &str) -> Command {
        let mut command = match self.wrapper.split_first() {
            None => Command::new(binary()),
            Some((wrapper, arguments)) => {
                let mut command = Command::new(wrapper);
                command.args(arguments).arg(binary());
                command
            }
        };
        command.arg(subcommand);
        if subcommand != "demo" {
            command.arg("--data").arg(self.data());
        }
        // Nothing of the machine's own settings reaches it.
        command.env_clear().env("HOME", self.home.path());
        command.envs(self.environment.iter().map(|(name, value)| (name, value)));
        command.kill_on_drop(true);
        command
    }
}

async fn ended(mut command: Command) -> Ended {
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let output = within("the command to end", command.output()).await.expect("the banyan binary");
    let streams = [output.stdout, output.stderr].concat();
    Ended { code: output.status.code(), output: String::from_utf8_lossy(&streams).into_owned() }
}

/// The binary under test: built into the directory that this test was built into.
#[expect(clippy::disallowed_methods, reason = "lets a release build be tested as well")]
pub fn binary() -> PathBuf {
    if let Some(path) = std::env::var_os("BANYAN_BIN") {
        return path.into();
    }
    let test = std::env::current_exe().expect("a running test");
    let profile = test.ancestors().nth(2).expect("target/<profile>/deps/<test>");
    profile.join("banyan").with_extension(std::env::consts::EXE_EXTENSION)
}
