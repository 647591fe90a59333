//! Decompression with three bounds: what comes out, by what ratio, and the window it needs.

use std::io::{self, Write};

use axum::http::{HeaderMap, header};
use banyan_protocol::limits::{DECOMPRESSION_MAX_RATIO, RATIO_FREE_BYTES};
use bytes::Bytes;
use flate2::write::MultiGzDecoder;
use zstd::stream::raw::{DParameter, Decoder as RawZstd, InBuffer, Operation as _, OutBuffer};

use super::ApiError;

/// What zstd is decompressed through, a piece at a time.
const PIECE_BYTES: usize = 64 * 1024;

/// A body that is being decompressed.
pub(super) enum Decoder {
    Gzip(Box<MultiGzDecoder<Bounded>>),
    Zstd(Box<Zstd>),
}

impl Decoder {
    /// By the `Content-Encoding`; `None` when there is nothing to decompress. No more than
    /// `max_bytes` come out.
    pub(super) fn of(headers: &HeaderMap, max_bytes: usize) -> Result<Option<Self>, ApiError> {
        let mut encodings = headers.get_all(header::CONTENT_ENCODING).iter();
        let Some(encoding) = encodings.next() else { return Ok(None) };
        if encodings.next().is_some() {
            return Err(ApiError::ContentEncoding);
        }
        match encoding.to_str().map(str::trim).map(str::to_ascii_lowercase).as_deref() {
            Ok("" | "identity") => Ok(None),
            Ok("gzip" | "x-gzip") => {
                Ok(Some(Self::Gzip(Box::new(MultiGzDecoder::new(Bounded::new(max_bytes))))))
            }
            Ok("zstd") => Zstd::new(max_bytes).map(|zstd| Some(Self::Zstd(Box::new(zstd)))),
            Ok(_) | Err(_) => Err(ApiError::ContentEncoding),
        }
    }

    /// Takes the next piece of the compressed body.
    pub(super) fn write(&mut self, compressed: &[u8]) -> Result<(), ApiError> {
        match self {
            Self::Gzip(gzip) => {
                gzip.get_mut().received += compressed.len();
                gzip.write_all(compressed).map_err(|_damaged| gzip.get_ref().reason())
            }
            Self::Zstd(zstd) => zstd.write(compressed),
        }
    }

    /// How much memory it takes.
    pub(super) fn held_bytes(&self) -> usize {
        match self {
            Self::Gzip(gzip) => gzip.get_ref().all.len(),
            // Its window holds again what came out.
            Self::Zstd(zstd) => 2 * zstd.out.all.len() + PIECE_BYTES,
        }
    }

    /// The whole body; an error when the compressed one was cut off.
    pub(super) fn finish(self) -> Result<Bytes, ApiError> {
        match self {
            Self::Gzip(mut gzip) => match gzip.try_finish() {
                Ok(()) => Ok(std::mem::take(&mut gzip.get_mut().all).into()),
                Err(_) => Err(gzip.get_ref().reason()),
            },
            Self::Zstd(zstd) if zstd.frame_is_open => Err(ApiError::Undecodable),
            Self::Zstd(zstd) => Ok(zstd.out.all.into()),
        }
    }
}

/// A zstd body, frame by frame.
pub(super) struct Zstd {
    raw: RawZstd<'static>,
    frame_is_open: bool,
    piece: Box<[u8]>,
    out: Bounded,
}

impl Zstd {
    fn new(max_bytes: usize) -> Result<Self, ApiError> {
        // A window that is larger than all that may come out is of no use to anybody.
        let window = DParameter::WindowLogMax(max_bytes.next_power_of_two().ilog2());
        let mut raw = RawZstd::new().map_err(|_no_memory| ApiError::BodiesInFlight)?;
        raw.set_parameter(window).map_err(|_unsupported| ApiError::ContentEncoding)?;
        let piece = vec![0; PIECE_BYTES].into_boxed_slice();
        Ok(Self { raw, frame_is_open: true, piece, out: Bounded::new(max_bytes) })
    }

    fn write(&mut self, compressed: &[u8]) -> Result<(), ApiError> {
        self.out.received += compressed.len();
        let mut input = InBuffer::around(compressed);
        loop {
            let mut output = OutBuffer::around(&mut *self.piece);
            let hint =
                self.raw.run(&mut input, &mut output).map_err(|_damaged| ApiError::Undecodable)?;
            let filled = output.pos() == PIECE_BYTES;
            self.out.take(output.as_slice()).map_err(|_bound| ApiError::TooLarge)?;
            self.frame_is_open = hint != 0;
            let done = input.pos() == compressed.len();
            if done && (!filled || !self.frame_is_open) {
                return Ok(());
            }
        }
    }
}

/// What came out so far.
pub(super) struct Bounded {
    all: Vec<u8>,
    max_bytes: usize,
    received: usize,
    overflowed: bool,
}

impl Bounded {
    fn new(max_bytes: usize) -> Self {
        Self { all: Vec::new(), max_bytes, received: 0, overflowed: false }
    }

    fn take(&mut self, bytes: &[u8]) -> io::Result<()> {
        let size = self.all.len() + bytes.len();
        let by_ratio = self.received.saturating_mul(DECOMPRESSION_MAX_RATIO).max(RATIO_FREE_BYTES);
        if self.max_bytes.min(by_ratio) < size {
            self.overflowed = true;
            return Err(io::Error::other("too large"));
        }
        self.all.extend_from_slice(bytes);
        Ok(())
    }

    fn reason(&self) -> ApiError {
        if self.overflowed { ApiError::TooLarge } else { ApiError::Undecodable }
    }
}

impl Write for Bounded {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.take(bytes).map(|()| bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
