//! Looking at JSON text without building trees: what a raw value is, its text, its depth.
//!
//! Everything here works on text that is valid JSON or says so. Not public: the wire is.

use std::borrow::Cow;

use serde_json::value::RawValue;

use crate::{limits::NESTING_MAX_LEVELS, repair::repair};

/// A raw value, looked at once. Borrows what it can.
#[derive(Clone, Debug)]
pub(crate) enum Json<'a> {
    Null,
    Bool(bool),
    /// The number as written: `0.10`, `1e3`, `-7`.
    Number(&'a str),
    /// The string's value, escapes resolved.
    Text(Cow<'a, str>),
    Array(&'a RawValue),
    Object(&'a RawValue),
}

impl<'a> Json<'a> {
    /// Looks at `raw`.
    pub(crate) fn of(raw: &'a RawValue) -> Self {
        match raw.get().as_bytes().first() {
            Some(b'"') => Self::Text(text(raw.get())),
            Some(b'{') => Self::Object(raw),
            Some(b'[') => Self::Array(raw),
            Some(b't') => Self::Bool(true),
            Some(b'f') => Self::Bool(false),
            Some(b'n') | None => Self::Null,
            Some(_) => Self::Number(raw.get()),
        }
    }
}

/// The value of a string literal. Without escapes it is a slice of the input.
pub(crate) fn text(literal: &str) -> Cow<'_, str> {
    let inner = literal.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    match inner {
        Some(inner) if !inner.as_bytes().contains(&b'\\') => Cow::Borrowed(inner),
        _ => Cow::Owned(unescaped(literal)),
    }
}

/// A string literal with escapes. Lone surrogates become U+FFFD; what is no literal is empty.
fn unescaped(literal: &str) -> String {
    serde_json::from_str(literal)
        .ok()
        .or_else(|| serde_json::from_str(&repair(literal)?).ok())
        .unwrap_or_default()
}

/// The same value without the whitespace between its tokens.
pub(crate) fn compact(raw: &RawValue) -> Cow<'_, str> {
    let json = raw.get();
    if !json.bytes().any(|byte| byte.is_ascii_whitespace()) {
        return Cow::Borrowed(json);
    }
    let mut quoted = Quoted::default();
    Cow::Owned(
        json.chars()
            .filter(|&char| quoted.step(char) || !matches!(char, ' ' | '\t' | '\r' | '\n'))
            .collect(),
    )
}

/// Calls `see` with every string value in `raw`, however deep, in order; keys are left out.
pub(crate) fn each_text(raw: &RawValue, mut see: impl FnMut(&str)) {
    let mut rest = raw.get();
    while let Some((_, at_quote)) = rest.find('"').and_then(|start| rest.split_at_checked(start)) {
        let Some((literal, behind)) = split_literal(at_quote) else { return };
        if !behind.trim_ascii_start().starts_with(':') {
            see(&text(literal));
        }
        rest = behind;
    }
}

/// The value of an object's only member, when that is a string.
pub(crate) fn lone_text(object: &RawValue) -> Option<Cow<'_, str>> {
    let inside = object.get().strip_prefix('{')?.strip_suffix('}')?.trim_ascii();
    let (_, behind_key) = split_literal(inside)?;
    let value = behind_key.trim_ascii_start().strip_prefix(':')?.trim_ascii_start();
    match split_literal(value)? {
        (literal, "") => Some(text(literal)),
        _ => None,
    }
}

/// Splits behind the string literal that `json` begins with.
fn split_literal(json: &str) -> Option<(&str, &str)> {
    let mut quoted = Quoted::default();
    let behind = |(_, char): &(usize, char)| {
        quoted.step(*char);
        matches!(quoted, Quoted::Outside)
    };
    let (end, _) = json.starts_with('"').then(|| json.char_indices().find(behind))??;
    json.split_at_checked(end + 1)
}

/// Whether arrays and objects nest deeper than [`NESTING_MAX_LEVELS`].
///
/// Counted here because `serde_json`'s own limit does not protect values that are skipped or
/// kept raw.
pub(crate) fn is_too_deep(json: &str) -> bool {
    // Few brackets in all cannot nest deeply; this answers for nearly every event.
    let opening = |byte: &&u8| matches!(byte, b'{' | b'[');
    if json.as_bytes().iter().filter(opening).count() <= NESTING_MAX_LEVELS {
        return false;
    }
    let (mut quoted, mut level) = (Quoted::default(), 0_usize);
    json.chars().any(|char| {
        if quoted.step(char) {
            return false;
        }
        match char {
            '{' | '[' => level += 1,
            '}' | ']' => level = level.saturating_sub(1),
            _ => {}
        }
        level > NESTING_MAX_LEVELS
    })
}

/// Whether there are more than `max` arrays and objects in `json`.
pub(crate) fn holds_more_than(json: &str, max: usize) -> bool {
    let opening = |byte: &u8| matches!(byte, b'{' | b'[');
    if json.bytes().filter(opening).count() <= max {
        return false;
    }
    let mut quoted = Quoted::default();
    max < json.chars().filter(|&char| !quoted.step(char) && matches!(char, '{' | '[')).count()
}

/// Byte offset of the first `\ud800`–`\udfff` escape that has no partner, if there is one.
pub(crate) fn lone_surrogate(json: &str) -> Option<usize> {
    if !json.contains("\\u") {
        return None;
    }
    let bytes = json.as_bytes();
    let mut at = 0;
    while let Some(step) = bytes.get(at..)?.iter().position(|&byte| byte == b'\\') {
        at += step;
        at += match escape(bytes.get(at..)?) {
            Escape::Lone => return Some(at),
            Escape::Pair => 12,
            Escape::Unit => 6,
            Escape::Short => 2,
        };
    }
    None
}

/// What stands at a backslash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Escape {
    /// `\n`, `\"` and the like: 2 bytes.
    Short,
    /// `\u0041`: 6 bytes.
    Unit,
    /// `\ud83d\ude00`: 12 bytes.
    Pair,
    /// `\ud83d` without its partner: 6 bytes.
    Lone,
}

/// Reads the escape that `bytes` begins with.
pub(crate) fn escape(bytes: &[u8]) -> Escape {
    match unit(bytes) {
        None => Escape::Short,
        Some(0xd800..=0xdbff) => match bytes.get(6..).and_then(unit) {
            Some(0xdc00..=0xdfff) => Escape::Pair,
            Some(_) | None => Escape::Lone,
        },
        Some(0xdc00..=0xdfff) => Escape::Lone,
        Some(_) => Escape::Unit,
    }
}

/// The UTF-16 unit of a `\uXXXX` that `bytes` begins with.
fn unit(bytes: &[u8]) -> Option<u16> {
    let digits = bytes.strip_prefix(b"\\u")?.get(..4)?;
    digits.iter().try_fold(0_u16, |sum, &digit| {
        let value = u16::try_from(char::from(digit).to_digit(16)?).ok()?;
        Some(sum << 4 | value)
    })
}

/// Follows JSON text character by character and knows which are inside string literals.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) enum Quoted {
    #[default]
    Outside,
    Inside,
    Escaped,
}

impl Quoted {
    /// Takes the next character; whether it belongs to a string literal (quotes included).
    pub(crate) const fn step(&mut self, char: char) -> bool {
        let (next, belongs) = match (*self, char) {
            (Self::Outside, '"') | (Self::Escaped, _) => (Self::Inside, true),
            (Self::Outside, _) => (Self::Outside, false),
            (Self::Inside, '"') => (Self::Outside, true),
            (Self::Inside, '\\') => (Self::Escaped, true),
            (Self::Inside, _) => (Self::Inside, true),
        };
        *self = next;
        belongs
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn depth_is_counted_outside_of_strings() {
        let nested = |levels: usize| format!("{}{}", "[".repeat(levels), "]".repeat(levels));
        let brackets_in_text = format!("\"{}\\\"{}\"", "[{".repeat(80), "[".repeat(80));
        let side_by_side = format!("[{}1]", "[],".repeat(200));
        for (json, expected) in [
            (nested(NESTING_MAX_LEVELS), false),
            (nested(NESTING_MAX_LEVELS + 1), true),
            (brackets_in_text, false),
            (side_by_side, false),
        ] {
            assert_eq!(is_too_deep(&json), expected, "{json}");
        }
    }

    #[test]
    fn lone_surrogates_are_found_where_they_are() {
        for (json, expected) in [
            (r#""plain""#, None),
            (r#""\ud83d\ude00""#, None),
            (r#""\u0041\\ud83d""#, None),
            (r#""ab\ud83d""#, Some(3)),
            (r#""\ud83d\u0041""#, Some(1)),
            (r#""\n\ude00""#, Some(3)),
            (r#""\ud83d\ud83d\ude00""#, Some(1)),
            (r#""\u12""#, None),
        ] {
            assert_eq!(lone_surrogate(json), expected, "{json}");
        }
    }

    #[test]
    fn compacting_keeps_what_is_inside_strings() {
        let raw: &RawValue =
            serde_json::from_str(" {\"a b\" : [1,\n 2], \"c\":\"x \\\" y\"} ").unwrap();
        assert_eq!(compact(raw), r#"{"a b":[1,2],"c":"x \" y"}"#);
    }

    #[test]
    fn string_values_are_seen_and_keys_are_not() {
        let json = r#"{"k":"a\n","l":["b",{"m" : "c\"d"},1,null],"":""}"#;
        let mut seen = Vec::new();
        each_text(serde_json::from_str(json).unwrap(), |text| seen.push(text.to_owned()));
        assert_eq!(seen, ["a\n", "b", "c\"d", ""]);
    }

    #[test]
    fn an_only_member_is_taken_alone() {
        for (json, expected) in [
            (r#"{ "command" : "ls -l" }"#, Some("ls -l")),
            (r#"{"a\"b":"c"}"#, Some("c")),
            (r#"{"a":"b","c":"d"}"#, None),
            (r#"{"a":1}"#, None),
            (r#"{"a":["b"]}"#, None),
            ("{}", None),
        ] {
            let raw: &RawValue = serde_json::from_str(json).unwrap();
            assert_eq!(lone_text(raw).as_deref(), expected, "{json}");
        }
    }

    #[test]
    fn texts_borrow_unless_they_have_escapes() {
        for (literal, expected, borrowed) in [
            (r#""plain ä""#, "plain ä", true),
            (r#""""#, "", true),
            (r#""a\n\u0041""#, "a\nA", false),
            (r#""x\ud83d""#, "x\u{fffd}", false),
        ] {
            let read = text(literal);
            assert_eq!(read, expected);
            assert_eq!(matches!(read, Cow::Borrowed(_)), borrowed, "{literal}");
        }
    }
}
