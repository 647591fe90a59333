//! What the facts mean. Pure: one file a subject, each with a table of cases.

mod agents;
mod clock;
mod collector;
mod data;
mod events;
mod ports;
mod settings;

#[cfg(test)]
mod tests;

use super::{facts::Facts, finding::Finding};

/// Everything that was found, in the order in which a person should read it.
pub(super) fn findings(facts: &Facts) -> Vec<Finding> {
    [
        settings::judge(&facts.settings),
        ports::judge(facts),
        collector::judge(facts),
        data::judge(facts.path.as_deref(), facts.data.as_ref()),
        clock::judge(facts.now, facts.data.as_ref()),
        agents::judge(facts.agents.as_deref(), &facts.settings),
        events::judge(facts.now, facts.data.as_ref()),
    ]
    .concat()
}
