//! `/quarantine`: input that was refused, with everything wrong with it.

use askama::Template;
use banyan_protocol::view::QuarantineView;

use crate::{chrome::Chrome, format, outline::When};

/// Characters of the input's beginning that a page shows.
const HEAD_MAX_CHARS: usize = 2_000;

/// The page.
#[derive(Clone, Debug, Template)]
#[template(path = "quarantine.html")]
pub struct QuarantinePage {
    chrome: Chrome,
    title: &'static str,
    refused: Vec<Refused>,
}

/// One piece of input.
#[derive(Clone, Debug)]
struct Refused {
    id: i64,
    at: When,
    size: String,
    /// `× 3`, when it came more than once.
    times: Option<String>,
    reasons: Vec<Reason>,
    head: String,
    /// How much of it is not shown.
    cut: Option<String>,
}

/// One broken rule.
#[derive(Clone, Debug)]
struct Reason {
    pointer: String,
    rule: &'static str,
    message: String,
}

impl QuarantinePage {
    /// Prepares the page; `render` writes it.
    pub fn new(chrome: Chrome, refused: &[QuarantineView]) -> Self {
        let refused = refused.iter().map(|input| Refused::new(input, &chrome)).collect();
        Self { chrome, title: "Quarantine", refused }
    }
}

impl Refused {
    fn new(input: &QuarantineView, chrome: &Chrome) -> Self {
        let (head, _) = format::cut(&input.head, HEAD_MAX_CHARS);
        let size = usize::try_from(input.size_bytes).unwrap_or_default();
        let left = size.saturating_sub(head.len());
        Self {
            id: input.id,
            at: When::new(input.received_at, chrome.reader()),
            size: format::bytes(size),
            times: (1 < input.times).then(|| format!("× {}", format::position(input.times))),
            reasons: input
                .violations
                .iter()
                .map(|violation| Reason {
                    pointer: violation.pointer.clone(),
                    rule: violation.rule,
                    message: violation.message.clone(),
                })
                .collect(),
            head: head.to_owned(),
            cut: (0 < left).then(|| format::bytes(left)),
        }
    }
}
