//! The query part of a URL, and the header that says how far the view was.

use axum::{
    extract::{FromRequestParts, Query},
    http::{HeaderName, HeaderValue, request::Parts},
    response::{IntoResponse, Response},
};
use serde::{Serialize, de::DeserializeOwned};

use super::{error::ApiError, pieces};
use crate::query::Settled;

/// Parameters of the URL; unknown ones are passed over, wrong ones are an error.
#[derive(Clone, Copy, Debug)]
pub(super) struct Params<T>(pub(super) T);

impl<T: DeserializeOwned, S: Sync> FromRequestParts<S> for Params<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, ApiError> {
        match Query::try_from_uri(&parts.uri) {
            Ok(Query(params)) => Ok(Self(params)),
            Err(_unreadable) => Err(ApiError::Query),
        }
    }
}

/// Says up to which position of the log an answer goes, and whether that was all of it.
pub(super) const AS_OF: HeaderName = HeaderName::from_static("banyan-as-of");

/// An answer read from the view.
#[derive(Clone, Copy, Debug)]
pub(super) struct FromView<T>(pub(super) Settled, pub(super) T);

impl<T: Serialize> IntoResponse for FromView<T> {
    fn into_response(self) -> Response {
        let Self(settled, answer) = self;
        let mut response = pieces::json(&answer);
        response.headers_mut().insert(AS_OF, as_of(settled));
        response
    }
}

/// The same for an answer that may be megabytes.
#[derive(Clone, Copy, Debug)]
pub(super) struct LongFromView<T>(pub(super) Settled, pub(super) T);

impl<T: Serialize + Send + 'static> IntoResponse for LongFromView<T> {
    fn into_response(self) -> Response {
        let Self(settled, answer) = self;
        let mut response = pieces::json_at_length(answer);
        response.headers_mut().insert(AS_OF, as_of(settled));
        response
    }
}

/// `17`, or `17;behind` when the view had not caught up in time.
pub(super) fn as_of(Settled { as_of, complete }: Settled) -> HeaderValue {
    if complete {
        return HeaderValue::from(as_of);
    }
    HeaderValue::try_from(format!("{as_of};behind")).unwrap_or(HeaderValue::from(as_of))
}
