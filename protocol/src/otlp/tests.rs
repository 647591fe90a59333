//! Requests in, items out; items in, spans and log records out.

use bytes::Bytes;
use prost::Message as _;
use serde_json::{Value, json};

use super::{
    protobuf::{KeyValue, Request, Resources, Scopes, Span as WireSpan},
    *,
};
use crate::limits::{OTLP_ITEM_MAX_VALUES, OTLP_REFUSED_MAX_COUNT, OTLP_REQUEST_MAX_ITEMS};

const TRACE: &str = "0102030405060708090a0b0c0d0e0f10";
const SPAN: &str = "a1a2a3a4a5a6a7a8";

fn item(span: &Value) -> String {
    json!({"resource": {"attributes": []}, "span": span}).to_string()
}

#[test]
fn ids_are_hex_or_base64() {
    for (trace, span, expected) in [
        (TRACE, SPAN, true),
        (&TRACE.to_uppercase(), &SPAN.to_uppercase(), true),
        ("AQIDBAUGBwgJCgsMDQ4PEA==", "oaKjpKWmp6g=", true),
        ("AQIDBAUGBwgJCgsMDQ4PEA", "oaKjpKWmp6g", true),
        ("", SPAN, false),
        (&"0".repeat(32), SPAN, false),
        (TRACE, &"0".repeat(16), false),
        (SPAN, TRACE, false),
        ("xx02030405060708090a0b0c0d0e0f10", SPAN, false),
    ] {
        let read = Span::read(&item(&json!({"traceId": trace, "spanId": span})));
        let read = read.map(|read| (read.trace_id, read.span_id)).ok();
        let expected = expected.then(|| (TRACE.to_owned(), SPAN.to_owned()));
        assert_eq!(read, expected, "{trace} {span}");
    }
}

#[test]
fn numbers_and_enums_are_read_in_every_spelling() {
    for (time, code) in [
        (json!("1700000000000000500"), json!(2)),
        (json!(1_700_000_000_000_000_500_i64), json!("STATUS_CODE_ERROR")),
        (json!(1.7e18), json!("ERROR")),
        (json!(" 1700000000000000500 "), json!("2")),
    ] {
        let span = json!({
            "traceId": TRACE, "spanId": SPAN, "parentSpanId": "", "unknown": {"x": 1},
            "startTimeUnixNano": time, "endTimeUnixNano": 0, "status": {"code": code},
            "attributes": [
                {"key": "n", "value": {"intValue": "7"}},
                {"key": "m", "value": {"intValue": 7}},
                {"key": "list", "value": {"arrayValue": {"values": [{"doubleValue": 0.5}]}}},
                {"key": "map", "value": {"kvlistValue": {"values": [
                    {"key": "x", "value": {"boolValue": true}}]}}},
                {"key": "bytes", "value": {"bytesValue": "AAE="}},
                {"key": "none"},
                {"value": {"intValue": 1}},
            ],
        });
        let span = Span::read(&item(&span)).unwrap();
        assert_eq!(span.start, Some(crate::Timestamp::from_micros(1_700_000_000_000_000)));
        assert_eq!((span.end, span.parent_span_id.clone()), (None, None));
        assert_eq!(span.status, SpanStatus::Error(None), "{code}");
        let said = Value::Object(span.attributes.to_object());
        assert_eq!(
            said,
            json!({"n": 7, "m": 7, "list": [0.5], "map": {"x": true}, "bytes": "AAE=",
                "none": null})
        );
    }
}

#[test]
fn what_is_wrong_with_a_span_is_named() {
    for (item, expected) in [
        ("", "json "),
        ("[]", "required /span"),
        (r#"{"span":7}"#, "required /span"),
        (r#"{"span":{}}"#, "required /span/traceId, required /span/spanId"),
        (r#"{"span":{"traceId":[],"spanId":"a1a2a3a4a5a6a7a8"}}"#, "required /span/traceId"),
    ] {
        let broken = Span::read(item).unwrap_err();
        let broken: Vec<_> =
            broken.iter().map(|it| format!("{} {}", it.rule, it.pointer)).collect();
        assert_eq!(broken.join(", "), expected, "{item}");
    }
}

#[test]
fn wrong_types_are_absent() {
    let span = json!({
        "traceId": TRACE, "spanId": SPAN, "name": 7, "startTimeUnixNano": {}, "attributes": "x",
        "events": [7, {"name": []}], "status": [], "parentSpanId": 7,
    });
    let span = Span::read(&item(&span)).unwrap();
    assert_eq!((span.name.as_str(), span.start, span.events.len()), ("", None, 2));
    assert!(span.attributes.is_empty() && span.error().is_none());
}

#[test]
fn answers_are_those_of_the_specification() {
    let signal = Signal::Traces;
    let whole = Reply::Taken { signal, refused: 0, message: String::new() };
    assert_eq!(whole.encode(Encoding::Json), b"{}");
    assert_eq!(whole.encode(Encoding::Protobuf), b"");
    let part = Reply::Taken { signal, refused: 2, message: "no".to_owned() };
    let expected = json!({"partialSuccess": {"rejectedSpans": "2", "errorMessage": "no"}});
    assert_eq!(part.encode(Encoding::Json), expected.to_string().into_bytes());
    assert_eq!(part.encode(Encoding::Protobuf), [10, 6, 8, 2, 18, 2, b'n', b'o']);
    let failed = Reply::Failed { code: 3, message: "no".to_owned() };
    assert_eq!(failed.encode(Encoding::Json), br#"{"code":3,"message":"no"}"#);
    assert_eq!(failed.encode(Encoding::Protobuf), [8, 3, 18, 2, b'n', b'o']);
}

#[test]
fn parents_come_before_their_children() {
    let span = |id: u8, start: u64| json!({"traceId": TRACE, "spanId": format!("{id:016x}"), "startTimeUnixNano": start});
    // As they end: the innermost first.
    let spans = json!([span(4, 9_000_000), span(3, 5_000_000), span(2, 5_000_000), span(1, 1_000)]);
    let body = json!({"resourceSpans": [{"scopeSpans": [{"spans": spans}]}]}).to_string();
    let cut = cut(Signal::Traces, Encoding::Json, &body.into()).unwrap();
    let ids: Vec<String> = cut
        .items
        .iter()
        .map(|item| Span::read(std::str::from_utf8(item).unwrap()).unwrap().span_id)
        .collect();
    assert_eq!(ids, [1, 2, 3, 4].map(|id| format!("{id:016x}")));
}

#[test]
fn json_is_kept_as_it_was_received() {
    let body = r#"{"resource_logs":[{"resource":{"attributes":[ ]},"schemaUrl":"u","scopeLogs":[
        {"scope":{"name":"s"},"logRecords":[{"body":{"stringValue":"a"},"x":1.50}]}]}]}"#;
    let cut = cut(Signal::Logs, Encoding::Json, &body.into()).unwrap();
    let expected = r#"{"resource":{"attributes":[ ]},"resourceSchemaUrl":"u","scope":{"name":"s"},"logRecord":{"body":{"stringValue":"a"},"x":1.50}}"#;
    assert_eq!(cut.items, [expected.as_bytes()]);
}

#[test]
fn what_cannot_be_read_is_refused_alone() {
    let deep = format!("{}{}", "[".repeat(80), "]".repeat(80));
    let good = json!({"traceId": TRACE, "spanId": SPAN});
    let body = format!(
        r#"{{"resourceSpans":[{{"scopeSpans":[{{"spans":[{good},7,{{"traceId":"{TRACE}","spanId":"{SPAN}","x":{deep}}}]}}]}}]}}"#
    );
    let cut = cut(Signal::Traces, Encoding::Json, &body.into()).unwrap();
    let rules: Vec<_> = cut.refused.iter().map(|refused| refused.violations[0].rule).collect();
    assert_eq!((cut.items.len(), rules), (1, vec!["required", "nesting"]));
}

#[test]
fn what_is_no_request_is_unreadable() {
    for body in ["", "[]", "null x", r#"{"resourceSpans":7}"#, "\u{0}"] {
        let found = cut(Signal::Traces, Encoding::Json, &body.into());
        assert!(matches!(found, Err(Uncut::Unreadable { .. })), "{body}");
    }
    for body in [&b"rubbish"[..], &[0xff; 100], &[10, 200, 1]] {
        let body = Bytes::from_static(body);
        assert!(cut(Signal::Traces, Encoding::Protobuf, &body).is_err(), "{body:?}");
    }
    let nothing = cut(Signal::Traces, Encoding::Protobuf, &Bytes::new()).unwrap();
    assert!(nothing.items.is_empty() && nothing.refused.is_empty());
}

#[test]
fn a_depth_bomb_in_protobuf_is_unreadable() {
    use super::protobuf::{Any, AnyValue, Array, LogRecord};
    let nested = |levels: usize| {
        let mut body = AnyValue { value: Some(Any::Bool(true)) };
        for _ in 0..levels {
            body = AnyValue { value: Some(Any::Array(Array { values: vec![body] })) };
        }
        let record = LogRecord { body: Some(body), ..LogRecord::default() };
        cut(Signal::Logs, Encoding::Protobuf, &request(vec![record.encode_to_vec().into()]))
    };
    assert_eq!(nested(5).unwrap().items.len(), 1);
    assert_eq!(nested(30).unwrap().refused[0].violations[0].rule, "nesting");
    assert!(nested(200).is_err());
}

/// A request in protobuf with these records in one scope.
fn request(records: Vec<Bytes>) -> Bytes {
    let scopes = Scopes { records, ..Scopes::default() };
    let resources =
        Resources { scopes: vec![scopes.encode_to_vec().into()], ..Resources::default() };
    Request { resources: vec![resources.encode_to_vec().into()] }.encode_to_vec().into()
}

#[test]
fn more_items_than_a_request_may_hold_refuse_it_before_any_is_read() {
    let nothing = Bytes::new();
    let most = OTLP_REQUEST_MAX_ITEMS;
    let resources = |count| Request { resources: vec![nothing.clone(); count] }.encode_to_vec();
    let json = |inner: &str, count: usize| vec![inner; count].join(",");
    for (count, expected) in [(most, None), (most + 1, Some(Uncut::TooManyItems))] {
        let spans = format!(r#"{{"scopeSpans":[{{"spans":[{}]}}]}}"#, json("0", count));
        let scopes = format!(r#"{{"scope_spans":[{}]}}"#, json("{}", count));
        let in_json = |inner: &str| Bytes::from(format!(r#"{{"resourceSpans":[{inner}]}}"#));
        for (encoding, body) in [
            (Encoding::Protobuf, request(vec![nothing.clone(); count])),
            (Encoding::Protobuf, resources(count).into()),
            (Encoding::Json, in_json(&spans)),
            (Encoding::Json, in_json(&scopes)),
            (Encoding::Json, in_json(&json("{}", count))),
        ] {
            let found = cut(Signal::Traces, encoding, &body);
            assert_eq!(found.as_ref().err(), expected.as_ref(), "{encoding:?}");
            let kept = found.map_or(0, |cut| cut.refused.len());
            assert!(kept <= OTLP_REFUSED_MAX_COUNT);
        }
    }
}

#[test]
fn refusals_are_counted_and_a_few_of_them_kept() {
    let cut = cut(Signal::Traces, Encoding::Protobuf, &request(vec![Bytes::new(); 1_000])).unwrap();
    let found = (cut.items.len(), cut.refused.len(), cut.refused_count);
    assert_eq!(found, (0, OTLP_REFUSED_MAX_COUNT, 1_000));
}

#[test]
fn a_span_with_too_many_attributes_is_refused_alone() {
    let span = |attributes| WireSpan {
        trace_id: vec![1; 16],
        span_id: vec![2; 8],
        attributes: vec![KeyValue::default(); attributes],
        ..WireSpan::default()
    };
    let spans = [1, OTLP_ITEM_MAX_VALUES + 1].map(|count| span(count).encode_to_vec().into());
    let cut = cut(Signal::Traces, Encoding::Protobuf, &request(spans.to_vec())).unwrap();
    assert_eq!((cut.items.len(), cut.refused[0].violations[0].rule), (1, "too_large"));
}
