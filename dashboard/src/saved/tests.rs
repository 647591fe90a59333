//! Names, room, and what comes back out of a cookie.

use proptest::prelude::*;

use super::*;

fn view(name: &str, q: &str) -> SavedView {
    let place = SavedPlace::Forest(ForestOrder::Last);
    SavedView { name: name.to_owned(), q: q.to_owned(), place }
}

#[test]
fn names_make_addresses() {
    for (name, expected) in [
        ("Failed today", "failed-today"),
        ("  a  &  B! ", "a-b"),
        ("Übersicht", "übersicht"),
        ("שלום 2", "שלום-2"),
        ("../../x", "x"),
        ("!?", ""),
    ] {
        assert_eq!(slug(name), expected, "{name}");
    }
}

#[test]
fn a_view_is_saved_under_its_name_once() {
    let mut views = SavedViews::default();
    views.save(&view(" Failed  today ", "status:failed ")).unwrap();
    views.save(&view("Other", "x")).unwrap();
    views.save(&view("failed-TODAY", "status:timeout")).unwrap();
    let saved: Vec<_> =
        views.all().iter().map(|view| (view.name.as_str(), view.q.as_str())).collect();
    assert_eq!(saved, [("failed-TODAY", "status:timeout"), ("Other", "x")]);
    assert_eq!(views.find("failed-today").unwrap().link(), "/?q=status:timeout");
    views.forget("failed-today");
    assert_eq!(views.all().iter().count(), 1);
}

#[test]
fn what_has_no_room_is_refused_and_changes_nothing() {
    let mut views = SavedViews::default();
    let refused = |views: &mut SavedViews, view, wrong| {
        let before = views.clone();
        assert_eq!(views.save(&view), Err(wrong));
        assert_eq!(*views, before);
    };
    refused(&mut views, view(" ", "x"), SavedWrong::NoName);
    refused(&mut views, view(&"x".repeat(41), "x"), SavedWrong::LongName);
    refused(&mut views, view("x", &"x".repeat(4_000)), SavedWrong::NoRoom);
    for number in 0..VIEWS_MAX_COUNT {
        views.save(&view(&format!("v{number}"), "x")).unwrap();
    }
    refused(&mut views, view("one more", "x"), SavedWrong::TooMany);
    assert_eq!(views.save(&view("V3", "y")), Ok(()), "the same name again");
}

#[test]
fn a_cookie_is_read_as_far_as_it_can_be() {
    for (cookie, names) in [
        ("v1.a~last~q", &["a"][..]),
        ("v1.a~last~q.broken.b~in%2Devents~x.%FF~last~x.~last~x", &["a", "b"]),
        ("v2.a~last~q", &[]),
        ("v1", &[]),
        ("", &[]),
    ] {
        let views = SavedViews::parse(cookie);
        assert_eq!(
            views.all().iter().map(|view| &view.name).collect::<Vec<_>>(),
            names,
            "{cookie}"
        );
    }
}

proptest! {
    #[test]
    fn what_is_saved_comes_back(name in "[a-z]\\PC{0,30}", q in "\\PC{0,200}", at in 0..7_usize) {
        let place = match at {
            5 => SavedPlace::Search(SearchScope::Events),
            6 => SavedPlace::Search(SearchScope::Sessions),
            _ => SavedPlace::Forest(ForestOrder::ALL[at]),
        };
        let mut views = SavedViews::default();
        views.save(&SavedView { name, q, place }).unwrap();
        let cookie = views.cookie();
        prop_assert!(cookie.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"%.~".contains(&byte)));
        prop_assert_eq!(SavedViews::parse(&cookie), views);
    }
}
