//! What can be followed, and what its subscribers are told of a moment.

use std::collections::BTreeMap;

use banyan_dashboard::{
    FeedFilter, FreshRows, Template as _,
    live::{self, LiveText},
    session_texts,
};
use banyan_protocol::{Position, Timestamp, view::Severity};
use bytes::Bytes;

use super::frames::Frames;
use crate::{
    http::{error::ApiError, pages::feed_of},
    query::{Changes, FreshRequest, Lookup, Query, Skip, Standing},
};

/// The rows of longer feeds are not counted with every event, but when a page asks.
const COUNTED_MAX_EVENTS: u32 = 2_000;

/// What is followed.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Topic {
    /// All sessions.
    Forest,
    /// One session: its tree and its feed.
    Session {
        /// Its id.
        id: String,
        /// Which events its feed shows.
        filter: FeedFilter,
    },
}

/// Texts that were told last, so that only those that changed are told again.
pub(super) type Texts = BTreeMap<String, LiveText>;

/// A stretch of the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stretch {
    /// Behind this position …
    pub(super) from: Position,
    /// … up to this one.
    pub(super) to: Position,
}

impl Topic {
    /// The session that is followed.
    pub(super) fn session(&self) -> Option<String> {
        match self {
            Self::Forest => None,
            Self::Session { id, .. } => Some(id.clone()),
        }
    }

    /// What is told of a stretch in which `changes` happened; `standing` is that of the session.
    pub(super) async fn tell(
        &self,
        (query, now): (&Query, Timestamp),
        stretch: Stretch,
        (changes, standing): (&Changes, Option<Standing>),
        told: &mut Texts,
    ) -> Result<Bytes, ApiError> {
        let mut frames = Frames::default();
        match self {
            Self::Forest => {
                if !changes.rows.is_empty() {
                    frames.texts(&news(told, live::forest_texts(query.counts().await?)));
                }
                alerts(&mut frames, query, stretch, told).await?;
                frames.dirty(stretch.to, changes, None);
            }
            Self::Session { id, filter } => {
                // One that is not known, or not any more, has nothing to tell.
                let Some(standing) = standing else { return Ok(Bytes::new()) };
                if stretch.from < standing.changed {
                    feed(&mut frames, (query, now), (id, *filter), (stretch, told)).await?;
                }
                frames.dirty(stretch.to, changes, Some(standing.root));
            }
        }
        Ok(frames.done())
    }

    /// The same for one subscriber who was away: the view says what changed behind `after`.
    pub(super) async fn catch_up(
        &self,
        (query, now): (&Query, Timestamp),
        after: Position,
    ) -> Result<(Bytes, Position), ApiError> {
        let (changes, standing) = match self {
            Self::Forest => (query.changes_after(after).await?, None),
            Self::Session { id, .. } => {
                let changes = query.changes_around(id, after).await?;
                let mut standings = query.standings(std::slice::from_ref(id)).await?;
                (changes, standings.remove(id))
            }
        };
        let stretch = Stretch { from: after, to: changes.as_of.max(after) };
        let told = &mut Texts::new();
        let bytes = self.tell((query, now), stretch, (&changes, standing), told).await?;
        Ok((bytes, stretch.to))
    }
}

/// What a page about the session says now besides its rows, or the forest, by the id of its element.
pub(in crate::http) async fn texts(
    query: &Query,
    session: Option<&str>,
) -> Result<Vec<(String, LiveText)>, ApiError> {
    let Some(id) = session else {
        let mut texts = live::forest_texts(query.counts().await?);
        texts.extend(live::alert_texts(query.open_alerts().await?, None));
        return Ok(texts);
    };
    let Lookup::Found(session) = query.session(id).await? else { return Err(ApiError::NoSession) };
    Ok(session_texts(&session, query.feed_counts(id, u32::MAX).await?))
}

/// Rows of a feed, and the figures above it.
async fn feed(
    frames: &mut Frames,
    (query, now): (&Query, Timestamp),
    (id, filter): (&str, FeedFilter),
    (stretch, told): (Stretch, &mut Texts),
) -> Result<(), ApiError> {
    let Lookup::Found(session) = query.session(id).await? else { return Ok(()) };
    let request = feed_of(filter);
    let fresh = FreshRequest { after: stretch.from, until: Position::MAX, skip: Skip::Oldest };
    if let Some(fresh) = query.fresh_feed(id, &request, fresh).await? {
        let rows = FreshRows::new(&fresh, &session, filter, now);
        frames.feed(fresh.up_to, &rows.render().map_err(ApiError::Template)?);
    }
    let counts = query.feed_counts(id, COUNTED_MAX_EVENTS).await?;
    frames.texts(&news(told, session_texts(&session, counts)));
    Ok(())
}

/// How many alerts are open; the latest critical one aloud, others in passing.
async fn alerts(
    frames: &mut Frames,
    query: &Query,
    stretch: Stretch,
    told: &mut Texts,
) -> Result<(), ApiError> {
    let raised = query.alerts_between(stretch.from, stretch.to).await?;
    let worst = raised.iter().rev().find(|alert| alert.severity == Severity::Critical);
    if worst.is_none() && !raised.is_empty() {
        frames.say("New alerts");
    }
    frames.texts(&news(told, live::alert_texts(query.open_alerts().await?, worst)));
    Ok(())
}

/// Those of `texts` that are not `told` already.
fn news(told: &mut Texts, texts: Vec<(String, LiveText)>) -> Texts {
    let news = texts.into_iter().filter(|(id, text)| told.get(id) != Some(text));
    let news: Texts = news.collect();
    told.extend(news.clone());
    news
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_told_when_it_changes() {
        let mut told = Texts::new();
        let texts = |run: &str| {
            [("c-run", run), ("c-all", "7")].map(|(id, text)| (id.to_owned(), text.into()))
        };
        assert_eq!(news(&mut told, texts("1").into()).len(), 2);
        assert_eq!(news(&mut told, texts("1").into()).len(), 0);
        assert_eq!(
            news(&mut told, texts("2").into()),
            Texts::from([("c-run".to_owned(), "2".into())])
        );
    }
}
