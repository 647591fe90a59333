//! Made-up views and every page made from them, for tests and for looking at pages.
//!
//! All text that an agent would choose goes through a [`Voice`], so that the same views can be had
//! in harmless and in hostile words.

mod alerts;
mod cast;
mod event;
mod export;
mod filtered;
mod forest;
mod search;
mod session;
mod settings;
mod timeline;

use std::fmt;

use banyan_protocol::{Timestamp, view::CastView};

use crate::{
    Assets, Chrome, ErrorPage, ForestInput, ForestPage, Moment, NoMoment, PageError, Preferences,
    SessionInput, SessionPage, SessionParams, SubtreePage, TimelinePage, links,
};
pub(crate) use session::Sketch;

/// How agents speak: turns each of their texts into another one.
#[derive(Clone, Copy)]
pub struct Voice<'a>(&'a dyn Fn(&str) -> String);

impl<'a> Voice<'a> {
    /// Speaks through `change`.
    pub fn new(change: &'a dyn Fn(&str) -> String) -> Self {
        Self(change)
    }

    pub(crate) fn say(self, text: &str) -> String {
        (self.0)(text)
    }
}

impl Voice<'static> {
    /// Speaks plainly.
    pub fn plain() -> Self {
        Self(&|text| text.to_owned())
    }
}

impl fmt::Debug for Voice<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Voice")
    }
}

/// The log of all samples.
pub const LOG_ID: &str = "demo";

/// 2026-11-20 10:44:30 UTC, the reader's time in all samples.
pub(crate) const NOW: Timestamp = Timestamp::from_micros(1_795_171_470_000_000);

/// A frame whose style sheets lie beside the page.
pub fn chrome(preferences: Preferences) -> Chrome {
    Chrome {
        assets: Assets {
            css: "/static/banyan.css".to_owned(),
            js: "/static/banyan.js".to_owned(),
            build: "sample".to_owned(),
            groups: "/static/groups.css".to_owned(),
            theme: links::theme(&preferences, LOG_ID),
            icon: "/static/icon.svg".to_owned(),
            pages_css: "/static/pages.css".to_owned(),
            past_js: "/static/past.js".to_owned(),
            timeline_css: "/static/timeline.css".to_owned(),
            timeline_js: "/static/timeline.js".to_owned(),
        },
        preferences,
        as_of: Some(184_512),
        now: NOW,
        open_alerts: 3,
        moment: None,
        notice: None,
    }
}

/// The same frame around pages that look back.
pub fn past(chrome: Chrome) -> Chrome {
    let moment = Moment {
        at: 184_467,
        time: Timestamp::from_micros(NOW.micros() - 143_000_000),
        first: 183_002,
        last: 184_512,
        previous: Some(184_460),
        next: Some(184_468),
    };
    Chrome { as_of: Some(moment.at), now: moment.time, moment: Some(moment), ..chrome }
}

impl ForestPage {
    /// Every kind of forest, with a name for each.
    pub fn sample(chrome: &Chrome, voice: Voice<'_>) -> Vec<(&'static str, Self)> {
        let page = |forest, after: Option<&str>| {
            let after = after.map(str::to_owned);
            let origin = "http://127.0.0.1:4317".to_owned();
            let query = crate::ForestQuery::default();
            Self::new(chrome.clone(), &ForestInput { forest, after, query, origin })
        };
        let mut pages = vec![
            ("forest", page(forest::busy(voice), None)),
            ("forest-older", page(forest::older(voice), Some("184000.7"))),
            ("forest-empty", page(forest::empty(), None)),
            ("forest-chain", page(forest::chain(voice, 62), None)),
            ("forest-wide", page(forest::wide(voice, 150), None)),
            ("forest-groups", page(forest::many_groups(voice, 26), None)),
        ];
        let filtered = filtered::inputs(voice).into_iter();
        pages.extend(filtered.map(|(name, input)| (name, Self::new(chrome.clone(), &input))));
        pages
    }
}

impl SessionPage {
    /// Every kind of session, with a name for each.
    pub fn sample(chrome: &Chrome, voice: Voice<'_>) -> Vec<(&'static str, Self)> {
        session::inputs(voice)
            .into_iter()
            .map(|(name, input)| (name, Self::new(chrome.clone(), &input)))
            .collect()
    }
}

impl SubtreePage {
    /// Every kind of subtree, with a name for each.
    pub fn sample(chrome: &Chrome, voice: Voice<'_>) -> Vec<(&'static str, Self)> {
        timeline::subtrees(voice)
            .into_iter()
            .map(|(name, input)| (name, Self::new(chrome.clone(), &input)))
            .collect()
    }
}

impl TimelinePage {
    /// Every kind of timeline, with a name for each.
    pub fn sample(chrome: &Chrome, voice: Voice<'_>) -> Vec<(&'static str, Self)> {
        timeline::inputs(voice)
            .into_iter()
            .map(|(name, mut input)| {
                input.params.at = chrome.at();
                (name, Self::new(chrome.clone(), &input))
            })
            .collect()
    }
}

impl crate::SearchPage {
    /// Every kind of search, with a name for each.
    pub fn sample(chrome: &Chrome, voice: Voice<'_>) -> Vec<(&'static str, Self)> {
        search::inputs(voice)
            .into_iter()
            .map(|(name, input)| (name, Self::new(chrome.clone(), &input)))
            .collect()
    }
}

impl ErrorPage {
    /// Every error, with a name for each.
    pub fn sample(chrome: &Chrome, voice: Voice<'_>) -> Vec<(&'static str, Self)> {
        let id = || voice.say("01JD/unknown");
        let request = || "0192f0c1".to_owned();
        [
            ("error-no-page", PageError::NoPage),
            ("error-no-session", PageError::NoSession(id())),
            ("error-no-event", PageError::NoEvent(id())),
            ("error-no-alert", PageError::NoAlert),
            ("error-cross-origin", PageError::CrossOrigin),
            ("error-deleted", PageError::Deleted(id())),
            ("error-bad-request", PageError::BadRequest),
            ("error-bad-moment", PageError::NoMoment(id(), NoMoment::Unreadable)),
            ("error-future", PageError::NoMoment(id(), NoMoment::Future)),
            ("error-too-early", PageError::NoMoment(id(), NoMoment::TooEarly)),
            ("error-too-large", PageError::NoMoment(id(), NoMoment::TooLarge)),
            ("error-misdirected", PageError::Misdirected),
            ("error-internal", PageError::Internal(request())),
            ("error-unavailable", PageError::Unavailable(request())),
        ]
        .into_iter()
        .map(|(name, error)| (name, Self::new(Chrome { as_of: None, ..chrome.clone() }, error)))
        .collect()
    }
}

/// Every page with every sample, written.
pub fn pages(
    chrome: &Chrome,
    voice: Voice<'_>,
) -> Result<Vec<(&'static str, String)>, askama::Error> {
    use askama::Template as _;
    let mut pages = Vec::new();
    for (name, page) in ForestPage::sample(chrome, voice) {
        pages.push((name, page.render()?));
    }
    for (name, page) in SessionPage::sample(chrome, voice) {
        pages.push((name, page.render()?));
    }
    if let Some((_, page)) = SessionPage::sample(&past(chrome.clone()), voice).first() {
        pages.push(("past", page.render()?));
    }
    for (name, page) in SubtreePage::sample(chrome, voice) {
        pages.push((name, page.render()?));
    }
    for (name, page) in TimelinePage::sample(chrome, voice) {
        pages.push((name, page.render()?));
    }
    for (name, page) in crate::AlertsPage::sample(chrome, voice) {
        pages.push((name, page.render()?));
    }
    for (name, page) in crate::AlertPage::sample(chrome, voice) {
        pages.push((name, page.render()?));
    }
    for (name, page) in crate::QuarantinePage::sample(chrome, voice) {
        pages.push((name, page.render()?));
    }
    for (name, page) in crate::SearchPage::sample(chrome, voice) {
        pages.push((name, page.render()?));
    }
    for (name, page) in crate::SettingsPage::sample(chrome) {
        pages.push((name, page.render()?));
    }
    for (name, page) in crate::SavedPage::sample(chrome, voice) {
        pages.push((name, page.render()?));
    }
    for (name, page) in ErrorPage::sample(chrome, voice) {
        pages.push((name, page.render()?));
    }
    Ok(pages)
}

/// Every page that is saved and not shown, written.
pub fn files(
    chrome: &Chrome,
    voice: Voice<'_>,
) -> Result<Vec<(&'static str, String)>, askama::Error> {
    use askama::Template as _;
    let pages = crate::ExportPage::sample(chrome, voice);
    pages.into_iter().map(|(name, page)| Ok((name, page.render()?))).collect()
}

impl SessionInput {
    /// A page that shows nothing but this session.
    pub(crate) fn bare(sketch: Sketch<'_>) -> Self {
        let session = sketch.view();
        Self {
            tree: forest::of(vec![forest::leaf(session.clone())]),
            session,
            ancestors: Vec::new(),
            feed: banyan_protocol::view::FeedView::default(),
            alerts: Vec::new(),
            cast: CastView::default(),
            selected: None,
            params: SessionParams::default(),
        }
    }
}
