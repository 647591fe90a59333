//! The nearest query that finds something, for one that finds nothing.

use banyan_protocol::view::Relaxed;

use super::{
    super::{QueryError, filter::Filter, look::Look},
    Scope, find, tally,
};

/// Terms that are tried; the others stay.
const TERMS_MAX_COUNT: usize = 8;
/// What is counted of each try.
const FOUND_MAX_COUNT: usize = 1_000;

/// The query without one term that finds something, and of those the least.
pub(in crate::query) async fn nearest(
    look: &mut Look,
    filter: &Filter,
    scope: Scope,
) -> Result<Option<Relaxed>, QueryError> {
    let mut nearest: Option<Relaxed> = None;
    if filter.terms.len() < 2 {
        return Ok(None);
    }
    for (at, term) in filter.terms.iter().enumerate().take(TERMS_MAX_COUNT) {
        let mut fewer = filter.clone();
        fewer.terms.remove(at);
        let findings = find::find(look, (&fewer, scope), FOUND_MAX_COUNT).await?;
        let total = tally(findings.found.len(), findings.capped);
        let is_nearer = nearest.as_ref().is_none_or(|best| total.count < best.total.count);
        if 0 < total.count && is_nearer {
            nearest =
                Some(Relaxed { dropped: term.source.clone(), query: filter.without(at), total });
        }
    }
    Ok(nearest)
}
