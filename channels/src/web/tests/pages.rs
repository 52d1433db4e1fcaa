//! The main pages as they are sent, in each language.

use rstest::rstest;

use super::browser;

/// Without what changes from one showing to the next: tokens, keys and digests.
fn steady(page: &str) -> String {
    let mut page = page.to_owned();
    for (start, end) in [("name=\"csrf\" value=\"", "\""), ("name=\"key\" value=\"", "\""), ("?v=", "\"")] {
        let mut from = 0;
        while let Some(at) = page[from..].find(start).map(|at| from + at + start.len()) {
            let length = page[at..].find(end).unwrap();
            page.replace_range(at..at + length, "…");
            from = at;
        }
    }
    page.lines().map(str::trim_end).filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n")
}

#[rstest]
#[case("home", "/")]
#[case("identify", "/billers/1001/03")]
#[case("bills", "/bills/inquiry-electricity")]
#[case("summary", "/quotes/quote-electricity")]
#[case("link", "/l/link-open-7Qm2xK9pLw4TzR8v")]
#[case("link_revoked", "/l/link-revoked-7Qm2xK9pLw4Tz")]
#[case("link_expired", "/l/link-expired-7Qm2xK9pLw4Tz")]
#[case("progress", "/payments/pay-confirming-7Qm2xK")]
#[case("receipt", "/payments/pay-confirmed-7Qm2xK")]
#[case("declined", "/payments/pay-declined-7Qm2xK")]
#[case("find", "/find")]
#[actix_web::test]
async fn snapshots(#[case] name: &str, #[case] path: &str, #[values("ar", "fr", "en")] language: &str) {
    let answer = browser().await.get(&format!("/{language}{path}")).await;
    let direction = if language == "ar" { "rtl" } else { "ltr" };
    assert!(answer.body.contains(&format!("<html lang=\"{language}\" dir=\"{direction}\">")));
    insta::assert_snapshot!(format!("{name}_{language}"), steady(&answer.body));
}

/// The policy forbids them; a browser would drop them without a word.
#[rstest]
#[actix_web::test]
async fn nothing_is_inline_and_nothing_comes_from_elsewhere(
    #[values(
        "/ar/",
        "/fr/billers/1001/03",
        "/fr/bills/inquiry-electricity",
        "/fr/quotes/quote-electricity",
        "/fr/payments/pay-confirmed-7Qm2xK",
        "/fr/nowhere"
    )]
    path: &str,
) {
    let body = browser().await.get(path).await.body;
    for bad in [" style=", "<style", "onclick", "onload", "javascript:", "<script>", "src=\"http", "href=\"http"] {
        assert!(!body.contains(bad), "{bad} in {path}");
    }
}

/// Each label has its field, each description its text, each id stands once.
#[rstest]
#[actix_web::test]
async fn names_and_ids_agree(
    #[values(
        "/en/",
        "/en/billers/1001/03",
        "/en/bills/inquiry-electricity",
        "/en/bills/inquiry-works",
        "/en/quotes/quote-electricity",
        "/en/find"
    )]
    path: &str,
) {
    let body = browser().await.get(path).await.body;
    let all = |start: &str| -> Vec<String> {
        let rest = body.match_indices(start).map(|(at, _)| &body[at + start.len()..]);
        rest.filter_map(|rest| rest.split('"').next()).map(str::to_owned).collect()
    };
    let ids = all(" id=\"");
    let unique: std::collections::BTreeSet<_> = ids.iter().collect();
    assert_eq!(ids.len(), unique.len(), "{ids:?}");
    for target in all(" for=\"").into_iter().chain(all(" aria-labelledby=\"")) {
        assert!(ids.contains(&target), "{target} names nothing in {path}");
    }
    for targets in all(" aria-describedby=\"") {
        for target in targets.split(' ') {
            assert!(ids.iter().any(|id| id == target), "{target} describes nothing in {path}");
        }
    }
}

/// What the first visit costs, compressed as it is sent: page, stylesheet, script, logos, and for Arabic the font.
#[rstest]
#[case("/fr/")]
#[case("/ar/")]
#[actix_web::test]
async fn the_first_page_is_light(#[case] home: &str) {
    let mut browser = browser().await;
    let body = browser.get(home).await.body;
    let mut urls: std::collections::BTreeSet<String> = ["src=\"", "href=\""]
        .iter()
        .flat_map(|start| body.match_indices(start).map(|(at, _)| &body[at + start.len()..]))
        .filter_map(|rest| rest.split('"').next())
        .filter(|url| url.starts_with("/assets/"))
        .map(str::to_owned)
        .collect();
    urls.extend(["/assets/star.svg".to_owned(), "/assets/tick.svg".to_owned(), home.to_owned()]);
    if home == "/ar/" {
        urls.extend(["400", "700"].map(|weight| format!("/assets/fonts/tajawal-arabic-{weight}-normal.woff2")));
    }
    let mut total = 0;
    for url in urls {
        let request = actix_web::test::TestRequest::get().uri(&url).insert_header(("Accept-Encoding", "gzip"));
        let response = actix_web::test::call_service(&browser.app, request.to_request()).await;
        assert!(response.status().is_success(), "{url}");
        // A response's headers weigh some 700 bytes.
        total += actix_web::test::read_body(response).await.len() + 700;
    }
    assert!(total < 60_000, "{total} bytes");
}
