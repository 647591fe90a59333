//! What becomes of request bodies: the answer, the log and the quarantine, one row a case.

use std::sync::{Arc, atomic::AtomicI64};

use banyan_protocol::limits::{EVENT_MAX_BYTES, NESTING_MAX_LEVELS};

use super::*;
use crate::clock::Clock;

struct Fixture {
    ingest: Ingest,
    log: Log,
    directory: tempfile::TempDir,
}

impl Fixture {
    async fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let log = Log::open(directory.path(), clock()).await.unwrap();
        Self { ingest: Ingest::new(log.clone(), clock()), log, directory }
    }

    async fn record(&self, body: &str, framing: Framing) -> Result<Recorded, IngestError> {
        self.ingest.record(Bytes::copy_from_slice(body.as_bytes()), framing).await
    }

    /// The entries of the log as text.
    async fn stored(&self) -> Vec<String> {
        let commits = self.log.read_after(0, 10_000).await.unwrap();
        let text = |entry: &Entry| String::from_utf8(entry.bytes.to_vec()).unwrap();
        commits.iter().flat_map(|commit| commit.entries.iter().map(text)).collect()
    }

    /// The quarantine as it is after everything was written: heads and rules, newest first.
    async fn quarantine(self) -> Vec<(String, Vec<&'static str>)> {
        self.log.close().await;
        let log = Log::open(self.directory.path(), clock()).await.unwrap();
        let rows = log.quarantined(10_000).await.unwrap();
        rows.into_iter().map(|row| (row.head, rules(&row.violations))).collect()
    }
}

fn clock() -> Clock {
    Clock::Fixed(Arc::new(AtomicI64::new(1_000_000)))
}

fn rules(violations: &[Violation]) -> Vec<&'static str> {
    violations.iter().map(|violation| violation.rule).collect()
}

/// A good event with more members.
fn event(members: &str) -> String {
    format!(
        r#"{{"spec":"aop/1.0","session_id":"s","agent_id":"a","type":"session.started"{members}}}"#
    )
}

#[tokio::test]
async fn good_events_are_stored_as_received() {
    let one = event(r#","sequence":1,"payload":{"cost":0.10,"big":12345678901234567890}"#);
    let odd = "{\"type\":\"x.y\",  \"unknown\": [1,\t2], \"agent_id\":\"a\",\"session_id\":\"🌳/%2F\",\"spec\":\"aop/1\",\"event_id\":\"e\"}".to_owned();
    for (framing, body) in [
        (Framing::Json, format!("[{one} ,\n{odd}]")),
        (Framing::Ndjson, format!("{one}\r\n\n  {odd}\n")),
    ] {
        let fixture = Fixture::new().await;
        let recorded = fixture.record(&body, framing).await.unwrap();
        assert_eq!(recorded.appended, Some(Appended { first: 1, count: 2 }));
        let receipt = recorded.receipt;
        assert!(receipt.ok && receipt.idempotent && receipt.items.is_empty());
        assert_eq!((receipt.accepted, receipt.rejected, receipt.durable), (2, 0, "fsync"));
        assert_eq!(receipt.cursor.unwrap().position, 2);
        assert_eq!(fixture.stored().await, [one.clone(), odd.clone()]);
        assert_eq!(fixture.quarantine().await, []);
    }
}

#[tokio::test]
async fn almost_json_is_stored_as_received_too() {
    for body in [
        event(r#","sequence":1,"payload":{"x":NaN,"y":[-Infinity]}"#),
        event(r#","sequence":1,"payload":{"text":"\ud83d"}"#),
        event(r#","sequence":1,"payload":{"text":"\u0000"}"#),
    ] {
        for (framing, wrapped) in [
            (Framing::Json, body.clone()),
            (Framing::Json, format!("[{body}]")),
            (Framing::Ndjson, body.clone()),
        ] {
            let fixture = Fixture::new().await;
            let recorded = fixture.record(&wrapped, framing).await.unwrap();
            assert_eq!(recorded.receipt.accepted, 1, "{wrapped}");
            assert_eq!(fixture.stored().await, [body.as_str()]);
        }
    }
}

#[tokio::test]
async fn a_bad_event_is_named_and_the_good_ones_are_stored() {
    let (good, bad) = (event(r#","sequence":7"#), r#"{"spec":"aop/2.0","type":""}"#);
    for (framing, body) in [
        (Framing::Json, format!("[{good},{bad},{good}]")),
        (Framing::Ndjson, format!("{good}\n\n{bad}\n{good}")),
    ] {
        let fixture = Fixture::new().await;
        let receipt = fixture.record(&body, framing).await.unwrap().receipt;
        assert!(!receipt.ok && receipt.idempotent);
        assert_eq!((receipt.accepted, receipt.rejected, receipt.items.len()), (2, 1, 1));
        assert_eq!(receipt.items[0].index, 1);
        let named = rules(&receipt.items[0].violations);
        assert!(1 < named.len() && named.contains(&"spec"), "{named:?}");
        assert_eq!(receipt.cursor.unwrap().position, 2);
        assert_eq!(fixture.stored().await, [good.as_str(), &good]);
        assert_eq!(fixture.quarantine().await, [(bad.to_owned(), named)]);
    }
}

#[tokio::test]
async fn a_broken_line_spoils_only_itself() {
    let good = event(r#","sequence":7"#);
    let fixture = Fixture::new().await;
    let body = format!("{good}\n{{\"broken\":\n{good}\n").into_bytes();
    let body = [body, b"\"\xff\"\n".to_vec()].concat();
    let receipt = fixture.ingest.record(body.into(), Framing::Ndjson).await.unwrap().receipt;
    let named: Vec<_> =
        receipt.items.iter().map(|item| (item.index, rules(&item.violations))).collect();
    assert_eq!(named, [(1, vec!["json"]), (3, vec!["utf8"])]);
    assert_eq!(fixture.stored().await.len(), 2);
    assert_eq!(fixture.quarantine().await.len(), 2);
}

#[tokio::test]
async fn what_cannot_be_read_is_refused_with_its_rule() {
    let deep =
        format!("{}1{}", "[".repeat(NESTING_MAX_LEVELS - 1), "]".repeat(NESTING_MAX_LEVELS - 1));
    let large = event(&format!(r#","filler":"{}""#, "x".repeat(EVENT_MAX_BYTES)));
    let good = event("");
    for (body, rule) in [
        (String::new(), "empty"),
        (" \n ".to_owned(), "empty"),
        ("[]".to_owned(), "empty"),
        ("nonsense".to_owned(), "json"),
        ("{".to_owned(), "json"),
        (format!("[{good},"), "json"),
        (format!("[{good},nonsense]"), "json"),
        (format!("{good}{good}"), "json"),
        ("42".to_owned(), "type"),
        ("null".to_owned(), "type"),
        ("[[]]".to_owned(), "type"),
        ("{}".to_owned(), "required"),
        (event(r#","sequence":9223372036854775808"#), "range"),
        (event(r#","payload":[]"#), "type"),
        (event(&format!(r#","payload":{{"deep":{deep}}}"#)), "nesting"),
        (large, "too_large"),
    ] {
        let fixture = Fixture::new().await;
        let head: String = body.chars().take(80).collect();
        match fixture.record(&body, Framing::Json).await {
            Err(IngestError::Invalid(receipt)) => {
                assert_eq!((receipt.accepted, receipt.rejected), (0, 1), "{head}");
                assert!(!receipt.ok && receipt.cursor.is_none());
                let named = rules(&receipt.items[0].violations);
                assert!(named.contains(&rule), "{head}: {named:?}");
            }
            other => panic!("{head}: {other:?}"),
        }
        assert_eq!(fixture.log.head(), 0);
        assert_eq!(fixture.quarantine().await.len(), 1, "{head}");
    }
}

#[tokio::test]
async fn the_largest_and_the_deepest_event_is_stored() {
    let room = EVENT_MAX_BYTES - event(r#","filler":"""#).len();
    let large = event(&format!(r#","filler":"{}""#, "x".repeat(room)));
    assert_eq!(large.len(), EVENT_MAX_BYTES);
    let levels = NESTING_MAX_LEVELS - 2;
    let deep = format!("{}1{}", "[".repeat(levels), "]".repeat(levels));
    let deep = event(&format!(r#","payload":{{"deep":{deep}}}"#));
    let fixture = Fixture::new().await;
    fixture.record(&large, Framing::Json).await.unwrap();
    fixture.record(&deep, Framing::Json).await.unwrap();
    assert_eq!(fixture.stored().await, [large, deep]);
}

#[tokio::test]
async fn more_than_a_thousand_events_are_refused_as_one() {
    for count in [1_000, 1_001] {
        let fixture = Fixture::new().await;
        let body = format!("{}\n", event("")).repeat(count);
        match fixture.record(&body, Framing::Ndjson).await {
            Ok(recorded) => assert_eq!((recorded.receipt.accepted, count), (1_000, 1_000)),
            Err(IngestError::TooManyEvents { limit: 1_000 }) => {
                assert_eq!((fixture.log.head(), count), (0, 1_001));
                assert_eq!(fixture.quarantine().await[0].1, ["too_large"]);
            }
            Err(other) => panic!("{count}: {other:?}"),
        }
    }
}

#[tokio::test]
async fn an_event_without_identity_is_said_to_be_stored_again() {
    for (members, idempotent) in
        [("", false), (r#","sequence":1"#, true), (r#","event_id":"e""#, true)]
    {
        let fixture = Fixture::new().await;
        let receipt = fixture.record(&event(members), Framing::Json).await.unwrap().receipt;
        assert_eq!(receipt.idempotent, idempotent, "{members}");
    }
}

#[tokio::test]
async fn a_caller_that_leaves_undoes_nothing() {
    let fixture = Fixture::new().await;
    let (good, bad) = (event(""), "nonsense");
    let body = Bytes::from(format!("{good}\n{bad}"));
    let mut polled_once = Box::pin(fixture.ingest.record(body, Framing::Ndjson));
    assert!(futures_util::poll!(&mut polled_once).is_pending());
    drop(polled_once);
    fixture.log.changed().wait_for(|head| *head == 1).await.unwrap();
    assert_eq!(fixture.stored().await, [good]);
    assert_eq!(fixture.quarantine().await.len(), 1);
}

#[tokio::test]
async fn a_deleted_session_is_a_fact_of_our_own() {
    let fixture = Fixture::new().await;
    let id = "a/b \"quoted\" 🌳";
    assert_eq!(fixture.ingest.delete_session(id).await, Ok(Appended { first: 1, count: 1 }));
    let commits = fixture.log.read_after(0, 1).await.unwrap();
    let entry = &commits[0].entries[0];
    assert_eq!(entry.source, Source::Banyan);
    let fact = OwnFact::SessionDeleted { session_id: id.to_owned() };
    assert_eq!(OwnFact::read(&entry.bytes), Some(fact));
}

#[tokio::test]
async fn a_log_that_takes_nothing_fails_the_request() {
    let fixture = Fixture::new().await;
    fixture.log.close().await;
    let refused = fixture.record(&event(""), Framing::Json).await.unwrap_err();
    assert!(matches!(refused, IngestError::Append(AppendError::Closing)), "{refused:?}");
}
