//! Scripts, style sheets and icons: compiled in as small as `build.rs` makes them, and served under
//! a hash of their content, so that they may be kept for ever. A path is looked up whole: none is
//! ever built from input.

use std::collections::BTreeMap;

use axum::{
    extract::{Path, State},
    http::{HeaderValue, Uri, header},
    response::{IntoResponse as _, Response},
};
use banyan_dashboard::colour::{self, Accent};
use bytes::Bytes;

use super::{LogId, Site, error::ApiError};

/// Letters of a hash in a path.
const HASH_CHARS: usize = 12;
const FOR_EVER: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");

/// What `static/` held when the binary was built, by name.
const FILES: &[(&str, &[u8])] = include!(concat!(env!("OUT_DIR"), "/static.rs"));

/// Everything that is served and never changes, by path.
#[derive(Debug)]
pub(super) struct Assets {
    by_path: BTreeMap<String, Asset>,
    /// The paths of the files by their names.
    paths: BTreeMap<&'static str, String>,
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
        for &(name, bytes) in FILES {
            let path = format!("/static/{}/{name}", hash(bytes));
            let content_type = content_type(name);
            let bytes = Bytes::from_static(bytes);
            by_path.insert(path.clone(), Asset { content_type, bytes });
            paths.insert(name, path);
        }
        let build = build(&paths);
        let groups = Asset { content_type: CSS, bytes: colour::groups_css(log.as_str()).into() };
        let hash = hash(&groups.bytes);
        by_path.insert(GROUPS.to_owned(), groups);
        paths.insert("groups.css", format!("{GROUPS}?v={hash}"));
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

const GROUPS: &str = "/static/groups.css";
const CSS: &str = "text/css; charset=utf-8";

/// The same for every log.
fn build(paths: &BTreeMap<&'static str, String>) -> String {
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
mod tests;
