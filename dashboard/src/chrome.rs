//! What every page has around its content: title bar, style sheets, the reader's preferences.

use banyan_protocol::{Position, Timestamp};

use crate::{
    alerts, format,
    moment::Moment,
    preferences::{Choice as _, Now, Preferences},
};

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

    /// When the page was made, or what it shows happened.
    pub(crate) fn now_text(&self) -> String {
        format::date_time(self.now)
    }

    /// The reader's time, as they like it.
    pub(crate) fn reader(&self) -> Now {
        Now { at: self.now, times: self.preferences.times }
    }

    /// Words of what the reader chose, for `data-theme` and the like.
    pub(crate) fn chosen(&self) -> Chosen {
        let Preferences { theme, spacing, times, keys, .. } = self.preferences;
        Chosen {
            theme: theme.word(),
            density: spacing.word(),
            times: times.word(),
            keys: keys.word(),
        }
    }

    /// What stands beside the link to the alerts; empty while none is open.
    pub(crate) fn open_alerts_text(&self) -> String {
        alerts::open_text(self.open_alerts)
    }

    /// `(3) Sessions`
    pub(crate) fn title(&self, title: &str) -> String {
        alerts::title(self.open_alerts, title)
    }
}

/// What style sheets and scripts must know of the reader's choice.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Chosen {
    pub(crate) theme: &'static str,
    pub(crate) density: &'static str,
    pub(crate) times: &'static str,
    pub(crate) keys: &'static str,
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
    /// `static/pages/*`, joined: for pages other than the forest and those about sessions.
    pub pages_css: String,
    /// `static/past.js`, on pages that look back only.
    pub past_js: String,
    /// `static/timeline.css`, on timelines only.
    pub timeline_css: String,
    /// `static/timeline.js`, the same.
    pub timeline_js: String,
}
