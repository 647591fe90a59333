//! Replaces a file as a whole: whoever reads it, also after a crash, finds the old one or the new
//! one, never a part.

use std::{
    fs, io,
    io::Write as _,
    path::{Path, PathBuf},
};

use tempfile::NamedTempFile;

/// Symbolic links that are followed before they are called a circle.
const LINKS_MAX: usize = 40;

/// Puts `text` where `path` leads to, through symbolic links; what was there leaves its mode.
pub(super) fn replace(path: &Path, text: &str) -> io::Result<()> {
    let path = followed(path)?;
    let directory = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        Some(_) | None => Path::new("."),
    };
    fs::create_dir_all(directory)?;
    let mut file = beside(directory)?;
    file.write_all(text.as_bytes())?;
    match fs::metadata(&path) {
        Ok(before) => file.as_file().set_permissions(before.permissions())?,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(error),
    }
    file.as_file().sync_all()?;
    file.persist(&path).map_err(|error| error.error)?;
    // A directory that cannot be synced (Windows) has its own ways.
    fs::File::open(directory).and_then(|directory| directory.sync_all()).or(Ok(()))
}

/// A file that others may read where a new file's mode lets them: a project's settings are shared.
fn beside(directory: &Path) -> io::Result<NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    builder.prefix(".banyan-").tempfile_in(directory)
}

/// Where `path` leads to, also when nothing is there.
fn followed(path: &Path) -> io::Result<PathBuf> {
    let mut path = path.to_owned();
    for _ in 0..LINKS_MAX {
        match fs::read_link(&path) {
            Ok(target) => path = path.parent().unwrap_or(Path::new("")).join(target),
            Err(_) => return Ok(path),
        }
    }
    Err(io::Error::other("too many symbolic links"))
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, symlink};

    use super::*;

    #[test]
    fn links_and_modes_stay_and_what_is_open_is_whole() {
        let place = tempfile::tempdir().unwrap();
        let (real, link) = (place.path().join("dotfiles"), place.path().join("settings.json"));
        fs::write(&real, "old").unwrap();
        fs::set_permissions(&real, fs::Permissions::from_mode(0o640)).unwrap();
        symlink("dotfiles", &link).unwrap();
        let before = fs::metadata(&real).unwrap().ino();
        let open = fs::File::open(&link).unwrap();
        replace(&link, "new").unwrap();
        assert_eq!(io::read_to_string(open).unwrap(), "old");
        assert_eq!(fs::read_link(&link).unwrap(), Path::new("dotfiles"));
        assert_eq!(fs::read_to_string(&real).unwrap(), "new");
        let after = fs::metadata(&real).unwrap();
        assert_ne!(after.ino(), before);
        assert_eq!(after.permissions().mode() & 0o777, 0o640);
        assert_eq!(fs::read_dir(place.path()).unwrap().count(), 2, "nothing is left beside it");
    }

    #[test]
    fn a_link_to_nothing_is_filled_and_a_circle_is_told() {
        let place = tempfile::tempdir().unwrap();
        let (link, circle) = (place.path().join("link"), place.path().join("circle"));
        symlink("far/settings.json", &link).unwrap();
        replace(&link, "new").unwrap();
        assert_eq!(fs::read_to_string(place.path().join("far/settings.json")).unwrap(), "new");
        symlink("circle", &circle).unwrap();
        replace(&circle, "new").unwrap_err();
    }
}
