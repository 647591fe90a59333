//! Settings and saved views: forms from our own pages, a cookie each, and nothing else.

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

async fn save_view(client: &Client, cookie: &str, form: &str) -> Answer {
    let headers = [FORM, HTML, ("cookie", cookie)];
    client.send(Method::POST, "/views", &headers, form.to_owned()).await
}

/// What a browser would send back.
fn cookie_of(answer: &Answer) -> String {
    answer.header("set-cookie").split(';').next().unwrap_or_default().to_owned()
}

#[tokio::test]
async fn a_view_is_saved_found_and_forgotten() {
    let banyan = Banyan::start().await;
    let client = banyan.client();
    let form = "name=Failed+today&q=status%3Afailed+%22a%26b%22&place=cost";
    let saved = save_view(&client, "other=1", form).await.is(303);
    assert_eq!(saved.header("location"), "/?q=status:failed%20%22a%26b%22&sort=cost");
    assert!(saved.header("set-cookie").ends_with("; Path=/; Max-Age=31536000; SameSite=Lax"));
    let one = cookie_of(&saved);
    let second = save_view(&client, &one, "name=%D7%A9%D7%9C%D7%95%D7%9D&q=x&place=in-sessions");
    let two = cookie_of(&second.await.is(303));
    let look = |path: &'static str| {
        let (client, two) = (client.clone(), two.clone());
        async move { client.send(Method::GET, path, &[HTML, ("cookie", &two)], "").await }
    };
    let there = look("/v/failed-today").await.is(303);
    assert_eq!(there.header("location"), saved.header("location"));
    assert_eq!(
        look("/v/%D7%A9%D7%9C%D7%95%D7%9D").await.header("location"),
        "/search?q=x&in=sessions"
    );
    look("/v/nobody").await.is(404);
    let views = look("/views").await.is(200).text();
    assert!(views.contains("Failed today") && views.contains("שלום"), "{views}");
    client.post(&serde_json::json!([banyan_tests::harness::events::thought("a", 1, "x")])).await;
    assert!(look("/").await.is(200).text().contains("Failed today"));
    assert!(look("/search").await.is(200).text().contains("שלום"));
    let left = cookie_of(&save_view(&client, &two, "forget=failed-today").await.is(303));
    assert_eq!(left, "views=v1.%D7%A9%D7%9C%D7%95%D7%9D~in%2Dsessions~x");
}

#[tokio::test]
async fn a_view_that_cannot_be_saved_is_said_and_changes_nothing() {
    let banyan = Banyan::start().await;
    let client = banyan.client();
    let long = format!("name=x&q={}", "%F0%9F%8C%B3".repeat(330));
    for (form, said) in [
        ("name=+&q=<b>\"x", "needs a name"),
        (&*format!("name={}", "n".repeat(41)), "at most 40"),
        (&*long, "too long for a cookie"),
    ] {
        let page = save_view(&client, "views=v1.a~last~q", form).await.is(422);
        assert_eq!(page.header("set-cookie"), "");
        let text = page.text();
        assert!(text.contains(said) && !text.contains("<b>\"x"), "{text}");
    }
    let foreign = [FORM, HTML, ("origin", "https://attacker.example")];
    client.send(Method::POST, "/views", &foreign, "forget=a").await.is(403);
}
