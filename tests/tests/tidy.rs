//! Rules about the sources themselves, each with a made-up source that must be caught.

use std::{
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
};

use banyan_tests::source::{code_of, names_crate, roots_behind};

/// What a room of the collector must not name: siblings as `crate::x`, and other crates.
const FORBIDDEN: [(&str, &[&str]); 17] = [
    ("config", SIBLINGS),
    ("clock", SIBLINGS),
    ("telemetry", SIBLINGS),
    ("progress", SIBLINGS),
    ("view", SIBLINGS),
    ("peek", SIBLINGS),
    ("neighbour", SIBLINGS),
    (
        "demo",
        &["app", "axum", "config", "http", "ingest", "log", "projection", "query", "view", "sqlx"],
    ),
    ("connect", SIBLINGS),
    ("doctor", &["app", "as_of", "axum", "cli", "demo", "http", "ingest", "query", "sqlx", "view"]),
    ("import", SIBLINGS),
    ("http", &["log", "projection", "view", "sqlx"]),
    ("ingest", &["projection", "query", "http", "view", "sqlx", "axum"]),
    ("log", &["ingest", "projection", "query", "http", "view", "axum"]),
    ("projection", &["ingest", "query", "http", "clock", "axum"]),
    ("query", &["log", "projection", "ingest", "http", "axum"]),
    ("as_of", &["log", "ingest", "http", "axum"]),
];
/// Everything that a room which "knows no other" must not name.
const SIBLINGS: &[&str] = &[
    "app",
    "as_of",
    "axum",
    "cli",
    "clock",
    "config",
    "http",
    "ingest",
    "log",
    "neighbour",
    "peek",
    "progress",
    "projection",
    "query",
    "telemetry",
    "view",
];
const FILE_MAX_LINES: usize = 300;
const SOURCES: [&str; 11] =
    ["rs", "js", "mjs", "ts", "py", "css", "html", "svg", "sql", "toml", "md"];
const COUNTED: [&str; 7] = ["rs", "js", "mjs", "ts", "py", "css", "html"];

#[test]
fn rooms_name_only_whom_they_may() {
    let mut found = String::new();
    for (path, text) in sources("collector/src").into_iter().filter(|(path, _)| !is_test(path)) {
        for name in strangers(&path, &text) {
            writeln!(found, "{path} names {name}").unwrap();
        }
    }
    for (folder, crates) in [
        ("protocol/src", &["tokio", "axum", "sqlx", "banyan_dashboard"][..]),
        ("dashboard/src", &["tokio", "axum", "sqlx", "banyan_collector"][..]),
    ] {
        for (path, text) in sources(folder) {
            let code = code_of(&text);
            for name in crates.iter().filter(|name| names_crate(&code, name)) {
                writeln!(found, "{path} names {name}").unwrap();
            }
        }
    }
    assert_eq!(found, "");
}

#[test]
fn a_room_that_names_a_stranger_is_caught() {
    for (path, text) in [
        ("http/post.rs", "use crate::log::Log;"),
        ("http.rs", "fn f() { crate::projection::run() }"),
        ("http/a.rs", "use crate::{query::Query, projection};"),
        ("http/a.rs", "use crate::{\n    ingest::{Ingest, log},\n    view::View,\n};"),
        ("http.rs", "use super::log;"),
        ("http/a/b.rs", "use super::super::super::log;"),
        ("http/a.rs", "let row = sqlx::query(\"select 1\");"),
        ("query/feed.rs", "/* harmless */ use crate::projection::own;"),
        ("clock.rs", "use crate::config::Config;"),
        ("projection/fold.rs", "let now = crate::clock::Clock::System;"),
    ] {
        assert_eq!(strangers(path, text).len(), 1, "{path}: {text}");
    }
    for (path, text) in [
        ("http/post.rs", "use crate::ingest::Ingest; // not crate::log"),
        ("http/log.rs", "use super::ingest; use crate::query::log; let s = \"crate::log\";"),
        ("app.rs", "use crate::{log, projection, http};"),
    ] {
        assert_eq!(strangers(path, text), Vec::<String>::new(), "{path}: {text}");
    }
}

#[test]
fn no_file_is_long() {
    let long: Vec<_> = everything()
        .filter(|(path, text)| COUNTED.contains(&extension(path)) && is_long(text))
        .map(|(path, text)| format!("{path}: {} lines", text.lines().count()))
        .collect();
    assert_eq!(long, Vec::<String>::new());
    assert!(is_long(&"x\n".repeat(FILE_MAX_LINES + 1)));
    assert!(!is_long(&"x\n".repeat(FILE_MAX_LINES)));
}

/// Where input comes in: every limit on it is in `protocol/src/limits.rs`, which is printed.
const ENTRANCES: [&str; 7] = [
    "ingest/",
    "ingest.rs",
    "http/body",
    "http/form.rs",
    "http/serve.rs",
    "http/otlp.rs",
    "http/hooks.rs",
];

#[test]
fn limits_on_input_are_in_one_file() {
    let found: Vec<_> = sources("collector/src")
        .into_iter()
        .filter(|(path, _)| !is_test(path) && is_entrance(path))
        .flat_map(|(path, text)| {
            own_limits(&text).map(|line| format!("{path}: {line}")).collect::<Vec<_>>()
        })
        .collect();
    assert_eq!(found, Vec::<String>::new());
    assert!(is_entrance("collector/src/http/body/decode.rs"));
    assert_eq!(own_limits("const BODY_MAX_BYTES: usize = 7;").count(), 1);
    assert_eq!(own_limits("use limits::BODY_MAX_BYTES;\nconst PIECE_BYTES: usize = 7;").count(), 0);
}

fn is_entrance(path: &str) -> bool {
    let path = path.trim_start_matches("collector/src/");
    ENTRANCES.iter().any(|entrance| path.starts_with(entrance))
}

/// Declarations of limits.
fn own_limits(text: &str) -> impl Iterator<Item = &str> {
    let is_limit = |name: &str| {
        ["_MAX_BYTES", "_MAX_COUNT", "_MAX_EVENTS", "_MAX_MS"].iter().any(|end| name.ends_with(end))
    };
    text.lines().filter(move |line| {
        let declared = line.trim_start().trim_start_matches("pub(super) ").strip_prefix("const ");
        declared.and_then(|rest| rest.split(':').next()).is_some_and(is_limit)
    })
}

#[test]
fn every_file_says_what_it_is() {
    let silent: Vec<_> = [
        "clients/rust/src",
        "collector/src",
        "protocol/src",
        "dashboard/src",
        "tests/src",
        "tests/tests",
    ]
    .into_iter()
    .flat_map(sources)
    .filter(|(path, _)| extension(path) == "rs" && !path.contains("protocol/src/view/"))
    .filter(|(path, text)| !is_test(path) && !has_head(text))
    .map(|(path, _)| path)
    .collect();
    assert_eq!(silent, Vec::<String>::new());
    assert!(!has_head("use std::fmt;\n//! Too late."));
    assert!(!has_head("//! .\n"));
}

#[test]
fn nothing_is_left_to_do() {
    assert_eq!(offenders(&unfinished()), Vec::<String>::new());
    assert!(mentions(&format!("fn f() {{ {}!() }}", "todo"), &unfinished()).is_some());
}

#[test]
fn nothing_knows_this_machine() {
    assert_eq!(offenders(&machine_paths()), Vec::<String>::new());
    assert!(mentions(&format!("see {}root/x", '/'), &machine_paths()).is_some());
}

#[test]
fn nothing_names_a_registry_host() {
    assert_eq!(offenders(&registry_hosts()), Vec::<String>::new());
    assert!(mentions(&format!("https://registry.{}.org/x", "npmjs"), &registry_hosts()).is_some());
}

// ---- the rules. Their words are put together here so that this file does not break them.

fn unfinished() -> Vec<String> {
    ["todo", "unimplemented", "dbg"].iter().map(|name| format!("{name}!(")).collect()
}

fn machine_paths() -> Vec<String> {
    let before = [' ', '"', '\'', '`', '(', '=', ':'];
    ["work", "root", "Users"]
        .iter()
        .flat_map(|name| before.iter().map(move |c| format!("{c}/{name}/")))
        .collect()
}

fn registry_hosts() -> Vec<String> {
    vec![
        format!("{}.org", "npmjs"),
        format!("{}.crates.io", "index"),
        format!("{}.crates.io", "static"),
        format!("{}.org", "pypi"),
        format!("{}ory", "artifact"),
    ]
}

/// Tests inside a crate may set up what they need; their head is the module they test.
fn is_test(path: &str) -> bool {
    path.ends_with("tests.rs") || path.contains("/src/") && path.contains("/tests/")
}

/// Names that the file at `path` (below `collector/src`) uses although its room must not.
fn strangers(path: &str, text: &str) -> Vec<String> {
    let path = path.trim_start_matches("collector/src/");
    let room = path.split(['/', '.']).next().unwrap_or_default();
    let Some((_, forbidden)) = FORBIDDEN.iter().find(|(name, _)| *name == room) else {
        return Vec::new();
    };
    let code = code_of(text);
    let depth = path.trim_end_matches("/mod.rs").split('/').count();
    let mut used = roots_behind(&code, "crate::");
    used.extend(roots_behind(&code, &"super::".repeat(depth)));
    forbidden
        .iter()
        .filter(|name| {
            let foreign = matches!(**name, "sqlx" | "axum");
            **name != room
                && if foreign { names_crate(&code, name) } else { used.iter().any(|n| n == *name) }
        })
        .map(ToString::to_string)
        .collect()
}

fn is_long(text: &str) -> bool {
    FILE_MAX_LINES < text.lines().count()
}

fn has_head(text: &str) -> bool {
    text.lines().next().is_some_and(|line| line.starts_with("//! ") && 12 < line.len())
}

fn mentions<'a>(text: &str, words: &'a [String]) -> Option<&'a String> {
    words.iter().find(|word| text.contains(*word))
}

fn offenders(words: &[String]) -> Vec<String> {
    everything()
        .filter_map(|(path, text)| Some(format!("{path}: {}", mentions(&text, words)?)))
        .collect()
}

// ---- the files

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("a workspace").to_owned()
}

fn everything() -> impl Iterator<Item = (String, String)> {
    sources("").into_iter()
}

/// Text files below `folder` with their paths in the repository; not what is built or recorded.
fn sources(folder: &str) -> Vec<(String, String)> {
    let (root, mut found) = (repository(), Vec::new());
    let mut open = vec![root.join(folder)];
    while let Some(path) = open.pop() {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if path.is_dir() {
            if !["target", "node_modules", ".git", "out", "fixtures", "snapshots"].contains(&&*name)
            {
                open.extend(fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
            }
        } else if SOURCES.contains(&extension(&name)) || extension(&name).is_empty() {
            let inside = path.strip_prefix(&root).unwrap().to_string_lossy().into_owned();
            found.extend(fs::read_to_string(&path).ok().map(|text| (inside, text)));
        }
    }
    assert!(!found.is_empty(), "there are no sources in {folder:?}");
    found.sort();
    found
}

fn extension(path: &str) -> &str {
    path.rsplit('/').next().and_then(|name| name.rsplit_once('.')).map_or("", |(_, end)| end)
}
