//! Every limit on input, in one file. Values end in their unit. `banyan config` prints them.

/// A whole request body after decompression.
pub const REQUEST_MAX_BYTES: usize = 8 * 1024 * 1024;
/// One event inside a request.
pub const EVENT_MAX_BYTES: usize = 1024 * 1024;
/// Events in one request.
pub const REQUEST_MAX_EVENTS: usize = 1_000;
/// Nesting of arrays and objects in one event, the event object itself being level 1.
pub const NESTING_MAX_LEVELS: usize = 64;
/// `session_id`, `parent_session_id`, `agent_id`, `event_id`.
pub const ID_MAX_BYTES: usize = 256;
/// `session_id` and `agent_id` of a hook or a transcript: both together, and what stands between
/// them, are the id of a session.
pub const HOOK_ID_MAX_BYTES: usize = 127;
/// `type`.
pub const TYPE_MAX_BYTES: usize = 128;
/// Variants kept of one identity; further ones are counted as duplicates.
pub const VARIANTS_MAX_COUNT: usize = 8;
/// The largest `sequence`, `i64::MAX`: what every store can hold.
pub const SEQUENCE_MAX: u64 = 9_223_372_036_854_775_807;

/// Events that one session may send each second, in the long run: no honest agent comes near it.
pub const SESSION_RATE_MAX_EVENTS: i64 = 20_000;
/// Events that one session may send at once.
pub const SESSION_BURST_MAX_EVENTS: i64 = 60_000;

/// A whole request of OpenTelemetry's after decompression, and as it travels.
pub const OTLP_REQUEST_MAX_BYTES: usize = 16 * 1024 * 1024;
/// One span or log record with its resource and scope.
pub const OTLP_ITEM_MAX_BYTES: usize = 4 * 1024 * 1024;
/// Spans or log records in one request.
pub const OTLP_REQUEST_MAX_ITEMS: usize = 50_000;
/// Arrays and objects in one span or log record with its resource and scope: each attribute is
/// two. Hardly larger on the wire than two bytes, they take hundreds in memory.
pub const OTLP_ITEM_MAX_VALUES: usize = 20_000;
/// Spans or log records of one request that are kept when they are refused; the others are counted.
pub const OTLP_REFUSED_MAX_COUNT: usize = 20;
/// What is recorded of one request: each span and log record with the resource and scope that it
/// shares with others.
pub const OTLP_RECORDED_MAX_BYTES: usize = 64 * 1024 * 1024;

/// What may wait for the log's writer.
pub const LOG_QUEUE_MAX_BYTES: usize = 32 * 1024 * 1024;
/// What of the log is kept in memory for readers that keep up.
pub const LOG_RECENT_MAX_BYTES: usize = 16 * 1024 * 1024;
/// Refused requests and events that are kept, and those that may wait to be.
pub const QUARANTINE_MAX_ROWS: usize = 1_000;
/// How much of refused input is kept.
pub const QUARANTINED_MAX_BYTES: usize = 4 * 1024;

/// A request's head; also the buffer for one direction of one connection.
pub const HEAD_MAX_BYTES: usize = 64 * 1024;
/// A form of the dashboard: far more than any of ours holds.
pub const FORM_MAX_BYTES: usize = 4 * 1024;
/// A request body as it travels, before decompression.
pub const BODY_MAX_BYTES: usize = 8 * 1024 * 1024;
/// How many times larger a body may become when it is decompressed, once it has grown past
/// [`RATIO_FREE_BYTES`].
pub const DECOMPRESSION_MAX_RATIO: usize = 200;
/// Up to here a body may grow by any ratio.
pub const RATIO_FREE_BYTES: usize = 1024 * 1024;
/// All bodies together that are being received or recorded.
pub const BODIES_IN_FLIGHT_MAX_BYTES: usize = 64 * 1024 * 1024;
/// From the first byte of a request's head to its last.
pub const HEADER_READ_MAX_MS: u64 = 5_000;
/// From the end of a request's head to the last byte of its body.
pub const BODY_READ_MAX_MS: u64 = 10_000;
/// A connection on which nothing was asked for this long is closed.
pub const IDLE_CONNECTION_MAX_MS: u64 = 75_000;
/// A reader that takes no byte for this long is disconnected.
pub const WRITE_STALL_MAX_MS: u64 = 30_000;
/// Connections at the same time; further ones wait to be accepted.
pub const CONNECTIONS_MAX_COUNT: usize = 4_096;
/// Readers of `/stream` at the same time.
pub const STREAMS_MAX_COUNT: usize = 1_000;
/// A reader of `/stream` that is further behind than this gets a reset instead of the events.
pub const STREAM_LAG_MAX_EVENTS: i64 = 10_000;
/// Readers of `/live` at the same time.
pub const LIVE_MAX_COUNT: usize = 1_000;
/// Silence on `/stream` and `/live` after which a comment is sent.
pub const STREAM_PING_MS: u64 = 15_000;
/// Files (exports, what a search finds) that read the view at the same moment; the other readers
/// are for everybody else.
pub const FILE_READERS_MAX_COUNT: usize = 2;
/// How long a question waits for a reader of the view before it is told to come again.
pub const READER_WAIT_MAX_MS: u64 = 2_000;
/// How long a question waits for the view to cover what was in the log when it was asked.
pub const SETTLE_MAX_MS: u64 = 2_000;
/// Rows of one page of any list.
pub const PAGE_MAX_ROWS: u32 = 1_000;
/// Sessions of one `/sessions/{id}/tree`.
pub const TREE_MAX_SESSIONS: u32 = 10_000;
/// The largest distance between the log and the view at which the collector calls itself ready.
pub const READY_LAG_MAX_EVENTS: i64 = 100_000;

/// The largest count of tokens or steps that an event may state; larger ones are ignored.
pub const COUNT_MAX: u64 = 1_000_000_000_000_000;
/// The largest cost that an event may state, a billion dollars; larger ones are ignored.
pub const COST_MAX_MICRO_DOLLARS: i64 = 1_000_000_000_000_000;
/// The longest duration that an event may state, ten years; longer ones are ignored.
pub const DURATION_MAX_MICROS: i64 = 10 * 365 * 24 * 3600 * 1_000_000;
/// A feed row's text.
pub const LINE_MAX_BYTES: usize = 2_000;
/// A feed row's title.
pub const TITLE_MAX_BYTES: usize = 200;
/// What one event adds to the full-text index.
pub const SEARCH_TEXT_MAX_BYTES: usize = 8 * 1024;

/// All of them, as `banyan config` prints them.
#[expect(clippy::as_conversions, reason = "constants, checked by eye: none is negative")]
pub const ALL: [(&str, u64); 48] = [
    ("request_max_bytes", REQUEST_MAX_BYTES as u64),
    ("event_max_bytes", EVENT_MAX_BYTES as u64),
    ("request_max_events", REQUEST_MAX_EVENTS as u64),
    ("nesting_max_levels", NESTING_MAX_LEVELS as u64),
    ("id_max_bytes", ID_MAX_BYTES as u64),
    ("hook_id_max_bytes", HOOK_ID_MAX_BYTES as u64),
    ("type_max_bytes", TYPE_MAX_BYTES as u64),
    ("variants_max_count", VARIANTS_MAX_COUNT as u64),
    ("sequence_max", SEQUENCE_MAX),
    ("session_rate_max_events", SESSION_RATE_MAX_EVENTS as u64),
    ("session_burst_max_events", SESSION_BURST_MAX_EVENTS as u64),
    ("otlp_request_max_bytes", OTLP_REQUEST_MAX_BYTES as u64),
    ("otlp_item_max_bytes", OTLP_ITEM_MAX_BYTES as u64),
    ("otlp_request_max_items", OTLP_REQUEST_MAX_ITEMS as u64),
    ("otlp_item_max_values", OTLP_ITEM_MAX_VALUES as u64),
    ("otlp_refused_max_count", OTLP_REFUSED_MAX_COUNT as u64),
    ("otlp_recorded_max_bytes", OTLP_RECORDED_MAX_BYTES as u64),
    ("log_queue_max_bytes", LOG_QUEUE_MAX_BYTES as u64),
    ("log_recent_max_bytes", LOG_RECENT_MAX_BYTES as u64),
    ("quarantine_max_rows", QUARANTINE_MAX_ROWS as u64),
    ("quarantined_max_bytes", QUARANTINED_MAX_BYTES as u64),
    ("head_max_bytes", HEAD_MAX_BYTES as u64),
    ("form_max_bytes", FORM_MAX_BYTES as u64),
    ("body_max_bytes", BODY_MAX_BYTES as u64),
    ("decompression_max_ratio", DECOMPRESSION_MAX_RATIO as u64),
    ("ratio_free_bytes", RATIO_FREE_BYTES as u64),
    ("bodies_in_flight_max_bytes", BODIES_IN_FLIGHT_MAX_BYTES as u64),
    ("header_read_max_ms", HEADER_READ_MAX_MS),
    ("body_read_max_ms", BODY_READ_MAX_MS),
    ("idle_connection_max_ms", IDLE_CONNECTION_MAX_MS),
    ("write_stall_max_ms", WRITE_STALL_MAX_MS),
    ("connections_max_count", CONNECTIONS_MAX_COUNT as u64),
    ("streams_max_count", STREAMS_MAX_COUNT as u64),
    ("stream_lag_max_events", STREAM_LAG_MAX_EVENTS as u64),
    ("live_max_count", LIVE_MAX_COUNT as u64),
    ("stream_ping_ms", STREAM_PING_MS),
    ("file_readers_max_count", FILE_READERS_MAX_COUNT as u64),
    ("reader_wait_max_ms", READER_WAIT_MAX_MS),
    ("settle_max_ms", SETTLE_MAX_MS),
    ("page_max_rows", PAGE_MAX_ROWS as u64),
    ("tree_max_sessions", TREE_MAX_SESSIONS as u64),
    ("ready_lag_max_events", READY_LAG_MAX_EVENTS as u64),
    ("count_max", COUNT_MAX),
    ("cost_max_micro_dollars", COST_MAX_MICRO_DOLLARS as u64),
    ("duration_max_micros", DURATION_MAX_MICROS as u64),
    ("line_max_bytes", LINE_MAX_BYTES as u64),
    ("title_max_bytes", TITLE_MAX_BYTES as u64),
    ("search_text_max_bytes", SEARCH_TEXT_MAX_BYTES as u64),
];

#[cfg(test)]
mod tests {
    #[test]
    fn every_limit_is_listed() {
        let declared = include_str!("limits.rs")
            .lines()
            .filter_map(|line| line.strip_prefix("pub const ")?.split(':').next())
            .filter(|name| *name != "ALL")
            .map(str::to_lowercase);
        assert!(declared.eq(super::ALL.map(|(name, _)| name.to_owned())));
    }
}
