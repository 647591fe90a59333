//! Requests in JSON: counted, then cut without copying.

use std::{fmt, marker::PhantomData};

use serde::{
    Deserialize, Deserializer,
    de::{IgnoredAny, SeqAccess, Visitor},
};
use serde_json::value::RawValue;

use super::{
    Signal,
    request::{Gathered, Item, Uncut, fits, unreadable},
};
use crate::{json::lone_surrogate, limits::OTLP_REQUEST_MAX_ITEMS, repair::repair};

/// The lists of a request: `S` of scopes in `R` of resources, `L` of records.
#[derive(Deserialize)]
struct Request<R> {
    #[serde(
        default = "none",
        alias = "resourceSpans",
        alias = "resource_spans",
        alias = "resourceLogs",
        alias = "resource_logs"
    )]
    resources: Option<R>,
}

#[derive(Deserialize)]
struct Resources<'a, S> {
    #[serde(borrow, default)]
    resource: Option<&'a RawValue>,
    #[serde(borrow, default, rename = "schemaUrl", alias = "schema_url")]
    schema_url: Option<&'a RawValue>,
    #[serde(
        default = "none",
        alias = "scopeSpans",
        alias = "scope_spans",
        alias = "scopeLogs",
        alias = "scope_logs"
    )]
    scopes: Option<S>,
}

#[derive(Deserialize)]
struct Scopes<'a, L> {
    #[serde(borrow, default)]
    scope: Option<&'a RawValue>,
    #[serde(borrow, default, rename = "schemaUrl", alias = "schema_url")]
    schema_url: Option<&'a RawValue>,
    #[serde(default = "none", alias = "spans", alias = "logRecords", alias = "log_records")]
    records: Option<L>,
}

const fn none<T>() -> Option<T> {
    None
}

/// A request in pieces.
type Pieces<'a> = Request<Vec<Resources<'a, Vec<Scopes<'a, Vec<&'a RawValue>>>>>>;
/// The same, counted: nothing of it is kept.
type Counted<'a> = Request<Sum<Resources<'a, Sum<Scopes<'a, Sum<IgnoredAny>>>>>>;

/// Cuts a request into items.
pub(super) fn cut(signal: Signal, body: &[u8], gathered: &mut Gathered) -> Result<(), Uncut> {
    let text = std::str::from_utf8(body)
        .map_err(|error| unreadable(format!("not UTF-8 from byte {} on", error.valid_up_to())))?;
    if !text.trim_ascii_start().starts_with('{') {
        return Err(unreadable("not one JSON object"));
    }
    let repaired = lone_surrogate(text).and_then(|_| repair(text));
    let text = repaired.as_deref().unwrap_or(text);
    // An item takes two bytes or more.
    if OTLP_REQUEST_MAX_ITEMS < text.len() / 2 {
        let counted: Counted<'_> = serde_json::from_str(text).map_err(|error| broken(&error))?;
        fits(counted.resources.map_or(0, |sum| sum.items))?;
    }
    let request: Pieces<'_> = serde_json::from_str(text).map_err(|error| broken(&error))?;
    for resources in request.resources.unwrap_or_default() {
        for scopes in resources.scopes.unwrap_or_default() {
            for record in scopes.records.unwrap_or_default() {
                let around = Item {
                    resource: resources.resource,
                    resource_schema_url: resources.schema_url,
                    scope: scopes.scope,
                    schema_url: scopes.schema_url,
                    ..Item::default()
                };
                gathered.take(&around.with(signal, Some(record)));
            }
        }
    }
    Ok(())
}

fn broken(error: &serde_json::Error) -> Uncut {
    let place = format!("line {} column {}", error.line(), error.column());
    unreadable(format!("not the JSON of an export request, at {place}"))
}

/// How many items a value counts for: what holds nothing counts as one.
trait Size {
    fn items(&self) -> usize;
}

impl<T> Size for Resources<'_, Sum<T>> {
    fn items(&self) -> usize {
        self.scopes.as_ref().map_or(1, |scopes| scopes.items.max(1))
    }
}

impl<T> Size for Scopes<'_, Sum<T>> {
    fn items(&self) -> usize {
        self.records.as_ref().map_or(1, |records| records.items.max(1))
    }
}

impl Size for IgnoredAny {
    fn items(&self) -> usize {
        1
    }
}

/// A list of which only the size is kept.
struct Sum<T> {
    items: usize,
    of: PhantomData<T>,
}

impl<'de, T: Deserialize<'de> + Size> Deserialize<'de> for Sum<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(Self { items: 0, of: PhantomData })
    }
}

impl<'de, T: Deserialize<'de> + Size> Visitor<'de> for Sum<T> {
    type Value = Self;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array")
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut array: A) -> Result<Self, A::Error> {
        while let Some(one) = array.next_element::<T>()? {
            self.items = self.items.saturating_add(one.items());
        }
        Ok(self)
    }
}
