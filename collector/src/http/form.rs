//! Forms that people send: small, and sent in time.

use std::time::Duration;

use axum::{
    body::Body,
    extract::{FromRequest, Request},
    http::header,
};
use banyan_protocol::limits::{BODY_READ_MAX_MS, FORM_MAX_BYTES};
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use serde::de::DeserializeOwned;

use super::error::ApiError;

const FORM: &str = "application/x-www-form-urlencoded";

/// The fields of a form; unknown ones are passed over, one that comes twice is an error.
#[derive(Clone, Copy, Debug)]
pub(super) struct Form<T>(pub(super) T);

impl<T: DeserializeOwned, S: Sync> FromRequest<S> for Form<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, _state: &S) -> Result<Self, ApiError> {
        let (head, body) = request.into_parts();
        let content_type = head.headers.get(header::CONTENT_TYPE);
        if !content_type.is_some_and(|content| content.as_bytes().starts_with(FORM.as_bytes())) {
            return Err(ApiError::FormType);
        }
        let limit = Duration::from_millis(BODY_READ_MAX_MS);
        let bytes = tokio::time::timeout(limit, collect(body));
        let bytes = bytes.await.map_err(|_elapsed| ApiError::BodyTimeout)??;
        serde_urlencoded::from_bytes(&bytes).map(Self).map_err(|_unreadable| ApiError::Form)
    }
}

async fn collect(body: Body) -> Result<bytes::Bytes, ApiError> {
    match Limited::new(body, FORM_MAX_BYTES).collect().await {
        Ok(all) => Ok(all.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => Err(ApiError::FormTooLarge),
        Err(_cut) => Err(ApiError::BodyCut),
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize, PartialEq)]
    struct Fields {
        hue: Option<String>,
    }

    async fn send(content_type: &str, body: &str) -> Result<Fields, ApiError> {
        let request = Request::builder().header(header::CONTENT_TYPE, content_type);
        let request = request.body(Body::from(body.to_owned())).unwrap();
        Form::from_request(request, &()).await.map(|Form(fields)| fields)
    }

    #[tokio::test]
    async fn forms_are_read() {
        for (body, hue) in [
            ("", None),
            ("hue=", Some("")),
            ("hue=2+1%2F2&theme=x", Some("2 1/2")),
            ("theme=x", None),
        ] {
            let hue = hue.map(str::to_owned);
            assert_eq!(send(FORM, body).await.unwrap(), Fields { hue }, "{body}");
        }
        assert!(send("application/x-www-form-urlencoded; charset=UTF-8", "hue=1").await.is_ok());
    }

    #[tokio::test]
    async fn other_bodies_are_not() {
        let long = "x".repeat(FORM_MAX_BYTES + 1);
        assert!(matches!(send("text/plain", "hue=1").await, Err(ApiError::FormType)));
        assert!(matches!(send("application/json", "{}").await, Err(ApiError::FormType)));
        assert!(matches!(send(FORM, "hue=1&hue=2").await, Err(ApiError::Form)));
        assert!(matches!(send(FORM, &long).await, Err(ApiError::FormTooLarge)));
    }
}
