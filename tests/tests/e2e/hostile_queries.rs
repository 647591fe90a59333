//! What a link makes a page say back: queries, keys of pages, names of views.

use std::collections::BTreeSet;

use banyan_tests::harness::{Banyan, encoded, events::thought};
use serde_json::json;

use crate::{hostile_text::HOSTILE, skeleton::Skeleton};

/// Where a query stands in an address.
const PLACES: [&str; 6] = [
    "/?q=",
    "/?sort=cost&q=",
    "/search?q=",
    "/search?in=sessions&q=",
    "/s/a?k=all&open=",
    "/s/a/timeline?from=",
];

/// Harmless ones that bring out everything that the pages are made of.
const KNOWN: [&str; 9] = [
    "",
    "x",
    "x y cost>1",
    "knd:x",
    "staus:failed",
    "a:\"b",
    "\"b\" is:root",
    "-tool:x is:root",
    "hello",
];

/// Around the hostile text: free text, a phrase, a key that there is not, and values.
fn queries(text: &str) -> [String; 6] {
    let word = text.replace(['"', ' '], "_");
    let phrase = text.replace(['"', '\\'], " ");
    [
        text.to_owned(),
        format!("\"{phrase}\""),
        format!("{word}:x"),
        format!("staus:{word}"),
        format!("agent:\"{phrase}\" cost>1"),
        format!("-tool:\"{phrase}\",bash is:root"),
    ]
}

#[tokio::test]
async fn pages_say_back_what_a_link_says_and_do_not_obey_it() {
    let banyan = Banyan::start().await;
    let client = banyan.client();
    client.post(&json!([thought("a", 1, "hello")])).await;
    client.searchable().await;
    let mut known = BTreeSet::new();
    for place in PLACES {
        for query in KNOWN {
            let page = client.page(&format!("{place}{}", encoded(query))).await.is(200);
            known.extend(Skeleton::of(&page.text()).tags());
        }
    }
    assert!(!known.contains("img src onerror"));
    for text in HOSTILE {
        for query in queries(text) {
            for place in PLACES {
                let path = format!("{place}{}", encoded(&query));
                let page = client.page(&path).await.is(200).text();
                let skeleton = Skeleton::of(&page);
                let tags = skeleton.tags();
                let foreign: Vec<_> = tags.iter().filter(|tag| !known.contains(*tag)).collect();
                assert!(foreign.is_empty(), "{path}: {foreign:?}");
                assert_eq!(tags.iter().filter(|tag| *tag == "/h1").count(), 1, "{path}");
                assert_eq!(skeleton.errors.take(), Vec::<String>::new(), "{path}");
                for link in skeleton.links.take() {
                    let safe = link.starts_with(['/', '?', '#']) && !link.starts_with("//");
                    assert!(safe, "{path}: {link}");
                }
            }
        }
    }
}
