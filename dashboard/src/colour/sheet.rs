//! The two generated style sheets: every group's colour, and one reader's own.
//!
//! They exist because the content security policy forbids inline styles.

use std::fmt::{Arguments, Write as _};

use super::{
    ACCENT_DISTANCE_MIN, Accent, CLASSES_COUNT, Ground, PRESETS, Ring, class_colour, class_number,
    start_hue,
};

/// The class that only group 1 would have, did it not wear the primary colour.
const FIRST_CLASS: u32 = 0;

/// `/static/groups.css`: the colours of all groups of a log, and those to choose from.
pub fn groups_css(log_id: &str) -> String {
    let start = start_hue(log_id);
    let mut css = String::new();
    for class in 0..CLASSES_COUNT {
        let on = |ground: Ground| ground.rgb(class_colour(start, class, Ring::First, ground));
        line(
            &mut css,
            format_args!(".g{class}{{--gl:{};--gd:{}}}", on(Ground::Light), on(Ground::Dark)),
        );
    }
    for (hue, _) in PRESETS {
        let accent = Accent::new(hue, 13);
        let on = |ground: Ground| ground.rgb(accent.colour(ground));
        line(
            &mut css,
            format_args!(".pre{hue}{{--gl:{};--gd:{}}}", on(Ground::Light), on(Ground::Dark)),
        );
    }
    css
}

/// `/theme/{hue}-{chroma}-{mine}.css`: a reader's primary colour, and the groups of this log that
/// would look too much like it on a ground, moved to that ground's second ring. Their hue stays.
///
/// The group `mine` wears the primary colour. If that is not group 1, then group 1 wears what its
/// number gives it on the golden-angle circle, which no other group near it has.
pub fn theme_css(accent: Accent, mine: u32, log_id: &str) -> String {
    let start = start_hue(log_id);
    let my_class = class_number(mine);
    let primary = |ground: Ground| ground.rgb(accent.colour(ground));
    let mut css = String::new();
    line(
        &mut css,
        format_args!(
            ":root{{--accent-l:{};--accent-d:{}}}",
            primary(Ground::Light),
            primary(Ground::Dark)
        ),
    );
    if let Some(class) = my_class {
        line(&mut css, format_args!(".g{class}{{--gl:var(--accent-l);--gd:var(--accent-d)}}"));
        let on = |ground: Ground| {
            let ring = ring(start, FIRST_CLASS, accent, ground);
            ground.rgb(class_colour(start, FIRST_CLASS, ring, ground))
        };
        line(&mut css, format_args!(".gp{{--gl:{};--gd:{}}}", on(Ground::Light), on(Ground::Dark)));
    }
    for class in (0..CLASSES_COUNT).filter(|class| Some(*class) != my_class) {
        for (ground, property) in [(Ground::Light, "--gl"), (Ground::Dark, "--gd")] {
            if ring(start, class, accent, ground) == Ring::Second {
                let moved = ground.rgb(class_colour(start, class, Ring::Second, ground));
                line(&mut css, format_args!(".g{class}{{{property}:{moved}}}"));
            }
        }
    }
    css
}

/// Where a group stands for a reader with this accent.
pub(super) fn ring(start_hue: f64, class: u32, accent: Accent, ground: Ground) -> Ring {
    let first = class_colour(start_hue, class, Ring::First, ground);
    if first.distance(accent.colour(ground)) < ACCENT_DISTANCE_MIN {
        Ring::Second
    } else {
        Ring::First
    }
}

fn line(css: &mut String, rule: Arguments<'_>) {
    // Writing to a string cannot fail.
    let _ = writeln!(css, "{rule}");
}
