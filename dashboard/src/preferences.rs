//! What a reader chose: it travels in a cookie, and pages are written accordingly, so that nothing
//! changes its looks after it was shown.

use banyan_protocol::Timestamp;

use crate::colour::Accent;

/// What a reader chose; travels in the cookie `ui`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Preferences {
    /// Light, dark, or as the system says.
    pub theme: Theme,
    /// The primary colour.
    pub accent: Accent,
    /// How much room rows take.
    pub spacing: Spacing,
    /// How times are written.
    pub times: Times,
    /// Whether single keys do something.
    pub keys: Keys,
    /// The number of the group that wears the primary colour, from 1 on.
    pub mine: u32,
}

impl Default for Preferences {
    fn default() -> Self {
        Self {
            theme: Theme::default(),
            accent: Accent::default(),
            spacing: Spacing::default(),
            times: Times::default(),
            keys: Keys::default(),
            mine: 1,
        }
    }
}

/// Light or dark.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Theme {
    /// As the system says.
    #[default]
    Auto,
    /// Always light.
    Light,
    /// Always dark.
    Dark,
}

/// How much room rows take.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Spacing {
    /// Easy to hit.
    #[default]
    Cosy,
    /// More rows on a screen.
    Compact,
}

/// How times are written; the other form is in their tooltip.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Times {
    /// `4 min ago`
    #[default]
    Relative,
    /// `10:42:07`, UTC
    Absolute,
}

/// Whether single keys do something. They can get in the way of dictation and of screen readers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Keys {
    /// They do.
    #[default]
    On,
    /// They do not.
    Off,
}

/// One of a few things to choose from, each with its word in the cookie, in forms and in pages.
pub(crate) trait Choice: Copy + PartialEq + 'static {
    const ALL: &'static [(Self, &'static str)];

    fn word(self) -> &'static str {
        Self::ALL.iter().find(|(choice, _)| *choice == self).map_or("", |(_, word)| word)
    }

    fn named(word: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, name)| *name == word).map(|(choice, _)| *choice)
    }
}

impl Choice for Theme {
    const ALL: &'static [(Self, &'static str)] =
        &[(Self::Auto, "auto"), (Self::Light, "light"), (Self::Dark, "dark")];
}

impl Choice for Spacing {
    const ALL: &'static [(Self, &'static str)] =
        &[(Self::Cosy, "cosy"), (Self::Compact, "compact")];
}

impl Choice for Times {
    const ALL: &'static [(Self, &'static str)] =
        &[(Self::Relative, "relative"), (Self::Absolute, "absolute")];
}

impl Choice for Keys {
    const ALL: &'static [(Self, &'static str)] = &[(Self::On, "on"), (Self::Off, "off")];
}

impl Preferences {
    /// The name of the cookie.
    pub const COOKIE: &str = "ui";

    /// Reads the cookie's value (`v1.t:dark.a:212.c:13.d:cosy.w:relative.k:on.g:1`); what cannot
    /// be read stays as it is by default, because a cookie is input like any other.
    pub fn parse(cookie: &str) -> Self {
        let mut read = Self::default();
        let (mut hue, mut chroma) = (read.accent.hue(), read.accent.chroma());
        let Some(fields) = cookie.strip_prefix("v1.") else { return read };
        for (key, value) in fields.split('.').filter_map(|field| field.split_once(':')) {
            match key {
                "t" => read.theme = Choice::named(value).unwrap_or(read.theme),
                "a" => hue = value.parse().unwrap_or(hue),
                "c" => chroma = value.parse().unwrap_or(chroma),
                "d" => read.spacing = Choice::named(value).unwrap_or(read.spacing),
                "w" => read.times = Choice::named(value).unwrap_or(read.times),
                "k" => read.keys = Choice::named(value).unwrap_or(read.keys),
                "g" => read.mine = value.parse().ok().filter(|g| 0 < *g).unwrap_or(read.mine),
                _ => {}
            }
        }
        read.accent = Accent::new(hue, chroma);
        read
    }

    /// What [`Preferences::parse`] reads.
    pub fn cookie(&self) -> String {
        let Self { theme, accent, spacing, times, keys, mine } = self;
        format!(
            "v1.t:{}.a:{}.c:{}.d:{}.w:{}.k:{}.g:{mine}",
            theme.word(),
            accent.hue(),
            accent.chroma(),
            spacing.word(),
            times.word(),
            keys.word(),
        )
    }
}

/// The reader's time, and how they like times to be written.
#[derive(Clone, Copy, Debug, Default)]
pub struct Now {
    /// The server's clock when the page was made.
    pub at: Timestamp,
    /// How times are written.
    pub times: Times,
}

impl From<Timestamp> for Now {
    fn from(at: Timestamp) -> Self {
        Self { at, times: Times::default() }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_cookie_is_read_as_far_as_it_can_be() {
        let usual = Preferences::default();
        let accent = usual.accent;
        let cases = [
            (
                "v1.t:dark.a:212.c:9.d:compact.w:absolute.k:off.g:7",
                Preferences {
                    theme: Theme::Dark,
                    accent: Accent::new(212, 9),
                    spacing: Spacing::Compact,
                    times: Times::Absolute,
                    keys: Keys::Off,
                    mine: 7,
                },
            ),
            ("v1.t:light", Preferences { theme: Theme::Light, ..usual }),
            ("v1.a:30", Preferences { accent: Accent::new(30, accent.chroma()), ..usual }),
            ("v1.t:pink.a:x.c:-1.d:.w:7.k:maybe.g:0.", usual),
            ("v1.g:-1.g:99999999999", usual),
            ("v2.t:dark", usual),
            ("", usual),
        ];
        for (cookie, expected) in cases {
            assert_eq!(Preferences::parse(cookie), expected, "{cookie}");
        }
    }

    proptest! {
        #[test]
        fn what_is_kept_comes_back(
            choices in (0..3_usize, 0..2_usize, 0..2_usize, 0..2_usize),
            hue in 0..360_u16, chroma in 0..14_u8, mine in 1..u32::MAX,
        ) {
            let (theme, spacing, times, keys) = choices;
            let preferences = Preferences {
                theme: Theme::ALL[theme].0,
                accent: Accent::new(hue, chroma),
                spacing: Spacing::ALL[spacing].0,
                times: Times::ALL[times].0,
                keys: Keys::ALL[keys].0,
                mine,
            };
            prop_assert_eq!(Preferences::parse(&preferences.cookie()), preferences);
        }
    }
}
