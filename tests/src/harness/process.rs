//! The collector's process: killed when dropped.

use std::{net::SocketAddr, process::Stdio};

use tokio::{
    io::{AsyncBufReadExt as _, BufReader},
    process::{Child, Command},
    sync::watch,
};

use super::{Client, Setup, within};

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

    /// Starts `command` and waits until it listens.
    pub(super) async fn launch(setup: Setup, mut command: Command) -> Self {
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
        Self { setup, child, address, said }
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
