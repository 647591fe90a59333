//! The body of a commit: entries ↔ bytes. Pure.
//!
//! Plain: for each entry `length (varint) · source (1 byte) · bytes`. Packed: `checksum (8 bytes)`
//! followed by the plain form (codec 0) or by `plain length (varint) · zstd` (codec 1). The
//! checksum is the beginning of BLAKE3 over everything after it, so damage is noticed before
//! anything is decompressed.

#[cfg(test)]
mod tests;

use std::io;

use banyan_protocol::{hook::Harness, limits::REQUEST_MAX_BYTES, otlp::Signal};
use bytes::{BufMut as _, Bytes, BytesMut};
use thiserror::Error;
use zstd::bulk::{Compressor, Decompressor};

use super::{Entry, Source};

/// The most bytes that the entries of one append may have.
pub(crate) const APPEND_MAX_BYTES: usize = REQUEST_MAX_BYTES;
/// The most entries of one append, and of one commit.
pub(crate) const COMMIT_MAX_ENTRIES: usize = 1_000;
/// The most bytes of a plain body: one append, and what frames its entries.
const PLAIN_MAX_BYTES: usize = APPEND_MAX_BYTES + COMMIT_MAX_ENTRIES * FRAME_MAX_BYTES;
/// Length and source of one entry.
const FRAME_MAX_BYTES: usize = VARINT_MAX_BYTES + 1;
/// 28 bits: lengths up to 256 MiB.
const VARINT_MAX_BYTES: usize = 4;
/// Below this size compression saves too little to be worth its time.
const COMPRESS_MIN_BYTES: usize = 2 * 1024;
/// Fast, and already four times smaller on typical events.
const COMPRESSION_LEVEL: i32 = 1;
const CHECKSUM_BYTES: usize = 8;

/// How a body is packed. The numbers are stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Codec {
    /// As it is.
    Plain = 0,
    /// Compressed with zstd.
    Zstd = 1,
}

/// Why a body cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub(super) enum Damage {
    #[error("an unknown codec")]
    Codec,
    #[error("a checksum that does not match")]
    Checksum,
    #[error("a body that does not decompress")]
    Compression,
    #[error("a body of a size that is not possible")]
    Size,
    #[error("an entry that is cut off")]
    Entry,
    #[error("an entry of an unknown source")]
    Source,
    #[error("another number of entries than it says")]
    Count,
}

/// A body as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Packed {
    pub(super) codec: Codec,
    pub(super) bytes: Vec<u8>,
}

impl Codec {
    /// What is stored for it.
    pub(super) const fn number(self) -> i64 {
        match self {
            Self::Plain => 0,
            Self::Zstd => 1,
        }
    }

    fn from_number(number: i64) -> Result<Self, Damage> {
        match number {
            0 => Ok(Self::Plain),
            1 => Ok(Self::Zstd),
            _ => Err(Damage::Codec),
        }
    }
}

impl Source {
    const fn tag(self) -> u8 {
        match self {
            Self::Aop => 0,
            Self::Banyan => 1,
            Self::Hook(Harness::ClaudeCode) => 2,
            Self::Hook(Harness::Codex) => 3,
            Self::Otlp(Signal::Traces) => 4,
            Self::Otlp(Signal::Logs) => 5,
            Self::Transcript => 8,
        }
    }

    fn from_tag(tag: u8) -> Result<Self, Damage> {
        match tag {
            0 => Ok(Self::Aop),
            1 => Ok(Self::Banyan),
            2 => Ok(Self::Hook(Harness::ClaudeCode)),
            3 => Ok(Self::Hook(Harness::Codex)),
            4 => Ok(Self::Otlp(Signal::Traces)),
            5 => Ok(Self::Otlp(Signal::Logs)),
            8 => Ok(Self::Transcript),
            _ => Err(Damage::Source),
        }
    }
}

/// The plain body of `entries` (at most [`COMMIT_MAX_ENTRIES`] of [`APPEND_MAX_BYTES`] together),
/// and the same entries sharing its memory.
pub(super) fn join<'a>(entries: impl Iterator<Item = &'a Entry> + Clone) -> (Bytes, Vec<Entry>) {
    let size = entries.clone().map(|entry| entry.bytes.len() + FRAME_MAX_BYTES).sum();
    let mut plain = BytesMut::with_capacity(size);
    let mut places = Vec::new();
    for Entry { source, bytes } in entries {
        put_varint(&mut plain, bytes.len());
        plain.put_u8(source.tag());
        places.push((*source, plain.len()..plain.len() + bytes.len()));
        plain.put_slice(bytes);
    }
    let plain = plain.freeze();
    let entry = |(source, place)| Entry { source, bytes: plain.slice(place) };
    let entries = places.into_iter().map(entry).collect();
    (plain, entries)
}

/// The entries of a plain body; they share its memory.
pub(super) fn split(plain: &Bytes) -> Result<Vec<Entry>, Damage> {
    let mut entries = Vec::new();
    let mut rest = plain.clone();
    while !rest.is_empty() {
        let length = take_varint(&mut rest).ok_or(Damage::Entry)?;
        let source = Source::from_tag(take(&mut rest, 1)?.first().copied().unwrap_or(u8::MAX))?;
        entries.push(Entry { source, bytes: take(&mut rest, length)? });
    }
    Ok(entries)
}

/// Packs bodies; keeps the compressor's tables from one to the next.
pub(super) struct Packer(Compressor<'static>);

impl Packer {
    /// Fails only when there is no memory.
    pub(super) fn new() -> io::Result<Self> {
        Ok(Self(Compressor::new(COMPRESSION_LEVEL)?))
    }

    /// What is stored for `plain`: compressed where that makes it smaller.
    pub(super) fn pack(&mut self, plain: &[u8]) -> Packed {
        let compressed = if plain.len() < COMPRESS_MIN_BYTES {
            None
        } else {
            self.0.compress(plain).ok().filter(|smaller| smaller.len() < plain.len())
        };
        let mut head = BytesMut::with_capacity(CHECKSUM_BYTES + VARINT_MAX_BYTES);
        head.put_bytes(0, CHECKSUM_BYTES);
        let (codec, payload) = match &compressed {
            Some(smaller) => {
                put_varint(&mut head, plain.len());
                (Codec::Zstd, smaller.as_slice())
            }
            None => (Codec::Plain, plain),
        };
        let mut bytes = Vec::with_capacity(head.len() + payload.len());
        bytes.extend_from_slice(&head);
        bytes.extend_from_slice(payload);
        if let Some((space, rest)) = bytes.split_first_chunk_mut::<CHECKSUM_BYTES>() {
            *space = checksum(rest);
        }
        Packed { codec, bytes }
    }
}

/// The plain body that was packed.
pub(super) fn unpack(codec: i64, bytes: Bytes) -> Result<Bytes, Damage> {
    let codec = Codec::from_number(codec)?;
    let mut rest = bytes;
    let said = take(&mut rest, CHECKSUM_BYTES).map_err(|_cut_off| Damage::Checksum)?;
    if *said != checksum(&rest) {
        return Err(Damage::Checksum);
    }
    match codec {
        Codec::Plain if PLAIN_MAX_BYTES < rest.len() => Err(Damage::Size),
        Codec::Plain => Ok(rest),
        Codec::Zstd => {
            let size = take_varint(&mut rest).ok_or(Damage::Size)?;
            if PLAIN_MAX_BYTES < size {
                return Err(Damage::Size);
            }
            let plain = Decompressor::new()
                .and_then(|mut decompressor| decompressor.decompress(&rest, size))
                .map_err(|_unreadable| Damage::Compression)?;
            if plain.len() == size { Ok(Bytes::from(plain)) } else { Err(Damage::Size) }
        }
    }
}

fn checksum(bytes: &[u8]) -> [u8; CHECKSUM_BYTES] {
    let mut first = [0; CHECKSUM_BYTES];
    blake3::Hasher::new().update(bytes).finalize_xof().fill(&mut first);
    first
}

/// Little-endian groups of 7 bits; `number` is below 2^28 because bodies are bounded.
fn put_varint(buffer: &mut BytesMut, number: usize) {
    let mut rest = number;
    loop {
        let [low, ..] = (rest & 0x7f).to_le_bytes();
        rest >>= 7;
        if rest == 0 {
            buffer.put_u8(low);
            return;
        }
        buffer.put_u8(low | 0x80);
    }
}

fn take_varint(bytes: &mut Bytes) -> Option<usize> {
    let mut number = 0;
    for shift in (0..).step_by(7).take(VARINT_MAX_BYTES) {
        let byte = *take(bytes, 1).ok()?.first()?;
        number |= usize::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Some(number);
        }
    }
    None
}

fn take(bytes: &mut Bytes, length: usize) -> Result<Bytes, Damage> {
    if bytes.len() < length { Err(Damage::Entry) } else { Ok(bytes.split_to(length)) }
}
