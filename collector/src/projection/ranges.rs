//! The sequence numbers that a session was heard with: answers "seen already?" and "what is
//! missing?" from a few numbers instead of a set.

use serde::{Deserialize, Serialize};

/// Ranges kept for one session. An agent that counts has one range, one that loses events a few.
pub(crate) const RANGES_MAX_COUNT: usize = 4_096;

/// A set of sequence numbers as sorted, disjoint, non-adjacent ranges, both ends included.
///
/// Exact up to [`RANGES_MAX_COUNT`] ranges. Beyond it the two closest neighbours become one, so
/// numbers between them count as received: [`Self::contains`] then says yes too often (a look-up
/// more for the projector), the gaps are a floor, and [`Self::is_exact`] says so for ever. What is
/// merged then depends on the order of arrival; nothing else here does.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Ranges {
    received: Vec<(i64, i64)>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    inexact: bool,
}

impl Ranges {
    /// Adds `number`, which is 0 or more.
    pub(crate) fn insert(&mut self, number: i64) {
        let after = self.received.partition_point(|&(from, _)| from <= number);
        let (below, above) = self.received.split_at_mut(after);
        match (below.last_mut(), above.first_mut()) {
            (Some((_, to)), _) if number <= *to => {}
            (Some((_, to)), Some((from, end))) if *to + 1 == number && number + 1 == *from => {
                *to = *end;
                self.received.remove(after);
            }
            (Some((_, to)), _) if *to + 1 == number => *to = number,
            (_, Some((from, _))) if number + 1 == *from => *from = number,
            _ => {
                self.received.insert(after, (number, number));
                self.bound();
            }
        }
    }

    /// Whether `number` was received; with inexact ranges, whether it may have been.
    pub(crate) fn contains(&self, number: i64) -> bool {
        let after = self.received.partition_point(|&(from, _)| from <= number);
        let below = after.checked_sub(1).and_then(|last| self.received.get(last));
        below.is_some_and(|&(_, to)| number <= to)
    }

    /// The largest number received.
    pub(crate) fn largest(&self) -> Option<i64> {
        self.received.last().map(|&(_, to)| to)
    }

    /// Whether the gaps are all the gaps, and not only a floor.
    pub(crate) fn is_exact(&self) -> bool {
        !self.inexact
    }

    /// Numbers never received, as ranges with both ends included, from 1 (or 0, if that was
    /// received) to the largest one received.
    pub(crate) fn gaps(&self) -> impl Iterator<Item = (i64, i64)> {
        self.received
            .iter()
            .scan(1, |expected, &(from, to)| {
                let gap = (*expected, from - 1);
                *expected = to.saturating_add(1);
                Some(gap)
            })
            .filter(|(from, to)| from <= to)
    }

    /// How many numbers the gaps hold.
    pub(crate) fn missing_count(&self) -> u64 {
        self.gaps().map(|(from, to)| from.abs_diff(to) + 1).sum()
    }

    /// Keeps the number of ranges in its bound by merging the two closest neighbours, the
    /// smaller ones of several equally close.
    fn bound(&mut self) {
        if self.received.len() <= RANGES_MAX_COUNT {
            return;
        }
        let distances = self.received.iter().zip(self.received.iter().skip(1));
        let closest = distances.enumerate().min_by_key(|(_, ((_, to), (from, _)))| from - to);
        let Some((index, (_, &(_, end)))) = closest else { return };
        if let Some((_, to)) = self.received.get_mut(index) {
            *to = end;
        }
        self.received.remove(index + 1);
        self.inexact = true;
    }
}

#[cfg(test)]
mod tests;
