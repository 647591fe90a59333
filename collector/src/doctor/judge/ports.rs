//! Ports: whose they are, and whether that is who should have them.

use std::path::Path;

use super::super::{
    facts::{Facts, Port, Use},
    finding::{Check, Finding},
    words,
};
use crate::{log::Holder, neighbour::Neighbour};

const OTLP_MEND: &str =
    "move its receiver, or leave it and set the endpoint of clients to Banyan's";

pub(super) fn judge(facts: &Facts) -> Vec<Finding> {
    let mut findings: Vec<Finding> = facts
        .ports
        .iter()
        .filter(|port| port.used == Use::Ours)
        .map(|port| ours(port, facts))
        .collect();
    let known = facts.ports.iter().filter(|port| port.used == Use::Known);
    let mut others: Vec<Finding> = known.filter_map(known_port).collect();
    let otlp_at_ours = facts.ports.iter().any(|port| port.used == Use::Ours && is_otlp(port));
    if others.iter().all(|finding| finding.check != Check::Otlp) && !otlp_at_ours {
        others.push(Check::Otlp.ok("no OTLP collector on 4317 or 4318"));
    }
    findings.append(&mut others);
    findings
}

/// A port that a collector listens on, or would.
fn ours(port: &Port, facts: &Facts) -> Finding {
    let finding = match &port.neighbour {
        Neighbour::Nobody => Check::Port.ok("free"),
        Neighbour::NoAddress if port.address.is_ipv6() => {
            Check::Port.ok("this machine has no such address; the others are enough")
        }
        Neighbour::NoAddress => Check::Port
            .error("this machine has no such address", "listen on 127.0.0.1 with --listen"),
        Neighbour::Banyan { version, pid } => banyan(version, *pid, facts),
        Neighbour::AopCollector { version } => taken(
            port,
            &format!("another AOP collector, version {}", words::plain(version)),
            &move_away("stop it"),
        ),
        Neighbour::OtlpCollector => {
            taken(port, "an OTLP collector", &move_away("move its receiver to another port"))
        }
        Neighbour::Grpc => taken(
            port,
            "a gRPC server, such as an OTLP collector",
            &move_away("move its receiver to another port"),
        ),
        Neighbour::Stranger => taken(port, "a program that speaks HTTP", &move_away("stop it")),
        Neighbour::Silent => {
            taken(port, "a program that does not answer GET /health", &move_away("stop it"))
        }
    };
    finding.about(port.address.to_string())
}

fn move_away(first: &str) -> String {
    format!("{first}, or `banyan --listen 127.0.0.1:4327` and `banyan connect … --url` to match")
}

/// `who` has it although it is ours.
fn taken(port: &Port, who: &str, mend: &str) -> Finding {
    Check::Port.error(format!("taken by {who}{}", process(port)), mend)
}

/// ` (nginx, pid 12)`
fn process(port: &Port) -> String {
    let named = port.process.as_ref();
    named.map(|it| format!(" ({}, pid {})", it.name, it.pid)).unwrap_or_default()
}

fn banyan(version: &str, pid: u64, facts: &Facts) -> Finding {
    let held = facts.data.as_ref().map(|data| data.holder);
    let path = facts.path.as_deref().unwrap_or(Path::new("")).display();
    let ours = env!("CARGO_PKG_VERSION");
    match held {
        Some(Holder::Collector { pid: Some(holder) }) if u64::from(holder) != pid => Check::Port
            .warning(
                format!("Banyan {version} answers, pid {pid}, but {path} is held by pid {holder}"),
                "name the data directory that you mean with --data",
            ),
        Some(Holder::Nobody) => Check::Port.warning(
            format!("Banyan {version} answers, pid {pid}, with other data than {path}"),
            "name its data directory with --data, or another address with --listen",
        ),
        Some(Holder::Collector { .. } | Holder::Unknown) | None if version != ours => Check::Port
            .warning(
                format!("Banyan {version} answers, pid {pid}; this program is {ours}"),
                "stop it and start this one",
            ),
        Some(Holder::Collector { .. } | Holder::Unknown) | None => {
            Check::Port.ok(format!("Banyan {version} answers, pid {pid}"))
        }
    }
}

/// A port that others post to, when it is not one of ours.
fn known_port(port: &Port) -> Option<Finding> {
    let is_default = port.address.port() == crate::config::DEFAULT_PORT;
    let process = process(port);
    let finding = match &port.neighbour {
        Neighbour::OtlpCollector | Neighbour::Grpc => Check::Otlp.warning(
            format!("an OTLP collector listens{process}: what posts there misses Banyan"),
            OTLP_MEND,
        ),
        Neighbour::Banyan { version, pid } if is_default => Check::Port.warning(
            format!(
                "Banyan {version} answers, pid {pid}: clients that are told nothing post there"
            ),
            "set BANYAN_ENDPOINT for those that shall post to this one",
        ),
        Neighbour::AopCollector { .. } | Neighbour::Stranger | Neighbour::Silent if is_default => {
            Check::Port.warning(
                format!(
                    "another program listens{process}: clients that are told nothing post there"
                ),
                "set BANYAN_ENDPOINT for clients",
            )
        }
        Neighbour::Nobody
        | Neighbour::NoAddress
        | Neighbour::Banyan { .. }
        | Neighbour::AopCollector { .. }
        | Neighbour::Stranger
        | Neighbour::Silent => return None,
    };
    Some(finding.about(port.address.to_string()))
}

fn is_otlp(port: &Port) -> bool {
    matches!(port.neighbour, Neighbour::OtlpCollector | Neighbour::Grpc)
}
