//! Whatever the directory and the process allow, what agents said is for its owner only.

use std::{
    fs::{self, Permissions},
    os::unix::fs::PermissionsExt as _,
};

use banyan_tests::harness::{Setup, events::thought};

#[tokio::test]
async fn every_file_is_for_its_owner_only() {
    let generous = ["sh", "-c", "umask 000; exec \"$0\" \"$@\""];
    let setup = Setup::default().under(generous);
    fs::create_dir_all(setup.data()).unwrap();
    fs::set_permissions(setup.data(), Permissions::from_mode(0o755)).unwrap();
    // A view that was made when it was not looked at.
    let view = setup.data().join("view.db");
    let banyan = setup.clone().start().await;
    fs::set_permissions(&view, Permissions::from_mode(0o644)).unwrap();
    let banyan = banyan.restart().await;
    banyan.client().post(&thought("s", 1, "x")).await;
    banyan.client().session("s").await;
    let mode = |path: &std::path::Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&setup.data()), 0o700);
    let mut names = Vec::new();
    for entry in fs::read_dir(setup.data()).unwrap() {
        let path = entry.unwrap().path();
        names.push(path.file_name().unwrap().to_string_lossy().into_owned());
        assert_eq!(mode(&path), 0o600, "{}", path.display());
    }
    for name in ["log.db", "log.db-wal", "view.db", "view.db-wal", "view.db-shm", "view.db-mark"] {
        assert!(names.iter().any(|found| found == name), "{name} is not in {names:?}");
    }
}
