//! Everybody who can have a port.

use super::*;
use crate::doctor::facts::Process;

fn stranger() -> Neighbour {
    Neighbour::AopCollector { version: "0.4.4".to_owned() }
}

#[test]
fn whoever_has_our_port_is_named() {
    for (neighbour, words) in [
        (stranger(), "another AOP collector, version 0.4.4 (node, pid 12)"),
        (Neighbour::OtlpCollector, "an OTLP collector (node, pid 12)"),
        (Neighbour::Grpc, "a gRPC server, such as an OTLP collector (node, pid 12)"),
        (Neighbour::Stranger, "a program that speaks HTTP (node, pid 12)"),
        (Neighbour::Silent, "does not answer GET /health (node, pid 12)"),
    ] {
        let harm = |facts: &mut Facts| {
            facts.ports[0].neighbour = neighbour.clone();
            facts.ports[0].process = Some(Process { pid: 12, name: "node".to_owned() });
        };
        check(harm, &[(Check::Port, Level::Error, words)]);
    }
    let gone = |facts: &mut Facts| facts.ports[0].neighbour = Neighbour::NoAddress;
    check(gone, &[(Check::Port, Level::Error, "no such address")]);
}

#[test]
fn another_banyan_is_told_from_this_one() {
    use Level::Warning;
    let version = |version: &str, pid| Neighbour::Banyan { version: version.to_owned(), pid };
    let other = |facts: &mut Facts| facts.ports[0].neighbour = version("9.9.9", 8);
    check(other, &[(Check::Port, Warning, "pid 8, but /data is held by pid 7")]);
    let no_holder = |facts: &mut Facts| edit(facts).holder = Holder::Nobody;
    check(no_holder, &[(Check::Port, Warning, "with other data than /data")]);
    let old = |facts: &mut Facts| facts.ports[0].neighbour = version("0.0.1", 7);
    check(old, &[(Check::Port, Warning, "Banyan 0.0.1 answers, pid 7; this program is")]);
}

#[test]
fn ports_that_others_post_to_matter_too() {
    use Level::Warning;
    for otlp in [Neighbour::OtlpCollector, Neighbour::Grpc] {
        let harm = |facts: &mut Facts| facts.ports[2].neighbour = otlp.clone();
        check(harm, &[(Check::Otlp, Warning, "127.0.0.1:4318")]);
    }
    for harmless in [stranger(), Neighbour::Stranger, Neighbour::Silent, ourselves()] {
        check(|facts| facts.ports[2].neighbour = harmless.clone(), &[]);
    }
    for (neighbour, who, words) in [
        (stranger(), Check::Port, "another program listens"),
        (Neighbour::Silent, Check::Port, "another program listens"),
        (ourselves(), Check::Port, "clients that are told nothing post there"),
        (Neighbour::OtlpCollector, Check::Otlp, "misses Banyan"),
    ] {
        let harm = |facts: &mut Facts| {
            facts.ports[0].address = address("127.0.0.1:5000");
            facts.ports.push(port(HERE, Use::Known, neighbour.clone()));
        };
        check(harm, &[(who, Warning, words)]);
    }
}
