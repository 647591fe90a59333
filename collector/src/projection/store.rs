//! The projector's SQL: rows in, rows out, no decisions.

pub(super) mod table;
pub(super) mod session;
pub(super) mod event;
pub(super) mod alert;
pub(super) mod load;
pub(super) mod told;
pub(super) mod write;
pub(super) mod meta;
pub(super) mod dump;
