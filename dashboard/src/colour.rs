//! Which colour, shape, tag and line a group wears.
//!
//! A function of the log's id and the group's number alone: golden-angle hues, so that neighbours
//! differ most, in two rings of lightness. Colour never stands alone: shape and line repeat it.
//! Group 1 wears the reader's own primary colour, which is why its class differs.

mod oklch;
mod sheet;

use std::borrow::Cow;

use sha2::{Digest as _, Sha256};

use oklch::Oklch;
pub use oklch::Rgb;
pub use sheet::{groups_css, theme_css};

/// The golden angle in degrees.
const GOLDEN_ANGLE: f64 = 137.507_764_050_037_85;
/// Colour classes; 144 golden angles nearly close the circle.
const CLASSES_COUNT: u32 = 144;
/// More chroma than this breaks the promised contrast for some hues.
const CHROMA_MAX: f64 = 0.13;
/// Groups nearer to the accent than this move to the second ring.
const ACCENT_DISTANCE_MIN: f64 = 0.07;

/// Hues to choose a primary colour from, with their names; each an eighth of the circle or so.
pub const PRESETS: [(u16, &str); 8] = [
    (196, "teal"),
    (250, "blue"),
    (290, "violet"),
    (335, "magenta"),
    (20, "red"),
    (60, "orange"),
    (110, "olive"),
    (150, "green"),
];

/// The ground that a colour stands on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ground {
    Light,
    Dark,
}

impl Ground {
    /// The panel that text and borders must stand out from, and by how much (WCAG ratio).
    const fn panel(self) -> (Rgb, f64) {
        match self {
            Self::Light => (Rgb([0xf6, 0xf8, 0xfa]), 4.65),
            Self::Dark => (Rgb([0x16, 0x1b, 0x22]), 7.02),
        }
    }

    fn rgb(self, colour: Oklch) -> Rgb {
        let (panel, contrast_min) = self.panel();
        colour.rgb(panel, contrast_min)
    }
}

/// Lightness: most groups stand on the first ring, those too near to the accent on the second.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ring {
    First,
    Second,
}

/// A reader's primary colour: hue and chroma; lightness comes from the table, so that every choice
/// can be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Accent {
    hue: u16,
    chroma: u8,
}

impl Accent {
    /// `hue` in degrees, taken modulo 360; `chroma` in hundredths, at most 13.
    pub const fn new(hue: u16, chroma: u8) -> Self {
        let chroma = if 13 < chroma { 13 } else { chroma };
        Self { hue: hue % 360, chroma }
    }

    /// Degrees, 0–359.
    pub const fn hue(self) -> u16 {
        self.hue
    }

    /// Hundredths, 0–13.
    pub const fn chroma(self) -> u8 {
        self.chroma
    }

    fn colour(self, ground: Ground) -> Oklch {
        let chroma = (f64::from(self.chroma) / 100.0).min(CHROMA_MAX);
        Oklch::fit(lightness(Ring::First, ground), chroma, f64::from(self.hue))
    }
}

impl Default for Accent {
    /// Teal: apart from every status colour.
    fn default() -> Self {
        Self::new(196, 13)
    }
}

/// A group's colours on light and on dark ground. Group 1 gets the default accent's.
pub fn group_colours(log_id: &str, number: u32) -> (Rgb, Rgb) {
    let on = |ground: Ground| {
        ground.rgb(match class_number(number) {
            None => Accent::default().colour(ground),
            Some(class) => class_colour(start_hue(log_id), class, Ring::First, ground),
        })
    };
    (on(Ground::Light), on(Ground::Dark))
}

/// The CSS class that colours group `number`: `gp` for group 1, else `g0` … `g143`.
pub fn class(number: u32) -> Cow<'static, str> {
    match class_number(number) {
        None => Cow::Borrowed("gp"),
        Some(class) => Cow::Owned(format!("g{class}")),
    }
}

/// The shape of group `number`.
pub const fn shape(number: u32) -> char {
    match number.saturating_sub(1) % 8 {
        0 => '●',
        1 => '■',
        2 => '▲',
        3 => '◆',
        4 => '★',
        5 => '⬟',
        6 => '✚',
        _ => '▼',
    }
}

/// The text that stands for group `number`: `G7 ✚`.
pub fn tag(number: u32) -> String {
    format!("G{number} {}", shape(number))
}

/// The line style of group `number`, a CSS word.
pub const fn line(number: u32) -> &'static str {
    match number.saturating_sub(1) / 8 % 3 {
        0 => "solid",
        1 => "dashed",
        _ => "double",
    }
}

/// Where a log's circle of hues starts, in degrees.
fn start_hue(log_id: &str) -> f64 {
    let digest = Sha256::digest(log_id.as_bytes());
    let [high, low, ..] = <[u8; 32]>::from(digest);
    f64::from(u16::from_be_bytes([high, low]) % 360)
}

fn class_number(number: u32) -> Option<u32> {
    (1 < number).then(|| (number - 1) % CLASSES_COUNT)
}

fn class_colour(start_hue: f64, class: u32, ring: Ring, ground: Ground) -> Oklch {
    let hue = (start_hue + GOLDEN_ANGLE * f64::from(class)) % 360.0;
    Oklch::fit(lightness(ring, ground), CHROMA_MAX, hue)
}

const fn lightness(ring: Ring, ground: Ground) -> f64 {
    match (ring, ground) {
        (Ring::First, Ground::Light) => 0.53,
        (Ring::First, Ground::Dark) => 0.74,
        (Ring::Second, Ground::Light) => 0.42,
        (Ring::Second, Ground::Dark) => 0.84,
    }
}

#[cfg(test)]
mod tests;
