//! Top-ups and withdrawals: asked with a proof, decided by a second person.

use ledger::FloatRequestKind;
use payments::api::cash::RequestFloat;
use rstest::rstest;
use staff::{Role, Scope};

use super::{OUTLET, fields_of, hub, member, member_at, says, top_up};
use crate::support::{Backend, Colleague, Page, TestApp, agent, money};

async fn ask(who: &Colleague, kind: &str, amount: &str, proof: &str) -> Page {
    let path = format!("/floats/{OUTLET}");
    let page = who.get(&path).await;
    let mut fields = fields_of(&page, &path);
    fields.retain(|(name, _)| matches!(name.as_str(), "csrf" | "key"));
    for (name, value) in [("kind", kind), ("amount", amount), ("proof", proof)] {
        fields.push((name.to_owned(), value.to_owned()));
    }
    who.browser.post(&page.path, &fields).await
}

fn last_request(app: &TestApp) -> i64 {
    app.database.number("SELECT MAX(id) FROM float_requests")
}

async fn decide(who: &Colleague, id: i64, decision: &str, note: &str) -> Page {
    who.post(&format!("/float-requests/{id}"), &[("decision", decision), ("note", note)]).await
}

#[rstest]
#[case(Backend::Sqlite)]
#[case(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn a_second_person_decides(#[case] backend: Backend) {
    let Some(app) = hub(backend, "0.00").await else { return };
    let nadia = member(&app, "fr", "nadia", Role::NetworkManager);
    let fatima = member(&app, "fr", "fatima", Role::Finance);
    nadia.sign_in(&app).await;
    fatima.sign_in(&app).await;
    let asked = ask(&nadia, "top-up", "300,00", "VIR-2026-0001").await;
    assert_eq!(asked.status, 200, "{}", asked.text());
    says(&asked, "C’est votre demande");
    let id = last_request(&app);
    assert!(!asked.body.contains("value=\"approve\""), "one's own request is not offered");
    assert_eq!(decide(&nadia, id, "approve", "").await.status, 403);
    assert_eq!(decide(&fatima, id, "refuse", "").await.status, 422, "a no needs a word");
    let list = fatima.get("/floats").await;
    assert!(list.body.contains("value=\"approve\""));
    says(&decide(&fatima, id, "approve", "").await, "300,00 MAD");
    assert_eq!(app.hub.float(OUTLET).await.unwrap().unwrap().available, money("300.00"));
    let again = decide(&fatima, id, "approve", "").await;
    assert_eq!(again.status, 409);
    says(&again, "déjà décidée");
    let used = ask(&nadia, "top-up", "300,00", "VIR-2026-0001").await;
    assert_eq!(used.status, 409);
    says(&used, "a déjà servi");
    ask(&nadia, "withdrawal", "300,01", "RET-1").await;
    let low = decide(&fatima, last_request(&app), "approve", "").await;
    assert_eq!(low.status, 409);
    says(&low, "300,00 MAD");
    says(&decide(&fatima, last_request(&app), "refuse", "solde trop bas").await, "solde trop bas");
    says(&nadia.get(&format!("/floats/{OUTLET}")).await, "Alimentation");
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_asked_does_not_decide_whatever_their_roles() {
    let Some(app) = hub(Backend::Sqlite, "0.00").await else { return };
    let both = member_at(
        &app,
        "fr",
        "both",
        Role::NetworkManager,
        Scope { network: Some("BARID".into()), ..Scope::default() },
    );
    let (roles, scope) =
        ([Role::NetworkManager, Role::Finance].into(), Scope { network: Some("BARID".into()), ..Scope::default() });
    staff::admin::set_roles(&app.ledger, staff::admin::COMMAND_LINE, "both", &roles, &scope, app.now())
        .unwrap()
        .unwrap();
    both.sign_in(&app).await;
    let asked = ask(&both, "top-up", "300", "VIR-1").await;
    assert!(!asked.body.contains("value=\"approve\""), "{}", asked.text());
    let refused = decide(&both, last_request(&app), "approve", "").await;
    assert_eq!(refused.status, 403);
    says(&refused, "une autre personne doit décider");
    assert_eq!(app.hub.float(OUTLET).await.unwrap().unwrap().available, money("0.00"));
    // Another network's outlet is as good as none.
    assert_eq!(both.get("/floats/20001").await.status, 404);
    app.finish().await;
}

/// An open request is decided however many newer ones there are, and of whomever.
#[rstest]
#[case(Backend::Sqlite)]
#[case(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn open_requests_are_decided_behind_many_others(#[case] backend: Backend) {
    let Some(app) = hub(backend, "0.00").await else { return };
    let nadia = member(&app, "fr", "nadia", Role::NetworkManager);
    let fatima = member(&app, "fr", "fatima", Role::Finance);
    nadia.sign_in(&app).await;
    fatima.sign_in(&app).await;
    ask(&nadia, "top-up", "300", "VIR-FIRST").await;
    let first = last_request(&app);
    for n in 0..105 {
        let (outlet, proof) = ("20001".to_owned(), format!("OTHER-{n}"));
        let other = RequestFloat {
            outlet,
            kind: FloatRequestKind::TopUp,
            amount: money("1.00"),
            key: proof.clone(),
            proof,
            actor: agent(1_000_001),
        };
        app.hub.request_float(other).await.unwrap();
    }
    ask(&nadia, "top-up", "300", "VIR-LAST").await;
    let last = last_request(&app);
    let form = |page: &Page, id: i64| page.body.contains(&format!("/float-requests/{id}\""));
    let list = fatima.get("/floats").await;
    assert!(form(&list, first) && !form(&list, last));
    let mut page = list;
    let mut pages = 1;
    while let Some((_, rest)) = page.body.split_once("/floats?open=") {
        page = fatima.get(&format!("/floats?open={}", rest.split('"').next().unwrap())).await;
        pages += 1;
    }
    assert!(form(&page, last) && pages == 3, "{pages} pages");
    // A network's people see their own at once.
    let own = nadia.get("/floats").await;
    assert!(own.body.contains("VIR-FIRST") && own.body.contains("VIR-LAST") && !own.body.contains("OTHER-"));
    assert!(decide(&fatima, first, "refuse", "non").await.status == 200);
    assert_eq!(fatima.get("/floats?open=x").await.status, 400);
    app.finish().await;
}

/// A network with more outlets than a page.
const MANY: &str = r#"
[[network]]
code = "MANY"
name = { ar = "كثير", fr = "Beaucoup", en = "Many" }
tolerance = "10.00"
low_float = "500.00"
alert = { mail = "float@many.example.ma", language = "fr" }
"#;

#[rstest]
#[case(Backend::Sqlite)]
#[case(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn floats_go_page_by_page(#[case] backend: Backend) {
    let Some(app) = hub(backend, "0.00").await else { return };
    let mut file = MANY.to_owned();
    for number in 30_001..30_053 {
        let place = format!("{{ ar = \"{number}\", fr = \"{number}\", en = \"{number}\" }}");
        file +=
            &format!("[[network.outlet]]\nnumber = \"{number}\"\nname = {place}\ncity = {place}\ntills = [\"1\"]\n");
    }
    let read = payments::networks::import::parse(&file).unwrap();
    assert_eq!(payments::import_networks(&app.ledger, &read, app.now()).unwrap(), []);
    app.hub.reload_networks().await.unwrap();
    top_up(&app, "30052", money("700.00")).await;
    let scope = Scope { network: Some("MANY".into()), ..Scope::default() };
    let many = member_at(&app, "fr", "many", Role::NetworkManager, scope);
    many.sign_in(&app).await;
    let first = many.get("/floats").await;
    assert!(first.body.contains("/floats/30050\"") && !first.body.contains("/floats/30051\""));
    assert!(first.body.contains("/floats?after=30050\""));
    let last = many.get("/floats?after=30050").await;
    assert!(last.body.contains("/floats/30051\"") && !last.body.contains("/floats/30050\""));
    says(&last, "700,00 MAD");
    assert!(!last.body.contains("?after="));
    // Another network's outlet is no place to go on from.
    assert_eq!(many.get("/floats?after=10001").await.status, 404);
    app.finish().await;
}
