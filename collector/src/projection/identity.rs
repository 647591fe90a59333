//! Tells new events, duplicates and variants apart. Looks nothing up: the projector does.
//!
//! The same event may be received any number of times, by retries of an agent that saw no
//! answer. Identity says which receptions claim to be the same event, the digest of the bytes
//! says whether they are.

use banyan_protocol::{Envelope, limits::VARIANTS_MAX_COUNT};

use super::recorded::Hand;

/// What makes an event the same event as another one of its session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Identity<'a> {
    /// The producer's own identity. Looked up among the session's events with that `event_id`.
    EventId(&'a str),
    /// The agent's count. Looked up among the session's events with that sequence and without an
    /// `event_id`, and only when [`super::session::Session::may_have_seen`] the sequence.
    Sequence(i64),
    /// None: always a new event.
    None,
}

impl<'a> Identity<'a> {
    /// The identity that `envelope` claims.
    pub(crate) fn of(envelope: &'a Envelope<'_>) -> Self {
        match (&envelope.event_id, envelope.sequence) {
            (Some(event_id), _) => Self::EventId(event_id),
            (None, Some(sequence)) => Self::Sequence(sequence),
            (None, None) => Self::None,
        }
    }
}

/// A stored event of the identity in question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Known {
    /// Which version of its identity it is.
    pub variant: u32,
    /// BLAKE3-128 of the bytes received.
    pub digest: [u8; 16],
    /// Its key in the view.
    pub key: i64,
    /// Who told it.
    pub hand: Hand,
}

/// What a reception is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// The first of its identity.
    New,
    /// Received before.
    Duplicate {
        /// Key of the event that it repeats.
        of_key: i64,
    },
    /// The same identity with other content.
    Variant {
        /// 1, 2 … [`VARIANTS_MAX_COUNT`] - 1; the first version is number 0.
        number: u32,
    },
}

/// Judges a reception with `digest`, told by `hand`, given every stored event of its identity, in
/// any order. What is told first-hand and by others is no other version of itself.
///
/// An identity holds at most [`VARIANTS_MAX_COUNT`] versions; further ones count as duplicates of
/// the first, so that a runaway agent cannot fill the view under one sequence number.
pub(crate) fn judge(known: &[Known], digest: [u8; 16], hand: Hand) -> Verdict {
    let Some(first) = known.iter().min_by_key(|event| event.variant) else {
        return Verdict::New;
    };
    if let Some(same) = known.iter().find(|event| event.digest == digest) {
        return Verdict::Duplicate { of_key: same.key };
    }
    if known.iter().any(|event| event.hand != hand) {
        return Verdict::Duplicate { of_key: first.key };
    }
    match u32::try_from(known.len()) {
        Ok(number) if known.len() < VARIANTS_MAX_COUNT => Verdict::Variant { number },
        _ => Verdict::Duplicate { of_key: first.key },
    }
}

/// BLAKE3-128 of what was received.
pub(super) fn digest(bytes: &[u8]) -> [u8; 16] {
    blake3::hash(bytes).as_bytes().first_chunk().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(digests: &[u8]) -> Vec<Known> {
        (0..)
            .zip(digests)
            .map(|(variant, &digest)| Known {
                variant,
                digest: [digest; 16],
                key: i64::from(digest) * 256,
                hand: Hand::First,
            })
            .collect()
    }

    #[track_caller]
    fn check(digests: &[u8], digest: u8, expected: Verdict) {
        assert_eq!(judge(&known(digests), [digest; 16], Hand::First), expected);
        let mut backwards = known(digests);
        backwards.reverse();
        let again = judge(&backwards, [digest; 16], Hand::First);
        assert_eq!(again, expected, "the order of the known counts");
    }

    #[test]
    fn the_first_of_an_identity_is_new() {
        check(&[], 7, Verdict::New);
    }

    #[test]
    fn same_content_is_a_duplicate_of_that_version() {
        check(&[7], 7, Verdict::Duplicate { of_key: 7 * 256 });
        check(&[7, 8, 9], 8, Verdict::Duplicate { of_key: 8 * 256 });
    }

    #[test]
    fn other_content_is_the_next_variant() {
        check(&[7], 8, Verdict::Variant { number: 1 });
        check(&[1, 2, 3, 4, 5, 6, 7], 8, Verdict::Variant { number: 7 });
    }

    #[test]
    fn what_others_tell_too_is_told_once() {
        let verdict = judge(&known(&[7]), [8; 16], Hand::Second);
        assert_eq!(verdict, Verdict::Duplicate { of_key: 7 * 256 });
    }

    #[test]
    fn the_ninth_version_counts_as_a_duplicate_of_the_first() {
        check(&[1, 2, 3, 4, 5, 6, 7, 8], 9, Verdict::Duplicate { of_key: 256 });
        check(&[1, 2, 3, 4, 5, 6, 7, 8], 8, Verdict::Duplicate { of_key: 8 * 256 });
    }
}
