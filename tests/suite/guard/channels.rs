//! What payers and cashiers are told: that nothing was taken, what it is found by, what to do; never why.

use ledger::{Channel, Instrument, Language, Maker};
use payments::guard::Action;
use payments::links::MakeLink;
use rstest::rstest;

use super::{BILLS, cap, entry, hits, hold, payments_made, somebody};
use crate::outlet::{agent_at_work, agree, fields_of, hub, price, tender, words};
use crate::support::{Backend, PHONE, Page, TestApp};

/// The page says this and the reference, and neither the rule nor its figures.
async fn told(app: &TestApp, page: &Page, what: &str) {
    let text = words(page);
    assert_eq!(page.status, 409, "{text}");
    let reference = format!("G{:012}", hits(app).await[0].hit.id);
    assert!(text.contains(what) && text.contains(&reference), "{what} {reference}: {text}");
    assert!(!text.contains("cap") && !text.contains("1,00 MAD"), "{text}");
}

#[rstest]
#[case("fr", Action::Refuse, "Ce paiement ne peut pas être accepté")]
#[case("en", Action::Refuse, "This payment cannot be accepted")]
#[case("ar", Action::Refuse, "لا يمكن قبول هذا الأداء")]
#[case("fr", Action::Review, "Ce paiement est en cours de vérification")]
#[case("en", Action::Review, "This payment is being checked")]
#[case("ar", Action::Review, "هذا الأداء قيد التحقق")]
#[tokio::test(flavor = "multi_thread")]
async fn on_the_web(#[case] language: &'static str, #[case] action: Action, #[case] what: &str) {
    let app = TestApp::start(Backend::Sqlite).await.unwrap();
    hold(&app, cap(action)).await;
    let payer = app.payer(language);
    let (biller, kind, contract) = BILLS[0];
    let bills = payer.find(biller, kind, contract).await;
    let summary = payer.choose(&bills, "").await;
    let page = payer.start(&summary, "0612345678", "").await;
    told(&app, &page, what).await;
    assert_eq!(payments_made(&app), 0);
    if action == Action::Review {
        let case = app.hub.guard_cases(0, 1).await.unwrap()[0].case.id;
        app.hub.decide_guard_case(case, true, "known".into(), somebody(1), entry()).await.unwrap();
        let again = payer.get(&summary.path).await;
        let redirect = payer.start(&again, "0612345678", "").await;
        assert_eq!(redirect.status, 200, "{}", redirect.text());
        payer.pay_by_card(&redirect, "4000000000000010").await;
        app.settle().await;
        assert_eq!(app.booking(biller).biller, biller);
    }
    app.finish().await;
}

#[rstest]
#[case(Channel::Tel, Action::Refuse, "Ce paiement ne peut pas être accepté")]
#[case(Channel::Ivr, Action::Review, "Ce paiement est en cours de vérification")]
#[tokio::test(flavor = "multi_thread")]
async fn behind_a_link(#[case] channel: Channel, #[case] action: Action, #[case] what: &str) {
    let app = TestApp::start(Backend::Sqlite).await.unwrap();
    hold(&app, cap(action)).await;
    let inquiry = app.inquire(BILLS[1]).await;
    let quote = app.price(&inquiry, None, channel, Instrument::Card).await.unwrap();
    let request = MakeLink {
        quote: quote.reference.clone(),
        phone: Some(PHONE.to_owned()),
        email: None,
        language: Language::Fr,
        made_by: Maker::Staff(41),
        idempotency_key: "a".to_owned(),
    };
    app.hub.make_link(request).await.unwrap();
    app.settle().await;
    let sms = app.control.sms().pop().unwrap().body;
    let path = sms.split_once(&app.url).unwrap().1.trim().to_owned();
    let payer = app.payer("fr");
    let accept = || async {
        let mut fields = payer.get(&path).await.fields();
        fields.push(("terms".to_owned(), "1".to_owned()));
        payer.post(&path, &fields).await
    };
    told(&app, &accept().await, what).await;
    assert_eq!(payments_made(&app), 0);
    if action == Action::Review {
        let case = app.hub.guard_cases(0, 1).await.unwrap()[0].case.id;
        app.hub.decide_guard_case(case, true, "known".into(), somebody(1), entry()).await.unwrap();
        let page = accept().await;
        assert_eq!((page.status, payments_made(&app)), (200, 1), "the link is none the worse: {}", page.text());
    }
    app.finish().await;
}

#[rstest]
#[case("fr", Action::Refuse, "rendez les espèces au client")]
#[case("ar", Action::Review, "هذا الأداء قيد التحقق")]
#[tokio::test(flavor = "multi_thread")]
async fn at_the_counter(#[case] language: &'static str, #[case] action: Action, #[case] what: &str) {
    let app = hub(Backend::Sqlite, "5000.00").await.unwrap();
    let agent = agent_at_work(&app, language, "amina", "1", "500.00").await;
    hold(&app, cap(action)).await;
    let float = app.float("10001").await;
    let priced = price(&agent, ("100102", "11111111", "")).await;
    let change = tender(&agent, &priced, "200,00").await;
    assert!(!fields_of(&change, &change.path).is_empty());
    let page = agree(&agent, &change).await;
    told(&app, &page, what).await;
    assert_eq!((payments_made(&app), app.float("10001").await), (0, float));
    app.finish().await;
}
