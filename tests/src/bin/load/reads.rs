//! Latency of the big reads, on a store with many sessions.

use std::{fmt::Write as _, time::Instant};

use crate::{
    Failure, Plan,
    client::Connection,
    collector::Collector,
    drive::{self, Load, Stop, histogram, micros, to_f64},
    report::Report,
    verify,
};

/// Events of the long session, sessions of the wide tree.
const BIG: usize = 10_000;
/// Events of one session of the load's scenario.
const SESSION_EVENTS: u64 = 40;
/// Requests of each kind.
const REQUESTS: usize = 100;

/// `GET /sessions`, a session of 10,000 events, a tree of 10,000 sessions, and the pages.
pub(crate) async fn big(plan: &Plan, sessions: usize, report: &mut Report) -> Result<(), Failure> {
    let collector = Collector::start(plan, &[]).await?;
    let fill = Load {
        connections: 8,
        batch: 500,
        stop: Stop::Events(u64::try_from(sessions)? * SESSION_EVENTS),
        first_worker: 0,
    };
    drive::closed(collector.address(), &fill).await?;
    // Not before: a connection that says nothing for so long is closed.
    let mut connection = collector.connect().await?;
    post_long_session(&mut connection).await?;
    post_wide_tree(&mut connection).await?;
    verify::projected(&mut connection).await?;

    let cases = [
        ("GET /sessions, 100 rows", "/sessions?limit=100", "≤ 5 ms", 5.0),
        ("a session of 10,000 events", "/sessions/load-long", "≤ 25 ms", 25.0),
        ("a tree of 10,000 sessions", "/sessions/load-wide/tree?limit=20000", "≤ 60 ms", 60.0),
    ];
    for (figure, path, target, bound) in cases {
        let (p50, p95, bytes) = latency(&mut connection, path).await?;
        report.add(
            format!("{figure}, at {sessions} sessions"),
            format!("p50 {p50:.1} ms"),
            (target, p50 <= bound),
            format!("p95 {p95:.1} ms, {:.0} kB", to_f64(bytes) / 1e3),
        );
    }
    let page = "/sessions/load-7-0-1/tree";
    for (figure, path) in [("GET /groups", "/groups"), ("a small tree", page)] {
        let (p50, p95, bytes) = latency(&mut connection, path).await?;
        let note = format!("p95 {p95:.1} ms, {:.0} kB", to_f64(bytes) / 1e3);
        report.tell(format!("{figure}, at {sessions} sessions"), format!("p50 {p50:.1} ms"), note);
    }
    Ok(())
}

async fn latency(connection: &mut Connection, path: &str) -> Result<(f64, f64, u64), Failure> {
    let mut latency = histogram()?;
    let mut bytes = 0;
    for _ in 0..REQUESTS {
        let begun = Instant::now();
        let answer = connection.get(path).await?;
        latency.saturating_record(micros(begun.elapsed()));
        if answer.status != 200 {
            return Err(format!("{path} answers {}", answer.status).into());
        }
        bytes = u64::try_from(answer.body.len())?;
    }
    let ms = |quantile| to_f64(latency.value_at_quantile(quantile)) / 1_000.0;
    Ok((ms(0.50), ms(0.95), bytes))
}

async fn post_long_session(connection: &mut Connection) -> Result<(), Failure> {
    post_lines(connection, |line, number| {
        let _ = write!(
            line,
            r#"{{"spec":"aop/1.0","session_id":"load-long","agent_id":"coder","sequence":{number},"timestamp":"2026-11-20T11:00:00Z","type":"cognition.thought","payload":{{"reasoning":"Thought number {number} looks at the next of very many small steps and finds that it is like the ones before it, so it goes on to the one after it without changing its plan.","confidence":"high"}}}}"#
        );
    })
    .await
}

async fn post_wide_tree(connection: &mut Connection) -> Result<(), Failure> {
    post_lines(connection, |line, number| {
        let _ = match number {
            1 => write!(
                line,
                r#"{{"spec":"aop/1.0","session_id":"load-wide","agent_id":"orchestrator","sequence":1,"timestamp":"2026-11-20T11:00:00Z","type":"session.started","payload":{{"goal":"Ten thousand small jobs"}}}}"#
            ),
            n => write!(
                line,
                r#"{{"spec":"aop/1.0","session_id":"load-wide-{n}","parent_session_id":"load-wide","agent_id":"worker","sequence":1,"timestamp":"2026-11-20T11:00:00Z","type":"session.started","payload":{{"goal":"Job {n} of very many"}}}}"#
            ),
        };
    })
    .await
}

async fn post_lines(
    connection: &mut Connection,
    write: impl Fn(&mut String, usize),
) -> Result<(), Failure> {
    let numbers: Vec<usize> = (1..=BIG).collect();
    for chunk in numbers.chunks(1_000) {
        let mut body = String::new();
        for number in chunk {
            write(&mut body, *number);
            body.push('\n');
        }
        match connection.post_events(body.as_bytes(), "application/x-ndjson").await? {
            200 => {}
            status => return Err(format!("a batch was answered with {status}").into()),
        }
    }
    Ok(())
}
