//! The player against a small collector of its own.

use std::sync::{Arc, Mutex, atomic::AtomicI64};

use axum::{Router, extract::State, http::StatusCode, routing::post};
use banyan_protocol::Timestamp;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use super::*;
use crate::clock::Clock;

/// What the small collector was sent, and how many requests it turns away first.
#[derive(Clone, Debug, Default)]
struct Sink {
    bodies: Arc<Mutex<Vec<String>>>,
    turned_away: Arc<Mutex<Vec<StatusCode>>>,
}

async fn take(State(sink): State<Sink>, body: String) -> StatusCode {
    if let Some(status) = sink.turned_away.lock().unwrap().pop() {
        return status;
    }
    sink.bodies.lock().unwrap().push(body);
    StatusCode::OK
}

/// Plays `scenario` as fast as can be against a collector that first answers `turned_away`.
async fn posted(
    scenario: &[Timed],
    turned_away: Vec<StatusCode>,
) -> (Result<usize, PlayError>, String) {
    let sink = Sink { turned_away: Arc::new(Mutex::new(turned_away)), ..Sink::default() };
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let to = listener.local_addr().unwrap();
    let app = Router::new().route("/events", post(take)).with_state(sink.clone());
    let server = tokio::spawn(axum::serve(listener, app).into_future());
    let clock = Clock::Fixed(Arc::new(AtomicI64::new(1_000_000)));
    let cancel = CancellationToken::new();
    let played = play(to, scenario, "1000".parse().unwrap(), &clock, &cancel).await;
    server.abort();
    let bodies = sink.bodies.lock().unwrap().concat();
    (played, bodies)
}

#[tokio::test]
async fn everything_arrives_once_in_order_and_on_time() {
    let scenario = &scenario(3)[..400];
    let turned_away = vec![StatusCode::SERVICE_UNAVAILABLE, StatusCode::TOO_MANY_REQUESTS];
    let (played, body) = posted(scenario, turned_away).await;
    assert_eq!(played.unwrap(), 400);
    assert_eq!(body.lines().count(), 400);
    for (line, timed) in body.lines().zip(scenario) {
        let envelope = Envelope::read(line).unwrap();
        assert_eq!(envelope.session_id, timed.event.session_id);
        assert_eq!(envelope.sequence, i64::try_from(timed.event.sequence).ok());
        // A thousand times faster: a millisecond is a microsecond.
        let due = 1_000_000 + i64::try_from(timed.at_ms).unwrap();
        assert_eq!(envelope.timestamp.map(Timestamp::micros), Some(due));
    }
}

#[tokio::test]
async fn a_refusal_ends_the_play() {
    let (played, body) = posted(&scenario(3)[..10], vec![StatusCode::BAD_REQUEST]).await;
    assert!(matches!(played, Err(PlayError::Refused(StatusCode::BAD_REQUEST))), "{played:?}");
    assert_eq!(body, "");
}

#[tokio::test]
async fn nobody_listens_and_it_can_still_be_cancelled() {
    let closed = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let cancel = CancellationToken::new();
    let clock = Clock::Fixed(Arc::new(AtomicI64::new(0)));
    let scenario = scenario(3);
    let playing = play(closed, &scenario, Speed::NORMAL, &clock, &cancel);
    let (played, ()) = tokio::join!(playing, async { cancel.cancel() });
    assert_eq!(played.unwrap(), 0);
}

#[test]
fn speeds_have_bounds() {
    for (text, readable) in [
        ("1", true),
        ("0.1", true),
        ("1000", true),
        ("2.5", true),
        ("0", false),
        ("-1", false),
        ("1001", false),
        ("NaN", false),
        ("fast", false),
        ("", false),
    ] {
        assert_eq!(text.parse::<Speed>().is_ok(), readable, "{text}");
    }
}
