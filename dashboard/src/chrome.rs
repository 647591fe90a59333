//! What every page has around its content: title bar, style sheets, the reader's preferences.

use banyan_protocol::{Position, Timestamp};

use crate::{colour::Accent, format, moment::Moment};

/// The frame of a page.
#[derive(Clone, Debug)]
pub struct Chrome {
    /// Where the style sheets are.
    pub assets: Assets,
    /// How this reader likes it.
    pub preferences: Preferences,
    /// The log position that the page shows; absent on pages without data.
    pub as_of: Option<Position>,
    /// The server's clock when the page was made; relative times count from here.
    pub now: Timestamp,
    /// Alerts that nobody has acknowledged; as many as can be counted at a glance.
    pub open_alerts: u64,
    /// The moment that the page shows, when it looks back; `now` is then.
    pub moment: Option<Moment>,
    /// What the reader should know about the page as a whole.
    pub notice: Option<&'static str>,
}

impl Chrome {
    /// `at=` of every link to a page about a session.
    pub(crate) fn at(&self) -> Option<Position> {
        self.moment.map(|moment| moment.at)
    }

    pub(crate) fn as_of_text(&self) -> Option<String> {
        self.as_of.map(format::position)
    }

    /// What stands beside the link to the alerts; nothing while none is open.
    pub(crate) fn open_alerts_text(&self) -> Option<String> {
        match self.open_alerts {
            0 => None,
            open @ 1..1_000 => Some(open.to_string()),
            _ => Some("999+".to_owned()),
        }
    }
}

/// URLs of the assets, as served: with a content hash where they are immutable.
#[derive(Clone, Debug)]
pub struct Assets {
    /// `static/css/*`, joined
    pub css: String,
    /// `static/js/*`, joined
    pub js: String,
    /// What [`groups_css`](crate::colour::groups_css) gives for this log.
    pub groups: String,
    /// What [`theme_css`](crate::colour::theme_css) gives for this reader; see
    /// [`links::theme`](crate::links::theme).
    pub theme: String,
    /// Changes when the pages do: an open page of another build loads itself anew.
    pub build: String,
    /// `static/icon.svg`
    pub icon: String,
    /// `static/timeline.css`, on timelines only.
    pub timeline_css: String,
    /// `static/timeline.js`, the same.
    pub timeline_js: String,
}

/// What a reader chose; travels in the cookie `ui`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Preferences {
    /// Light, dark, or as the system says.
    pub theme: Theme,
    /// The primary colour.
    pub accent: Accent,
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

impl Theme {
    /// The word in the cookie and in `data-theme`.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }
}

impl Preferences {
    /// The name of the cookie.
    pub const COOKIE: &str = "ui";

    /// Reads the cookie's value (`v1.t:dark.a:212.c:13`); what cannot be read stays as it is by
    /// default, because a cookie is input like any other.
    pub fn parse(cookie: &str) -> Self {
        let mut preferences = Self::default();
        let (mut hue, mut chroma) = (preferences.accent.hue(), preferences.accent.chroma());
        let Some(fields) = cookie.strip_prefix("v1.") else { return preferences };
        for (key, value) in fields.split('.').filter_map(|field| field.split_once(':')) {
            match (key, value) {
                ("t", "light") => preferences.theme = Theme::Light,
                ("t", "dark") => preferences.theme = Theme::Dark,
                ("a", _) => hue = value.parse().unwrap_or(hue),
                ("c", _) => chroma = value.parse().unwrap_or(chroma),
                _ => {}
            }
        }
        preferences.accent = Accent::new(hue, chroma);
        preferences
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cookie_is_read_as_far_as_it_can_be() {
        let accent = Accent::default();
        let cases = [
            ("v1.t:dark.a:212.c:9.d:cosy.k:on", Theme::Dark, Accent::new(212, 9)),
            ("v1.t:light", Theme::Light, accent),
            ("v1.t:auto.a:30", Theme::Auto, Accent::new(30, accent.chroma())),
            ("v1.t:pink.a:x.c:-1.", Theme::Auto, accent),
            ("v2.t:dark", Theme::Auto, accent),
            ("", Theme::Auto, accent),
        ];
        for (cookie, theme, accent) in cases {
            assert_eq!(Preferences::parse(cookie), Preferences { theme, accent }, "{cookie}");
        }
    }
}
