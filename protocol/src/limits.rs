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
/// `type`.
pub const TYPE_MAX_BYTES: usize = 128;
/// Variants kept of one identity; further ones are counted as duplicates.
pub const VARIANTS_MAX_COUNT: usize = 8;
/// The largest `sequence`, `i64::MAX`: what every store can hold.
pub const SEQUENCE_MAX: u64 = 9_223_372_036_854_775_807;
