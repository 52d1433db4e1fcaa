//! What each address answers, to good requests and to bad ones.

use std::num::NonZeroU32;

use actix_web::http::StatusCode;
use actix_web::test::TestRequest;
use rstest::rstest;

use super::{browser, browser_with, settings};
use crate::state::{WebLimits, WebSettings};

const KEY: &str = "00112233445566778899aabbccddeeff";

#[rstest]
#[case(None, None, "/fr/")]
#[case(None, Some("en-GB,en;q=0.9,fr;q=0.5"), "/en/")]
#[case(None, Some("ar-MA,fr;q=0.8"), "/ar/")]
#[case(None, Some("de,es;q=0.9"), "/fr/")]
#[case(None, Some("de,en;q=0.3,ar;q=0.2"), "/en/")]
#[case(None, Some("junk;;;q=x,,\""), "/fr/")]
#[case(Some("ar"), Some("en"), "/ar/")]
#[case(Some("xx"), Some("en"), "/en/")]
#[actix_web::test]
async fn the_language_is_the_readers(#[case] cookie: Option<&str>, #[case] wish: Option<&str>, #[case] to: &str) {
    let mut browser = browser().await;
    if let Some(cookie) = cookie {
        browser.cookies.insert("lang".to_owned(), cookie.to_owned());
    }
    let mut request = TestRequest::get().uri("/");
    if let Some(wish) = wish {
        request = request.append_header(("Accept-Language", wish.as_bytes()));
    }
    let answer = browser.send(request).await;
    assert_eq!((answer.status, answer.header("location")), (StatusCode::SEE_OTHER, to));
}

#[actix_web::test]
async fn a_bill_is_paid_page_by_page() {
    let mut browser = browser().await;
    let home = browser.get("/fr/").await;
    assert!(home.body.contains("href=\"/fr/billers/1001\""), "{}", home.body);
    let answer = browser.fill("/fr/billers/1001/02", &[("f.contract", "١٢٣٤ ٥٦٧٨")]).await;
    assert_eq!((answer.status, answer.header("location")), (StatusCode::SEE_OTHER, "/fr/bills/inquiry-electricity"));
    let fields = [("article", "A1"), ("article", "A3"), ("amount", "")];
    let answer = browser.fill("/fr/bills/inquiry-electricity", &fields).await;
    assert_eq!((answer.status, answer.header("location")), (StatusCode::SEE_OTHER, "/fr/quotes/quote-electricity"));
    let summary = browser.get("/fr/quotes/quote-electricity").await;
    for amount in ["1\u{202f}415,00", "5,90", "1,06", "1\u{202f}421,96"] {
        assert!(summary.body.contains(amount), "{amount}");
    }
    let key = summary.hidden("key");
    let fields = [("key", key.as_str()), ("phone", "06 12 34 56 78"), ("email", "salma@example.ma"), ("terms", "1")];
    let redirect = browser.fill("/fr/quotes/quote-electricity", &fields).await;
    assert_eq!(redirect.status, StatusCode::OK);
    assert!(redirect.body.contains("action=\"https://gateway.example.ma/fim/est3Dgate\""));
    assert!(redirect.body.contains("value=\"a &#34;b&#34; &#60;c&#62; &#38; d\""));
    assert!(redirect.header("content-security-policy").contains("form-action 'self' https://gateway.example.ma;"));
    let back = browser.post("/fr/payments/pay-confirming-7Qm2xK", &[("ProcReturnCode", "00")]).await;
    assert_eq!((back.status, back.header("location")), (StatusCode::SEE_OTHER, "/fr/payments/pay-confirming-7Qm2xK"));
    let waiting = browser.get("/fr/payments/pay-confirming-7Qm2xK").await;
    assert!(waiting.body.contains("http-equiv=\"refresh\"") && waiting.body.contains("aria-live=\"polite\""));
    let status = browser.get("/fr/payments/pay-confirming-7Qm2xK/status").await;
    let status: serde_json::Value = serde_json::from_str(&status.body).unwrap();
    assert_eq!(status, serde_json::json!({ "final": false, "standing": "confirming" }));
    let receipt = browser.get("/fr/payments/pay-confirmed-7Qm2xK").await;
    assert!(
        receipt.body.contains("R-2026-004512")
            && receipt.body.contains("/fr/payments/pay-confirmed-7Qm2xK/receipt.pdf")
    );
    let pdf = browser.get("/fr/payments/pay-confirmed-7Qm2xK/receipt.pdf").await;
    assert!(pdf.body.starts_with("%PDF-"));
    assert_eq!(
        (pdf.status, pdf.header("content-type"), pdf.header("cache-control")),
        (StatusCode::OK, "application/pdf", "no-store")
    );
}

#[rstest]
#[case::nothing_due("00000000", 200, "Rien à payer")]
#[case::unknown("99999999", 422, "ne connaît pas ce contrat")]
#[case::biller_down("88888888", 503, "Organisme indisponible")]
#[case::database_down("77777777", 503, "Un incident de notre côté")]
#[case::full("66666666", 503, "Beaucoup de monde")]
#[case::missing("", 422, "Ce champ est obligatoire")]
#[case::short("123", 422, "Il faut au moins \u{2068}8\u{2069} caractères")]
#[case::letters("abcdefgh", 422, "Tapez seulement des chiffres")]
#[case::hostile("\"><script>alert(1)</script>", 422, "&#34;&#62;&#60;script&#62;alert(1)&#60;/script&#62;")]
#[case::control("1234\u{0}5678", 400, "caractères illisibles")]
#[actix_web::test]
async fn look_ups(#[case] contract: &str, #[case] status: u16, #[case] says: &str) {
    let answer = browser().await.fill("/fr/billers/1002/02", &[("f.contract", contract)]).await;
    assert_eq!(answer.status.as_u16(), status, "{}", answer.body);
    assert!(answer.body.contains(says), "{}", answer.body);
    assert!(!answer.body.contains("<script>alert") && !answer.body.contains("secret detail"));
    assert_eq!(answer.header("cache-control"), "no-store");
    assert_eq!(answer.header("retry-after").is_empty(), status != 503 || contract == "88888888");
}

#[rstest]
#[case::nothing(&[("amount", "")], 422, "Cochez au moins une ligne")]
#[case::busy(&[("article", "A4"), ("amount", "")], 409, "déjà payée")]
#[case::foreign(&[("article", "A9"), ("amount", "")], 400, "ne propose pas")]
#[case::three_decimals(&[("article", "A1"), ("amount", "10.005")], 422, "deux décimales au plus")]
#[case::negative(&[("article", "A1"), ("amount", "-5")], 422, "deux décimales au plus")]
#[case::ambiguous(&[("article", "A1"), ("amount", "1,234")], 422, "prête à confusion")]
#[case::zero(&[("article", "A1"), ("amount", "0")], 422, "deux décimales au plus")]
#[case::twice(&[("article", "A1"), ("amount", "1"), ("amount", "2")], 400, "venu deux fois")]
#[case::good(&[("article", "A1"), ("amount", "1 234,50")], 303, "")]
#[actix_web::test]
async fn choices(#[case] fields: &[(&str, &str)], #[case] status: u16, #[case] says: &str) {
    let answer = browser().await.fill("/fr/bills/inquiry-electricity", fields).await;
    assert_eq!(answer.status.as_u16(), status, "{}", answer.body);
    assert!(answer.body.contains(says), "{}", answer.body);
}

#[rstest]
#[case::required("", 422, "Indiquez le montant")]
#[case::above("5000", 422, "multiple de")]
#[case::fits("200,00", 303, "")]
#[actix_web::test]
async fn amounts_of_top_ups(#[case] amount: &str, #[case] status: u16, #[case] says: &str) {
    let answer = browser().await.fill("/fr/bills/inquiry-top-up", &[("amount", amount)]).await;
    assert_eq!(answer.status.as_u16(), status, "{}", answer.body);
    assert!(answer.body.contains(says), "{}", answer.body);
}

#[rstest]
#[case::good("quote-electricity", "0612345678", "", "1", KEY, 200, "page de paiement")]
#[case::no_phone("quote-electricity", "", "", "1", KEY, 422, "Tapez un numéro de mobile")]
#[case::landline("quote-electricity", "0522123456", "", "1", KEY, 422, "Tapez un numéro de mobile")]
#[case::email("quote-electricity", "0612345678", "nobody", "1", KEY, 422, "pas correcte")]
#[case::terms("quote-electricity", "0612345678", "", "", KEY, 422, "Acceptez les conditions")]
#[case::key("quote-electricity", "0612345678", "", "1", "x", 400, "pas compris")]
#[case::being_paid("quote-being-paid", "0612345678", "", "1", KEY, 409, "déjà en cours")]
#[case::paid("quote-paid", "0612345678", "", "1", KEY, 409, "déjà payée")]
#[case::key_conflict("quote-key", "0612345678", "", "1", KEY, 409, "a déjà commencé")]
#[case::down("quote-down", "0612345678", "", "1", KEY, 503, "Organisme indisponible")]
#[case::late("quote-late", "0612345678", "", "1", KEY, 410, "plus valable")]
#[case::cash("quote-cash", "0612345678", "", "1", KEY, 422, "Pas de paiement par carte")]
#[actix_web::test]
async fn starting_a_payment(
    #[case] quote: &str,
    #[case] phone: &str,
    #[case] email: &str,
    #[case] terms: &str,
    #[case] key: &str,
    #[case] status: u16,
    #[case] says: &str,
) {
    let fields = [("key", key), ("phone", phone), ("email", email), ("terms", terms)];
    let answer = browser().await.fill(&format!("/fr/quotes/{quote}"), &fields).await;
    assert_eq!(answer.status.as_u16(), status, "{}", answer.body);
    assert!(answer.body.contains(says), "{}", answer.body);
}

#[rstest]
#[case("/fr/nowhere", 404, "Cette page n’existe pas")]
#[case("/en/nowhere", 404, "This page does not exist")]
#[case("/ar/nowhere", 404, "هذه الصفحة غير موجودة")]
#[case("/de/", 404, "Cette page n’existe pas")]
#[case("/fr/billers/9999", 404, "Cette page n’existe pas")]
#[case("/fr/billers/+1001", 404, "Cette page n’existe pas")]
#[case("/fr/billers/99999999999999999999", 404, "Cette page n’existe pas")]
#[case("/fr/billers/1001/2", 404, "Cette page n’existe pas")]
#[case("/fr/billers/1102", 503, "Organisme indisponible")]
#[case("/fr/billers/1102/02", 503, "Organisme indisponible")]
#[case("/fr/bills/x", 404, "Cette page n’existe pas")]
#[case("/fr/bills/..%2f..%2fetc", 404, "Cette page n’existe pas")]
#[case("/fr/bills/%00%00%00%00%00%00%00", 404, "Cette page n’existe pas")]
#[case("/fr/bills/%ff%fe%ff%fe%ff%fe%ff", 404, "Cette page n’existe pas")]
#[case("/fr/bills/inquiry-gone", 410, "trop ancienne")]
#[case("/fr/bills/inquiry-broken", 404, "Cette page n’existe pas")]
#[case("/fr/bills/database-down", 503, "Un incident de notre côté")]
#[case("/fr/bills/inquiry-all-busy", 200, "rien à payer une seconde fois")]
#[case("/fr/quotes/quote-old", 410, "plus valable")]
#[case("/fr/quotes/no-such-quote", 404, "Cette page n’existe pas")]
#[case("/fr/l/link-open-7Qm2xK9pLw4TzR8v", 200, "\u{2022}5678")]
#[case("/fr/l/link-used-7Qm2xK9pLw4TzR8v", 303, "")]
#[case("/fr/l/link-revoked-7Qm2xK9pLw4Tz", 410, "n’est plus valable")]
#[case("/fr/l/link-expired-7Qm2xK9pLw4Tz", 410, "a expiré")]
#[case("/fr/l/link-paid-7Qm2xK9pLw4TzR8v", 409, "déjà payée")]
#[case("/fr/l/link-busy-7Qm2xK9pLw4TzR8v", 409, "déjà en cours")]
#[case("/fr/l/no-such-link", 404, "Cette page n’existe pas")]
#[case("/fr/payments/no-such-payment", 404, "Cette page n’existe pas")]
#[case("/fr/payments/pay-declined-7Qm2xK", 200, "Paiement refusé")]
#[case("/fr/payments/pay-expired-7Qm2xK", 200, "Le temps pour payer est écoulé")]
#[case("/fr/payments/pay-returning-7Qm2xK", 200, "Votre argent vous est rendu")]
#[case("/fr/payments/pay-returned-7Qm2xK", 200, "Votre argent a été rendu")]
#[case("/fr/payments/pay-declined-7Qm2xK/receipt.pdf", 303, "")]
#[case("/fr/payments/no-such-payment/status", 404, "\"status\":404")]
#[case("/fr/?q=a&q=b", 400, "pas compris")]
#[case("/fr/?q=%ff%00", 200, "Aucun organisme trouvé")]
#[case("/fr/?q=ELECTRICITE", 200, "Nationale d’Électricité")]
#[case("/fr/?category=telecom", 200, "Télécom du Sud")]
#[case("/assets/../Cargo.toml", 404, "Not Found")]
#[case("/assets/%2e%2e/Cargo.toml", 404, "Not Found")]
#[case("/assets/fonts/OFL-tajawal.txt", 200, "Open Font License")]
#[case("/health/live", 200, "live")]
#[case("/health/ready", 200, "ready")]
#[case("/robots.txt", 200, "Disallow")]
#[actix_web::test]
async fn addresses(#[case] path: &str, #[case] status: u16, #[case] says: &str) {
    let answer = browser().await.get(path).await;
    assert_eq!(answer.status.as_u16(), status, "{}", answer.body);
    assert!(answer.body.contains(says), "{}", answer.body);
    assert!(!answer.body.contains("secret detail"));
}

#[rstest]
#[case("DELETE", "/fr/", "GET, HEAD")]
#[case("PUT", "/fr/quotes/quote-electricity", "GET, HEAD, POST")]
#[case("GET", "/webhooks/cmi", "POST")]
#[case("POST", "/health/live", "GET, HEAD")]
#[case("PATCH", "/fr/payments/pay-awaiting-7Qm2xK", "GET, HEAD, POST")]
#[case("POST", "/fr/payments/pay-awaiting-7Qm2xK/status", "GET, HEAD")]
#[case("TRACE", "/", "GET, HEAD")]
#[actix_web::test]
async fn methods(#[case] method: &str, #[case] path: &str, #[case] allowed: &str) {
    let request = TestRequest::default().method(method.parse().unwrap()).uri(path);
    let answer = browser().await.send(request).await;
    assert_eq!((answer.status.as_u16(), answer.header("allow")), (405, allowed));
    assert!(!answer.body.is_empty());
}

#[rstest]
#[case("/fr/billers/1002/02")]
#[case("/fr/bills/inquiry-electricity")]
#[case("/fr/quotes/quote-electricity")]
#[case("/fr/find")]
#[actix_web::test]
async fn a_form_from_elsewhere_is_refused(#[case] path: &str) {
    let mut other = browser().await;
    let stolen = other.get(path).await.hidden("csrf");
    let mut browser = browser().await;
    for token in [None, Some(""), Some(stolen.as_str()), Some("00")] {
        browser.get(path).await;
        let fields: Vec<(&str, &str)> = token.map(|token| ("csrf", token)).into_iter().collect();
        let answer = browser.post(path, &fields).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{token:?}");
        assert!(answer.body.contains("n’est plus valable"));
    }
}

#[rstest]
#[case::oversized("application/x-www-form-urlencoded", "a=".to_owned() + &"x".repeat(20_000), 413)]
#[case::json("application/json", "{}".to_owned(), 415)]
#[case::no_type("", "a=b".to_owned(), 415)]
#[case::many("application/x-www-form-urlencoded", "a=b&".repeat(300), 413)]
#[case::empty("application/x-www-form-urlencoded", String::new(), 403)]
#[actix_web::test]
async fn bodies(#[case] kind: &str, #[case] body: String, #[case] status: u16) {
    let mut request = TestRequest::post().uri("/en/find").set_payload(body);
    if !kind.is_empty() {
        request = request.insert_header(("Content-Type", kind));
    }
    let answer = browser().await.send(request).await;
    assert_eq!(answer.status.as_u16(), status);
    assert!(answer.body.contains("<html lang=\"en\"") && answer.header("content-type").starts_with("text/html"));
}

#[rstest]
#[case("oid=capture", "application/x-www-form-urlencoded", 200, "ACTION=POSTAUTH")]
#[case("oid=approve", "application/x-www-form-urlencoded", 200, "APPROVED")]
#[case("oid=other", "application/x-www-form-urlencoded; charset=UTF-8", 200, "FAILURE")]
#[case("", "application/x-www-form-urlencoded", 400, "no form data")]
#[case("{}", "application/json", 400, "no form data")]
#[case("oid=down", "application/x-www-form-urlencoded", 503, "try again later")]
#[case("oid=full", "application/x-www-form-urlencoded", 503, "try again later")]
#[actix_web::test]
async fn callbacks(#[case] body: &'static str, #[case] kind: &str, #[case] status: u16, #[case] says: &str) {
    let request = TestRequest::post().uri("/webhooks/cmi").insert_header(("Content-Type", kind)).set_payload(body);
    let answer = browser().await.send(request).await;
    assert_eq!((answer.status.as_u16(), answer.body.as_str()), (status, says));
    assert!(answer.header("content-type").starts_with("text/plain"));
    assert_eq!(answer.header("retry-after").is_empty(), status != 503);
}

#[actix_web::test]
async fn an_oversized_callback_is_refused() {
    let body = format!("oid={}", "x".repeat(70_000));
    let request = TestRequest::post()
        .uri("/webhooks/cmi")
        .insert_header(("Content-Type", "application/x-www-form-urlencoded"))
        .set_payload(body);
    assert_eq!(browser().await.send(request).await.status, StatusCode::PAYLOAD_TOO_LARGE);
}

#[rstest]
#[case("pay-confirmed-7Qm2xK", "+212612345678", 303, "")]
#[case("pay-confirmed-7Qm2xK", "٠٦١٢٣٤٥٦٧٨", 303, "")]
#[case("pay-confirmed-7Qm2xK", "0699999999", 404, "Aucun paiement")]
#[case("pay-unknown", "0612345678", 404, "Aucun paiement")]
#[case("", "0612345678", 422, "référence complète")]
#[case("pay-confirmed-7Qm2xK", "12", 422, "numéro de mobile")]
#[actix_web::test]
async fn finding_a_payment(#[case] reference: &str, #[case] phone: &str, #[case] status: u16, #[case] says: &str) {
    let answer = browser().await.fill("/fr/find", &[("reference", reference), ("phone", phone)]).await;
    assert_eq!(answer.status.as_u16(), status, "{}", answer.body);
    assert!(answer.body.contains(says), "{}", answer.body);
}

#[actix_web::test]
async fn look_ups_are_limited_per_address() {
    let two = NonZeroU32::new(2).unwrap();
    let limits = WebLimits { lookups_per_minute: two, lookup_burst: two, ..settings().limits };
    let mut browser = browser_with(WebSettings { limits, ..settings() }).await;
    let token = browser.get("/en/billers/1002/02").await.hidden("csrf");
    let ask = |forwarded: &'static str| {
        TestRequest::post()
            .uri("/en/billers/1002/02")
            .insert_header(("X-Forwarded-For", forwarded))
            .set_form([("csrf", token.as_str()), ("f.contract", "12345678")])
    };
    // The first entries are the client's own words: changing them buys nothing.
    for (forwarded, status) in
        [("1.1.1.1, 9.9.9.9", 303), ("2.2.2.2, 9.9.9.9", 303), ("3.3.3.3, 9.9.9.9", 429), ("9.9.9.8", 303)]
    {
        let answer = browser.send(ask(forwarded)).await;
        assert_eq!(answer.status.as_u16(), status, "{forwarded}");
        if status == 429 {
            assert!(answer.header("retry-after").parse::<u32>().unwrap() > 0);
            assert!(answer.body.contains("Too many requests"));
        }
    }
}

#[actix_web::test]
async fn every_answer_carries_the_security_headers() {
    let mut browser = browser().await;
    for path in
        ["/", "/fr/", "/fr/nowhere", "/fr/bills/database-down", "/assets/app.css", "/health/live", "/webhooks/cmi"]
    {
        let answer = browser.get(path).await;
        let policy = answer.header("content-security-policy");
        assert!(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"), "{path}");
        assert!(!policy.contains("unsafe"));
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
        assert!(answer.header("strict-transport-security").starts_with("max-age=63072000"), "{path}");
        assert_eq!(answer.header("referrer-policy"), "same-origin", "{path}");
    }
}

#[actix_web::test]
async fn cookies_are_bound_to_this_host() {
    let answer = browser().await.get("/fr/find").await;
    let cookies: Vec<_> = answer.headers.get_all("set-cookie").map(|value| value.to_str().unwrap()).collect();
    assert!(cookies.iter().any(|cookie| cookie.starts_with("__Host-csrf=")), "{cookies:?}");
    for cookie in cookies {
        for part in ["; Secure", "; HttpOnly", "; SameSite=Lax", "; Path=/"] {
            assert!(cookie.contains(part) && !cookie.contains("Domain"), "{cookie}");
        }
    }
}

#[actix_web::test]
async fn assets_are_kept_under_their_digest() {
    let mut browser = browser().await;
    let home = browser.get("/fr/").await.body;
    let at = home.find("/assets/app.css?v=").unwrap();
    let url: String = home[at..].chars().take_while(|c| *c != '"').collect();
    let answer = browser.get(&url).await;
    assert_eq!(answer.header("cache-control"), "public, max-age=31536000, immutable");
    assert!(answer.header("content-type").starts_with("text/css"));
    let tag = answer.header("etag").to_owned();
    let again = browser.send(TestRequest::get().uri(&url).insert_header(("If-None-Match", tag))).await;
    assert_eq!(again.status, StatusCode::NOT_MODIFIED);
    let stale = browser.get("/assets/app.css?v=0000").await;
    assert_eq!(stale.header("cache-control"), "public, max-age=300");
}

async fn readiness(state: crate::ChannelState) -> (StatusCode, String) {
    let app = actix_web::test::init_service(
        actix_web::App::new().app_data(actix_web::web::Data::new(state)).configure(crate::configure),
    )
    .await;
    let response = actix_web::test::call_service(&app, TestRequest::get().uri("/health/ready").to_request()).await;
    let status = response.status();
    (status, String::from_utf8(actix_web::test::read_body(response).await.to_vec()).unwrap())
}

fn state() -> crate::ChannelState {
    let (hub, now) = (std::sync::Arc::new(super::sample::SampleHub), std::sync::Arc::new(super::now));
    crate::ChannelState::over(hub, settings(), now)
}

#[actix_web::test]
async fn not_ready_says_so() {
    let checks = || {
        let of = |name, fault| crate::Check { name, fault };
        vec![of("writer", None), of("database", Some("it cannot be read"))]
    };
    let state = state().with_readiness(std::sync::Arc::new(checks));
    let (status, body) = readiness(state).await;
    let checks = serde_json::json!({ "writer": "ok", "database": "it cannot be read" });
    let expected = serde_json::json!({ "status": "not ready", "checks": checks });
    assert_eq!((status, body.parse::<serde_json::Value>().unwrap()), (StatusCode::SERVICE_UNAVAILABLE, expected));
}

#[actix_web::test]
async fn ready_with_a_warning_is_ready() {
    let state = state().with_warnings(std::sync::Arc::new(|| vec!["the job prune needs a person".to_owned()]));
    let ready = r#"{"status":"ready","warnings":["the job prune needs a person"]}"#.to_owned();
    assert_eq!(readiness(state).await, (StatusCode::OK, ready));
}
