//! Cuts a request body into events. The events share the body's memory, byte for byte as received.

use std::fmt;

use banyan_protocol::{Violation, limits::REQUEST_MAX_EVENTS, repair::repair};
use bytes::Bytes;
use serde::{
    Deserialize, Deserializer,
    de::{IgnoredAny, SeqAccess, Visitor},
};
use serde_json::value::RawValue;

use super::Framing;

/// Why a body cannot be cut.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Uncut {
    /// More than [`REQUEST_MAX_EVENTS`].
    TooMany,
    /// It is not what its framing says.
    Refused(Violation),
}

/// The events of `body`, at least one, at most [`REQUEST_MAX_EVENTS`]. None of them has been
/// looked at yet.
pub(super) fn cut(body: &Bytes, framing: Framing) -> Result<Vec<Bytes>, Uncut> {
    let events = match framing {
        Framing::Ndjson => lines(body),
        Framing::Json => documents(body)?,
    };
    match events.len() {
        0 => Err(refused("empty", "the request holds no event")),
        1..=REQUEST_MAX_EVENTS => Ok(events),
        _ => Err(Uncut::TooMany),
    }
}

fn refused(rule: &'static str, message: &str) -> Uncut {
    Uncut::Refused(Violation::new("", rule, message))
}

/// Lines that are not blank; one more than the limit is enough to know that there are too many.
fn lines(body: &Bytes) -> Vec<Bytes> {
    body.split(|byte| *byte == b'\n')
        .map(<[u8]>::trim_ascii)
        .filter(|line| !line.is_empty())
        .take(REQUEST_MAX_EVENTS + 1)
        .map(|line| body.slice_ref(line))
        .collect()
}

/// The elements of an array, or anything else as one event.
fn documents(body: &Bytes) -> Result<Vec<Bytes>, Uncut> {
    let whole = body.trim_ascii();
    match whole.first() {
        None => return Ok(Vec::new()),
        Some(b'[') => {}
        Some(_) => return Ok(vec![body.slice_ref(whole)]),
    }
    let Ok(text) = std::str::from_utf8(whole) else {
        return Err(refused("utf8", "the request is not UTF-8"));
    };
    let elements = match serde_json::from_str::<Elements<'_>>(text) {
        Ok(elements) => elements.0,
        Err(error) => almost_elements(text).ok_or_else(|| {
            let place = format!("at line {} column {}", error.line(), error.column());
            refused("json", &format!("the array is not valid JSON {place}"))
        })?,
    };
    Ok(elements.into_iter().map(|element| body.slice_ref(element.as_bytes())).collect())
}

/// The elements of an array, each as it stands in the text; of those beyond the limit only one.
struct Elements<'a>(Vec<&'a str>);

impl<'de: 'a, 'a> Deserialize<'de> for Elements<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(ElementsVisitor).map(Self)
    }
}

struct ElementsVisitor;

impl<'de> Visitor<'de> for ElementsVisitor {
    type Value = Vec<&'de str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut array: A) -> Result<Self::Value, A::Error> {
        let mut elements = Vec::new();
        while elements.len() <= REQUEST_MAX_EVENTS
            && let Some(element) = array.next_element::<&RawValue>()?
        {
            elements.push(element.get());
        }
        while array.next_element::<IgnoredAny>()?.is_some() {}
        Ok(elements)
    }
}

/// The elements of an array that is valid JSON but for what [`repair`] repairs, as received.
fn almost_elements(text: &str) -> Option<Vec<&str>> {
    let repaired = repair(text)?;
    let count = serde_json::from_str::<Elements<'_>>(&repaired).ok()?.0.len();
    // Nothing that is repaired holds a bracket, a comma or a quote: the same commas count.
    let inside = text.strip_prefix('[')?.strip_suffix(']')?;
    let elements: Vec<_> = split_at_commas(inside).take(count).map(str::trim_ascii).collect();
    (elements.len() == count).then_some(elements)
}

/// Splits at commas that are in no string, array or object.
fn split_at_commas(text: &str) -> impl Iterator<Item = &str> {
    let (mut depth, mut in_string, mut escaped) = (0_usize, false, false);
    text.split(move |char: char| {
        match char {
            _ if escaped => escaped = false,
            '\\' if in_string => escaped = true,
            '"' => in_string = !in_string,
            _ if in_string => {}
            '[' | '{' => depth += 1,
            ']' | '}' => depth = depth.saturating_sub(1),
            ',' => return depth == 0,
            _ => {}
        }
        false
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(framing: Framing, body: &[u8], expected: Result<&[&str], &str>) {
        let body = Bytes::copy_from_slice(body);
        let found = match cut(&body, framing) {
            Ok(events) => Ok(events),
            Err(Uncut::TooMany) => Err("too many"),
            Err(Uncut::Refused(violation)) => Err(violation.rule),
        };
        let expected = expected.map(|events| {
            events.iter().map(|event| Bytes::copy_from_slice(event.as_bytes())).collect::<Vec<_>>()
        });
        assert_eq!(found, expected, "{framing:?} {body:?}");
    }

    #[test]
    fn json_is_one_event_or_an_array_of_them() {
        for (body, events) in [
            (r#"{"a":1}"#, &[r#"{"a":1}"#][..]),
            (" \r\n{\"a\":  1}\n", &[r#"{"a":  1}"#]),
            ("[1]", &["1"]),
            (r#" [ {"a":0.10} , [1, 2],"x,]" ] "#, &[r#"{"a":0.10}"#, "[1, 2]", r#""x,]""#]),
            (r#"["\ud83d"]"#, &[r#""\ud83d""#]),
            // One broken event is for the reading of events to refuse.
            ("nonsense", &["nonsense"]),
            ("{", &["{"]),
        ] {
            check(Framing::Json, body.as_bytes(), Ok(events));
        }
    }

    #[test]
    fn an_array_is_cut_as_a_whole_or_not_at_all() {
        for (body, rule) in [
            (&b""[..], "empty"),
            (b" \n\t", "empty"),
            (b"[]", "empty"),
            (b"[1,", "json"),
            (b"[1,]", "json"),
            (b"[1] 2", "json"),
            (b"[{]}", "json"),
            (b"[1, nonsense]", "json"),
            (b"[NaN,", "json"),
            (b"[NaN] NaN", "json"),
            (b"[NaN, nonsense]", "json"),
            (b"[\"\xff\"]", "utf8"),
        ] {
            check(Framing::Json, body, Err(rule));
        }
    }

    #[test]
    fn almost_json_is_cut_and_kept_as_it_is() {
        check(
            Framing::Json,
            br#"[{"a":NaN}, {"b":"],[\",{","c":[1,-Infinity]} ,"\ud83d",Infinity]"#,
            Ok(&[
                r#"{"a":NaN}"#,
                r#"{"b":"],[\",{","c":[1,-Infinity]}"#,
                r#""\ud83d""#,
                "Infinity",
            ]),
        );
    }

    #[test]
    fn lines_are_cut_whatever_is_in_them() {
        for (body, events) in [
            ("{}\n{}", &["{}", "{}"][..]),
            ("\n{}\r\n\r\n  \n {broken \n", &["{}", "{broken"]),
            ("[1,2]", &["[1,2]"]),
        ] {
            check(Framing::Ndjson, body.as_bytes(), Ok(events));
        }
        check(Framing::Ndjson, b"", Err("empty"));
        check(Framing::Ndjson, b"\n \r\n", Err("empty"));
    }

    #[test]
    fn a_thousand_events_and_no_more() {
        for (count, expected) in [(1_000, Ok(1_000)), (1_001, Err(Uncut::TooMany))] {
            for (framing, body) in [
                (Framing::Ndjson, "{}\n".repeat(count)),
                (Framing::Json, format!("[{}]", vec!["{}"; count].join(","))),
                (Framing::Json, format!("[{}]", vec!["NaN"; count].join(","))),
            ] {
                let found = cut(&Bytes::from(body), framing).map(|events| events.len());
                assert_eq!(found, expected, "{framing:?}");
            }
        }
        let bomb = format!("[{}0]", "0,".repeat(4_000_000));
        assert_eq!(cut(&Bytes::from(bomb), Framing::Json), Err(Uncut::TooMany));
    }

    #[test]
    fn events_share_the_memory_of_the_body() {
        let body = Bytes::from_static(b"[{\"a\":1},{\"b\":2}]");
        let within = body.as_ptr_range();
        for event in cut(&body, Framing::Json).unwrap() {
            assert!(within.contains(&event.as_ptr()));
        }
    }
}
