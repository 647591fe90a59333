//! What narrows a search: how often each value occurs among what was found.

use std::{cmp::Reverse, collections::HashMap};

use banyan_protocol::view::{Facet, FacetValue, Status};

use super::{
    super::filter::{Filter, Key},
    find::Found,
};

/// Values listed of each key.
const VALUES_MAX_COUNT: usize = 8;

/// The keys that a search can be narrowed by.
const KEYS: [Key; 5] = [Key::Tool, Key::Agent, Key::Model, Key::Kind, Key::Status];

/// What narrows `filter`, which found `found`. Every count is that of the narrowed query.
pub(super) fn facets(found: &[Found], filter: &Filter) -> Vec<Facet> {
    KEYS.into_iter().filter_map(|key| facet(found, filter, key)).collect()
}

fn facet(found: &[Found], filter: &Filter, key: Key) -> Option<Facet> {
    // Values that a query does not tell apart are one.
    let mut counted: HashMap<String, (&str, u64)> = HashMap::new();
    for value in found.iter().filter_map(|found| value(found, key)) {
        let same = if key == Key::Kind { value.to_owned() } else { value.to_ascii_lowercase() };
        counted.entry(same).or_insert((value, 0)).1 += 1;
    }
    let mut values: Vec<(&str, u64)> = counted.into_values().collect();
    values.sort_unstable_by_key(|(value, count)| (Reverse(*count), *value));
    let more = values.len().saturating_sub(VALUES_MAX_COUNT);
    values.truncate(VALUES_MAX_COUNT);
    let values: Vec<FacetValue> = values
        .into_iter()
        .map(|(value, count)| FacetValue {
            value: value.to_owned(),
            count,
            query: filter.narrowed(key, value),
        })
        .collect();
    let more = u64::try_from(more).unwrap_or(u64::MAX);
    (!values.is_empty()).then(|| Facet { key: key.name(), values, more })
}

fn value(found: &Found, key: Key) -> Option<&str> {
    let value = match key {
        Key::Tool => found.tool.as_deref(),
        Key::Agent => Some(found.agent.as_str()),
        Key::Model => found.model.as_deref(),
        Key::Kind => found.kind.as_deref(),
        Key::Status => Status::from_stored(found.status).map(Status::word),
        _ => None,
    };
    value.filter(|value| !value.is_empty())
}
