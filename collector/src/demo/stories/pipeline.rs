//! A nightly pipeline whose workers speak long before their coordinator: orphans, then adopted.

use crate::demo::{
    agent::{Agent, Stage},
    dialect::Ending,
    line::Line::{Call, Devour, Fail, Memory, Next, Service, Think},
    manner::{HASTY, SILENT},
};

/// How much later than its workers the coordinator speaks: its events wait in a queue.
const COORDINATOR_LATE_MS: u64 = 70_000;

/// Plays the story from `at` on.
pub(super) fn play(stage: &mut Stage, at: u64) {
    let mut coordinator = Agent::root(stage, "etl-coordinator", SILENT, at);
    let mut orders = coordinator.child(stage, "etl-worker");
    orders.start(stage, "Load the orders of 2026-11-19");
    orders.perform(stage, &[
        Call("Sql", "copy orders from 's3://lake/orders/2026-11-19/'", "1,204,118 rows"),
        Call("Python", "validate(orders)", "12 rows without a currency"),
        Next("Twelve of a million can be set to the shop's own currency, which is what finance does by hand.", "repair and go on"),
        Call("Sql", "update orders set currency = shop_currency where currency is null", "12 rows"),
        Call("Sql", "merge into mart.orders using orders", "1,204,118 rows merged"),
    ]);
    let orders =
        orders.end(stage, Ending::Completed("1,204,118 orders loaded, 12 currencies repaired."));
    coordinator.now += 4_000;
    let events = clickstream(stage, &coordinator);
    coordinator.now = at + COORDINATOR_LATE_MS;
    coordinator.start(stage, "Nightly load of 2026-11-19");
    coordinator.perform(
        stage,
        &[
            Memory("read", "watermark/orders", "2026-11-18T23:59:59Z"),
            Call(
                "Sql",
                "select count(*) from mart.orders where day = date '2026-11-19'",
                "1,204,118",
            ),
        ],
    );
    let spike = profiler(stage, &mut coordinator);
    coordinator.join(stage, &[orders, events, spike]);
    coordinator.perform(
        stage,
        &[
            Memory("write", "watermark/orders", "2026-11-19T23:59:59Z"),
            Service("slack", "POST", "/api/chat.postMessage", 200),
        ],
    );
    coordinator.end(stage, Ending::Cancelled("Orders are in. The clickstream was cancelled: its schema changed and needs a decision."));
}

/// Another orphan; it has a child of its own and is cancelled.
fn clickstream(stage: &mut Stage, coordinator: &Agent) -> Agent {
    let mut worker = coordinator.child(stage, "etl-worker");
    worker.start(stage, "Load the clickstream of 2026-11-19");
    worker.perform(
        stage,
        &[
            Call("Sql", "copy clicks from 's3://lake/clicks/2026-11-19/'", "88,410,226 rows"),
            Fail(
                "Python",
                "validate(clicks)",
                "SchemaError: column 'referrer' is a struct since 14:00, was text",
            ),
        ],
    );
    let mut differ =
        worker.spawn(stage, "schema-differ", "What changed in clicks.referrer?").wake(stage);
    differ.perform(
        stage,
        &[
            Call(
                "Bash",
                "schema-diff clicks 2026-11-18 2026-11-19",
                "referrer: text → struct<host text, path text>",
            ),
            Think("The change is deliberate: the web team announced it two weeks ago."),
        ],
    );
    let differ = differ.end(
        stage,
        Ending::Completed("A deliberate change from text to a struct of host and path."),
    );
    worker.join(stage, &[differ]);
    worker.end(
        stage,
        Ending::Cancelled(
            "Stopped: the new shape of referrer needs a decision by the owners of the mart.",
        ),
    )
}

/// Small steps, and then one that costs as much as all others together: a cost spike.
fn profiler(stage: &mut Stage, coordinator: &mut Agent) -> Agent {
    let mut profiler = Agent::root(stage, "cost-profiler", HASTY, coordinator.now);
    coordinator.announce(stage, &mut profiler, "Which query of last night was the dearest?");
    let mut profiler = profiler.wake(stage);
    for table in ["orders", "shops", "refunds", "vouchers", "clicks", "stock"] {
        let query = format!("select sum(bytes_billed) from jobs where destination = '{table}'");
        profiler.perform(stage, &[Call("Sql", &query, "1 row")]);
    }
    profiler.perform(
        stage,
        &[
            Devour(
                "Sql",
                "select * from jobs where day = date '2026-11-19'",
                "61,000 rows, all of them put into the prompt",
            ),
            Think("That was a costly way to read a table. An aggregate would have done."),
        ],
    );
    profiler.end(
        stage,
        Ending::Completed("The merge of orders was the dearest: 41 % of the night's bill."),
    )
}
