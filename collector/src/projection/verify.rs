//! Builds a view from nothing, and holds one view against another.

use std::{
    collections::BTreeMap,
    path::Path,
    time::{Duration, Instant},
};

use banyan_protocol::Position;
use futures_util::StreamExt as _;
use sqlx::{Row as _, SqliteConnection};

use super::{
    forest::{Claim, Place, place},
    pipeline::{Pipeline, PipelineError},
    poisoned::Poisoned,
    projector::{BATCH_EVENTS, ProjectorError},
    slots,
    store::{dump, meta},
};
use crate::{log::Log, view::View};

/// The file that `banyan verify` fills and deletes.
const FRESH_NAME: &str = "view.verify.db";

/// A view that was built from nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Rebuilt {
    /// It covers the log up to here.
    pub position: Position,
    /// Until everything was visible.
    pub visible_after: Duration,
    /// Until everything was searchable, too.
    pub searchable_after: Duration,
}

/// What a verification found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// The view is what the log says.
    Equal {
        /// Up to here.
        position: Position,
    },
    /// It is not.
    Different {
        /// Which table, or `forest` for places that no claims explain.
        table: String,
        /// The first row that differs, as it is; absent when it is missing.
        found: Option<String>,
        /// As the log says it should be; absent when there should be none.
        expected: Option<String>,
    },
    /// There is no view of this log by this version.
    Missing,
}

/// Deletes the views in `directory` and builds one from all of `log`. Nobody may have them open.
pub(crate) async fn rebuild(directory: &Path, log: &Log) -> Result<Rebuilt, ProjectorError> {
    let begun = Instant::now();
    let path = slots::start_over(directory, log.identity()).await?;
    let mut pipeline = Pipeline::open(&path).await?;
    let position = fill(&mut pipeline, log, log.head()).await?;
    let visible_after = begun.elapsed();
    pipeline.search_up_to(position).await?;
    pipeline.close().await;
    Ok(Rebuilt { position, visible_after, searchable_after: begun.elapsed() })
}

/// Builds a second view from `log`, as far as the one in `directory` has come, and compares them.
pub(crate) async fn verify(directory: &Path, log: &Log) -> Result<Verdict, ProjectorError> {
    let Some(current) = slots::current(directory, log.identity(), log.head()).await else {
        return Ok(Verdict::Missing);
    };
    let fresh = directory.join(FRESH_NAME);
    View::delete(&fresh)?;
    let verdict = verify_with(&current, &fresh, log).await;
    View::delete(&fresh)?;
    verdict
}

async fn verify_with(current: &Path, fresh: &Path, log: &Log) -> Result<Verdict, ProjectorError> {
    let mut live = View::reader(current).await?;
    let position = meta::checkpoint(&mut live, meta::SESSIONS).await?;
    let searchable = meta::checkpoint(&mut live, meta::SEARCH).await?;
    slots::make(fresh, log.identity()).await?;
    let mut pipeline = Pipeline::open(fresh).await?;
    fill(&mut pipeline, log, position).await?;
    pipeline.search_up_to(searchable).await?;
    pipeline.close().await;

    let mut expected = View::reader(fresh).await?;
    if let Some(difference) = compare(&mut live, &mut expected).await? {
        return Ok(difference);
    }
    Ok(misplaced(&mut live).await?.unwrap_or(Verdict::Equal { position }))
}

/// Takes in the log up to `up_to`, which is the end of a commit.
async fn fill(
    pipeline: &mut Pipeline,
    log: &Log,
    up_to: Position,
) -> Result<Position, ProjectorError> {
    let mut poisoned = Poisoned::default();
    while pipeline.folded() < up_to {
        let mut commits = log.read_after(pipeline.folded(), BATCH_EVENTS).await?;
        commits.retain(|commit| commit.first <= up_to);
        match pipeline.take(&commits, &poisoned).await {
            Ok(_) => {}
            Err(PipelineError::Entry { position, reason }) => {
                poisoned.note(position, reason);
                pipeline.reopen().await?;
            }
            Err(error) => return Err(error.into()),
        }
    }
    Ok(pipeline.settle().await?)
}

/// The first difference between two views.
pub(super) async fn compare(
    found: &mut SqliteConnection,
    expected: &mut SqliteConnection,
) -> Result<Option<Verdict>, sqlx::Error> {
    dump::prepare(found).await?;
    dump::prepare(expected).await?;
    for table in dump::TABLES {
        let mut found = dump::lines(found, table).await?;
        let mut expected = dump::lines(expected, table).await?;
        loop {
            let row = (found.next().await.transpose()?, expected.next().await.transpose()?);
            match row {
                (None, None) => break,
                (found, expected) if found == expected => {}
                (found, expected) => {
                    let table = table.0.to_owned();
                    return Ok(Some(Verdict::Different { table, found, expected }));
                }
            }
        }
    }
    Ok(None)
}

/// The first session of a view that does not stand where the definition of the forest says.
pub(super) async fn misplaced(
    connection: &mut SqliteConnection,
) -> Result<Option<Verdict>, sqlx::Error> {
    let rows = sqlx::query(include_str!("store/places.sql")).fetch_all(connection).await?;
    let mut claims = BTreeMap::new();
    let mut found = BTreeMap::new();
    for row in &rows {
        let id: &str = row.try_get("id")?;
        let known = row.try_get("known")?;
        claims.insert(id, Claim { known, parent: row.try_get("claim")? });
        if known {
            let place = Place {
                parent: row.try_get("parent")?,
                orphan: row.try_get("orphan")?,
                cycle: row.try_get("cycle")?,
                root: row.try_get("root")?,
                depth: row.try_get("depth")?,
            };
            found.insert(id, place);
        }
    }
    let expected = place(&claims);
    let wrong = found.iter().find(|(id, place)| expected.get(*id) != Some(place));
    Ok(wrong.map(|(id, found)| Verdict::Different {
        table: "forest".to_owned(),
        found: Some(format!("{id}: {found:?}")),
        expected: expected.get(id).map(|expected| format!("{id}: {expected:?}")),
    }))
}
