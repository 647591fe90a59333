//! Everything that a query finds, newest first, a page at a time: for files, which have no page
//! size. Between two pages only their place is kept, so what is found takes no memory.
//!
//! Each page is a look of its own, for a reader may take hours. Events are those up to the moment
//! at which it began; sessions are each as they are when their page is read.

use std::collections::VecDeque;

use banyan_protocol::{
    Envelope, EventKey, Fact, Flags, Position, Timestamp,
    view::{BanyanPart, EventView, SessionView},
};
use futures_util::TryStreamExt as _;
use sqlx::{QueryBuilder, query_as};

use super::{
    super::{
        Query, QueryError,
        filter::{self, Filter, event},
        look::Look,
        session_row, stalled,
        wire::event_view,
    },
    Scope, find,
};

/// Sessions of one page.
const PAGE_SESSIONS: usize = 500;
/// Sessions that one scan lists by their numbers: a costly filter is asked once for so many.
const LISTED_SESSIONS: i64 = 50_000;
/// Events that one scan looks at.
const CANDIDATES: usize = 5_000;
/// Bytes of the events of one page, give or take one event.
const PAGE_MAX_BYTES: usize = 1024 * 1024;

/// A reader in the middle of what a query finds.
#[derive(Debug)]
pub(crate) struct Every {
    filter: Filter,
    /// The sessions to which events are narrowed, where they are few.
    narrow: Option<Vec<i64>>,
    /// Found and not yet given: keys of events or numbers of sessions, the largest first.
    found: VecDeque<i64>,
    /// What is not yet looked at ends here, itself included; `None`: nothing is left.
    below: Option<i64>,
    /// What was recorded behind this position is not asked for.
    as_of: Position,
}

impl Every {
    /// Nothing up to this position is missing: as was wished, or less where the full-text index
    /// is asked and has not come so far.
    pub(crate) fn as_of(&self) -> Position {
        self.as_of
    }
}

/// An event of a file.
#[derive(Debug)]
pub(crate) struct EveryEvent {
    /// The event as received, with its place.
    pub event: EventView,
    /// The tool, of events of a tool.
    pub tool: Option<String>,
    /// Whether it says that something went well.
    pub ok: Option<bool>,
    /// One line of what it says.
    pub text: String,
}

#[derive(Debug, sqlx::FromRow)]
struct EventRow {
    key: i64,
    sequence: Option<i64>,
    received_at: i64,
    variant: u32,
    flags: u32,
    tool: Option<String>,
    ok: Option<bool>,
    raw: String,
}

impl Query {
    /// Begins to read everything that `text` finds up to `as_of`; all there is for an empty one.
    /// One that cannot be read is [`QueryError::Filter`].
    pub(crate) async fn every(
        &self,
        (text, scope): (&str, Scope),
        as_of: Position,
    ) -> Result<Every, QueryError> {
        let filter = filter::parse(text)?;
        if scope == Scope::Sessions {
            let below = Some(i64::MAX);
            return Ok(Every { filter, narrow: None, found: VecDeque::new(), below, as_of });
        }
        let mut look = self.look().await?;
        let (asked, of_sessions) = find::split(&filter);
        let narrow = if of_sessions.terms.is_empty() {
            None
        } else {
            find::narrow(&mut look, &of_sessions, 0).await?
        };
        let as_of = match filter::expression(&asked, narrow.as_deref()) {
            Some(_) => as_of.min(super::indexed(&mut look).await?),
            None => as_of,
        };
        let below = Some(EventKey::last(as_of).stored());
        Ok(Every { filter, narrow, found: VecDeque::new(), below, as_of })
    }

    /// The next events; empty at the end.
    pub(crate) async fn every_event(&self, at: &mut Every) -> Result<Vec<EveryEvent>, QueryError> {
        loop {
            let mut look = self.look().await?;
            while at.found.is_empty()
                && let Some(below) = at.below
            {
                at.list_events(&mut look, below).await?;
            }
            if at.found.is_empty() {
                return Ok(Vec::new());
            }
            let page = at.take_events(&mut look).await?;
            // Those that were listed may have been deleted since.
            if !page.is_empty() {
                return Ok(page);
            }
        }
    }

    /// The next sessions; empty at the end.
    pub(crate) async fn every_session(
        &self,
        at: &mut Every,
    ) -> Result<Vec<SessionView>, QueryError> {
        loop {
            let mut look = self.look().await?;
            if at.found.is_empty()
                && let Some(below) = at.below
            {
                at.list_sessions(&mut look, below).await?;
            }
            if at.found.is_empty() {
                return Ok(Vec::new());
            }
            let count = PAGE_SESSIONS.min(at.found.len());
            let numbers: Vec<i64> = at.found.drain(..count).collect();
            let numbers = serde_json::to_string(&numbers).map_err(QueryError::Row)?;
            let mut rows = session_row::fetch_numbers(&mut look.tx, numbers).await?;
            rows.sort_unstable_by_key(|row| std::cmp::Reverse(row.no));
            let page = stalled::views(&mut look, rows).await?;
            if !page.is_empty() {
                return Ok(page);
            }
        }
    }
}

impl Every {
    async fn list_sessions(&mut self, look: &mut Look, below: i64) -> Result<(), QueryError> {
        let mut query = QueryBuilder::new(
            "select s.no
             from session s
             join session r on r.no = s.root_no
             where s.known = 1 and s.no <= ",
        );
        query.push_bind(below);
        filter::push_all(&mut query, &self.filter, &look.judge);
        query.push(" order by s.no desc limit ").push_bind(LISTED_SESSIONS);
        let numbers: Vec<i64> = query.build_query_scalar().fetch_all(&mut *look.tx).await?;
        let is_full = i64::try_from(numbers.len()).is_ok_and(|count| LISTED_SESSIONS <= count);
        self.below = numbers.last().filter(|_| is_full).map(|last| last - 1);
        self.found = numbers.into();
        Ok(())
    }

    /// Looks at the next candidates.
    async fn list_events(&mut self, look: &mut Look, below: i64) -> Result<(), QueryError> {
        let (asked, of_sessions) = find::split(&self.filter);
        let (first, last) = event::key_range(&asked);
        let source = find::Source {
            question: filter::expression(&asked, self.narrow.as_deref()),
            range: (first, last.min(below)),
            most: CANDIDATES,
        };
        let (lowest, is_cut) = source.extent(look).await?;
        self.below = lowest.filter(|_| is_cut).map(|lowest| lowest - 1);
        let Some(lowest) = lowest else { return Ok(()) };
        let source = find::Source { range: (lowest, source.range.1), ..source };
        let mut query = QueryBuilder::new("select e.key from (");
        source.push(&mut query);
        query.push(find::OF_HITS);
        event::push(&mut query, &asked, look.judge.now());
        if self.narrow.is_none() {
            filter::push_all(&mut query, &of_sessions, &look.judge);
        }
        let mut keys: Vec<i64> = query.build_query_scalar().fetch_all(&mut *look.tx).await?;
        keys.sort_unstable_by_key(|key| std::cmp::Reverse(*key));
        self.found = keys.into();
        Ok(())
    }

    /// Loads as many of the events that were found as make a page.
    async fn take_events(&mut self, look: &mut Look) -> Result<Vec<EveryEvent>, QueryError> {
        let keys = serde_json::to_string(&self.found).map_err(QueryError::Row)?;
        // From the list to the rows, in the order of the list.
        let mut rows = query_as(
            "select e.key, e.sequence, e.received_at, e.variant, e.flags, e.tool, e.ok, e.raw
             from json_each(?1) wanted
             cross join event e
             where e.key = wanted.value",
        )
        .bind(keys)
        .fetch(&mut *look.tx);
        let (mut page, mut bytes) = (Vec::new(), 0);
        while let Some(row) = rows.try_next().await? {
            let row: EventRow = row;
            bytes += row.raw.len();
            while let Some(key) = self.found.pop_front()
                && key != row.key
            {}
            page.push(row.into_event());
            if PAGE_MAX_BYTES < bytes {
                return Ok(page);
            }
        }
        self.found.clear();
        Ok(page)
    }
}

impl EventRow {
    fn into_event(self) -> EveryEvent {
        let flags = Flags::from_bits(self.flags);
        let banyan = BanyanPart {
            position: EventKey::from_stored(self.key).position,
            received_at: Timestamp::from_micros(self.received_at),
            variant: self.variant,
            flags,
        };
        let envelope = Envelope::read(&self.raw).ok().filter(|_| !flags.contains(Flags::POISON));
        let text = envelope.map_or_else(String::new, |envelope| Fact::read(&envelope).0.line());
        let event = event_view(&self.raw, self.sequence, banyan);
        EveryEvent { event, tool: self.tool, ok: self.ok, text }
    }
}

#[cfg(test)]
mod tests;
