//! Reading fields of OTLP JSON leniently.

use base64::{
    Engine as _,
    alphabet::STANDARD,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use serde_json::Value;

const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// A member by its JSON name, else by its protobuf name; `null` is absent.
pub(super) fn member<'a>(of: &'a Value, names: [&str; 2]) -> Option<&'a Value> {
    names.into_iter().find_map(|name| of.get(name)).filter(|value| !value.is_null())
}

/// A member that is a text and not empty.
pub(super) fn text(of: &Value, names: [&str; 2]) -> Option<String> {
    member(of, names)?.as_str().filter(|text| !text.is_empty()).map(ToOwned::to_owned)
}

/// A member that is a list; empty when it is none.
pub(super) fn list<'a>(of: &'a Value, names: [&str; 2]) -> &'a [Value] {
    member(of, names).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// A 64-bit integer, as text or number.
pub(super) fn integer(value: &Value) -> Option<i64> {
    match value {
        Value::Number(number) => number.as_i64().or_else(|| {
            let whole = number.as_f64().filter(|float| float.fract() == 0.0)?;
            format!("{whole:.0}").parse().ok()
        }),
        Value::String(text) => text.trim().parse().ok(),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    }
}

/// A point in time, given in nanoseconds since the epoch, in microseconds. 0 means "unknown".
pub(super) fn micros(of: &Value, names: [&str; 2]) -> Option<i64> {
    let nanos = integer(member(of, names)?)?;
    (0 < nanos).then_some(nanos / 1_000)
}

/// An enum's number, given as number or as a name that ends in one of `names`, which are in the
/// order of their numbers.
pub(super) fn word(value: Option<&Value>, names: &[&str]) -> Option<usize> {
    match value? {
        Value::String(name) => {
            let is_named = |known: &&str| {
                name.eq_ignore_ascii_case(known)
                    || name.to_ascii_uppercase().ends_with(&format!("_{known}"))
            };
            names.iter().position(is_named).or_else(|| name.parse().ok())
        }
        number => usize::try_from(integer(number)?).ok(),
    }
}

/// An id of `bytes` bytes in lower-case hex, from hex or base64. Zeros are no id.
pub(super) fn id(value: Option<&Value>, bytes: usize) -> Option<String> {
    let text = value?.as_str()?;
    let is_hex = text.len() == 2 * bytes && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    let hex = if is_hex {
        text.to_ascii_lowercase()
    } else {
        let decoded = BASE64.decode(text).ok().filter(|decoded| decoded.len() == bytes)?;
        hex(&decoded)
    };
    hex.bytes().any(|digit| digit != b'0').then_some(hex)
}

/// Bytes in lower-case hex.
pub(super) fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |value: u8| DIGITS.get(usize::from(value)).map_or('0', |digit| char::from(*digit));
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

/// Bytes in base64.
pub(super) fn base64(bytes: &[u8]) -> String {
    BASE64.encode(bytes)
}
