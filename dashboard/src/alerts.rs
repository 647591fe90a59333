//! `/alerts` and `/alerts/{id}`: what deserves a look, and what was said of it.

mod filter;
mod row;

use askama::Template;
use banyan_protocol::view::{AlertCount, AlertEntry, AlertKin};

use crate::{chrome::Chrome, format, links::Link};

pub use filter::AlertFilter;
use filter::Choice;
pub(crate) use row::rule_words;
use row::{AGENT_MAX_CHARS, Kin, Row, meaning};

/// The page of all alerts.
#[derive(Clone, Debug, Template)]
#[template(path = "alerts.html")]
pub struct AlertsPage {
    chrome: Chrome,
    title: String,
    states: Vec<Choice>,
    rules: Vec<Choice>,
    severities: Vec<Choice>,
    narrowed: Vec<Narrowed>,
    alike: Vec<Kin>,
    alerts: Vec<Row>,
    any: bool,
    newest: Option<String>,
    older: Option<String>,
}

/// The page of one alert.
#[derive(Clone, Debug, Template)]
#[template(path = "alert.html")]
pub struct AlertPage {
    chrome: Chrome,
    title: String,
    alerts: Vec<Row>,
    meaning: &'static str,
    similar: Vec<Row>,
    like_it: String,
}

/// What the list is made from.
#[derive(Clone, Debug, Default)]
pub struct AlertsInput {
    /// Newest first.
    pub alerts: Vec<AlertEntry>,
    /// How many there are of each rule.
    pub counts: Vec<AlertCount>,
    /// Open ones that are alike.
    pub alike: Vec<AlertKin>,
    /// Key of the next page.
    pub next: Option<String>,
    /// What was asked for.
    pub filter: AlertFilter,
}

/// What the page of one alert is made from.
#[derive(Clone, Debug)]
pub struct AlertInput {
    /// The alert.
    pub alert: AlertEntry,
    /// Others like it.
    pub similar: Vec<AlertEntry>,
}

/// The one session or agent type that the list is about.
#[derive(Clone, Debug)]
struct Narrowed {
    what: &'static str,
    name: String,
    without: String,
}

impl AlertsPage {
    /// Prepares the page; `render` writes it.
    pub fn new(chrome: Chrome, input: &AlertsInput) -> Self {
        let AlertsInput { alerts, counts, alike, next, filter } = input;
        let back = filter.page().done();
        let first = filter.cursor.is_none();
        Self {
            title: chrome.title("Alerts"),
            states: filter::states(filter, counts),
            rules: filter::rules(filter, counts),
            severities: filter::severities(filter),
            narrowed: narrowed(filter),
            alike: alike.iter().filter(|_| first).map(Kin::new).collect(),
            alerts: alerts.iter().map(|alert| Row::new(alert, &back, chrome.reader())).collect(),
            any: !counts.is_empty(),
            newest: filter.cursor.as_ref().map(|_| filter.link().done()),
            older: next.as_ref().map(|key| filter.link().with("cursor", key).done()),
            chrome,
        }
    }
}

/// How many alerts are open, as far as can be counted at a glance; empty when none is.
pub(crate) fn open_text(open: u64) -> String {
    match open {
        0 => String::new(),
        1..1_000 => open.to_string(),
        _ => "999+".to_owned(),
    }
}

/// `title` with the number of open alerts before it, as tabs of browsers show it.
pub(crate) fn title(open: u64, title: &str) -> String {
    match open {
        0 => title.to_owned(),
        _ => format!("({}) {title}", open_text(open)),
    }
}

fn narrowed(filter: &AlertFilter) -> Vec<Narrowed> {
    let of = |what, name: Option<&String>, wider: AlertFilter| {
        name.map(|name| Narrowed {
            what,
            name: format::clip(name, AGENT_MAX_CHARS),
            without: wider.link().done(),
        })
    };
    let all_sessions = AlertFilter { session: None, ..filter.clone() };
    let all_agents = AlertFilter { agent: None, ..filter.clone() };
    [
        of("session", filter.session.as_ref(), all_sessions),
        of("agent type", filter.agent.as_ref(), all_agents),
    ]
    .into_iter()
    .flatten()
    .collect()
}

impl AlertPage {
    /// Prepares the page; `render` writes it.
    pub fn new(chrome: Chrome, input: &AlertInput) -> Self {
        let AlertInput { alert, similar } = input;
        let back = Link::alert(&alert.id, "").done();
        let agent = format::clip(&alert.agent_id, AGENT_MAX_CHARS);
        let like_it = AlertFilter {
            rule: Some(alert.rule),
            agent: Some(alert.agent_id.clone()),
            ..AlertFilter::ALL
        };
        Self {
            title: format!("{} of {agent}", rule_words(alert.rule)),
            alerts: vec![Row::new(alert, &back, chrome.reader())],
            meaning: meaning(alert.rule),
            similar: similar.iter().map(|other| Row::new(other, &back, chrome.reader())).collect(),
            like_it: like_it.link().done(),
            chrome,
        }
    }
}
