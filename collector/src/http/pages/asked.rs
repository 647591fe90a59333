//! What the pages about one session have in common: who asks, for which session, in which way.

use axum::{
    extract::{FromRef as _, FromRequestParts},
    http::request::Parts,
};
use banyan_dashboard::{self as dashboard, Chrome, Preferences};
use banyan_protocol::{Position, view::SessionView};

use super::{chrome, params::PageParams, past, person::preferences};
use crate::{
    http::{
        Site,
        error::ApiError,
        id::SessionId,
        session::{Found, find},
    },
    query::{Query, Settled},
};

/// A page about a session, as it was asked for.
#[derive(Clone, Debug)]
pub(in crate::http) struct Asked {
    site: Site,
    preferences: Preferences,
    /// Answers what the page asks: as things are now, or as they were at `moment`.
    pub(super) query: Query,
    /// What the page shows, when it looks back.
    moment: Option<dashboard::Moment>,
    /// The session's id: from the path, or from `/s?id=`.
    pub(super) id: String,
    /// The rest of the address.
    pub(super) params: PageParams,
}

impl Asked {
    /// The session, and how far the view was when it was read.
    pub(super) async fn find(&self) -> Result<(Settled, SessionView), ApiError> {
        let Found { settled, session } = find(&self.query, &self.id).await?;
        Ok((settled, session))
    }

    /// The frame of the page, which shows the view as of a position.
    pub(super) fn chrome(&self, as_of: Position) -> Chrome {
        let chrome = chrome(&self.site, self.preferences, Some(as_of));
        let now = self.moment.map_or(chrome.now, |moment| moment.time);
        Chrome { now, moment: self.moment, ..chrome }
    }

    /// The position of the moment, for links that keep it.
    pub(super) fn at(&self) -> Option<Position> {
        self.moment.map(|moment| moment.at)
    }
}

impl FromRequestParts<Site> for Asked {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, site: &Site) -> Result<Self, ApiError> {
        let Ok(params) = PageParams::from_request_parts(parts, site).await;
        let id = match parts.uri.path() {
            "/s" => params.id.clone(),
            _ => SessionId::in_uri(&parts.uri).map(|SessionId(id)| id),
        };
        let id = id.ok_or(ApiError::NoSession)?;
        let (mut query, mut moment) = (Query::from_ref(site), None);
        if let Some(at) = &params.at {
            let then = past::moment(site, &query, (&id, at)).await?;
            moment = Some(past::shown(&then));
            query = then.query;
        }
        let preferences = preferences(&parts.headers);
        Ok(Self { site: site.clone(), preferences, query, moment, id, params })
    }
}
