//! `at=`: a session's tree as it was right behind an event of the log.

use banyan_dashboard as dashboard;
use banyan_protocol::Position;

use crate::{
    as_of::{AsOfError, Moment},
    http::{Site, error::ApiError},
    query::Query,
};

/// The moment `at`, as an address spells it, of the tree of session `id`. Whoever was acknowledged
/// can look at their event: `query`, which knows how things are now, catches up first.
pub(in crate::http) async fn moment(
    site: &Site,
    query: &Query,
    (id, at): (&str, &str),
) -> Result<Moment, ApiError> {
    let at: Position = at.parse().map_err(|_unreadable| ApiError::BadMoment)?;
    if at < 1 {
        return Err(ApiError::BadMoment);
    }
    let settled = query.settle().await;
    match site.as_of().moment(id, at).await {
        // It may be in the log already, where the view does not reach yet.
        Err(AsOfError::Future) if !settled.complete => Err(AsOfError::Busy.into()),
        moment => Ok(moment?),
    }
}

/// What the page says of it.
pub(super) fn shown(moment: &Moment) -> dashboard::Moment {
    let Moment { at, time, bounds, query: _ } = *moment;
    dashboard::Moment {
        at,
        time,
        first: bounds.first,
        last: bounds.last,
        previous: bounds.previous,
        next: bounds.next,
    }
}

impl From<AsOfError> for ApiError {
    fn from(error: AsOfError) -> Self {
        match error {
            AsOfError::Missing => Self::NoSession,
            AsOfError::Deleted => Self::SessionDeleted,
            AsOfError::Future
            | AsOfError::TooEarly
            | AsOfError::TooLarge
            | AsOfError::Busy
            | AsOfError::Database(_)
            | AsOfError::View(_)
            | AsOfError::Fold(_)
            | AsOfError::Place(_)
            | AsOfError::CutOff(_) => Self::Moment(error),
        }
    }
}
