//! No room on the disk: refused in time or on the spot, nothing acknowledged is lost, readers go
//! on, and it heals by itself.

use std::{
    fs::{self, File},
    io::Write as _,
    os::fd::AsRawFd as _,
    path::PathBuf,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use banyan_tests::harness::{Answer, Banyan, Client, Setup, Sse, events::thought, within};
use hyper::Method;
use serde_json::json;

/// From "there is room again" to "accepting".
const HEAL_MAX: Duration = Duration::from_secs(5);

/// What was acknowledged and what was refused, by sequence number.
#[derive(Debug, Default)]
struct Told {
    acknowledged: Vec<i64>,
    refused: Vec<i64>,
}

impl Told {
    /// Posts one event, the next in its session, with a text that does not compress.
    async fn post(&mut self, client: &Client) -> Answer {
        let sequence = i64::try_from(self.acknowledged.len() + self.refused.len()).unwrap() + 1;
        let event = thought("s", sequence, &noise(sequence));
        let answer = client.connect().await.post(&event).await.unwrap();
        match answer.status {
            200 => self.acknowledged.push(sequence),
            503 => self.refused.push(sequence),
            status => panic!("{status}: {}", answer.text()),
        }
        answer
    }

    /// Posts until the answer is `status`.
    async fn post_until(&mut self, client: &Client, status: u16) -> Answer {
        within(&format!("a {status}"), async {
            loop {
                let answer = self.post(client).await;
                if answer.status == status {
                    return answer;
                }
            }
        })
        .await
    }

    /// Exactly what was acknowledged is there, each once, at dense positions.
    async fn is_what_is_stored(&self, client: &Client) {
        let session = client.session("s").await;
        let stored: Vec<_> =
            session["events"].as_array().unwrap().iter().map(|e| e["sequence"].clone()).collect();
        assert_eq!(json!(stored), json!(self.acknowledged));
        let log = client.json("/events?limit=1000").await["events"].clone();
        let positions: Vec<_> =
            log.as_array().unwrap().iter().map(|event| event["position"].clone()).collect();
        assert_eq!(json!(positions), json!((1..=stored.len()).collect::<Vec<_>>()));
    }
}

/// 16 kB that no compression makes small: a linear congruential generator's hexadecimal digits.
fn noise(seed: i64) -> String {
    let mut state = seed.unsigned_abs();
    let mut word = || {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        format!("{state:016x}")
    };
    (0..1_000).map(|_| word()).collect()
}

fn is_refused_as(answer: &Answer, error: &str) {
    let said = answer.json();
    assert_eq!((answer.status, &said["error"]), (503, &json!(error)), "{said}");
    assert_eq!((&said["retryable"], &said["stored"]), (&json!(true), &json!("no")), "{said}");
    assert!(said["retry_after_ms"].is_u64() && !answer.header("retry-after").is_empty(), "{said}");
}

/// A collector of which some writes to the log's write-ahead log fail as on a full disk; `when` is
/// strace's range of calls.
async fn failing_writes(error: &str, when: &str) -> (Banyan, PathBuf) {
    let setup = Setup::default();
    let (log, trace) = (setup.data().join("log.db-wal"), setup.home().join("trace"));
    let inject = format!("inject=pwrite64:error={error}:when={when}");
    let words = [
        "strace",
        "-D",
        "-f",
        "-e",
        "trace=pwrite64",
        "-P",
        log.to_str().unwrap(),
        "-e",
        &inject,
        "-o",
        trace.to_str().unwrap(),
    ];
    (setup.under(words).start().await, trace)
}

fn injected(trace: &PathBuf) -> usize {
    fs::read_to_string(trace).unwrap().lines().filter(|line| line.contains("(INJECTED)")).count()
}

/// Runs everywhere: the kernel says ENOSPC at the 60th to 80th write, some in mid-commit.
#[tokio::test]
async fn a_full_disk_refuses_and_heals() {
    let (banyan, trace) = failing_writes("ENOSPC", "60..80").await;
    let client = banyan.client();
    let mut stream = Sse::open(&client, "/stream", None).await;
    let mut told = Told::default();
    is_refused_as(&told.post_until(&client, 503).await, "storage_full");
    assert!(!told.acknowledged.is_empty(), "it began with room");
    // What was refused left nothing behind, and readers go on.
    told.is_what_is_stored(&client).await;
    client.page("/").await.is(200);
    told.post_until(&client, 200).await;
    while told.acknowledged.len() < 40 {
        told.post_until(&client, 200).await;
    }
    assert_eq!(injected(&trace), 21, "the disk was full");
    for sequence in &told.acknowledged {
        let (_, event) = stream.next_posted().await.expect("the stream goes on");
        assert_eq!(event["sequence"], *sequence);
    }
    told.is_what_is_stored(&client).await;
    let setup = banyan.kill_9().await.under([]);
    let banyan = setup.start().await;
    told.is_what_is_stored(&banyan.client()).await;
    banyan.verified().await;
}

/// An agent that cannot do anything about it must not be bothered with it.
#[tokio::test]
async fn hooks_are_answered_on_a_full_disk_too() {
    let (banyan, trace) = failing_writes("ENOSPC", "60..80").await;
    let client = banyan.client();
    let headers = [("content-type", "application/json")];
    within("a hook that is lost", async {
        for number in 0.. {
            let hook = json!({
                "session_id": "s", "hook_event_name": "Notification", "message": noise(number),
            });
            let answer =
                client.send(Method::POST, "/hooks/codex", &headers, hook.to_string()).await;
            assert_eq!((answer.status, answer.text().as_str()), (200, "{}"));
            let metrics = client.get("/metrics").await.text();
            if metrics.contains("banyan_hooks_lost_total{harness=\"codex\"}") {
                return;
            }
        }
    })
    .await;
    assert!(0 < injected(&trace));
}

/// The control: the same writes fail with another error, and the collector does not go on as if
/// nothing were.
#[tokio::test]
async fn a_broken_disk_is_not_taken_for_a_full_one() {
    let (banyan, trace) = failing_writes("EIO", "60..80").await;
    let client = banyan.client();
    let mut told = Told::default();
    let answer = told.post_until(&client, 503).await;
    assert_eq!(answer.json()["error"], "storage_error");
    assert_eq!(answer.json()["stored"], "unknown");
    let _home = banyan.setup().clone();
    assert_eq!(banyan.ends().await, Some(5));
    assert!(0 < injected(&trace));
}

/// A file system of its own for the data, seen by the collector only.
struct SmallDisk {
    banyan: Banyan,
    /// Holds the file system, also when the collector is gone.
    held: File,
}

impl SmallDisk {
    const MIB: usize = 460;

    /// `None` where this machine does not let us mount.
    async fn mount() -> Option<Self> {
        let unshare = ["unshare", "--user", "--map-root-user", "--mount"];
        let [program, options @ ..] = unshare;
        let allowed = Command::new(program)
            .args(options)
            .args(["mount", "-t", "tmpfs", "tmpfs", "/mnt"])
            .stderr(Stdio::null())
            .status()
            .is_ok_and(|status| status.success());
        if !allowed {
            return None;
        }
        let setup = Setup::default();
        let data = setup.data();
        let path = data.to_str().unwrap();
        let size = Self::MIB;
        let script = format!(
            "mkdir -m 700 '{path}' && mount -t tmpfs -o size={size}m,mode=700 tmpfs '{path}' && exec \"$0\" \"$@\""
        );
        let [a, b, c, d] = unshare;
        let banyan = setup.under([a, b, c, d, "sh", "-c", &script]).start().await;
        let seen = format!("/proc/{}/root{path}", banyan.pid());
        let held = File::open(seen).expect("the data of a process of ours");
        Some(Self { banyan, held })
    }

    fn path(&self, file: &str) -> PathBuf {
        format!("/proc/self/fd/{}/{file}", self.held.as_raw_fd()).into()
    }

    /// Takes every byte there is.
    fn fill(&self) {
        let mut filler =
            File::options().create(true).append(true).open(self.path("filler")).unwrap();
        let chunk = vec![0; 1 << 20];
        while filler.write_all(&chunk).is_ok() {}
        while filler.write_all(&[0]).is_ok() {}
    }

    fn empty(&self) {
        fs::remove_file(self.path("filler")).unwrap();
    }
}

/// The real thing, where user namespaces let us mount a file system.
#[tokio::test]
async fn a_real_full_disk_refuses_and_heals() {
    let Some(disk) = SmallDisk::mount().await else {
        eprintln!("NOT TESTED: this machine does not let its users mount a file system");
        return;
    };
    let client = disk.banyan.client();
    let mut stream = Sse::open(&client, "/stream", None).await;
    let mut told = Told::default();
    let mut reasons = Vec::new();
    // The room is asked for once a second; only what is written before that finds the disk full.
    within("a write that finds no room", async {
        while !reasons.contains(&json!("storage_full")) {
            told.post_until(&client, 200).await;
            disk.fill();
            let answer = told.post_until(&client, 503).await;
            reasons.push(answer.json()["error"].clone());
            is_refused_as(&answer, reasons.last().and_then(|reason| reason.as_str()).unwrap());
            client.session("s").await;
            disk.empty();
        }
    })
    .await;
    disk.fill();
    // The ballast was thrown overboard; soon what is left of it is too little.
    within("an early refusal", async {
        while told.post(&client).await.json()["error"] != "storage_low" {}
    })
    .await;
    let ready = client.get("/readyz").await.is(503);
    assert!(0 < ready.header("retry-after").parse::<u64>().unwrap());
    assert!(ready.text().contains("storage_low"), "{}", ready.text());
    told.is_what_is_stored(&client).await;

    disk.empty();
    let begun = Instant::now();
    told.post_until(&client, 200).await;
    assert!(begun.elapsed() < HEAL_MAX, "it took {:?}", begun.elapsed());
    client.get("/readyz").await.is(200);
    for sequence in &told.acknowledged {
        let (_, event) = stream.next_posted().await.expect("the stream goes on");
        assert_eq!(event["sequence"], *sequence);
    }
    told.is_what_is_stored(&client).await;
    is_whole(disk, told).await;
}

/// Kills the collector and looks at what it left, on a disk with room.
async fn is_whole(disk: SmallDisk, told: Told) {
    let SmallDisk { banyan, held } = disk;
    drop(banyan.kill_9().await);
    let setup = Setup::default();
    fs::create_dir(setup.data()).unwrap();
    for file in ["log.db", "log.db-wal", "view.db", "view.db-wal"] {
        let from = format!("/proc/self/fd/{}/{file}", held.as_raw_fd());
        fs::copy(from, setup.data().join(file)).unwrap();
    }
    let banyan = setup.start().await;
    told.is_what_is_stored(&banyan.client()).await;
    banyan.verified().await;
}
