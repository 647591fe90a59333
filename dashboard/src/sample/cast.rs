//! Who took part in the sample session.

use banyan_protocol::{
    MicroDollars,
    view::{Attempt, CastAgent, CastSession, CastView},
};

use super::Voice;

/// Everything that can be said.
pub(super) fn large(voice: Voice<'_>) -> CastView {
    let agent = |name: &str, sessions, failed| CastAgent {
        agent_id: voice.say(name),
        sessions,
        failed,
        query: voice.say("under:coder agent:tester"),
    };
    let session = |id: &str, agent: &str, error: Option<&str>, cost| CastSession {
        id: voice.say(id),
        agent_id: voice.say(agent),
        goal: Some(voice.say("Run property tests")),
        error: error.map(|error| voice.say(error)),
        cost: Some(MicroDollars(cost)),
    };
    CastView {
        agents: vec![agent("tester", 28, 2), agent("coder", 1, 1), agent("reviewer", 1, 0)],
        more_agents: 2,
        first_failure: Some(session("tester-3", "tester", Some("exit 101"), 0)),
        dearest: vec![
            session("coder", "coder", None, 1_900_000),
            session("tester-1", "tester", None, 800_000),
        ],
        attempt: Some(Attempt { number: 2, of: 3 }),
        cut_at: None,
    }
}
