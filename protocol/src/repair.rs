//! Makes almost-JSON readable: lone surrogates, `NaN`, `Infinity`.
//!
//! Only asked when parsing failed; valid JSON never passes through here.

use crate::json::{Escape, Quoted, escape};

/// Words that Python's `json.dumps` writes for numbers that JSON does not have.
const WORDS: [&str; 3] = ["NaN", "-Infinity", "Infinity"];

/// The repaired text, or `None` when there was nothing that this module repairs.
///
/// Lone `\ud83d` escapes become `\ufffd`; the bare words `NaN`, `Infinity` and `-Infinity`
/// (as Python writes them) become `null`.
pub fn repair(json: &str) -> Option<String> {
    let mut repaired = String::new();
    let mut kept = 0;
    let mut rest = json;
    let mut quoted = Quoted::default();
    let mut in_word = false;
    while let Some(char) = rest.chars().next() {
        let at = json.len() - rest.len();
        let fix = match quoted {
            Quoted::Outside if !in_word => word(rest).map(|word| (word.len(), "null")),
            Quoted::Inside => surrogate(rest),
            Quoted::Outside | Quoted::Escaped => None,
        };
        let length = if let Some((length, replacement)) = fix {
            repaired.push_str(json.get(kept..at)?);
            repaired.push_str(replacement);
            kept = at + length;
            length
        } else {
            // A pair's second half must not be looked at alone.
            let pair = matches!(quoted, Quoted::Inside) && char == '\\';
            if pair && escape(rest.as_bytes()) == Escape::Pair {
                12
            } else {
                in_word = !quoted.step(char) && is_word_part(char);
                char.len_utf8()
            }
        };
        rest = rest.get(length..)?;
    }
    if kept == 0 {
        return None;
    }
    repaired.push_str(json.get(kept..)?);
    Some(repaired)
}

/// The word of [`WORDS`] that `rest` begins with.
fn word(rest: &str) -> Option<&'static str> {
    WORDS.into_iter().find(|word| {
        rest.strip_prefix(word)
            .is_some_and(|behind| !behind.chars().next().is_some_and(is_word_part))
    })
}

/// The lone surrogate that `rest` begins with, and what stands in for it.
fn surrogate(rest: &str) -> Option<(usize, &'static str)> {
    let lone = rest.starts_with('\\') && escape(rest.as_bytes()) == Escape::Lone;
    lone.then_some((6, r"\ufffd"))
}

fn is_word_part(char: char) -> bool {
    char.is_alphanumeric() || matches!(char, '_' | '-' | '+' | '.' | '$')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::Value;

    use super::*;
    use crate::json::lone_surrogate;

    #[test]
    fn known_faults_are_repaired_and_nothing_else() {
        for (json, expected) in [
            (r#"{"a":NaN}"#, Some(r#"{"a":null}"#)),
            ("[Infinity, -Infinity,NaN ]", Some("[null, null,null ]")),
            ("NaN", Some("null")),
            (r#"{"a":"NaN and \" NaN"}"#, None),
            (r#"{"a":"NaN \"","b":NaN}"#, Some(r#"{"a":"NaN \"","b":null}"#)),
            (r#"["\ud83d"]"#, Some(r#"["\ufffd"]"#)),
            (r#"["x\udE00y\ud83d\ude00"]"#, Some(r#"["x\ufffdy\ud83d\ude00"]"#)),
            (r#"["\ud83d\ud83d\ude00"]"#, Some(r#"["\ufffd\ud83d\ude00"]"#)),
            (r#"["\\ud83d"]"#, None),
            (r#"["\ud83d\ude00"]"#, None),
            ("[NaNa]", None),
            ("[xNaN]", None),
            ("[1NaN]", None),
            ("[nan]", None),
            ("{broken", None),
            ("", None),
        ] {
            assert_eq!(repair(json).as_deref(), expected, "{json}");
        }
    }

    proptest! {
        #[test]
        fn valid_json_passes_untouched(text in any::<String>(), number in any::<f64>()) {
            let json = serde_json::json!({ &text: [number, "NaN", null, { "Infinity": text }] });
            prop_assert_eq!(repair(&json.to_string()), None);
        }

        #[test]
        fn escapes_end_without_lone_surrogates(
            units in proptest::collection::vec(0xd700_u16..0xe100, 0..12),
        ) {
            let escapes: Vec<_> = units.iter().map(|unit| format!("\\u{unit:04x}")).collect();
            let json = format!("[\"{}\"]", escapes.concat());
            let expected = String::from_utf16_lossy(&units);
            let read = repair(&json).unwrap_or_else(|| json.clone());
            prop_assert_eq!(lone_surrogate(&read), None);
            prop_assert_eq!(serde_json::from_str::<Value>(&read).unwrap(), serde_json::json!([expected]));
        }

        #[test]
        fn arbitrary_text_never_panics(text in r#"[\\u\"d8Na{}\[\]:,-Infity]{0,40}|\PC*"#) {
            drop(repair(&text));
        }
    }
}
