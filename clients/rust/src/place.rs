//! How an agent that was started finds who started it: in its environment, or in the headers of
//! the request (W3C Baggage). What comes in headers is a stranger's word: only session ids are
//! read from it, never where to send.

use std::{
    process::Command,
    sync::atomic::{AtomicBool, Ordering},
};

use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

/// Where agents send when nothing else is said.
const DEFAULT_ENDPOINT: &str = "http://127.0.0.1:4317";
const ID_MAX_BYTES: usize = 256;
const SESSION: &str = "banyan.session";
const PARENT_SESSION: &str = "banyan.parent_session";

/// Whether a client of this process is the session that the process was started to be.
static TAKEN: AtomicBool = AtomicBool::new(false);

/// The collector that the environment names, or this machine's own.
pub(crate) fn endpoint() -> String {
    let named = variable("BANYAN_ENDPOINT").or_else(|| variable("AOP_ENDPOINT"));
    named.unwrap_or_else(|| DEFAULT_ENDPOINT.to_owned())
}

/// The session that this process was started to be. It is handed out once.
pub(crate) fn take_session() -> Option<String> {
    let session = own_session()?;
    (!TAKEN.swap(true, Ordering::Relaxed)).then_some(session)
}

/// Who started this process; once somebody is the process's own session, that session.
pub(crate) fn parent() -> Option<String> {
    let own = own_session().filter(|_| TAKEN.load(Ordering::Relaxed));
    own.or_else(|| accepted(variable("BANYAN_PARENT_SESSION")?))
}

fn own_session() -> Option<String> {
    accepted(variable("BANYAN_SESSION")?)
}

#[expect(clippy::disallowed_methods, reason = "this is the client's configuration")]
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// Tells a process that will be started where it is.
pub(crate) fn tell(command: &mut Command, endpoint: &str, parent: &str, session: Option<&str>) {
    command.env("BANYAN_ENDPOINT", endpoint).env("BANYAN_PARENT_SESSION", parent);
    match session {
        Some(session) => command.env("BANYAN_SESSION", session),
        None => command.env_remove("BANYAN_SESSION"),
    };
}

/// The value of a `baggage` header for a service that works below `parent`.
pub(crate) fn baggage(parent: &str, session: Option<&str>) -> String {
    let member = |name, id| format!("{name}={}", utf8_percent_encode(id, NON_ALPHANUMERIC));
    let own = session.map(|session| format!(",{}", member(SESSION, session)));
    member(PARENT_SESSION, parent) + &own.unwrap_or_default()
}

/// What a `baggage` header said: pass it to [`crate::Builder::found`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FromHeader {
    /// The session that the called service is.
    pub session: Option<String>,
    /// The session that called it.
    pub parent: Option<String>,
}

/// Reads the value of a `baggage` header; anything unreadable in it counts as absent.
pub fn from_baggage(value: &str) -> FromHeader {
    let mut found = FromHeader::default();
    for member in value.split(',') {
        let pair = member.split(';').next().unwrap_or_default();
        let Some((name, value)) = pair.split_once('=') else { continue };
        let id = || {
            let decoded = percent_decode_str(value.trim()).decode_utf8().ok()?;
            accepted(decoded.into_owned())
        };
        match name.trim() {
            SESSION => found.session = id(),
            PARENT_SESSION => found.parent = id(),
            _ => {}
        }
    }
    found
}

/// `id`, if a collector would take it.
fn accepted(id: String) -> Option<String> {
    let fits = !id.is_empty() && id.len() <= ID_MAX_BYTES && !id.chars().any(char::is_control);
    fits.then_some(id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_are_read_as_they_were_written() {
        for parent in ["plain", "with space, and=comma;/ü", "agent:main:subagent:1"] {
            for session in [None, Some("child;1")] {
                let value = format!("tenant=7;x=y, {}", baggage(parent, session));
                let found = FromHeader {
                    session: session.map(str::to_owned),
                    parent: Some(parent.to_owned()),
                };
                assert_eq!(from_baggage(&value), found, "{value}");
            }
        }
    }

    #[test]
    fn a_strangers_header_is_not_believed_blindly() {
        let long = format!("banyan.session={}", "x".repeat(300));
        for value in ["", "x", "banyan.session", "banyan.session=%00", "banyan.session=%ff", &long]
        {
            assert_eq!(from_baggage(value), FromHeader::default(), "{value}");
        }
    }
}
