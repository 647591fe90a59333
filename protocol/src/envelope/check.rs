//! The rules of the envelope's fields. Collects what is wrong instead of stopping at it.

use std::borrow::Cow;

use serde_json::value::RawValue;

use super::slots::Slot;
use crate::{
    Flags, Timestamp, Violation,
    json::Json,
    limits::{ID_MAX_BYTES, TYPE_MAX_BYTES},
    number::scaled,
};

/// The checks of one event and what they found.
#[derive(Debug, Default)]
pub(super) struct Check {
    pub violations: Vec<Violation>,
    pub flags: Flags,
}

impl Check {
    /// `aop/1`, or `aop/1.` and anything.
    pub(super) fn spec<'a>(&mut self, slot: Option<Slot<'a>>) -> Cow<'a, str> {
        let spec = self.required("/spec", slot, ID_MAX_BYTES);
        let known = spec == "aop/1" || spec.starts_with("aop/1.");
        if let Some(slot) = slot
            && !known
            && !spec.is_empty()
        {
            let message = "only aop/1 and aop/1.x are understood";
            self.violations.push(Violation::new(slot.pointer, "spec", message));
        }
        spec
    }

    /// An id that must be there.
    pub(super) fn id<'a>(&mut self, pointer: &'static str, slot: Option<Slot<'a>>) -> Cow<'a, str> {
        self.required(pointer, slot, ID_MAX_BYTES)
    }

    /// `type`.
    pub(super) fn kind<'a>(&mut self, slot: Option<Slot<'a>>) -> Cow<'a, str> {
        self.required("/type", slot, TYPE_MAX_BYTES)
    }

    /// The parent: an empty string is no parent.
    pub(super) fn parent<'a>(&mut self, slot: Option<Slot<'a>>) -> Option<Cow<'a, str>> {
        let slot = slot?;
        match Json::of(slot.raw) {
            Json::Text(text) if text.is_empty() => None,
            Json::Text(text) => Some(self.checked(slot.pointer, text, ID_MAX_BYTES)),
            _ => self.refuse(slot.pointer, "type", "must be a string or null"),
        }
    }

    /// A producer's identity for the event. It is our extension, and other producers may use the
    /// key for something else: what is no string is not for us.
    pub(super) fn event_id<'a>(&mut self, slot: Option<Slot<'a>>) -> Option<Cow<'a, str>> {
        let slot = slot?;
        match Json::of(slot.raw) {
            Json::Text(text) if text.is_empty() => None,
            Json::Text(text) => Some(self.checked(slot.pointer, text, ID_MAX_BYTES)),
            _ => {
                self.flags.insert(Flags::BAD_FIELD);
                None
            }
        }
    }

    /// The agent's version: nothing depends on it, so it never refuses an event.
    pub(super) fn agent_version<'a>(&mut self, slot: Option<Slot<'a>>) -> Option<Cow<'a, str>> {
        match Json::of(slot?.raw) {
            Json::Text(text) if text.is_empty() => None,
            Json::Text(text) if text.len() <= ID_MAX_BYTES => Some(text),
            _ => {
                self.flags.insert(Flags::BAD_FIELD);
                None
            }
        }
    }

    /// An integer from 0 to 2^63−1; `7.0` and `7e0` are integers too.
    pub(super) fn sequence(&mut self, slot: Option<Slot<'_>>) -> Option<i64> {
        let Some(slot) = slot else {
            self.flags.insert(Flags::NO_SEQUENCE);
            return None;
        };
        let Json::Number(number) = Json::of(slot.raw) else {
            return self.refuse(slot.pointer, "type", "must be an integer");
        };
        let read = match number.parse::<i128>() {
            Ok(value) => Some(value),
            Err(_) => match scaled(number, 0) {
                Some(read) if read.exact => Some(read.value),
                Some(_) => return self.refuse(slot.pointer, "type", "must be an integer"),
                None => None,
            },
        };
        let sequence = read.and_then(|value| i64::try_from(value).ok()).filter(|it| 0 <= *it);
        let message = "must lie between 0 and 9223372036854775807";
        sequence.or_else(|| self.refuse(slot.pointer, "range", message))
    }

    /// The agent's clock, where it can be read.
    pub(super) fn timestamp(&mut self, slot: Option<Slot<'_>>) -> Option<Timestamp> {
        let read = slot.and_then(|slot| match Json::of(slot.raw) {
            Json::Text(text) => Timestamp::parse(&text),
            _ => None,
        });
        if read.is_none() {
            self.flags.insert(Flags::BAD_TIMESTAMP);
        }
        read
    }

    /// An object.
    pub(super) fn payload<'a>(&mut self, slot: Option<Slot<'a>>) -> Option<&'a RawValue> {
        let slot = slot?;
        match Json::of(slot.raw) {
            Json::Object(raw) => Some(raw),
            _ => self.refuse(slot.pointer, "type", "must be an object or null"),
        }
    }

    /// Notes a broken rule. Always `None`, so that a check can end with it.
    fn refuse<T>(
        &mut self,
        pointer: &'static str,
        rule: &'static str,
        message: &'static str,
    ) -> Option<T> {
        self.violations.push(Violation::new(pointer, rule, message));
        None
    }

    fn required<'a>(
        &mut self,
        pointer: &'static str,
        slot: Option<Slot<'a>>,
        max_bytes: usize,
    ) -> Cow<'a, str> {
        let Some(slot) = slot else {
            self.violations.push(Violation::new(pointer, "required", "is required"));
            return Cow::Borrowed("");
        };
        match Json::of(slot.raw) {
            Json::Text(text) if text.is_empty() => {
                self.violations.push(Violation::new(slot.pointer, "empty", "must not be empty"));
                text
            }
            Json::Text(text) => self.checked(slot.pointer, text, max_bytes),
            _ => {
                self.violations.push(Violation::new(slot.pointer, "type", "must be a string"));
                Cow::Borrowed("")
            }
        }
    }

    fn checked<'a>(
        &mut self,
        pointer: &'static str,
        text: Cow<'a, str>,
        max_bytes: usize,
    ) -> Cow<'a, str> {
        if max_bytes < text.len() {
            let message = format!("must not be longer than {max_bytes} bytes");
            self.violations.push(Violation::new(pointer, "too_long", message));
        }
        if !is_printable(&text) {
            let message = "must not contain control characters";
            self.violations.push(Violation::new(pointer, "not_printable", message));
        }
        text
    }
}

/// Whether `text` can be the id of a session: 1 to 256 bytes, no control characters.
pub fn is_id(text: &str) -> bool {
    !text.is_empty() && text.len() <= ID_MAX_BYTES && is_printable(text)
}

/// Anything but control characters: spaces, emoji and right-to-left text are fine.
fn is_printable(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, 0x20..0x7f)) || !text.chars().any(char::is_control)
}
