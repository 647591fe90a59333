//! Which part of the whole is shown, and the links that show another one.

use banyan_protocol::Timestamp;

use super::{
    Span, TimelineParams,
    links::{CriticalPath, Gaps, Layer, Scope, TimelineForm},
    lives::Lives,
};
use crate::format;

/// The shortest time that can be shown.
const WINDOW_MIN_MICROS: i64 = 10_000;
/// What is shown around a failure: one in so many of the whole.
const FAILURE_FRACTION: i64 = 8;

/// What is shown of what there is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Window {
    /// Everything there is.
    pub(crate) full: Span,
    /// What is shown.
    pub(crate) shown: Span,
    /// The reader asked for it.
    pub(crate) zoomed: bool,
}

impl Window {
    /// What `params` ask for, as far as it lies in `full`.
    pub(crate) fn new(full: Span, params: &TimelineParams) -> Self {
        let from = params.from.map_or(full.start, Timestamp::micros);
        let to = params.to.map_or(full.end, Timestamp::micros);
        let asked = params.from.is_some() || params.to.is_some();
        let shown = Span { start: from, end: to }.within(full);
        match shown.filter(|span| asked && WINDOW_MIN_MICROS <= span.length() && *span != full) {
            Some(shown) => Self { full, shown, zoomed: true },
            None => Self { full, shown: full, zoomed: false },
        }
    }

    /// A part of the whole of the given length around a moment.
    fn around(self, middle: i64, length: i64) -> Span {
        let length = length.clamp(WINDOW_MIN_MICROS.min(self.full.length()), self.full.length());
        let start = middle.saturating_sub(length / 2);
        let start = start.clamp(self.full.start, self.full.end - length);
        Span { start, end: start + length }
    }

    fn middle(self) -> i64 {
        self.shown.start + self.shown.length() / 2
    }

    /// `2026-11-20 10:39:20 – 10:53:22 UTC`
    pub(crate) fn text(span: Span) -> String {
        let [from, to] = [span.start, span.end].map(|at| Timestamp::from_micros(at).date_time());
        let short = span.length() < 20_000_000;
        let (day, time) = ("%Y-%m-%d", if short { "%H:%M:%S%.3f" } else { "%H:%M:%S" });
        if from.date_naive() == to.date_naive() {
            let (day, from) = (from.format(day), from.format(time));
            return format!("{day} {from} – {} UTC", to.format(time));
        }
        let both = format!("{day} {time}");
        format!("{} – {} UTC", from.format(&both), to.format(&both))
    }
}

/// A link of the tool bar.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Tool {
    /// What it does, for the script and the style sheet.
    pub(crate) name: &'static str,
    pub(crate) text: &'static str,
    /// What it does, in a sentence.
    pub(crate) title: String,
    /// Absent where it would do nothing.
    pub(crate) href: Option<String>,
    /// The key that does the same.
    pub(crate) key: Option<&'static str>,
    /// For links that switch something: whether it is on.
    pub(crate) on: Option<bool>,
}

impl Tool {
    /// Its text, or for those that are a sign only, what it does.
    pub(crate) fn label(&self) -> &str {
        let is_sign = self.text.chars().count() == 1;
        if is_sign { &self.title } else { self.text }
    }
}

/// `whole` in `number` parts of the same length; fewer where it is too short for that.
pub(crate) fn slices(whole: Span, number: i64) -> Vec<Span> {
    let number = (whole.length() / WINDOW_MIN_MICROS).clamp(0, number);
    let length = whole.length() / number.max(1);
    let slice = |at| {
        let start = whole.start + at * length;
        Span { start, end: if at + 1 == number { whole.end } else { start + length } }
    };
    (0..number).map(slice).collect()
}

/// Links to other parts of the whole.
pub(crate) fn zooms(
    id: &str,
    params: &TimelineParams,
    window: Window,
    lives: &Lives<'_>,
) -> Vec<Tool> {
    let shown = window.shown;
    let to = |span: Span| {
        let all = span == window.full;
        let params = if all { params.showing_all() } else { params.showing(span) };
        (span != shown).then(|| params.link(id).done())
    };
    let scaled = |length: i64| to(window.around(window.middle(), length));
    let moved = |by: i64| to(window.around(window.middle().saturating_add(by), shown.length()));
    let tool = |name, text, title: &str, href, key| Tool {
        name,
        text,
        title: title.to_owned(),
        href,
        key: Some(key),
        on: None,
    };
    let mut tools = vec![
        tool("fit", "Fit", "Show everything", to(window.full), "f"),
        tool("out", "−", "Show twice as much", scaled(shown.length().saturating_mul(2)), "-"),
        tool("in", "½", "Show half of it, the middle", scaled(shown.length() / 2), "+"),
        Tool {
            key: None,
            ..tool(
                "quarter",
                "¼",
                "Show a quarter of it, the middle",
                scaled(shown.length() / 4),
                "",
            )
        },
        tool("left", "‹", "Show what was before", moved(-shown.length() / 2), "ArrowLeft"),
        tool("right", "›", "Show what came next", moved(shown.length() / 2), "ArrowRight"),
    ];
    tools.extend(failure(id, params, window, lives));
    tools
}

/// The link to the next failure: behind the middle of what is shown, else the first.
fn failure(id: &str, params: &TimelineParams, window: Window, lives: &Lives<'_>) -> Option<Tool> {
    let mut failures: Vec<(i64, usize)> = (0..lives.nodes().len())
        .filter(|place| lives.life(*place).is_some_and(|life| life.status.is_failed()))
        .filter_map(|place| Some((lives.span(place)?.end, place)))
        .collect();
    failures.sort_unstable();
    let first = failures.first()?;
    let next =
        failures.iter().find(|(at, _)| window.zoomed && window.middle() < at.saturating_sub(1_000));
    let (at, place) = next.unwrap_or(first);
    let length =
        if window.zoomed { window.shown.length() } else { window.full.length() / FAILURE_FRACTION };
    let span = window.around(*at, length);
    let agent = format::clip(lives.agent(*place), 60);
    let time = format::clock(Timestamp::from_micros(*at));
    Some(Tool {
        name: "failure",
        text: if next.is_some() { "Next failure" } else { "First failure" },
        title: format!("{agent} failed at {time}"),
        href: Some(params.showing(span).link(id).done()),
        key: None,
        on: None,
    })
}

/// Links that show the same time in another way.
pub(crate) fn switches(
    id: &str,
    params: &TimelineParams,
    folds: usize,
    is_part: bool,
) -> Vec<Tool> {
    let mut tools = Vec::new();
    let mut switch = |name, text, title: &str, (on, params): (bool, TimelineParams)| {
        let href = Some(params.link(id).done());
        tools.push(Tool { name, text, title: title.to_owned(), href, key: None, on: Some(on) });
    };
    let base = || params.clone();
    if params.view == TimelineForm::Chart && (0 < folds || params.gaps == Gaps::Shown) {
        let (on, gaps) = match params.gaps {
            Gaps::Folded => (true, Gaps::Shown),
            Gaps::Shown => (false, Gaps::Folded),
        };
        switch("gaps", "Fold gaps", "Fold long silences", (on, TimelineParams { gaps, ..base() }));
    }
    if params.view == TimelineForm::Chart {
        let (on, path) = match params.path {
            CriticalPath::Drawn => (true, CriticalPath::Hidden),
            CriticalPath::Hidden => (false, CriticalPath::Drawn),
        };
        let title = "Mark which session the whole waited for, at every moment";
        switch("crit", "Critical path", title, (on, TimelineParams { path, ..base() }));
        let (errors, waits) = (params.errors, params.waits);
        let other = TimelineParams { errors: errors.switched(), ..base() };
        switch("errors", "Errors", "Mark where calls failed", (errors == Layer::Drawn, other));
        let other = TimelineParams { waits: waits.switched(), ..base() };
        let title = "Draw what was waited for children, or for somebody";
        switch("waits", "Waits", title, (waits == Layer::Drawn, other));
    }
    if is_part || params.scope == Scope::Subtree {
        let (on, scope) = match params.scope {
            Scope::Tree => (false, Scope::Subtree),
            Scope::Subtree => (true, Scope::Tree),
        };
        let params = TimelineParams { scope, from: None, to: None, ..base() };
        switch(
            "only",
            "Only this subtree",
            "Leave out what is not below this session",
            (on, params),
        );
    }
    let (on, view) = match params.view {
        TimelineForm::Chart => (false, TimelineForm::Table),
        TimelineForm::Table => (true, TimelineForm::Chart),
    };
    switch(
        "table",
        "Show as table",
        "The same data as text",
        (on, TimelineParams { view, ..base() }),
    );
    tools
}
