//! References of 13 digits at the counter: paid once, and what comes too late is held and goes back.

use chrono::TimeDelta;
use ledger::{Channel, Language};
use payments::api::cash::{CashReference, MakeCashReference, ReferenceSubject};
use payments::card_numbers;
use rstest::rstest;
use staff::Role;

use super::day::two_bills;
use super::{agent_at_work, agree, fields_of, hub, member, says, tender};
use crate::support::{Backend, TestApp};

async fn reference(app: &TestApp, contract: &'static str) -> CashReference {
    let inquiry = app.inquire((1302, "01", contract)).await;
    let articles = inquiry.articles.iter().map(|line| line.article.id.clone()).collect();
    let subject = ReferenceSubject::Choice { inquiry: inquiry.reference, articles, amount: None };
    let (channel, phone, language) = (Channel::Web, None, Language::Fr);
    let made = MakeCashReference { subject, channel, phone, language, idempotency_key: None };
    app.hub.make_cash_reference(made).await.unwrap()
}

#[rstest]
#[case(Backend::Sqlite)]
#[case(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn paid_once_and_late_cash_goes_back(#[case] backend: Backend) {
    let Some(app) = hub(backend, "1000.00").await else { return };
    two_bills(&app);
    let worker = app.work();
    let (paid, late) = (reference(&app, "EL-1001").await, reference(&app, "EL-1002").await);
    let amina = agent_at_work(&app, "fr", "amina", "1", "100").await;
    // As a scanner types it.
    let priced = amina.post("/outlet", &[("q", format!("{}\r", paid.digits).trim_end())]).await;
    says(&priced, "168,42 MAD");
    let result = agree(&amina, &tender(&amina, &priced, "200").await).await;
    says(&result, "Paiement confirmé");
    let again = amina.post("/outlet", &[("q", &paid.digits)]).await;
    says(&again, "Ce code est déjà payé");
    says(&again, "Ne prenez pas d’espèces");
    // Neither a reference nor, by chance, a card number.
    let mut others = (0..10).map(|last| format!("{}{last}", &late.digits[..12]));
    let wrong = others.find(|other| *other != late.digits && !card_numbers::holds_one(other)).unwrap();
    let unknown = amina.post("/outlet", &[("q", &wrong)]).await;
    assert_eq!(unknown.status, 422);
    says(&unknown, "Ce code n’existe pas");
    app.pass(TimeDelta::days(8));
    amina.sign_in(&app).await;
    let expired = amina.post("/outlet", &[("q", &late.digits)]).await;
    says(&expired, "Ce code a expiré");
    let mut fields = fields_of(&expired, "/late");
    fields.retain(|(name, _)| name != "amount");
    fields.push(("amount".to_owned(), "120,46".to_owned()));
    for _ in 0..2 {
        let held = amina.browser.post(&format!("{}/late", expired.path), &fields).await;
        says(&held, "Espèces tardives inscrites");
    }
    let fatima = member(&app, "fr", "fatima", Role::Finance);
    fatima.sign_in(&app).await;
    let list = fatima.get("/late-cash").await;
    says(&list, "120,46 MAD");
    assert_eq!(list.body.matches("120,46").count(), 1, "the same form twice is the same cash");
    let id = app.database.number("SELECT MAX(id) FROM late_cash");
    assert_eq!(amina.post(&format!("/late-cash/{id}"), &[]).await.status, 403);
    assert_eq!(fatima.post(&format!("/late-cash/{id}"), &[("amount", "1")]).await.status, 400);
    says(&fatima.post(&format!("/late-cash/{id}"), &[]).await, "Rien en attente");
    let owed = amina.get("/outlet/give-back").await;
    says(&owed, "120,46 MAD");
    let given = amina.post("/outlet/give-back", &[("id", &id.to_string())]).await;
    says(&given, "Rien à rendre");
    // 100.00 + 168.42: what came in late went out again.
    says(&given, "268,42 MAD");
    worker.stop().await;
    app.finish().await;
}
