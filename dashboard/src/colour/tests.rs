//! The published examples, and the promises about contrast and distance for every choice.

use super::*;

const LOGS: [&str; 5] = ["demo", "", "log-2", "0192f0c1-7a3e-7000-8000-000000000001", "ü"];

#[test]
fn groups_wear_the_published_colours() {
    let published = [
        (2, "#0073ab", "#53b5f4"),
        (3, "#aa474f", "#f1878c"),
        (4, "#00814a", "#5dc387"),
        (5, "#705aaf", "#ae9af5"),
        (6, "#955e00", "#de9b43"),
        (7, "#007a87", "#00c0d5"),
    ];
    for (number, light, dark) in published {
        let (on_light, on_dark) = group_colours("demo", number);
        assert_eq!(
            (on_light.to_string(), on_dark.to_string()),
            (light.to_owned(), dark.to_owned()),
            "G{number}"
        );
    }
}

#[test]
fn tags_shapes_and_lines_repeat_what_colour_says() {
    let cases = [
        (1, "G1 ●", "solid", "gp"),
        (2, "G2 ■", "solid", "g1"),
        (7, "G7 ✚", "solid", "g6"),
        (8, "G8 ▼", "solid", "g7"),
        (9, "G9 ●", "dashed", "g8"),
        (17, "G17 ●", "double", "g16"),
        (25, "G25 ●", "solid", "g24"),
        (144, "G144 ▼", "double", "g143"),
        (145, "G145 ●", "solid", "g0"),
        (146, "G146 ■", "solid", "g1"),
    ];
    for (number, text, style, name) in cases {
        assert_eq!(
            (tag(number).as_str(), line(number), class(number).as_ref()),
            (text, style, name)
        );
    }
}

/// AC-25
#[test]
fn every_accent_can_be_read() {
    for hue in 0..360 {
        for chroma in 0..=13 {
            let accent = Accent::new(hue, chroma);
            for ground in [Ground::Light, Ground::Dark] {
                readable(accent.colour(ground), ground, &format!("accent {hue}-{chroma}"));
            }
        }
    }
}

/// AC-25
#[test]
fn every_group_can_be_read_on_both_rings() {
    for log in LOGS {
        for class in 0..CLASSES_COUNT {
            for ring in [Ring::First, Ring::Second] {
                for ground in [Ground::Light, Ground::Dark] {
                    let colour = class_colour(start_hue(log), class, ring, ground);
                    readable(colour, ground, &format!("{log} {class}"));
                }
            }
        }
    }
}

#[track_caller]
fn readable(colour: Oklch, ground: Ground, what: &str) {
    let (panel, contrast_min) = ground.panel();
    let contrast = ground.rgb(colour).contrast(panel);
    assert!(contrast_min <= contrast, "{what} on {ground:?}: {contrast}");
}

/// AC-23, for whatever accent a reader picks. The nearest pairs are teals, of which sRGB has few.
#[test]
fn the_first_eight_groups_differ() {
    for log in LOGS {
        for hue in (0..360).step_by(5) {
            let accent = Accent::new(hue, 13);
            for ground in [Ground::Light, Ground::Dark] {
                let nearest = nearest_pair(log, accent, ground);
                assert!(0.041 <= nearest, "{log} {hue} {ground:?}: {nearest}");
            }
        }
    }
}

/// The distance of the two nearest of the first eight groups, as worn for this accent.
fn nearest_pair(log: &str, accent: Accent, ground: Ground) -> f64 {
    let start = start_hue(log);
    let mut colours = vec![accent.colour(ground)];
    colours.extend((1..8).map(|class| {
        class_colour(start, class, sheet::ring(start, class, accent, ground), ground)
    }));
    let pairs = colours.iter().enumerate().flat_map(|(index, one)| {
        colours.iter().skip(index + 1).map(move |other| one.distance(*other))
    });
    pairs.fold(f64::INFINITY, f64::min)
}

/// AC-24
#[test]
fn a_move_to_the_second_ring_keeps_the_hue() {
    let start = start_hue("demo");
    for class in 1..CLASSES_COUNT {
        let hue = |ring| class_colour(start, class, ring, Ground::Light).hue;
        assert!((hue(Ring::First) - hue(Ring::Second)).abs() < f64::EPSILON);
    }
}

#[test]
fn sheets_are_small_and_complete() {
    let groups = groups_css("demo");
    assert_eq!(groups.lines().count(), 144 + PRESETS.len());
    assert!(groups.contains(".g1{--gl:#0073ab;--gd:#53b5f4}"));
    let theme = theme_css(Accent::default(), 1, "demo");
    assert!(theme.starts_with(":root{--accent-l:#"));
    assert!(1 < theme.lines().count(), "no group moved");
    for hue in 0..360 {
        let bytes = theme_css(Accent::new(hue, 13), 7, "demo").len();
        assert!(bytes < 2048, "{bytes} bytes for hue {hue}");
    }
}

#[test]
fn an_accent_is_always_in_range() {
    assert_eq!(Accent::new(725, 200), Accent::new(5, 13));
}

/// AC-24: for this reader only, and nobody's hue moves but those of the two.
#[test]
fn another_group_can_wear_the_primary_colour() {
    let accent = Accent::new(30, 13);
    let (usual, mine) = (theme_css(accent, 1, "demo"), theme_css(accent, 7, "demo"));
    assert!(mine.contains(".g6{--gl:var(--accent-l);--gd:var(--accent-d)}"), "{mine}");
    assert!(!usual.contains(".gp{") && !usual.contains("var("), "{usual}");
    let first = class_colour(start_hue("demo"), 0, Ring::First, Ground::Light);
    let gp = format!(".gp{{--gl:{}", Ground::Light.rgb(first));
    assert!(mine.contains(&gp), "{gp} in {mine}");
    let others = |css: &str| -> Vec<String> {
        let other = |line: &&str| !line.starts_with(".g6{") && !line.starts_with(".gp{");
        css.lines().filter(other).map(str::to_owned).collect()
    };
    assert_eq!(others(&mine), others(&usual));
}

/// AC-25
#[test]
fn every_preset_is_an_accent_of_its_own() {
    for (at, (hue, name)) in PRESETS.into_iter().enumerate() {
        assert_eq!(Accent::new(hue, 13).hue(), hue, "{name}");
        for (other, _) in PRESETS.into_iter().skip(at + 1) {
            let apart = hue.abs_diff(other).min(360 - hue.abs_diff(other));
            assert!(30 <= apart, "{name} and {other} are {apart} degrees apart");
        }
    }
    assert_eq!(PRESETS[0].0, Accent::default().hue());
}
