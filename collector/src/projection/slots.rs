//! Which file is the view.
//!
//! There are two names, because a view is never renamed while somebody reads it: a rebuild fills
//! the file that is not in use, and when it has caught up the readers move over and the other
//! file is deleted.

use std::path::{Path, PathBuf};

use banyan_protocol::Position;
use sqlx::{Connection as _, SqliteConnection};

use super::{PROJECTION_VERSION, store::meta};
use crate::{
    log::LogIdentity,
    view::{View, ViewError},
};

const NAMES: [&str; 2] = ["view.db", "view.2.db"];

/// The files to work on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Slots {
    /// The view to be brought up to date.
    pub current: PathBuf,
    /// A view of another version that is read until `current` has caught up.
    pub outdated: Option<PathBuf>,
}

/// What a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Found {
    /// Not there, or of no use: of another log, from the future of this one, damaged.
    Nothing,
    /// A view of this log by another version of the projection, with the same tables.
    Outdated(Position),
    /// A view of this log by this version.
    Current(Position),
}

/// Looks at the files in `directory`, deletes what is of no use, and makes a view if none is
/// left. Nobody may have them open.
pub(super) async fn choose(
    directory: &Path,
    log: &LogIdentity,
    head: Position,
) -> Result<Slots, ViewError> {
    let (mut current, mut outdated) = (None, None);
    for path in paths(directory) {
        match inspect(&path, log, head).await {
            Found::Nothing => {}
            Found::Outdated(position) => keep_longer(&mut outdated, position, path),
            Found::Current(position) => keep_longer(&mut current, position, path),
        }
    }
    let newer = current.as_ref().map(|(position, _)| *position);
    let outdated = outdated.filter(|(position, _)| newer.is_none_or(|newer| newer < *position));
    let (current, outdated) = (current.map(|(_, path)| path), outdated.map(|(_, path)| path));
    for path in paths(directory) {
        if Some(&path) != current.as_ref() && Some(&path) != outdated.as_ref() {
            View::delete(&path)?;
        }
    }
    let free = || paths(directory).into_iter().find(|path| Some(path) != outdated.as_ref());
    let current = current.or_else(free).unwrap_or_default();
    make(&current, log).await?;
    Ok(Slots { current, outdated })
}

/// The view of this log by this version, if there is one. Looks only: what is of no use stays.
pub(super) async fn current(
    directory: &Path,
    log: &LogIdentity,
    head: Position,
) -> Option<PathBuf> {
    let mut current = None;
    for path in paths(directory).into_iter().filter(|path| path.exists() && View::is_whole(path)) {
        let Ok(mut connection) = View::reader(&path).await else { continue };
        let found = read(&mut connection, log, head).await;
        match (found, connection.close().await) {
            (Ok(Found::Current(position)), Ok(())) => keep_longer(&mut current, position, path),
            (Ok(Found::Current(_) | Found::Outdated(_) | Found::Nothing) | Err(_), _) => {}
        }
    }
    current.map(|(_, path)| path)
}

/// The file that is not in use while `path` is.
pub(super) fn other(path: &Path) -> PathBuf {
    let [first, second] = NAMES.map(|name| path.with_file_name(name));
    if path == first { second } else { first }
}

/// Where a view can be.
pub(super) fn paths(directory: &Path) -> [PathBuf; 2] {
    NAMES.map(|name| directory.join(name))
}

fn keep_longer(kept: &mut Option<(Position, PathBuf)>, position: Position, path: PathBuf) {
    if kept.as_ref().is_none_or(|(held, _)| *held < position) {
        *kept = Some((position, path));
    }
}

/// Deletes every view in `directory` and makes an empty one.
pub(super) async fn start_over(directory: &Path, log: &LogIdentity) -> Result<PathBuf, ViewError> {
    for path in paths(directory) {
        View::delete(&path)?;
    }
    let path = directory.join(NAMES[0]);
    make(&path, log).await?;
    Ok(path)
}

/// Makes the view at `path` if it is not there.
pub(super) async fn make(path: &Path, log: &LogIdentity) -> Result<(), ViewError> {
    let mut connection = View::writer(path).await?;
    let claimed = claim(&mut connection, log).await;
    let closed = connection.close().await;
    claimed.and(closed).map_err(ViewError::Database)
}

async fn claim(connection: &mut SqliteConnection, log: &LogIdentity) -> Result<(), sqlx::Error> {
    let mut tx = connection.begin_with("begin immediate").await?;
    meta::set(&mut tx, "log_id", &log.id).await?;
    meta::set(&mut tx, "log_epoch", &log.epoch.to_string()).await?;
    meta::set(&mut tx, "projection_version", &PROJECTION_VERSION.to_string()).await?;
    tx.commit().await
}

async fn inspect(path: &Path, log: &LogIdentity, head: Position) -> Found {
    if !path.exists() {
        return Found::Nothing;
    }
    if !View::is_whole(path) {
        tracing::warn!("the system ended before the view was closed; it is built again");
        return Found::Nothing;
    }
    let Ok(mut connection) = View::writer(path).await else { return Found::Nothing };
    let found = read(&mut connection, log, head).await.unwrap_or(Found::Nothing);
    match connection.close().await {
        Ok(()) => found,
        Err(_) => Found::Nothing,
    }
}

async fn read(
    connection: &mut SqliteConnection,
    log: &LogIdentity,
    head: Position,
) -> Result<Found, sqlx::Error> {
    let id = meta::get(connection, "log_id").await?;
    let epoch = meta::get(connection, "log_epoch").await?;
    let version = meta::get(connection, "projection_version").await?;
    let position = meta::checkpoint(connection, meta::SESSIONS).await?;
    if id.as_ref() != Some(&log.id) || epoch != Some(log.epoch.to_string()) || head < position {
        return Ok(Found::Nothing);
    }
    match version {
        Some(version) if version == PROJECTION_VERSION.to_string() => Ok(Found::Current(position)),
        Some(_) | None => Ok(Found::Outdated(position)),
    }
}
