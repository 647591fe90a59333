//! `GET /live`: what a page that is open is told, so that it shows what is new.
//!
//! Signals only: which rows of trees are different now, rows of one feed, some figures. One task
//! looks at the view at most four times a second and writes what each topic is told once, for all
//! its subscribers; a subscriber is a position. Whoever comes back names the last position it was
//! told of, and the view says what changed since: nothing is kept for anybody, and nothing can be
//! lost.

mod frames;
mod hub;
mod subscriber;
mod topic;

use axum::{
    body::Body,
    extract::State,
    http::{HeaderMap, Response},
};
use banyan_protocol::Position;
use serde::Deserialize;

use super::{Site, error::ApiError, pages::filter, params::Params, sse};

pub(crate) use hub::LiveHub;
use topic::Topic;
pub(super) use topic::texts;

/// What is followed, and from where.
#[derive(Debug, Deserialize)]
pub(super) struct Asked {
    /// `forest` or `session`.
    v: String,
    /// The session.
    s: Option<String>,
    /// The filter of its feed, as pages have it.
    k: Option<String>,
    /// The last position that the page covers; from now on when absent.
    after: Option<String>,
    /// The build that made the page.
    b: Option<String>,
}

/// What happens to a page that is open, as server-sent events.
pub(super) async fn get(
    State(site): State<Site>,
    State(hub): State<LiveHub>,
    Params(asked): Params<Asked>,
    headers: HeaderMap,
) -> Result<Response<Body>, ApiError> {
    let topic = match (asked.v.as_str(), asked.s) {
        ("forest", _) => Topic::Forest,
        ("session", Some(id)) => Topic::Session { id, filter: filter(asked.k.as_deref()) },
        _ => return Err(ApiError::Query),
    };
    let after = furthest(sse::last_event_id(&headers), asked.after.as_deref());
    let build = site.assets().build();
    let is_old = asked.b.is_some_and(|page| page != build);
    let subscriber = hub.subscribe(topic, after, (build, is_old))?;
    Ok(sse::answer(subscriber))
}

/// The browser repeats the page's own address when it comes back, and adds the last id it has
/// seen. What is no position counts as absent: the page is told to load itself anew at worst.
fn furthest(last_seen: Option<&str>, after: Option<&str>) -> Option<Position> {
    let position = |text: Option<&str>| text?.parse().ok().filter(|position| 0 <= *position);
    position(last_seen).max(position(after))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_larger_position_wins() {
        for (last_seen, after, expected) in [
            (None, None, None),
            (None, Some("7"), Some(7)),
            (Some("9"), Some("7"), Some(9)),
            (Some("7"), Some("9"), Some(9)),
            (Some(""), Some("9"), Some(9)),
            (Some("-1"), Some("x"), None),
        ] {
            assert_eq!(furthest(last_seen, after), expected, "{last_seen:?} {after:?}");
        }
    }
}
