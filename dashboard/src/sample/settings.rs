//! The settings in every state.

use super::{Voice, filtered};
use crate::{
    Chrome, SavedPage, SavedPlace, SavedView, SavedViews, SavedWrong, SettingsChange, SettingsPage,
};

impl SettingsPage {
    /// Every kind of answer to the form, with a name for each.
    pub fn sample(chrome: &Chrome) -> Vec<(&'static str, Self)> {
        let chrome = Chrome { as_of: None, ..chrome.clone() };
        let change = SettingsChange {
            theme: Some("pink".to_owned()),
            hue: Some("\"><b>360".to_owned()),
            group: Some("0".to_owned()),
            ..SettingsChange::default()
        };
        let wrong = change.apply(chrome.preferences).err().unwrap_or_default();
        vec![
            ("settings", Self::new(chrome.clone(), false)),
            ("settings-saved", Self::new(chrome.clone(), true)),
            ("settings-refused", Self::refused(chrome, &change, wrong)),
        ]
    }
}

impl SavedPage {
    /// Every kind of page of saved views, with a name for each.
    pub fn sample(chrome: &Chrome, voice: Voice<'_>) -> Vec<(&'static str, Self)> {
        let chrome = Chrome { as_of: None, ..chrome.clone() };
        let views = filtered::views(voice);
        let (name, q) = (voice.say("Dear"), voice.say("cost>1"));
        let view = SavedView { name, q, place: SavedPlace::parse(None) };
        vec![
            ("views", Self::new(chrome.clone(), &views)),
            ("views-empty", Self::new(chrome.clone(), &SavedViews::default())),
            ("views-refused", Self::refused(chrome, &views, (&view, SavedWrong::NoRoom))),
        ]
    }
}
