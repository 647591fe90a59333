//! Style sheets and icons: compiled in, and served under a hash of their content, so that they
//! may be kept for ever. A path is looked up whole: none is ever built from input.

use std::{borrow::Cow, collections::BTreeMap};

use axum::{
    extract::{Path, State},
    http::{HeaderValue, Uri, header},
    response::{IntoResponse as _, Response},
};
use banyan_dashboard::colour::{self, Accent};
use bytes::Bytes;
use rust_embed::RustEmbed;

use super::{LogId, Site, error::ApiError};

/// Letters of a hash in a path.
const HASH_CHARS: usize = 12;
const FOR_EVER: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");

/// What `static/` held when the binary was built.
#[derive(RustEmbed)]
#[folder = "../static/"]
struct Static;

/// Everything that is served and never changes, by path.
#[derive(Debug)]
pub(super) struct Assets {
    by_path: BTreeMap<String, Asset>,
    /// The paths of the files by their names.
    paths: BTreeMap<Cow<'static, str>, String>,
    build: String,
}

#[derive(Clone, Debug)]
struct Asset {
    content_type: &'static str,
    bytes: Bytes,
}

impl Assets {
    /// The files, and the colours of the groups of this log.
    pub(super) fn new(log: &LogId) -> Self {
        let (mut by_path, mut paths) = (BTreeMap::new(), BTreeMap::new());
        for (name, bytes) in files() {
            let path = format!("/static/{}/{name}", hash(&bytes));
            let content_type = content_type(&name);
            by_path.insert(path.clone(), Asset { content_type, bytes: bytes.into() });
            paths.insert(name, path);
        }
        let build = build(&paths);
        let groups = Asset { content_type: CSS, bytes: colour::groups_css(log.as_str()).into() };
        let hash = hash(&groups.bytes);
        by_path.insert(GROUPS.to_owned(), groups);
        paths.insert(Cow::Borrowed("groups.css"), format!("{GROUPS}?v={hash}"));
        Self { by_path, paths, build }
    }

    /// Which pages these are: changes with the version and with every file.
    pub(super) fn build(&self) -> &str {
        &self.build
    }

    /// Where a page finds the file `name`; empty for one that does not exist.
    pub(super) fn path(&self, name: &str) -> String {
        self.paths.get(name).cloned().unwrap_or_default()
    }
}

/// The files by their names; those of a bundle's folder as one, joined in the order of their names.
fn files() -> BTreeMap<Cow<'static, str>, Vec<u8>> {
    let mut names: Vec<_> = Static::iter().collect();
    names.sort_unstable();
    let mut files: BTreeMap<_, Vec<u8>> = BTreeMap::new();
    for name in names {
        let Some(file) = Static::get(&name) else { continue };
        let data = if name.ends_with(".js") { lean(&file.data) } else { file.data.into_owned() };
        let bundle = BUNDLES.iter().find(|(folder, _)| name.starts_with(folder));
        let name = bundle.map_or(name, |(_, bundle)| Cow::Borrowed(*bundle));
        files.entry(name).or_default().extend_from_slice(&data);
    }
    files
}

/// Folders that are served as one file each: one request, and no build step.
const BUNDLES: [(&str, &str); 2] = [("css/", "banyan.css"), ("js/", "banyan.js")];
const GROUPS: &str = "/static/groups.css";
const CSS: &str = "text/css; charset=utf-8";

/// A script without indents and lines that are only a comment: a tenth of what travels. Texts over
/// several lines would suffer; our scripts have none.
fn lean(script: &[u8]) -> Vec<u8> {
    let lines = script.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii);
    let code = lines.filter(|line| !line.is_empty() && !line.starts_with(b"//"));
    code.flat_map(|line| [line, b"\n"]).flatten().copied().collect()
}

/// The same for every log.
fn build(paths: &BTreeMap<Cow<'static, str>, String>) -> String {
    let mut all = env!("CARGO_PKG_VERSION").to_owned();
    for path in paths.values() {
        all.push_str(path);
    }
    hash(all.as_bytes())
}

/// Hex of the beginning of BLAKE3.
fn hash(bytes: &[u8]) -> String {
    blake3::hash(bytes).to_hex().chars().take(HASH_CHARS).collect()
}

fn content_type(name: &str) -> &'static str {
    match name.rsplit_once('.').map(|(_, extension)| extension) {
        Some("css") => CSS,
        Some("js") => "text/javascript; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some(_) | None => "application/octet-stream",
    }
}

/// `GET /static/…`
pub(super) async fn file(State(site): State<Site>, uri: Uri) -> Result<Response, ApiError> {
    let asset = site.assets().by_path.get(uri.path()).ok_or(ApiError::NoRoute)?;
    Ok(immutable(asset.content_type, asset.bytes.clone()))
}

/// `GET /theme/{hue}-{chroma}-{mine}.css`: a reader's primary colour, the group that wears it, and
/// those that make room.
pub(super) async fn theme(
    State(log): State<LogId>,
    Path(name): Path<String>,
) -> Result<Response, ApiError> {
    let (accent, mine) = worn(&name).ok_or(ApiError::NoRoute)?;
    Ok(immutable(CSS, colour::theme_css(accent, mine, log.as_str()).into()))
}

/// The accent, and the number of the group that wears it.
fn worn(name: &str) -> Option<(Accent, u32)> {
    let mut parts = name.strip_suffix(".css")?.splitn(3, '-');
    let accent = Accent::new(parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
    let mine = parts.next()?.parse().ok().filter(|mine| 0 < *mine)?;
    // One URL for each: what is out of range, or spelled otherwise, is not there.
    let right = format!("{}-{}-{mine}.css", accent.hue(), accent.chroma()) == name;
    right.then_some((accent, mine))
}

fn immutable(content_type: &'static str, bytes: Bytes) -> Response {
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(content_type)),
        (header::CACHE_CONTROL, FOR_EVER),
    ];
    (headers, bytes).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_have_a_path_of_their_content() {
        let assets = Assets::new(&LogId::new("demo"));
        for name in ["banyan.css", "banyan.js", "icon.svg", "groups.css"] {
            let path = assets.path(name);
            let asset = assets.by_path.get(path.split('?').next().unwrap()).unwrap();
            assert!(path.contains(&hash(&asset.bytes)) && !asset.bytes.is_empty(), "{path}");
        }
        assert_eq!(assets.path("../Cargo.toml"), "");
    }

    #[test]
    fn a_bundle_keeps_the_order_of_its_files() {
        let files = files();
        let css = String::from_utf8(files["banyan.css"].clone()).unwrap();
        let at = |part| css.find(part).unwrap();
        assert!(at("/* Banyan's style sheet") < at("/* Trees */"));
        assert!(at("/* Trees */") < at("@media print"), "screens come after what they change");
        assert!(!files.keys().any(|name| name.starts_with("css/")), "{:?}", files.keys());
    }

    #[test]
    fn scripts_travel_without_comments() {
        let script = b"// Says why.\n{\n  const a = 1 // what\n\n  // and how\n  b(a)\n}\n";
        assert_eq!(lean(script), b"{\nconst a = 1 // what\nb(a)\n}\n");
    }

    #[test]
    fn one_name_an_accent() {
        assert_eq!(worn("212-13-7.css"), Some((Accent::new(212, 13), 7)));
        for name in [
            "212-13-1",
            "212-13.css",
            "360-13-1.css",
            "212-14-1.css",
            "0212-13-1.css",
            "+2-1-1.css",
            "2-1-0.css",
            "2-1-01.css",
            "2-1-1-1.css",
            "a-b-c.css",
            "",
        ] {
            assert_eq!(worn(name), None, "{name}");
        }
    }
}
