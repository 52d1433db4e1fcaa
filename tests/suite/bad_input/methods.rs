//! Wrong methods, and tokens that are not this browser's, at every route.

use rstest::rstest;

use super::client::{FORM, Visitor, encoded, exchange, request, sound};
use super::{books, start, unharmed};
use crate::support::Backend;

const PAGES: &[(&str, &str)] = &[
    ("/", "GET, HEAD"),
    ("/fr", "GET, HEAD"),
    ("/fr/", "GET, HEAD"),
    ("/fr/terms", "GET, HEAD"),
    ("/fr/billers/1001", "GET, HEAD"),
    ("/fr/billers/1001/01", "GET, HEAD, POST"),
    ("/fr/bills/0000-0001-0000-0010", "GET, HEAD, POST"),
    ("/fr/quotes/0000-0001-0000-0010", "GET, HEAD, POST"),
    ("/fr/l/AAAAAAAAAAAAAAAAAAAAAAAA", "GET, HEAD, POST"),
    ("/fr/payments/0000-0001-0000-0010", "GET, HEAD, POST"),
    ("/fr/payments/0000-0001-0000-0010/status", "GET, HEAD"),
    ("/fr/payments/0000-0001-0000-0010/receipt.pdf", "GET, HEAD"),
    ("/fr/quotes/0000-0001-0000-0010/cash", "GET, HEAD, POST"),
    ("/fr/cash/1000000000007", "GET, HEAD"),
    ("/fr/find", "GET, HEAD, POST"),
    ("/staff", "GET, HEAD"),
    ("/fr/staff", "GET, HEAD"),
    ("/fr/staff/sign-in", "GET, HEAD, POST"),
    ("/fr/staff/second-factor", "GET, HEAD, POST"),
    ("/fr/staff/enrol", "GET, HEAD, POST"),
    ("/fr/staff/recovery-codes", "GET, HEAD, POST"),
    ("/fr/staff/password", "GET, HEAD, POST"),
    ("/fr/staff/sessions", "GET, HEAD, POST"),
    ("/fr/staff/sign-out", "POST"),
    ("/fr/staff/audit", "GET, HEAD"),
    ("/fr/staff/board", "GET, HEAD"),
    ("/fr/staff/board/tiles", "GET, HEAD"),
    ("/fr/staff/outlet", "GET, HEAD, POST"),
    ("/fr/staff/outlet/shift", "GET, HEAD, POST"),
    ("/fr/staff/outlet/billers/1001/01", "GET, HEAD, POST"),
    ("/fr/staff/outlet/bills/0000-0001-0000-0010", "GET, HEAD, POST"),
    ("/fr/staff/outlet/quotes/0000-0001-0000-0010", "GET, HEAD, POST"),
    ("/fr/staff/outlet/references/1000000000007", "GET, HEAD, POST"),
    ("/fr/staff/outlet/references/1000000000007/late", "GET, HEAD, POST"),
    ("/fr/staff/outlet/payments", "GET, HEAD"),
    ("/fr/staff/outlet/payments/0000-0001-0000-0010", "GET, HEAD"),
    ("/fr/staff/outlet/payments/0000-0001-0000-0010/status", "GET, HEAD"),
    ("/fr/staff/outlet/payments/0000-0001-0000-0010/print", "GET, HEAD, POST"),
    ("/fr/staff/outlet/payments/0000-0001-0000-0010/cancel", "GET, HEAD, POST"),
    ("/fr/staff/outlet/give-back", "GET, HEAD, POST"),
    ("/fr/staff/outlet/movements", "GET, HEAD, POST"),
    ("/fr/staff/outlet/closure", "GET, HEAD"),
    ("/fr/staff/outlet/shifts", "GET, HEAD"),
    ("/fr/staff/outlet/shifts/1", "GET, HEAD"),
    ("/fr/staff/outlet/shifts/1/closure", "GET, HEAD, POST"),
    ("/fr/staff/floats", "GET, HEAD"),
    ("/fr/staff/floats/10001", "GET, HEAD, POST"),
    ("/fr/staff/float-requests/1", "GET, HEAD, POST"),
    ("/fr/staff/late-cash", "GET, HEAD"),
    ("/fr/staff/late-cash/1", "GET, HEAD, POST"),
    ("/fr/staff/payments", "GET, HEAD, POST"),
    ("/fr/staff/payments/filters", "GET, HEAD, POST"),
    ("/fr/staff/payments/filters/1/delete", "GET, HEAD, POST"),
    ("/fr/staff/payments/1", "GET, HEAD, POST"),
    ("/fr/staff/payments/1/note", "GET, HEAD, POST"),
    ("/fr/staff/payments/1/resend", "GET, HEAD, POST"),
    ("/fr/staff/payments/1/ask-biller", "GET, HEAD, POST"),
    ("/agents/v1/openapi.json", "GET, HEAD"),
    ("/agents/v1/billers", "GET"),
    ("/agents/v1/billers/1001", "GET"),
    ("/agents/v1/bills/find", "POST"),
    ("/agents/v1/quotes", "POST"),
    ("/agents/v1/quotes/0000-0001-0000-0010", "GET"),
    ("/agents/v1/cash-references/1000000000007", "GET"),
    ("/agents/v1/payments", "GET"),
    ("/agents/v1/payments/0000-0001-0000-0010", "GET"),
    ("/agents/v1/payments/0000-0001-0000-0010/cancel", "POST"),
    ("/agents/v1/outlets/20001/payments", "GET, POST"),
    ("/agents/v1/outlets/20001/float", "GET"),
    ("/agents/v1/outlets/20001/float/statement", "GET"),
    ("/agents/v1/outlets/20001/shifts", "GET, POST"),
    ("/agents/v1/shifts/1", "GET"),
    ("/agents/v1/shifts/1/movements", "POST"),
    ("/agents/v1/shifts/1/close", "POST"),
    ("/agents/v1/outlets/20001/cash-owed", "GET"),
    ("/agents/v1/outlets/20001/cash-owed/1/given-back", "POST"),
    ("/agents/v1/outlets/20001/late-cash", "POST"),
    ("/agents/v1/late-cash/1", "GET"),
    ("/fr/staff/reports", "GET, HEAD"),
    ("/fr/staff/reports/fees", "GET, HEAD"),
    ("/fr/staff/reports/fees/report.csv", "GET, HEAD"),
    ("/fr/staff/reports/fees/report.xlsx", "GET, HEAD"),
    ("/fr/staff/reports/fees/report.pdf", "GET, HEAD"),
    ("/fr/staff/reports/keys", "GET, HEAD, POST"),
    ("/fr/staff/reports/keys/1/revoke", "GET, HEAD, POST"),
    ("/fr/staff/reports/schedules", "GET, HEAD, POST"),
    ("/fr/staff/reports/schedules/1/end", "GET, HEAD, POST"),
    ("/reports/v1/openapi.json", "GET, HEAD"),
    ("/reports/v1/fees", "GET, HEAD"),
    ("/reports/v1/fees.csv", "GET, HEAD"),
    ("/health/live", "GET, HEAD"),
    ("/health/ready", "GET, HEAD"),
    ("/assets/mark.svg", "GET, HEAD"),
    ("/robots.txt", "GET, HEAD"),
    ("/webhooks/cmi", "POST"),
    ("/ivr/start", "POST"),
    ("/ivr/steps/1", "POST"),
    ("/ivr/status", "POST"),
];

#[tokio::test(flavor = "multi_thread")]
async fn wrong_methods() {
    let app = start(Backend::Sqlite).await.unwrap();
    let before = books(&app);
    let visitor = Visitor::new(&app, "fr").await;
    for &(path, allowed) in PAGES {
        for method in ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW", "get"] {
            let answer = visitor.send(method, path, &[("content-type", FORM)], b"").await;
            let taken = allowed.split(", ").any(|other| other == method);
            assert_eq!(answer.status != 405, taken, "{method} {path} -> {}", answer.status);
            if !taken {
                assert_eq!(answer.header("allow"), allowed, "{method} {path}");
            }
        }
    }
    unharmed(&app, &before).await;
    app.finish().await;
}

/// Without a token of this browser no form is read, in each language.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn forged_forms(#[values("ar", "fr", "en")] language: &'static str) {
    let app = start(Backend::Sqlite).await.unwrap();
    let visitor = Visitor::new(&app, language).await;
    let other = Visitor::new(&app, language).await;
    let inquiry = visitor.inquiry(1001, "02", "11111111").await;
    let quote = visitor.quote(1001, "02", "11111111", "").await;
    let before = books(&app);
    let junk = "f".repeat(128);
    let twice = format!("csrf={}&csrf={}", visitor.token, visitor.token);
    let rest = encoded(&[("f.contract", "11111111"), ("phone", "0612345678"), ("terms", "1"), ("reference", "abcdef")]);
    let bodies = [
        ("none", String::new()),
        ("empty", "csrf=".to_owned()),
        ("short", "csrf=00".to_owned()),
        ("invented", format!("csrf={junk}")),
        ("another browser's", format!("csrf={}", other.token)),
        ("twice", twice),
        ("in another case", format!("CSRF={}", visitor.token)),
        ("cut", format!("csrf={}", &visitor.token[..127])),
        ("a script", format!("csrf={}", encoded(&[("", "<script>alert(1)</script>")]).trim_start_matches('='))),
        ("not text", "csrf=%ff%fe".to_owned()),
    ];
    for path in
        ["/billers/1001/02", "/find", "/staff/sign-in"].map(|path| visitor.path(path)).iter().chain([&inquiry, &quote])
    {
        for (what, body) in &bodies {
            let body = format!("{body}&{rest}");
            let answer = visitor.send("POST", path, &[("content-type", FORM)], body.as_bytes()).await;
            assert_eq!(answer.status, 403, "{what} at {path}");
        }
        // The right token without the cookie, and with one that somebody made.
        for cookie in ["", "csrf=", "csrf=00.00", "csrf=%00%ff.", &format!("csrf={junk}.{junk}"), other.cookie.as_str()]
        {
            let body = format!("csrf={}&{rest}", visitor.token);
            let headers = [("content-type", FORM), ("cookie", cookie)];
            let answer = exchange(&app, &request("POST", path, &headers, body.as_bytes())).await.unwrap();
            sound("POST", path, language, &answer);
            assert_eq!(answer.status, 403, "{cookie} at {path}");
        }
    }
    unharmed(&app, &before).await;
    app.finish().await;
}
