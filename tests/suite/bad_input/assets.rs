//! Files: only those inside the program.

use super::client::{Visitor, exchange, request, sound};
use super::{books, start, unharmed};
use crate::support::Backend;

#[tokio::test(flavor = "multi_thread")]
async fn nothing_but_our_files() {
    let app = start(Backend::Sqlite).await.unwrap();
    let before = books(&app);
    let visitor = Visitor::new(&app, "fr").await;
    let long = "a/".repeat(5_000);
    for path in [
        "",
        "/",
        ".",
        "..",
        "../Cargo.toml",
        "../../../../etc/passwd",
        "%2e%2e/Cargo.toml",
        "%2e%2e%2fCargo.toml",
        "..%5cCargo.toml",
        "..%c0%afCargo.toml",
        "%252e%252e/Cargo.toml",
        "....//Cargo.toml",
        "fonts/../../Cargo.toml",
        "//etc/passwd",
        "/etc/passwd",
        "file:///etc/passwd",
        "mark.svg%00.css",
        "mark.svg/",
        "MARK.SVG",
        "mark.svg.gz",
        "%ff%fe",
        "%",
        "%3Cscript%3Ealert(1)%3C/script%3E",
        &long,
    ] {
        let answer = visitor.get(&format!("/assets/{path}")).await;
        assert_eq!(answer.status, 404, "{path}");
        assert_eq!(answer.body, "Not Found", "{path}");
    }
    for query in ["v=", "v=../..", "v=%00", "?????", "v=0123456789abcdef"] {
        let answer = visitor.get(&format!("/assets/mark.svg?{query}")).await;
        assert_eq!((answer.status, answer.header("cache-control")), (200, "public, max-age=300"), "{query}");
    }
    unharmed(&app, &before).await;
    app.finish().await;
}

/// Health checks read nothing of the request.
#[tokio::test(flavor = "multi_thread")]
async fn health() {
    let app = start(Backend::Sqlite).await.unwrap();
    for path in ["/health/live", "/health/ready"] {
        for (target, status) in [
            (path.to_owned(), 200),
            (format!("{path}?verbose=1&x=%ff"), 200),
            (format!("{path}/"), 404),
            (format!("{path}/../../fr/"), 404),
            (path.to_uppercase(), 404),
        ] {
            let answer = exchange(&app, &request("GET", &target, &[], b"{\"x\":1}")).await.unwrap();
            if target.starts_with("/health") {
                sound("GET", &target, "fr", &answer);
            }
            assert_eq!(answer.status, status, "{target}");
        }
    }
    app.finish().await;
}
