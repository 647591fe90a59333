//! Folds a part of a log again, from the events that a view holds, into a view of its own.
//!
//! Whoever wants to know how a tree was at an earlier moment folds its events up to there with
//! the code that folded them first. Numbers of sessions and groups depend on the whole log, so
//! they are given; everything else follows from the part's own events, provided that it holds
//! every session that one of its sessions had to do with.

use std::{
    collections::{BTreeMap, HashMap},
    path::Path,
};

use banyan_protocol::{EventKey, Flags, Position, Timestamp, view::AlertRule};

use super::{
    decode::{Deletion, Marking, Origin, Step, Word, again},
    pipeline::{Pipeline, PipelineError},
};

/// What the whole log has made of the part.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Given {
    /// The numbers of the sessions that the part names.
    pub sessions: HashMap<String, i64>,
    /// The numbers of its groups, by where they formed; in that order, then by number.
    pub groups: Vec<(Position, i64)>,
    /// The numbers of its groups by the sessions that are their roots now.
    pub roots: BTreeMap<i64, i64>,
}

/// An event as a view holds it.
#[derive(Clone, Debug)]
pub(crate) struct Stored {
    /// As [`EventKey`] stores it.
    pub key: i64,
    /// When it was received, by our clock.
    pub received_at: Timestamp,
    /// What was odd about it.
    pub flags: Flags,
    /// BLAKE3-128 of the bytes received.
    pub digest: [u8; 16],
    /// Its text.
    pub raw: String,
}

/// Something that was said of an alert, as a view holds it.
#[derive(Clone, Debug)]
pub(crate) struct Remark {
    /// Where that is said.
    pub position: Position,
    /// When, by our clock.
    pub at: Timestamp,
    /// The alert's session.
    pub session_id: String,
    /// The alert's rule, as it is stored.
    pub rule: i64,
    /// Position of the first event of the alert's evidence.
    pub first: Position,
    /// That it was seen to, or is open again.
    pub acknowledged: bool,
}

/// A fold in progress.
#[derive(Debug)]
pub(crate) struct Again(Pipeline);

impl Again {
    /// Begins a view at `path`, where none is, in which the sessions `deleted` never speak.
    pub(crate) async fn begin(
        path: &Path,
        given: Given,
        deleted: Vec<String>,
    ) -> Result<Self, PipelineError> {
        let mut pipeline = Pipeline::again(path, given).await?;
        let delete = |session_id| Step::Delete(Deletion { position: 0, session_id });
        pipeline.take_steps(deleted.into_iter().map(delete).collect(), 0).await?;
        Ok(Self(pipeline))
    }

    /// Takes in the next events, by key, ending at `position` or before it.
    pub(crate) async fn take(
        &mut self,
        events: &[Stored],
        position: Position,
    ) -> Result<(), PipelineError> {
        let steps = events.iter().filter_map(Stored::step).collect();
        self.0.take_steps(steps, position).await
    }

    /// Takes in what was said of alerts up to `position`, and finishes the view. What is said of
    /// an alert changes nothing else, so it may come behind all events.
    pub(crate) async fn finish(
        mut self,
        remarks: &[Remark],
        position: Position,
    ) -> Result<(), PipelineError> {
        let steps = remarks.iter().filter_map(Remark::step).collect();
        self.0.take_steps(steps, position).await?;
        self.0.settle().await?;
        self.0.close().await;
        Ok(())
    }
}

impl Stored {
    fn step(&self) -> Option<Step<'_>> {
        let key = EventKey::from_stored(self.key);
        let origin = Origin { key, received_at: self.received_at, digest: self.digest };
        // Whether it has other versions is seen again, or was not known yet.
        let flags = Flags::from_bits(self.flags.bits() & !Flags::VARIANT.bits());
        let recorded = again(origin, &self.raw, flags)?;
        Some(Step::Event(Box::new(recorded), &self.raw))
    }
}

impl Remark {
    fn step(&self) -> Option<Step<'_>> {
        let rule = AlertRule::from_stored(self.rule)?;
        Some(Step::Mark(Marking {
            position: self.position,
            at: self.at,
            session_id: self.session_id.clone(),
            rule,
            first: self.first,
            word: if self.acknowledged { Word::Acknowledged } else { Word::Reopened },
        }))
    }
}
