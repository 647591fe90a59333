//! AC-34: a page at a moment is the page of a collector that had received no more.

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use banyan_protocol::Timestamp;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::*;
use crate::demo;

/// When the scenario begins.
const BEGIN_MICROS: i64 = 1_795_000_000_000_000;
/// Events of the scenario that are told.
const EVENTS_COUNT: usize = 420;
/// Moments that are looked at.
const MOMENTS_COUNT: usize = 20;

/// A collector whose clock stands where the last event was received.
struct Then {
    surface: Surface,
    clock: Arc<AtomicI64>,
}

impl Then {
    async fn new() -> Self {
        let clock = Arc::new(AtomicI64::new(BEGIN_MICROS));
        Self { surface: Surface::with(Clock::Fixed(Arc::clone(&clock))).await, clock }
    }

    async fn hear(&self, (at_micros, event): &(i64, String)) {
        self.clock.store(*at_micros, Ordering::Relaxed);
        let mut request = Request::post("/events").body(Body::from(event.clone())).unwrap();
        let headers = request.headers_mut();
        headers.insert(header::HOST, HeaderValue::from_static("localhost:4317"));
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        headers.insert("prefer", HeaderValue::from_static("wait"));
        let response = self.surface.ask(request).await;
        let status = response.status();
        assert_eq!(status, StatusCode::OK, "{}", text(response).await);
    }

    async fn page(&self, path: &str) -> String {
        let (status, _, page) = self.surface.get(path, "text/html").await;
        assert_eq!(status, StatusCode::OK, "{path}");
        page
    }
}

/// The first events of the demo, some of them late, with the time when each is received.
fn story(dice: &mut Dice) -> Vec<(i64, String)> {
    let mut events = demo::scenario(7);
    events.truncate(EVENTS_COUNT);
    for place in 0..events.len() {
        if dice.throw(8) == 0 {
            let later = (place + 1 + dice.throw(30)).min(events.len() - 1);
            let event = events.remove(place);
            events.insert(later, event);
        }
    }
    let mut now = BEGIN_MICROS;
    let told = events.into_iter().map(|mut timed| {
        let at = BEGIN_MICROS + i64::try_from(timed.at_ms).unwrap() * 1_000;
        now = at.max(now + 1_000);
        timed.event.timestamp = Some(Timestamp::from_micros(at));
        (now, serde_json::to_string(&timed.event).unwrap())
    });
    told.collect()
}

/// Dice that always fall the same way.
struct Dice(u64);

impl Dice {
    fn throw(&mut self, sides: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % sides
    }
}

/// What the page shows: without the bar, the moment that links keep, the names of assets, which
/// begin with the log's identity, and the number of open alerts, which is of now on every page.
fn shown(page: &str, at: usize) -> String {
    let page = match page.split_once("<section class=\"past\"") {
        Some((before, rest)) => format!("{before}{}", rest.split_once("</section>").unwrap().1),
        None => page.to_owned(),
    };
    let page = page
        .replace(&format!("&amp;at={at}"), "")
        .replace(&format!("?at={at}&amp;"), "?")
        .replace(&format!("?at={at}"), "");
    // Only pages that look back have a script for that.
    let is_of_now = |line: &str| {
        let of_all = line.starts_with("<link ") || line.starts_with("<a href=\"/alerts\"");
        of_all || line.contains("/past.js\"")
    };
    // Pages that look back do not follow what happens.
    let page = match page.split_once("<main id=\"main\"") {
        Some((before, rest)) => format!("{before}{}", rest.split_once('>').unwrap().1),
        None => page,
    };
    let lines = page.lines().filter(|line| !is_of_now(line) && !line.trim().is_empty());
    lines.collect::<Vec<_>>().join("\n")
}

/// The sessions that speak in `events`, each once, and the places of the first and the last event
/// of each.
fn speakers(events: &[(i64, String)]) -> Vec<(String, usize, usize)> {
    let mut speakers: Vec<(String, usize, usize)> = Vec::new();
    for ((_, event), position) in events.iter().zip(1..) {
        let event: serde_json::Value = serde_json::from_str(event).unwrap();
        let id = event["session_id"].as_str().unwrap();
        match speakers.iter_mut().find(|(known, ..)| known == id) {
            Some((_, _, last)) => *last = position,
            None => speakers.push((id.to_owned(), position, position)),
        }
    }
    speakers
}

#[tokio::test]
async fn a_page_at_a_moment_is_the_page_of_then() {
    let mut dice = Dice(34);
    let story = story(&mut dice);
    let (now, then) = (Then::new().await, Then::new().await);
    for event in &story {
        now.hear(event).await;
    }
    // Everything falls silent; nobody may be taken for lost at a moment when they were not.
    now.clock.fetch_add(86_400_000_000, Ordering::Relaxed);

    let mut moments: Vec<usize> = (0..MOMENTS_COUNT).map(|_| 1 + dice.throw(story.len())).collect();
    moments.sort_unstable();
    let (mut heard, mut found) = (0, 0);
    for at in moments {
        for event in &story[heard..at] {
            then.hear(event).await;
        }
        heard = at;
        let speakers = speakers(&story[..at]);
        for _ in 0..3 {
            let (id, first, last) = &speakers[dice.throw(speakers.len())];
            let id = utf8_percent_encode(id, NON_ALPHANUMERIC);
            for (path, joint) in [
                (format!("/s/{id}"), '?'),
                (format!("/s/{id}?k=act"), '&'),
                (format!("/s/{id}/e/{first}"), '?'),
                (format!("/s/{id}/e/{last}"), '?'),
                (format!("/s/{id}/tree"), '?'),
                (format!("/s/{id}/timeline"), '?'),
                (format!("/s/{id}/timeline?view=table"), '&'),
            ] {
                let looked_back = now.page(&format!("{path}{joint}at={at}")).await;
                assert!(looked_back.contains("<section class=\"past\""), "{path} at {at}");
                let was = then.page(&path).await;
                assert_eq!(shown(&looked_back, at), shown(&was, at), "{path} at {at}");
            }
            let page = then.page(&format!("/s/{id}")).await;
            let rows = rows(&page);
            for path in fragments(&rows, &id, *last) {
                let looked_back = now.page(&format!("{path}&at={at}")).await;
                let was = then.page(&path).await;
                assert_eq!(shown(&looked_back, at), shown(&was, at), "{path} at {at}");
                found += usize::from(looked_back.contains("<li"));
            }
        }
    }
    assert!(MOMENTS_COUNT * 6 < found, "only {found} fragments had something to compare");
}

/// The rows of a page, the top of the tree first.
fn rows(page: &str) -> Vec<&str> {
    let rows = page.split("<li class=\"n").skip(1);
    let ids = rows.filter_map(|row| row.split_once(" id=\"n-")?.1.split_once('"'));
    ids.map(|(id, _)| id).filter(|id| !id.contains('-')).collect()
}

/// What scripts ask for on the page of a session.
fn fragments(rows: &[&str], id: impl std::fmt::Display, last: usize) -> [String; 7] {
    let (top, all) = (rows[0], rows[..rows.len().min(60)].join("."));
    [
        format!("/f/children?rows={all}"),
        format!("/f/children?compact=1&rows={top}"),
        format!("/f/rows?ids={all}"),
        format!("/f/trouble?within={top}&after={top}"),
        format!("/f/trouble?within={top}&before="),
        format!("/f/events?s={id}&after=0"),
        format!("/f/event/{last}?s={id}"),
    ]
}

#[tokio::test]
async fn moments_that_cannot_be_shown_are_explained() {
    let collector = Then::new().await;
    let event = |id: &str| {
        let event = serde_json::json!({
            "spec": "aop/1.0", "session_id": id, "agent_id": "a", "sequence": 1,
            "type": "session.started", "payload": {},
        });
        (BEGIN_MICROS, event.to_string())
    };
    for id in ["early", "late"] {
        collector.hear(&event(id)).await;
    }
    for page in ["", "/e/2", "/timeline", "/tree"] {
        for (at, status, said) in [
            ("2", 200, "As of"),
            ("1", 404, "The session had not begun"),
            ("3", 404, "This has not happened yet"),
            ("9223372036854775807", 404, "This has not happened yet"),
            ("9223372036854775808", 400, "No event has this number"),
            ("0", 400, "No event has this number"),
            ("-1", 400, "No event has this number"),
            ("now", 400, "No event has this number"),
            ("", 400, "No event has this number"),
        ] {
            let path = format!("/s/late{page}?at={at}");
            let (found, _, html) = collector.surface.get(&path, "text/html").await;
            assert_eq!(found.as_u16(), status, "{path}");
            assert!(html.contains(said), "{path}: {html}");
        }
    }
    for (path, expected) in [
        ("/f/children?rows=2&at=2", 200),
        ("/f/children?rows=2&at=", 200),
        ("/f/children?rows=2&at=1", 404),
        ("/f/children?rows=zz&at=1", 404),
        ("/f/rows?ids=2&at=3", 404),
        ("/f/rows?ids=2&at=now", 400),
        ("/f/trouble?within=2&after=2&at=0", 400),
        ("/f/events?s=late&after=0&at=1", 404),
        ("/f/event/2?s=late&at=1", 404),
        ("/f/event/2?s=late&at=2", 200),
    ] {
        let (status, ..) = collector.surface.get(path, "*/*").await;
        assert_eq!(status.as_u16(), expected, "{path}");
    }
    let (status, ..) = collector.surface.get("/s/nobody?at=1", "text/html").await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    let forest = collector.page("/?at=1").await;
    assert!(forest.contains("as they are now"), "{forest}");
    assert!(!collector.page("/").await.contains("as they are now"));
}
