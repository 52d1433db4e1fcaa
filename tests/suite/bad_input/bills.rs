//! Choosing what to pay.

use rstest::rstest;

use super::client::Visitor;
use super::{HOSTILE, books, escaped, shapes, start, unharmed};
use crate::support::Backend;

/// References that are nobody's: the same for look-ups, quotes and payments.
pub const REFERENCES: [&str; 14] = [
    "0000-0001-0000-0010",
    "0000000100000010",
    "ZZZZ-ZZZZ-ZZZZ-ZZZZ",
    "short",
    "1",
    "-1",
    "----------------",
    "0000-0001-0000-00U0",
    "%00%00%00%00%00%00%00",
    "%ff%fe%ff%fe%ff%fe",
    "..%2f..%2fetc%2fpasswd",
    "'%20OR%20'1'='1",
    "%3Cscript%3Ealert(1)%3C%2Fscript%3E",
    "0000%200001%200000%200010",
];

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn references(#[case] backend: Backend) {
    let Some(app) = start(backend).await else { return };
    let visitor = Visitor::new(&app, "fr").await;
    let inquiry = visitor.inquiry(1001, "02", "11111111").await;
    let before = books(&app);
    let own = inquiry.rsplit('/').next().unwrap().to_owned();
    let long = own.repeat(500);
    let mut guess = own.clone();
    let last = if guess.pop() == Some('0') { '1' } else { '0' };
    guess.push(last);
    for reference in REFERENCES.into_iter().chain([long.as_str(), guess.as_str()]) {
        let path = visitor.path(&format!("/bills/{reference}"));
        // One that could be ours may have been a look-up that is deleted by now.
        let answer = visitor.get(&path).await;
        assert!(matches!(answer.status, 404 | 410), "{reference}: {}", answer.status);
        let sent = visitor.post(&path, &[("amount", "1")]).await;
        assert!(matches!(sent.status, 404 | 410), "{reference}: {}", sent.status);
    }
    // As people write them down: in small letters, without hyphens.
    for typed in [own.to_lowercase(), own.replace('-', ""), own.to_lowercase().replace('0', "o")] {
        assert_eq!(visitor.get(&visitor.path(&format!("/bills/{typed}"))).await.status, 200, "{typed}");
    }
    unharmed(&app, &before).await;
    app.finish().await;
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn amounts(#[case] backend: Backend) {
    let Some(app) = start(backend).await else { return };
    let visitor = Visitor::new(&app, "fr").await;
    let top_up = visitor.inquiry(1101, "02", "0612345678").await;
    let free = visitor.inquiry(1901, "01", "anything").await;
    let before = books(&app);
    for (amount, says) in [
        ("", "Indiquez le montant"),
        ("   ", "Indiquez le montant"),
        ("10.005", "deux décimales au plus"),
        ("1e3", "deux décimales au plus"),
        ("-5", "deux décimales au plus"),
        ("+5", "deux décimales au plus"),
        ("NaN", "deux décimales au plus"),
        ("inf", "deux décimales au plus"),
        ("0x10", "deux décimales au plus"),
        ("0", "deux décimales au plus"),
        ("0,00", "deux décimales au plus"),
        ("1.234", "prête à confusion"),
        ("1,234", "prête à confusion"),
        ("1.2.3", "deux décimales au plus"),
        ("10 DH", "deux décimales au plus"),
        ("10;20", "deux décimales au plus"),
        ("½", "deux décimales au plus"),
        ("１００", "deux décimales au plus"),
        ("10٫005", "deux décimales au plus"),
        ("92233720368547758.07", "deux décimales au plus"),
        ("92233720368547758.08", "deux décimales au plus"),
        ("99999999999999999999999999", "deux décimales au plus"),
        ("1 000 000 000 000,01", "deux décimales au plus"),
        ("' OR 1=1 --", "deux décimales au plus"),
        ("<script>alert(1)</script>", "deux décimales au plus"),
    ] {
        for path in [&top_up, &free] {
            let answer = visitor.post(path, &[("amount", amount)]).await;
            assert_eq!(answer.status, 422, "{amount} at {path}: {}", answer.body);
            assert!(answer.body.contains(says), "{amount}: {}", answer.body);
            assert!(escaped(&answer.body, amount), "{amount}");
        }
    }
    for (amount, says) in
        [("5", "multiple de"), ("15", "multiple de"), ("1010", "multiple de"), ("0,01", "multiple de")]
    {
        let answer = visitor.post(&top_up, &[("amount", amount)]).await;
        assert_eq!(answer.status, 422, "{amount}");
        assert!(answer.body.contains(says), "{amount}: {}", answer.body);
    }
    shapes(&visitor, &top_up, "amount", &[]).await;
    unharmed(&app, &before).await;
    // As people type them here, and the largest there is.
    for amount in ["٢٠", "٢٠٫٠٠", "20,00", " 20 ", "\u{200f}20"] {
        assert_eq!(visitor.post(&top_up, &[("amount", amount)]).await.status, 303, "{amount}");
    }
    assert_eq!(visitor.post(&free, &[("amount", "1 000 000 000 000,00")]).await.status, 303);
    app.finish().await;
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn lines(#[case] backend: Backend) {
    let Some(app) = start(backend).await else { return };
    let visitor = Visitor::new(&app, "en").await;
    let inquiry = visitor.inquiry(1001, "02", "11111111").await;
    let page = visitor.get(&inquiry).await;
    let article = page.body.split("name=\"article\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let before = books(&app);
    for text in HOSTILE {
        let answer = visitor.post(&inquiry, &[("article", text)]).await;
        assert_eq!(answer.status, 400, "{text}");
        assert!(escaped(&answer.body, text), "{text}");
    }
    for (what, fields, status) in [
        ("nothing", vec![], 422),
        ("another's line", vec![("article", "NOBODY-1")], 400),
        ("a line in another case", vec![("article", if article == article.to_lowercase() { "X" } else { "x" })], 400),
        ("an empty line", vec![("article", "")], 400),
        ("more than is due", vec![("article", article.as_str()), ("amount", "168.01")], 422),
        ("less than is due", vec![("article", article.as_str()), ("amount", "0.01")], 422),
        ("amount twice", vec![("article", article.as_str()), ("amount", "168.00"), ("amount", "168.00")], 400),
    ] {
        assert_eq!(visitor.post(&inquiry, &fields).await.status, status, "{what}");
    }
    unharmed(&app, &before).await;
    // A line ticked a hundred times is ticked; fields of nobody's form are left aside.
    let mut fields = vec![("article", article.as_str()); 100];
    fields.push(("price", "1"));
    let made = visitor.post(&inquiry, &fields).await;
    assert_eq!(made.status, 303, "{}", made.body);
    assert!(visitor.get(made.location()).await.body.contains("168.00"));
    // An hour later the list is history.
    app.pass(chrono::TimeDelta::hours(1));
    assert_eq!(visitor.post(&inquiry, &fields).await.status, 410);
    app.finish().await;
}
