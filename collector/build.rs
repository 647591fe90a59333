//! What is compiled into the binary beside its code: the files of `static/`, as small as they are
//! served. Scripts and style sheets of a folder are joined in the order of their names, because a
//! page asks for one of each; the binary finds them in `static.rs` as names and bytes.
//!
//! Cargo runs this again when one of those files changes, or a migration is added.

#[path = "build/script.rs"]
mod script;
#[path = "build/style.rs"]
mod style;

use std::{
    collections::BTreeMap,
    env,
    error::Error,
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
};

/// Where the files are, seen from this crate.
const STATIC: &str = "../static";
/// Folders that are served as one file each.
const BUNDLES: [(&str, &str); 3] =
    [("css", "banyan.css"), ("js", "banyan.js"), ("pages", "pages.css")];

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo:rerun-if-changed=../migrations");
    println!("cargo:rerun-if-changed={STATIC}");
    let mut files = BTreeMap::new();
    for path in entries(Path::new(STATIC))?.into_iter().filter(|path| path.is_file()) {
        files.insert(name(&path), fs::read(&path)?);
    }
    for (folder, bundle) in BUNDLES {
        let parts = entries(&Path::new(STATIC).join(folder))?;
        let parts = parts.iter().map(fs::read).collect::<Result<Vec<_>, _>>()?;
        files.insert(bundle.to_owned(), parts.concat());
    }
    #[expect(clippy::disallowed_methods, reason = "cargo says where the result belongs")]
    let out = PathBuf::from(env::var_os("OUT_DIR").ok_or("not run by cargo")?);
    let mut list = String::from("&[");
    for (name, bytes) in &files {
        fs::write(out.join(name), small(name, bytes)?)?;
        write!(
            list,
            "({name:?},include_bytes!(concat!(env!(\"OUT_DIR\"),{:?}))),",
            format!("/{name}")
        )?;
    }
    list.push(']');
    fs::write(out.join("static.rs"), list)?;
    Ok(())
}

/// What is served of a file.
fn small(name: &str, bytes: &[u8]) -> Result<Vec<u8>, Box<dyn Error>> {
    Ok(match name.rsplit_once('.') {
        Some((_, "css")) => style::small(str::from_utf8(bytes)?).into_bytes(),
        Some((_, "js")) => script::small(name, str::from_utf8(bytes)?)?.into_bytes(),
        Some(_) | None => bytes.to_vec(),
    })
}

/// The paths in a folder, in the order of their names.
fn entries(folder: &Path) -> Result<Vec<PathBuf>, Box<dyn Error>> {
    let entries = fs::read_dir(folder)?.map(|entry| Ok(entry?.path()));
    let mut entries = entries.collect::<Result<Vec<_>, std::io::Error>>()?;
    entries.sort_unstable();
    Ok(entries)
}

fn name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}
