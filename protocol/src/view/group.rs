use serde::Serialize;
use utoipa::ToSchema;

use super::Figures;

/// A tree of two or more sessions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct GroupView {
    /// 1, 2, 3 … in the order in which trees got their second session; never reused.
    pub number: u32,
    /// The text that stands for it on pages: `G7 ✚`.
    pub tag: String,
    /// Its own colour on light ground, `#rrggbb`; for group 1 the default primary colour.
    pub color_light: String,
    /// Its own colour on dark ground.
    pub color_dark: String,
    /// `solid`, `dashed` or `double`.
    pub line: String,
    /// The session at its root.
    pub root_session_id: String,
    /// Agent type of the root.
    pub agent_id: String,
    /// Goal of the root.
    pub goal: Option<String>,
    /// The whole tree's figures.
    pub subtree: Figures,
}
