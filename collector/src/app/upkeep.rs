//! `banyan rebuild` and `banyan verify`: work on the data while nobody serves it.

use std::path::Path;

use super::{Fatal, say};
use crate::{
    clock::Clock,
    log::Log,
    projection::{self, Verdict},
};

/// Builds the view in `data` anew from the log.
pub(crate) async fn rebuild(data: &Path) -> Result<(), Fatal> {
    let log = Log::open(data, Clock::System).await?;
    let rebuilt = projection::rebuild(data, &log).await;
    log.close().await;
    let rebuilt = rebuilt?;
    say(format_args!(
        "rebuilt: {} events, visible after {:.3} s, searchable after {:.3} s",
        rebuilt.position,
        rebuilt.visible_after.as_secs_f64(),
        rebuilt.searchable_after.as_secs_f64(),
    ))
}

/// Reads all of the log in `data`, folds it afresh, and holds the view against the result.
pub(crate) async fn verify(data: &Path) -> Result<(), Fatal> {
    let log = Log::open(data, Clock::System).await?;
    let verdict = async {
        let position = log.verify().await?;
        say(format_args!("log: {position} events, dense and readable"))?;
        Ok::<_, Fatal>(projection::verify(data, &log).await?)
    };
    let verdict = verdict.await;
    log.close().await;
    match verdict? {
        Verdict::Equal { position } => {
            say(format_args!("view: equal to a fresh one, up to event {position}"))
        }
        Verdict::Missing => {
            say("view: there is none of this log by this version; it will be built")
        }
        Verdict::Different { table, found, expected } => Err(Fatal::Different {
            table,
            found: found.unwrap_or_else(|| "nothing".to_owned()),
            expected: expected.unwrap_or_else(|| "nothing".to_owned()),
        }),
    }
}
