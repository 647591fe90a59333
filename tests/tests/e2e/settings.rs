//! Settings: a form from our own page, a cookie, and nothing else.

use banyan_tests::harness::{Answer, Banyan, Client};
use hyper::Method;

const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");
const HTML: (&str, &str) = ("accept", "text/html");

async fn save(client: &Client, headers: &[(&str, &str)], form: &str) -> Answer {
    let headers: Vec<_> = [FORM, HTML].into_iter().chain(headers.iter().copied()).collect();
    client.send(Method::POST, "/settings", &headers, form.to_owned()).await
}

#[tokio::test]
async fn a_form_changes_what_it_names_and_keeps_the_rest() {
    let banyan = Banyan::start().await;
    let client = banyan.client();
    let saved = save(&client, &[], "theme=dark&unknown=1").await.is(303);
    assert_eq!(saved.header("location"), "/settings?saved=1");
    let kept = "ui=v1.t:dark.a:196.c:13.d:cosy.w:relative.k:on.g:1";
    let flags = "; Path=/; Max-Age=31536000; SameSite=Lax";
    assert_eq!(saved.header("set-cookie"), format!("{kept}{flags}"));
    let next = save(&client, &[("cookie", kept)], "group=7&to=/s/a%252Fb").await.is(303);
    assert_eq!(next.header("location"), "/s/a%2Fb");
    assert!(
        next.header("set-cookie")
            .starts_with("ui=v1.t:dark.a:196.c:13.d:cosy.w:relative.k:on.g:7;")
    );
    let page = client.send(Method::GET, "/", &[HTML, ("cookie", kept)], "").await.is(200).text();
    assert!(page.contains("data-theme=\"dark\""), "{page}");
}

#[tokio::test]
async fn what_cannot_be_used_is_refused_and_named() {
    let banyan = Banyan::start().await;
    let client = banyan.client();
    for (form, status, said) in [
        ("theme=pink&hue=400", 422, &["The theme is", "The hue is"][..]),
        ("group=0", 422, &["The group is"]),
        ("hue=1&hue=2", 400, &["This link cannot be read"]),
    ] {
        let page = save(&client, &[], form).await.is(status);
        assert_eq!(page.header("set-cookie"), "", "{form}");
        for words in said {
            assert!(page.text().contains(words), "{form}: {}", page.text());
        }
    }
    let long = format!("theme={}", "x".repeat(5_000));
    save(&client, &[], &long).await.is(413);
    let json = [("content-type", "application/json")];
    client.send(Method::POST, "/settings", &json, "{}").await.is(415);
}

#[tokio::test]
async fn no_other_site_changes_settings() {
    let banyan = Banyan::start().await;
    let client = banyan.client();
    for headers in [
        [("origin", "https://attacker.example")],
        [("origin", "null")],
        [("sec-fetch-site", "cross-site")],
    ] {
        let refused = save(&client, &headers, "theme=dark").await.is(403);
        assert_eq!(refused.header("set-cookie"), "", "{headers:?}");
    }
    for to in ["//attacker.example/", "https://attacker.example/", "/s/%5C"] {
        let sent = save(&client, &[], &format!("theme=dark&to={to}")).await.is(303);
        assert_eq!(sent.header("location"), "/settings?saved=1", "{to}");
    }
}
