//! The home page, its search, addresses that do not exist, languages that are none.

use rstest::rstest;

use super::client::{Visitor, encoded, exchange, request, sound};
use super::{HOSTILE, books, escaped, start, unharmed};
use crate::support::Backend;

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn searches(#[values("ar", "fr", "en")] language: &'static str) {
    let app = start(Backend::Sqlite).await.unwrap();
    let before = books(&app);
    let visitor = Visitor::new(&app, language).await;
    let long = "é".repeat(10_000);
    for text in HOSTILE.iter().copied().chain([long.as_str(), "\0", "\r\nx: y", "\u{1b}[2J"]) {
        for name in ["q", "category", "<script>"] {
            let answer = visitor.get(&visitor.path(&format!("/?{}", encoded(&[(name, text)])))).await;
            assert_eq!(answer.status, 200, "{name}={text:.40}");
            assert!(escaped(&answer.body, text), "{text}");
            assert!(!answer.body.contains('\0'), "{text:?}");
        }
    }
    for (query, status) in [
        ("q=a&q=b", 400),
        ("category=a&category=b", 400),
        ("q", 200),
        ("=&=&&&%", 200),
        ("q=%ff%fe%", 200),
        ("q=%zz", 200),
        ("q[]=a&q[x]=b", 200),
        ("__proto__[x]=1", 200),
    ] {
        assert_eq!(visitor.get(&visitor.path(&format!("/?{query}"))).await.status, status, "{query}");
    }
    unharmed(&app, &before).await;
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn addresses() {
    let app = start(Backend::Sqlite).await.unwrap();
    let before = books(&app);
    let long = format!("/en/{}", "a".repeat(10_000));
    for path in [
        "/de/",
        "/EN/",
        "/En/find",
        "/english/",
        "/en/en/",
        "/en//find",
        "//en/",
        "//evil.example/",
        "/en/../../etc/passwd",
        "/en/%2e%2e/%2e%2e/etc/passwd",
        "/en/..%5c..%5cwindows",
        "/en/%00",
        "/en/find%00.html",
        "/en/%ff%fe",
        "/en/%",
        "/en/%zz",
        "/en/%3Cscript%3Ealert(1)%3C/script%3E",
        "/en/'%20OR%201=1--",
        "/en/%7B%7B7*7%7D%7D",
        "/en/find/",
        "/en/billers",
        "/en/payments/",
        "/en/payments/0000-0001-0000-0010/status/x",
        "/.git/config",
        "/.env",
        "/wp-admin.php",
        "/health",
        "/webhooks",
        "/webhooks/cmi/",
        "/webhooks/twilio/../cmi",
        &long,
    ] {
        let wish = [("accept-language", "en")];
        let answer = exchange(&app, &request("GET", path, &wish, b"")).await.unwrap();
        sound("GET", path, "en", &answer);
        assert_eq!(answer.status, 404, "{path}: {}", answer.body);
        assert!(!answer.body.contains("<script>alert"), "{path}");
    }
    unharmed(&app, &before).await;
    app.finish().await;
}
