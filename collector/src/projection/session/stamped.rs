//! Values that remember which event set them, so that the order of arrival does not matter.
//!
//! What is told first-hand counts before what is not ([`Hand`]).

use serde::{Deserialize, Serialize};

use super::super::recorded::{Hand, Stamp};

/// The value of the event with the largest stamp that was offered, first-hand if there is one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct Latest<T>(Option<(Stamp, T)>);

/// The value of the event with the smallest stamp that was offered, first-hand if there is one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct First<T>(Option<(Stamp, T)>);

impl<T> Default for Latest<T> {
    fn default() -> Self {
        Self(None)
    }
}

impl<T> Default for First<T> {
    fn default() -> Self {
        Self(None)
    }
}

impl<T> Latest<T> {
    /// Takes what `value` makes when `stamp` is larger than that of the value held, or the first
    /// that is first-hand.
    pub(super) fn offer(&mut self, stamp: Stamp, value: impl FnOnce() -> T) {
        if self.stamp().is_none_or(|held| later(held) < later(stamp)) {
            self.0 = Some((stamp, value()));
        }
    }

    /// The value held.
    pub(super) fn get(&self) -> Option<&T> {
        self.0.as_ref().map(|(_, value)| value)
    }

    /// Stamp of the event that set the value held.
    pub(super) fn stamp(&self) -> Option<Stamp> {
        self.0.as_ref().map(|(stamp, _)| *stamp)
    }

    /// Whether nothing was offered yet.
    pub(super) fn is_none(&self) -> bool {
        self.0.is_none()
    }
}

impl Latest<String> {
    /// As [`Self::offer`], without copying a text that is already held.
    pub(super) fn offer_text(&mut self, stamp: Stamp, text: &str) {
        match &mut self.0 {
            Some((held, value)) if value == text => {
                *held = if later(*held) < later(stamp) { stamp } else { *held };
            }
            _ => self.offer(stamp, || text.to_owned()),
        }
    }
}

impl<T> First<T> {
    /// Takes what `value` makes when `stamp` is smaller than that of the value held, or the first
    /// that is first-hand.
    pub(super) fn offer(&mut self, stamp: Stamp, value: impl FnOnce() -> T) {
        if self.0.as_ref().is_none_or(|(held, _)| (stamp.hand, stamp) < (held.hand, *held)) {
            self.0 = Some((stamp, value()));
        }
    }

    /// Stamp of the event that set the value held.
    pub(super) fn stamp(&self) -> Option<Stamp> {
        self.0.as_ref().map(|(stamp, _)| *stamp)
    }

    /// Holds `value`, whatever was offered.
    pub(super) fn replace(&mut self, stamp: Stamp, value: T) {
        self.0 = Some((stamp, value));
    }

    /// The value held.
    pub(super) fn get(&self) -> Option<&T> {
        self.0.as_ref().map(|(_, value)| value)
    }

    /// Whether nothing was offered yet.
    pub(super) fn is_none(&self) -> bool {
        self.0.is_none()
    }
}

/// What orders the latest values: the largest wins.
fn later(stamp: Stamp) -> (std::cmp::Reverse<Hand>, Stamp) {
    (std::cmp::Reverse(stamp.hand), stamp)
}
