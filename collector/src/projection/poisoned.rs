//! Entries that folding fails on, though it never should: they are found, remembered and left out.
//!
//! What such an entry has already changed cannot be told, so the whole working set is thrown away
//! with it, and the batch is taken again from the checkpoint without that entry.

use std::{
    cell::Cell,
    collections::BTreeMap,
    panic::{AssertUnwindSafe, catch_unwind},
};

use banyan_protocol::Position;

use super::{
    decode::{Failure, Step},
    fold::{Fold, FoldError},
    pipeline::PipelineError,
};

/// Entries on which folding failed before, and how: they are not folded again.
#[derive(Clone, Debug, Default)]
pub(super) struct Poisoned(BTreeMap<Position, Failure>);

impl Poisoned {
    /// How folding the entry at `position` failed, if it did.
    pub(super) fn get(&self, position: Position) -> Option<&Failure> {
        self.0.get(&position)
    }

    /// Folding the entry at `position` failed.
    pub(super) fn note(&mut self, position: Position, reason: String) {
        let failure = self.0.entry(position).or_default();
        failure.reason = reason;
        failure.count += 1;
    }
}

/// Folds every step. A failure, even a panic, names the entry that it happened at; the fold is
/// then of no more use, but the next one can leave that entry out.
pub(super) fn fold_all(fold: &mut Fold, steps: Vec<Step<'_>>) -> Result<(), PipelineError> {
    let at = Cell::new(0);
    let run = || {
        for step in steps {
            at.set(step.position());
            fold.step(step)?;
        }
        Ok::<(), FoldError>(())
    };
    let reason = match catch_unwind(AssertUnwindSafe(run)) {
        Ok(Ok(())) => return Ok(()),
        Ok(Err(error)) => error.to_string(),
        Err(_) => "folding it panicked".to_owned(),
    };
    Err(PipelineError::Entry { position: at.get(), reason })
}
