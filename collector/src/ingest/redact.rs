//! Takes known secrets out of what is recorded, before it is: tokens by their shape, values by
//! their names. The secret becomes `[redacted:kind]`; every other byte stays as received.
//!
//! Pure: the same bytes always become the same bytes, so that an event that is sent again is still
//! known again. What says whose or which something is ([`names::Role::Identity`]) is never
//! touched. Nearly nothing holds a secret, and [`suspect`] sees that in one pass.

mod names;
mod shapes;
mod strings;
mod suspect;
#[cfg(test)]
mod tests;

use banyan_protocol::limits::{EVENT_MAX_BYTES, QUARANTINED_MAX_BYTES};
use bytes::Bytes;

use self::shapes::Found;

/// What is taken out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Redaction {
    /// What looks like a secret, or has the name of one.
    #[default]
    Tokens,
    /// Nothing.
    Off,
}

impl Redaction {
    /// `bytes` without secrets; counts what is taken out.
    pub(super) fn apply(self, bytes: Bytes) -> Bytes {
        match self {
            Self::Off => bytes,
            Self::Tokens => redacted(&bytes).map_or(bytes, Bytes::from),
        }
    }

    /// As much of the beginning of `bytes` as the quarantine keeps, without secrets.
    pub(super) fn head(self, bytes: &Bytes) -> Bytes {
        let kept = |bytes: &Bytes| bytes.slice(..bytes.len().min(QUARANTINED_MAX_BYTES));
        // What the end of the head cuts apart must still be known for what it is.
        let long = bytes.slice(..bytes.len().min(2 * QUARANTINED_MAX_BYTES));
        kept(&self.apply(long))
    }
}

/// `text` without the secrets in it; `None` when there is none.
fn redacted(text: &[u8]) -> Option<Vec<u8>> {
    if !suspect::is_suspect(text) {
        return None;
    }
    let mut found = strings::find(text);
    found.retain(|one| !is_mark(text.get(one.start..one.end).unwrap_or_default()));
    if found.is_empty() {
        return None;
    }
    for one in &found {
        metrics::counter!("banyan_secrets_redacted_total", "kind" => one.kind).increment(1);
    }
    let named = replaced(text, &found, |one| format!("[redacted:{}]", one.kind));
    if EVENT_MAX_BYTES < named.len() && text.len() < named.len() {
        // It was as large as an event may be, and must not become larger.
        return Some(replaced(text, &found, |one| "*".repeat(one.end - one.start)));
    }
    Some(named)
}

/// Whether it is nothing but what stands for a secret.
fn is_mark(text: &[u8]) -> bool {
    let kind = text.strip_prefix(b"[redacted:").and_then(|rest| rest.strip_suffix(b"]"));
    kind.is_some_and(|kind| kind.iter().all(|byte| matches!(byte, b'a'..=b'z' | b'_')))
}

fn replaced(text: &[u8], found: &[Found], mark: impl Fn(&Found) -> String) -> Vec<u8> {
    let (mut out, mut at) = (Vec::with_capacity(text.len()), 0);
    for one in found {
        out.extend_from_slice(text.get(at..one.start).unwrap_or_default());
        out.extend_from_slice(mark(one).as_bytes());
        at = one.end;
    }
    out.extend_from_slice(text.get(at..).unwrap_or_default());
    out
}
