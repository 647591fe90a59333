//! Loads a fixture into a running collector.

use std::{
    io,
    net::SocketAddr,
    time::{Duration, Instant},
};

use banyan_tests::{
    fixture::Fixture,
    harness::{Answer, Client, Connection, request},
};
use hyper::Method;

/// Events and bytes of one request; the collector takes 1,000 and 8 MiB.
const BATCH_EVENTS: usize = 1_000;
const BATCH_MAX_BYTES: usize = 4 * 1024 * 1024;
/// What large sets may take to become visible.
const VISIBLE_MAX: Duration = Duration::from_mins(10);

/// Posts all of `fixture` and waits until all of it can be seen.
pub(crate) fn post(fixture: Fixture, address: SocketAddr) -> io::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let begun = Instant::now();
        let mut connection = Connection::open(address).await?;
        let (mut batch, mut waiting, mut events) = (String::new(), 0, 0);
        for line in fixture.lines() {
            if waiting == BATCH_EVENTS || BATCH_MAX_BYTES < batch.len() + line.len() {
                send(&mut connection, std::mem::take(&mut batch)).await?;
                waiting = 0;
            }
            batch.push_str(&line);
            batch.push('\n');
            (waiting, events) = (waiting + 1, events + 1);
        }
        send(&mut connection, batch).await?;
        let posted = begun.elapsed();
        visible(&Client::new(address)).await?;
        let visible = begun.elapsed();
        eprintln!("{events} events posted in {posted:.1?}, visible after {visible:.1?}");
        Ok(())
    })
}

async fn send(connection: &mut Connection, batch: String) -> io::Result<()> {
    let headers = [("content-type", "application/x-ndjson")];
    let ask = request(Method::POST, "/events", &headers, batch);
    let answer = connection.send(ask).await.map_err(io::Error::other)?;
    if answer.status != 200 {
        return Err(io::Error::other(format!("{}: {}", answer.status, answer.text())));
    }
    Ok(())
}

/// Every read waits a while for the view; one that says it waited in vain is asked again.
async fn visible(client: &Client) -> io::Result<()> {
    let begun = Instant::now();
    let is_behind = |answer: &Answer| answer.header("banyan-as-of").contains("behind");
    while is_behind(&client.get("/sessions?limit=1").await) {
        if VISIBLE_MAX < begun.elapsed() {
            return Err(io::Error::other("posted, but not visible in time"));
        }
    }
    Ok(())
}
