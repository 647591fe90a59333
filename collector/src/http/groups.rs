//! `GET /groups`: trees of two or more, with their colours.

#![expect(unused_qualifications, reason = "written by the macro that describes the route")]

use axum::extract::State;
use banyan_dashboard::colour;
use banyan_protocol::{
    limits::PAGE_MAX_ROWS,
    view::{ErrorView, GroupView, GroupsAnswer},
};
use serde::Deserialize;
use utoipa::IntoParams;

use super::{
    LogId,
    error::ApiError,
    params::{FromView, Params},
};
use crate::query::{Group, Query};

/// Which groups.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Page {
    /// Groups with larger numbers than this one.
    #[param(default = 0)]
    after: Option<u32>,
    /// At most this many.
    #[param(minimum = 1, maximum = 1_000, default = 100)]
    limit: Option<u32>,
}

/// Groups, by number.
#[utoipa::path(
    get, path = "/groups", tag = "sessions", params(Page),
    responses((status = 200, body = GroupsAnswer), (status = 400, body = ErrorView))
)]
pub(super) async fn list(
    State(query): State<Query>,
    State(log): State<LogId>,
    Params(page): Params<Page>,
) -> Result<FromView<GroupsAnswer>, ApiError> {
    let limit = page.limit.unwrap_or(100).clamp(1, PAGE_MAX_ROWS);
    let settled = query.settle().await;
    let groups = query.groups(page.after.unwrap_or(0), limit).await?;
    let full = u32::try_from(groups.len()) == Ok(limit);
    let next = groups.last().filter(|_| full).map(|last| last.number);
    let groups = groups.into_iter().map(|group| dressed(group, &log)).collect();
    Ok(FromView(settled, GroupsAnswer { groups, next }))
}

/// With the colours that this log gives it.
fn dressed(group: Group, log: &LogId) -> GroupView {
    let Group { number, root } = group;
    let (light, dark) = colour::group_colours(log.as_str(), number);
    GroupView {
        number,
        tag: colour::tag(number),
        color_light: light.to_string(),
        color_dark: dark.to_string(),
        line: colour::line(number).to_owned(),
        root_session_id: root.id,
        agent_id: root.agent_id,
        goal: root.goal,
        subtree: root.subtree,
    }
}
