//! Our hook: how it is written, and how it is told from others.
//!
//! An http hook is ours when the path of its URL is our route, a command when it is, word for
//! word, one that some version of us wrote; the address may be any. What merely names our route is
//! somebody else's.

use std::net::IpAddr;

use banyan_protocol::hook::Harness;
use serde_json::{Value, json};

/// How long an agent waits for a collector that does not answer.
const TIMEOUT_SECONDS: u64 = 2;
/// What stands around the URL in our commands. The first version followed `http_proxy`, also to
/// this machine; collectors that are elsewhere may be behind that proxy.
const THROUGH_PROXY: &str =
    "curl -s -m 2 -X POST -H 'content-type: application/json' --data-binary @- ";
const DIRECT: &str =
    "curl -s -m 2 --noproxy '*' -X POST -H 'content-type: application/json' --data-binary @- ";
const END: &str = " >/dev/null || true";

/// Who posts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    /// The agent itself.
    Http,
    /// A command.
    Command,
    /// A command that goes through the proxy that the environment names, also to this machine.
    CommandThroughProxy,
}

/// The hook that `event` shall have, posting to the collector at `origin`.
pub(super) fn of(harness: Harness, event: &str, origin: &str) -> Value {
    let url = format!("{origin}{}", route(harness));
    let begin = if is_this_machine(&url) { DIRECT } else { THROUGH_PROXY };
    let command = format!("{begin}{url}{END}");
    match (harness, event) {
        // Takes commands only; whoever is starting need not wait.
        (Harness::ClaudeCode, "SessionStart") => {
            json!({"type": "command", "command": command, "async": true})
        }
        (Harness::ClaudeCode, _) => json!({"type": "http", "url": url, "timeout": TIMEOUT_SECONDS}),
        (Harness::Codex, _) => json!({"type": "command", "command": command}),
    }
}

/// Whether a version of us wrote `hook`, or whoever followed our documentation.
pub(super) fn is_ours(hook: &Value, harness: Harness) -> bool {
    let text = |key: &str| hook.get(key).and_then(Value::as_str);
    match (text("type"), text("url"), text("command")) {
        (Some("http"), Some(url), _) => is_route(url, harness),
        (Some("command"), _, Some(command)) => {
            let mut urls = [DIRECT, THROUGH_PROXY].into_iter().filter_map(|begin| {
                command.strip_prefix(begin).and_then(|rest| rest.strip_suffix(END))
            });
            urls.any(|url| is_route(url, harness))
        }
        _ => false,
    }
}

/// Where `hook` posts to, ours or the person's own, when that is our route.
pub(super) fn posts_to(hook: &Value, harness: Harness) -> Option<(&str, Way)> {
    let text = |key: &str| hook.get(key).and_then(Value::as_str);
    if let Some(url) = text("url") {
        return is_route(url, harness).then_some((url, Way::Http));
    }
    let command = text("command")?;
    let mut words = command.split(|c: char| c.is_whitespace() || c == '\'' || c == '"');
    let url = words.find(|word| is_route(word, harness))?;
    let heeds = command.starts_with(THROUGH_PROXY) && is_this_machine(url);
    Some((url, if heeds { Way::CommandThroughProxy } else { Way::Command }))
}

/// Where hooks of `harness` are taken.
fn route(harness: Harness) -> String {
    format!("/hooks/{}", harness.name())
}

/// `http://127.0.0.1:4317/hooks/codex`, and nothing behind it.
fn is_route(url: &str, harness: Harness) -> bool {
    let host = url.strip_suffix(&route(harness)).and_then(after_scheme);
    host.is_some_and(|host| {
        let is_odd = |c: char| c.is_whitespace() || "/?#'\"".contains(c);
        !host.is_empty() && !host.contains(is_odd)
    })
}

fn is_this_machine(url: &str) -> bool {
    let authority = after_scheme(url).and_then(|rest| rest.split('/').next()).unwrap_or_default();
    let host = match authority.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => host,
        Some(_) | None => authority,
    };
    let ip: Option<IpAddr> = host.trim_matches(['[', ']']).parse().ok();
    host.eq_ignore_ascii_case("localhost") || ip.is_some_and(|ip| ip.is_loopback())
}

fn after_scheme(url: &str) -> Option<&str> {
    url.strip_prefix("http://").or_else(|| url.strip_prefix("https://"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const OLD: &str = "curl -s -m 2 -X POST -H 'content-type: application/json' \
        --data-binary @- http://127.0.0.1:4317/hooks/codex >/dev/null || true";

    #[test]
    fn ours_is_what_we_wrote_and_nothing_that_looks_like_it() {
        let command = |text: &str| json!({"type": "command", "command": text});
        let http = |url: &str| json!({"type": "http", "url": url});
        for (hook, expected) in [
            (of(Harness::Codex, "Stop", "http://127.0.0.1:4317"), true),
            (of(Harness::Codex, "Stop", "https://banyan.lan"), true),
            (command(OLD), true),
            (http("http://[::1]:9/hooks/codex"), true),
            (command("~/dotfiles/hooks/codex-notify.sh"), false),
            (command("~/dotfiles/hooks/codex"), false),
            (command("http://127.0.0.1:4317/hooks/codex"), false),
            (command(&format!("{OLD}; say done")), false),
            (command(&format!("tee log | {OLD}")), false),
            (command(&OLD.replace("4317/", "4317/x y/")), false),
            (http("http://x/hooks/codex-notify"), false),
            (http("http://x/mine/hooks/codex"), false),
            (http("http://x/?to=/hooks/codex"), false),
            (http("http:///hooks/codex"), false),
            (http("/hooks/codex"), false),
            (http("http://x/hooks/claude-code"), false),
            (json!({"command": OLD.len(), "url": ["http://x/hooks/codex"]}), false),
            (json!("http://x/hooks/codex"), false),
        ] {
            assert_eq!(is_ours(&hook, Harness::Codex), expected, "{hook}");
        }
    }

    #[test]
    fn nothing_for_this_machine_goes_through_a_proxy() {
        for (origin, is_direct) in [
            ("http://127.0.0.1:4317", true),
            ("http://127.9.9.9", true),
            ("http://[::1]:4317", true),
            ("http://LocalHost:1", true),
            ("http://10.0.0.1:4317", false),
            ("https://banyan.lan", false),
        ] {
            let hook = of(Harness::Codex, "Stop", origin);
            assert_eq!(hook.to_string().contains("--noproxy '*'"), is_direct, "{hook}");
            assert_eq!(posts_to(&hook, Harness::Codex).unwrap().1, Way::Command);
        }
        let old = json!({"command": OLD});
        let seen = posts_to(&old, Harness::Codex).unwrap();
        assert_eq!(seen, ("http://127.0.0.1:4317/hooks/codex", Way::CommandThroughProxy));
    }
}
