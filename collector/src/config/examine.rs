//! What is in force although something is wrong with it, for whoever looks for what is wrong.

use std::{ffi::OsString, path::Path};

use super::{Config, ConfigError, Environment, Flags, file::File};

/// Everything of ours in the environment that somebody reads: this program, or a client of it.
const VARIABLES: [&str; 10] = [
    "BANYAN_ALLOW_HOST",
    "BANYAN_CONFIG",
    "BANYAN_DATA",
    "BANYAN_ENDPOINT",
    "BANYAN_LISTEN",
    "BANYAN_LOG",
    "BANYAN_OTLP_LISTEN",
    "BANYAN_PARENT_SESSION",
    "BANYAN_REDACT",
    "BANYAN_SESSION",
];

/// A configuration that was looked at.
#[derive(Debug)]
pub(crate) struct Examined {
    /// What would be in force without what is wrong; `None` when not even a home directory is
    /// known.
    pub config: Option<Config>,
    /// Why a collector would not start with it.
    pub trouble: Option<ConfigError>,
    /// Variables that look like ours and that nobody reads, sorted.
    pub unread: Vec<String>,
    /// Whether `curl` is found by its name, as hooks that are commands need it.
    pub has_curl: bool,
    /// What makes `curl` post through a proxy.
    pub proxy: Option<Proxy>,
}

/// A proxy that `curl` uses for `http://`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Proxy {
    /// The variable that names it.
    pub variable: &'static str,
    /// The hosts that are posted to without it.
    pub spares: Vec<String>,
}

impl Proxy {
    fn of(environment: Environment<'_>) -> Option<Self> {
        let text = |name: &&str| {
            let value = environment(name)?.into_string().ok()?;
            (!value.is_empty()).then_some(value)
        };
        // Not HTTP_PROXY: curl does not heed it, since CGI sets it from a header.
        let variable =
            ["http_proxy", "all_proxy", "ALL_PROXY"].into_iter().find(|it| text(it).is_some())?;
        let list = ["no_proxy", "NO_PROXY"].iter().find_map(text).unwrap_or_default();
        let is_gap = |c: char| c == ',' || c.is_whitespace();
        let spares = list.split(is_gap).filter(|host| !host.is_empty());
        Some(Self { variable, spares: spares.map(str::to_owned).collect() })
    }
}

impl Config {
    /// Looks at what is in force for this process.
    #[expect(clippy::disallowed_methods, reason = "config is the one reader of the environment")]
    pub(crate) fn examine(flags: &Flags) -> Examined {
        let names = std::env::vars_os().filter_map(|(name, _)| name.into_string().ok());
        let search_path = std::env::var_os("PATH").unwrap_or_default();
        Examined {
            has_curl: std::env::split_paths(&search_path).any(|place| has(&place, "curl")),
            ..Self::examined(flags, &|name| std::env::var_os(name), names)
        }
    }

    fn examined(
        flags: &Flags,
        environment: Environment<'_>,
        names: impl Iterator<Item = String>,
    ) -> Examined {
        let (config, trouble) = match Self::resolve(flags, environment) {
            Ok(config) => (Some(config), None),
            Err(trouble) => (Self::rest(flags, environment), Some(trouble)),
        };
        let is_unread =
            |name: &String| name.starts_with("BANYAN_") && !VARIABLES.contains(&name.as_str());
        let mut unread: Vec<String> = names.filter(is_unread).collect();
        unread.sort();
        let proxy = Proxy::of(environment);
        Examined { config, trouble, unread, has_curl: false, proxy }
    }

    /// Without the file; if that does not help, without our variables as well.
    fn rest(flags: &Flags, environment: Environment<'_>) -> Option<Self> {
        let others = |name: &str| -> Option<OsString> {
            if name.starts_with("BANYAN_") { None } else { environment(name) }
        };
        Self::layered(flags, environment, File::default())
            .or_else(|_| Self::layered(flags, &others, File::default()))
            .ok()
    }
}

fn has(place: &Path, program: &str) -> bool {
    place.join(program).is_file()
}

#[cfg(test)]
mod tests {
    use std::{fs, path::PathBuf};

    use super::*;

    /// Port of the address to listen on, whether a collector would start, what nobody reads.
    fn examined(flags: &Flags, environment: &[(&str, &str)]) -> (Option<u16>, bool, Vec<String>) {
        let get = |name: &str| {
            let found = environment.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| OsString::from(value))
        };
        let names = environment.iter().map(|(name, _)| (*name).to_owned());
        let seen = Config::examined(flags, &get, names);
        let port = seen.config.map(|config| config.server.listen.value[0].port());
        (port, seen.trouble.is_none(), seen.unread)
    }

    #[test]
    fn what_is_wrong_is_left_out_and_the_rest_is_in_force() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("banyan.toml");
        fs::write(&path, "listen = \"127.0.0.1:1\"\nlissten = 1\n").unwrap();
        let with_file = Flags { config: Some(path), ..Flags::default() };
        let with_data = Flags { data: Some(PathBuf::from("/d")), ..Flags::default() };
        for (flags, environment, expected) in [
            (&with_data, &[("BANYAN_LISTEN", "127.0.0.1:2")][..], (Some(2), true)),
            (&with_data, &[("BANYAN_LISTEN", "nowhere")], (Some(4317), false)),
            (&with_file, &[("BANYAN_LISTEN", "127.0.0.1:2"), ("HOME", "/h")], (Some(2), false)),
        ] {
            let (port, starts, _) = examined(flags, environment);
            assert_eq!((port, starts), expected, "{environment:?}");
        }
    }

    #[test]
    fn variables_that_nobody_reads_are_named() {
        let home = ("HOME", "/h");
        let (_, starts, unread) =
            examined(&Flags::default(), &[("BANYAN_LISTENS", "x"), ("BANYAN_DATA", "/d"), home]);
        assert!(starts);
        assert_eq!(unread, ["BANYAN_LISTENS"]);
        assert_eq!(examined(&Flags::default(), &[home]).2, Vec::<String>::new());
    }

    #[test]
    fn a_program_is_found_where_it_is() {
        let directory = tempfile::tempdir().unwrap();
        assert!(!has(directory.path(), "curl"));
        fs::write(directory.path().join("curl"), "").unwrap();
        assert!(has(directory.path(), "curl"));
    }

    #[test]
    fn a_proxy_is_the_one_that_curl_takes() {
        let proxy = |variables: &[(&str, &str)]| {
            Proxy::of(&|name| {
                let found = variables.iter().find(|(given, _)| *given == name);
                found.map(|(_, value)| OsString::from(value))
            })
        };
        assert_eq!(
            proxy(&[("HTTP_PROXY", "http://p"), ("http_proxy", ""), ("no_proxy", "x")]),
            None
        );
        let spares = vec!["127.0.0.1".to_owned(), "::1".to_owned()];
        assert_eq!(
            proxy(&[("ALL_PROXY", "socks5://p"), ("NO_PROXY", "127.0.0.1, ::1")]),
            Some(Proxy { variable: "ALL_PROXY", spares })
        );
    }
}
