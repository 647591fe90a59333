//! What the hub keeps of the stream: the last frames, ready to be sent, at their positions.

use std::collections::VecDeque;

use banyan_protocol::Position;
use bytes::Bytes;

/// Frames of consecutive positions, serialised once.
#[derive(Clone, Debug)]
pub(super) struct Chunk {
    /// The chunk covers the positions behind this one …
    pub(super) from: Position,
    /// … up to this one.
    pub(super) to: Position,
    /// All frames, one behind the other.
    pub(super) bytes: Bytes,
    /// Each position that has events, and where their frames end in `bytes`; ascending.
    pub(super) ends: Vec<(Position, usize)>,
}

/// Chunks without gaps between them, bounded by bytes.
#[derive(Debug, Default)]
pub(super) struct Ring {
    chunks: VecDeque<Chunk>,
    /// The end of the last chunk, also when there is none.
    end: Position,
    held_bytes: usize,
}

/// What the ring has for a reader.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// These frames, which bring it to this position.
    Frames(Bytes, Position),
    /// Nothing that it does not have.
    Nothing,
    /// The reader is behind the first chunk.
    Behind,
}

impl Ring {
    /// Forgets everything; the next chunk begins at `position`.
    pub(super) fn restart(&mut self, position: Position) {
        *self = Self { end: position, ..Self::default() };
    }

    /// Adds a chunk that begins at the end, and drops old ones beyond `max_bytes`.
    pub(super) fn push(&mut self, chunk: Chunk, max_bytes: usize) {
        self.end = chunk.to;
        self.held_bytes += chunk.bytes.len();
        self.chunks.push_back(chunk);
        while max_bytes < self.held_bytes
            && let Some(oldest) = self.chunks.pop_front()
        {
            self.held_bytes -= oldest.bytes.len();
        }
    }

    /// What comes behind `position`.
    pub(super) fn after(&self, position: Position) -> Found {
        if self.end <= position {
            return Found::Nothing;
        }
        let index = self.chunks.partition_point(|chunk| chunk.to <= position);
        match self.chunks.get(index) {
            Some(chunk) if chunk.from <= position => {
                Found::Frames(chunk.behind(position), chunk.to)
            }
            Some(_) | None => Found::Behind,
        }
    }
}

impl Chunk {
    fn behind(&self, position: Position) -> Bytes {
        let seen = self.ends.partition_point(|(event, _)| *event <= position);
        let start = seen.checked_sub(1).and_then(|last| self.ends.get(last)).map_or(0, |end| end.1);
        self.bytes.slice(start.min(self.bytes.len())..)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One byte an event: position 3 is `3`.
    fn chunk(from: Position, to: Position, events: &[Position]) -> Chunk {
        let bytes: String = events.iter().map(ToString::to_string).collect();
        let ends = events.iter().zip(1..).map(|(position, end)| (*position, end)).collect();
        Chunk { from, to, bytes: bytes.into(), ends }
    }

    fn frames(text: &'static str, to: Position) -> Found {
        Found::Frames(Bytes::from_static(text.as_bytes()), to)
    }

    #[test]
    fn readers_get_what_they_do_not_have() {
        let mut ring = Ring::default();
        ring.restart(2);
        assert_eq!(ring.after(2), Found::Nothing);
        assert_eq!(ring.after(1), Found::Behind);
        ring.push(chunk(2, 5, &[3, 5]), 100);
        ring.push(chunk(5, 9, &[6, 8]), 100);
        for (position, expected) in [
            (1, Found::Behind),
            (2, frames("35", 5)),
            (3, frames("5", 5)),
            (4, frames("5", 5)),
            (5, frames("68", 9)),
            (7, frames("8", 9)),
            (8, frames("", 9)),
            (9, Found::Nothing),
            (12, Found::Nothing),
        ] {
            assert_eq!(ring.after(position), expected, "{position}");
        }
    }

    #[test]
    fn old_chunks_go_when_there_are_too_many_bytes() {
        let mut ring = Ring::default();
        ring.push(chunk(0, 3, &[1, 2, 3]), 4);
        ring.push(chunk(3, 5, &[4, 5]), 4);
        assert_eq!(ring.after(0), Found::Behind);
        assert_eq!(ring.after(3), frames("45", 5));
        ring.push(chunk(5, 10, &[6, 7, 8, 9, 9]), 4);
        assert_eq!((ring.after(5), ring.after(10)), (Found::Behind, Found::Nothing));
        assert_eq!(ring.end, 10);
    }
}
