//! Everything that can be said of an agent's hooks.

use super::*;
use crate::{
    config::Proxy,
    connect::{Call, Content, File, Way},
};

const ORIGIN: &str = "http://127.0.0.1:4317";

fn content(harness: Harness, origin: &str) -> Content {
    let call = |event: &&str| Call {
        event: (*event).to_owned(),
        url: format!("{origin}/hooks/{}", harness.name()),
        way: if harness == Harness::ClaudeCode { Way::Http } else { Way::Command },
    };
    Content { calls: connect::events(harness).iter().map(call).collect(), ..Content::default() }
}

fn file(name: &str, content: Content) -> File {
    File { path: PathBuf::from(name), is_managed: false, content: Ok(content) }
}

/// All hooks of `harness`, posting to `origin`.
pub(super) fn connected(harness: Harness, origin: &str) -> Seen {
    Seen { harness, is_used: true, files: vec![file("settings.json", content(harness, origin))] }
}

/// With Claude Code connected, and changed by `harm`.
#[track_caller]
fn check_claude(harm: impl Fn(&mut Content, &mut Vec<File>), expected: &[(Level, &str)]) {
    let expected: Vec<_> =
        expected.iter().map(|(level, words)| (Check::Hooks, *level, *words)).collect();
    let change = |facts: &mut Facts| {
        let mut ours = content(Harness::ClaudeCode, ORIGIN);
        let mut others = Vec::new();
        harm(&mut ours, &mut others);
        let mut seen = connected(Harness::ClaudeCode, ORIGIN);
        seen.files = vec![file("settings.json", ours)];
        seen.files.extend(others);
        facts.agents = Some(vec![seen]);
    };
    check(change, &expected);
}

#[test]
fn hooks_that_are_there_and_point_here_are_well() {
    check_claude(|_, _| {}, &[]);
    let local = "http://localhost:4317/hooks/claude-code";
    check_claude(|ours, _| ours.calls[0].url = local.to_owned(), &[]);
    let halves = |ours: &mut Content, others: &mut Vec<File>| {
        let half = ours.calls.split_off(9);
        let content = Content { calls: half, ..Content::default() };
        others.push(file("settings.local.json", content));
    };
    check_claude(halves, &[]);
}

#[test]
fn hooks_that_are_not_there_are_missed_where_the_agent_is_used() {
    for (is_used, expected) in
        [(false, &[][..]), (true, &[(Check::Hooks, Level::Warning, "connect claude-code --write")])]
    {
        let seen = Seen { harness: Harness::ClaudeCode, is_used, files: Vec::new() };
        check(|facts| facts.agents = Some(vec![seen.clone()]), expected);
    }
    let elsewhere = |facts: &mut Facts| {
        facts.settings.listen = vec![address("127.0.0.1:5000")];
        facts.agents =
            Some(vec![Seen { harness: Harness::Codex, is_used: true, files: Vec::new() }]);
    };
    let words = "connect codex --url http://127.0.0.1:5000 --write";
    check(elsewhere, &[(Check::Hooks, Level::Warning, words)]);
    check_claude(|ours, _| drop(ours.calls.remove(0)), &[(Level::Warning, "1 hook of 17 missing")]);
}

#[test]
fn hooks_that_point_elsewhere_are_told() {
    for url in [
        "http://127.0.0.1:9999/hooks/claude-code",
        "http://[::2]:4317/hooks/claude-code",
        "https://127.0.0.1:4317/hooks/claude-code",
        "http://example.org:4317/hooks/claude-code",
        "http://127.0.0.1/hooks/claude-code",
    ] {
        let harm = |ours: &mut Content, _: &mut Vec<File>| ours.calls[3].url = url.to_owned();
        check_claude(harm, &[(Level::Error, url)]);
    }
    let by_name = |facts: &mut Facts| {
        facts.settings.allow_host = vec!["banyan.lan".to_owned()];
        facts.agents = Some(vec![connected(Harness::Codex, "http://Banyan.lan:4317")]);
    };
    check(by_name, &[]);
}

#[test]
fn what_silences_hooks_is_told() {
    use Level::Error;
    check_claude(|ours, _| ours.disables_hooks = true, &[(Error, "disableAllHooks")]);
    check_claude(|ours, _| ours.allows_managed_only = true, &[(Error, "allowManagedHooksOnly")]);
    let managed = |content: Content| File {
        is_managed: true,
        ..file("managed.json", Content { allows_managed_only: true, ..content })
    };
    let only = |_: &mut Content, others: &mut Vec<File>| others.push(managed(Content::default()));
    check_claude(only, &[(Error, "managed.json")]);
    let all_managed = |facts: &mut Facts| {
        let mut seen = connected(Harness::ClaudeCode, ORIGIN);
        seen.files = vec![managed(content(Harness::ClaudeCode, ORIGIN))];
        facts.agents = Some(vec![seen]);
    };
    check(all_managed, &[]);
}

#[test]
fn urls_are_allowed_by_patterns() {
    for (patterns, is_allowed) in [
        (&["http://127.0.0.1:4317/hooks/claude-code"][..], true),
        (&["https://x", "http://127.0.0.1:*"], true),
        (&["*"], true),
        (&["http://*/hooks/*"], true),
        (&["http://*/hooks"], false),
        (&["http://127.0.0.1:4317/"], false),
        (&[], false),
    ] {
        let expected: &[_] =
            if is_allowed { &[] } else { &[(Level::Error, "allowedHttpHookUrls does not allow")] };
        let harm = |ours: &mut Content, _: &mut Vec<File>| {
            ours.allowed_urls = Some(patterns.iter().map(|text| (*text).to_owned()).collect());
        };
        check_claude(harm, expected);
    }
}

#[test]
fn settings_that_are_no_json_and_commands_without_their_program_are_told() {
    let broken = |facts: &mut Facts| {
        let file = File { content: Err("line 3".to_owned()), ..file("x.json", Content::default()) };
        facts.agents =
            Some(vec![Seen { harness: Harness::Codex, is_used: true, files: vec![file] }]);
    };
    check(broken, &[(Check::Hooks, Level::Error, "cannot be read: line 3")]);
    let without = |facts: &mut Facts| facts.settings.has_curl = false;
    check(without, &[(Check::Hooks, Level::Error, "curl")]);
}

#[test]
fn hooks_that_go_through_a_proxy_are_told() {
    for (way, spares, is_told) in [
        (Way::CommandThroughProxy, &[][..], true),
        (Way::CommandThroughProxy, &["example.org"], true),
        (Way::CommandThroughProxy, &["x", "127.0.0.1"], false),
        (Way::CommandThroughProxy, &["*"], false),
        (Way::Command, &[], false),
    ] {
        let change = |facts: &mut Facts| {
            let mut ours = content(Harness::Codex, ORIGIN);
            ours.calls.iter_mut().for_each(|call| call.way = way);
            let spares = spares.iter().map(|host| (*host).to_owned()).collect();
            facts.settings.proxy = Some(Proxy { variable: "http_proxy", spares });
            let files = vec![file("hooks.json", ours)];
            facts.agents = Some(vec![Seen { harness: Harness::Codex, is_used: true, files }]);
        };
        let told = (Check::Hooks, Level::Warning, "the proxy that http_proxy names");
        check(change, &Vec::from_iter(is_told.then_some(told)));
    }
}
