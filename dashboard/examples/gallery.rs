//! Writes every sample page with its style sheets into a folder, to look at them without a server.
//!
//! `cargo run -p banyan-dashboard --example gallery -- target/gallery [light|dark]`

use std::{
    env,
    error::Error,
    fs, io,
    path::{Path, PathBuf},
};

use banyan_dashboard::{
    Assets, Chrome, Preferences, Theme, colour,
    sample::{self, LOG_ID, Voice},
};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = env::args().skip(1);
    let folder = PathBuf::from(arguments.next().ok_or("which folder?")?);
    let theme = match arguments.next().as_deref() {
        Some("light") => Theme::Light,
        Some("dark") => Theme::Dark,
        _ => Theme::Auto,
    };
    let preferences = Preferences { theme, ..Preferences::default() };
    let assets = Assets {
        css: "banyan.css".to_owned(),
        js: "banyan.js".to_owned(),
        build: "gallery".to_owned(),
        groups: "groups.css".to_owned(),
        theme: "theme.css".to_owned(),
        icon: "icon.svg".to_owned(),
        pages_css: "pages.css".to_owned(),
        past_js: "past.js".to_owned(),
        timeline_css: "timeline.css".to_owned(),
        timeline_js: "timeline.js".to_owned(),
    };
    let chrome = Chrome { assets, ..sample::chrome(preferences) };
    fs::create_dir_all(&folder)?;
    let files = sample::files(&chrome, Voice::plain())?;
    for (name, html) in sample::pages(&chrome, Voice::plain())?.into_iter().chain(files) {
        fs::write(folder.join(format!("{name}.html")), html)?;
    }
    let assets = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../static");
    for name in ["timeline.css", "timeline.js", "past.js", "icon.svg"] {
        fs::copy(assets.join(name), folder.join(name))?;
    }
    for (parts, whole) in [("css", "banyan.css"), ("js", "banyan.js"), ("pages", "pages.css")] {
        fs::write(folder.join(whole), joined(&assets.join(parts))?)?;
    }
    fs::write(folder.join("groups.css"), colour::groups_css(LOG_ID))?;
    fs::write(
        folder.join("theme.css"),
        colour::theme_css(preferences.accent, preferences.mine, LOG_ID),
    )?;
    Ok(())
}

/// The files of a folder, one after the other in the order of their names.
fn joined(folder: &Path) -> io::Result<Vec<u8>> {
    let mut paths: Vec<_> =
        fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<io::Result<_>>()?;
    paths.sort();
    let parts: Vec<_> = paths.into_iter().map(fs::read).collect::<io::Result<_>>()?;
    Ok(parts.concat())
}
