//! Which place wins, and what is refused.

use std::{collections::HashMap, ffi::OsString};

use std::path::Path;

use super::*;

fn resolve(flags: &Flags, variables: &[(&str, &str)]) -> Result<Config, ConfigError> {
    let mut all: HashMap<String, OsString> =
        variables.iter().map(|(name, value)| ((*name).to_owned(), OsString::from(value))).collect();
    all.entry("HOME".to_owned()).or_insert_with(|| "/nowhere/at/all".into());
    Config::resolve(flags, &|name| all.get(name).cloned())
}

fn file(text: &str) -> (tempfile::TempDir, Flags) {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("banyan.toml");
    std::fs::write(&path, text).unwrap();
    (directory, Flags { config: Some(path), ..Flags::default() })
}

#[test]
fn defaults_are_loopback_and_the_platform_directory() {
    let config = resolve(&Flags::default(), &[]).unwrap();
    assert_eq!(config.server.listen.value, loopback(DEFAULT_PORT));
    assert_eq!(config.server.listen.origin, Origin::Default);
    assert_eq!(config.storage.data.value, Path::new("/nowhere/at/all/.local/share/banyan"));
    assert_eq!(config.file, None);
}

#[test]
fn the_data_home_of_the_platform_is_respected() {
    let config = resolve(&Flags::default(), &[("XDG_DATA_HOME", "/xdg")]).unwrap();
    assert_eq!(config.storage.data.value, Path::new("/xdg/banyan"));
    let relative = resolve(&Flags::default(), &[("XDG_DATA_HOME", "data")]).unwrap();
    assert_eq!(relative.storage.data.value, Path::new("/nowhere/at/all/.local/share/banyan"));
}

#[test]
fn flag_beats_environment_beats_file_beats_default() {
    let (_directory, from_file) = file("listen = '127.0.0.1:1'\ndata = '/file'\nlog = 'warn'");
    let port = |config: &Config| config.server.listen.value[0].port();

    let config = resolve(&from_file, &[]).unwrap();
    assert_eq!((port(&config), config.server.listen.origin), (1, Origin::File));
    assert_eq!(config.storage.data.value, Path::new("/file"));
    assert_eq!(config.logging.log.value, "warn");

    let variables = [
        ("BANYAN_LISTEN", "127.0.0.1:2, [::1]:2"),
        ("BANYAN_DATA", "/env"),
        ("BANYAN_LOG", "debug"),
    ];
    let config = resolve(&from_file, &variables).unwrap();
    assert_eq!((port(&config), config.server.listen.value.len()), (2, 2));
    assert_eq!(config.storage.data.origin, Origin::Environment("BANYAN_DATA"));
    assert_eq!(config.logging.log.value, "debug");

    let flags = Flags {
        listen: vec!["127.0.0.1:3".parse().unwrap()],
        data: Some("/flag".into()),
        ..from_file
    };
    let config = resolve(&flags, &variables).unwrap();
    assert_eq!((port(&config), config.server.listen.origin), (3, Origin::Flag));
    assert_eq!(config.storage.data, Sourced { value: "/flag".into(), origin: Origin::Flag });
}

#[test]
fn secrets_are_taken_out_unless_somebody_says_otherwise() {
    let redact = |flags: &Flags, variables: &[_]| resolve(flags, variables).unwrap().redact;
    let (_directory, from_file) = file("redact = 'off'");
    let flag = Flags { redact: Some(Redact::Tokens), ..Flags::default() };
    let variable = [("BANYAN_REDACT", "off")];
    let environment = Origin::Environment("BANYAN_REDACT");
    for (found, value, origin) in [
        (redact(&Flags::default(), &[]), Redact::Tokens, Origin::Default),
        (redact(&from_file, &[]), Redact::Off, Origin::File),
        (redact(&Flags::default(), &variable), Redact::Off, environment),
        (redact(&flag, &variable), Redact::Tokens, Origin::Flag),
    ] {
        assert_eq!(found, Sourced { value, origin });
    }
}

#[test]
fn empty_variables_count_as_absent() {
    let config =
        resolve(&Flags::default(), &[("BANYAN_LISTEN", ""), ("BANYAN_CONFIG", "")]).unwrap();
    assert_eq!(config.server.listen.origin, Origin::Default);
}

#[test]
fn the_variable_names_the_file() {
    let (_directory, flags) = file("allow_host = ['banyan.lan']");
    let path = flags.config.unwrap();
    let config = resolve(&Flags::default(), &[("BANYAN_CONFIG", path.to_str().unwrap())]).unwrap();
    assert_eq!(config.server.allow_host.value, ["banyan.lan"]);
    assert_eq!(config.file, Some(path));
}

#[test]
fn unknown_keys_are_all_named() {
    let (_directory, flags) = file("lisen = 'x'\ndata = '/d'\nzeta = 1\n[server]\nport = 1");
    let Err(error @ ConfigError::UnknownKeys { .. }) = resolve(&flags, &[]) else { panic!() };
    let text = error.to_string();
    for word in [
        "lisen, server, zeta",
        "known are: allow_host, data, listen, log, otlp_listen, redact",
        "banyan.toml",
    ] {
        assert!(text.contains(word), "{text}");
    }
}

#[test]
fn wrong_values_say_where_they_are() {
    for (text, variables, place) in [
        ("listen = 4317", vec![], "listen in "),
        ("listen = ['127.0.0.1']", vec![], "listen in "),
        ("listen = [1]", vec![], "listen in "),
        ("data = []", vec![], "data in "),
        ("log = true", vec![], "log in "),
        ("redact = 'all'", vec![], "redact in "),
        ("", vec![("BANYAN_REDACT", "no")], "BANYAN_REDACT"),
        ("", vec![("BANYAN_LISTEN", "4317")], "BANYAN_LISTEN"),
    ] {
        let (_directory, flags) = file(text);
        let error = resolve(&flags, &variables).unwrap_err().to_string();
        assert!(error.starts_with(place), "{text}: {error}");
    }
}

#[test]
fn a_named_file_must_be_there_and_be_toml() {
    let flags = Flags { config: Some("/nowhere/banyan.toml".into()), ..Flags::default() };
    assert!(matches!(resolve(&flags, &[]), Err(ConfigError::Unreadable { .. })));
    let (_directory, flags) = file("listen = ");
    assert!(matches!(resolve(&flags, &[]), Err(ConfigError::Syntax { .. })));
}

#[test]
fn the_report_names_every_origin_and_limit() {
    let flags = Flags { data: Some("/flag".into()), ..Flags::default() };
    let report = resolve(&flags, &[("BANYAN_LOG", "debug")]).unwrap().to_string();
    for line in ["/flag  [flag]", "debug  [environment BANYAN_LOG]", "[::1]:4317  [default]"] {
        assert!(report.contains(line), "{report}");
    }
    for (name, value) in banyan_protocol::limits::ALL {
        assert!(report.contains(name) && report.contains(&value.to_string()), "{name}");
    }
}

#[test]
fn the_port_of_otlp_is_taken_only_beside_the_usual_one() {
    let resolve = |flags: &Flags| Config::resolve(flags, &|_| None).unwrap().server.otlp_listen;
    let home = tempfile::tempdir().unwrap();
    let flags = Flags { data: Some(home.path().to_owned()), ..Flags::default() };
    assert_eq!(resolve(&flags).value, loopback(OTLP_PORT));
    let listen = vec!["127.0.0.1:0".parse().unwrap()];
    let elsewhere = Flags { listen: listen.clone(), ..flags.clone() };
    assert_eq!(resolve(&elsewhere).value, []);
    let both = Flags { otlp_listen: listen.clone(), ..elsewhere };
    assert_eq!((resolve(&both).value, resolve(&both).origin), (listen, Origin::Flag));
}

#[test]
fn coding_agents_live_where_their_variables_say() {
    for (harness, variables, expected) in [
        (Harness::ClaudeCode, &[("HOME", "/h")][..], Some("/h/.claude")),
        (Harness::Codex, &[("HOME", "/h")], Some("/h/.codex")),
        (Harness::ClaudeCode, &[("HOME", "/h"), ("CLAUDE_CONFIG_DIR", "/c")], Some("/c")),
        (Harness::Codex, &[("HOME", "/h"), ("CLAUDE_CONFIG_DIR", "/c")], Some("/h/.codex")),
        (Harness::Codex, &[("HOME", "/h"), ("CODEX_HOME", "/x")], Some("/x")),
        (Harness::Codex, &[("HOME", "/h"), ("CODEX_HOME", "")], Some("/h/.codex")),
    ] {
        let all: HashMap<&str, &str> = variables.iter().copied().collect();
        let found = places::agent_home(&|name| all.get(name).map(OsString::from), harness);
        assert_eq!(found.as_deref(), expected.map(Path::new), "{harness:?} {variables:?}");
    }
}
