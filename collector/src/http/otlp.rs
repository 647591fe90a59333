//! `/v1/…`: exporters of OpenTelemetry post here, over HTTP, in protobuf or JSON.
//!
//! Whatever is answered, errors too, is in the encoding that was sent. What can be read is
//! recorded; what cannot is counted in the answer and not to be sent again.

use std::time::Duration;

use axum::{
    extract::{FromRef, FromRequest, Request, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use banyan_protocol::{
    limits::{BODY_READ_MAX_MS, OTLP_REQUEST_MAX_BYTES},
    otlp::{Encoding, Reply, Signal},
};
use bytes::Bytes;

use super::{
    body::{InFlight, Reservation, receive},
    error::{ApiError, Explained},
    meters::Meters,
};
use crate::ingest::{Ingest, OtlpError};

/// A whole request, decompressed.
#[derive(Debug)]
pub(super) struct Export {
    bytes: Bytes,
    encoding: Encoding,
    _share: Reservation,
}

/// Why a request is not taken, and in which encoding to say so.
#[derive(Debug)]
pub(super) struct Refusal(ApiError, Encoding);

impl<S> FromRequest<S> for Export
where
    InFlight: FromRef<S>,
    S: Sync,
{
    type Rejection = Refusal;

    async fn from_request(request: Request, state: &S) -> Result<Self, Refusal> {
        let (head, body) = request.into_parts();
        let Some(encoding) = encoding(&head.headers) else {
            return Err(Refusal(ApiError::OtlpContentType, Encoding::Json));
        };
        let in_flight = InFlight::from_ref(state);
        let limits = (OTLP_REQUEST_MAX_BYTES, Duration::from_millis(BODY_READ_MAX_MS));
        match receive(&head.headers, body, &in_flight, limits).await {
            Ok((bytes, share)) => Ok(Self { bytes, encoding, _share: share }),
            Err(ApiError::TooLarge) => Err(Refusal(ApiError::OtlpTooLarge, encoding)),
            Err(error) => Err(Refusal(error, encoding)),
        }
    }
}

/// Takes spans.
#[utoipa::path(
    post, path = "/v1/traces", tag = "events",
    request_body(
        description = "An `ExportTraceServiceRequest` of OTLP; gzip and zstd are understood",
        content((Object = "application/json"), (String = "application/x-protobuf")),
    ),
    responses(
        (status = 200, body = Object, description = "An `ExportTraceServiceResponse`; its partial success counts the spans that were refused"),
        (status = 400, body = Object, description = "Not an export request; a `google.rpc.Status`"),
        (status = 413, body = Object, description = "Larger than 16 MiB, or more than 50,000 spans or log records"),
        (status = 415, body = Object, description = "Neither protobuf nor JSON"),
        (status = 503, body = Object, description = "Try again later, as `Retry-After` says"),
    )
)]
pub(super) async fn traces(
    State(ingest): State<Ingest>,
    State(meters): State<Meters>,
    export: Result<Export, Refusal>,
) -> Response {
    take(&ingest, &meters, Signal::Traces, export).await
}

/// Takes log records.
#[utoipa::path(
    post, path = "/v1/logs", tag = "events",
    request_body(
        description = "An `ExportLogsServiceRequest` of OTLP; gzip and zstd are understood",
        content((Object = "application/json"), (String = "application/x-protobuf")),
    ),
    responses(
        (status = 200, body = Object, description = "An `ExportLogsServiceResponse`; its partial success counts the records that were refused"),
        (status = 400, body = Object, description = "Not an export request; a `google.rpc.Status`"),
        (status = 413, body = Object, description = "Larger than 16 MiB, or more than 50,000 spans or log records"),
        (status = 415, body = Object, description = "Neither protobuf nor JSON"),
        (status = 503, body = Object, description = "Try again later, as `Retry-After` says"),
    )
)]
pub(super) async fn logs(
    State(ingest): State<Ingest>,
    State(meters): State<Meters>,
    export: Result<Export, Refusal>,
) -> Response {
    take(&ingest, &meters, Signal::Logs, export).await
}

async fn take(
    ingest: &Ingest,
    meters: &Meters,
    signal: Signal,
    export: Result<Export, Refusal>,
) -> Response {
    let export = match export {
        Ok(export) => export,
        Err(refusal) => return refusal.into_response(),
    };
    let (encoding, bytes) = (export.encoding, export.bytes.clone());
    match meters.time(ingest.record_otlp(signal, encoding, bytes)).await {
        Ok(taken) => {
            let (refused, message) = (taken.refused, taken.message);
            answer(StatusCode::OK, encoding, &Reply::Taken { signal, refused, message })
        }
        Err(error) => failed(error.into(), encoding),
    }
}

impl From<OtlpError> for ApiError {
    fn from(error: OtlpError) -> Self {
        match error {
            OtlpError::Append(error) => Self::Append(error),
            OtlpError::Unreadable(message) => Self::OtlpUnreadable(message),
            OtlpError::TooManyItems => Self::OtlpTooMany,
            OtlpError::Lost(_) => Self::Panicked,
        }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let Self(error, encoding) = self;
        failed(error, encoding)
    }
}

/// The encoding of a request; what is not said is JSON for nobody.
fn encoding(headers: &HeaderMap) -> Option<Encoding> {
    let content_type = headers.get(header::CONTENT_TYPE)?.to_str().ok()?;
    let essence = content_type.split(';').next()?.trim();
    [Encoding::Json, Encoding::Protobuf]
        .into_iter()
        .find(|encoding| essence.eq_ignore_ascii_case(encoding.content_type()))
}

fn answer(status: StatusCode, encoding: Encoding, reply: &Reply) -> Response {
    let content_type = [(header::CONTENT_TYPE, encoding.content_type())];
    (status, content_type, reply.encode(encoding)).into_response()
}

/// The answer that everybody gets, with the body that exporters understand.
fn failed(error: ApiError, encoding: Encoding) -> Response {
    let detail = match &error {
        ApiError::OtlpUnreadable(message) => Some(format!("The request is {message}.")),
        _ => None,
    };
    let mut usual = error.into_response();
    let status = usual.status();
    let told = usual.extensions_mut().remove::<Explained>();
    let message = detail.or_else(|| told.map(|told| told.view.message)).unwrap_or_default();
    let mut response = answer(status, encoding, &Reply::Failed { code: code(status), message });
    let wait: Option<HeaderValue> = usual.headers_mut().remove(header::RETRY_AFTER);
    if let Some(wait) = wait {
        response.headers_mut().insert(header::RETRY_AFTER, wait);
    }
    response
}

/// The `google.rpc.Code` of a status.
fn code(status: StatusCode) -> i32 {
    match status {
        StatusCode::SERVICE_UNAVAILABLE => 14,
        StatusCode::TOO_MANY_REQUESTS => 8,
        StatusCode::REQUEST_TIMEOUT => 4,
        StatusCode::INTERNAL_SERVER_ERROR => 13,
        _ => 3,
    }
}
