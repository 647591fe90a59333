//! `banyan demo`: a scenario of several agent teams, and a player that posts it.
//!
//! The scenario is a pure function of its seed: what every agent says, and when, in milliseconds
//! after the beginning. The player is an ordinary client: it knows the collector's address and
//! nothing else, and sends through the public `POST /events`. Must not name any other room but
//! the clock.

mod agent;
mod dialect;
mod dice;
mod event;
mod line;
mod manner;
mod player;
mod stories;
#[cfg(test)]
mod tests;

pub(crate) use self::{
    event::Timed,
    player::{Speed, play},
};
#[cfg(test)]
use player::PlayError;

/// All events of half an hour of work, in the order in which they are due. The same seed gives
/// the same events.
pub(crate) fn scenario(seed: u64) -> Vec<Timed> {
    let mut stage = agent::Stage::new(seed);
    stories::play(&mut stage);
    stage.into_events()
}
