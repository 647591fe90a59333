//! What a search found, as text.

use banyan_protocol::view::{Facet, FoundSession, Fragment, Relaxed, SearchView, Tally, TermView};

use super::{SearchScope, hit::HitRow, link};
use crate::{
    figures::{self, Figure},
    format,
    links::Link,
    outline::{self, Frame, When},
    preferences::Now,
    status::Mark,
};

/// Characters of names and of goals without marks.
const LINE_MAX_CHARS: usize = 200;

/// What a search found.
#[derive(Clone, Debug)]
pub(crate) struct Found {
    /// `318 events in 41 sessions`
    pub(super) total: String,
    pub(super) oldest: Option<When>,
    pub(super) facets: Vec<FacetRow>,
    pub(super) sessions: Vec<FoundRow>,
    pub(super) newer: Option<String>,
    pub(super) older: Option<String>,
    pub(super) further: Option<String>,
    pub(super) chips: Vec<TermChip>,
    pub(super) relaxed: Option<Offer>,
    /// Of events that cannot be found by their text yet.
    pub(super) unindexed: Option<String>,
}

/// The values of one key.
#[derive(Clone, Debug)]
pub(super) struct FacetRow {
    pub(super) key: &'static str,
    pub(super) values: Vec<FacetLink>,
    pub(super) more: Option<String>,
}

/// A value that leads to the narrowed search.
#[derive(Clone, Debug)]
pub(super) struct FacetLink {
    pub(super) href: String,
    pub(super) value: String,
    pub(super) count: String,
}

/// A session with its hits.
#[derive(Clone, Debug)]
pub(super) struct FoundRow {
    pub(super) frame: Frame,
    pub(super) href: String,
    pub(super) mark: Mark,
    pub(super) agent: String,
    pub(super) goal: Vec<Fragment>,
    /// `12 hits`; absent where sessions are found.
    pub(super) count: Option<String>,
    pub(super) hits: Vec<HitRow>,
    /// `9 more in this session`
    pub(super) more: Option<MoreLink>,
    pub(super) tokens: Option<Figure>,
    pub(super) cost: Option<Figure>,
    pub(super) seen: Option<When>,
}

/// A link to what is not shown.
#[derive(Clone, Debug)]
pub(super) struct MoreLink {
    pub(super) href: String,
    pub(super) text: String,
}

/// A term of the query that can be taken out.
#[derive(Clone, Debug)]
pub(crate) struct TermChip {
    pub(crate) href: String,
    pub(crate) text: String,
}

/// A query that finds something.
#[derive(Clone, Debug)]
pub(crate) struct Offer {
    pub(crate) href: String,
    pub(crate) dropped: String,
    pub(crate) count: String,
}

impl Found {
    pub(super) fn new(view: &SearchView, (q, scope): (&str, SearchScope), now: Now) -> Self {
        let page = |key, value: &Option<String>| {
            value.as_deref().map(|value| link(q, scope).with(key, value).done())
        };
        Self {
            total: total(view, scope),
            oldest: view.oldest.map(|at| When::rough(at, now)),
            facets: view.facets.iter().map(|facet| facet_row(facet, view.total, scope)).collect(),
            sessions: view.sessions.iter().map(|found| row(found, view, scope, now)).collect(),
            newer: page("before", &view.newer),
            older: page("after", &view.older),
            further: view.further.as_deref().map(|query| link(query, scope).done()),
            chips: Self::chips(&view.terms, |query| link(query, scope).done()),
            relaxed: view
                .relaxed
                .as_ref()
                .map(|relaxed| offered(relaxed, |query| link(query, scope).done())),
            unindexed: (0 < view.unindexed).then(|| format::count(view.unindexed)),
        }
    }
}

impl Found {
    /// The terms of a query, each with its `link` to the query without it.
    pub(crate) fn chips(terms: &[TermView], link: impl Fn(&str) -> String) -> Vec<TermChip> {
        let chip = |term: &TermView| TermChip {
            href: link(&term.without),
            text: format::clip(&term.text, LINE_MAX_CHARS),
        };
        terms.iter().map(chip).collect()
    }
}

fn total(view: &SearchView, scope: SearchScope) -> String {
    let sessions = counted(view.total_sessions, "session", "sessions");
    match scope {
        SearchScope::Events => format!("{} in {sessions}", counted(view.total, "event", "events")),
        SearchScope::Sessions => sessions,
    }
}

fn counted(tally: Tally, one: &str, many: &str) -> String {
    let word = if tally.count == 1 && !tally.capped { one } else { many };
    format!("{} {word}", number(tally))
}

/// `318`, `10,000+`
pub(crate) fn number(tally: Tally) -> String {
    format!("{}{}", format::count(tally.count), if tally.capped { "+" } else { "" })
}

fn facet_row(facet: &Facet, total: Tally, scope: SearchScope) -> FacetRow {
    let values = facet.values.iter().map(|value| FacetLink {
        href: link(&value.query, scope).done(),
        value: format::clip(&value.value, LINE_MAX_CHARS),
        count: number(Tally { count: value.count, capped: total.capped }),
    });
    let more = (0 < facet.more).then(|| format!("{} more", format::count(facet.more)));
    FacetRow { key: facet.key, values: values.collect(), more }
}

fn row(found: &FoundSession, view: &SearchView, scope: SearchScope, now: Now) -> FoundRow {
    let session = &found.session;
    let plain = || {
        let goal = format::clip(session.goal.as_deref().unwrap_or_default(), LINE_MAX_CHARS);
        vec![Fragment { text: goal, marked: false }]
    };
    let goal = if found.goal.is_empty() { plain() } else { found.goal.clone() };
    let shown = u64::try_from(found.hits.len()).unwrap_or(u64::MAX);
    // Where only one session was found, its pages lead to the others.
    let is_lone = view.total_sessions.count == 1;
    let left = found.count.saturating_sub(shown);
    let more = (0 < left && !is_lone && !scope.is_sessions()).then(|| MoreLink {
        href: link(&found.query, scope).done(),
        text: format!("{} more in this session", format::count(left)),
    });
    FoundRow {
        frame: outline::frame(session),
        href: Link::session(&session.id).done(),
        mark: Mark::of(session),
        agent: format::clip(&session.agent_id, LINE_MAX_CHARS),
        goal: goal.into_iter().filter(|part| !part.text.is_empty()).collect(),
        count: (!scope.is_sessions()).then(|| format::plural(found.count, "hit", "hits")),
        hits: found.hits.iter().map(|hit| HitRow::new(hit, &session.id, now.at)).collect(),
        more,
        tokens: figures::tokens(&session.own),
        cost: figures::cost(&session.own),
        seen: session.last_seen_at.map(|at| When::rough(at, now)),
    }
}

/// A query that finds something, with its `link`.
pub(crate) fn offered(relaxed: &Relaxed, link: impl Fn(&str) -> String) -> Offer {
    Offer {
        href: link(&relaxed.query),
        dropped: format::clip(&relaxed.dropped, LINE_MAX_CHARS),
        count: number(relaxed.total),
    }
}
