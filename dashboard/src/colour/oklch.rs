//! Colour arithmetic: OKLCH to sRGB, distance, contrast.
//!
//! Floating point is fine here: nothing of it is stored, and every result is rounded to `#rrggbb`.
//! Formulas: OKLab by Björn Ottosson, relative luminance by WCAG 2.2.

use std::fmt;

/// Lightness 0–1, chroma 0–0.4, hue in degrees.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Oklch {
    pub(super) lightness: f64,
    pub(super) chroma: f64,
    pub(super) hue: f64,
}

impl Oklch {
    /// The colour of this lightness and hue with the largest chroma that sRGB can show, at most
    /// `chroma_max`.
    pub(super) fn fit(lightness: f64, chroma_max: f64, hue: f64) -> Self {
        let at = |chroma| Self { lightness, chroma, hue };
        if at(chroma_max).in_gamut() {
            return at(chroma_max);
        }
        let (mut inside, mut outside) = (0.0, chroma_max);
        for _ in 0..GAMUT_STEPS {
            let middle = f64::midpoint(inside, outside);
            if at(middle).in_gamut() {
                inside = middle;
            } else {
                outside = middle;
            }
        }
        at(inside)
    }

    /// Euclidean distance in OKLab; about 0.02 is just noticeable.
    pub(super) fn distance(self, other: Self) -> f64 {
        let squares = self.lab().into_iter().zip(other.lab()).map(|(one, two)| (one - two).powi(2));
        squares.sum::<f64>().sqrt()
    }

    /// Rounded to 8 bits a channel; where rounding would cost the promised contrast to `panel`,
    /// away from it instead (true for a handful of greens).
    pub(super) fn rgb(self, panel: Rgb, contrast_min: f64) -> Rgb {
        let rounded = |round: fn(f64) -> f64| {
            Rgb(self.linear().map(|channel| byte(round(encode(channel).clamp(0.0, 1.0) * 255.0))))
        };
        let nearest = rounded(f64::round);
        if contrast_min <= nearest.contrast(panel) {
            return nearest;
        }
        let panel_is_light = LIGHTNESS_MIDDLE < panel.luminance();
        rounded(if panel_is_light { f64::floor } else { f64::ceil })
    }

    fn lab(self) -> [f64; 3] {
        let (sin, cos) = self.hue.to_radians().sin_cos();
        [self.lightness, self.chroma * cos, self.chroma * sin]
    }

    fn linear(self) -> [f64; 3] {
        let [lightness, a, b] = self.lab();
        let long = (lightness + 0.396_337_777_4 * a + 0.215_803_757_3 * b).powi(3);
        let medium = (lightness - 0.105_561_345_8 * a - 0.063_854_172_8 * b).powi(3);
        let short = (lightness - 0.089_484_177_5 * a - 1.291_485_548 * b).powi(3);
        [
            4.076_741_662_1 * long - 3.307_711_591_3 * medium + 0.230_969_929_2 * short,
            -1.268_438_004_6 * long + 2.609_757_401_1 * medium - 0.341_319_396_5 * short,
            -0.004_196_086_3 * long - 0.703_418_614_7 * medium + 1.707_614_701 * short,
        ]
    }

    fn in_gamut(self) -> bool {
        self.linear().iter().all(|channel| (0.0..=1.0).contains(channel))
    }
}

/// The luminance whose contrast to black equals that to white.
const LIGHTNESS_MIDDLE: f64 = 0.179;
/// Halvings of the chroma interval: far below what 8 bits can tell apart.
const GAMUT_STEPS: u32 = 32;

/// A colour as screens take it; displays as `#rrggbb`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rgb(pub [u8; 3]);

impl Rgb {
    /// WCAG contrast ratio, 1–21.
    pub fn contrast(self, other: Self) -> f64 {
        let (a, b) = (self.luminance(), other.luminance());
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    fn luminance(self) -> f64 {
        let [r, g, b] = self.0.map(|channel| decode(f64::from(channel) / 255.0));
        0.2126 * r + 0.7152 * g + 0.0722 * b
    }
}

impl fmt::Display for Rgb {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [r, g, b] = self.0;
        write!(out, "#{r:02x}{g:02x}{b:02x}")
    }
}

/// Linear light to the sRGB curve.
fn encode(linear: f64) -> f64 {
    if linear <= 0.003_130_8 { 12.92 * linear } else { 1.055 * linear.powf(1.0 / 2.4) - 0.055 }
}

/// The sRGB curve to linear light.
fn decode(encoded: f64) -> f64 {
    if encoded <= 0.040_45 { encoded / 12.92 } else { ((encoded + 0.055) / 1.055).powf(2.4) }
}

#[expect(
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a whole number in 0–255; there is no other way from f64 to u8"
)]
const fn byte(whole: f64) -> u8 {
    whole as u8
}
