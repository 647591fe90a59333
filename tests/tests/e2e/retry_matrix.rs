//! DUP-1: sending again what may have been received, in every way that agents do it.

use banyan_tests::harness::{
    Banyan, Client,
    events::{With as _, thought},
};
use serde_json::{Value, json};

/// How an event says who it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Identity {
    EventId,
    Sequence,
    None,
}

impl Identity {
    const ALL: [Self; 3] = [Self::EventId, Self::Sequence, Self::None];

    /// Event `number`; the same bytes each time.
    fn event(self, number: i64, text: &str) -> Value {
        let event = thought("s", number, text);
        match self {
            Self::EventId => event.with("event_id", format!("id-{number}")),
            Self::Sequence => event,
            Self::None => event.without("sequence"),
        }
    }

    /// `with` for an identity, `without` for none.
    const fn pick<T: Copy>(self, with: T, without: T) -> T {
        match self {
            Self::EventId | Self::Sequence => with,
            Self::None => without,
        }
    }
}

/// Posts each request in turn; returns the summed `[stored, duplicate, variant]`.
async fn post(client: &Client, requests: &[Value]) -> [u64; 3] {
    let mut sum = [0; 3];
    for request in requests {
        let receipt = client.post(request).await;
        let part = ["stored", "duplicate", "variant"].map(|key| receipt[key].as_u64().expect(key));
        assert_eq!(Some(part.iter().sum()), receipt["accepted"].as_u64(), "{receipt}");
        sum = [sum[0] + part[0], sum[1] + part[1], sum[2] + part[2]];
    }
    sum
}

async fn check(requests: impl Fn(Identity) -> Vec<Value>, with: [u64; 3], without: [u64; 3]) {
    for identity in Identity::ALL {
        let banyan = Banyan::start().await;
        let client = banyan.client();
        let expected = identity.pick(with, without);
        assert_eq!(post(&client, &requests(identity)).await, expected, "{identity:?}");
        kept(&client, expected[0] + expected[2], identity).await;
        banyan.verified().await;
    }
}

/// The session, its export and the log route show `count` events.
async fn kept(client: &Client, count: u64, identity: Identity) {
    let answer = client.session("s").await;
    let shown = answer["events"].as_array().map_or(0, Vec::len);
    let exported = client.get("/sessions/s/export").await.is(200).text().lines().count();
    let log = client.json("/events?limit=100").await["events"].as_array().map_or(0, Vec::len);
    let count = usize::try_from(count).unwrap();
    assert_eq!((shown, exported, log), (count, count, count), "{identity:?}");
}

#[tokio::test]
async fn e1() {
    check(|id| vec![id.event(1, "a")], [1, 0, 0], [1, 0, 0]).await;
}

#[tokio::test]
async fn e1_e1() {
    check(|id| vec![id.event(1, "a"), id.event(1, "a")], [1, 1, 0], [2, 0, 0]).await;
}

#[tokio::test]
async fn e1e2_e2e3() {
    let requests = |id: Identity| {
        let [one, two, three] = [1, 2, 3].map(|number| id.event(number, "a"));
        vec![json!([one, two]), json!([two, three])]
    };
    check(requests, [3, 1, 0], [4, 0, 0]).await;
}

#[tokio::test]
async fn e1e1_in_one_batch() {
    check(|id| vec![json!([id.event(1, "a"), id.event(1, "a")])], [1, 1, 0], [2, 0, 0]).await;
}

#[tokio::test]
async fn e1_e1x() {
    check(|id| vec![id.event(1, "a"), id.event(1, "b")], [1, 0, 1], [2, 0, 0]).await;
}

#[tokio::test]
async fn e1_e1x_e1_e1x() {
    let requests = |id: Identity| ["a", "b", "a", "b"].map(|text| id.event(1, text)).into();
    check(requests, [1, 2, 1], [4, 0, 0]).await;
}

#[tokio::test]
async fn e1_delete_e1() {
    for identity in Identity::ALL {
        let banyan = Banyan::start().await;
        let client = banyan.client();
        client.post(&identity.event(1, "a")).await;
        client.delete("/sessions/s").await.is(200);
        client.post(&identity.event(1, "a")).await;
        client.post(&identity.event(2, "late")).await;
        client.get("/sessions/s").await.is(404);
        assert_eq!(client.json("/sessions").await["sessions"], json!([]), "{identity:?}");
        assert_eq!(client.json("/events").await["events"], json!([]), "{identity:?}");
        let banyan = banyan.restart().await;
        banyan.client().get("/sessions/s").await.is(404);
        banyan.verified().await;
    }
}

#[tokio::test]
async fn e1_restart_e1() {
    for identity in Identity::ALL {
        let banyan = Banyan::start().await;
        banyan.client().post(&identity.event(1, "a")).await;
        let banyan = banyan.restart().await;
        let expected = identity.pick([0, 1, 0], [1, 0, 0]);
        assert_eq!(post(&banyan.client(), &[identity.event(1, "a")]).await, expected);
        kept(&banyan.client(), identity.pick(1, 2), identity).await;
        banyan.verified().await;
    }
}

#[tokio::test]
async fn e1_rebuild_e1() {
    for identity in Identity::ALL {
        let banyan = Banyan::start().await;
        banyan.client().post(&identity.event(1, "a")).await;
        let (setup, _) = banyan.stop().await;
        let rebuilt = setup.run("rebuild").await;
        assert_eq!(rebuilt.code, Some(0), "{}", rebuilt.output);
        let banyan = setup.start().await;
        let expected = identity.pick([0, 1, 0], [1, 0, 0]);
        assert_eq!(post(&banyan.client(), &[identity.event(1, "a")]).await, expected);
        kept(&banyan.client(), identity.pick(1, 2), identity).await;
    }
}

#[tokio::test]
async fn at_most_eight_variants_are_kept() {
    let banyan = Banyan::start().await;
    let client = banyan.client();
    let requests: Vec<_> = (0..12).map(|n| thought("s", 1, &format!("version {n}"))).collect();
    let [stored, duplicate, variant] = post(&client, &requests).await;
    assert_eq!(stored + duplicate + variant, 12);
    assert_eq!((stored, variant), (1, 7), "eight versions of #1 in all");
}
