//! ACK-1: the sync of the log returns before the first byte of the answer is written.

use std::collections::BTreeMap;

use banyan_tests::harness::{Setup, events::thought};

/// What the kernel was asked, as far as it matters here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Call {
    /// The log was synced, and the call has returned.
    Synced,
    /// An answer began to be written.
    Answered,
}

/// Reads a trace of `strace -f -y`, in which calls of several threads interleave.
fn calls(trace: &str) -> Vec<Call> {
    let mut begun = BTreeMap::<&str, bool>::new();
    let mut calls = Vec::new();
    for line in trace.lines() {
        let (thread, call) = line.split_once(' ').unwrap_or_default();
        let call = call.trim_start();
        let sync = call.starts_with("fdatasync(") || call.starts_with("fsync(");
        let resumed = call.starts_with("<... fdatasync") || call.starts_with("<... fsync");
        let returned = call.ends_with("= 0");
        if sync && call.contains("<unfinished") {
            begun.insert(thread, call.contains("log.db"));
        } else if (sync && call.contains("log.db") || resumed && begun.remove(thread) == Some(true))
            && returned
        {
            calls.push(Call::Synced);
        } else if call.contains("\"HTTP/1.1 200") {
            calls.push(Call::Answered);
        }
    }
    calls
}

/// How many answers no sync went before since the last one.
fn hasty(calls: &[Call]) -> usize {
    let mut synced = false;
    calls
        .iter()
        .filter(|call| match call {
            Call::Synced => {
                synced = true;
                false
            }
            Call::Answered => !std::mem::take(&mut synced),
        })
        .count()
}

#[tokio::test]
async fn the_answer_follows_the_sync() {
    const POSTS: i64 = 40;
    let setup = Setup::default();
    let file = setup.home().join("trace");
    let path = file.to_str().unwrap();
    let traced = "trace=fdatasync,fsync,write,writev,sendto,sendmsg";
    // -D: the tracer is a child of its own, the process that was started becomes the collector.
    let setup = setup.under(["strace", "-D", "-f", "-y", "-s", "16", "-e", traced, "-o", path]);
    let banyan = setup.start().await;
    let mut connection = banyan.client().connect().await;
    for sequence in 1..=POSTS {
        // One after the other: each answer needs a sync of its own.
        let answer = connection.post(&thought("s", sequence, "x")).await.unwrap();
        assert_eq!(answer.status, 200, "{}", answer.text());
    }
    let (_setup, code) = banyan.stop().await;
    assert_eq!(code, Some(0));
    let calls = calls(&std::fs::read_to_string(file).unwrap());
    let answers = calls.iter().filter(|call| **call == Call::Answered).count();
    assert_eq!(i64::try_from(answers).unwrap(), POSTS, "every answer was seen");
    assert_eq!(hasty(&calls), 0, "{calls:?}");
}

#[test]
fn an_answer_before_its_sync_is_seen() {
    let early = "1 sendto(9<socket>, \"HTTP/1.1 200 OK\"..., 99, 0) = 99\n\
                 2 fdatasync(7</x/log.db-wal>) = 0";
    assert_eq!(hasty(&calls(early)), 1);
    let between = "2 fdatasync(7</x/log.db-wal> <unfinished ...>\n\
                   1 sendto(9<socket>, \"HTTP/1.1 200 OK\"..., 99, 0) = 99\n\
                   2 <... fdatasync resumed>) = 0";
    assert_eq!(hasty(&calls(between)), 1);
    let other_file = "2 fdatasync(7</x/view.db-wal>) = 0\n\
                      1 sendto(9<socket>, \"HTTP/1.1 200 OK\"..., 99, 0) = 99";
    assert_eq!(hasty(&calls(other_file)), 1);
    let right = "2 fdatasync(7</x/log.db-wal> <unfinished ...>\n\
                 2 <... fdatasync resumed>) = 0\n\
                 1 writev(9<socket>, [{iov_base=\"HTTP/1.1 200 OK\"..., iov_len=9}], 1) = 9";
    assert_eq!(hasty(&calls(right)), 0);
}
