//! The place of an event in its session, and its form as a page's key.

use banyan_protocol::EventKey;

/// Orders the events of one session: by sequence, those without one first, then by arrival.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(in crate::query) struct Stamp {
    /// The agent's count.
    pub sequence: Option<i64>,
    /// The event's key in the view, which is by arrival.
    pub key: i64,
}

impl Stamp {
    /// Behind every event.
    pub(super) const LAST: Self = Self { sequence: Some(i64::MAX), key: i64::MAX };

    /// Which event it is.
    pub(in crate::query) fn event(self) -> EventKey {
        EventKey::from_stored(self.key)
    }

    /// The key of a page: `12.3072`, or `-.3072` where there is no sequence.
    pub(super) fn encode(self) -> String {
        match self.sequence {
            Some(sequence) => format!("{sequence}.{}", self.key),
            None => format!("-.{}", self.key),
        }
    }

    /// Reads what [`Stamp::encode`] gave.
    pub(super) fn decode(text: &str) -> Option<Self> {
        let (sequence, key) = text.split_once('.')?;
        let sequence = if sequence == "-" { None } else { Some(number(sequence)?) };
        Some(Self { sequence, key: number(key)? })
    }

    /// The sequence as the statements of this room order it: -1 for none.
    pub(super) fn rank(self) -> i64 {
        self.sequence.unwrap_or(-1)
    }
}

fn number(text: &str) -> Option<i64> {
    text.parse().ok().filter(|number| 0 <= *number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_of_pages_are_read_back() {
        for (sequence, key, text) in [
            (Some(12), 3072, "12.3072"),
            (None, 256, "-.256"),
            (Some(i64::MAX), 0, "9223372036854775807.0"),
        ] {
            let stamp = Stamp { sequence, key };
            assert_eq!(stamp.encode(), text);
            assert_eq!(Stamp::decode(text), Some(stamp));
        }
        for text in ["", ".", "1", "1.", "-1.2", "1.-2", "x.1", "9223372036854775808.1"] {
            assert_eq!(Stamp::decode(text), None, "{text}");
        }
    }

    #[test]
    fn events_without_a_sequence_come_first() {
        let stamp = |sequence, key| Stamp { sequence, key };
        let mut stamps = [stamp(Some(0), 9), stamp(None, 8), stamp(Some(0), 7), stamp(None, 1)];
        stamps.sort();
        let keys: Vec<_> = stamps.iter().map(|stamp| stamp.key).collect();
        assert_eq!(keys, [1, 8, 7, 9]);
        assert!(stamps.iter().all(|stamp| *stamp < Stamp::LAST));
    }
}
