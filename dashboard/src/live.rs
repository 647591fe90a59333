//! What pages are sent while they are open; see also [`session`](crate::session).

use banyan_protocol::view::{AlertView, Counts};
use serde::Serialize;

use crate::{alerts, forest, format};

/// Characters of a session's id in a sentence.
const ID_MAX_CHARS: usize = 80;

/// What an element says now: its text, and its classes where they change with it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum LiveText {
    /// Only the text.
    Plain(String),
    /// The text and the classes.
    Dressed(String, String),
}

impl From<&str> for LiveText {
    fn from(text: &str) -> Self {
        Self::Plain(text.to_owned())
    }
}

impl LiveText {
    pub(crate) fn dressed(text: impl Into<String>, class: impl Into<String>) -> Self {
        Self::Dressed(text.into(), class.into())
    }
}

/// The texts of the sessions page that change, by the id of their element.
pub fn forest_texts(counts: Counts) -> Vec<(String, LiveText)> {
    let texts = forest::summary(counts).into_iter().flat_map(|count| {
        let number = LiveText::dressed(&*count.number, count.zero());
        [(count.id.to_owned(), number), (format!("{}-w", count.id), count.word.into())]
    });
    texts.collect()
}

/// The texts of the sessions page about `open` alerts, and about the `worst` one that is new.
///
/// The sentence on it stays the same while the alert grows, so that it is said aloud once.
pub fn alert_texts(open: u64, worst: Option<&AlertView>) -> Vec<(String, LiveText)> {
    let title = format!("{} · banyan", alerts::title(open, forest::TITLE));
    let mut texts = vec![
        ("n-alerts".to_owned(), alerts::open_text(open).as_str().into()),
        ("title".to_owned(), title.as_str().into()),
    ];
    if let Some(alert) = worst {
        let (severity, rule) = (alert.severity.word(), alerts::rule_words(alert.rule));
        let session = format::clip(&alert.session_id, ID_MAX_CHARS);
        let [first, _] = alert.evidence;
        let first = format::position(first);
        let sentence = format!("New {severity} alert: {rule} in {session}, from #{first} on");
        texts.push(("live-alert".to_owned(), sentence.as_str().into()));
    }
    texts
}

#[cfg(test)]
mod tests {
    use banyan_protocol::{
        Timestamp,
        view::{AlertRule, Severity},
    };

    use super::*;

    #[test]
    fn an_alert_that_grows_is_said_once() {
        let alert = |last: i64| AlertView {
            session_id: "a".to_owned(),
            rule: AlertRule::ErrorCascade,
            message: format!("{last} tool calls failed in a row"),
            severity: Severity::Critical,
            created_at: Timestamp::default(),
            evidence: [1_000, 1_000 + last],
        };
        let texts = alert_texts(3, Some(&alert(3)));
        assert_eq!(texts, alert_texts(3, Some(&alert(4))));
        let of = |id| texts.iter().find(|(name, _)| name == id).map(|(_, text)| text.clone());
        assert_eq!(of("n-alerts"), Some("3".into()));
        assert_eq!(of("title"), Some("(3) Sessions · banyan".into()));
        let sentence = "New critical alert: error cascade in a, from #1,000 on";
        assert_eq!(of("live-alert"), Some(sentence.into()));
    }

    #[test]
    fn no_open_alert_is_no_number() {
        let none = [("n-alerts", ""), ("title", "Sessions · banyan")];
        let none = none.map(|(id, text)| (id.to_owned(), text.into()));
        assert_eq!(alert_texts(0, None), none);
        assert_eq!(alert_texts(2_000, None)[0].1, "999+".into());
    }
}
