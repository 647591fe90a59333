//! The statements that sqlx reports, and how SQLite plans them.

use std::{
    collections::BTreeSet,
    fmt::Debug,
    sync::{Arc, Mutex, OnceLock},
};

use sqlx::{AssertSqlSafe, Row as _, SqliteConnection};
use tracing::{
    Event, Subscriber,
    field::{Field, Visit},
};
use tracing_subscriber::{Layer, layer::Context, prelude::*};

/// Tables that grow with the log, by every name that statements give them.
const LARGE: [&str; 13] =
    ["s", "r", "p", "c", "t", "a", "e", "session", "event", "alert", "claim", "above", "remark"];

/// Collects the statements that sqlx reports.
#[derive(Clone, Default)]
pub(crate) struct Statements(Arc<Mutex<BTreeSet<String>>>);

impl Statements {
    /// Those of this process from now on.
    pub(crate) fn watch() -> Self {
        static WATCHED: OnceLock<Statements> = OnceLock::new();
        let watched = WATCHED.get_or_init(|| {
            let statements = Self::default();
            let registry = tracing_subscriber::registry().with(statements.clone());
            tracing::subscriber::set_global_default(registry).unwrap();
            statements
        });
        watched.clone()
    }

    pub(super) fn take(&self) -> BTreeSet<String> {
        std::mem::take(&mut *self.0.lock().unwrap())
    }

    /// None of those that were seen walks through a large table of the view that `connection`
    /// reads; says how many there were.
    pub(crate) async fn check(&self, connection: &mut SqliteConnection) -> usize {
        let reported = self.take();
        let selects: Vec<_> = reported
            .iter()
            .filter(|statement| statement.starts_with("select") || statement.starts_with("with"))
            .collect();
        for statement in &selects {
            let plan = plan(connection, statement).await;
            assert_eq!(walks(&plan), Vec::<&String>::new(), "{statement}\n{plan:#?}");
        }
        selects.len()
    }
}

impl<S: Subscriber> Layer<S> for Statements {
    fn on_event(&self, event: &Event<'_>, _context: Context<'_, S>) {
        event.record(&mut self.clone());
    }
}

impl Visit for Statements {
    fn record_str(&mut self, field: &Field, value: &str) {
        if field.name() == "db.statement" && !value.is_empty() {
            self.0.lock().unwrap().insert(value.trim().to_owned());
        }
    }

    fn record_debug(&mut self, _field: &Field, _value: &dyn Debug) {}
}

/// Lines of a plan that walk through a large table, or that sort events. Counting along a narrow
/// index is fine, and so is sorting what one holds of a session.
pub(super) fn walks(plan: &[String]) -> Vec<&String> {
    let of_events = plan
        .iter()
        .any(|line| line.starts_with("SEARCH event ") && !line.contains("COVERING INDEX"));
    plan.iter()
        .filter(|line| {
            if of_events && line.contains("TEMP B-TREE") {
                return true;
            }
            let mut words = line.split_whitespace();
            words.next() == Some("SCAN")
                && words.next().is_some_and(|table| LARGE.contains(&table))
                && !line.contains("COVERING INDEX")
        })
        .collect()
}

pub(super) async fn plan(connection: &mut SqliteConnection, statement: &str) -> Vec<String> {
    sqlx::query(AssertSqlSafe(format!("explain query plan {statement}")))
        .fetch_all(connection)
        .await
        .unwrap()
        .iter()
        .map(|row| row.get::<String, _>("detail"))
        .collect()
}
