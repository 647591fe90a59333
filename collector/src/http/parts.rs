//! The parts of the surface that handlers ask for: what one asks for is what it may use.

use axum::extract::FromRef;

use super::{Hub, InFlight, Ingest, LiveHub, LogId, Meters, Query, Site, Vitals};

impl FromRef<Site> for Ingest {
    fn from_ref(site: &Site) -> Self {
        site.0.rooms.ingest.clone()
    }
}

impl FromRef<Site> for Query {
    fn from_ref(site: &Site) -> Self {
        site.0.rooms.query.clone()
    }
}

impl FromRef<Site> for LogId {
    fn from_ref(site: &Site) -> Self {
        site.0.rooms.log.clone()
    }
}

impl FromRef<Site> for Hub {
    fn from_ref(site: &Site) -> Self {
        site.0.rooms.hub.clone()
    }
}

impl FromRef<Site> for LiveHub {
    fn from_ref(site: &Site) -> Self {
        site.0.rooms.live.clone()
    }
}

impl FromRef<Site> for Vitals {
    fn from_ref(site: &Site) -> Self {
        site.0.rooms.vitals.clone()
    }
}

impl FromRef<Site> for InFlight {
    fn from_ref(site: &Site) -> Self {
        site.0.in_flight.clone()
    }
}

impl FromRef<Site> for Meters {
    fn from_ref(site: &Site) -> Self {
        site.0.meters.clone()
    }
}
