//! How much a request or a message of it holds, counted on the wire: nothing is decoded, nothing
//! allocated. What is broken counts up to there; the decoder says so.

use prost::{
    bytes::Buf as _,
    encoding::{DecodeContext, WireType, decode_key, decode_varint, skip_field},
};

use super::super::Signal;
use crate::limits::OTLP_ITEM_MAX_VALUES;

/// Deeper messages are broken.
const NESTING_MAX_LEVELS: usize = 100;

/// A message that holds others.
#[derive(Clone, Copy, Debug)]
pub(super) enum Kind {
    Resource,
    Scope,
    Span,
    SpanEvent,
    Link,
    LogRecord,
    Pair,
    Any,
    Array,
    Pairs,
}

impl Kind {
    /// What a request of `signal` carries.
    pub(super) const fn of(signal: Signal) -> Self {
        match signal {
            Signal::Traces => Self::Span,
            Signal::Logs => Self::LogRecord,
        }
    }

    /// The message in field `tag`.
    const fn inside(self, tag: u32) -> Option<Self> {
        match (self, tag) {
            (Self::Resource | Self::Pairs, 1)
            | (Self::Scope | Self::SpanEvent, 3)
            | (Self::Span, 9)
            | (Self::Link, 4)
            | (Self::LogRecord, 6) => Some(Self::Pair),
            (Self::Span, 11) => Some(Self::SpanEvent),
            (Self::Span, 13) => Some(Self::Link),
            (Self::LogRecord, 5) | (Self::Pair, 2) | (Self::Array, 1) => Some(Self::Any),
            (Self::Any, 5) => Some(Self::Array),
            (Self::Any, 6) => Some(Self::Pairs),
            _ => None,
        }
    }
}

/// Spans or log records of a request; a resource or scope without any counts as one.
pub(super) fn items(request: &[u8]) -> usize {
    let of_scope = |scope| each(scope).filter(|(tag, _)| *tag == 2).count().max(1);
    let of_resource = |resource| -> usize {
        each(resource).filter(|(tag, _)| *tag == 2).map(|(_, scope)| of_scope(scope)).sum()
    };
    let resources = each(request).filter(|(tag, _)| *tag == 1);
    resources.map(|(_, resource)| of_resource(resource).max(1)).sum()
}

/// Whether a message holds more others than an item may.
pub(super) fn is_overfull(kind: Kind, message: &[u8]) -> bool {
    // Two bytes are the least that one takes.
    OTLP_ITEM_MAX_VALUES < message.len() / 2
        && OTLP_ITEM_MAX_VALUES < values(kind, message, NESTING_MAX_LEVELS)
}

fn values(kind: Kind, message: &[u8], levels: usize) -> usize {
    let Some(levels) = levels.checked_sub(1) else { return 0 };
    each(message)
        .filter_map(|(tag, bytes)| Some((kind.inside(tag)?, bytes)))
        .map(|(kind, bytes)| 1 + values(kind, bytes, levels))
        .sum()
}

/// The fields of a message that can hold messages, with their tags.
fn each(mut message: &[u8]) -> impl Iterator<Item = (u32, &[u8])> {
    std::iter::from_fn(move || {
        while message.has_remaining() {
            let (tag, wire) = decode_key(&mut message).ok()?;
            if wire == WireType::LengthDelimited {
                let length = usize::try_from(decode_varint(&mut message).ok()?).ok()?;
                let (field, rest) = message.split_at_checked(length)?;
                message = rest;
                return Some((tag, field));
            }
            skip_field(wire, tag, &mut message, DecodeContext::default()).ok()?;
        }
        None
    })
}
