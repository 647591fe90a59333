//! Attributes: names and values, as plain JSON.

use std::collections::BTreeMap;

use serde_json::{Map, Number, Value};

use super::fields::{integer, list, member};

/// Attributes of a span, an event of it, a log record, a resource or a scope. Where a key is there
/// twice, the last one counts.
///
/// A value is plain JSON: a list of key-values is an object, bytes are their base64 text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Attributes(BTreeMap<String, Value>);

impl Attributes {
    /// The attributes of `of`, an object with the member `attributes`.
    pub(super) fn of(of: &Value) -> Self {
        let pairs = list(of, ["attributes", "attributes"]).iter();
        Self(pairs.filter_map(pair).collect())
    }

    /// A value; `null` is absent.
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.0.get(key).filter(|value| !value.is_null())
    }

    /// A text that is not empty.
    pub fn text(&self, key: &str) -> Option<&str> {
        self.get(key)?.as_str().filter(|text| !text.is_empty())
    }

    /// The first of `keys` that is a text and not empty.
    pub fn first_text(&self, keys: &[&str]) -> Option<&str> {
        keys.iter().find_map(|key| self.text(key))
    }

    /// A count, as number or as text.
    pub fn count(&self, key: &str) -> Option<u64> {
        integer(self.get(key)?).and_then(|count| u64::try_from(count).ok())
    }

    /// The first of `keys` that is a count.
    pub fn first_count(&self, keys: &[&str]) -> Option<u64> {
        keys.iter().find_map(|key| self.count(key))
    }

    /// A yes or no, also as text.
    pub fn flag(&self, key: &str) -> Option<bool> {
        match self.get(key)? {
            Value::Bool(flag) => Some(*flag),
            Value::String(text) if text.eq_ignore_ascii_case("true") => Some(true),
            Value::String(text) if text.eq_ignore_ascii_case("false") => Some(false),
            _ => None,
        }
    }

    /// A value that is JSON, or the text of JSON: many keys hold objects written as text. A text
    /// that is no JSON is itself.
    pub fn json(&self, key: &str) -> Option<Value> {
        match self.get(key)? {
            Value::String(text) if text.trim_start().starts_with(['{', '[']) => {
                Some(serde_json::from_str(text).unwrap_or_else(|_| Value::String(text.clone())))
            }
            value => Some(value.clone()),
        }
    }

    /// All of them, by key.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.0.iter().map(|(key, value)| (key.as_str(), value))
    }

    /// All of them as one object.
    pub fn to_object(&self) -> Map<String, Value> {
        self.0.iter().map(|(key, value)| (key.clone(), value.clone())).collect()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl FromIterator<(String, Value)> for Attributes {
    fn from_iter<I: IntoIterator<Item = (String, Value)>>(pairs: I) -> Self {
        Self(pairs.into_iter().collect())
    }
}

fn pair(pair: &Value) -> Option<(String, Value)> {
    let key = pair.get("key")?.as_str()?;
    Some((key.to_owned(), pair.get("value").map_or(Value::Null, plain)))
}

/// The plain JSON of an `AnyValue`. How deep it nests was checked when it was received.
pub(super) fn plain(any: &Value) -> Value {
    let Value::Object(fields) = any else { return any.clone() };
    let field = |names| member(any, names);
    if let Some(text) = field(["stringValue", "string_value"]) {
        return text.clone();
    }
    if let Some(flag) = field(["boolValue", "bool_value"]) {
        return flag.clone();
    }
    if let Some(number) = field(["intValue", "int_value"]) {
        return integer(number).map_or_else(|| number.clone(), Value::from);
    }
    if let Some(number) = field(["doubleValue", "double_value"]) {
        let read = number.as_str().and_then(|text| text.parse().ok()).and_then(Number::from_f64);
        return read.map_or_else(|| number.clone(), Value::Number);
    }
    if let Some(array) = field(["arrayValue", "array_value"]) {
        return list(array, ["values", "values"]).iter().map(plain).collect();
    }
    if let Some(pairs) = field(["kvlistValue", "kvlist_value"]) {
        return list(pairs, ["values", "values"]).iter().filter_map(pair).collect();
    }
    if let Some(bytes) = field(["bytesValue", "bytes_value"]) {
        return bytes.clone();
    }
    if fields.is_empty() { Value::Null } else { any.clone() }
}
