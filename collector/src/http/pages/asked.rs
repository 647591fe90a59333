//! What the pages about one session have in common: who asks, for which session, in which way.

use axum::{
    extract::{FromRef as _, FromRequestParts},
    http::request::Parts,
};
use banyan_dashboard::{Chrome, Preferences};
use banyan_protocol::{Position, view::SessionView};

use super::{chrome, params::PageParams, person::preferences};
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
    /// Answers what the page asks.
    pub(super) query: Query,
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
        chrome(&self.site, self.preferences, Some(as_of))
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
        Ok(Self {
            site: site.clone(),
            preferences: preferences(&parts.headers),
            query: Query::from_ref(site),
            id: id.ok_or(ApiError::NoSession)?,
            params,
        })
    }
}
