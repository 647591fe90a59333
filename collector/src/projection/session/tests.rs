//! What a session is, by what was received of it.

mod faults;
mod laws;
mod mini;
mod rules;
mod status;
mod totals;
