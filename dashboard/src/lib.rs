//! The dashboard: a pure function from views to HTML.
//!
//! Knows the protocol's views and askama; must not know axum, tokio, sqlx, or what time it is:
//! `now` comes in with the page.

pub mod colour;
