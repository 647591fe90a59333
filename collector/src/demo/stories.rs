//! The stories of the demo, and when each begins.

mod errands;
mod flaky_test;
mod incident;
mod pipeline;
mod report;
mod triage;

use super::{
    agent::{Agent, Stage},
    dialect::Ending,
    line::Line::{Call, Fail, Think},
    manner::SILENT,
};

/// Everything, from the first second to the last errand.
pub(super) fn play(stage: &mut Stage) {
    linter(stage, 0);
    report::play(stage, 600);
    flaky_test::play(stage, 3_000);
    incident::play(stage, 16_000);
    pipeline::play(stage, 26_000);
    triage::play(stage, 55_000);
    errands::play(stage, 140_000);
}

/// A session that stays alone: a tree of one, and no group.
fn linter(stage: &mut Stage, at: u64) {
    let mut linter = Agent::root(stage, "nightly-linter", SILENT, at);
    linter.start(stage, "Lint what changed since yesterday");
    linter.perform(
        stage,
        &[
            Call("Bash", "git diff --stat origin/main@{yesterday}", "14 files changed, 402 insertions(+), 97 deletions(-)"),
            Call("Bash", "cargo clippy --workspace -- -D warnings", "Finished in 41.7s, no warnings"),
            Fail("Bash", "npm run lint", "exit 1: 3 problems in web/src/cart.ts (unused import ×2, no-floating-promises)"),
            Think("Two of the three are trivial. The floating promise can lose an order when the tab closes, so it goes into the summary first."),
        ],
    );
    linter.end(
        stage,
        Ending::Completed(
            "3 findings, one of them worth a look: unawaited saveCart() in web/src/cart.ts:88.",
        ),
    );
}
