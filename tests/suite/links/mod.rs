//! Payment links: bound to a bill and an amount, good for 30 minutes and one payment, and taken back.

use std::sync::Arc;

use chrono::TimeDelta;
use ledger::{Channel, Instrument, Language, Maker, PaymentState as P};
use payments::api::Quote;
use payments::links::{Link, LinkStanding, MakeLink, MakeLinkError, RevokeOutcome, StartLinkError, StartLinkPayment};
use rstest::rstest;
use sandbox::FaultKind;

use crate::support::{Backend, Bill, PHONE, Page, TestApp};

const BILL: Bill = (1001, "02", "11111111");
const APPROVED: &str = "4000000000000010";
const DECLINED: &str = "4000000000000036";
const MAIL: &str = "salma@example.ma";

fn request(quote: &Quote, key: &str) -> MakeLink {
    MakeLink {
        quote: quote.reference.clone(),
        phone: Some(PHONE.to_owned()),
        email: Some(MAIL.to_owned()),
        language: Language::Fr,
        made_by: Maker::Staff(41),
        idempotency_key: key.to_owned(),
    }
}

async fn quote(app: &TestApp, channel: Channel) -> Quote {
    let inquiry = app.inquire(BILL).await;
    app.price(&inquiry, None, channel, Instrument::Card).await.unwrap()
}

async fn make(app: &TestApp, quote: &Quote, key: &str) -> Link {
    app.hub.make_link(request(quote, key)).await.unwrap()
}

/// The path of the link in the last SMS.
fn path_in_sms(app: &TestApp) -> String {
    let text = app.control.sms().pop().unwrap().body;
    let (_, path) = text.split_once(&app.url).unwrap_or_else(|| panic!("{text}"));
    path.trim().to_owned()
}

fn token(path: &str) -> String {
    path.rsplit('/').next().unwrap().to_owned()
}

/// Accepts the terms behind a link.
async fn accept(app: &TestApp, path: &str) -> Page {
    let payer = app.payer("fr");
    let page = payer.get(path).await;
    assert_eq!(page.status, 200, "{}", page.text());
    let mut fields = page.fields();
    fields.push(("terms".to_owned(), "1".to_owned()));
    payer.post(path, &fields).await
}

async fn standing(app: &TestApp, quote: &Quote) -> LinkStanding {
    app.hub.links(&quote.reference).await.unwrap().remove(0).standing
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_bill_is_paid_from_an_sms(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
    #[values(Channel::Tel, Channel::Ivr)] channel: Channel,
) {
    let Some(app) = TestApp::start(backend).await else { return };
    let quote = quote(&app, channel).await;
    let link = make(&app, &quote, "a").await;
    assert_eq!(link.standing, LinkStanding::Open);
    // The same request again is the same link, and one SMS.
    assert_eq!(make(&app, &quote, "a").await.id, link.id);
    app.settle().await;
    assert_eq!((app.control.sms().len(), app.control.mails().len()), (1, 1));
    let path = path_in_sms(&app);
    let mail = String::from_utf8(app.control.mails()[0].raw.clone()).unwrap();
    assert!(mail.replace("=\r\n", "").contains(&token(&path)), "{mail}");
    // Neither the token nor anything that leads to it is kept.
    assert!(!app.database.everything().contains(&token(&path)));

    let payer = app.payer("fr");
    let summary = payer.get(&path).await;
    for shown in ["174,96", "••••1111", "••••5678", "s•••@example.ma"] {
        assert!(summary.text().contains(shown), "{shown}: {}", summary.text());
    }
    assert!(!summary.text().contains(PHONE) && !summary.body.contains("name=\"phone\""));
    let refused = payer.post(&path, &summary.fields()).await;
    assert_eq!(refused.status, 422, "{}", refused.text());
    let redirect = accept(&app, &path).await;
    // Whoever turns back before a card was typed goes on with the same order.
    assert_eq!(accept(&app, &path).await.fields().len(), redirect.fields().len());
    assert!(matches!(standing(&app, &quote).await, LinkStanding::Begun(_)));
    assert_eq!(app.hub.revoke_link(link.id).await.unwrap(), RevokeOutcome::TooLate);
    let waiting = payer.pay_by_card(&redirect, APPROVED).await;
    app.settle().await;
    assert!(payer.get(&waiting.path).await.text().contains("Paiement confirmé"));
    // Used: it leads to its payment, in any language, and starts nothing.
    let again = app.payer("ar").get(&path.replace("/fr/", "/ar/")).await;
    assert_eq!(again.path, waiting.path.replace("/fr/", "/ar/"));
    assert_eq!(payer.post(&path, &summary.fields()).await.path, waiting.path);
    assert_eq!((app.control.orders().len(), app.control.sms().len()), (1, 2));
    let stored = app.hub.payment(&waiting.reference()).await.unwrap().unwrap();
    assert_eq!(stored.channel, channel);
    app.finish().await;
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_at_once_start_one_payment(#[case] backend: Backend) {
    let Some(app) = TestApp::start(backend).await else { return };
    let (other, ledger) = app.second_hub();
    let hubs = [Arc::clone(&app.hub), other];
    let quote = quote(&app, Channel::Tel).await;
    make(&app, &quote, "a").await;
    app.settle().await;
    let token = token(&path_in_sms(&app));
    let tries: Vec<_> = (0..100)
        .map(|at| {
            let (hub, token, public_url) = (Arc::clone(&hubs[at % 2]), token.clone(), app.url.clone());
            tokio::spawn(async move {
                hub.start_link_payment(StartLinkPayment { token, address: None, language: Language::Fr, public_url })
                    .await
            })
        })
        .collect();
    let mut payments = std::collections::BTreeSet::new();
    for tried in tries {
        payments.insert(tried.await.unwrap().unwrap().payment);
    }
    assert_eq!((payments.len(), app.database.number("SELECT COUNT(*) FROM payments")), (1, 1));
    ledger.close();
    app.finish().await;
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn links_that_are_over(#[case] backend: Backend) {
    let Some(app) = TestApp::start(backend).await else { return };
    let payer = app.payer("fr");
    let quote = quote(&app, Channel::Tel).await;
    let first = make(&app, &quote, "a").await;
    app.settle().await;
    let old = path_in_sms(&app);
    let form = payer.get(&old).await.fields();
    // A newer one takes its place.
    make(&app, &quote, "b").await;
    app.settle().await;
    let path = path_in_sms(&app);
    assert_ne!(token(&old), token(&path));
    for answer in [payer.get(&old).await, payer.post(&old, &form).await] {
        assert_eq!(answer.status, 410, "{}", answer.text());
        assert!(answer.text().contains("n’est plus valable"), "{}", answer.text());
    }
    assert_eq!(app.hub.revoke_link(first.id).await.unwrap(), RevokeOutcome::Revoked);
    assert_eq!(app.hub.revoke_link(i64::MAX).await.unwrap(), RevokeOutcome::UnknownLink);
    // Thirty minutes.
    app.pass(TimeDelta::minutes(29));
    assert_eq!(payer.get(&path).await.status, 200);
    app.pass(TimeDelta::minutes(1));
    let mut accepted = form.clone();
    accepted.push(("terms".to_owned(), "1".to_owned()));
    for answer in [payer.get(&path).await, payer.post(&path, &accepted).await] {
        assert_eq!(answer.status, 410);
        assert!(answer.text().contains("a expiré"), "{}", answer.text());
    }
    assert_eq!(standing(&app, &quote).await, LinkStanding::Expired);
    for unknown in ["/fr/l/AAAAAAAAAAAAAAAAAAAAAAAA", "/fr/l/x", "/fr/l/%00%ff", "/fr/l/..%2f"] {
        assert_eq!(payer.get(unknown).await.status, 404, "{unknown}");
    }
    assert_eq!(app.control.orders().len(), 0);
    app.finish().await;
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn the_bill_is_paid_by_another_channel_meanwhile(#[case] backend: Backend) {
    let Some(app) = TestApp::start(backend).await else { return };
    let (quote, elsewhere) = (quote(&app, Channel::Tel).await, app.quote(BILL).await);
    make(&app, &quote, "a").await;
    app.settle().await;
    let path = path_in_sms(&app);
    let payer = app.payer("fr");
    let redirect = app.start_payment(&elsewhere, PHONE, "elsewhere").await.unwrap();
    let busy = payer.get(&path).await;
    assert_eq!((busy.status, busy.text().contains("déjà en cours")), (409, true), "{}", busy.text());
    assert!(matches!(app.hub.make_link(request(&quote, "b")).await, Err(MakeLinkError::BeingPaid)));
    app.bank.pay(&redirect, APPROVED).await;
    app.settle().await;
    let paid = payer.get(&path).await;
    assert_eq!((paid.status, paid.text().contains("déjà payée")), (409, true), "{}", paid.text());
    assert!(matches!(app.hub.make_link(request(&quote, "b")).await, Err(MakeLinkError::AlreadyPaid)));
    // A replay of the request that made the link is still answered.
    assert_eq!(make(&app, &quote, "a").await.standing, LinkStanding::AlreadyPaid);
    let start =
        StartLinkPayment { token: token(&path), address: None, language: Language::Fr, public_url: app.url.clone() };
    let refused = app.hub.start_link_payment(start).await;
    assert!(matches!(refused, Err(StartLinkError::Closed(LinkStanding::AlreadyPaid))), "{refused:?}");
    app.finish().await;
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn a_declined_payment_ends_its_link(#[case] backend: Backend) {
    let Some(app) = TestApp::start(backend).await else { return };
    let quote = quote(&app, Channel::Tel).await;
    make(&app, &quote, "a").await;
    app.settle().await;
    let path = path_in_sms(&app);
    let redirect = accept(&app, &path).await;
    let payer = app.payer("fr");
    let declined = payer.pay_by_card(&redirect, DECLINED).await;
    assert!(declined.text().contains("Paiement refusé"), "{}", declined.text());
    // The web's own way to try again is not for a caller's quote.
    assert!(!declined.body.contains("/quotes/"), "{}", declined.body);
    assert_eq!(payer.get(&format!("/fr/quotes/{}", quote.reference)).await.status, 404);
    assert_eq!(payer.get(&path).await.path, declined.path);
    let payment = app.hub.payment(&declined.reference()).await.unwrap().unwrap();
    assert_eq!(payment.standing, payments::api::Standing::Declined);
    // A new link pays the bill that is free again.
    make(&app, &quote, "b").await;
    app.settle().await;
    let redirect = accept(&app, &path_in_sms(&app)).await;
    payer.pay_by_card(&redirect, APPROVED).await;
    app.settle().await;
    assert_eq!(app.control.bookings(BILL.0).len(), 1);
    let states = app.database.number(&format!("SELECT COUNT(*) FROM payments WHERE state = {}", P::Confirmed.code()));
    assert_eq!(states, 1);
    app.finish().await;
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn what_is_refused(#[case] backend: Backend) {
    let Some(app) = TestApp::start(backend).await else { return };
    let (web, tel) = (app.quote(BILL).await, quote(&app, Channel::Tel).await);
    let inquiry = app.inquire(BILL).await;
    let wallet = app.price(&inquiry, None, Channel::Web, Instrument::Wallet).await.unwrap();
    for other in [&web, &wallet] {
        let refused = app.hub.make_link(request(other, "a")).await;
        assert!(matches!(refused, Err(MakeLinkError::NotByLink)), "{refused:?}");
    }
    let unknown = MakeLink { quote: "0000-0001-0000-0010".to_owned(), ..request(&tel, "a") };
    assert!(matches!(app.hub.make_link(unknown).await, Err(MakeLinkError::UnknownQuote)));
    let landline = MakeLink { phone: Some("+212522123456".to_owned()), email: None, ..request(&tel, "a") };
    assert!(matches!(app.hub.make_link(landline).await, Err(MakeLinkError::NoRecipient)));
    make(&app, &tel, "a").await;
    let other = MakeLink { email: None, ..request(&tel, "a") };
    assert!(matches!(app.hub.make_link(other).await, Err(MakeLinkError::KeyConflict)));
    app.pass(TimeDelta::days(8));
    assert!(matches!(app.hub.make_link(request(&tel, "b")).await, Err(MakeLinkError::Expired)));
    // What was not sent while the link was good is not sent any more.
    app.settle().await;
    assert_eq!((app.control.sms().len(), app.control.mails().len()), (0, 0));
    app.finish().await;
}

#[rstest]
#[case::sms_down("sms send", FaultKind::Down, 1, 1)]
#[case::sms_answer_lost("sms send", FaultKind::DropAfter, 1, 1)]
#[case::sms_down_until_it_is_over("sms send", FaultKind::Down, 0, 0)]
#[tokio::test(flavor = "multi_thread")]
async fn an_sms_at_most_once_and_in_time(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
    #[case] place: &str,
    #[case] fault: FaultKind,
    #[case] times: u32,
    #[case] sms: usize,
) {
    let Some(app) = TestApp::start(backend).await else { return };
    app.fault(place, fault, times);
    let quote = quote(&app, Channel::Ivr).await;
    make(&app, &quote, "a").await;
    app.settle().await;
    for minutes in [2, 6, 31, 121] {
        app.pass(TimeDelta::minutes(minutes));
        app.settle().await;
    }
    assert_eq!((app.control.sms().len(), app.control.mails().len()), (sms, 1));
    assert_eq!(app.database.number("SELECT COUNT(*) FROM outbox WHERE done_at IS NULL"), 0);
    app.finish().await;
}
