//! Looking back: the moment that a page shows, and the bar that says so and leads to others.
//!
//! A page at a moment is the page that was there then. All that differs is the bar, and that every
//! link to a page about a session keeps `at`.

use banyan_protocol::{Position, Timestamp};

use crate::{chrome::Chrome, format, links::Link, outline::When};

/// A moment of a tree, and where one can go from there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    /// The page shows the state right behind this event of the log, whoever sent it.
    pub at: Position,
    /// When that was, by the server's clock.
    pub time: Timestamp,
    /// The tree's first event.
    pub first: Position,
    /// The tree's last event, as things are now; not before `at`.
    pub last: Position,
    /// The tree's event before its last one of the moment.
    pub previous: Option<Position>,
    /// The tree's first event behind the moment.
    pub next: Option<Position>,
}

/// How a page is connected with other moments.
#[derive(Clone, Debug)]
pub(crate) struct Past {
    /// This page as it is now, for good; absent on pages without data.
    pub(crate) here: Option<String>,
    /// On pages that look back.
    pub(crate) bar: Option<Bar>,
}

/// Which moment it is, and ways to others.
#[derive(Clone, Debug)]
pub(crate) struct Bar {
    pub(crate) position: String,
    pub(crate) time: When,
    pub(crate) live: String,
    pub(crate) steps: [Step; 4],
    pub(crate) form: Form,
}

/// A step to another event of the tree.
#[derive(Clone, Debug)]
pub(crate) struct Step {
    pub(crate) glyph: &'static str,
    pub(crate) name: &'static str,
    /// Absent where there is no such event, or it is the one that is shown.
    pub(crate) href: Option<String>,
}

/// The form that asks for an event by its position.
#[derive(Clone, Debug)]
pub(crate) struct Form {
    pub(crate) action: String,
    pub(crate) hidden: Vec<(String, String)>,
    pub(crate) at: Position,
    pub(crate) first: Position,
    pub(crate) last: Position,
}

impl Past {
    /// For the page that `page` leads to, without `at`, as far as it was there at a position.
    pub(crate) fn new(chrome: &Chrome, page: impl Fn(Position) -> Link) -> Self {
        let show = |at: Position| page(at).at(Some(at)).done();
        let bar = chrome.moment.map(|moment| {
            let Moment { at, time, first, last, previous, next } = moment;
            let step = |glyph, name, to: Option<Position>| Step {
                glyph,
                name,
                href: to.filter(|to| *to != at).map(show),
            };
            let (action, hidden) = page(first).form();
            Bar {
                position: format::position(at),
                time: When::rough(time, time),
                live: page(Position::MAX).done(),
                steps: [
                    step("«", "First event of this tree", Some(first)),
                    step("‹", "Previous event of this tree", previous),
                    step("›", "Next event of this tree", next),
                    step("»", "Last event of this tree", Some(last)),
                ],
                form: Form { action, hidden, at, first, last },
            }
        });
        Self { here: chrome.as_of.map(show), bar }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Preferences, sample};

    fn past(moment: Option<Moment>) -> Past {
        let chrome = Chrome { moment, ..sample::chrome(Preferences::default()) };
        Past::new(&chrome, |at| match at {
            40.. => Link::event("a", banyan_protocol::EventKey::first(40)).with("k", "err"),
            _ => Link::session("a").with("k", "err").with("open", "3f.9a"),
        })
    }

    #[test]
    fn a_bar_leads_to_the_events_around() {
        let time = Timestamp::from_micros(1_795_171_327_000_000);
        let moment = Moment { at: 41, time, first: 7, last: 90, previous: Some(39), next: None };
        let bar = past(Some(moment)).bar.unwrap();
        let hrefs = bar.steps.each_ref().map(|step| step.href.as_deref());
        assert_eq!(
            hrefs,
            [
                Some("/s/a?k=err&open=3f.9a&at=7"),
                Some("/s/a?k=err&open=3f.9a&at=39"),
                None,
                Some("/s/a/e/40?k=err&at=90"),
            ]
        );
        assert_eq!(bar.live, "/s/a/e/40?k=err");
        assert_eq!(bar.time.title, "2026-11-20 10:42:07 UTC");
        assert_eq!(bar.form.action, "/s/a");
        let hidden = [("k", "err"), ("open", "3f.9a")].map(|(k, v)| (k.to_owned(), v.to_owned()));
        assert_eq!(bar.form.hidden, hidden);
    }

    #[test]
    fn a_page_of_now_leads_to_itself_for_good() {
        let past = past(None);
        assert_eq!(past.here.as_deref(), Some("/s/a/e/40?k=err&at=184512"));
        assert!(past.bar.is_none());
    }
}
