//! Payers complain on their payment's page, hear of each step, answer, take back, and come again once.

use chrono::TimeDelta;
use ledger::{DisputeAction as A, DisputeState as S};
use rstest::rstest;
use staff::Role;

use super::{APPROVED, BILL, answer, complain, done, filled, paid, send, state, stored};
use crate::finance::{at_work, says};
use crate::support::{Backend, TestApp};

#[rstest]
#[case(Backend::Sqlite)]
#[case(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn a_payer_is_heard_and_answered(#[case] backend: Backend) {
    let Some(app) = TestApp::start(backend).await else { return };
    let (_, reference) = paid(&app).await;
    let receipt = format!("/fr/payments/{reference}");
    let payer = app.payer("fr");
    says(&payer.get(&receipt).await, "Un problème avec ce paiement ?");
    let (sms, mails) = (app.control.sms().len(), app.control.mails().len());
    let id = complain(&app, &reference, "wrong-amount", "la facture disait 160").await;
    let again = complain(&app, &reference, "wrong-amount", "encore").await;
    assert_eq!(again, id, "one of a kind at a time");
    app.settle().await;
    let mine = format!("{receipt}/disputes/{id}");
    let page = payer.get(&mine).await;
    for said in [&format!("Ma réclamation D{id}"), "Ouverte", "la facture disait 160", "au plus tard le"] {
        says(&page, said);
    }
    says(&payer.get(&receipt).await, &format!("D{id}"));
    let told = app.control.sms();
    assert_eq!((told.len(), app.control.mails().len()), (sms + 1, mails + 1));
    let told = &told.last().unwrap().body;
    assert!(told.contains(&format!("D{id}")) && told.contains(&reference), "{told}");

    let omar = at_work(&app, "fr", "omar", Role::Operations).await;
    let story = format!("/disputes/{id}");
    omar.post(&format!("{story}/note"), &[("note", "client difficile")]).await;
    let asked = omar.post(&format!("{story}/ask"), &[("whom", "payer"), ("question", "Quel montant ?")]).await;
    says(&asked, "En attente du payeur");
    let page = payer.get(&mine).await;
    says(&page, "Quel montant ?");
    assert!(!page.text().contains("client difficile") && !page.text().contains("omar"), "{}", page.text());
    let fields = filled(&page, &[("note", "160,00")]);
    says(&payer.post(&mine, &fields).await, "160,00");
    assert_eq!(state(&app, id), S::Open);
    says(&payer.post(&mine, &fields).await, "160,00");
    assert_eq!(done(&app, id).iter().filter(|action| **action == A::PayerAnswered).count(), 1, "the form sent twice");

    let look = omar.post(&format!("{story}/propose"), &answer("rejected", "")).await;
    says(&look, "Aucun argent ne bouge");
    assert_eq!(state(&app, id), S::Open, "nothing is done yet");
    says(&send(&omar, &look, "/propose").await, "Non retenue");
    app.settle().await;
    let page = payer.get(&mine).await;
    says(&page, "voilà");
    let fields = filled(&page, &[("why", "je n’ai pas compris")]);
    says(&payer.post(&mine, &fields).await, "Rouverte");
    assert_eq!(state(&app, id), S::Open);
    send(&omar, &omar.post(&format!("{story}/propose"), &answer("upheld", "")).await, "/propose").await;
    assert_eq!(state(&app, id), S::Upheld);
    let page = payer.post(&mine, &fields).await;
    assert_eq!((page.status, state(&app, id)), (409, S::Upheld), "once only: {}", page.text());
    app.settle().await;
    // Opened, asked, rejected, reopened, upheld; the answer was the payer's own.
    assert_eq!(app.control.sms().len(), sms + 5);
    app.finish().await;
}

/// In the payer's language, to whom they name, and no further than a month.
#[rstest]
#[case("ar", "سُحبت")]
#[case("en", "withdrawn")]
#[tokio::test(flavor = "multi_thread")]
async fn it_is_taken_back(#[case] language: &'static str, #[case] said: &str) {
    let app = TestApp::start(Backend::Sqlite).await.unwrap();
    let (_, reference) = paid(&app).await;
    let payer = app.payer(language);
    let form = payer.get(&format!("/{language}/payments/{reference}/dispute")).await;
    let typed = [("kind", "other"), ("told", "x"), ("phone", "0687654321"), ("email", "")];
    let mine = payer.post(&form.path, &filled(&form, &typed)).await;
    let gone = payer.post(&mine.path, &mine.fields_to(&mine.path).unwrap()).await;
    let id: i64 = mine.reference().parse().unwrap();
    assert_eq!((gone.status, state(&app, id)), (200, S::Withdrawn), "{}", gone.text());
    assert!(!gone.body.contains("disputes-"), "a message is missing: {}", gone.text());
    app.settle().await;
    // Two leave at once: which one is first is nobody's business.
    let told = app.control.sms();
    let theirs: Vec<_> = told.iter().filter(|sms| sms.to == "+212687654321").collect();
    assert!(theirs.len() == 2 && theirs.iter().any(|sms| sms.body.contains(said)), "{told:?}");
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_stands_after_a_month() {
    let app = TestApp::start(Backend::Sqlite).await.unwrap();
    let (_, reference) = paid(&app).await;
    let id = complain(&app, &reference, "paid-twice", "").await;
    let omar = at_work(&app, "fr", "omar", Role::Operations).await;
    let look = omar.post(&format!("/disputes/{id}/propose"), &answer("rejected", "")).await;
    send(&omar, &look, "/propose").await;
    app.settle().await;
    app.pass(TimeDelta::days(30) + TimeDelta::minutes(1));
    let payer = app.payer("fr");
    let page = payer.get(&format!("/fr/payments/{reference}/disputes/{id}")).await;
    assert!(!page.body.contains("value=\"reopen\""), "{}", page.text());
    let form = payer.get(&format!("/fr/payments/{reference}/dispute")).await;
    let token = form.fields().into_iter().find(|(name, _)| name == "csrf").unwrap();
    let mut fields = crate::support::form(&[("do", "reopen"), ("why", "si")]);
    fields.push(token);
    let late = payer.post(&page.path, &fields).await;
    assert_eq!((late.status, state(&app, id)), (409, S::Rejected), "{}", late.text());
    app.finish().await;
}

/// While resolvers are at work nothing is wrong yet: until when is said. Other complaints are heard at once.
#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_outcome_cools() {
    let app = TestApp::start(Backend::Sqlite).await.unwrap();
    // The biller has not been told yet.
    let redirect = app.pay(BILL, APPROVED).await;
    let payment = app.payment(&redirect);
    assert!(payment.state.is_open());
    let reference = payment.reference.to_string();
    let payer = app.payer("fr");
    let form = payer.get(&format!("/fr/payments/{reference}/dispute")).await;
    let typed = filled(&form, &[("kind", "not-credited"), ("told", "")]);
    let early = payer.post(&form.path, &typed).await;
    assert_eq!(early.status, 409);
    says(&early, "Revenez à partir du");
    let other = complain(&app, &reference, "other", "j’ai une question").await;
    assert_eq!(state(&app, other), S::Open);
    app.pass(TimeDelta::hours(24));
    let id = complain(&app, &reference, "not-credited", "").await;
    assert_eq!(stored(&app, id).payment, payment.id);
    app.settle().await;
    app.finish().await;
}
