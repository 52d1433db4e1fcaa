//! Forms and files that are wrong: each is told at its field, and nothing is kept.

use rstest::rstest;
use staff::Role;

use super::{DRAWING, GOOD, at_work, save};
use crate::support::{Backend, TestApp};

#[rstest]
#[case(
    "logo.svg",
    b"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 9 9\"><script>alert(1)</script></svg>",
    "ligne 1"
)]
#[case("logo.png", b"<html><body onload=alert(1)>", "ligne 1")]
#[case("logo.png", b"GIF89a", "ni un PNG, ni un JPEG, ni un SVG")]
#[case("logo.jpg", b"\xff\xd8\xff\xe0\x00\x10JFIF", "abîmée ou incomplète")]
#[case("logo.png", b"\x89PNG\r\n\x1a\n\x00\x00\x00\x0dIHDR", "abîmée ou incomplète")]
#[tokio::test(flavor = "multi_thread")]
async fn files(#[case] name: &str, #[case] bytes: &[u8], #[case] said: &str) {
    let app = TestApp::start(Backend::Sqlite).await.unwrap();
    let bilal = at_work(&app, "fr", "bilal", Role::BillerUser).await;
    let page = save(&bilal, 1001, &GOOD, (name, bytes)).await;
    assert_eq!(page.status, 422, "{}", page.text());
    assert!(crate::finance::words(&page).contains(said), "{}", page.text());
    assert!(
        !page.body.contains("<script>alert") && page.body.contains("value=\"Redal Rabat\""),
        "what was typed is kept"
    );
    assert_eq!(app.database.number("SELECT COUNT(*) FROM brand_versions"), 0);
    app.finish().await;
}

#[rstest]
#[case("accent", "#ffcc00", "#856a00")]
#[case("accent", "red", "six chiffres")]
#[case("accent", "", "deux couleurs")]
#[case("name-en", "", "trois langues")]
#[case("help-fr", "4000 0000 0000 0010", "carte")]
#[case("name-fr", "<script>alert(1)</script> and much more than sixty characters of it", "60")]
#[tokio::test(flavor = "multi_thread")]
async fn fields(#[case] name: &str, #[case] value: &str, #[case] said: &str) {
    let app = TestApp::start(Backend::Sqlite).await.unwrap();
    let bilal = at_work(&app, "fr", "bilal", Role::BillerUser).await;
    let fields: Vec<(&str, &str)> =
        GOOD.into_iter().map(|(of, good)| (of, if of == name { value } else { good })).collect();
    let page = save(&bilal, 1001, &fields, ("", b"")).await;
    assert_eq!(page.status, 422, "{}", page.text());
    assert!(page.text().contains(said), "{}", page.text());
    assert!(!page.body.contains("<script>alert") && !page.body.contains("4000 0000"), "{}", page.body);
    assert_eq!(app.database.number("SELECT COUNT(*) FROM brand_versions"), 0);
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn addresses_and_shapes() {
    let app = TestApp::start(Backend::Sqlite).await.unwrap();
    let omar = at_work(&app, "fr", "omar", Role::Operations).await;
    for path in ["/branding/x", "/branding/99999", "/branding/+101", "/branding/1999", "/branding/1001/preview/gone"] {
        assert_eq!(omar.get(path).await.status, 404, "{path}");
    }
    for path in [
        "/assets/brands/1001-x.css",
        "/assets/brands/..%2f..%2fx",
        "/assets/brands/9999-00000000000000000000000000000000.svg",
    ] {
        assert_eq!(omar.browser.get(path).await.status, 404, "{path}");
    }
    assert_eq!(omar.post("/branding/1001", &[("brand", "x")]).await.status, 400, "no form with a file");
    assert_eq!(omar.post("/branding/1001/versions/x", &[]).await.status, 404);
    assert_eq!(omar.post("/branding/1001/versions/7", &[]).await.status, 404);
    assert_eq!(omar.post("/branding/1001/drop", &[("x", "y")]).await.status, 400);
    let page = save(&omar, 1001, &GOOD, ("big.png", &vec![b'x'; 300_000])).await;
    assert_eq!((page.status, page.text().contains("200 ko")), (422, true), "{}", page.text());
    let page = save(&omar, 1001, &GOOD, ("huge.png", &vec![b'x'; 700_000])).await;
    assert_eq!(page.status, 413, "{}", page.text());
    let twice: Vec<(&str, &str)> = GOOD.into_iter().chain(GOOD).collect();
    assert_eq!(save(&omar, 1001, &twice, ("", b"")).await.status, 400);
    let forged = omar.browser.upload("/fr/staff/branding/1001", &crate::support::form(&GOOD), ("", b"")).await;
    assert_eq!(forged.status, 403);
    // A form that stands on a draft of before.
    save(&omar, 1001, &GOOD, ("logo.svg", DRAWING.as_bytes())).await;
    let page = omar.get("/branding/1001").await;
    let mut form = page.fields_to("/branding/1001").unwrap();
    form.retain(|(name, _)| name == "csrf");
    form.push(("base".to_owned(), "0".repeat(64)));
    form.extend(crate::support::form(&GOOD));
    let page = omar.browser.upload("/fr/staff/branding/1001", &form, ("", b"")).await;
    assert_eq!(page.status, 409, "{}", page.text());
    app.finish().await;
}
