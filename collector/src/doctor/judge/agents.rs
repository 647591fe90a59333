//! The hooks in the settings of agents: there, complete, pointing here, allowed to run.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use banyan_protocol::hook::Harness;

use super::super::{
    facts::Settings,
    finding::{Check, Finding},
    words,
};
use crate::{
    config::DEFAULT_PORT,
    connect::{self, Call, Content, File, Seen, Way},
};

const CHECK: Check = Check::Hooks;

pub(super) fn judge(agents: Option<&[Seen]>, settings: &Settings) -> Vec<Finding> {
    let Some(agents) = agents else {
        let mend = "look at the disk of your home directory";
        return vec![CHECK.unknown("the settings of agents could not be read in time", mend)];
    };
    agents.iter().flat_map(|seen| agent(seen, settings)).collect()
}

fn agent(seen: &Seen, settings: &Settings) -> Vec<Finding> {
    let name = seen.harness.name();
    let mut findings: Vec<Finding> = seen.files.iter().filter_map(unreadable).collect();
    let ours: Vec<(&File, &Call)> = seen.files.iter().flat_map(calls).collect();
    if ours.is_empty() {
        if findings.is_empty() {
            findings.push(absent(seen, settings).about(name));
        }
        return findings;
    }
    let problems = [
        silenced(seen, &ours),
        elsewhere(seen, &ours, settings),
        incomplete(seen, &ours, settings),
        without_curl(&ours, settings).map(|finding| finding.about(name)).into_iter().collect(),
        through_proxy(seen, &ours, settings),
    ];
    findings.extend(problems.concat());
    if findings.is_empty() {
        let first = ours.first().map(|(file, _)| file.path.display().to_string());
        let what = format!("complete, pointing here, in {}", first.unwrap_or_default());
        findings.push(CHECK.ok(what).about(name));
    }
    findings
}

fn calls(file: &File) -> impl Iterator<Item = (&File, &Call)> {
    file.content.iter().flat_map(|content| &content.calls).map(move |call| (file, call))
}

fn unreadable(file: &File) -> Option<Finding> {
    let error = file.content.as_ref().err()?;
    let what = format!("cannot be read: {error}");
    Some(
        CHECK.error(what, "mend the JSON, or make it yours").about(file.path.display().to_string()),
    )
}

fn absent(seen: &Seen, settings: &Settings) -> Finding {
    if !seen.is_used {
        return CHECK.ok("not used here");
    }
    CHECK.warning("no hook of it posts to Banyan", connect_command(seen.harness, settings))
}

/// `banyan connect codex --url http://127.0.0.1:1 --write`
fn connect_command(harness: Harness, settings: &Settings) -> String {
    let default = SocketAddr::from((Ipv4Addr::LOCALHOST, DEFAULT_PORT));
    let url = match settings.listen.first() {
        Some(first) if !settings.listen.contains(&default) => format!(" --url http://{first}"),
        Some(_) | None => String::new(),
    };
    format!("`banyan connect {}{url} --write`", harness.name())
}

/// Settings that keep our hooks from running.
fn silenced(seen: &Seen, ours: &[(&File, &Call)]) -> Vec<Finding> {
    let mut findings = Vec::new();
    let is_managed = ours.iter().all(|(file, _)| file.is_managed);
    let contents = seen.files.iter().filter_map(|file| Some((file, file.content.as_ref().ok()?)));
    let mut allowed: Option<Vec<&str>> = None;
    for (file, content) in contents {
        let Content { disables_hooks, allows_managed_only, allowed_urls, .. } = content;
        let path = file.path.display().to_string();
        if *disables_hooks {
            let mend = "take disableAllHooks out of it";
            findings.push(CHECK.error("disableAllHooks: no hook runs", mend).about(&path));
        }
        if *allows_managed_only && !is_managed {
            let what = "allowManagedHooksOnly: only hooks of the administrator run";
            let mend = "ask for our hooks there, or take it out";
            findings.push(CHECK.error(what, mend).about(&path));
        }
        if let Some(urls) = allowed_urls {
            allowed.get_or_insert_default().extend(urls.iter().map(String::as_str));
        }
    }
    let posts = ours.iter().map(|(_, call)| call).filter(|call| call.way == Way::Http);
    let barred = posts.map(|call| call.url.as_str()).find(|url| {
        let is_allowed = |patterns: &Vec<&str>| patterns.iter().any(|it| matches(it, url));
        allowed.as_ref().is_some_and(|patterns| !is_allowed(patterns))
    });
    if let Some(url) = barred {
        let what = format!("allowedHttpHookUrls does not allow {url}");
        findings.push(CHECK.error(what, "add it to that list").about(seen.harness.name()));
    }
    findings
}

/// Whether `text` is what `pattern` says, in which `*` stands for anything.
fn matches(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(mut rest) = parts.next().and_then(|first| text.strip_prefix(first)) else {
        return false;
    };
    let Some(last) = parts.next_back() else { return rest.is_empty() };
    for part in parts {
        match rest.split_once(part) {
            Some((_, behind)) => rest = behind,
            None => return false,
        }
    }
    rest.ends_with(last)
}

fn elsewhere(seen: &Seen, ours: &[(&File, &Call)], settings: &Settings) -> Vec<Finding> {
    let mut told: Vec<(&File, &str)> = Vec::new();
    for (file, call) in ours {
        if !is_here(&call.url, settings) && !told.iter().any(|it| it.0 == *file && it.1 == call.url)
        {
            told.push((file, &call.url));
        }
    }
    told.into_iter()
        .map(|(file, url)| {
            let what = format!("posts to {url}, where this collector does not listen");
            CHECK
                .error(what, connect_command(seen.harness, settings))
                .about(file.path.display().to_string())
        })
        .collect()
}

/// Whether the collector listens where `url` (`http://127.0.0.1:4317/hooks/codex`) points to.
fn is_here(url: &str, settings: &Settings) -> bool {
    let Some((host, port)) = host_and_port(url) else { return false };
    let listens = |ip: Option<IpAddr>| {
        let mut listen = settings.listen.iter();
        listen.any(|it| Some(it.port()) == port && ip.is_none_or(|ip| it.ip() == ip))
    };
    let is_name = host.eq_ignore_ascii_case("localhost")
        || settings.allow_host.iter().any(|name| name.eq_ignore_ascii_case(host));
    match host.parse().ok() {
        Some(ip) => listens(Some(ip)),
        None => is_name && listens(None),
    }
}

/// Of an `http://` URL; a port that is no number is none.
fn host_and_port(url: &str) -> Option<(&str, Option<u16>)> {
    let authority = url.strip_prefix("http://")?.split('/').next()?;
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => (host, port.parse().ok()),
        Some(_) | None => (authority, Some(80)),
    };
    Some((host.trim_start_matches('[').trim_end_matches(']'), port))
}

fn incomplete(seen: &Seen, ours: &[(&File, &Call)], settings: &Settings) -> Vec<Finding> {
    let has = |event: &&&str| ours.iter().any(|(_, call)| call.event == **event);
    let events = connect::events(seen.harness);
    let missing: Vec<&str> = events.iter().filter(|event| !has(event)).copied().collect();
    if missing.is_empty() {
        return Vec::new();
    }
    let hooks = words::count(missing.len(), "hook");
    let what = format!("{hooks} of {} missing: {}", events.len(), missing.join(", "));
    vec![CHECK.warning(what, connect_command(seen.harness, settings)).about(seen.harness.name())]
}

fn without_curl(ours: &[(&File, &Call)], settings: &Settings) -> Option<Finding> {
    let is_needed = ours.iter().any(|(_, call)| call.way != Way::Http);
    (is_needed && !settings.has_curl)
        .then(|| CHECK.error("some hooks need curl, and it is not found", "install curl"))
}

/// Hooks that are sent to a proxy, though they are for this machine.
fn through_proxy(seen: &Seen, ours: &[(&File, &Call)], settings: &Settings) -> Vec<Finding> {
    let Some(proxy) = &settings.proxy else { return Vec::new() };
    let is_spared = |url: &str| {
        let is_it =
            |host: &String| host == "*" || host_and_port(url).is_some_and(|it| it.0 == host);
        proxy.spares.iter().any(is_it)
    };
    let is_sent = |call: &Call| call.way == Way::CommandThroughProxy && !is_spared(&call.url);
    let mut files: Vec<&File> = Vec::new();
    for (file, _) in ours.iter().filter(|(_, call)| is_sent(call)) {
        if !files.contains(file) {
            files.push(file);
        }
    }
    let what = format!("what hooks say goes through the proxy that {} names", proxy.variable);
    let told = files.into_iter().map(|file| {
        let finding = CHECK.warning(what.as_str(), connect_command(seen.harness, settings));
        finding.about(file.path.display().to_string())
    });
    told.collect()
}
