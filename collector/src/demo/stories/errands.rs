//! Everyday work without end: small trees put together by the dice, one after the other.

use crate::demo::{
    agent::{Agent, Stage},
    dialect::Ending,
    line::Line::{Call, Decide, Doubt, Fail, Goal, Memory, Next, Service, Think, Unsure},
    manner::{CAREFUL, CODING, HASTY, Manner, SILENT},
};

/// When the last errand begins.
const LAST_AT_MS: u64 = 28 * 60 * 1_000;
/// The mean time between two errands.
const EVERY_MS: u64 = 27_000;
/// Levels below an errand's root.
const DEPTH_MAX_LEVELS: u64 = 3;

const MANNERS: [Manner; 4] = [CAREFUL, CODING, HASTY, SILENT];
const SERVICES: [&str; 8] =
    ["billing", "search", "checkout", "inventory", "mailer", "gateway", "ledger", "profiles"];
const ROOTS: [&str; 4] = ["orchestrator", "tech-lead", "release-manager", "planner"];
const HELPERS: [&str; 8] = [
    "coder",
    "reviewer",
    "test-writer",
    "code-explorer",
    "doc-writer",
    "benchmarker",
    "dependency-auditor",
    "migrator",
];
const GOALS: [&str; 8] = [
    "Upgrade the TLS library of {} without a restart of its clients",
    "Cut the start-up time of {} in half",
    "Write the migration for the new address format in {}",
    "Find out why {} uses 300 MB more since Tuesday",
    "Replace the hand-written retry in {} by the shared one",
    "Answer the security review of {}: 4 findings",
    "Split the settings page of {} into three",
    "Prepare the release notes of {}",
];
const PARTS: [&str; 8] = [
    "Read the code of {} and list what depends on it",
    "Write the tests that {} lacks before anything is changed",
    "Make the change in {} and keep the interface",
    "Measure {} before and after",
    "Review the change in {} for races and leaks",
    "Update the runbook of {}",
    "Look for the same mistake outside of {}",
    "Ask the owners of {} about the two open questions",
];
const ERRORS: [&str; 5] = [
    "exit 101: thread 'main' panicked: index out of bounds: the len is 3 but the index is 3",
    "error: could not compile 2 targets: mismatched types, expected `u64`, found `i64`",
    "connect ECONNREFUSED 10.0.3.17:5432",
    "429 Too Many Requests: retry after 20 s",
    "CONFLICT (content): merge conflict in Cargo.lock",
];
const REASONS: [&str; 4] = [
    "The old client still calls the removed endpoint; this needs its owner first.",
    "Two tests contradict each other, and nobody here knows which one is right.",
    "The staging database is gone since noon.",
    "The change would break the public interface.",
];

/// Plays errands from `at` on.
pub(super) fn play(stage: &mut Stage, at: u64) {
    let mut at = at;
    while at <= LAST_AT_MS {
        errand(stage, at);
        at += stage.dice.around(EVERY_MS);
    }
}

fn errand(stage: &mut Stage, at: u64) {
    let manner = stage.dice.pick(&MANNERS);
    let kind = stage.dice.pick(&ROOTS);
    let service = stage.dice.pick(&SERVICES);
    let mut root = Agent::root(stage, kind, manner, at);
    let goal = stage.dice.pick(&GOALS).replace("{}", service);
    root.start(stage, &goal);
    team(stage, &mut root, service, 1);
    let summary = format!("Done: {service} is in better shape than an hour ago; all checks pass.");
    finish(stage, root, &summary);
}

/// Works a little, hands parts to helpers, waits for them, and works a little more.
fn team(stage: &mut Stage, agent: &mut Agent, service: &'static str, level: u64) {
    work(stage, agent, service);
    let mut helpers = Vec::new();
    let helpers_max = if level <= DEPTH_MAX_LEVELS { 5 - level } else { 1 };
    for _ in 0..stage.dice.between(0, helpers_max) + u64::from(level == 1) {
        let kind = stage.dice.pick(&HELPERS);
        let part = stage.dice.pick(&PARTS).replace("{}", service);
        let helper = agent.spawn(stage, kind, &part);
        if stage.dice.chance(8) {
            continue; // Spawned, and never heard of.
        }
        let mut helper = helper.wake(stage);
        team(stage, &mut helper, service, level + 1);
        if stage.dice.chance(4) {
            continue; // Went silent.
        }
        let summary = format!("{kind}: finished with {service}.");
        helpers.push(finish(stage, helper, &summary));
    }
    agent.join(stage, &helpers);
    work(stage, agent, service);
}

/// A few lines that the dice choose.
fn work(stage: &mut Stage, agent: &mut Agent, service: &str) {
    for _ in 0..stage.dice.between(1, 5) {
        let file = format!("services/{service}/src/lib.rs");
        let command = format!("cargo nextest run -p {service}");
        let endpoint = format!("/internal/{service}/health");
        let passed = format!("{} tests run, all passed", stage.dice.between(40, 400));
        let commits = format!("git log --oneline -5 -- services/{service}");
        let lines = format!("{} lines", stage.dice.between(60, 900));
        let key = format!("notes/{service}");
        let error = stage.dice.pick(&ERRORS);
        let line = match stage.dice.between(0, 16) {
            0 | 1 => Call("Read", &file, &lines),
            2 | 3 => Call("Edit", &file, "+12 -7"),
            4 | 5 => Call("Bash", &command, &passed),
            6 => Fail("Bash", &command, error),
            7 => Call("Bash", &commits, "5 commits"),
            8 => Service("status", "GET", &endpoint, 200),
            9 => Memory("write", &key, "what was learned so far"),
            10 => Think(
                "The smallest change that helps is to move the check before the loop; everything else can stay.",
            ),
            11 => Next(
                "The interface is used in two places only, so it can change with them.",
                "change both callers in one commit",
            ),
            12 => Unsure(
                "The name says that it caches, but I cannot find where anything is ever taken out again.",
            ),
            13 => Doubt("Whether the nightly job still needs the old column"),
            14 => Goal("Leave the interface as it is"),
            _ => Decide(
                "do it in two steps",
                &["one large change", "leave it"],
                "Two small reviews are faster than a large one.",
            ),
        };
        agent.perform(stage, &[line]);
    }
}

/// Ends well nearly always.
fn finish(stage: &mut Stage, agent: Agent, summary: &str) -> Agent {
    let reason = stage.dice.pick(&REASONS);
    let ending = match stage.dice.between(0, 100) {
        0..9 => Ending::Failed(reason),
        9..12 => Ending::Cancelled("Not needed any more: somebody else has done it."),
        12..14 => Ending::TimedOut("Out of time with one check to go."),
        _ => Ending::Completed(summary),
    };
    agent.end(stage, ending)
}
