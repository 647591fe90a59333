//! The parameters of a timeline's address, and links that change one of them.

use banyan_protocol::{Position, Timestamp};

use super::Span;
use crate::links::Link;

/// The query parameters of a timeline.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TimelineParams {
    /// `from=`, RFC 3339: what is shown begins here.
    pub from: Option<Timestamp>,
    /// `to=`: … and ends here.
    pub to: Option<Timestamp>,
    /// `open=`, as asked for; empty means that nothing is open.
    pub open: Option<String>,
    /// `at=`: the page shows the state after that event.
    pub at: Option<Position>,
    /// `gaps=`
    pub gaps: Gaps,
    /// `crit=`
    pub path: CriticalPath,
    /// `errors=`: where calls failed.
    pub errors: Layer,
    /// `waits=`: what was waited for children, or for somebody.
    pub waits: Layer,
    /// `view=`
    pub view: TimelineForm,
    /// `only=`
    pub scope: Scope,
}

/// What becomes of long silences.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Gaps {
    /// They are folded.
    #[default]
    Folded,
    /// They are as wide as they were long: `gaps=show`.
    Shown,
}

/// Whether the critical path is drawn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CriticalPath {
    /// Under the bars.
    #[default]
    Drawn,
    /// Not at all: `crit=0`.
    Hidden,
}

/// Something that a chart can do without.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Layer {
    /// It is drawn.
    #[default]
    Drawn,
    /// It is not: `0`.
    Hidden,
}

/// How the page shows its data.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TimelineForm {
    /// As bars.
    #[default]
    Chart,
    /// As text in cells: `view=table`.
    Table,
}

/// Which sessions a timeline shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Scope {
    /// The whole tree that the session belongs to.
    #[default]
    Tree,
    /// The session and what is below it: `only=subtree`.
    Subtree,
}

impl TimelineParams {
    /// The link to the timeline of the session `id` with these parameters.
    pub(crate) fn link(&self, id: &str) -> Link {
        self.page(id).with_some("open", self.open.as_deref())
    }

    /// The same without `open`, for links that open and close the tree.
    pub(crate) fn page(&self, id: &str) -> Link {
        let moment = |at: Option<Timestamp>| at.map(Timestamp::to_rfc3339);
        Link::timeline(id)
            .with_some("from", moment(self.from).as_deref())
            .with_some("to", moment(self.to).as_deref())
            .with_some("gaps", (self.gaps == Gaps::Shown).then_some("show"))
            .with_some("crit", (self.path == CriticalPath::Hidden).then_some("0"))
            .with_some("errors", (self.errors == Layer::Hidden).then_some("0"))
            .with_some("waits", (self.waits == Layer::Hidden).then_some("0"))
            .with_some("view", (self.view == TimelineForm::Table).then_some("table"))
            .with_some("only", (self.scope == Scope::Subtree).then_some("subtree"))
            .at(self.at)
    }

    /// The same page, showing `span`, widened to whole milliseconds.
    pub(crate) fn showing(&self, span: Span) -> Self {
        let from = span.start.div_euclid(1_000) * 1_000;
        let to = span.end.saturating_add(999).div_euclid(1_000) * 1_000;
        let [from, to] = [from, to].map(Timestamp::from_micros).map(Some);
        Self { from, to, ..self.clone() }
    }

    /// The same page, showing everything.
    pub(crate) fn showing_all(&self) -> Self {
        Self { from: None, to: None, ..self.clone() }
    }
}

impl Gaps {
    /// Reads the value of `gaps=`; what it cannot be counts as absent.
    pub fn parse(value: Option<&str>) -> Self {
        if value == Some("show") { Self::Shown } else { Self::Folded }
    }
}

impl CriticalPath {
    /// Reads the value of `crit=`.
    pub fn parse(value: Option<&str>) -> Self {
        if value == Some("0") { Self::Hidden } else { Self::Drawn }
    }
}

impl Layer {
    /// Reads the value of `errors=` or `waits=`.
    pub fn parse(value: Option<&str>) -> Self {
        if value == Some("0") { Self::Hidden } else { Self::Drawn }
    }

    /// The other way round.
    pub(crate) const fn switched(self) -> Self {
        match self {
            Self::Drawn => Self::Hidden,
            Self::Hidden => Self::Drawn,
        }
    }
}

impl TimelineForm {
    /// Reads the value of `view=`.
    pub fn parse(value: Option<&str>) -> Self {
        if value == Some("table") { Self::Table } else { Self::Chart }
    }
}

impl Scope {
    /// Reads the value of `only=`.
    pub fn parse(value: Option<&str>) -> Self {
        if value == Some("subtree") { Self::Subtree } else { Self::Tree }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_parameter_travels_in_the_link() {
        let all = TimelineParams {
            open: Some("3f.9a".to_owned()),
            at: Some(17),
            gaps: Gaps::Shown,
            path: CriticalPath::Hidden,
            errors: Layer::Hidden,
            waits: Layer::Hidden,
            view: TimelineForm::Table,
            scope: Scope::Subtree,
            ..TimelineParams::default().showing(Span::new(1_500, 2_001_000))
        };
        assert_eq!(
            all.link("a/b").done(),
            "/s/a%2Fb/timeline?from=1970-01-01T00:00:00.001Z&to=1970-01-01T00:00:02.001Z\
             &gaps=show&crit=0&errors=0&waits=0&view=table&only=subtree&at=17&open=3f.9a"
        );
        assert_eq!(TimelineParams::default().link("a").done(), "/s/a/timeline");
        assert_eq!(Gaps::parse(Some("show")), Gaps::Shown);
        assert_eq!(CriticalPath::parse(Some("0")), CriticalPath::Hidden);
        assert_eq!(TimelineForm::parse(Some("table")), TimelineForm::Table);
        assert_eq!(Scope::parse(Some("subtree")), Scope::Subtree);
        assert_eq!(Gaps::parse(Some("?")), Gaps::Folded);
    }
}
