//! The configuration file: TOML, the same names as the flags.

use std::{
    fs, io,
    net::SocketAddr,
    path::{Path, PathBuf},
};

use toml::{Table, Value};

use super::{ConfigError, Environment, Redact, places, redact};

/// Every key that is read.
pub(super) const KEYS: [&str; 6] = ["allow_host", "data", "listen", "log", "otlp_listen", "redact"];

/// A file that was read, or none.
#[derive(Debug, Default)]
pub(super) struct File {
    /// Where it is.
    pub(super) path: Option<PathBuf>,
    table: Table,
}

impl File {
    /// The file named by the flag, else by `BANYAN_CONFIG`, else the platform's, which need not
    /// be there.
    pub(super) fn find(
        flag: Option<&Path>,
        environment: Environment<'_>,
    ) -> Result<Self, ConfigError> {
        let named = flag.map(Path::to_path_buf).or_else(|| {
            environment("BANYAN_CONFIG").filter(|value| !value.is_empty()).map(PathBuf::from)
        });
        let must_exist = named.is_some();
        let Some(path) = named.or_else(|| places::default_file(environment)) else {
            return Ok(Self::default());
        };
        match fs::read_to_string(&path) {
            Ok(text) => Self::parse(path, &text),
            Err(error) if error.kind() == io::ErrorKind::NotFound && !must_exist => {
                Ok(Self::default())
            }
            Err(source) => Err(ConfigError::Unreadable { path, source }),
        }
    }

    /// Reads `text`, naming every key that nobody reads.
    pub(super) fn parse(path: PathBuf, text: &str) -> Result<Self, ConfigError> {
        let table: Table = match text.parse() {
            Ok(table) => table,
            Err(source) => return Err(ConfigError::Syntax { path, source: Box::new(source) }),
        };
        let mut keys: Vec<String> =
            table.keys().filter(|key| !KEYS.contains(&key.as_str())).cloned().collect();
        if keys.is_empty() {
            return Ok(Self { path: Some(path), table });
        }
        keys.sort();
        Err(ConfigError::UnknownKeys { path, keys })
    }

    pub(super) fn listen(&self) -> Result<Option<Vec<SocketAddr>>, ConfigError> {
        self.addresses("listen")
    }

    pub(super) fn otlp_listen(&self) -> Result<Option<Vec<SocketAddr>>, ConfigError> {
        self.addresses("otlp_listen")
    }

    fn addresses(&self, key: &str) -> Result<Option<Vec<SocketAddr>>, ConfigError> {
        let expected = "an \"ADDRESS:PORT\" or a list of them";
        let Some(texts) = self.strings(key, expected)? else { return Ok(None) };
        let addresses: Result<Vec<SocketAddr>, _> = texts.iter().map(|text| text.parse()).collect();
        addresses.map(Some).map_err(|_unparsable| self.wrong(key, expected))
    }

    pub(super) fn allow_host(&self) -> Result<Option<Vec<String>>, ConfigError> {
        self.strings("allow_host", "a host name or a list of them")
    }

    pub(super) fn data(&self) -> Result<Option<PathBuf>, ConfigError> {
        self.string("data", "a path").map(|path| path.map(PathBuf::from))
    }

    pub(super) fn log(&self) -> Result<Option<String>, ConfigError> {
        self.string("log", "a filter such as \"info\"")
    }

    pub(super) fn redact(&self) -> Result<Option<Redact>, ConfigError> {
        let Some(text) = self.string("redact", redact::EXPECTED)? else { return Ok(None) };
        text.parse().map(Some).map_err(|_unknown| self.wrong("redact", redact::EXPECTED))
    }

    fn string(&self, key: &str, expected: &'static str) -> Result<Option<String>, ConfigError> {
        match self.table.get(key) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.clone())),
            Some(_) => Err(self.wrong(key, expected)),
        }
    }

    fn strings(
        &self,
        key: &str,
        expected: &'static str,
    ) -> Result<Option<Vec<String>>, ConfigError> {
        match self.table.get(key) {
            Some(Value::Array(items)) => items
                .iter()
                .map(|item| item.as_str().map(str::to_owned))
                .collect::<Option<Vec<String>>>()
                .map(Some)
                .ok_or_else(|| self.wrong(key, expected)),
            Some(_) | None => Ok(self.string(key, expected)?.map(|text| vec![text])),
        }
    }

    fn wrong(&self, key: &str, expected: &'static str) -> ConfigError {
        let path = self.path.as_deref().unwrap_or(Path::new("the configuration file"));
        ConfigError::Value { place: format!("{key} in {}", path.display()), expected }
    }
}
