//! The configuration: what a collector would not start with, and what is odd.

use std::net::SocketAddr;

use super::super::{
    facts::Settings,
    finding::{Check, Finding},
};

const CHECK: Check = Check::Configuration;

pub(super) fn judge(settings: &Settings) -> Vec<Finding> {
    let mut findings = Vec::new();
    if let Some(trouble) = &settings.trouble {
        let mend = "correct it; until then no collector starts, and the rest is judged without it";
        findings.push(CHECK.error(trouble, mend));
    }
    for name in &settings.unread {
        let mend = "unset it, or spell it as `banyan config` does";
        findings.push(CHECK.warning("is set, and nobody reads it", mend).about(name));
    }
    if let Some(filter) = &settings.odd_log_filter {
        let what = format!("the log filter {filter} cannot be read; info is used");
        findings.push(CHECK.warning(what, "use one such as info, or banyan=debug"));
    }
    findings.extend(settings.listen.iter().filter_map(|address| listen(*address)));
    let for_otlp = settings.otlp_listen.iter().filter(|address| !address.ip().is_loopback());
    findings.extend(for_otlp.map(|address| reachable(*address)));
    for name in settings.allow_host.iter().filter(|name| !is_name(name)) {
        let mend = "give the name alone, without scheme, port and path";
        let what = format!("allow_host {name} is no host name: no caller is ever let in by it");
        findings.push(CHECK.warning(what, mend));
    }
    if findings.is_empty() {
        let what = match &settings.file {
            Some(path) => format!("from {}", path.display()),
            None => "no file, nothing odd".to_owned(),
        };
        findings.push(CHECK.ok(what));
    }
    findings
}

fn listen(address: SocketAddr) -> Option<Finding> {
    if !address.ip().is_loopback() {
        return Some(reachable(address));
    }
    (address.port() == 0).then(|| {
        let what = "takes another port at every start, which agents cannot know";
        CHECK.warning(what, "choose a port, such as 4317").about(address.to_string())
    })
}

fn reachable(address: SocketAddr) -> Finding {
    let what = "can be reached from other machines, and a collector refuses that";
    CHECK.error(what, "listen on 127.0.0.1 or [::1]").about(address.to_string())
}

/// A name or an address, as a browser would write it before the port.
fn is_name(text: &str) -> bool {
    let is_six = text.starts_with('[') && text.ends_with(']');
    let is_fit =
        |c: char| c.is_ascii_alphanumeric() || "-._".contains(c) || is_six && "[:]".contains(c);
    !text.is_empty() && text.chars().all(is_fit)
}
