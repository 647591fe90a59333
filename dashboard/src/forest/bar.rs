//! The bar above the forest: the filter, views of it, the order, what matches.

use banyan_protocol::{
    Timestamp,
    view::{Counts, ForestMatches, Misread},
};

use super::{ForestOrder, ForestQuery};
use crate::{
    format,
    links::Link,
    saved::{self, SavedPlace, Take},
    search::{Found, TermChip, number, offered},
};

/// The bar.
#[derive(Clone, Debug)]
pub(super) struct Bar {
    pub(super) q: String,
    pub(super) keys: Vec<String>,
    pub(super) orders: Vec<(ForestOrder, bool)>,
    pub(super) views: Vec<ViewLink>,
    pub(super) wrong: Option<Wrong>,
    /// `12 sessions match in 4 trees`
    pub(super) matches: Option<String>,
    pub(super) take: Option<Take>,
}

/// A link to the forest seen in a certain way.
#[derive(Clone, Debug)]
pub(super) struct ViewLink {
    pub(super) href: String,
    pub(super) word: String,
    pub(super) count: Option<String>,
    pub(super) here: bool,
}

/// A filter that cannot be understood.
#[derive(Clone, Debug)]
pub(super) struct Wrong {
    pub(super) message: String,
    /// The filter as it was probably meant, and its link.
    pub(super) corrected: Option<(String, String)>,
}

impl Bar {
    pub(super) fn new(
        query: &ForestQuery,
        matches: Option<&ForestMatches>,
        counts: Counts,
        now: Timestamp,
    ) -> Self {
        let ForestQuery { q, order, keys, misread, views: _ } = query;
        Self {
            q: q.clone(),
            keys: keys.iter().map(|key| format!("{key}:")).collect(),
            orders: ForestOrder::ALL.map(|one| (one, one == *order)).into(),
            views: views(query, counts, now),
            take: misread.is_none().then(|| Take::new(q.trim(), SavedPlace::Forest(*order))),
            wrong: misread.as_ref().map(|misread| wrong(misread, *order)),
            matches: matches.filter(|matches| 0 < matches.trees.count).map(|matches| {
                let word = |count, one, many| if count == 1 { one } else { many };
                let (sessions, trees) = (matches.sessions, matches.trees);
                format!(
                    "{} {} in {} {}",
                    number(sessions),
                    word(sessions.count, "session matches", "sessions match"),
                    number(trees),
                    word(trees.count, "tree", "trees"),
                )
            }),
        }
    }
}

fn wrong(misread: &Misread, order: ForestOrder) -> Wrong {
    let link = |query: &String| (Link::forest_of(query, order.parameter()).done(), query.clone());
    Wrong { message: misread.message.clone(), corrected: misread.corrected.as_ref().map(link) }
}

fn views(query: &ForestQuery, counts: Counts, now: Timestamp) -> Vec<ViewLink> {
    let today = now.date_time().format("%Y-%m-%d");
    let failed = format!("status:failed,timeout ended:{today}");
    let all = [
        ("All", "", ForestOrder::Last, None),
        ("Running", "status:running,idle", ForestOrder::Last, Some(counts.running)),
        ("Needs attention", "is:attention", ForestOrder::Last, Some(counts.attention)),
        ("Failed today", failed.as_str(), ForestOrder::Last, Some(counts.failed_today)),
        ("Expensive", "", ForestOrder::Cost, None),
    ];
    let view = |(word, q, order, count): (&str, &str, ForestOrder, Option<u64>)| ViewLink {
        href: Link::forest_of(q, order.parameter()).done(),
        word: word.to_owned(),
        count: count.map(format::count),
        here: query.q.trim() == q && query.order == order,
    };
    let saved = query.views.all().iter().map(|view| ViewLink {
        href: view.link(),
        word: saved::shown(&view.name),
        count: None,
        here: view.place == SavedPlace::Forest(query.order) && query.q.trim() == view.q,
    });
    all.into_iter().map(view).chain(saved).collect()
}

/// The query back in parts, where nothing matches.
#[derive(Clone, Debug)]
pub(super) struct Nothing {
    pub(super) chips: Vec<TermChip>,
    pub(super) relaxed: Option<crate::search::Offer>,
}

impl Nothing {
    pub(super) fn new(matches: &ForestMatches, order: ForestOrder) -> Self {
        let link = |query: &str| Link::forest_of(query, order.parameter()).done();
        Self {
            chips: Found::chips(&matches.terms, link),
            relaxed: matches.relaxed.as_ref().map(|relaxed| offered(relaxed, link)),
        }
    }
}
