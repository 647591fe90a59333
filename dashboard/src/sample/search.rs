//! Searches of several kinds.

use banyan_protocol::{
    EventKey, Timestamp,
    view::{
        Facet, FacetValue, FeedKind, FoundSession, Fragment, Hit, Misread, Relaxed, SearchView,
        SessionView, Tally, TermView,
    },
};

use super::{NOW, Voice, filtered, forest};
use crate::{SearchInput, SearchOutcome, SearchScope};

/// Every kind of search, with a name for each.
pub(super) fn inputs(voice: Voice<'_>) -> Vec<(&'static str, SearchInput)> {
    use SearchScope::{Events, Sessions};
    let input = |scope, q: &str, outcome| SearchInput {
        q: voice.say(q),
        scope,
        keys: vec!["agent", "kind", "tool"],
        outcome,
        views: filtered::views(voice),
    };
    let found = |view| SearchOutcome::Found(Box::new(view));
    let misread = Misread {
        message: "unknown key (did you mean kind?) at 1".to_owned(),
        corrected: Some(voice.say("kind:tool.end")),
    };
    vec![
        ("search", input(Events, "tool:bash \"exit 101\"", found(events(voice)))),
        ("search-sessions", input(Sessions, "ledger", found(sessions(voice)))),
        ("search-none", input(Events, "tool:bash cost>1", found(nothing(voice)))),
        ("search-misread", input(Events, "knd:tool.end", SearchOutcome::Misread(misread))),
        ("search-blank", input(Events, "", SearchOutcome::Blank)),
    ]
}

fn events(voice: Voice<'_>) -> SearchView {
    let hit = |(seconds, ok): (i64, Option<bool>), class, title: &str, text: [&str; 3]| Hit {
        key: EventKey::first(184_467 - seconds),
        at: Timestamp::from_micros(NOW.micros() - seconds * 1_000_000),
        kind: "operation.tool_end".to_owned(),
        class,
        title: voice.say(title),
        text: fragments(voice, text),
        ok,
    };
    let hits = vec![
        hit(
            (143, Some(false)),
            FeedKind::Act,
            "bash",
            ["cargo test -p ledger said ", "exit 101", ""],
        ),
        hit((200, None), FeedKind::Think, "thought", ["Why ", "exit 101", "? I should look …"]),
        hit((90_000, Some(true)), FeedKind::Act, "read_file", ["", "exit 101", " is a panic"]),
    ];
    let lone = vec![hit((9, None), FeedKind::Life, "ended", ["", "Exit 101", ""])];
    let found = |session: SessionView, hits, count| FoundSession {
        query: voice.say("tool:bash id:x"),
        goal: Vec::new(),
        session,
        hits,
        count,
    };
    SearchView {
        sessions: vec![found(grouped(voice), hits, 12), found(forest::coder(voice), lone, 1)],
        total: Tally { count: 10_000, capped: true },
        total_sessions: Tally { count: 41, capped: true },
        oldest: Some(Timestamp::from_micros(NOW.micros() - 5_520_000_000)),
        facets: vec![
            facet(voice, "tool", &[("bash", 290), ("read_file", 28)]),
            facet(voice, "agent", &[("coder", 210), ("tester", 108)]),
        ],
        newer: Some("9".to_owned()),
        older: Some("7".to_owned()),
        further: Some(voice.say("tool:bash pos<3")),
        unindexed: 1_200,
        as_of: 184_512,
        ..SearchView::default()
    }
}

fn sessions(voice: Voice<'_>) -> SearchView {
    let found = |session: SessionView| FoundSession {
        goal: fragments(voice, ["Port the invoice module to the v3 ", "ledger", ""]),
        hits: Vec::new(),
        count: 1,
        query: String::new(),
        session,
    };
    let total = Tally { count: 2, capped: false };
    SearchView {
        sessions: vec![found(grouped(voice)), found(forest::coder(voice))],
        total,
        total_sessions: total,
        facets: vec![facet(voice, "status", &[("failed", 1), ("running", 1)])],
        ..SearchView::default()
    }
}

fn nothing(voice: Voice<'_>) -> SearchView {
    let term =
        |text: &str, without: &str| TermView { text: voice.say(text), without: voice.say(without) };
    SearchView {
        terms: vec![term("tool:bash", "cost>1"), term("cost>1", "tool:bash")],
        relaxed: Some(Relaxed {
            dropped: voice.say("cost>1"),
            query: voice.say("tool:bash"),
            total: Tally { count: 14, capped: false },
        }),
        ..SearchView::default()
    }
}

fn grouped(voice: Voice<'_>) -> SessionView {
    SessionView { group: Some(1), ..forest::group(voice).session }
}

fn fragments(voice: Voice<'_>, [before, mark, behind]: [&str; 3]) -> Vec<Fragment> {
    let fragment = |text: &str, marked| Fragment { text: voice.say(text), marked };
    vec![fragment(before, false), fragment(mark, true), fragment(behind, false)]
}

fn facet(voice: Voice<'_>, key: &'static str, values: &[(&str, u64)]) -> Facet {
    let value = |(value, count): &(&str, u64)| FacetValue {
        value: voice.say(value),
        count: *count,
        query: voice.say("tool:bash"),
    };
    Facet { key, values: values.iter().map(value).collect(), more: 3 }
}
