//! The two generated style sheets: every group's colour, and one reader's own.
//!
//! They exist because the content security policy forbids inline styles.

use std::fmt::{Arguments, Write as _};

use super::{ACCENT_DISTANCE_MIN, Accent, CLASSES_COUNT, Ground, Ring, class_colour, start_hue};

/// `/static/groups.css`: the colours of all groups of a log.
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
    css
}

/// `/theme/{hue}-{chroma}.css`: a reader's primary colour, and the groups of this log that would
/// look too much like it on a ground, moved to that ground's second ring. Their hue stays.
pub fn theme_css(accent: Accent, log_id: &str) -> String {
    let start = start_hue(log_id);
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
    for class in 0..CLASSES_COUNT {
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
