//! The memory that all bodies together may take.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use super::ApiError;

/// Counts the bytes of all bodies that are being received or recorded. Clones share the count.
#[derive(Clone, Debug)]
pub(in crate::http) struct InFlight {
    bytes: Arc<AtomicUsize>,
    max_bytes: usize,
}

impl InFlight {
    /// Room for `max_bytes`.
    pub(in crate::http) fn new(max_bytes: usize) -> Self {
        Self { bytes: Arc::default(), max_bytes }
    }

    /// A share of `bytes`, given back when it is dropped.
    pub(super) fn reserve(&self, bytes: usize) -> Result<Reservation, ApiError> {
        let mut share = Reservation { of: self.clone(), bytes: 0 };
        share.grow_to(bytes)?;
        Ok(share)
    }

    /// Taken right now.
    pub(in crate::http) fn taken_bytes(&self) -> usize {
        self.bytes.load(Ordering::Relaxed)
    }
}

/// A share of the memory.
#[derive(Debug)]
pub(in crate::http) struct Reservation {
    of: InFlight,
    bytes: usize,
}

impl Reservation {
    /// Makes the share `bytes` large; it never shrinks.
    pub(super) fn grow_to(&mut self, bytes: usize) -> Result<(), ApiError> {
        let Some(more) = bytes.checked_sub(self.bytes).filter(|more| *more != 0) else {
            return Ok(());
        };
        let before = self.of.bytes.fetch_add(more, Ordering::Relaxed);
        self.bytes = bytes;
        // A share that does not fit is given back by whoever drops it now.
        if before.saturating_add(more) <= self.of.max_bytes {
            Ok(())
        } else {
            Err(ApiError::BodiesInFlight)
        }
    }
}

impl Drop for Reservation {
    fn drop(&mut self) {
        self.of.bytes.fetch_sub(self.bytes, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_bounded_and_given_back() {
        let all = InFlight::new(100);
        let mut first = all.reserve(60).unwrap();
        assert!(matches!(all.reserve(41), Err(ApiError::BodiesInFlight)));
        assert_eq!(all.taken_bytes(), 60);
        let second = all.reserve(40).unwrap();
        assert!(first.grow_to(61).is_err());
        drop((first, second));
        assert_eq!(all.taken_bytes(), 0);
        assert!(all.reserve(100).is_ok());
    }
}
