//! Afterwards: is every acknowledged event there, through the API, exactly once?

use std::{collections::HashMap, time::Duration};

use serde_json::Value;
use tokio::time::timeout;

use crate::{
    Failure,
    client::Connection,
    collector::{Collector, metric},
    drive::{Outcome, to_f64},
};

/// How long the projection may take to catch up before we call it broken.
const CATCH_UP_MAX: Duration = Duration::from_mins(10);

/// Waits until the view covers the head that the log has now.
pub(crate) async fn projected(connection: &mut Connection) -> Result<(), Failure> {
    timeout(CATCH_UP_MAX, async {
        while 0.0 < metric(connection, "banyan_projection_lag_events").await? {
            tokio::task::yield_now().await;
        }
        Ok::<(), Failure>(())
    })
    .await?
}

/// Reads the whole log through `GET /events` and fails unless it holds what `outcome` counted,
/// each event once, and each connection's last one.
pub(crate) async fn all_there(collector: &Collector, outcome: &Outcome) -> Result<(), Failure> {
    let mut connection = collector.connect().await?;
    projected(&mut connection).await?;
    let mut seen: HashMap<String, (i64, i64)> = HashMap::new();
    let mut path = "/events?limit=1000".to_owned();
    let mut count: u64 = 0;
    loop {
        let answer = connection.get(&path).await?.json()?;
        let events = answer.get("events").and_then(Value::as_array).ok_or("no events")?;
        for event in events {
            let event = event.get("event").ok_or("no event")?;
            let session = event.get("session_id").and_then(Value::as_str).ok_or("no session id")?;
            let sequence = event.get("sequence").and_then(Value::as_i64).ok_or("no sequence")?;
            let entry = seen.entry(session.to_owned()).or_default();
            *entry = (entry.0 + 1, entry.1.max(sequence));
            count += 1;
        }
        match (events.is_empty(), answer.get("next").and_then(Value::as_str)) {
            (false, Some(next)) => path = format!("/events?limit=1000&after={next}"),
            _ => break,
        }
    }
    // A session's events are posted in order, so as many as the largest number means: all, once.
    if let Some((session, found)) = seen.iter().find(|(_, found)| found.0 != found.1) {
        return Err(format!("{session} has {} events up to number {}", found.0, found.1).into());
    }
    for key in &outcome.last {
        let found = seen.get(&key.session_id()).map_or(0, |found| found.1);
        if found < i64::try_from(key.sequence)? {
            return Err(
                format!("{} ends at {found}, not {}", key.session_id(), key.sequence).into()
            );
        }
    }
    if count < outcome.acknowledged {
        return Err(format!("{} acknowledged, {count} there", outcome.acknowledged).into());
    }
    eprintln!(
        "verified: {count} events, each once ({:.0} acknowledged)",
        to_f64(outcome.acknowledged)
    );
    Ok(())
}
