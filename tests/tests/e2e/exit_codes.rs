//! What a supervisor sees: 0 asked to stop, 1 cannot start, 2 asked for nonsense, 5 the disk
//! failed. 3 (another collector has the data) and 6 (the data is newer) are in `two_instances` and
//! `downgrade_is_refused`.

use banyan_tests::harness::{Banyan, Setup, events::thought};

#[tokio::test]
async fn zero_is_the_end_that_was_asked_for() {
    let banyan = Banyan::start().await;
    banyan.client().post(&thought("s", 1, "x")).await;
    for signal in ["TERM", "INT"] {
        let banyan = Banyan::start().await;
        banyan.signal(signal).await;
        assert_eq!(banyan.ends().await, Some(0), "{signal}");
    }
    assert_eq!(banyan.stop().await.1, Some(0));
}

#[tokio::test]
async fn one_says_who_has_the_port_and_harms_nobody() {
    let first = Banyan::start().await;
    let second = Setup::default().listen(first.address().to_string()).refused().await;
    assert_eq!(second.code, Some(1), "{}", second.output);
    let expected = format!("as pid {}", first.pid());
    assert!(second.output.contains(&expected), "{}", second.output);
    first.client().get("/health").await.is(200);
}

#[tokio::test]
async fn two_is_a_command_line_that_cannot_be_read() {
    let refused = Setup::default().command("no-such-command").refused().await;
    assert_eq!(refused.code, Some(2), "{}", refused.output);
}

/// SQLite by itself would carry on after a failed sync, and promise what is not on the disk.
#[tokio::test]
async fn five_follows_a_sync_that_failed() {
    const GOOD: i64 = 5;
    // The log is synced a few times at the start, then once for each post that waits for another.
    for (broken, code) in [(true, 5), (false, 0)] {
        let setup = Setup::default();
        let (wal, trace) = (setup.data().join("log.db-wal"), setup.home().join("trace"));
        let inject = if broken { "inject=fdatasync:error=EIO:when=12+" } else { "trace=fdatasync" };
        let words = [
            "strace",
            "-D",
            "-f",
            "-e",
            "trace=fdatasync",
            "-P",
            wal.to_str().unwrap(),
            "-e",
            inject,
            "-o",
            trace.to_str().unwrap(),
        ];
        let banyan = setup.under(words).start().await;
        let client = banyan.client();
        let mut acknowledged = 0;
        for sequence in 1..=40 {
            let Ok(mut connection) =
                banyan_tests::harness::Connection::open(client.address()).await
            else {
                break;
            };
            match connection.post(&thought("s", sequence, "x")).await {
                Ok(answer) if answer.status == 200 => acknowledged = sequence,
                Ok(answer) => {
                    assert_eq!(answer.status, 503, "{}", answer.text());
                    let said = answer.json();
                    let error = said["error"].as_str().unwrap();
                    assert!(["storage_error", "stopping"].contains(&error), "{said}");
                    break;
                }
                Err(_) => break,
            }
        }
        assert!(GOOD <= acknowledged, "{acknowledged}");
        assert_eq!(acknowledged == 40, !broken, "{acknowledged}");
        if !broken {
            banyan.signal("TERM").await;
        }
        let setup = banyan.setup().clone();
        assert_eq!(banyan.ends().await, Some(code));
        let banyan = setup.under([]).start().await;
        let stored = banyan.client().session("s").await["events"].as_array().map_or(0, Vec::len);
        assert!(acknowledged <= i64::try_from(stored).unwrap(), "{acknowledged} of {stored}");
        banyan.verified().await;
    }
}
