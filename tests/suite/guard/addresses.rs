//! Payers by their internet addresses: on lists, and counted.

use std::net::IpAddr;

use ledger::{GuardList, GuardOutcome, GuardSubject, PaymentState};
use payments::api::{CardRedirect, Quote, StartCardPayment, StartError};
use payments::guard::{Action, Finding, Kind, Listed, Mode, Rule};
use rstest::rstest;
use staff::Role;

use super::{BILLS, cap, entry, hits, hold, list, payments_made, rule, somebody, stopped};
use crate::finance::says;
use crate::outlet::words;
use crate::register::at_work;
use crate::support::{Backend, PHONE, Payer, Setup, TestApp};

const ADDRESS: &str = "196.200.131.7";

/// At most so many payments of an address in an hour.
fn by_address(count: u32, action: Action) -> Rule {
    let (subject, count_max, sum_max) = (GuardSubject::Address, Some(count), None);
    rule("address-60", Kind::Velocity { subject, minutes: 60, count_max, sum_max }, action)
}

/// Starts a payment at an address, by a phone of its own.
async fn start(app: &TestApp, quote: &Quote, phone: &str, address: Option<&str>) -> Result<CardRedirect, StartError> {
    let address: Option<IpAddr> = address.map(|address| address.parse().unwrap());
    let request = StartCardPayment {
        quote: quote.reference.clone(),
        idempotency_key: quote.reference.clone(),
        phone: phone.to_owned(),
        email: None,
        address,
        language: ledger::Language::Fr,
        public_url: app.url.clone(),
    };
    app.hub.start_card_payment(request).await
}

fn traces(app: &TestApp) -> i64 {
    app.database.number("SELECT COUNT(*) FROM guard_traces")
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn one_more_of_an_address_than_may_be(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let Some(app) = TestApp::start(backend).await else { return };
    let quote = app.quote(BILLS[3]).await;
    start(&app, &quote, PHONE, Some(ADDRESS)).await.unwrap();
    assert_eq!(traces(&app), 0, "what no rule counts is not kept");
    let row = hold(&app, by_address(1, Action::Refuse)).await;
    let (first, second) = (app.quote(BILLS[0]).await, app.quote(BILLS[1]).await);
    let redirect = start(&app, &first, PHONE, Some(ADDRESS)).await.unwrap();
    assert_eq!(traces(&app), 1);
    // Another phone, another bill, the same address.
    let told = stopped(start(&app, &second, "+212612000002", Some(ADDRESS)).await);
    assert!(!told.in_review);
    let found = hits(&app).await;
    assert_eq!((found.len(), found[0].hit.what.source_id), (1, row));
    let Finding::Count { subject: GuardSubject::Address, count: 2, at_most: 1, minutes: 60, payments } =
        &found[0].finding
    else {
        panic!("{:?}", found[0].finding)
    };
    assert_eq!(payments.len(), 1);
    assert!(!found[0].hit.what.explanation.contains("196.200"));
    // What was counted can be blocked, without anybody seeing where it came from.
    let blocked = list(&app, GuardList::Block, Listed::AddressOf(redirect.payment.clone())).await;
    stopped(start(&app, &second, "+212612000002", Some(ADDRESS)).await);
    assert!(matches!(&hits(&app).await[0].finding,
        Finding::Blocked { subject: GuardSubject::Address, shown } if shown.starts_with('#')));
    app.hub.remove_guard_entry(blocked, somebody(1), entry()).await.unwrap();
    // Who has started goes on; who comes from elsewhere, or from nowhere known, is not counted.
    assert_eq!(start(&app, &first, PHONE, Some(ADDRESS)).await.unwrap().payment, redirect.payment);
    let third = app.quote(BILLS[2]).await;
    assert!(start(&app, &third, "+212612000003", None).await.is_ok());
    assert!(start(&app, &second, "+212612000002", Some("196.200.131.8")).await.is_ok());
    assert_eq!((payments_made(&app), traces(&app)), (4, 2));
    app.finish().await;
}

/// Two at once at the limit, in one process: one of them.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn two_at_once(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let Some(app) = TestApp::start(backend).await else { return };
    hold(&app, by_address(1, Action::Refuse)).await;
    let (one, two) = (app.quote(BILLS[0]).await, app.quote(BILLS[1]).await);
    let (one, two) = tokio::join!(
        start(&app, &one, PHONE, Some("2001:db8:1:2::1")),
        start(&app, &two, "+212612000002", Some("2001:db8:1:2::2"))
    );
    assert_eq!([one.is_ok(), two.is_ok()].into_iter().filter(|started| *started).count(), 1, "{one:?} {two:?}");
    assert_eq!((payments_made(&app), hits(&app).await.len()), (1, 1));
    app.finish().await;
}

#[rstest]
#[case(Action::Refuse, GuardOutcome::WouldRefuse)]
#[case(Action::Review, GuardOutcome::WouldReview)]
#[tokio::test(flavor = "multi_thread")]
async fn simulated_it_is_written_down(#[case] action: Action, #[case] noted: GuardOutcome) {
    let app = TestApp::start(Backend::Sqlite).await.unwrap();
    let rule = Rule { mode: Mode::Simulate, ..by_address(1, action) };
    hold(&app, rule.clone()).await;
    for (bill, phone) in [(BILLS[0], PHONE), (BILLS[1], "+212612000002")] {
        let quote = app.quote(bill).await;
        let redirect = start(&app, &quote, phone, Some(ADDRESS)).await.unwrap();
        app.bank.pay(&redirect, "4000000000000010").await;
        app.settle().await;
        assert_eq!(app.state(&redirect), PaymentState::Confirmed);
    }
    assert_eq!(hits(&app).await.iter().map(|view| view.hit.what.outcome).collect::<Vec<_>>(), [noted]);
    let trial = app.hub.try_guard_rule(rule).await.unwrap();
    assert_eq!((trial.payments, trial.hits), (2, 1), "tried over the same payments it finds the same");
    app.finish().await;
}

/// An exception is free of rules, by address as by phone; a block is stronger than both.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn networks_on_lists(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let Some(app) = TestApp::start(backend).await else { return };
    hold(&app, cap(Action::Refuse)).await;
    let quote = app.quote(BILLS[0]).await;
    stopped(start(&app, &quote, PHONE, Some(ADDRESS)).await);
    list(&app, GuardList::Allow, Listed::Network("196.200.128.0/17".to_owned())).await;
    let blocked = list(&app, GuardList::Block, Listed::Network(ADDRESS.to_owned())).await;
    stopped(start(&app, &quote, PHONE, Some(ADDRESS)).await);
    assert!(matches!(&hits(&app).await[0].finding,
        Finding::Blocked { subject: GuardSubject::Address, shown } if shown == "196.200.131.*/32"));
    stopped(start(&app, &quote, PHONE, Some("196.200.0.1")).await);
    assert!(start(&app, &quote, PHONE, Some("::ffff:196.200.131.8")).await.is_ok());
    app.hub.remove_guard_entry(blocked, somebody(1), entry()).await.unwrap();
    let quote = app.quote(BILLS[1]).await;
    assert!(start(&app, &quote, PHONE, Some(ADDRESS)).await.is_ok());
    let kept = app.database.texts("SELECT shown AS text FROM guard_entries");
    assert_eq!(kept, ["196.200.128.0/17", "196.200.131.*/32"]);
    app.finish().await;
}

/// Behind a proxy of ours it is the address that this one saw; the page says neither rule nor address.
#[rstest]
#[case("fr", ADDRESS, "Ce paiement ne peut pas être accepté")]
#[case("en", "2001:db8:1:2:3:4:5:6", "This payment cannot be accepted")]
#[case("ar", "9.9.9.9, 196.200.131.7", "لا يمكن قبول هذا الأداء")]
#[tokio::test(flavor = "multi_thread")]
async fn on_the_web(#[case] language: &'static str, #[case] address: &str, #[case] what: &str) {
    let app = TestApp::start_with(Backend::Sqlite, Setup { trust_proxy: true, ..Setup::default() }).await.unwrap();
    list(&app, GuardList::Block, Listed::Network("196.200.131.0/24".to_owned())).await;
    list(&app, GuardList::Block, Listed::Network("2001:db8:1:2::/64".to_owned())).await;
    let (biller, kind, contract) = BILLS[0];
    let payer = Payer::behind_proxy(&app.url, language, address);
    let bills = payer.find(biller, kind, contract).await;
    let summary = payer.choose(&bills, "").await;
    let page = payer.start(&summary, "0612345678", "").await;
    let text = words(&page);
    let reference = format!("G{:012}", hits(&app).await[0].hit.id);
    assert!(page.status == 409 && text.contains(what) && text.contains(&reference), "{text}");
    assert!(!text.contains("196.200") && !text.contains("2001:db8") && !text.contains("/64"), "{text}");
    assert_eq!(payments_made(&app), 0);
    // The client's own words before the proxy's are nothing.
    let other = Payer::behind_proxy(&app.url, language, "196.200.131.7, 9.9.9.9");
    let bills = other.find(biller, kind, contract).await;
    let summary = other.choose(&bills, "").await;
    assert_eq!(other.start(&summary, "0612345678", "").await.status, 200);
    app.finish().await;
}

/// At the page each fault says what would do; from a file none of it is taken.
#[rstest]
#[case("196.200.131.7/24", "écrivez 196.200.131.0/24")]
#[case("2001:db8::1", "écrivez 2001:db8::/64")]
#[case("10.0.0.0/7", "de /8 à /32")]
#[case("fatoura.ma", "Ni une adresse internet ni un réseau")]
#[case("<script>", "Ni une adresse internet ni un réseau")]
#[tokio::test(flavor = "multi_thread")]
async fn addresses_as_typed(#[case] typed: &str, #[case] fault: &str) {
    let app = TestApp::start(Backend::Sqlite).await.unwrap();
    let omar = at_work(&app, "fr", "omar", Role::Operations).await;
    let fields = [("list", "block"), ("who", "address"), ("value", typed), ("reason", "attaque")];
    let page = omar.post("/guard/lists", &fields).await;
    assert_eq!(page.status, 422, "{}", page.text());
    says(&page, fault);
    let text = format!(
        "list,who,value,biller,type,until,reason\nblock,address,41.140.0.0/14,,,,attaque\nblock,address,{typed},,,,attaque\n"
    );
    let page = omar.post("/guard/lists/import", &[("text", &text)]).await;
    assert_eq!(page.status, 422, "{}", page.text());
    says(&page, "Ligne 3 :");
    says(&page, fault);
    assert!(!page.body.contains("<script>"));
    assert_eq!(app.database.number("SELECT COUNT(*) FROM guard_entries"), 0);
    let text = text.replace(&format!("block,address,{typed},,,,attaque\n"), "allow,address,2001:db8::/32,,,,agence\n");
    let page = omar.post("/guard/lists/import", &[("text", &text)]).await;
    assert_eq!(page.status, 200, "{}", page.text());
    says(&page, "41.140.0.0/14");
    says(&page, "2001:db8::/32");
    app.finish().await;
}
