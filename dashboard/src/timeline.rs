//! `/s/{id}/timeline`: when every session of a tree was active, and what held it up.
//!
//! Rows and their order are those of the tree as it is open. All geometry is integers in hundredths
//! of a percent of the chart's width, so that the chart is as wide as the window and still drawn
//! by the server; nothing is a style, so the content security policy can stay strict.
//!
//! Reading order: [`span`] (time), [`lives`] and [`parts`] (who did what when), [`path`] (what
//! held it up), [`gaps`], [`mod@axis`], [`ticks`] (where time is drawn), [`coarse`], [`lane`],
//! [`chart`], [`minimap`] (shapes), [`zoom`], [`report`], [`table`].

mod span;
mod path;
mod gaps;
mod axis;
mod ticks;
mod lives;
mod parts;
mod coarse;
mod minimap;
mod links;
mod zoom;
mod rows;
mod lane;
mod chart;
mod table;
mod report;

use askama::Template;
use banyan_protocol::view::{ForestView, SessionView, TimelineView};

use crate::{
    chrome::Chrome,
    format,
    head::{Head, Kept, View},
    moment::Past,
    outline::{self, OpenSet, Piece, Place, Rest},
};

use axis::{Axis, Units};
use chart::Chart;
use lane::Beyond;
pub use links::{CriticalPath, Gaps, Layer, Scope, TimelineForm, TimelineParams};
use lives::Lives;
use minimap::Minimap;
use parts::Kind;
use path::Stretch;
use report::Report;
use rows::Shown;
use span::Span;
use table::TableRow;
use zoom::{Tool, Window};

/// Characters of the goal in the browser's title bar.
const TITLE_MAX_CHARS: usize = 60;
/// Parts of the small picture that can be clicked.
const SLICES: i64 = 12;
/// Room for what is to come, right of now: one in so many of what is shown …
const HEADROOM_FRACTION: i64 = 30;
/// … and at least this.
const HEADROOM_MIN_MICROS: i64 = 2_000_000;

/// A timeline.
#[derive(Clone, Debug, Template)]
#[template(path = "timeline.html")]
pub struct TimelinePage {
    chrome: Chrome,
    past: Past,
    title: String,
    head: Head,
    /// What is shown: from when to when, and how long that is.
    range: Option<(String, String)>,
    zooms: Vec<Tool>,
    switches: Vec<Tool>,
    /// Leads back to everything, when only a part is shown.
    all: Option<String>,
    map: Option<Map>,
    form: Form,
    report: Option<Report>,
    /// Opens every branch that the critical path goes through.
    open_path: Option<String>,
    /// What is left out.
    notes: Vec<String>,
}

/// The data, as bars or in cells.
#[derive(Clone, Debug)]
enum Form {
    Chart(Box<Chart>),
    Table(Vec<TableRow>),
    /// Nobody has spoken.
    Nothing,
}

/// The small picture of the whole, and which part of it is shown.
#[derive(Clone, Debug)]
struct Map {
    picture: Minimap,
    /// What is not shown, left and right.
    shades: Vec<(Units, Units)>,
    /// Links to parts of it, for those who click.
    slices: Vec<Slice>,
    /// What it stands for, in milliseconds since the epoch.
    from: i64,
    to: i64,
    title: String,
}

/// A part of the small picture.
#[derive(Clone, Debug)]
struct Slice {
    href: String,
    x: Units,
    width: Units,
    title: String,
}

/// What the page is made from.
#[derive(Clone, Debug)]
pub struct TimelineInput {
    /// The session.
    pub session: SessionView,
    /// From the root down to its parent.
    pub ancestors: Vec<SessionView>,
    /// The tree as it is open: of the whole tree, or of the session alone, as `params` say.
    pub tree: ForestView,
    /// The same tree in time.
    pub timeline: TimelineView,
    /// The parameters of the request, so that links keep them.
    pub params: TimelineParams,
}

impl TimelinePage {
    /// Prepares the page; `render` writes it.
    pub fn new(chrome: Chrome, input: &TimelineInput) -> Self {
        let TimelineInput { session, ancestors, tree, timeline, params } = input;
        let (id, now) = (session.id.as_str(), chrome.now);
        let lives = Lives::new(timeline, now);
        let page = params.page(id);
        let place = Place {
            page: Some(&page),
            rest: Rest::Here,
            current: Some(id),
            now: chrome.reader(),
            at: params.at,
        };
        let pieces = outline::outline(tree, place).all();
        let path = path::critical_path(lives.nodes());
        let drawn = if params.path == CriticalPath::Drawn { path.as_slice() } else { &[] };
        let shown = rows::shown(&pieces, &lives, drawn);
        let open = OpenSet::of(tree);
        let what = session.goal.as_deref().unwrap_or(id);
        let joined = open.join();
        let kept = Kept { open: params.open.as_ref().map(|_| joined.as_str()), at: params.at };
        let mut made = Self {
            title: format::clip(
                &format!("Timeline of {}: {what}", session.agent_id),
                TITLE_MAX_CHARS,
            ),
            head: Head::new(session, ancestors, View::Timeline, kept),
            range: None,
            zooms: Vec::new(),
            switches: Vec::new(),
            all: None,
            map: None,
            form: Form::Nothing,
            report: report::report(&path, &lives),
            open_path: open_path(id, params, &path, (&lives, &shown, &open)),
            notes: notes(timeline, &lives),
            past: Past::new(&chrome, |_| TimelineParams { at: None, ..params.clone() }.link(id)),
            chrome,
        };
        if let Some(full) = lives.range() {
            made.draw(full, (pieces, &shown), &lives, (session, params));
        }
        made
    }

    /// Fills in what depends on which time is shown.
    fn draw(
        &mut self,
        full: Span,
        (pieces, shown): (Vec<Piece>, &[Shown]),
        lives: &Lives<'_>,
        (session, params): (&SessionView, &TimelineParams),
    ) {
        let now = self.chrome.now;
        let window = Window::new(full, params);
        let axis = axis(window, params, lives);
        let folds = axis.pieces().iter().filter(|piece| piece.folded).count();
        let is_part = 0 < session.depth;
        let took = format::duration(window.shown.length());
        self.range = Some((Window::text(window.shown), took));
        self.zooms = zoom::zooms(&session.id, params, window, lives);
        self.switches = zoom::switches(&session.id, params, folds, is_part);
        self.all = window.zoomed.then(|| params.showing_all().link(&session.id).done());
        self.map = Some(Map::new(window, lives, (&session.id, params)));
        self.form = match params.view {
            TimelineForm::Table => Form::Table(table::table(&pieces, shown, lives)),
            TimelineForm::Chart => {
                Form::Chart(Box::new(Chart::new(pieces, shown, lives, (&axis, now), params)))
            }
        };
    }
}

impl Map {
    fn new(window: Window, lives: &Lives<'_>, (id, params): (&str, &TimelineParams)) -> Self {
        let full = window.full;
        let picture = minimap::minimap(lives, full);
        let axis = Axis::new(full, &[]);
        let (from, to) = (axis.place(window.shown.start), axis.place(window.shown.end));
        let shades = [(Units(0), from), (to, Units(axis::WIDTH.0 - to.0))];
        let most = format::plural(picture.most, "session", "sessions");
        let slice = |span: Span| {
            let (x, width) = axis.stretch(span)?;
            let href = params.showing(span).link(id).done();
            Some(Slice { href, x, width, title: format!("Show {}", Window::text(span)) })
        };
        Self {
            shades: shades.into_iter().filter(|shade| Units(0) < shade.1).collect(),
            slices: zoom::slices(full, SLICES).into_iter().filter_map(slice).collect(),
            from: full.start / 1_000,
            to: full.end / 1_000,
            title: format!("Sessions active over the whole time, at most {most} at once"),
            picture,
        }
    }
}

/// The axis of what is shown.
fn axis(window: Window, params: &TimelineParams, lives: &Lives<'_>) -> Axis {
    let shown = window.shown;
    let gaps = match params.gaps {
        Gaps::Folded => gaps::fold_gaps(&lives.activity(), shown),
        Gaps::Shown => Vec::new(),
    };
    let is_growing = lives.is_anybody_active() && shown.end == window.full.end;
    let folded: i64 = gaps.iter().map(|gap| gap.length()).sum();
    let room = ((shown.length() - folded) / HEADROOM_FRACTION).max(HEADROOM_MIN_MICROS);
    let room = if is_growing { room } else { 0 };
    Axis::new(Span { start: shown.start, end: shown.end.saturating_add(room) }, &gaps)
}

/// The link that opens the branches with sessions of the path that have no row.
fn open_path(
    id: &str,
    params: &TimelineParams,
    path: &[Stretch],
    (lives, shown, open): (&Lives<'_>, &[Shown], &OpenSet<'_>),
) -> Option<String> {
    let rows: std::collections::HashSet<usize> =
        shown.iter().flat_map(|row| row.places.iter().copied()).collect();
    let mut hidden: Vec<&Stretch> =
        path.iter().filter(|stretch| !rows.contains(&stretch.of)).collect();
    hidden.sort_by_key(|stretch| std::cmp::Reverse(stretch.span.length()));
    let mut wanted: Vec<String> = Vec::new();
    for stretch in &hidden {
        let above = std::iter::successors(lives.parent(stretch.of), |place| lives.parent(*place));
        for place in above {
            let row = lives.row(place);
            if wanted.contains(&row) {
                break;
            }
            wanted.push(row);
        }
        if outline::OPEN_MAX_ROWS <= wanted.len() {
            break;
        }
    }
    let open = open.with_all(&wanted);
    (!hidden.is_empty()).then(|| params.page(id).with("open", &open).done())
}

/// What the page does not show, in sentences.
fn notes(timeline: &TimelineView, lives: &Lives<'_>) -> Vec<String> {
    let mut notes = Vec::new();
    if 0 < timeline.left_out {
        let left = format::plural(timeline.left_out, "session", "sessions");
        notes.push(format!("This tree is very large: {left} are left out of the timeline."));
    }
    if 0 < timeline.without_work {
        let rows = format::plural(timeline.without_work, "session", "sessions");
        notes.push(format!(
            "{rows} on this page drawn without detail: there is too much to read at once. \
             Close branches or zoom in to see more."
        ));
    }
    let cut = timeline.works.iter().filter(|work| work.cut).count();
    if 0 < cut {
        let rows = format::plural(u64::try_from(cut).unwrap_or(0), "session", "sessions");
        notes.push(format!("Of {rows} only the first events are drawn: there are too many."));
    }
    if lives.nodes().iter().any(|node| node.span.is_none()) {
        notes.push("Sessions that have not spoken yet have no bar.".to_owned());
    }
    notes
}
