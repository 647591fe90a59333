//! One request, from guard to headers: what every answer has in common, on every route.

use std::{convert::Infallible, panic::AssertUnwindSafe};

use axum::{
    Router,
    body::Body,
    http::{Request, Response},
    response::IntoResponse as _,
};
use futures_util::FutureExt as _;
use hyper::{
    body::Incoming,
    service::{HttpService, service_fn},
};
use tower::Service as _;

use super::{
    Site,
    error::{ApiError, Explained},
    guard::Guard,
    headers,
    pages::{self, Person},
    socket::Peer,
    sse::UntilGone,
};

/// Where the requests of one listener are answered.
#[derive(Clone, Debug)]
pub(super) struct Desk {
    site: Site,
    router: Router,
    guard: Guard,
}

impl Desk {
    pub(super) fn new(site: Site, guard: Guard) -> Self {
        Self { router: super::router(site.clone()), site, guard }
    }

    /// The service of one connection.
    pub(super) fn serve(
        self,
        peer: Peer,
    ) -> impl HttpService<Incoming, ResBody = Body, Error = Infallible, Future: Send> {
        service_fn(move |request: Request<Incoming>| {
            let (desk, peer) = (self.clone(), peer.clone());
            peer.asked();
            async move {
                let response = desk.answer(request.map(Body::new), Some(&peer)).await;
                peer.answered();
                Ok(response)
            }
        })
    }

    /// One request. A page that streams ends when `peer` leaves.
    pub(super) async fn answer(
        self,
        request: Request<Body>,
        peer: Option<&Peer>,
    ) -> Response<Body> {
        let Self { site, mut router, guard } = self;
        let person = Person::of(request.method(), request.uri(), request.headers());
        let allowed = guard.check(request.method(), request.uri(), request.headers());
        if allowed.is_ok() && person.is_some() {
            site.count_alerts().await;
        }
        let mut response = match allowed {
            Ok(()) => match AssertUnwindSafe(router.call(request)).catch_unwind().await {
                Ok(Ok(response)) => response,
                Ok(Err(never)) => match never {},
                Err(_panic) => ApiError::Panicked.into_response(),
            },
            Err(error) => error.into_response(),
        };
        if let Some(explained) = response.extensions_mut().remove::<Explained>()
            && let Some(person) = person
        {
            response = pages::error(&site, response, &explained, &person);
        }
        if let (Some(_), Some(peer)) = (response.extensions_mut().remove::<UntilGone>(), peer) {
            response = UntilGone::wrap(response, peer.clone());
        }
        headers::secure(response.headers_mut());
        response
    }
}
