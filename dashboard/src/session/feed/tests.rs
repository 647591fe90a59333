//! Where gaps stand, what the time column says, which words rows have.

use banyan_protocol::{
    EventKey, Flags,
    view::{Call, CallState, FeedCounts, FeedItem},
};

use super::*;

fn item(sequence: i64, kind: &str) -> FeedItem {
    FeedItem {
        key: EventKey::first(100 + sequence),
        sequence: Some(sequence),
        at: Timestamp::from_micros(sequence * 1_000_000),
        kind: kind.to_owned(),
        class: FeedKind::Think,
        title: "thought".to_owned(),
        text: "hm".to_owned(),
        call: None,
        child: None,
        confidence: None,
        flags: Flags::default(),
        variant: 0,
        folded: 1,
    }
}

fn thoughts(sequences: &[i64]) -> Vec<FeedItem> {
    sequences.iter().map(|sequence| item(*sequence, "cognition.thought")).collect()
}

fn links(filter: FeedFilter) -> Links<'static> {
    Links {
        id: "a/b",
        filter,
        open: Some("1.2".to_owned()),
        selected: Some(EventKey::first(103)),
        at: None,
        is_live: true,
    }
}

fn feed(view: &FeedView, filter: FeedFilter) -> Feed {
    Feed::new(view, &links(filter), Timestamp::from_micros(60_000_000))
}

fn shown(feed: &Feed) -> Vec<String> {
    feed.pieces
        .iter()
        .map(|piece| match piece {
            FeedPiece::Event(row) => row.key.to_string(),
            FeedPiece::Skip(skip) => skip.text.clone(),
            FeedPiece::Gap(text) => text.clone(),
        })
        .collect()
}

#[test]
fn gaps_stand_where_events_are_missing() {
    let view = FeedView {
        items: thoughts(&[1, 4, 5, 9]),
        missing: vec![
            Range { from: 10, to: 12 },
            Range { from: 2, to: 3 },
            Range { from: 8, to: 8 },
        ],
        ..FeedView::default()
    };
    assert_eq!(
        shown(&feed(&view, FeedFilter::All)),
        [
            "101",
            "#2–3 never arrived",
            "104",
            "105",
            "#8 never arrived",
            "109",
            "#10–12 never arrived"
        ]
    );
    assert_eq!(shown(&feed(&view, FeedFilter::Errors)), ["101", "104", "105", "109"]);
}

#[test]
fn events_without_a_sequence_move_no_gap() {
    let mut items = thoughts(&[1, 2, 5]);
    items[1].sequence = None;
    let view = FeedView { items, missing: vec![Range { from: 3, to: 4 }], ..FeedView::default() };
    assert_eq!(shown(&feed(&view, FeedFilter::All)), ["101", "102", "#3–4 never arrived", "105"]);
}

#[test]
fn the_time_column_says_what_it_means() {
    let call = |state, duration_micros| Call { state, duration_micros, result: None, end: None };
    let cases = [
        (None, 2, "+2.0 s", "after the row before"),
        (None, -3, "-3.0 s", "after the row before"),
        (Some(call(CallState::Succeeded, Some(7_200_000))), 2, "7.2 s", "took"),
        (Some(call(CallState::Failed, None)), 2, "+2.0 s", "after the row before"),
        (Some(call(CallState::Open, None)), 2, "48 s", "running for"),
    ];
    for (call, later, text, title) in cases {
        let mut items = thoughts(&[10, 12]);
        items[1].at = Timestamp::from_micros((10 + later) * 1_000_000);
        items[1].call = call;
        let view = FeedView { items, ..FeedView::default() };
        let feed = feed(&view, FeedFilter::All);
        let Some(FeedPiece::Event(row)) = feed.pieces.last() else { panic!("no row") };
        assert_eq!((row.took.text.as_str(), row.took.title), (text, title));
    }
}

#[test]
fn a_call_cannot_run_in_a_session_that_ended() {
    let mut items = thoughts(&[10, 12]);
    let (state, duration_micros) = (CallState::Open, None);
    items[1].call = Some(Call { state, duration_micros, result: None, end: None });
    let view = FeedView { items, ..FeedView::default() };
    for (is_live, word, took) in [(true, "running", "48 s"), (false, "no end", "+2.0 s")] {
        let links = Links { is_live, ..links(FeedFilter::All) };
        let feed = Feed::new(&view, &links, Timestamp::from_micros(60_000_000));
        let Some(FeedPiece::Event(row)) = feed.pieces.last() else { panic!("no row") };
        let call = row.call.as_ref().map(|call| call.mark.word);
        assert_eq!((call, row.took.text.as_str()), (Some(word), took));
    }
}

#[test]
fn every_type_has_a_word() {
    let cases = [
        ("session.started", "started"),
        ("session.heartbeat", "heartbeat"),
        ("session.ended", "ended"),
        ("cognition.thought", "thought"),
        ("cognition.goal", "goal"),
        ("cognition.decision", "decision"),
        ("cognition.uncertainty", "uncertainty"),
        ("operation.tool_start", "tool"),
        ("operation.tool_end", "tool"),
        ("operation.agent_spawn", "spawned"),
        ("operation.memory", "memory"),
        ("operation.external_call", "call"),
        ("vendor.thing", "vendor.thing"),
    ];
    for (kind, expected) in cases {
        assert_eq!(word(&item(1, kind)), expected);
    }
}

#[test]
fn rows_are_named_by_what_says_more_than_the_type() {
    let cases = [
        ("operation.tool_start", "bash", Some("bash")),
        ("operation.tool_start", "tool_start", None),
        ("operation.agent_spawn", "agent_spawn", None),
        ("cognition.thought", "thought", None),
        ("vendor.thing", "vendor.thing", None),
        ("operation.memory", "", None),
    ];
    for (kind, title, expected) in cases {
        let item = FeedItem { title: title.to_owned(), ..item(1, kind) };
        assert_eq!(name(&item).as_deref(), expected, "{kind} {title}");
    }
}

#[test]
fn the_end_of_a_call_points_at_the_calls_row() {
    let mut items = thoughts(&[1, 2]);
    let (state, end) = (CallState::Succeeded, Some(EventKey::first(103)));
    items[1].call = Some(Call { state, duration_micros: None, result: None, end });
    let feed = feed(&FeedView { items, ..FeedView::default() }, FeedFilter::All);
    let here = |piece: &FeedPiece| matches!(piece, FeedPiece::Event(row) if row.here);
    assert_eq!(feed.pieces.iter().map(here).collect::<Vec<_>>(), [false, true]);
}

#[test]
fn links_keep_what_the_reader_has_set() {
    let view = FeedView {
        items: thoughts(&[3]),
        older: Some("3.9".to_owned()),
        newer: Some("4.1".to_owned()),
        missing: Vec::new(),
        counts: FeedCounts::default(),
    };
    let feed = feed(&view, FeedFilter::Think);
    let Some(FeedPiece::Event(row)) = feed.pieces.first() else { panic!("no row") };
    assert!(row.here);
    assert_eq!(row.href, "/s/a%2Fb/e/103?k=think&open=1.2#e-103");
    assert_eq!(row.permalink, "/s/a%2Fb/e/103");
    assert_eq!(feed.older.as_deref(), Some("/s/a%2Fb?k=think&before=3.9&open=1.2"));
    assert_eq!(feed.newer.as_deref(), Some("/s/a%2Fb?k=think&after=4.1&open=1.2"));
}

#[test]
fn filters_are_read_as_they_are_written() {
    for filter in FeedFilter::ALL {
        assert_eq!(FeedFilter::parse(filter.word()), Some(filter));
    }
    assert_eq!(FeedFilter::parse("everything"), None);
}
