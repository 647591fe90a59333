//! Sends what an agent does to a Banyan (or any other AOP) collector.
//!
//! ```no_run
//! use banyan_client::Client;
//! use serde_json::json;
//!
//! let agent = Client::new("researcher");
//! let session = agent.session("Compare five tools", ());
//! let call = agent.tool("web_search", json!({ "query": "agent observability" }));
//! call.succeeded("Found ten");
//! session.completed("Two of them are worth a look");
//! ```
//!
//! Reading order: [`client`] (what an agent says), [`work`] (the same around a piece of work),
//! [`builder`], [`spawn`] and [`place`] (how an agent finds its place in the tree), [`wire`] (how an
//! event is written down), [`outbox`] and [`post`] (how it gets there). No async runtime, no TLS; `http://`
//! only.

mod client;
mod work;
mod builder;
mod spawn;
mod place;
mod counter;
mod wire;
mod outbox;
mod post;

pub use builder::Builder;
pub use client::{Client, Outcome};
pub use outbox::Stats;
pub use place::{FromHeader, from_baggage};
pub use spawn::Spawn;
pub use wire::Fields;
pub use work::{SessionWork, ToolWork};

#[cfg(test)]
mod tests;
