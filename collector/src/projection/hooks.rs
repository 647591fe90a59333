//! Hooks of coding agents → events. One pure function per harness, from what the session told so
//! far ([`Told`]) and the next hook to events, so that a better translation is one rebuild away.
//!
//! Hooks carry no time and no count. So their events have the time of receipt, no sequence (they
//! are ordered by arrival), and an `event_id` made of the hook's own ids, or of its bytes where it
//! has none: a hook that is delivered twice is one event.
//!
//! **A sub-agent is a session of its own**, and its parent is claimed by spawns of three degrees
//! of certainty, of which the surest counts, whenever it comes: the harness named the child in the
//! result of a call; or the child began right after a call for its kind; or nobody else is known
//! than the main session. So hooks in any order end in the right tree ([`links`]).
//!
//! Must not know the clock, the view or what becomes of the events.
//!
//! The hook itself is carried in the event, under the key `hook`: the inspector shows it.
//!
//! Transcripts of Claude Code, which are read after the fact, are translated here as well
//! ([`transcript`]): they tell of the same sessions, so what hooks and lines told is one state.
//!
//! Reading order: [`claude_code`] and [`codex`] (what differs), [`mod@translate`] (what each hook
//! says), [`transcript`], [`told`], [`links`], [`draft`].

mod claude_code;
mod codex;
mod draft;
mod links;
mod repeats;
mod result;
mod told;
mod transcript;
mod translate;

use banyan_protocol::{
    Timestamp,
    hook::{Harness, Hook},
    transcript::Transcript,
};

use super::translated::Translated;
use draft::Origin;
pub(super) use told::Told;
pub(super) use transcript::NAME as TRANSCRIPT;

/// The most events that one hook is translated into.
const EVENTS_MAX_COUNT: usize = 200;

/// The events that `hook` says, received at `at`, given what its session told so far.
pub(super) fn translate(
    harness: Harness,
    told: &mut Told,
    hook: &Hook<'_>,
    at: Timestamp,
) -> Vec<Translated> {
    let mut drafts = match harness {
        Harness::ClaudeCode => claude_code::translate(told, hook, at),
        Harness::Codex => codex::translate(told, hook, at),
    };
    told.heard(at);
    drafts.truncate(EVENTS_MAX_COUNT);
    let origin = Origin::hook(harness, hook);
    drafts.iter().map(|draft| draft.write(&origin, at)).collect()
}

/// The events that a line of a transcript says, received at `at`, given what its session told so
/// far.
pub(super) fn translate_line(
    told: &mut Told,
    line: &Transcript<'_>,
    received_at: Timestamp,
) -> Vec<Translated> {
    let (at, mut drafts) = transcript::translate(told, line, received_at);
    drafts.truncate(EVENTS_MAX_COUNT);
    let origin = Origin::transcript(transcript::NAME, line);
    drafts.iter().map(|draft| draft.write(&origin, at)).collect()
}

#[cfg(test)]
mod tests;
