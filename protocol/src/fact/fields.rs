//! How a payload is read: find the named fields in one pass, then take the first usable one.

use std::borrow::Cow;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::Text;
use crate::{
    Flags, MicroDollars,
    json::{Json, compact},
    limits::{COUNT_MAX, DURATION_MAX_MICROS},
    number::scaled,
};

/// The fields of one payload, and what was odd about them.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fields<'a> {
    payload: Option<&'a RawValue>,
    flags: Flags,
}

/// A field's raw value, if it is there.
pub(super) type Found<'a> = Option<&'a RawValue>;

/// A value that its field cannot have.
#[derive(Clone, Copy, Debug)]
pub(super) struct Odd;

impl<'a> Fields<'a> {
    /// The fields of `payload`; none when it is absent.
    pub(super) fn of(payload: Option<&'a RawValue>) -> Self {
        Self { payload, flags: Flags::default() }
    }

    /// What was odd so far.
    pub(super) const fn flags(&self) -> Flags {
        self.flags
    }

    /// The values of `names` (in `snake_case`; camelCase spellings are found too), in their order.
    /// `null` counts as absent. Of two values for one name the last one counts.
    pub(super) fn find<const N: usize>(&mut self, names: [&'static str; N]) -> [Found<'a>; N] {
        let Some(payload) = self.payload else { return [None; N] };
        let mut deserializer = serde_json::Deserializer::from_str(payload.get());
        let Ok(mut found) = deserializer.deserialize_map(FieldsVisitor { names: &names }) else {
            self.flags.insert(Flags::BAD_FIELD);
            return [None; N];
        };
        if found.duplicate_keys {
            self.flags.insert(Flags::DUPLICATE_KEYS);
        }
        for value in &mut found.values {
            *value = value.filter(|raw| raw.get() != "null");
        }
        found.values
    }

    /// The first of `candidates` that `read` can use. `read` gives `None` for what is as good as
    /// absent; what it calls odd is flagged and passed over.
    pub(super) fn first<T, const N: usize>(
        &mut self,
        candidates: [Found<'a>; N],
        read: impl Fn(Json<'a>) -> Result<Option<T>, Odd>,
    ) -> Option<T> {
        candidates.into_iter().flatten().find_map(|raw| {
            read(Json::of(raw)).unwrap_or_else(|Odd| {
                self.flags.insert(Flags::BAD_FIELD);
                None
            })
        })
    }

    /// A string.
    pub(super) fn text<const N: usize>(&mut self, candidates: [Found<'a>; N]) -> Text<'a> {
        self.first(candidates, |json| match json {
            Json::Text(text) => Ok(unless_empty(text)),
            _ => Err(Odd),
        })
    }

    /// A string, or an object as compact JSON: agents pass on whatever error they caught.
    pub(super) fn error<const N: usize>(&mut self, candidates: [Found<'a>; N]) -> Text<'a> {
        self.first(candidates, |json| match json {
            Json::Text(text) => Ok(unless_empty(text)),
            Json::Object(raw) => Ok(Some(compact(raw))),
            _ => Err(Odd),
        })
    }

    /// A string, or any other JSON as compact text.
    pub(super) fn any_text<const N: usize>(&mut self, candidates: [Found<'a>; N]) -> Text<'a> {
        self.first(candidates, |json| Ok(any_text(json)))
    }

    /// A string or a number, as text.
    pub(super) fn label<const N: usize>(&mut self, candidates: [Found<'a>; N]) -> Text<'a> {
        self.first(candidates, |json| match json {
            Json::Text(text) => Ok(unless_empty(text)),
            Json::Number(number) => Ok(Some(Cow::Borrowed(number))),
            _ => Err(Odd),
        })
    }

    /// A string for which `read` knows a meaning.
    pub(super) fn word<T, const N: usize>(
        &mut self,
        candidates: [Found<'a>; N],
        read: impl Fn(&str) -> Option<T>,
    ) -> Option<T> {
        self.first(candidates, |json| match json {
            Json::Text(text) if text.is_empty() => Ok(None),
            Json::Text(text) => read(&text.to_ascii_lowercase()).map(Some).ok_or(Odd),
            _ => Err(Odd),
        })
    }

    /// A whole number from 0 to [`COUNT_MAX`].
    pub(super) fn count<const N: usize>(&mut self, candidates: [Found<'a>; N]) -> Option<u64> {
        self.first(candidates, |json| {
            let Json::Number(number) = json else { return Err(Odd) };
            let read = scaled(number, 0).filter(|read| read.exact).ok_or(Odd)?;
            match u64::try_from(read.value) {
                Ok(count) if count <= COUNT_MAX => Ok(Some(count)),
                Ok(_) | Err(_) => Err(Odd),
            }
        })
    }

    /// Dollars.
    pub(super) fn cost<const N: usize>(
        &mut self,
        candidates: [Found<'a>; N],
    ) -> Option<MicroDollars> {
        self.first(candidates, |json| match json {
            Json::Number(number) => MicroDollars::parse(number).map(Some).ok_or(Odd),
            _ => Err(Odd),
        })
    }

    /// Milliseconds, as microseconds.
    pub(super) fn duration<const N: usize>(&mut self, candidates: [Found<'a>; N]) -> Option<i64> {
        self.first(candidates, |json| {
            let Json::Number(number) = json else { return Err(Odd) };
            let micros = scaled(number, 3).and_then(|read| i64::try_from(read.value).ok());
            match micros {
                Some(micros @ 0..=DURATION_MAX_MICROS) => Ok(Some(micros)),
                Some(_) | None => Err(Odd),
            }
        })
    }

    /// An object, raw.
    pub(super) fn object(&mut self, candidate: Found<'a>) -> Option<&'a RawValue> {
        self.first([candidate], |json| match json {
            Json::Object(raw) => Ok(Some(raw)),
            _ => Err(Odd),
        })
    }

    /// An array of strings; other items as compact JSON text.
    pub(super) fn texts<const N: usize>(
        &mut self,
        candidates: [Found<'a>; N],
    ) -> Vec<Cow<'a, str>> {
        let array = self.first(candidates, |json| match json {
            Json::Array(raw) => serde_json::from_str::<Vec<&RawValue>>(raw.get())
                .map_or(Err(Odd), |items| Ok(Some(items))),
            _ => Err(Odd),
        });
        array.into_iter().flatten().filter_map(|raw| any_text(Json::of(raw))).collect()
    }
}

fn unless_empty(text: Cow<'_, str>) -> Text<'_> {
    if text.is_empty() { None } else { Some(text) }
}

fn any_text(json: Json<'_>) -> Text<'_> {
    match json {
        Json::Null => None,
        Json::Bool(true) => Some(Cow::Borrowed("true")),
        Json::Bool(false) => Some(Cow::Borrowed("false")),
        Json::Number(number) => Some(Cow::Borrowed(number)),
        Json::Text(text) => unless_empty(text),
        Json::Array(raw) | Json::Object(raw) => Some(compact(raw)),
    }
}

/// What one pass over a payload found.
struct Values<'a, const N: usize> {
    values: [Found<'a>; N],
    duplicate_keys: bool,
}

struct FieldsVisitor<'n, const N: usize> {
    names: &'n [&'static str; N],
}

impl<'de, const N: usize> Visitor<'de> for FieldsVisitor<'_, N> {
    type Value = Values<'de, N>;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Values<'de, N>, A::Error> {
        let mut found = Values { values: [None; N], duplicate_keys: false };
        while let Some(index) = map.next_key_seed(NameSeed { names: self.names })? {
            match index.and_then(|index| found.values.get_mut(index)) {
                Some(value) => found.duplicate_keys |= value.replace(map.next_value()?).is_some(),
                None => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(found)
    }
}

/// Reads a key as its place among `names`.
#[derive(Clone, Copy)]
struct NameSeed<'n> {
    names: &'n [&'static str],
}

impl<'de> DeserializeSeed<'de> for NameSeed<'_> {
    type Value = Option<usize>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_identifier(self)
    }
}

impl Visitor<'_> for NameSeed<'_> {
    type Value = Option<usize>;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a key")
    }

    fn visit_str<E>(self, key: &str) -> Result<Option<usize>, E> {
        Ok(self.names.iter().position(|name| is_spelling(key.as_bytes(), name.as_bytes())))
    }
}

/// Whether `key` is the snake-case `name` or its camelCase form.
fn is_spelling(key: &[u8], name: &[u8]) -> bool {
    if key.first() != name.first() || name.len() < key.len() {
        return false;
    }
    if key == name {
        return true;
    }
    let mut key = key.iter();
    let mut rest = name.iter();
    while let Some(&expected) = rest.next() {
        let expected = match expected {
            b'_' => rest.next().map(u8::to_ascii_uppercase),
            other => Some(other),
        };
        if key.next().copied() != expected {
            return false;
        }
    }
    key.next().is_none()
}

#[cfg(test)]
mod tests {
    use super::is_spelling;

    #[test]
    fn keys_are_found_in_snake_and_camel_case() {
        for (key, name, expected) in [
            ("goal", "goal", true),
            ("token_spend_delta", "token_spend_delta", true),
            ("tokenSpendDelta", "token_spend_delta", true),
            ("tokenspenddelta", "token_spend_delta", false),
            ("token_spendDelta", "token_spend_delta", false),
            ("tokenSpend", "token_spend_delta", false),
            ("tokenSpendDeltaX", "token_spend_delta", false),
            ("Goal", "goal", false),
            ("", "goal", false),
        ] {
            assert_eq!(is_spelling(key.as_bytes(), name.as_bytes()), expected, "{key} as {name}");
        }
    }
}
