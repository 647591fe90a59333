//! JSON indented for reading, token by token: order, spelling and numbers stay as received.

use std::fmt::Write as _;

/// What is shown of one payload.
pub(super) const PRETTY_MAX_BYTES: usize = 64 * 1024;

/// `json`, which must be valid, with one value a line; what is longer than `max_bytes` is cut
/// and the last line says so.
pub(super) fn pretty(json: &str, max_bytes: usize) -> String {
    let mut out = String::with_capacity(json.len().min(max_bytes) * 2);
    let mut level = 0_usize;
    let mut rest = json.trim();
    while max_bytes.saturating_sub(out.len()) > 0 {
        let (token, behind) = next_token(rest);
        rest = behind;
        match token {
            "" => return out,
            "{" | "[" => {
                let closing = if token == "{" { '}' } else { ']' };
                out.push_str(token);
                if let Some(behind) = rest.strip_prefix(closing) {
                    out.push(closing);
                    rest = behind.trim_start();
                } else {
                    level += 1;
                    new_line(&mut out, level);
                }
            }
            "}" | "]" => {
                level = level.saturating_sub(1);
                new_line(&mut out, level);
                out.push_str(token);
            }
            "," => {
                out.push(',');
                new_line(&mut out, level);
            }
            ":" => out.push_str(": "),
            value => out.push_str(value),
        }
    }
    let cut = out.len().saturating_sub(max_bytes);
    out.truncate(out.floor_char_boundary(max_bytes));
    if 0 < cut || !rest.is_empty() {
        let shown = out.len();
        // Writing to a string cannot fail.
        let _ = write!(out, "\n… cut after {shown} bytes; the payload has {}", json.len());
    }
    out
}

fn new_line(out: &mut String, level: usize) {
    out.push('\n');
    out.extend(std::iter::repeat_n("  ", level));
}

/// The first token of `text`, which begins with none, and what follows behind white space.
fn next_token(text: &str) -> (&str, &str) {
    let length = match text.as_bytes().first() {
        None => 0,
        Some(b'{' | b'}' | b'[' | b']' | b',' | b':') => 1,
        Some(b'"') => string_length(text.as_bytes()),
        Some(_) => text.find(is_delimiter).unwrap_or(text.len()).max(1),
    };
    let (token, rest) = text.split_at_checked(length).unwrap_or((text, ""));
    (token, rest.trim_start_matches(is_space))
}

/// Bytes of the string that begins `text`, quotes included.
fn string_length(text: &[u8]) -> usize {
    let mut escaped = false;
    for (at, byte) in text.iter().enumerate().skip(1) {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return at + 1,
            _ => {}
        }
    }
    text.len()
}

fn is_space(char: char) -> bool {
    matches!(char, ' ' | '\t' | '\n' | '\r')
}

fn is_delimiter(char: char) -> bool {
    is_space(char) || matches!(char, '{' | '}' | '[' | ']' | ',' | ':' | '"')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::Value;

    use super::*;

    #[test]
    fn json_is_indented_and_its_tokens_stay_as_they_were() {
        for (json, expected) in [
            ("{}", "{}"),
            ("[ ]", "[]"),
            (" {\"b\" :1,\"a\":0.10}", "{\n  \"b\": 1,\n  \"a\": 0.10\n}"),
            (
                r#"{"n":[12345678901234567890,{"x":"a\"b{,"}]}"#,
                "{\n  \"n\": [\n    12345678901234567890,\n    {\n      \"x\": \"a\\\"b{,\"\n    }\n  ]\n}",
            ),
            (r#"{"a":1,"a":true}"#, "{\n  \"a\": 1,\n  \"a\": true\n}"),
            ("\"\\u00e9é\"", "\"\\u00e9é\""),
            ("", ""),
        ] {
            assert_eq!(pretty(json, 1_000), expected, "{json}");
        }
    }

    #[test]
    fn what_is_too_long_is_cut_between_characters_and_says_so() {
        assert_eq!(pretty(r#""éé""#, 3), "\"é\n… cut after 3 bytes; the payload has 6");
        assert_eq!(pretty(r#""éé""#, 4), "\"é\n… cut after 3 bytes; the payload has 6");
        assert_eq!(pretty(r#""éé""#, 6), r#""éé""#);
        assert_eq!(pretty("[1,2]", 4), "[\n  \n… cut after 4 bytes; the payload has 5");
    }

    fn any_json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<String>().prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 40, 6, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
                prop::collection::btree_map(any::<String>(), inner, 0..6)
                    .prop_map(|map| Value::Object(map.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn what_is_indented_means_the_same(value in any_json()) {
            let expected = serde_json::to_string_pretty(&value).unwrap();
            for json in [value.to_string(), expected.clone()] {
                prop_assert_eq!(&pretty(&json, usize::MAX), &expected);
            }
        }
    }
}
