//! `/quarantine`: input that was refused, with the reasons.

use axum::response::Response;
use banyan_dashboard::QuarantinePage;
use banyan_protocol::view::QuarantineView;

use super::{Person, chrome, render};
use crate::http::{Site, error::ApiError};

/// The list.
pub(in crate::http) fn show(
    site: &Site,
    person: &Person,
    refused: &[QuarantineView],
) -> Result<Response, ApiError> {
    render(&QuarantinePage::new(chrome(site, person.preferences, None), refused))
}
