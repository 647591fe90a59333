//! The settings in every state.

use crate::{Chrome, SettingsChange, SettingsPage};

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
