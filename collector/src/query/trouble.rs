//! The next session in trouble, in the order in which a page shows a tree: failed, out of time,
//! waiting, stalled or lost.
//!
//! Roll-ups say below which sessions there is trouble, so the way to it is one indexed question a
//! level, however large the tree is.

use std::ops::RangeInclusive;

use banyan_protocol::view::Status;
use sqlx::{query_as, query_scalar};

use super::{
    Query, QueryError,
    ancestors::path_to,
    figures::count,
    forest::WINDOW_MAX_ROWS,
    look::Look,
    row_id::{self, RowNo},
    session_row::{self, SessionRow},
    stalled::Stalled,
};

/// Levels looked through below the top of a page.
const LEVELS_MAX_COUNT: u32 = 500;

/// Which one is looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Direction {
    /// The first one below this row or behind it.
    After(RowNo),
    /// The last one before this row, ancestors included.
    Before(RowNo),
    /// The last one of all.
    Last,
}

/// A session in trouble, and the way to it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Found {
    /// The rows to open, from the top down, each with the start of the window of its children in
    /// which the way goes on.
    pub path: Vec<(String, u64)>,
    /// Its row.
    pub row: String,
}

/// Which child of several.
#[derive(Clone, Copy, Debug)]
enum End {
    First,
    Last,
}

/// A walk through the tree below `top`.
struct Walk<'a> {
    look: &'a mut Look,
    stalled: Stalled,
    top: i64,
}

impl Query {
    /// The next session in trouble at or below `top`; `None` when there is none, or when a row is
    /// not (or no longer) there.
    pub(crate) async fn trouble(
        &self,
        RowNo(top): RowNo,
        direction: Direction,
    ) -> Result<Option<Found>, QueryError> {
        let mut look = self.look().await?;
        let stalled = Stalled::look(&mut look).await?;
        let mut walk = Walk { look: &mut look, stalled, top };
        let found = match direction {
            Direction::After(RowNo(no)) => walk.after(no).await?,
            Direction::Before(RowNo(no)) => walk.before(no).await?,
            Direction::Last => match walk.path(top).await?.pop() {
                Some(row) => walk.last(row).await?,
                None => None,
            },
        };
        match found {
            Some(no) => walk.found(no).await,
            None => Ok(None),
        }
    }
}

impl Walk<'_> {
    /// From the top down to the session `no`; empty when it is not below the top.
    async fn path(&mut self, no: i64) -> Result<Vec<SessionRow>, QueryError> {
        let numbers = path_to(self.look, no, LEVELS_MAX_COUNT).await?;
        let mut path = session_row::fetch_numbers(&mut self.look.tx, numbers).await?;
        path.sort_by_key(|row| row.depth);
        match path.iter().position(|row| row.no == self.top) {
            Some(top) => Ok(path.split_off(top)),
            None => Ok(Vec::new()),
        }
    }

    async fn after(&mut self, no: i64) -> Result<Option<i64>, QueryError> {
        let path = self.path(no).await?;
        let Some(start) = path.last() else { return Ok(None) };
        if let Some(found) = self.first_below(start.no).await? {
            return Ok(Some(found));
        }
        for row in path.iter().skip(1).rev() {
            let Some(parent) = row.parent_no else { return Ok(None) };
            let Some(next) = self.child(End::First, parent, row.no + 1..=i64::MAX).await? else {
                continue;
            };
            return if self.is_troubled(&next) {
                Ok(Some(next.no))
            } else {
                self.first_below(next.no).await
            };
        }
        Ok(None)
    }

    async fn before(&mut self, no: i64) -> Result<Option<i64>, QueryError> {
        let path = self.path(no).await?;
        for (parent, row) in path.iter().zip(path.iter().skip(1)).rev() {
            if let Some(before) = self.child(End::Last, parent.no, 0..=row.no - 1).await?
                && let Some(found) = self.last(before).await?
            {
                return Ok(Some(found));
            }
            if self.is_troubled(parent) {
                return Ok(Some(parent.no));
            }
        }
        Ok(None)
    }

    async fn first_below(&mut self, mut no: i64) -> Result<Option<i64>, QueryError> {
        for _ in 0..LEVELS_MAX_COUNT {
            match self.child(End::First, no, 0..=i64::MAX).await? {
                Some(child) if self.is_troubled(&child) => return Ok(Some(child.no)),
                Some(child) => no = child.no,
                None => return Ok(None),
            }
        }
        Ok(None)
    }

    /// The last one at or below `row`.
    async fn last(&mut self, row: SessionRow) -> Result<Option<i64>, QueryError> {
        let (mut no, mut found) = (row.no, self.is_troubled(&row).then_some(row.no));
        for _ in 0..LEVELS_MAX_COUNT {
            let Some(child) = self.child(End::Last, no, 0..=i64::MAX).await? else {
                return Ok(found);
            };
            no = child.no;
            found = if self.is_troubled(&child) { Some(no) } else { found };
        }
        Ok(found)
    }

    /// Whether it is in trouble itself.
    fn is_troubled(&self, row: &SessionRow) -> bool {
        let status = row.status();
        status.is_failed() || status == Status::Waiting || self.look.judge.is_stalled(&row.signs())
    }

    /// The first or the last child of `parent` in `range` that is in trouble or has some below it.
    async fn child(
        &mut self,
        end: End,
        parent: i64,
        range: RangeInclusive<i64>,
    ) -> Result<Option<SessionRow>, QueryError> {
        let statement = match end {
            End::First => FIRST,
            End::Last => LAST,
        };
        let counted: Option<i64> = query_scalar(statement)
            .bind(parent)
            .bind(range.start())
            .bind(range.end())
            .bind(self.look.judge.silent_before())
            .fetch_optional(&mut *self.look.tx)
            .await?;
        let counted = counted.into_iter();
        let no = match end {
            End::First => counted.chain(self.stalled.children(parent, range).next()).min(),
            End::Last => counted.chain(self.stalled.children(parent, range).next_back()).max(),
        };
        self.fetch(no).await
    }

    async fn fetch(&mut self, no: Option<i64>) -> Result<Option<SessionRow>, QueryError> {
        let Some(no) = no else { return Ok(None) };
        let numbers = serde_json::json!([no]).to_string();
        Ok(session_row::fetch_numbers(&mut self.look.tx, numbers).await?.pop())
    }

    /// The way to the session `no`.
    async fn found(&mut self, no: i64) -> Result<Option<Found>, QueryError> {
        let path = self.path(no).await?;
        let Some(row) = path.last().map(|row| row_id::encode(row.no)) else { return Ok(None) };
        let mut found = Found { path: Vec::new(), row };
        for (parent, child) in path.iter().zip(path.iter().skip(1)) {
            let (before,): (i64,) = query_as(PLACE)
                .bind(parent.no)
                .bind(child.no)
                .fetch_one(&mut *self.look.tx)
                .await?;
            let window = u64::try_from(WINDOW_MAX_ROWS).unwrap_or(u64::MAX);
            let from = count(before) / window * window;
            found.path.push((row_id::encode(parent.no), from));
        }
        Ok(Some(found))
    }
}

const FIRST: &str = "
    select no
    from session
    where parent_no = ?1 and no between ?2 and ?3
          and (sub_failed > 0 or sub_waiting > 0 or (sub_running > 0 and sub_last_position < ?4))
    order by no
    limit 1";

const LAST: &str = "
    select no
    from session
    where parent_no = ?1 and no between ?2 and ?3
          and (sub_failed > 0 or sub_waiting > 0 or (sub_running > 0 and sub_last_position < ?4))
    order by no desc
    limit 1";

const PLACE: &str = "
    select count(*)
    from session
    where parent_no = ?1 and no < ?2";

#[cfg(test)]
mod tests;
