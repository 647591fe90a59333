//! The HTTP surface: the router on one screen, one file per resource.
//!
//! Must not name `log`, `projection` or SQL.
