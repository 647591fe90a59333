//! What secrets look like in plain text. Shapes are narrow: what is no secret must stay, and a
//! prefix alone is none.

use super::names;

/// A secret in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Found {
    /// Its first byte.
    pub start: usize,
    /// Behind its last byte.
    pub end: usize,
    /// What it is.
    pub kind: &'static str,
}

/// The least that is taken for a secret where only its surroundings say so.
const VALUE_LEAST_BYTES: usize = 16;

/// The most between the quotes behind a name; what is longer is prose.
const LITERAL_REACH_BYTES: usize = 512;

/// The secrets in `text`, in order; they do not overlap.
pub(super) fn find(text: &[u8]) -> Vec<Found> {
    let (mut found, mut at) = (Vec::new(), 0);
    while at < text.len() {
        match here(text, at) {
            Some(one) => {
                at = one.end.max(at + 1);
                found.push(one);
            }
            None => at += 1,
        }
    }
    found
}

/// The secret that is said at `at`; it may begin later.
fn here(text: &[u8], at: usize) -> Option<Found> {
    let rest = text.get(at..)?;
    match rest.first()? {
        b':' | b'=' => return user(text, at).or_else(|| value(text, at)),
        b'-' if rest.starts_with(b"-----BEGIN ") => return pem(rest, at),
        _ => {}
    }
    let before = text.get(..at)?;
    if before.last().is_some_and(|byte| is_word(*byte)) && !ends_in_escape(before) {
        return None;
    }
    token(rest)
        .map(|(length, kind)| Found { start: at, end: at + length, kind })
        .or_else(|| scheme(rest, at))
}

/// Whether the last letter is one of an escape, in JSON in the text.
fn ends_in_escape(text: &[u8]) -> bool {
    let short = matches!(text, [.., b'\\', b'n' | b't' | b'r' | b'b' | b'f']);
    short || matches!(text, [.., b'\\', b'u', _, _, _, _])
}

const fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-')
}

const fn is_value(byte: u8) -> bool {
    is_word(byte) || matches!(byte, b'.' | b'~' | b'+' | b'/' | b'=')
}

/// How many bytes at the beginning are so.
fn run(text: &[u8], is: impl Fn(u8) -> bool) -> usize {
    text.iter().position(|byte| !is(*byte)).unwrap_or(text.len())
}

fn has(text: &[u8], is: impl Fn(&u8) -> bool) -> bool {
    text.iter().any(is)
}

/// A token by its prefix: its length and kind.
fn token(text: &[u8]) -> Option<(usize, &'static str)> {
    let alphanumeric = |byte: u8| byte.is_ascii_alphanumeric();
    let upper = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit();
    let behind = |prefix: &[u8], least: usize, is: &dyn Fn(u8) -> bool| {
        let length = run(text.strip_prefix(prefix)?, is);
        (least <= length).then_some(prefix.len() + length)
    };
    match text.first()? {
        b's' | b'r' => {
            let stripe = [&b"sk_live_"[..], b"sk_test_", b"rk_live_", b"rk_test_"]
                .iter()
                .find_map(|prefix| behind(prefix, 16, &alphanumeric));
            let length = stripe.or_else(|| behind(b"sk-", 20, &is_word).filter(|_| is_mixed(text)));
            length.map(|length| (length, "api_key"))
        }
        b'g' => [&b"ghp_"[..], b"gho_", b"ghs_", b"ghu_", b"ghr_"]
            .iter()
            .find_map(|prefix| behind(prefix, 30, &is_word))
            .or_else(|| behind(b"github_pat_", 30, &is_word))
            .map(|length| (length, "github_token"))
            .or_else(|| Some((behind(b"glpat-", 20, &is_word)?, "gitlab_token"))),
        b'A' => behind(b"AKIA", 16, &upper)
            .or_else(|| behind(b"ASIA", 16, &upper))
            .map(|length| (length, "aws_key"))
            .or_else(|| Some((behind(b"AIza", 35, &is_word)?, "google_key"))),
        b'x' => {
            let slack = [&b"xoxa-"[..], b"xoxb-", b"xoxe-", b"xoxp-", b"xoxr-", b"xoxs-", b"xapp-"]
                .iter()
                .find_map(|prefix| behind(prefix, 16, &is_word));
            slack.map(|length| (length, "slack_token"))
        }
        b'n' => Some((behind(b"npm_", 36, &alphanumeric)?, "npm_token")),
        b'e' => Some((jwt(text)?, "jwt")),
        _ => None,
    }
}

/// `sk-` begins many a name; a key is no name: it has digits, and capitals or a long part.
fn is_mixed(text: &[u8]) -> bool {
    let key = text.get(..run(text, is_word)).unwrap_or_default();
    let is_long = |part: &[u8]| VALUE_LEAST_BYTES <= part.len();
    has(key, u8::is_ascii_digit)
        && (has(key, u8::is_ascii_uppercase)
            || key.split(|byte| !byte.is_ascii_alphanumeric()).any(is_long))
}

/// Three parts of base64 between dots, the first an object.
fn jwt(text: &[u8]) -> Option<usize> {
    if !text.starts_with(b"eyJ") {
        return None;
    }
    let mut length = 0;
    for part in 0..3 {
        let rest = text.get(length..)?;
        let rest = if part == 0 { rest } else { rest.strip_prefix(b".")? };
        let size = run(rest, is_word);
        if size < 8 {
            return None;
        }
        length += size + usize::from(part != 0);
    }
    Some(length)
}

/// The credentials behind `Bearer` or `Basic`.
fn scheme(text: &[u8], at: usize) -> Option<Found> {
    let word = [&b"bearer"[..], b"basic"].into_iter().find(|word| {
        text.get(..word.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(word))
    })?;
    let rest = text.get(word.len()..)?;
    let gap = run(rest, |byte| byte == b' ');
    let value = rest.get(gap..)?;
    let value = value.get(..run(value, is_value))?;
    let least = if word == b"basic" { 8 } else { VALUE_LEAST_BYTES };
    if gap == 0 || value.len() < least || !is_random(value) {
        return None;
    }
    let start = at + word.len() + gap;
    Some(Found { start, end: start + value.len(), kind: "authorization" })
}

/// No word or path of any language: letters and digits, or the padding of base64.
fn is_random(value: &[u8]) -> bool {
    let mixed = has(value, u8::is_ascii_digit) && has(value, u8::is_ascii_alphabetic);
    mixed || value.ends_with(b"=")
}

/// A private key, whole or cut off.
fn pem(text: &[u8], at: usize) -> Option<Found> {
    const CLOSE: &[u8] = b"-----END ";
    let begin = heading(text, b"-----BEGIN ")?;
    if !text.get(..begin)?.ends_with(b"PRIVATE KEY-----") {
        return None;
    }
    let inside = text.get(begin..)?;
    let is_base64 = |byte: u8| is_value(byte) || b"\r\n\\".contains(&byte);
    let body = run(inside, |byte| is_base64(byte) || b" \t:,".contains(&byte));
    let close = inside.get(..body)?.windows(CLOSE.len()).position(|window| window == CLOSE);
    let length = match close {
        Some(close) => close + heading(inside.get(close..)?, CLOSE)?,
        None => run(inside, is_base64),
    };
    let end = at + begin + length;
    (VALUE_LEAST_BYTES <= length).then_some(Found { start: at, end, kind: "private_key" })
}

/// How long the line of dashes is that `text` begins with.
fn heading(text: &[u8], prefix: &[u8]) -> Option<usize> {
    let rest = text.strip_prefix(prefix)?;
    let words =
        run(rest, |byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b' ');
    rest.get(words..)?.starts_with(b"-----").then_some(prefix.len() + words + 5)
}

/// The password of `scheme://user:password@host`.
fn user(text: &[u8], at: usize) -> Option<Found> {
    let rest = text.get(at..)?.strip_prefix(b"://")?;
    let is_part = |byte: u8| byte.is_ascii_graphic() && !b"/@\"'<>`\\".contains(&byte);
    let user = run(rest, |byte| is_part(byte) && byte != b':');
    let password = rest.get(user..)?.strip_prefix(b":")?;
    let length = run(password, is_part);
    let is_meant = !matches!(password.first(), None | Some(b'$' | b'{' | b'[' | b'%' | b'*'));
    if length == 0 || !is_meant || password.get(length) != Some(&b'@') {
        return None;
    }
    let start = at + b"://".len() + user + 1;
    Some(Found { start, end: start + length, kind: "password" })
}

/// What is set to a name of a secret: between quotes, or bare where it looks random.
fn value(text: &[u8], at: usize) -> Option<Found> {
    let is_between = |byte: &u8| matches!(byte, b'"' | b'\'' | b'\\' | b' ' | b'\t');
    let before = text.get(..at)?;
    let name = before.get(..=before.iter().rposition(|byte| !is_between(byte))?)?;
    let kind = names::secret(name)?;
    let gap = run(text.get(at + 1..)?, |byte| matches!(byte, b' ' | b'\t'));
    let (start, behind) = (at + 1 + gap, text.get(at + 1 + gap..)?);
    let slashes = run(behind, |byte| byte == b'\\');
    let quote = behind.get(slashes).filter(|byte| matches!(byte, b'"' | b'\''));
    let Some(quote) = quote else {
        let value = behind.get(..run(behind, is_value))?;
        let is_call = matches!(behind.get(value.len()), Some(b'(' | b'['));
        let is_secret = VALUE_LEAST_BYTES <= value.len() && is_random(value) && !is_call;
        return is_secret.then_some(Found { start, end: start + value.len(), kind });
    };
    // A literal in JSON in a text has its quotes escaped; its own escapes are longer.
    let inside = behind.get(slashes + 1..)?;
    let end = inside.iter().take(LITERAL_REACH_BYTES + 1).enumerate().find_map(|(end, byte)| {
        let before = inside.get(..end)?.iter().rev().take_while(|byte| **byte == b'\\').count();
        (byte == quote && before == slashes).then(|| end - slashes)
    })?;
    let value = inside.get(..end)?;
    let is_said = !value.trim_ascii().is_empty()
        && value.len() <= LITERAL_REACH_BYTES
        && !value.contains(&b'\n');
    let start = start + slashes + 1;
    is_said.then_some(Found { start, end: start + end, kind })
}
