//! An HTTP answer, and what a test says about it.

use bytes::Bytes;
use hyper::HeaderMap;
use serde_json::Value;

/// A whole answer.
#[derive(Clone, Debug)]
pub struct Answer {
    /// What was asked, for messages: `GET /sessions`.
    pub asked: String,
    /// Its status.
    pub status: u16,
    /// Its headers.
    pub headers: HeaderMap,
    /// Its body as it came over the wire.
    pub body: Bytes,
}

impl Answer {
    /// Insists on a status.
    #[track_caller]
    pub fn is(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{} was answered: {}", self.asked, self.text());
        self
    }

    /// Its body as JSON.
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("{}: {error}: {}", self.asked, self.text()))
    }

    /// Its body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// A header's value; empty when it is absent.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// The rules that a refusal names, in order of its violations.
    #[track_caller]
    pub fn rules(&self) -> Vec<String> {
        let body = self.json();
        let items = body["items"].as_array().into_iter().flatten();
        let nested = items.flat_map(|item| item["violations"].as_array().into_iter().flatten());
        let own = body["violations"].as_array().into_iter().flatten();
        own.chain(nested).map(|found| text(&found["rule"])).collect()
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
