//! Values from the environment and from the platform.

use std::path::PathBuf;

use banyan_protocol::hook::Harness;

use super::{ConfigError, Environment, Origin, Sourced};

/// What the flags say, else a comma-separated list in the variable `name`.
pub(super) fn list<T: std::str::FromStr>(
    flags: Vec<T>,
    environment: Environment<'_>,
    name: &'static str,
    expected: &'static str,
) -> Result<Option<Sourced<Vec<T>>>, ConfigError> {
    if !flags.is_empty() {
        return Ok(Some(Sourced { value: flags, origin: Origin::Flag }));
    }
    let Some(Sourced { value, origin }) = text(environment, name)? else { return Ok(None) };
    let items: Result<Vec<T>, _> = value.split(',').map(|item| item.trim().parse()).collect();
    match items {
        Ok(value) => Ok(Some(Sourced { value, origin })),
        Err(_) => Err(ConfigError::Value { place: name.to_owned(), expected }),
    }
}

/// The variable `name`; an empty one counts as absent.
pub(super) fn text(
    environment: Environment<'_>,
    name: &'static str,
) -> Result<Option<Sourced<String>>, ConfigError> {
    let Some(value) = environment(name).filter(|value| !value.is_empty()) else { return Ok(None) };
    match value.into_string() {
        Ok(value) => Ok(Some(Sourced { value, origin: Origin::Environment(name) })),
        Err(_) => Err(ConfigError::Value { place: name.to_owned(), expected: "UTF-8" }),
    }
}

/// `$XDG_DATA_HOME/banyan`, else `~/.local/share/banyan`.
pub(super) fn default_data(environment: Environment<'_>) -> Result<PathBuf, ConfigError> {
    base(environment, "XDG_DATA_HOME", ".local/share").ok_or(ConfigError::NoHome)
}

/// `$XDG_CONFIG_HOME/banyan/config.toml`, else `~/.config/banyan/config.toml`.
pub(super) fn default_file(environment: Environment<'_>) -> Option<PathBuf> {
    base(environment, "XDG_CONFIG_HOME", ".config").map(|directory| directory.join("config.toml"))
}

/// The XDG base directory specification: relative paths in its variables are ignored.
fn base(environment: Environment<'_>, name: &str, under_home: &str) -> Option<PathBuf> {
    let given = environment(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let base = match given {
        Some(base) => base,
        None => home(environment)?.join(under_home),
    };
    Some(base.join("banyan"))
}

/// `$CLAUDE_CONFIG_DIR`, else `~/.claude`; `$CODEX_HOME`, else `~/.codex`. An empty variable counts
/// as absent, as the agents have it.
pub(super) fn agent_home(environment: Environment<'_>, harness: Harness) -> Option<PathBuf> {
    let (name, under_home) = match harness {
        Harness::ClaudeCode => ("CLAUDE_CONFIG_DIR", ".claude"),
        Harness::Codex => ("CODEX_HOME", ".codex"),
    };
    let given = environment(name).filter(|path| !path.is_empty()).map(PathBuf::from);
    given.or_else(|| Some(home(environment)?.join(under_home)))
}

/// `$HOME`, else what the platform says.
fn home(environment: Environment<'_>) -> Option<PathBuf> {
    environment("HOME")
        .map(PathBuf::from)
        .filter(|path| path.is_absolute())
        .or_else(|| etcetera::home_dir().ok())
}
