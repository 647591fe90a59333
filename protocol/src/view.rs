//! What readers get: the JSON of every route, and the input of every page.
//!
//! Money is in dollars, times are RFC 3339 in UTC, durations say their unit.

mod alert;
mod answer;
mod cast;
mod error;
mod event;
mod feed;
mod figures;
mod forest;
mod group;
mod import;
mod quarantine;
mod search;
mod session;
mod timeline;
mod tree;

pub use alert::{AlertCount, AlertEntry, AlertKin, AlertRule, AlertState, AlertView, Severity};
pub use answer::{
    AlertsAnswer, ChildrenAnswer, DeletedAnswer, EventsAnswer, GroupsAnswer, HealthAnswer,
    IndexAnswer, MissingAnswer, QuarantineAnswer, ReadyAnswer, SessionAnswer, SessionsAnswer,
};
pub use cast::{Attempt, CastAgent, CastSession, CastView};
pub use error::ErrorView;
pub use event::{BanyanPart, EventView, RecordedView};
pub use feed::{
    Call, CallState, ChildRef, EventDetail, FeedCounts, FeedItem, FeedKind, FeedView, FreshFeed,
    FreshRow, Skipped,
};
pub use figures::{Exactness, Figures, Total};
pub use forest::{Branch, Counts, Fold, ForestMatches, ForestView, Node, RowNow};
pub use group::GroupView;
pub use import::{HooksState, ImportedAnswer, ImportedFile};
pub use quarantine::QuarantineView;
pub use search::{
    Facet, FacetValue, FoundSession, Fragment, Hit, Misread, Relaxed, SearchView, Tally, TermView,
};
pub use session::{Activity, Attention, Range, SessionView, Status};
pub use timeline::{Life, TimedCall, TimelineView, Work};
pub use tree::TreeView;
