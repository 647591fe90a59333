//! A healthy machine, and everything that can be wrong with one, a change at a time.

mod agents;
mod ports;

use std::{net::SocketAddr, path::PathBuf, time::Duration};

use banyan_protocol::{Timestamp, hook::Harness};

use super::*;
use crate::{
    connect::{self, Seen},
    doctor::{
        facts::{Collector, Data, HookRoute, Log, Place, Port, Ready, Settings, Use},
        finding::{Check, Level},
    },
    log::{Contents, Holder, LastHeard, LogIdentity, Room, Source},
    neighbour::Neighbour,
    projection::ViewSeen,
};

const GIB: u64 = 1024 * 1024 * 1024;
const MINUTE_MICROS: i64 = 60_000_000;
const HERE: &str = "127.0.0.1:4317";

fn now() -> Timestamp {
    Timestamp::parse("2026-11-21T12:00:00Z").unwrap()
}

fn earlier(minutes: i64) -> Timestamp {
    Timestamp::from_micros(now().micros() - minutes * MINUTE_MICROS)
}

fn address(text: &str) -> SocketAddr {
    text.parse().unwrap()
}

fn contents(heard: &[(Source, i64)]) -> Contents {
    let heard = heard
        .iter()
        .map(|(source, minutes)| LastHeard { source: *source, received_at: earlier(*minutes) });
    let identity = LogIdentity { id: "log".to_owned(), epoch: 1 };
    Contents { identity, head: 9, heard: heard.collect() }
}

fn data() -> Data {
    let contents = contents(&[(Source::Hook(Harness::Codex), 1), (Source::Aop, 90)]);
    Data {
        place: Place::Directory { is_writable: true, is_open: false },
        holder: Holder::Collector { pid: Some(7) },
        held_at: vec![address(HERE)],
        room: Some(Room { free: 50 * GIB, total: 100 * GIB }),
        network: None,
        log: Some(Log::Readable { contents, view: ViewSeen::Current(9) }),
        changed_at: Some(now()),
    }
}

fn port(text: &str, used: Use, neighbour: Neighbour) -> Port {
    Port { address: address(text), used, neighbour, process: None }
}

fn ourselves() -> Neighbour {
    Neighbour::Banyan { version: env!("CARGO_PKG_VERSION").to_owned(), pid: 7 }
}

/// Nothing is wrong.
fn healthy() -> Facts {
    let route = |harness| HookRoute { harness, answer: Some((405, Duration::from_millis(1))) };
    Facts {
        now: now(),
        settings: Settings {
            listen: vec![address(HERE), address("[::1]:4317")],
            has_curl: true,
            ..Settings::default()
        },
        ports: vec![
            port(HERE, Use::Ours, ourselves()),
            port("[::1]:4317", Use::Ours, Neighbour::NoAddress),
            port("127.0.0.1:4318", Use::Known, Neighbour::Nobody),
        ],
        collector: Some(Collector {
            address: address(HERE),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            ready: Some(Ready { reasons: Vec::new(), lag_events: 0 }),
            hooks: vec![route(Harness::ClaudeCode), route(Harness::Codex)],
            hooks_lost: Some(0),
        }),
        path: Some(PathBuf::from("/data")),
        data: Some(data()),
        agents: Some(vec![
            Seen { harness: Harness::ClaudeCode, is_used: false, files: Vec::new() },
            agents::connected(Harness::Codex, "http://127.0.0.1:4317"),
        ]),
    }
}

/// What is not well when `harm` was done to a healthy machine: check, level, part of the words.
#[track_caller]
fn check(harm: impl Fn(&mut Facts), expected: &[(Check, Level, &str)]) {
    let mut facts = healthy();
    harm(&mut facts);
    let all = findings(&facts);
    let bad: Vec<&Finding> = all.iter().filter(|finding| finding.level != Level::Ok).collect();
    assert!(bad.iter().all(|finding| finding.mend.is_some()), "each says how to mend it: {bad:#?}");
    let got: Vec<_> = bad.iter().map(|finding| (finding.check, finding.level)).collect();
    let wanted: Vec<_> = expected.iter().map(|(check, level, _)| (*check, *level)).collect();
    assert_eq!(got, wanted, "{bad:#?}");
    for (finding, (_, _, words)) in bad.iter().zip(expected) {
        let told = format!("{finding:?}");
        assert!(told.contains(words), "{words}: {told}");
    }
}

fn edit(facts: &mut Facts) -> &mut Data {
    facts.data.as_mut().unwrap()
}

fn with_log(facts: &mut Facts, log: Log) {
    edit(facts).log = Some(log);
}

#[test]
fn a_healthy_machine_has_nothing_to_mend() {
    check(|_| {}, &[]);
    let all = findings(&healthy());
    assert!(all.iter().all(|finding| finding.mend.is_none()), "{all:#?}");
    for looked_at in [
        Check::Configuration,
        Check::Port,
        Check::Otlp,
        Check::Collector,
        Check::HookEndpoint,
        Check::Data,
        Check::Space,
        Check::Log,
        Check::View,
        Check::Clock,
        Check::Hooks,
        Check::LastEvent,
    ] {
        assert!(all.iter().any(|finding| finding.check == looked_at), "{looked_at:?}");
    }
    let last = all.last().unwrap();
    assert_eq!(last.what, "hooks of Codex 60 s ago; AOP events 90 min ago");
}

#[test]
fn an_odd_configuration_is_told() {
    use Level::{Error, Warning};
    let settings = |harm: fn(&mut Settings), level, words| {
        check(|facts| harm(&mut facts.settings), &[(Check::Configuration, level, words)]);
    };
    settings(|it| it.trouble = Some("unknown keys: x".to_owned()), Error, "unknown keys: x");
    settings(|it| it.unread = vec!["BANYAN_DTA".to_owned()], Warning, "BANYAN_DTA");
    settings(|it| it.odd_log_filter = Some("=".to_owned()), Warning, "log filter =");
    settings(|it| it.listen.push(address("10.0.0.1:1")), Error, "10.0.0.1:1");
    settings(|it| it.otlp_listen.push(address("10.0.0.1:2")), Error, "10.0.0.1:2");
    settings(|it| it.listen.push(address("127.0.0.1:0")), Warning, "another port at every start");
    for name in ["http://x", "x:4317", "", "a/b"] {
        let harm = |facts: &mut Facts| facts.settings.allow_host = vec![name.to_owned()];
        check(harm, &[(Check::Configuration, Warning, name)]);
    }
    check(
        |facts| facts.settings.allow_host = vec!["[::2]".to_owned(), "my-host.lan".to_owned()],
        &[],
    );
}

#[test]
fn a_collector_that_is_not_well_is_told() {
    use Level::{Error, Warning};
    let not_ready = |reason: &str| Ready { reasons: vec![reason.to_owned()], lag_events: 1 };
    for reason in
        ["storage_low", "storage_failed", "projection_lag", "projection_failed", "stopping", "new"]
    {
        let harm = |facts: &mut Facts| {
            facts.collector.as_mut().unwrap().ready = Some(not_ready(reason));
        };
        check(harm, &[(Check::Collector, Error, reason)]);
    }
    let silent = |facts: &mut Facts| facts.collector.as_mut().unwrap().ready = None;
    check(silent, &[(Check::Collector, Error, "/readyz")]);
    let nobody = |facts: &mut Facts| facts.collector = None;
    check(nobody, &[(Check::Collector, Warning, "pid 7, has the data and listens on 127.0.0.1")]);
    let stopped = |facts: &mut Facts| {
        facts.collector = None;
        edit(facts).holder = Holder::Nobody;
        facts.ports[0].neighbour = Neighbour::Nobody;
    };
    check(stopped, &[(Check::Collector, Warning, "none runs")]);
    let lost = |facts: &mut Facts| facts.collector.as_mut().unwrap().hooks_lost = Some(3);
    check(lost, &[(Check::HookEndpoint, Warning, "3 hooks were lost")]);
    for (answer, level, words) in [
        (Some((405, 150)), Warning, "after 150 ms"),
        (Some((404, 1)), Error, "takes no hooks"),
        (Some((500, 1)), Error, "status 500"),
        (None, Error, "does not answer in time"),
    ] {
        let harm = |facts: &mut Facts| {
            let answer = answer.map(|(status, ms)| (status, Duration::from_millis(ms)));
            facts.collector.as_mut().unwrap().hooks[1].answer = answer;
        };
        check(harm, &[(Check::HookEndpoint, level, words)]);
    }
}

#[test]
fn a_data_directory_that_cannot_be_used_is_told() {
    use Level::{Error, Warning};
    let above = || PathBuf::from("/above");
    for (place, level, words) in [
        (Place::Missing { above: above(), is_writable: false }, Error, "/above may not be"),
        (Place::NotADirectory(above()), Error, "/above is not a directory"),
        (Place::Unreadable("denied".to_owned()), Error, "denied"),
        (Place::Directory { is_writable: false, is_open: false }, Error, "may not be written"),
        (Place::Directory { is_writable: true, is_open: true }, Warning, "may look into it"),
    ] {
        check(|facts| edit(facts).place = place.clone(), &[(Check::Data, level, words)]);
    }
    let missing = Place::Missing { above: above(), is_writable: true };
    check(|facts| edit(facts).place = missing.clone(), &[]);
    check(|facts| edit(facts).network = Some("nfs4".to_owned()), &[(Check::Data, Error, "nfs4")]);
    check(|facts| facts.path = None, &[(Check::Data, Error, "nobody knows")]);
    check(|facts| facts.data = None, &[(Check::Data, Level::Unknown, "in time")]);
    for (free, level, words) in
        [(GIB, Error, "1.0 GiB free; below 2.0 GiB"), (3 * GIB, Warning, "3.0 GiB free")]
    {
        let room = Some(Room { free, total: 100 * GIB });
        check(|facts| edit(facts).room = room, &[(Check::Space, level, words)]);
    }
}

#[test]
fn a_log_that_cannot_be_read_is_told() {
    for (log, words) in [
        (Log::Newer("needs newer".to_owned()), "needs newer"),
        (Log::Damaged("a hole".to_owned()), "a hole"),
        (Log::Unreadable("not a database".to_owned()), "not a database"),
    ] {
        let harm = |facts: &mut Facts| with_log(facts, log.clone());
        check(harm, &[(Check::Log, Level::Error, words)]);
    }
    let none = |facts: &mut Facts| edit(facts).log = None;
    check(none, &[(Check::LastEvent, Level::Warning, "nothing has been received")]);
}

#[test]
fn a_view_that_is_built_again_is_told() {
    let outdated = ViewSeen::Outdated { version: "3".to_owned(), known: 4 };
    for (view, words) in [
        (ViewSeen::Missing, "there is none"),
        (outdated, "version 3; this program has 4"),
        (ViewSeen::OtherLog, "another log"),
        (ViewSeen::Unreadable("torn".to_owned()), "torn"),
        (ViewSeen::Current(10), "more than the log"),
    ] {
        let harm = |facts: &mut Facts| {
            let contents = contents(&[(Source::Aop, 1)]);
            with_log(facts, Log::Readable { contents, view: view.clone() });
        };
        check(harm, &[(Check::View, Level::Warning, words)]);
    }
}

#[test]
fn a_clock_that_went_back_is_told() {
    use Level::{Error, Warning};
    let before = |facts: &mut Facts| facts.now = Timestamp::from_micros(0);
    check(before, &[(Check::Clock, Error, "1970-01-01")]);
    let backwards = |facts: &mut Facts| {
        let contents = contents(&[(Source::Aop, -180)]);
        with_log(facts, Log::Readable { contents, view: ViewSeen::Current(9) });
    };
    check(backwards, &[(Check::Clock, Error, "received 3 h from now")]);
    let written = |facts: &mut Facts| edit(facts).changed_at = Some(earlier(-5));
    check(written, &[(Check::Clock, Warning, "written 5 min from now")]);
}

#[test]
fn settings_that_could_not_be_read_in_time_are_unknown() {
    check(|facts| facts.agents = None, &[(Check::Hooks, Level::Unknown, "in time")]);
}
