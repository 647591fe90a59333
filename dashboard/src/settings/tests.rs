use super::*;
use crate::preferences::{Keys, Spacing, Theme, Times};

fn form(fields: &[(&str, &str)]) -> SettingsChange {
    let get = |name| {
        let field = fields.iter().find(|(field, _)| *field == name);
        field.map(|(_, value)| (*value).to_owned())
    };
    SettingsChange {
        theme: get("theme"),
        preset: get("preset"),
        hue: get("hue"),
        density: get("density"),
        times: get("times"),
        keys: get("keys"),
        group: get("group"),
    }
}

fn now() -> Preferences {
    Preferences { accent: Accent::new(196, 13), ..Preferences::default() }
}

#[test]
fn what_a_form_leaves_out_stays() {
    let kept = Preferences { theme: Theme::Dark, mine: 7, ..now() };
    assert_eq!(form(&[]).apply(kept), Ok(kept));
    let compact = form(&[("density", "compact")]).apply(kept);
    assert_eq!(compact, Ok(Preferences { spacing: Spacing::Compact, ..kept }));
}

#[test]
fn a_whole_form_is_taken() {
    let all = form(&[
        ("theme", "dark"),
        ("preset", "250"),
        ("hue", "196"),
        ("density", "compact"),
        ("times", "absolute"),
        ("keys", "off"),
        ("group", " 7 "),
    ]);
    let expected = Preferences {
        theme: Theme::Dark,
        accent: Accent::new(250, 13),
        spacing: Spacing::Compact,
        times: Times::Absolute,
        keys: Keys::Off,
        mine: 7,
    };
    assert_eq!(all.apply(now()), Ok(expected));
}

#[test]
fn the_colour_that_was_touched_is_meant() {
    for (fields, hue) in [
        (&[("preset", "196"), ("hue", "196")][..], 196),
        (&[("preset", "250"), ("hue", "196")], 250),
        (&[("preset", "196"), ("hue", "45")], 45),
        (&[("hue", "0")], 0),
        (&[("hue", "359")], 359),
        (&[("hue", "")], 196),
        (&[("preset", "250"), ("hue", "250")], 250),
    ] {
        let hues = form(fields).apply(now()).map(|next| next.accent.hue());
        assert_eq!(hues, Ok(hue), "{fields:?}");
    }
    // What a reader had from before there was a choice stays until they choose.
    let pale = Preferences { accent: Accent::new(30, 4), ..now() };
    assert_eq!(form(&[("hue", "30")]).apply(pale), Ok(pale));
}

#[test]
fn everything_wrong_is_said_at_once() {
    for (fields, expected) in [
        (&[("hue", "360")][..], &["hue"][..]),
        (&[("hue", "-1")], &["hue"]),
        (&[("hue", "12.5")], &["hue"]),
        (&[("hue", "<b>")], &["hue"]),
        (&[("preset", "999")], &["hue"]),
        (&[("preset", "250"), ("hue", "45")], &["hue"]),
        (&[("group", "0")], &["group"]),
        (&[("group", "")], &["group"]),
        (&[("group", "G7")], &["group"]),
        (&[("group", "4000000000")], &["group"]),
        (
            &[("theme", "pink"), ("density", ""), ("times", "7"), ("keys", "ON"), ("hue", "x")],
            &["theme", "density", "times", "keys", "hue"],
        ),
    ] {
        let wrong = form(fields).apply(now()).unwrap_err();
        let names: Vec<_> = wrong.iter().map(|wrong| wrong.field).collect();
        assert_eq!(names, expected, "{fields:?}");
    }
}
