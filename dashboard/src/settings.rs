//! `/settings`: how a reader likes it. One form without scripts; what is wrong with it is said, and
//! nothing is kept then.

use askama::Template;

use crate::{
    chrome::Chrome,
    colour::{self, Accent, PRESETS},
    preferences::{Choice, Preferences},
};

/// Groups shown as an example of the colours.
const EXAMPLES_COUNT: u32 = 8;
/// The largest number of a group that can be asked for: far more than there will be.
const GROUP_MAX: u32 = 1_000_000_000;
/// Chroma of what is chosen here, in hundredths: as much as every hue can have.
const CHROMA: u8 = 13;

/// The page.
#[derive(Clone, Debug, Template)]
#[template(path = "settings.html")]
pub struct SettingsPage {
    chrome: Chrome,
    title: &'static str,
    saved: bool,
    wrong: Vec<SettingsWrong>,
    choices: Vec<Question>,
    presets: Vec<Preset>,
    hue: String,
    group: String,
    examples: Vec<Example>,
}

/// What a form asks to be changed, as sent; what it leaves out stays.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SettingsChange {
    /// `auto`, `light` or `dark`
    pub theme: Option<String>,
    /// The hue of a preset.
    pub preset: Option<String>,
    /// Any hue, in degrees.
    pub hue: Option<String>,
    /// `cosy` or `compact`
    pub density: Option<String>,
    /// `relative` or `absolute`
    pub times: Option<String>,
    /// `on` or `off`
    pub keys: Option<String>,
    /// The number of the group that wears the primary colour.
    pub group: Option<String>,
}

/// A value that cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SettingsWrong {
    /// The name of the field.
    pub field: &'static str,
    /// What it must be, as a sentence.
    pub rule: &'static str,
}

/// A few things to choose one of.
#[derive(Clone, Debug)]
struct Question {
    name: &'static str,
    title: &'static str,
    note: &'static str,
    options: Vec<Answer>,
}

#[derive(Clone, Debug)]
struct Answer {
    word: &'static str,
    checked: bool,
}

#[derive(Clone, Debug)]
struct Preset {
    hue: u16,
    name: &'static str,
    checked: bool,
}

#[derive(Clone, Debug)]
struct Example {
    class: String,
    tag: String,
}

impl SettingsChange {
    /// `now` with these changes, or everything that is wrong with them.
    pub fn apply(&self, now: Preferences) -> Result<Preferences, Vec<SettingsWrong>> {
        let mut wrong = Vec::new();
        let mut note = |field, rule| wrong.push(SettingsWrong { field, rule });
        let mut next = now;
        match chosen(self.theme.as_deref(), now.theme) {
            Some(theme) => next.theme = theme,
            None => note("theme", "The theme is auto, light or dark."),
        }
        match chosen(self.density.as_deref(), now.spacing) {
            Some(spacing) => next.spacing = spacing,
            None => note("density", "The density is cosy or compact."),
        }
        match chosen(self.times.as_deref(), now.times) {
            Some(times) => next.times = times,
            None => note("times", "Times are relative or absolute."),
        }
        match chosen(self.keys.as_deref(), now.keys) {
            Some(keys) => next.keys = keys,
            None => note("keys", "Single-key shortcuts are on or off."),
        }
        match self.accent(now.accent) {
            Ok(accent) => next.accent = accent,
            Err(rule) => note("hue", rule),
        }
        match self.group.as_deref().map(|group| group.trim().parse()) {
            None => {}
            Some(Ok(group @ 1..=GROUP_MAX)) => next.mine = group,
            Some(_) => note("group", "The group is a whole number from 1 on, as in G7."),
        }
        if wrong.is_empty() { Ok(next) } else { Err(wrong) }
    }

    /// A form sends the preset that is checked and the hue in the field, whichever the reader
    /// touched: what differs from `now` was meant.
    fn accent(&self, now: Accent) -> Result<Accent, &'static str> {
        let moved = |text: &Option<String>| -> Result<Option<u16>, &'static str> {
            let Some(text) = text.as_deref().map(str::trim).filter(|text| !text.is_empty()) else {
                return Ok(None);
            };
            match text.parse() {
                Ok(hue @ 0..360) => Ok(Some(hue).filter(|hue| *hue != now.hue())),
                _ => Err("The hue is a whole number from 0 to 359."),
            }
        };
        match (moved(&self.preset)?, moved(&self.hue)?) {
            (None, None) => Ok(now),
            (Some(hue), None) | (None, Some(hue)) => Ok(Accent::new(hue, CHROMA)),
            (Some(preset), Some(hue)) if preset == hue => Ok(Accent::new(hue, CHROMA)),
            (Some(_), Some(_)) => Err("Choose one of the colours or a hue of your own, not both."),
        }
    }
}

/// What a field says, `now` if it says nothing, `None` for what cannot be chosen.
fn chosen<T: Choice>(said: Option<&str>, now: T) -> Option<T> {
    said.map_or(Some(now), T::named)
}

impl SettingsPage {
    /// The page of what the frame's reader chose, just now if it is `saved`.
    pub fn new(chrome: Chrome, saved: bool) -> Self {
        let Preferences { accent, mine, .. } = chrome.preferences;
        Self {
            title: "Settings",
            saved,
            wrong: Vec::new(),
            choices: questions(&chrome.preferences),
            presets: PRESETS
                .into_iter()
                .map(|(hue, name)| Preset { hue, name, checked: hue == accent.hue() })
                .collect(),
            hue: accent.hue().to_string(),
            group: mine.to_string(),
            examples: (1..=EXAMPLES_COUNT)
                .map(|number| Example {
                    class: format!("{} {}", colour::class(number), colour::line(number)),
                    tag: colour::tag(number),
                })
                .collect(),
            chrome,
        }
    }

    /// The page with what is `wrong` about a form, whose fields it keeps as they were sent.
    pub fn refused(chrome: Chrome, change: &SettingsChange, wrong: Vec<SettingsWrong>) -> Self {
        let good = SettingsChange { hue: None, preset: None, group: None, ..change.clone() };
        let preferences = good.apply(chrome.preferences).unwrap_or(chrome.preferences);
        let usual = Self::new(chrome, false);
        let preset = change.preset.as_deref().unwrap_or_default();
        let presets = usual.presets.into_iter();
        Self {
            wrong,
            choices: questions(&preferences),
            presets: presets
                .map(|it| Preset { checked: it.hue.to_string() == preset, ..it })
                .collect(),
            hue: change.hue.clone().unwrap_or(usual.hue),
            group: change.group.clone().unwrap_or(usual.group),
            ..usual
        }
    }

    fn is_wrong(&self, field: &str) -> bool {
        self.wrong.iter().any(|wrong| wrong.field == field)
    }
}

fn questions(now: &Preferences) -> Vec<Question> {
    let Preferences { theme, spacing, times, keys, .. } = *now;
    vec![
        question("theme", "Theme", "Auto follows the system.", theme),
        question("density", "Density", "Compact shows more rows on a screen.", spacing),
        question("times", "Times", "Absolute times are UTC.", times),
        question("keys", "Single-key shortcuts", "Turn them off if dictation triggers them.", keys),
    ]
}

fn question<T: Choice>(
    name: &'static str,
    title: &'static str,
    note: &'static str,
    now: T,
) -> Question {
    let answer = |(choice, word): &(T, &'static str)| Answer { word, checked: *choice == now };
    Question { name, title, note, options: T::ALL.iter().map(answer).collect() }
}

#[cfg(test)]
mod tests;
