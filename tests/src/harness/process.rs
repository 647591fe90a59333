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
    sync::watch,
};

use super::{Client, within};

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
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).stdin(Stdio::null());
        let mut child = command.spawn().expect("the banyan binary; ./tests/run build makes it");
        let said = listen_to(&mut child);
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
        Banyan { setup: self, said, child, address }
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

/// Passes on what the process complains of, and keeps it.
fn listen_to(child: &mut Child) -> watch::Receiver<String> {
    let mut lines = BufReader::new(child.stderr.take().expect("it is piped")).lines();
    let (said, hears) = watch::channel(String::new());
    tokio::spawn(async move {
        while let Ok(Some(line)) = lines.next_line().await {
            eprintln!("{line}");
            said.send_modify(|text| text.extend([line.as_str(), "\n"]));
        }
    });
    hears
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
    said: watch::Receiver<String>,
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

    /// Waits until it has said `words` on its standard error.
    pub async fn says(&mut self, words: &str) {
        let heard = self.said.wait_for(|text| text.contains(words));
        drop(within(words, heard).await.expect("it still runs"));
    }

    /// What it has said on its standard error so far.
    pub fn said(&self) -> String {
        self.said.borrow().clone()
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
