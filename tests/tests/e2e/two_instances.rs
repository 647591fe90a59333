//! A second collector on the same data says who has it, and goes; it never harms the first.

use banyan_tests::harness::{Banyan, events::thought};

#[tokio::test]
async fn the_second_goes_and_the_first_stays() {
    let first = Banyan::start().await;
    first.client().post(&thought("s", 1, "mine")).await;
    let second = first.setup().clone().refused().await;
    assert_eq!(second.code, Some(3), "{}", second.output);
    let expected = format!("already running as pid {}", first.pid());
    assert!(second.output.contains(&expected), "{}", second.output);
    first.client().post(&thought("s", 2, "still mine")).await;
    assert_eq!(first.client().session("s").await["session"]["own"]["events"], 2);
}

#[tokio::test]
async fn a_lock_left_by_a_crash_does_not_bar_the_next() {
    let first = Banyan::start().await;
    first.client().post(&thought("s", 1, "x")).await;
    let setup = first.kill_9().await;
    let second = setup.start().await;
    assert_eq!(second.client().session("s").await["session"]["own"]["events"], 1);
}

#[cfg(unix)]
#[tokio::test]
async fn the_data_is_for_its_owner_only() {
    use std::os::unix::fs::PermissionsExt as _;
    let banyan = Banyan::start().await;
    let mode = std::fs::metadata(banyan.setup().data()).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o700);
}
