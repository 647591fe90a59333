//! An incident: failures in a row, a helper that goes silent, a person to wait for.

use crate::demo::{
    agent::{Agent, Stage},
    dialect::Ending,
    line::Line::{Call, Decide, Devour, Doubt, Fail, Goal, Memory, Next, Service, Think},
    manner::HASTY,
};

/// Silence of the query watcher: long enough to be called a stall when it speaks again.
const SILENCE_MS: u64 = 390_000;

/// Plays the story from `at` on.
pub(super) fn play(stage: &mut Stage, at: u64) {
    let mut lead = Agent::root(stage, "incident-commander", HASTY, at);
    lead.start(
        stage,
        "p99 of payments-api is above 4 s since 11:02: find the cause, bring it back below 400 ms",
    );
    lead.perform(stage, &[
        Service("pagerduty", "POST", "/incidents/PX31/acknowledge", 202),
        Service("datadog", "GET", "/api/v1/query?query=p99:payments.request", 200),
        Goal("Know within five minutes whether it is the deployment of 10:58"),
        Next("The latency rose four minutes after a deployment, but the database also shows a new plan.", "look at logs, database and deployment at the same time"),
    ]);
    let logs = logs(stage, &mut lead);
    inspector(stage, &mut lead);
    watcher(stage, &mut lead);
    lead.join(stage, &[logs]);
    lead.perform(stage, &[
        Decide("roll back to build 1841", &["raise the pool size", "wait for the database team"], "The rollback is known to be safe and takes two minutes. The pool would only hide the cause."),
    ]);
    lead.ask(stage, "waiting for the engineer on call to approve the rollback", 34_000);
    let deployer = deployer(stage, &mut lead);
    lead.join(stage, &[deployer]);
    lead.perform(stage, &[
        Think("The rollback failed because the node pool has no quota left. Scaling the old build down first frees enough."),
        Call("Kubectl", "scale deploy/payments-api-canary --replicas=0", "scaled"),
        Call("Kubectl", "rollout undo deploy/payments-api --to-revision=1841", "deployment rolled back, 12 of 12 pods ready"),
        Service("datadog", "GET", "/api/v1/query?query=p99:payments.request", 200),
        Memory("write", "incidents/PX31", "cause: build 1842 opened a connection per request; fix: rolled back at 11:09"),
    ]);
    lead.end(stage, Ending::Completed("p99 is back at 310 ms. Build 1842 opened one database connection per request; rolled back to 1841."));
}

fn logs(stage: &mut Stage, lead: &mut Agent) -> Agent {
    let mut analyst = lead
        .spawn(stage, "log-analyst", "What changed in the logs of payments-api at 11:02?")
        .wake(stage);
    analyst.perform(
        stage,
        &[
            Call(
                "Logs",
                "service:payments-api level:error since:10:50",
                "3,114 lines; 2,980 of them 'pool timed out'",
            ),
            Call(
                "Logs",
                "service:payments-api 'opening connection' since:10:50",
                "0 before 10:58, 41,200 after",
            ),
            Next("Connections are opened per request since the deployment.", "find the commit"),
            Call(
                "Bash",
                "git log --oneline 1841..1842 -- crates/db",
                "9c1e2aa db: Make the client cheap to clone",
            ),
            // Reading everything at once was not the cheapest way to be sure.
            Call("Logs", "trace:7fe1 | stats by span", "1 connect per request, 38 ms each"),
            Devour("Logs", "service:payments-api since:10:50 | dump", "412,000 lines read"),
        ],
    );
    analyst.end(
        stage,
        Ending::Completed(
            "Since build 1842 every request opens its own connection (commit 9c1e2aa).",
        ),
    )
}

/// Goes silent in the middle of its work and is never heard of again.
fn inspector(stage: &mut Stage, lead: &mut Agent) {
    let mut inspector = lead.spawn(stage, "db-inspector", "Is a query plan to blame?").wake(stage);
    inspector.perform(
        stage,
        &[
            Call(
                "Sql",
                "select query, mean_exec_time from pg_stat_statements order by 2 desc limit 5",
                "5 rows; the first one 2,140 ms",
            ),
            Doubt("Whether the new plan is the cause or only what waits for connections"),
        ],
    );
    let _never_ends = inspector.begin(stage, "Sql", &serde_json::json!({ "query": "explain (analyze, buffers) select * from ledger where settled_at is null" }));
}

/// Goes silent for minutes, and comes back.
fn watcher(stage: &mut Stage, lead: &mut Agent) {
    let mut watcher = lead
        .spawn(stage, "replica-watcher", "Watch the lag of the replicas until the incident is over")
        .wake(stage);
    for lag in ["0.2 s", "0.3 s", "0.2 s", "0.4 s", "0.3 s"] {
        watcher
            .perform(stage, &[Call("Sql", "select max(replay_lag) from pg_stat_replication", lag)]);
    }
    watcher.now += SILENCE_MS;
    watcher.perform(
        stage,
        &[
            Think(
                "My connection was gone for six minutes; the proxy had dropped it without a word.",
            ),
            Call("Sql", "select max(replay_lag) from pg_stat_replication", "0.2 s"),
        ],
    );
    watcher.end(stage, Ending::Completed("No lag above 0.4 s was seen; six minutes are missing."));
}

/// Fails five times in a row, and then for good.
fn deployer(stage: &mut Stage, lead: &mut Agent) -> Agent {
    let mut deployer =
        lead.spawn(stage, "deployer", "Roll payments-api back to build 1841").wake(stage);
    for (argument, error) in [
        (
            "rollout undo deploy/payments-api",
            "error: pods 'payments-api-6f' exceed quota: requests.cpu 48 of 48 used",
        ),
        (
            "rollout undo deploy/payments-api --timeout=5m",
            "error: timed out waiting for the condition",
        ),
        (
            "delete pod -l app=payments-api,build=1842",
            "error: forbidden: PodDisruptionBudget allows 0 disruptions",
        ),
        ("rollout undo deploy/payments-api --cascade=orphan", "error: unknown flag: --cascade"),
        ("rollout restart deploy/payments-api", "error: exceed quota: requests.cpu 48 of 48 used"),
    ] {
        deployer.perform(stage, &[Fail("Kubectl", argument, error)]);
    }
    deployer.end(
        stage,
        Ending::Failed("No CPU quota is left for the old build; the rollback cannot start."),
    )
}
