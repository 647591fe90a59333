//! Whether a text may hold a secret at all: one look at each byte, which says no to nearly every
//! event. What it lets through is looked at closely; what it stops is not looked at again.

use super::names;

/// How far the user and password of a URL are looked for.
const USER_REACH_BYTES: usize = 512;

/// Whether `text`, JSON or not, may hold something that [`super::shapes`] or [`super::names`]
/// knows.
pub(super) fn is_suspect(text: &[u8]) -> bool {
    text.iter().enumerate().any(|(at, byte)| match byte {
        b'"' | b'\'' | b'=' => named(text, at),
        b':' => named(text, at) || has_user(text, at),
        b'-' => dashed(text, at),
        b'_' => underlined(text, at),
        b'A' => begins(text, at, &[b"AKIA", b"ASIA", b"AIza"]),
        b'J' => ends(text, at, &[b"ey"]),
        b'B' | b'b' => text
            .get(at..)
            .is_some_and(|rest| has_word(rest, b"bearer ") || has_word(rest, b"basic ")),
        b'\\' => is_spelled_out(text, at),
        _ => false,
    })
}

fn has_word(text: &[u8], word: &[u8]) -> bool {
    text.get(..word.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(word))
}

fn begins(text: &[u8], at: usize, words: &[&[u8]]) -> bool {
    text.get(at..).is_some_and(|rest| words.iter().any(|word| rest.starts_with(word)))
}

fn ends(text: &[u8], at: usize, words: &[&[u8]]) -> bool {
    text.get(..at).is_some_and(|before| words.iter().any(|word| before.ends_with(word)))
}

/// A name of a secret stands before.
fn named(text: &[u8], at: usize) -> bool {
    let before = text.get(..at).unwrap_or_default();
    let is_between = |byte: &u8| matches!(byte, b'"' | b'\'' | b'\\' | b' ' | b'\t');
    let name = match before.last() {
        Some(last) if last.is_ascii_alphanumeric() => Some(before),
        // It was looked at when the quote was.
        Some(b'"') if text.get(at) == Some(&b':') => None,
        Some(last) if is_between(last) => {
            let last = before.iter().rposition(|byte| !is_between(byte));
            last.and_then(|last| before.get(..=last))
        }
        Some(_) | None => None,
    };
    name.is_some_and(|name| names::secret(name).is_some())
}

/// `://user:password@`, also with escaped slashes.
fn has_user(text: &[u8], at: usize) -> bool {
    let behind = text.get(at + 1..).unwrap_or_default();
    let Some(rest) = behind.strip_prefix(b"//").or_else(|| behind.strip_prefix(b"\\/\\/")) else {
        return false;
    };
    let is_end = |byte: &&u8| matches!(byte, b'/' | b'"' | b' ' | b'@');
    rest.iter().take(USER_REACH_BYTES).find(is_end) == Some(&b'@')
}

fn dashed(text: &[u8], at: usize) -> bool {
    let is_slack = at
        .checked_sub(4)
        .and_then(|from| text.get(from..at))
        .is_some_and(|word| word.starts_with(b"xox") || word == b"xapp");
    is_slack
        || ends(text, at, &[b"sk", b"glpat"])
        || begins(text, at, &[b"-BEGIN "]) && ends(text, at, &[b"----"])
}

fn underlined(text: &[u8], at: usize) -> bool {
    const WORDS: [&[u8]; 11] = [
        b"ghp",
        b"gho",
        b"ghs",
        b"ghu",
        b"ghr",
        b"github_pat",
        b"npm",
        b"sk_live",
        b"sk_test",
        b"rk_live",
        b"rk_test",
    ];
    ends(text, at, &WORDS)
}

/// A character that needs no escape is written as one: whatever it hides must be read.
fn is_spelled_out(text: &[u8], at: usize) -> bool {
    let behind = text.get(at + 1..).and_then(|rest| rest.strip_prefix(b"u00"));
    behind.and_then(|rest| rest.first()).is_some_and(|digit| (b'2'..=b'7').contains(digit))
}
