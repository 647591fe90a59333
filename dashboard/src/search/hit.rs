//! An event that was found, as text.

use banyan_protocol::{
    Timestamp,
    view::{FeedKind, Fragment, Hit},
};

use crate::{format, links::Link};

/// Microseconds.
const DAY: i64 = 86_400_000_000;

/// A row below its session.
#[derive(Clone, Debug)]
pub(super) struct HitRow {
    /// CSS classes.
    pub(super) class: &'static str,
    pub(super) href: String,
    pub(super) datetime: String,
    pub(super) title: String,
    /// The time of the day, with the day where that is not today.
    pub(super) time: String,
    pub(super) kind: String,
    pub(super) name: String,
    pub(super) text: Vec<Fragment>,
    pub(super) failed: bool,
}

impl HitRow {
    pub(super) fn new(hit: &Hit, session: &str, now: Timestamp) -> Self {
        let failed = hit.ok == Some(false);
        let class = match (hit.class, failed) {
            (_, true) => "fail",
            (FeedKind::Think, _) => "think",
            (FeedKind::Act, _) => "act",
            (FeedKind::Life, _) => "life",
            (FeedKind::Other, _) => "other",
        };
        Self {
            class,
            href: Link::event(session, hit.key).to(&format!("e-{}", hit.key)),
            datetime: hit.at.to_rfc3339(),
            title: format::date_time(hit.at),
            time: time(hit.at, now),
            kind: hit.kind.clone(),
            name: hit.title.clone(),
            text: hit.text.clone(),
            failed,
        }
    }
}

fn time(at: Timestamp, now: Timestamp) -> String {
    let is_today = at.micros().div_euclid(DAY) == now.micros().div_euclid(DAY);
    let pattern = if is_today { "%H:%M:%S" } else { "%m-%d %H:%M" };
    at.date_time().format(pattern).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_of_other_days_say_the_day() {
        let at = |text| Timestamp::parse(text).unwrap();
        let now = at("2026-11-20T10:44:30Z");
        assert_eq!(time(at("2026-11-20T00:00:01Z"), now), "00:00:01");
        assert_eq!(time(at("2026-11-19T23:59:59Z"), now), "11-19 23:59");
    }
}
