//! Alerts of a session one of whose events came too late for [`super::alerts::Recent`]: walks all of
//! its events again.

use std::pin::pin;

use banyan_protocol::{EventKey, Flags, Timestamp};
use futures_util::StreamExt as _;
use sqlx::SqliteConnection;

use super::{
    alerts::{Replay, Replayed, Slim},
    decode::{Origin, again},
    node::No,
    rows::EventRow,
    store::load::{Told, told},
};

/// Walks the stored events of session `no` together with those of the batch, `fresh`.
pub(super) async fn replay(
    connection: &mut SqliteConnection,
    no: No,
    fresh: &[EventRow],
) -> Result<Replayed, sqlx::Error> {
    let mut fresh: Vec<Told> = fresh.iter().filter(|row| row.session_no == no).map(tell).collect();
    fresh.sort_unstable_by_key(stamp);
    let mut fresh = fresh.into_iter().peekable();
    let mut walk = Replay::default();
    let mut stored = pin!(told(connection, no));
    while let Some(event) = stored.next().await.transpose()? {
        while let Some(earlier) = fresh.next_if(|row| stamp(row) < stamp(&event)) {
            see(&mut walk, &earlier);
        }
        see(&mut walk, &event);
    }
    fresh.for_each(|row| see(&mut walk, &row));
    Ok(walk.finish())
}

fn stamp(event: &Told) -> (Option<i64>, i64) {
    (event.sequence, event.key)
}

fn tell(row: &EventRow) -> Told {
    Told {
        sequence: row.sequence,
        key: row.key,
        received_at: row.received_at,
        flags: u32::try_from(row.flags).unwrap_or(0),
        raw: row.raw.clone(),
    }
}

fn see(walk: &mut Replay, event: &Told) {
    let origin = Origin {
        key: EventKey::from_stored(event.key),
        received_at: Timestamp::from_micros(event.received_at),
        digest: [0; 16],
    };
    if let Some(recorded) = again(origin, &event.raw, Flags::from_bits(event.flags)) {
        walk.see(&Slim::read(&recorded));
    }
}
