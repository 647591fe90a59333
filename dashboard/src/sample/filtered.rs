//! Forests of what a filter finds.

use banyan_protocol::view::{
    Branch, ForestMatches, ForestView, Misread, Node, Relaxed, Tally, TermView,
};

use super::{Voice, forest};
use crate::{
    ForestInput, ForestOrder, ForestQuery, SavedPlace, SavedView, SavedViews, SearchScope,
    saved::NAME_MAX_CHARS,
};

/// Every kind, with a name for each.
pub(super) fn inputs(voice: Voice<'_>) -> Vec<(&'static str, ForestInput)> {
    let input = |forest, q: &str, order, misread| ForestInput {
        forest,
        after: None,
        query: ForestQuery {
            q: voice.say(q),
            order,
            keys: vec!["agent", "status"],
            views: views(voice),
            misread,
        },
        origin: "http://127.0.0.1:4317".to_owned(),
    };
    let misread = Misread {
        message: "unknown key (did you mean status?) at 1".to_owned(),
        corrected: Some(voice.say("status:failed")),
    };
    vec![
        ("forest-found", input(found(voice), "status:failed", ForestOrder::Cost, None)),
        ("forest-nothing", input(nothing(voice), "a cost>1", ForestOrder::Last, None)),
        (
            "forest-misread",
            input(forest::busy(voice), "staus:failed", ForestOrder::Last, Some(misread)),
        ),
    ]
}

/// What a reader saved, who calls it as agents speak.
pub(super) fn views(voice: Voice<'_>) -> SavedViews {
    let mut views = SavedViews::default();
    for (name, q, place) in [
        ("Dear", "cost>1", SavedPlace::Forest(ForestOrder::Cost)),
        ("Broken tests", "tool:bash ok:false", SavedPlace::Search(SearchScope::Events)),
    ] {
        let name = voice.say(name).chars().take(NAME_MAX_CHARS).collect();
        // A name may become one that cannot be saved.
        views.save(&SavedView { name, q: voice.say(q), place }).ok();
    }
    views
}

/// One tree, in which the failed ones match.
fn found(voice: Voice<'_>) -> ForestView {
    let mut root = forest::group(voice);
    if let Branch::Open { children, .. } = root.branch {
        root.branch = Branch::Matches { children: children.into_iter().take(1).collect() };
    }
    let mut matches = ForestMatches {
        sessions: Tally { count: 2, capped: false },
        trees: Tally { count: 1, capped: false },
        below: [(root.session.row.clone(), 2)].into(),
        ..ForestMatches::default()
    };
    let mut left: Vec<&Node> = vec![&root];
    while let Some(node) = left.pop() {
        matches.rows.insert(node.session.row.clone(), node.session.status.is_failed());
        left.extend(node.branch.shown());
    }
    ForestView { matches: Some(matches), ..forest::of(vec![root]) }
}

fn nothing(voice: Voice<'_>) -> ForestView {
    let matches = ForestMatches {
        terms: vec![TermView { text: voice.say("cost>1"), without: voice.say("a") }],
        relaxed: Some(Relaxed {
            dropped: voice.say("cost>1"),
            query: voice.say("a"),
            total: Tally { count: 14, capped: true },
        }),
        ..ForestMatches::default()
    };
    let counts = forest::busy(voice).counts;
    ForestView { counts, matches: Some(matches), ..forest::empty() }
}
