//! The collector's process: started on a directory of its own, killed when dropped.

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
    process::Stdio,
    sync::Arc,
};

use tempfile::TempDir;
use tokio::{
    io::{AsyncBufReadExt as _, BufReader},
    process::{Child, Command},
};

use super::{Client, within};

/// How a collector is started.
#[derive(Clone, Debug)]
pub struct Setup {
    home: Arc<TempDir>,
    listen: String,
    arguments: Vec<String>,
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
        Self { home: Arc::new(home), listen: "127.0.0.1:0".to_owned(), arguments: Vec::new() }
    }
}

impl Setup {
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
        let mut command = self.command("serve");
        command.args(["--listen", &self.listen]).args(&self.arguments);
        command.stdout(Stdio::piped()).stdin(Stdio::null());
        let mut child = command.spawn().expect("the banyan binary; ./tests/run build makes it");
        let mut output = BufReader::new(child.stdout.take().expect("it is piped")).lines();
        let address = within("the collector to listen", async {
            while let Some(line) = output.next_line().await.expect("its output is text") {
                if let Some((_, address)) = line.split_once("listening on http://") {
                    return address.trim_end_matches('/').parse().expect("an address");
                }
            }
            panic!("it ended before it listened: {:?}", child.wait().await)
        })
        .await;
        // Read on, so that it never blocks on a full pipe.
        tokio::spawn(async move { while let Ok(Some(_)) = output.next_line().await {} });
        Banyan { setup: self, child, address }
    }

    /// Starts a collector that is expected to refuse.
    pub async fn refused(&self) -> Ended {
        let mut command = self.command("serve");
        command.args(["--listen", &self.listen]).args(&self.arguments);
        ended(command).await
    }

    /// Runs another of the binary's commands on the data directory: `verify`, `rebuild` …
    pub async fn run(&self, subcommand: &str) -> Ended {
        ended(self.command(subcommand)).await
    }

    fn command(&self, subcommand: &str) -> Command {
        let mut command = Command::new(binary());
        command.arg(subcommand).arg("--data").arg(self.data());
        // Nothing of the machine's own settings reaches it.
        command.env_clear().env("HOME", self.home.path());
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
fn binary() -> PathBuf {
    if let Some(path) = std::env::var_os("BANYAN_BIN") {
        return path.into();
    }
    let test = std::env::current_exe().expect("a running test");
    let profile = test.ancestors().nth(2).expect("target/<profile>/deps/<test>");
    profile.join("banyan").with_extension(std::env::consts::EXE_EXTENSION)
}

/// A running collector.
#[derive(Debug)]
pub struct Banyan {
    setup: Setup,
    child: Child,
    address: SocketAddr,
}

impl Banyan {
    /// One with nothing in it.
    pub async fn start() -> Self {
        Setup::default().start().await
    }

    /// Where it listens.
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// How it was started, to start others on the same data.
    pub const fn setup(&self) -> &Setup {
        &self.setup
    }

    /// Asks it.
    pub const fn client(&self) -> Client {
        Client::new(self.address)
    }

    /// Its process.
    pub fn pid(&self) -> u32 {
        self.child.id().expect("it runs")
    }

    /// The most memory it has used so far, in bytes.
    pub fn memory_peak_bytes(&self) -> u64 {
        let status =
            std::fs::read_to_string(format!("/proc/{}/status", self.pid())).expect("Linux");
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("a peak");
        let kib: u64 = line.trim().trim_end_matches(" kB").parse().expect("a number");
        kib * 1024
    }

    /// Ends it as a power cut would.
    pub async fn kill_9(mut self) -> Setup {
        within("the killed process to end", self.child.kill()).await.expect("it ran");
        self.setup.clone()
    }

    /// Asks it to stop and waits until it has.
    pub async fn stop(mut self) -> (Setup, Option<i32>) {
        self.signal("TERM").await;
        let status = within("the collector to stop", self.child.wait()).await.expect("it ran");
        (self.setup.clone(), status.code())
    }

    /// Sends it a signal.
    pub async fn signal(&self, name: &str) {
        let pid = self.pid().to_string();
        let sent = Command::new("kill").args([&format!("-{name}"), &pid]).status().await;
        assert!(sent.expect("kill").success(), "the signal was not sent");
    }

    /// Waits until it has ended by itself.
    pub async fn ends(mut self) -> Option<i32> {
        within("the collector to end", self.child.wait()).await.expect("it ran").code()
    }

    /// Stops it and starts it again on the same data.
    pub async fn restart(self) -> Self {
        let (setup, code) = self.stop().await;
        assert_eq!(code, Some(0), "it did not stop in order");
        setup.start().await
    }

    /// Stops it, folds its log afresh and insists that the view it kept is the same.
    pub async fn verified(self) -> Setup {
        let (setup, code) = self.stop().await;
        assert_eq!(code, Some(0), "it did not stop in order");
        let verified = setup.run("verify").await;
        assert_eq!(verified.code, Some(0), "the view differs: {}", verified.output);
        setup
    }
}
