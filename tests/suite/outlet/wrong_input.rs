//! What each form should not get: said in words, and nothing done.

use std::num::NonZeroU32;

use channels::WebLimits;
use rstest::rstest;

use super::day::two_bills;
use super::{agent_at_work, hub, open_networks, price, says, tender};
use crate::support::{Backend, Setup, TestApp};

const CARD: &str = "4000 0000 0000 0010";

#[rstest]
#[case("")]
#[case("12")]
#[case("9999")]
#[case("100199")]
#[case("1001")]
#[case("0000-001B-9XK2-7QZD")]
#[case("'; DROP TABLE payments; --")]
#[case(CARD)]
#[tokio::test(flavor = "multi_thread")]
async fn the_counters_field(#[case] text: &str) {
    let Some(app) = hub(Backend::Sqlite, "0.00").await else { return };
    let amina = agent_at_work(&app, "fr", "amina", "1", "").await;
    let page = amina.post("/outlet", &[("q", text)]).await;
    assert_eq!(page.status, 422, "{}", page.text());
    assert!(page.body.contains("id=\"q-fault\""));
    assert!(!page.body.contains(CARD), "a card number is not sent back");
    app.finish().await;
}

async fn nothing_done(app: &TestApp) {
    assert_eq!(app.database.number("SELECT COUNT(*) FROM payments"), 0);
    assert_eq!(app.database.number("SELECT COUNT(*) FROM shift_movements"), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn forms() {
    let Some(app) = hub(Backend::Sqlite, "1000.00").await else { return };
    two_bills(&app);
    let newcomer = super::member(&app, "fr", "salma", staff::Role::Agent);
    newcomer.sign_in(&app).await;
    for (till, opening, status) in
        [("1", "10.005", 422), ("1", "-5", 422), ("1", CARD, 422), ("9", "5", 409), ("", "", 409)]
    {
        let page = newcomer.post("/outlet/shift", &[("till", till), ("opening", opening)]).await;
        assert_eq!(page.status, status, "{till} {opening}: {}", page.text());
    }
    let amina = agent_at_work(&app, "fr", "amina", "1", "100").await;
    let taken = newcomer.post("/outlet/shift", &[("till", "1"), ("opening", "0")]).await;
    assert_eq!(taken.status, 409);
    says(&taken, "déjà ouvert");
    let priced = price(&amina, ("130201", "EL-1001", "")).await;
    for tendered in ["168,41", "0", "10.005", "1,234", "abc", "-200", CARD] {
        let page = tender(&amina, &priced, tendered).await;
        assert_eq!(page.status, 422, "{tendered}: {}", page.text());
        assert!(!page.body.contains(CARD));
    }
    let key = "00112233445566778899aabbccddeeff";
    let below = priced.path.split("/staff").nth(1).unwrap();
    for (phone, status) in [("12", 422), ("0522123456", 422), (CARD, 422)] {
        let page = amina.post(below, &[("tendered", ""), ("phone", phone), ("key", key)]).await;
        assert_eq!(page.status, status, "{phone}");
    }
    assert_eq!(amina.post(below, &[("tendered", ""), ("key", "short")]).await.status, 400);
    assert_eq!(amina.post(below, &[("tendered", "200"), ("tendered", "300"), ("key", key)]).await.status, 400);
    for (kind, amount, reason, status) in [
        ("in", "0", "a", 422),
        ("in", "", "a", 422),
        ("out", "100,01", "a", 422),
        ("out", "5", "", 422),
        ("out", "5", CARD, 422),
        ("sideways", "5", "a", 400),
    ] {
        let form = [("kind", kind), ("amount", amount), ("reason", reason), ("key", key)];
        let page = amina.post("/outlet/movements", &form).await;
        assert_eq!(page.status, status, "{form:?}: {}", page.text());
        assert!(!page.body.contains(CARD));
    }
    let closure = amina.get("/outlet/closure").await;
    let below = closure.path.split("/staff").nth(1).unwrap().to_owned();
    for (name, value, status) in [
        ("n.20000", "x", 422),
        ("n.20000", "-1", 422),
        ("n.20000", "1.5", 422),
        ("n.2500", "1", 400),
        ("n.x", "1", 400),
    ] {
        assert_eq!(amina.post(&below, &[(name, value)]).await.status, status, "{name} {value}");
    }
    for path in
        ["/outlet/shifts/0/closure", "/outlet/shifts/x", "/outlet/quotes/x", "/outlet/bills/0000-001B-9XK2-7QZD/x"]
    {
        assert_eq!(amina.get(path).await.status, 404, "{path}");
    }
    assert_eq!(amina.post("/outlet/give-back", &[("id", "x")]).await.status, 400);
    assert_eq!(amina.post("/outlet/give-back", &[("id", "1")]).await.status, 409);
    nothing_done(&app).await;
    app.finish().await;
}

/// A whole agency stands behind one address: look-ups are counted by member.
#[tokio::test(flavor = "multi_thread")]
async fn look_ups_are_counted_by_member() {
    let few = NonZeroU32::MIN;
    let usual = Setup::default();
    let limits = WebLimits { lookups_per_minute: few, lookup_burst: few, ..usual.limits };
    let app = TestApp::start_with(Backend::Sqlite, Setup { limits, ..usual }).await.unwrap();
    open_networks(&app).await;
    let amina = agent_at_work(&app, "fr", "amina", "1", "").await;
    let basma = agent_at_work(&app, "fr", "basma", "2", "").await;
    let unknown = [("f.contract", "99999999")];
    let mut told = Vec::new();
    for asked in 0.. {
        // One comes back each second, however long a look-up takes.
        assert!(asked < 600, "no end to look-ups");
        let answer = match told.len() {
            0 => amina.post("/outlet/billers/1001/02", &unknown).await,
            1 => amina.post("/outlet", &[("q", "1000000000007")]).await,
            2 => amina.get("/outlet/references/1000000000007").await,
            _ => break,
        };
        if answer.status == 429 {
            assert!(asked >= 60, "{asked}");
            told.push(answer);
        }
    }
    for told in &told {
        says(told, "Trop de recherches");
    }
    assert_eq!(basma.post("/outlet/billers/1001/02", &unknown).await.status, 422);
    assert_eq!(amina.get("/outlet").await.status, 200);
    app.finish().await;
}
