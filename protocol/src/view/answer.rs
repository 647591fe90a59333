use serde::Serialize;
use serde_json::value::RawValue;
use utoipa::ToSchema;

use super::{
    AlertCount, AlertEntry, AlertKin, AlertView, EventView, GroupView, QuarantineView, Range,
    RecordedView, SessionView,
};

/// `GET /sessions`
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct SessionsAnswer {
    /// Newest first.
    pub sessions: Vec<SessionView>,
    /// Pass as `cursor=` to get the next page; absent on the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
    /// Only where `q` looks for words that more events say than were looked at: sessions may be
    /// missing here, or be here because what they said was not looked at.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub capped: bool,
}

/// `GET /sessions/{id}`
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct SessionAnswer {
    /// The session.
    pub session: SessionView,
    /// Its events, by sequence: all of them, or the first 100,000 and 64 MiB. Each is written once,
    /// when it is read.
    #[schema(value_type = Vec<EventView>)]
    pub events: Vec<Box<RawValue>>,
    /// How many more it has that are left out here; the export has all. Absent when none is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub events_omitted: Option<u64>,
    /// Its alerts, oldest evidence first.
    pub alerts: Vec<AlertView>,
}

/// `GET /alerts`
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct AlertsAnswer {
    /// By their evidence, newest first.
    pub alerts: Vec<AlertEntry>,
    /// How many there are of each rule, whatever was asked for.
    pub counts: Vec<AlertCount>,
    /// Open ones that are alike, most sessions first, as far as the newest thousand tell; of
    /// unnarrowed lists only.
    pub alike: Vec<AlertKin>,
    /// Pass as `cursor=` to get the next page; absent on the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
}

/// `DELETE /sessions/{id}`
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub struct DeletedAnswer {
    /// The deletion is on disk.
    pub ok: bool,
}

/// `GET /sessions/{id}/children`
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ChildrenAnswer {
    /// Direct children, by first mention.
    pub children: Vec<SessionView>,
    /// Pass as `cursor=` to get the next page; absent on the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
}

/// `GET /sessions/{id}/missing`
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct MissingAnswer {
    /// Sequence numbers never received, ascending.
    pub missing: Vec<Range>,
}

/// `GET /events`
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct EventsAnswer {
    /// In log order, each once.
    pub events: Vec<RecordedView>,
    /// Pass as `after=` to go on behind the last event.
    pub next: String,
}

/// `GET /groups`
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct GroupsAnswer {
    /// By number.
    pub groups: Vec<GroupView>,
    /// Pass as `after=` to get the next page; absent on the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<u32>,
}

/// `GET /quarantine`
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct QuarantineAnswer {
    /// Refused input, newest first.
    pub quarantine: Vec<QuarantineView>,
}

/// `GET /health`, as the reference answers it.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub struct HealthAnswer {
    /// The process answers.
    pub ok: bool,
    /// Which program answers; the reference has no such key.
    pub service: &'static str,
    /// Version of the collector.
    pub version: &'static str,
    /// Readers of `/stream` right now.
    pub subscribers: usize,
    /// Its process.
    pub pid: u32,
}

/// `GET /readyz`
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ReadyAnswer {
    /// Whether there is no reason against it.
    pub ready: bool,
    /// `storage_low`, `storage_failed`, `projection_lag`, `projection_failed`, `stopping`.
    pub reasons: Vec<&'static str>,
    /// Events in the log that the view does not cover yet.
    pub lag_events: i64,
}

/// `GET /`, for programs.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct IndexAnswer {
    /// `banyan`
    pub service: &'static str,
    /// Version of the collector.
    pub version: &'static str,
    /// The protocol that events are posted in.
    pub spec: &'static str,
    /// `GET /events`
    pub routes: Vec<String>,
}
