//! The data directory, room on its disk, the log and the view.

use std::path::Path;

use super::super::{
    facts::{Data, Log, Place},
    finding::{Check, Finding},
    words,
};
use crate::{
    log::{Contents, Holder, Room},
    projection::ViewSeen,
};

/// Room is worth a word below this many times the limit.
const ROOM_AMPLE_TIMES: u64 = 2;

pub(super) fn judge(path: Option<&Path>, data: Option<&Data>) -> Vec<Finding> {
    let Some(path) = path else {
        let mend = "name it with --data or BANYAN_DATA";
        return vec![Check::Data.error("nobody knows where the data is", mend)];
    };
    let about = path.display().to_string();
    let Some(data) = data else {
        let what = "the disk did not answer in time";
        return vec![Check::Data.unknown(what, "look at the disk, or at its network").about(about)];
    };
    let mut findings = vec![directory(data).about(&about)];
    if let Some(kind) = &data.network {
        let what = format!("is on a network file system ({kind}), which a collector refuses");
        let mend = "choose a directory on a local disk with --data";
        findings.push(Check::Data.error(what, mend).about(&about));
    }
    findings.extend(data.room.map(space));
    if matches!(data.place, Place::Directory { .. }) {
        findings.extend(stores(data));
    }
    findings
}

fn directory(data: &Data) -> Finding {
    let owner = "make its files yours (`chown -R`), or choose another with --data";
    match &data.place {
        Place::Missing { above, is_writable: true } => {
            Check::Data.ok(format!("not there yet; a collector makes it in {}", above.display()))
        }
        Place::Missing { above, is_writable: false } => {
            let what = format!("not there, and {} may not be written to", above.display());
            Check::Data.error(what, "choose another with --data, or ask for the right to write")
        }
        Place::NotADirectory(file) => {
            let what = format!("{} is not a directory", file.display());
            Check::Data.error(what, "move it away, or choose another with --data")
        }
        Place::Unreadable(error) => {
            Check::Data.error(format!("cannot be looked at: {error}"), owner)
        }
        Place::Directory { is_writable: false, .. } => {
            Check::Data.error("may not be written to by you", owner)
        }
        Place::Directory { is_open: true, .. } => {
            Check::Data.warning("other people of this machine may look into it", "chmod 700 it")
        }
        Place::Directory { .. } => Check::Data.ok(match data.holder {
            Holder::Collector { pid: Some(pid) } => format!("held by the collector, pid {pid}"),
            Holder::Collector { pid: None } => "held by a collector".to_owned(),
            Holder::Nobody => "yours, and no collector holds it".to_owned(),
            Holder::Unknown => "yours; whether a collector holds it cannot be told".to_owned(),
        }),
    }
}

fn space(room: Room) -> Finding {
    let (free, limit) = (words::bytes(room.free), words::bytes(room.low_below()));
    let mend = "make room on that disk, or choose another with --data";
    if room.free < room.low_below() {
        let what = format!("{free} free; below {limit} nothing is recorded (storage_low)");
        return Check::Space.error(what, mend);
    }
    let what = format!("{free} free of {}; the log stops below {limit}", words::bytes(room.total));
    if room.free < room.low_below().saturating_mul(ROOM_AMPLE_TIMES) {
        return Check::Space.warning(what, mend);
    }
    Check::Space.ok(what)
}

fn stores(data: &Data) -> Vec<Finding> {
    let restore = "restore it from a backup, or start anew in another directory with --data";
    match &data.log {
        None => vec![Check::Log.ok("none yet; a collector makes it")],
        Some(Log::Newer(said)) => {
            let mend = "use the program that wrote it, or a newer one";
            vec![Check::Log.error(said, mend)]
        }
        Some(Log::Damaged(said) | Log::Unreadable(said)) => vec![Check::Log.error(said, restore)],
        Some(Log::Readable { contents, view: seen }) => {
            let what = format!("{} entries; its end is whole and readable", contents.head);
            vec![Check::Log.ok(what), view(seen, contents, data.holder)]
        }
    }
}

fn view(seen: &ViewSeen, contents: &Contents, holder: Holder) -> Finding {
    let again = "nothing: the next start builds it again from the log";
    let behind = |position: &i64| contents.head.saturating_sub(*position);
    match seen {
        ViewSeen::Missing if contents.head == 0 => Check::View.ok("none yet"),
        ViewSeen::Missing => Check::View.warning("there is none", again),
        ViewSeen::Current(position) if behind(position) < 0 => {
            Check::View.warning("knows more than the log", again)
        }
        ViewSeen::Current(position) => Check::View.ok(match (behind(position), holder) {
            (0, _) => "of this version, up to date".to_owned(),
            (lag, Holder::Nobody) => {
                format!("of this version; {lag} entries are added at the next start")
            }
            (lag, Holder::Collector { .. } | Holder::Unknown) => {
                format!("of this version, {lag} entries behind")
            }
        }),
        ViewSeen::Outdated { version, known } => {
            let what = format!("of projection version {version}; this program has {known}");
            Check::View.warning(what, again)
        }
        ViewSeen::OtherLog => Check::View.warning("of another log", again),
        ViewSeen::Unreadable(error) => {
            Check::View.warning(format!("cannot be read: {error}"), again)
        }
    }
}
