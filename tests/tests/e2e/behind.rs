//! A view that is behind the log: what it does not know is not told as a fact.

use banyan_tests::harness::{Setup, events::thought};
use hyper::Method;
use serde_json::json;

#[tokio::test]
async fn who_is_not_known_yet_is_not_called_unheard_of() {
    let setup = Setup::default();
    let banyan = setup.clone().arg("--no-projection").start().await;
    let client = banyan.client();
    client.get("/sessions/s").await.is(404);
    client.post(&json!([thought("s", 1, "x"), thought("other", 1, "x")])).await;
    let html = [("accept", "text/html")];
    for (path, headers) in [
        ("/sessions/s", &[][..]),
        ("/sessions/s/tree", &[]),
        ("/s/s", &html),
        ("/s/s/timeline", &html),
    ] {
        let answer = client.send(Method::GET, path, headers, "").await.is(503);
        assert!(0 < answer.header("retry-after").parse::<u64>().unwrap(), "{path}");
    }
    assert_eq!(client.get("/sessions/s").await.json()["error"], "behind");
    // What shall be forgotten is, as soon as anybody knows it.
    let deleted = client.send(Method::DELETE, "/sessions/s", &[], "").await.is(200);
    assert_eq!(deleted.json(), json!({"ok": true}));
    banyan.stop().await;
    let banyan = setup.start().await;
    let client = banyan.client();
    client.get("/sessions/s").await.is(404);
    assert_eq!(client.session("other").await["session"]["own"]["events"], 1);
    assert_eq!(client.get("/sessions/never").await.is(404).json()["error"], "Session not found");
    client.send(Method::DELETE, "/sessions/never", &[], "").await.is(404);
}
