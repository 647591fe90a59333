//! The dashboard: a pure function from views to HTML.
//!
//! A page is a struct made by `new` from views; [`render`](askama::Template::render)
//! writes it. Everything is escaped by one escaper; nothing is inline, because the content
//! security policy forbids it; everything works without scripts.
//!
//! Reading order: [`chrome`] (the frame), `outline` (trees), [`forest`], [`session`], [`error`]
//! (the pages), [`colour`], [`links`].
//!
//! Must not know axum, tokio, sqlx, or what time it is: `now` comes in with the page.

pub mod alerts;
pub mod chrome;
pub mod colour;
pub mod error;
mod escape;
mod figures;
pub mod forest;
mod format;
pub mod fragment;
mod head;
pub mod links;
pub mod live;
mod moment;
mod outline;
pub mod preferences;
pub mod quarantine;
pub mod sample;
pub mod saved;
pub mod search;
pub mod session;
pub mod settings;
mod status;
pub mod subtree;
pub mod timeline;

pub use alerts::{AlertFilter, AlertInput, AlertPage, AlertsInput, AlertsPage};
pub use askama::Template;
pub use chrome::{Assets, Chrome};
pub use error::{ErrorPage, NoMoment, PageError};
pub use forest::{ForestInput, ForestOrder, ForestPage, ForestQuery};
pub use fragment::{ChildrenFragment, Density, RowsFragment, Sight};
pub use moment::Moment;
pub use preferences::{Keys, Now, Preferences, Spacing, Theme, Times};
pub use quarantine::QuarantinePage;
pub use saved::{SavedPage, SavedPlace, SavedView, SavedViews, SavedWrong};
pub use search::{SearchInput, SearchOutcome, SearchPage, SearchScope};
pub use session::{
    ExportInput, ExportPage, ExportedSession, FeedFilter, FreshRows, InspectorPart, SessionInput,
    SessionPage, SessionParams, session_texts,
};
pub use settings::{SettingsChange, SettingsPage, SettingsWrong};
pub use subtree::{SubtreeInput, SubtreePage};
pub use timeline::{TimelineInput, TimelinePage, TimelineParams};
