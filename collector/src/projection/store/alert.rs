//! Rows of `alert`, `acknowledgement` and `remark`.
//!
//! What was said of an alert is kept beside the alerts, not in them: a replay takes alerts away and
//! brings them back, and the word on them stands none the less.

use std::{collections::BTreeSet, sync::LazyLock};

use banyan_protocol::{Position, view::AlertRule};
use sqlx::SqliteConnection;

use super::{
    super::{
        alerts::Alert,
        node::No,
        rows::{AlertRow, Rows},
    },
    table::{Statement, Value},
};

/// The first three columns are the key.
static ALERTS: LazyLock<Statement> = LazyLock::new(|| {
    let head = "insert or replace into alert (session_no, rule, first_position, last_position, \
                severity, created_at, message) values";
    Statement::new(head, 7, "")
});

static ACKNOWLEDGEMENTS: LazyLock<Statement> = LazyLock::new(|| {
    let head = "insert or replace into acknowledgement (session_no, rule, first_position, \
                position, at) values";
    Statement::new(head, 5, "")
});

static REMARKS: LazyLock<Statement> = LazyLock::new(|| {
    let columns = ["position", "session_no", "rule", "first_position", "at", "acknowledged"];
    Statement::insert("remark", &columns)
});

/// The row of an alert.
pub(in super::super) fn row(alert: Alert) -> AlertRow {
    AlertRow {
        last_position: alert.last,
        severity: alert.severity,
        created_at: alert.created_at.micros(),
        message: alert.message,
    }
}

/// Takes the alerts of `rows` and what was said of alerts, and writes them.
pub(super) async fn write(tx: &mut SqliteConnection, rows: &mut Rows) -> Result<(), sqlx::Error> {
    let alerts = std::mem::take(&mut rows.alerts);
    let said = std::mem::take(&mut rows.acknowledged);
    let remarks = std::mem::take(&mut rows.remarks).into_iter().flatten().map(Value::Int);
    REMARKS.write(tx, remarks.collect()).await?;
    let touched: BTreeSet<No> = alerts.keys().chain(said.keys()).map(|(no, _, _)| *no).collect();
    for no in std::mem::take(&mut rows.alerts_replaced) {
        sqlx::query("delete from alert where session_no = ?").bind(no).execute(&mut *tx).await?;
    }
    for (no, rule, first) in std::mem::take(&mut rows.alerts_gone) {
        withdraw(tx, [no, rule.stored(), first]).await?;
    }
    ALERTS.write(tx, alerts.into_iter().flat_map(|(key, row)| values(key, row)).collect()).await?;
    let mut acknowledged = Vec::new();
    for ((no, rule, first), said) in said {
        let key = [no, rule.stored(), first];
        match said {
            Some(said) => {
                acknowledged.extend([key[0], key[1], key[2], said.position, said.at.micros()]);
            }
            None => reopen(tx, key).await?,
        }
    }
    ACKNOWLEDGEMENTS.write(tx, acknowledged.into_iter().map(Value::Int).collect()).await?;
    if touched.is_empty() { Ok(()) } else { agree(tx, &touched).await }
}

async fn withdraw(tx: &mut SqliteConnection, key: [i64; 3]) -> Result<(), sqlx::Error> {
    let [no, rule, first] = key;
    sqlx::query("delete from alert where session_no = ? and rule = ? and first_position = ?")
        .bind(no)
        .bind(rule)
        .bind(first)
        .execute(tx)
        .await?;
    Ok(())
}

async fn reopen(tx: &mut SqliteConnection, key: [i64; 3]) -> Result<(), sqlx::Error> {
    let [no, rule, first] = key;
    for statement in [
        "delete from acknowledgement where session_no = ? and rule = ? and first_position = ?",
        "update alert set acknowledged_position = null, acknowledged_at = null
         where session_no = ? and rule = ? and first_position = ?",
    ] {
        sqlx::query(statement).bind(no).bind(rule).bind(first).execute(&mut *tx).await?;
    }
    Ok(())
}

/// Lets the alerts of the sessions `touched` show what was said of them.
async fn agree(tx: &mut SqliteConnection, touched: &BTreeSet<No>) -> Result<(), sqlx::Error> {
    let numbers = serde_json::to_string(touched);
    sqlx::query(include_str!("agree.sql"))
        .bind(numbers.map_err(|error| sqlx::Error::Encode(error.into()))?)
        .execute(tx)
        .await?;
    Ok(())
}

fn values((no, rule, first): (No, AlertRule, Position), row: AlertRow) -> [Value; 7] {
    [
        no.into(),
        rule.stored().into(),
        first.into(),
        row.last_position.into(),
        row.severity.stored().into(),
        row.created_at.into(),
        row.message.into(),
    ]
}
