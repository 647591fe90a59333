//! Rows and pages of feeds, written as lines of words.

use banyan_protocol::EventKey;

use super::*;

/// One event a word, with sequences 1, 2, 3 …: `start#1`, `end#1!` (failed), `beat`, `think`,
/// `life`, `flag` (something flagged), `_` (never received), `new` (without a sequence).
fn slims(line: &str) -> Vec<Slim> {
    let mut slims: Vec<Slim> = line
        .split_whitespace()
        .zip(1..)
        .filter(|(word, _)| *word != "_")
        .map(|(word, at)| {
            let failed = word.ends_with('!');
            let word = word.trim_end_matches('!');
            let (word, call_id) =
                word.split_once('#').map_or((word, None), |(word, id)| (word, Some(id.to_owned())));
            let (kind, flags) = match word {
                "start" => (Kind::ToolStart, Flags::default()),
                "end" => (Kind::ToolEnd, Flags::default()),
                "beat" => (Kind::Heartbeat, Flags::default()),
                "life" => (Kind::Plain(FeedKind::Life), Flags::default()),
                "flag" => (Kind::Plain(FeedKind::Other), Flags::BAD_FIELD),
                "new" => (Kind::Plain(FeedKind::Think), Flags::NO_SEQUENCE),
                _ => (Kind::Plain(FeedKind::Think), Flags::default()),
            };
            let sequence = Some(at).filter(|_| word != "new");
            let stamp = Stamp { sequence, key: EventKey::first(at).stored() };
            Slim { stamp, kind, flags, failed, tool: None, call_id }
        })
        .collect();
    slims.sort_by_key(|slim| slim.stamp);
    slims
}

fn around(at: i64) -> Anchor {
    Anchor::Around(Stamp { sequence: Some(at), key: EventKey::first(at).stored() })
}

fn window(line: &str) -> Window {
    Window { slims: slims(line), cut_before: false, cut_behind: false }
}

/// `1-3` a call from 1 to 3, `2x4` a run of 4 heartbeats from 2 on, `!` failed.
fn words(rows: &[Row]) -> String {
    let word = |row: &Row| {
        let at = row.stamp.event();
        let end = row.end.map_or(String::new(), |end| format!("-{}", end.event()));
        let folded = if 1 < row.folded { format!("x{}", row.folded) } else { String::new() };
        format!("{at}{end}{folded}{}", if row.failed { "!" } else { "" })
    };
    rows.iter().map(word).collect::<Vec<_>>().join(" ")
}

#[track_caller]
fn check_rows(line: &str, expected: &str) {
    assert_eq!(words(&rows(&slims(line))), expected, "{line}");
}

#[test]
fn calls_and_runs_of_heartbeats_are_one_row() {
    check_rows("", "");
    check_rows("life think end", "1 2 3");
    check_rows("start think end life", "1-3 2 4");
    check_rows("start#1 start#2 end#2! end#1", "1-4 2-3!");
    check_rows("beat beat beat think beat", "1x3 4 5");
    check_rows("start beat end beat think", "1-3 2x2 5");
    check_rows("think new", "2 1");
}

#[track_caller]
fn check_choice(class: Option<FeedKind>, errors_only: bool, expected: &str) {
    let window = window("life think start end start end! beat flag end think");
    let page = page(&window, Choice { class, errors_only }, Anchor::Newest);
    assert_eq!(words(&page.rows), expected);
}

#[test]
fn a_page_shows_what_was_chosen() {
    check_choice(None, false, "1 2 3-4 5-6! 7 8 9 10");
    check_choice(Some(FeedKind::Think), false, "2 10");
    check_choice(Some(FeedKind::Act), false, "3-4 5-6! 9");
    check_choice(Some(FeedKind::Life), false, "1 7");
    check_choice(Some(FeedKind::Other), false, "8");
    check_choice(None, true, "5-6! 8");
    check_choice(Some(FeedKind::Act), true, "5-6!");
}

#[test]
fn every_filter_knows_how_many_rows_it_shows() {
    let mut window = window("life think start end start end! beat flag end think");
    let errors_only = Choice { class: Some(FeedKind::Think), errors_only: true };
    for at_least in [false, true] {
        window.cut_before = at_least;
        let expected = FeedCounts { all: 8, think: 2, act: 3, life: 2, errors: 2, at_least };
        for choice in [Choice::default(), errors_only] {
            assert_eq!(page(&window, choice, Anchor::Newest).counts, expected);
        }
    }
}

#[test]
fn pages_hold_every_row_once_in_either_direction() {
    let window = window(&"think start end ".repeat(300));
    let all = words(&rows(&window.slims));
    for forward in [true, false] {
        let mut anchor =
            if forward { Anchor::After(Stamp { sequence: None, key: 0 }) } else { Anchor::Newest };
        let mut pages = Vec::new();
        loop {
            let page = page(&window, Choice::default(), anchor);
            assert!(page.rows.len() <= FEED_PAGE_ROWS);
            pages.push(words(&page.rows));
            let next = if forward {
                page.newer.map(Anchor::After)
            } else {
                page.older.map(Anchor::Before)
            };
            let Some(next) = next else { break };
            anchor = next;
        }
        if !forward {
            pages.reverse();
        }
        assert_eq!(pages.len(), 3);
        assert_eq!(pages.join(" "), all);
    }
}

#[test]
fn a_page_lies_around_an_event_also_when_it_is_folded_or_filtered_out() {
    let window =
        window(&format!("{}start think end {}", "think ".repeat(300), "think ".repeat(300)));
    for (position, choice) in [
        (301, Choice::default()),
        (303, Choice::default()),
        (303, Choice { class: Some(FeedKind::Think), errors_only: false }),
    ] {
        let page = page(&window, choice, around(position));
        assert_eq!(page.rows.len(), FEED_PAGE_ROWS);
        assert!(page.rows.iter().any(|row| row.stamp.event() == EventKey::first(302)));
        assert!(page.older.is_some() && page.newer.is_some());
    }
    let first = page(&window, Choice::default(), around(1));
    assert_eq!((first.rows.len(), first.older), (FEED_PAGE_ROWS, None));
    let nowhere = page(&window, Choice::default(), around(9_999));
    assert_eq!(nowhere, page(&window, Choice::default(), Anchor::Newest));
}

#[test]
fn a_page_names_the_gaps_before_its_events() {
    let line = format!("_ think _ _ {}_ think", "think ".repeat(200));
    let newest = page(&window(&line), Choice::default(), Anchor::Newest);
    assert_eq!(newest.missing, [Range { from: 205, to: 205 }]);
    let older = page(&window(&line), Choice::default(), Anchor::Before(newest.older.unwrap()));
    assert_eq!(older.missing, [Range { from: 1, to: 1 }, Range { from: 3, to: 4 }]);
    assert_eq!((older.older, older.rows.len()), (None, 2));
}

#[test]
fn a_window_that_was_cut_says_that_there_is_more() {
    let mut window = window("_ _ think think");
    (window.cut_before, window.cut_behind) = (true, true);
    let errors = Choice { class: None, errors_only: true };
    let page = page(&window, errors, Anchor::Newest);
    assert_eq!(page.rows, []);
    assert_eq!(page.older.map(|stamp| stamp.sequence), Some(Some(3)));
    assert_eq!(page.newer.map(|stamp| stamp.sequence), Some(Some(4)));
    assert_eq!(page.missing, []);
}
