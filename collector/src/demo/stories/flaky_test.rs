//! A coding assistant hunts a flaky test: runs it in a loop, then delegates.

use crate::demo::{
    agent::{Agent, Stage},
    dialect::Ending,
    line::{
        Line::{Call, Decide, Fail, Next, Think},
        input,
    },
    manner::CODING,
};

const RERUN: &str = "cargo nextest run -p checkout cart::merges_guest_cart";
const FLAKE: &str =
    "exit 100: cart::merges_guest_cart FAILED: left: 2 items, right: 3 items (1 of 1 run)";

/// Plays the story from `at` on.
pub(super) fn play(stage: &mut Stage, at: u64) {
    let mut main = Agent::root(stage, "claude-code", CODING, at);
    main.start(stage, "The checkout test merges_guest_cart fails about once in five runs on CI. Find out why and fix it.");
    main.perform(
        stage,
        &[
            Think("First I want to see it fail here, otherwise I would be fixing a guess."),
            Call("Read", "services/checkout/tests/cart.rs", "214 lines"),
        ],
    );
    let runner = runner(stage, &mut main);
    let reader = reader(stage, &mut main);
    main.join(stage, &[runner, reader]);
    main.perform(stage, &[
        Next("Both findings fit: the merge reads the guest cart before the last write of the test has been flushed.", "make the merge wait for the flush"),
        Decide("await the flush inside merge()", &["sleep in the test", "retry the test three times"], "The race is real: customers can lose an item too. Hiding it in the test would be wrong."),
        Call("Edit", "services/checkout/src/cart/merge.rs", "+6 -2"),
        Fail("Bash", "cargo check -p checkout", "error[E0728]: `await` is only allowed inside `async` functions"),
        Call("Edit", "services/checkout/src/cart/merge.rs", "+3 -3, merge() is async now"),
        Call("Bash", "cargo check -p checkout", "Finished in 6.1s"),
    ]);
    let prover = prover(stage, &mut main);
    main.join(stage, &[prover]);
    main.perform(
        stage,
        &[Call(
            "Bash",
            "git commit -am 'checkout: Await the flush before merging carts'",
            "[fix-merge 4be1f07] 2 files changed",
        )],
    );
    main.end(stage, Ending::Completed("Fixed. merge() read the guest cart before its last write was flushed; it now awaits the flush. 200 runs in a row are green."));
}

/// Runs the same command again and again: a loop.
fn runner(stage: &mut Stage, main: &mut Agent) -> Agent {
    let call = main.begin(
        stage,
        "Agent",
        &input("Agent", "Run merges_guest_cart until it fails, keep the log"),
    );
    let mut runner = main
        .spawn(stage, "test-runner", "Run merges_guest_cart until it fails, keep the log")
        .wake(stage);
    for outcome in [
        "1 test run: 1 passed",
        "1 test run: 1 passed",
        "1 test run: 1 passed",
        "1 test run: 1 passed",
    ] {
        runner.perform(stage, &[Call("Bash", RERUN, outcome)]);
    }
    runner.perform(
        stage,
        &[
            Fail("Bash", RERUN, FLAKE),
            Call("Bash", "cp target/nextest/default/junit.xml /tmp/flake.xml", ""),
        ],
    );
    let runner =
        runner.end(stage, Ending::Completed("Failed on the fifth run; log in /tmp/flake.xml."));
    main.join(stage, std::slice::from_ref(&runner));
    main.finish(stage, &call, Ok("Failed on the fifth run; log in /tmp/flake.xml."), 2_100);
    runner
}

fn reader(stage: &mut Stage, main: &mut Agent) -> Agent {
    let call = main.begin(
        stage,
        "Agent",
        &input("Agent", "Read the merge code and list every await between write and read"),
    );
    let mut reader = main
        .spawn(
            stage,
            "code-explorer",
            "Read the merge code and list every await between write and read",
        )
        .wake(stage);
    reader.perform(stage, &[
        Call("Bash", "rg -n 'fn merge' services/checkout/src", "cart/merge.rs:31, cart/merge.rs:88"),
        Call("Read", "services/checkout/src/cart/merge.rs", "142 lines"),
        Call("Read", "services/checkout/src/store/buffer.rs", "97 lines"),
        Think("put() only queues the write. Nothing between put() and the read in merge() waits for the queue."),
    ]);
    let reader = reader.end(
        stage,
        Ending::Completed("There is no await between the queued write and the read: a race."),
    );
    main.join(stage, std::slice::from_ref(&reader));
    main.finish(
        stage,
        &call,
        Ok("There is no await between the queued write and the read: a race."),
        1_700,
    );
    reader
}

/// A helper that the assistant starts from a script: nobody announces it.
fn prover(stage: &mut Stage, main: &mut Agent) -> Agent {
    let mut prover = main.child(stage, "stress-script");
    prover.start(stage, "Run merges_guest_cart 200 times under load");
    for runs in ["50", "100", "150", "200"] {
        let argument = format!("./stress.sh --until {runs}");
        let result = format!("{runs} runs, 0 failures");
        prover.perform(stage, &[Call("Bash", &argument, &result)]);
    }
    prover.end(stage, Ending::Completed("200 runs, 0 failures."))
}
