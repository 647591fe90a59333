use sqlx::{Connection as _, Row as _};

use super::*;

async fn set(writer: &mut SqliteConnection, key: &str, value: &str) {
    sqlx::query("insert or replace into view_meta (key, value) values (?, ?)")
        .bind(key)
        .bind(value)
        .execute(writer)
        .await
        .unwrap();
}

async fn get(readers: &SqlitePool, key: &str) -> Option<String> {
    sqlx::query("select value from view_meta where key = ?")
        .bind(key)
        .fetch_optional(readers)
        .await
        .unwrap()
        .map(|row| row.get(0))
}

#[tokio::test]
async fn what_the_writer_writes_the_readers_see() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("view.db");
    let mut writer = View::writer(&path).await.unwrap();
    let view = View::open(&path).await.unwrap();
    assert_eq!(get(&view.readers(), "a").await, None);
    set(&mut writer, "a", "1").await;
    assert_eq!(get(&view.readers(), "a").await.as_deref(), Some("1"));
}

#[tokio::test]
async fn readers_cannot_write() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("view.db");
    let mut writer = View::writer(&path).await.unwrap();
    let view = View::open(&path).await.unwrap();
    let statement = "insert into view_meta (key, value) values ('a', '1')";
    let error = sqlx::query(statement).execute(&view.readers()).await.unwrap_err();
    assert!(error.to_string().contains("readonly"), "{error}");
    sqlx::query(statement).execute(&mut writer).await.unwrap();
}

#[tokio::test]
async fn a_view_that_nobody_made_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("view.db");
    assert!(matches!(View::open(&path).await, Err(ViewError::Database(_))));
    assert!(!path.exists());
}

#[tokio::test]
async fn a_view_of_another_version_is_named_as_such() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("view.db");
    let mut writer = View::writer(&path).await.unwrap();
    sqlx::query("update _sqlx_migrations set checksum = x'00'").execute(&mut writer).await.unwrap();
    writer.close().await.unwrap();
    assert!(matches!(View::writer(&path).await, Err(ViewError::Schema(_))));
    View::delete(&path).unwrap();
    assert!(View::writer(&path).await.is_ok());
}

#[tokio::test]
async fn a_replaced_view_is_seen_old_or_new_and_never_mixed() {
    let directory = tempfile::tempdir().unwrap();
    let (old, new) = (directory.path().join("view.db"), directory.path().join("view.2.db"));
    let mut writer = View::writer(&old).await.unwrap();
    set(&mut writer, "which", "old").await;
    let view = View::open(&old).await.unwrap();
    let begun = view.readers();

    let mut shadow = View::writer(&new).await.unwrap();
    set(&mut shadow, "which", "new").await;
    view.clone().replace(&new).await.unwrap();
    writer.close().await.unwrap();
    View::delete(&old).unwrap();

    // More questions at once than there are connections: none may need a new one.
    let questions = (0..16).map(|_| get(&begun, "which"));
    for answer in futures_util::future::join_all(questions).await {
        assert_eq!(answer.as_deref(), Some("old"));
    }
    assert_eq!(get(&view.readers(), "which").await.as_deref(), Some("new"));
    assert_eq!(view.path(), new);
    assert!(!old.exists());
}
