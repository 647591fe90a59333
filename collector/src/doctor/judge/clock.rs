//! The machine's clock, next to what was received by it.

use banyan_protocol::Timestamp;

use super::super::{
    facts::{Data, Log},
    finding::{Check, Finding},
    words,
};

/// 2026-01-01: no machine that runs this program is younger.
const WRITTEN: Timestamp = Timestamp::from_micros(1_767_225_600_000_000);
/// What may lie in the future: clocks are set by small steps, and disks round.
const FUTURE_MAX_MICROS: i64 = 5_000_000;

pub(super) fn judge(now: Timestamp, data: Option<&Data>) -> Vec<Finding> {
    vec![clock(now, data)]
}

fn clock(now: Timestamp, data: Option<&Data>) -> Finding {
    let mend = "set the clock, and keep it so: `timedatectl set-ntp true`";
    if now < WRITTEN {
        let what = format!("says {}, before this program was written", now.to_rfc3339());
        return Check::Clock.error(what, mend);
    }
    let received = data.and_then(last_received);
    let changed = data.and_then(|data| data.changed_at);
    let ahead = |moment: Option<Timestamp>| {
        moment.map(|it| it.since(now)).filter(|ahead| FUTURE_MAX_MICROS < *ahead)
    };
    if let Some(ahead) = ahead(received) {
        let span = words::span(ahead);
        let what = format!("the newest entry was received {span} from now: it went backwards");
        return Check::Clock.error(what, mend);
    }
    if let Some(ahead) = ahead(changed) {
        let span = words::span(ahead);
        let what = format!("the data was written {span} from now: it went backwards");
        return Check::Clock.warning(what, mend);
    }
    Check::Clock.ok(match received.or(changed) {
        Some(_) => "after everything that was recorded".to_owned(),
        None => format!("says {}; there is nothing to compare it with", now.to_rfc3339()),
    })
}

fn last_received(data: &Data) -> Option<Timestamp> {
    match data.log.as_ref()? {
        Log::Readable { contents, .. } => contents.heard.first().map(|heard| heard.received_at),
        Log::Newer(_) | Log::Damaged(_) | Log::Unreadable(_) => None,
    }
}
