//! What a span says, and where: events of its own session, if it is one, or of the one that it
//! belongs to.

mod say;

use banyan_protocol::{Flags, otlp::Span};
use sqlx::SqliteConnection;

use super::{
    super::translated::Said,
    dialect::Role,
    traces::{Home, Item, Known, Traces, Turn, merge, session_of},
};

use say::Teller;

impl Traces {
    /// What `span` says, received as `item`, given the spans that came before.
    pub(in super::super) async fn tell(
        &mut self,
        connection: &mut SqliteConnection,
        span: &Span,
        item: Item<'_>,
    ) -> Result<Said, sqlx::Error> {
        let mut teller = Teller::new(span, item.at);
        let own = session_of(&span.trace_id, &span.span_id);
        let place = teller.reading.place.clone();
        let home = match (&place, &span.parent_span_id) {
            (Some(_), _) | (None, None) => None,
            (None, Some(parent)) => Some(self.home(connection, &span.trace_id, parent).await?),
        };
        let is_agent = teller.reading.role == Role::Agent;
        let session = match (&place, &home) {
            (Some(place), _) => Some(place.session.clone()),
            (None, None) => Some(own.clone()),
            (None, Some(_)) => is_agent.then(|| own.clone()),
        };
        let turn = teller.turn();
        let told = self.change(connection, &own).await?;
        let before = told.clone();
        told.conversations.clear();
        told.known = Some(Known {
            parent: span.parent_span_id.clone(),
            session: session.clone(),
            is_silent_root: place.is_none() && home.is_none() && !is_agent && turn.is_none(),
        });
        let mut turns: Vec<Turn> = before.conversations.values().cloned().collect();
        turns.extend(turn.filter(|_| place.is_none() && (is_agent || home.is_none())));
        let into = session.as_deref().or(home.as_ref().map(|home| &*home.session)).unwrap_or(&own);
        let merged = merge(&own, &before, into);
        if let Some(home) = &home {
            self.await_home(connection, &span.trace_id, home).await?;
        }
        let named = self.place_turns(connection, (span, is_agent), home.as_ref(), turns).await?;
        teller.say_all(session.as_deref(), home.as_ref());
        for (root, turn) in named {
            teller.converse(&root, &turn);
        }
        Ok(Said { merged, events: teller.write(item), flags: Flags::TIMED })
    }

    /// Which of the conversations that are named by agents, up to this span, are those of the
    /// trace: each with the session at the root of the trace. Others wait for what is above.
    async fn place_turns(
        &mut self,
        connection: &mut SqliteConnection,
        (span, is_agent): (&Span, bool),
        home: Option<&Home>,
        turns: Vec<Turn>,
    ) -> Result<Vec<(String, Turn)>, sqlx::Error> {
        let of_span = |turn: &Turn| turn.span == span.span_id;
        let Some(home) = home else {
            // What the root says itself counts, and what an agent says for those below it.
            let root = session_of(&span.trace_id, &span.span_id);
            let speaks = is_agent || turns.iter().any(of_span);
            let turns = turns.into_iter().filter(|turn| !speaks || of_span(turn));
            return Ok(turns.map(|turn| (root.clone(), turn)).collect());
        };
        // Those below an agent are not the root-most ones.
        let turns: Vec<Turn> =
            turns.into_iter().filter(|turn| !is_agent || of_span(turn)).collect();
        match &home.missing {
            _ if turns.is_empty() => Ok(Vec::new()),
            Some(missing) => {
                let key = session_of(&span.trace_id, missing);
                self.remember(connection, &key, turns).await?;
                Ok(Vec::new())
            }
            None if home.is_silent_root => {
                Ok(turns.into_iter().map(|turn| (home.session.clone(), turn)).collect())
            }
            None => Ok(Vec::new()),
        }
    }
}
