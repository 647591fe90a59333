//! Which alerts are listed, and the links that ask for others.

use banyan_protocol::view::{AlertCount, AlertRule, AlertState, Severity};

use super::row::rule_words;
use crate::{format, links::Link};

/// Which alerts were asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AlertFilter {
    /// By what was said of them; of every state when absent.
    pub state: Option<AlertState>,
    /// Of this rule.
    pub rule: Option<AlertRule>,
    /// As bad as this.
    pub severity: Option<Severity>,
    /// Of the session with this id.
    pub session: Option<String>,
    /// Of sessions of this agent type.
    pub agent: Option<String>,
    /// Key of the page; absent on the first.
    pub cursor: Option<String>,
}

impl AlertFilter {
    /// Every alert there is.
    pub(super) const ALL: Self =
        Self { state: None, rule: None, severity: None, session: None, agent: None, cursor: None };

    /// The list as it is narrowed down, from its first page on.
    pub(super) fn link(&self) -> Link {
        let state = match self.state {
            Some(AlertState::Open) => None,
            Some(state) => Some(state.word()),
            None => Some("all"),
        };
        Link::alerts()
            .with_some("state", state)
            .with_some("rule", self.rule.map(AlertRule::word))
            .with_some("severity", self.severity.map(Severity::word))
            .with_some("session", self.session.as_deref())
            .with_some("agent", self.agent.as_deref())
    }

    /// This page of the list.
    pub(super) fn page(&self) -> Link {
        self.link().with_some("cursor", self.cursor.as_deref())
    }

    /// Whether the counts by rule are those of what is listed.
    fn is_counted(&self) -> bool {
        self.severity.is_none() && self.agent.is_none()
    }

    fn here(&self) -> Self {
        Self { cursor: None, ..self.clone() }
    }
}

impl Default for AlertFilter {
    fn default() -> Self {
        Self { state: Some(AlertState::Open), ..Self::ALL }
    }
}

/// A link that narrows the list down.
#[derive(Clone, Debug)]
pub(super) struct Choice {
    pub(super) href: String,
    pub(super) word: &'static str,
    pub(super) count: Option<String>,
    pub(super) here: bool,
}

/// Open, acknowledged, closed, all.
pub(super) fn states(filter: &AlertFilter, counts: &[AlertCount]) -> Vec<Choice> {
    let choice = |word, state: Option<AlertState>| {
        let of_rule = |count: &&AlertCount| filter.rule.is_none_or(|rule| rule == count.rule);
        let sum = counts.iter().filter(of_rule).map(|count| said(count, state)).sum();
        Choice {
            href: AlertFilter { state, ..filter.here() }.link().done(),
            word,
            count: filter.is_counted().then(|| format::count(sum)),
            here: state == filter.state,
        }
    };
    vec![
        choice("Open", Some(AlertState::Open)),
        choice("Acknowledged", Some(AlertState::Acknowledged)),
        choice("Closed", Some(AlertState::Closed)),
        choice("All", None),
    ]
}

/// Any rule, and those that have fired.
pub(super) fn rules(filter: &AlertFilter, counts: &[AlertCount]) -> Vec<Choice> {
    let choice = |rule: Option<AlertRule>, word, count| Choice {
        href: AlertFilter { rule, ..filter.here() }.link().done(),
        word,
        count,
        here: rule == filter.rule,
    };
    let fired = counts.iter().map(|count| {
        let number = format::count(said(count, filter.state));
        choice(Some(count.rule), rule_words(count.rule), filter.is_counted().then_some(number))
    });
    std::iter::once(choice(None, "any rule", None)).chain(fired).collect()
}

/// Any severity, and each.
pub(super) fn severities(filter: &AlertFilter) -> Vec<Choice> {
    let all = [None, Some(Severity::Critical), Some(Severity::Warning), Some(Severity::Info)];
    all.into_iter()
        .map(|severity| Choice {
            href: AlertFilter { severity, ..filter.here() }.link().done(),
            word: severity.map_or("any severity", Severity::word),
            count: None,
            here: severity == filter.severity,
        })
        .collect()
}

const fn said(count: &AlertCount, state: Option<AlertState>) -> u64 {
    match state {
        Some(AlertState::Open) => count.open,
        Some(AlertState::Acknowledged) => count.acknowledged,
        Some(AlertState::Closed) => count.closed,
        None => count.open + count.acknowledged + count.closed,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_say_what_is_not_as_usual() {
        let full = AlertFilter {
            state: Some(AlertState::Closed),
            rule: Some(AlertRule::Loop),
            severity: Some(Severity::Critical),
            session: Some("a/b".to_owned()),
            agent: Some("co der".to_owned()),
            cursor: Some("9.1.0.5".to_owned()),
        };
        let narrow =
            "/alerts?state=closed&rule=loop&severity=critical&session=a%2Fb&agent=co%20der";
        for (filter, link, page) in [
            (AlertFilter::default(), "/alerts", "/alerts".to_owned()),
            (AlertFilter::ALL, "/alerts?state=all", "/alerts?state=all".to_owned()),
            (full, narrow, format!("{narrow}&cursor=9.1.0.5")),
        ] {
            assert_eq!((filter.link().done().as_str(), filter.page().done()), (link, page));
        }
    }

    #[test]
    fn counts_stand_only_where_they_hold() {
        let loops = AlertCount { rule: AlertRule::Loop, open: 2, acknowledged: 1, closed: 4 };
        let stalls = AlertCount { rule: AlertRule::Stall, open: 1_000, acknowledged: 0, closed: 0 };
        let shown = |filter: &AlertFilter| {
            let choices = states(filter, &[loops, stalls]);
            choices.into_iter().filter_map(|choice| choice.count).collect::<Vec<_>>()
        };
        let of = |rule| AlertFilter { rule, ..AlertFilter::default() };
        assert_eq!(shown(&of(None)), ["1,002", "1", "4", "1,007"]);
        assert_eq!(shown(&of(Some(AlertRule::Loop))), ["2", "1", "4", "7"]);
        let bad = AlertFilter { severity: Some(Severity::Critical), ..AlertFilter::default() };
        assert_eq!(shown(&bad), Vec::<String>::new());
    }
}
