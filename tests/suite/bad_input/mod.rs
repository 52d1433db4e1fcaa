//! Malformed, oversized, doubled, replayed and hostile requests at every route, over real sockets. Each gets a clear
//! answer in the reader's language or the machine's format; none gets a 5xx, and none leaves half a change behind.
//! The files mirror the routes; `wire` holds what goes wrong below them, `client::sound` what holds for every answer.

mod assets;
mod bills;
mod books;
pub mod cards;
mod client;
mod find;
mod fuzz;
mod home;
mod identify;
mod limits;
mod methods;
mod pay;
mod payment;
mod staff;
mod webhooks;
mod wire;

use chrono::Utc;

use crate::support::{Backend, TestApp};
use books::{Books, books};
use client::{Visitor, exchange, request};

/// Texts that must come back as texts, or not at all.
pub const HOSTILE: [&str; 16] = [
    "<script>alert(1)</script>",
    "\"><img src=x onerror=\"alert(1)\">",
    "' onmouseover='alert(1)",
    "' OR '1'='1'; DROP TABLE payments; --",
    "1; SELECT pg_sleep(5)",
    "{{ 7 * 7 }}{% include \"x\" %}${7*7}<%= 7*7 %>",
    "%s%n%x {0} {} {contract}",
    "{ $biller }",
    "../../../../etc/passwd",
    "file:///etc/passwd",
    "=cmd|' /C calc'!A0",
    "$(id) `id` | id ; id",
    "</input></form><form action=\"https://evil.example\">",
    "javascript:alert(1)//",
    "\u{202e}gnp.exe",
    "𝕊𝕒𝕝𝕞𝕒 🧾 ﷽ \u{fffd}",
];

/// Fields of a form: name and value.
type Fields<'a> = Vec<(&'a str, &'a str)>;

/// The hub, with a biller that checks nothing by itself and sets no limit.
async fn start(backend: Backend) -> Option<TestApp> {
    let app = TestApp::start(backend).await?;
    import_free(&app).await;
    Some(app)
}

async fn import_free(app: &TestApp) {
    let text = format!(
        r#"
code = 1901
name = {{ ar = "حر", fr = "Libre", en = "Free" }}
category = "housing"
[connector]
protocol = "json_rest"
base_url = "{}/billers/1001"
secret_env = "FREE"
[settlement]
name = "Libre"
rib = "007780000010010001234518"
[[receivable_type]]
code = "01"
name = {{ ar = "حر", fr = "Libre", en = "Free" }}
amount = {{ rule = "any" }}
fetch = false
limit = [{{ channel = "WEB", instrument = "card" }}]
fee = [{{ effective_from = 2026-01-01, percent = "0.5", vat_percent = "20" }}]
[[receivable_type.field]]
name = "contract"
label = {{ ar = "عقد", fr = "Contrat", en = "Contract" }}
[[receivable_type.field]]
name = "note"
label = {{ ar = "ملاحظة", fr = "Note", en = "Note" }}
required = false
[[receivable_type.field]]
name = "pin"
label = {{ ar = "رمز", fr = "Code", en = "Code" }}
kind = "password"
required = false
"#,
        app.sandbox.base_url()
    );
    let billers = payments::catalogue::import::parse(&text, &|_: &str| None).unwrap();
    payments::import_billers(&app.ledger, &billers, Utc::now()).unwrap();
    assert!(app.hub.reload_billers().await.unwrap());
}

/// After a group: the rows are those that were there before, and the hub is ready for the next one.
async fn unharmed(app: &TestApp, before: &Books) {
    let ready = exchange(app, &request("GET", "/health/ready", &[], b"")).await.unwrap();
    assert_eq!((ready.status, ready.body.as_str()), (200, "{\"status\":\"ready\"}"));
    assert_eq!(&books(app), before);
}

/// Whether a text stands on a page only as text.
pub fn escaped(page: &str, text: &str) -> bool {
    !text.contains(['<', '"', '\'']) || !page.contains(text)
}

/// Fields that hold too much, twice, or what nobody types, sent to a form with the right token: the status of each.
async fn shapes(visitor: &Visitor<'_>, path: &str, field: &str, good: &[(&str, &str)]) {
    let long = "7".repeat(10_000);
    let longer = "7".repeat(20_000);
    let many: Vec<(String, String)> = (0..150).map(|at| (format!("x{at}"), at.to_string())).collect();
    let many: Vec<(&str, &str)> = many.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let more: Vec<(&str, &str)> = std::iter::repeat_n(("x", ""), 250).collect();
    let cases: [(&str, Fields<'_>, u16); 9] = [
        ("long", vec![(field, &long)], 413),
        ("longer than the form", vec![(field, &longer)], 413),
        ("more than 200 fields", more, 413),
        ("twice", vec![(field, "1"), (field, "2")], 400),
        ("NUL", vec![(field, "1234\x00567")], 400),
        ("escape character", vec![(field, "\u{1b}[31m")], 400),
        ("line end", vec![(field, "1\r\nSet-Cookie: a=b")], 400),
        ("C1 control", vec![(field, "1\u{80}2")], 400),
        ("DEL", vec![(field, "1\u{7f}2")], 400),
    ];
    for (what, fields, status) in cases {
        let mut all: Vec<(&str, &str)> = good.iter().copied().filter(|(name, _)| *name != field).collect();
        all.extend(fields);
        let answer = visitor.post(path, &all).await;
        assert_eq!(answer.status, status, "{what} at {path}: {}", answer.body);
        assert!(!answer.header("set-cookie").contains("a=b"));
    }
    // Fields of nobody's form besides a value that is wrong anyway: no harm, whatever the page makes of them.
    let answer = visitor.post(path, &many).await;
    assert!((400..500).contains(&answer.status), "{}", answer.status);
}
