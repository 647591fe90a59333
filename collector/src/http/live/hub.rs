//! The one task that looks at the view for all live pages.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use banyan_protocol::{Position, limits::LIVE_MAX_COUNT};
use bytes::Bytes;
use tokio::{sync::watch, time::Instant};
use tokio_util::sync::CancellationToken;

use super::{
    subscriber::Subscriber,
    topic::{Stretch, Texts, Topic},
};
use crate::{
    clock::Clock,
    http::{error::ApiError, sse::Places},
    progress::Progress,
    query::Query,
};

/// Two looks at the view are at least this far apart.
const TICK: Duration = Duration::from_millis(250);

/// Tells live pages what changed. Clones share it.
#[derive(Clone, Debug)]
pub(crate) struct LiveHub(Arc<Shared>);

#[derive(Debug)]
pub(super) struct Shared {
    pub(super) query: Query,
    pub(super) progress: Progress,
    pub(super) clock: Clock,
    pub(super) stop: CancellationToken,
    topics: Mutex<HashMap<Topic, Followed>>,
    subscribers: Places,
    /// The end of the last moment.
    told: watch::Sender<Position>,
}

/// A topic that somebody follows.
#[derive(Debug)]
struct Followed {
    moments: watch::Sender<Moment>,
    subscribers: usize,
    texts: Texts,
}

/// What a topic's subscribers are told of a stretch of the log.
#[derive(Clone, Debug, Default)]
pub(super) struct Moment {
    pub(super) from: Position,
    pub(super) to: Position,
    pub(super) bytes: Bytes,
}

impl LiveHub {
    /// A hub that nobody follows yet; see [`Self::run`]. Streams end when `stop` is cancelled.
    pub(crate) fn new(
        query: Query,
        progress: Progress,
        clock: Clock,
        stop: CancellationToken,
    ) -> Self {
        let subscribers = Places::new(LIVE_MAX_COUNT);
        let (topics, told) = Default::default();
        Self(Arc::new(Shared { query, progress, clock, stop, topics, subscribers, told }))
    }

    /// How many pages are open right now.
    pub(crate) fn subscribers(&self) -> usize {
        self.0.subscribers.taken()
    }

    /// A page of this `build` or of an old one follows `topic` behind `after`, unless there are
    /// too many.
    pub(super) fn subscribe(
        &self,
        topic: Topic,
        after: Option<Position>,
        page: (&str, bool),
    ) -> Result<Subscriber, ApiError> {
        if self.0.stop.is_cancelled() {
            return Err(ApiError::Stopping);
        }
        self.0.subscribers.take()?;
        let moments = self.0.follow(&topic);
        Ok(Subscriber::new(Arc::clone(&self.0), (topic, moments), after, page))
    }

    /// Follows the view for as long as there are subscribers, until it is stopped.
    pub(crate) async fn run(self) {
        let stop = self.0.stop.clone();
        stop.run_until_cancelled(self.0.watch()).await;
    }
}

impl Shared {
    /// Joins the topic. Where it is new, its first moment ends where the view is now: whoever
    /// comes from further back reads the view.
    fn follow(&self, topic: &Topic) -> watch::Receiver<Moment> {
        let here = self.progress.projected();
        let mut topics = self.topics();
        let followed = topics.entry(topic.clone()).or_insert_with(|| Followed {
            moments: watch::Sender::new(Moment { from: here, to: here, bytes: Bytes::new() }),
            subscribers: 0,
            texts: Texts::new(),
        });
        followed.subscribers += 1;
        followed.moments.subscribe()
    }

    /// A subscriber has left.
    pub(super) fn leave(&self, topic: &Topic) {
        self.subscribers.leave();
        let mut topics = self.topics();
        if let Some(followed) = topics.get_mut(topic) {
            followed.subscribers = followed.subscribers.saturating_sub(1);
            if followed.subscribers == 0 {
                topics.remove(topic);
            }
        }
    }

    async fn watch(&self) {
        let mut subscribers = self.subscribers.watch();
        let mut projected = self.progress.watch_projected();
        loop {
            if subscribers.wait_for(|subscribers| *subscribers != 0).await.is_err() {
                return;
            }
            self.begin(*projected.borrow_and_update());
            while *subscribers.borrow_and_update() != 0 {
                if let Err(error) = self.tick().await {
                    let error: &dyn std::error::Error = &error;
                    tracing::error!(error, "live pages could not be told what changed");
                }
                tokio::time::sleep_until(Instant::now() + TICK).await;
                let moved = tokio::select! {
                    moved = projected.changed() => moved,
                    changed = subscribers.changed() => changed,
                };
                if moved.is_err() {
                    return;
                }
            }
        }
    }

    /// Looks from `here` on. Pages that came while nobody looked may be behind that: this makes
    /// them read the view themselves.
    fn begin(&self, here: Position) {
        self.told.send_replace(here);
        for followed in self.topics().values() {
            let bytes = Bytes::new();
            followed.moments.send_replace(Moment { from: here, to: here, bytes });
        }
    }

    /// Tells every topic what changed since the last time.
    async fn tick(&self) -> Result<(), ApiError> {
        let from = *self.told.borrow();
        if self.progress.projected() <= from {
            return Ok(());
        }
        let changes = self.query.changes_after(from).await?;
        let stretch = Stretch { from, to: changes.as_of.max(from) };
        let topics: Vec<(Topic, Texts)> = self
            .topics()
            .iter_mut()
            .map(|(topic, followed)| (topic.clone(), std::mem::take(&mut followed.texts)))
            .collect();
        let ids: Vec<String> = topics.iter().filter_map(|(topic, _)| topic.session()).collect();
        let standings = self.query.standings(&ids).await?;
        let asked = (&self.query, self.clock.now());
        for (topic, mut texts) in topics {
            let standing = topic.session().and_then(|id| standings.get(&id).copied());
            let bytes = topic.tell(asked, stretch, (&changes, standing), &mut texts).await?;
            if let Some(followed) = self.topics().get_mut(&topic) {
                followed.texts = texts;
                let moment = Moment { from: stretch.from, to: stretch.to, bytes };
                followed.moments.send_replace(moment);
            }
        }
        self.told.send_replace(stretch.to);
        Ok(())
    }

    fn topics(&self) -> MutexGuard<'_, HashMap<Topic, Followed>> {
        self.topics.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
