//! Export requests taken apart: one request for each span, as an exporter without batches would
//! send them.

use serde_json::{Value, json};

/// One request for each span of a protobuf request.
pub(super) fn protobuf(request: &[u8]) -> Vec<Vec<u8>> {
    // ExportTraceServiceRequest.resource_spans is field 1 …
    let resources = fields(request).into_iter().filter(|(number, _)| *number == 1);
    resources.flat_map(|(_, resource)| inside(resource, 1)).collect()
}

/// … `ResourceSpans.scope_spans` and `ScopeSpans.spans` are field 2, each beside what it is about.
fn inside(message: &[u8], level: u32) -> Vec<Vec<u8>> {
    let (several, about): (Vec<_>, Vec<_>) =
        fields(message).into_iter().partition(|(number, _)| *number == 2);
    let about: Vec<u8> = about.iter().flat_map(|(number, bytes)| field(*number, bytes)).collect();
    let singles = several.into_iter().flat_map(|(_, bytes)| match level {
        1 => inside(bytes, 2),
        _ => vec![bytes.to_vec()],
    });
    let wrapped = singles.map(|single| match level {
        1 => field(1, &[about.clone(), single].concat()),
        _ => field(2, &[about.clone(), field(2, &single)].concat()),
    });
    wrapped.collect()
}

/// The fields of a message in which all of them are of the kind with a length.
fn fields(mut message: &[u8]) -> Vec<(u32, &[u8])> {
    let mut fields = Vec::new();
    while !message.is_empty() {
        let (key, length);
        (key, message) = varint(message);
        assert_eq!(key & 7, 2, "a field with a length");
        (length, message) = varint(message);
        let (payload, rest) = message.split_at(usize::try_from(length).unwrap());
        fields.push((u32::try_from(key >> 3).unwrap(), payload));
        message = rest;
    }
    fields
}

fn field(number: u32, payload: &[u8]) -> Vec<u8> {
    let mut bytes = written(u64::from(number << 3 | 2));
    bytes.extend(written(payload.len() as u64));
    bytes.extend(payload);
    bytes
}

fn varint(bytes: &[u8]) -> (u64, &[u8]) {
    let end = bytes.iter().position(|byte| *byte < 0x80).expect("an end");
    let (number, rest) = bytes.split_at(end + 1);
    (number.iter().rev().fold(0, |sum, byte| sum << 7 | u64::from(byte & 0x7f)), rest)
}

fn written(mut number: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    while 0x80 <= number {
        bytes.push(u8::try_from(number & 0x7f).unwrap() | 0x80);
        number >>= 7;
    }
    bytes.push(u8::try_from(number).unwrap());
    bytes
}

/// One request for each span of a JSON request.
pub(super) fn json(request: &[u8]) -> Vec<Vec<u8>> {
    let request: Value = serde_json::from_slice(request).unwrap();
    let mut singles = Vec::new();
    for resource in items(&request, "resourceSpans") {
        for scope in items(resource, "scopeSpans") {
            for span in items(scope, "spans") {
                let mut scope = scope.clone();
                scope["spans"] = json!([span]);
                let mut resource = resource.clone();
                resource["scopeSpans"] = json!([scope]);
                singles.push(json!({"resourceSpans": [resource]}).to_string().into_bytes());
            }
        }
    }
    singles
}

fn items<'a>(of: &'a Value, name: &str) -> &'a Vec<Value> {
    of[name].as_array().expect("a list")
}
