//! What is set of billers, and billers that are suspended.

pub mod settings;

use ledger::{Channel, Instrument};
use payments::api::cash::{CashReferenceError, MakeCashReference, ReferenceSubject};
use payments::api::{FindBills, FindError, QuoteError};
use payments::links::{MakeLink, MakeLinkError};
use rstest::rstest;
use staff::Role;

use crate::branding::at_work;
use crate::support::{Backend, PHONE, TestApp};

fn asked(channel: Channel) -> FindBills {
    FindBills {
        biller: 1001,
        receivable_type: "01".to_owned(),
        fields: [("contract".to_owned(), "12345678".to_owned())].into(),
        channel,
        language: ledger::Language::Fr,
    }
}

#[rstest]
#[case(Backend::Sqlite)]
#[case(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn a_biller_is_suspended_and_goes_on(#[case] backend: Backend) {
    let Some(app) = TestApp::start(backend).await else { return };
    let omar = at_work(&app, "fr", "omar", Role::Operations).await;
    let payer = app.payer("fr");
    // A quote of before: its payment is not started any more.
    let bills = payer.find(1001, "01", "12345678").await;
    let summary = payer.choose(&bills, "").await;

    let fields = [("channel", "WEB"), ("reason", "panne annoncée")];
    let page = omar.post("/billers/1001/suspend", &fields).await;
    assert_eq!((page.status, page.path.as_str()), (200, "/fr/staff/billers/1001"), "{}", page.text());
    let said = crate::finance::words(&page);
    assert!(said.contains("Suspendu : Web") && said.contains("panne annoncée"), "{said}");
    assert_eq!(omar.post("/billers/1001/suspend", &fields).await.status, 409);
    let page = payer.get("/fr/billers/1001/01").await;
    assert_eq!((page.status, page.body.contains("<form")), (503, false), "told before anything is filled in");
    assert!(!app.hub.is_available(1001, Channel::Web) && app.hub.is_available(1001, Channel::Agt));
    assert!(app.hub.is_available(1101, Channel::Web), "the others are open");
    assert!(matches!(app.hub.find_bills(asked(Channel::Web)).await, Err(FindError::Unavailable)));
    let page = payer.start(&summary, "0612345678", "payer@example.ma").await;
    assert_eq!(page.status, 503, "a price that was shown before is not paid either: {}", page.text());

    let page = omar.post("/billers/1001/suspend", &[("channel", ""), ("reason", "tout est arrêté")]).await;
    assert!(page.status == 200 && page.body.contains("badge-bad"), "{}", page.text());
    assert!(!app.hub.is_available(1001, Channel::Agt));
    let held = app.ledger.read(|reader| reader.suspensions_held()).unwrap();
    for suspension in &held {
        let id = suspension.id.to_string();
        let page = omar.post("/billers/1001/resume", &[("suspension", &id), ("why", "réparé")]).await;
        assert_eq!(page.status, 200, "{}", page.text());
        assert_eq!(omar.post("/billers/1001/resume", &[("suspension", &id), ("why", "réparé")]).await.status, 409);
    }
    assert_eq!(payer.get("/fr/billers/1001/01").await.status, 200);
    assert!(app.hub.is_available(1001, Channel::Agt));
    let log = app.audit();
    for entry in ["omar biller-suspended biller 1001", "omar biller-resumed biller 1001"] {
        assert_eq!(log.iter().filter(|line| *line == entry).count(), 2, "{entry}: {log:?}");
    }
    app.finish().await;
}

/// On which channel, and what is offered then: a price on the web, a reference for cash, a link of the desk.
#[rstest]
#[case(None, [false, false, false])]
#[case(Some(Channel::Web), [false, false, true])]
#[case(Some(Channel::Agt), [true, false, true])]
#[case(Some(Channel::Tel), [true, true, false])]
#[tokio::test(flavor = "multi_thread")]
async fn nothing_new_is_offered_of_a_suspended_biller(#[case] channel: Option<Channel>, #[case] offered: [bool; 3]) {
    let app = TestApp::start(Backend::Sqlite).await.unwrap();
    let inquiry = app.inquire((1001, "02", "11111111")).await;
    let price = |channel| app.price(&inquiry, None, channel, Instrument::Card);
    let (web, tel) = (price(Channel::Web).await.unwrap(), price(Channel::Tel).await.unwrap());
    let link = |key: &str| MakeLink {
        quote: tel.reference.clone(),
        phone: Some(PHONE.to_owned()),
        email: None,
        language: ledger::Language::Fr,
        made_by: ledger::Maker::Staff(41),
        idempotency_key: key.to_owned(),
    };
    let cash = |key: &str| MakeCashReference {
        subject: ReferenceSubject::Quote(web.reference.clone()),
        channel: Channel::Web,
        phone: Some(PHONE.to_owned()),
        language: ledger::Language::Fr,
        idempotency_key: Some(key.to_owned()),
    };
    let before = (app.hub.make_cash_reference(cash("a")).await.unwrap(), app.hub.make_link(link("a")).await.unwrap());
    let (by, now) = (ledger::Actor { id: 1, name: "Omar".to_owned() }, app.now().naive_utc());
    app.ledger.write_now(move |op| op.suspend_biller(1001, channel, "panne", &by, now)).unwrap();
    app.hub.reload_billers().await.unwrap();

    // What was answered before is answered again.
    assert_eq!(app.hub.make_cash_reference(cash("a")).await.unwrap().digits, before.0.digits);
    assert_eq!(app.hub.make_link(link("a")).await.unwrap().id, before.1.id);
    let priced = price(Channel::Web).await;
    let referred = app.hub.make_cash_reference(cash("b")).await;
    let linked = app.hub.make_link(link("b")).await;
    assert_eq!([priced.is_ok(), referred.is_ok(), linked.is_ok()], offered, "{priced:?} {referred:?} {linked:?}");
    assert!(offered[0] || matches!(priced, Err(QuoteError::Unavailable)));
    assert!(offered[1] || matches!(referred, Err(CashReferenceError::Quote(QuoteError::Unavailable))));
    assert!(offered[2] || matches!(linked, Err(MakeLinkError::Unavailable)));
    app.finish().await;
}

/// Another process says so: this one takes it over when it reads the billers again.
#[rstest]
#[case(Backend::Sqlite)]
#[case(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn other_processes_take_a_suspension_over(#[case] backend: Backend) {
    let Some(app) = TestApp::start(backend).await else { return };
    let (by, now) = (ledger::Actor { id: 1, name: "Omar".to_owned() }, app.now().naive_utc());
    app.ledger.write_now(move |op| op.suspend_biller(1001, None, "panne", &by, now)).unwrap();
    app.hub.reload_billers().await.unwrap();
    assert!(!app.hub.is_available(1001, Channel::Web));
    assert!(!app.hub.reload_billers().await.unwrap(), "nothing more to take over");
    app.finish().await;
}

#[rstest]
#[case("suspend", &[("channel", "WEB"), ("reason", "")], 422)]
#[case("suspend", &[("channel", "WEB"), ("reason", "4000000000000010")], 422)]
#[case("suspend", &[("channel", "<b>"), ("reason", "x")], 400)]
#[case("suspend", &[("reason", "\u{1b}[31m")], 400)]
#[case("resume", &[("suspension", "x"), ("why", "y")], 400)]
#[case("resume", &[("suspension", "7"), ("why", "")], 422)]
#[case("resume", &[("suspension", "7"), ("why", "y")], 409)]
#[tokio::test(flavor = "multi_thread")]
async fn forms(#[case] step: &str, #[case] fields: &[(&str, &str)], #[case] status: u16) {
    let app = TestApp::start(Backend::Sqlite).await.unwrap();
    let omar = at_work(&app, "fr", "omar", Role::Operations).await;
    let page = omar.post(&format!("/billers/1001/{step}"), fields).await;
    assert_eq!(page.status, status, "{}", page.text());
    assert!(!page.body.contains("4000000000000010"));
    assert_eq!(app.database.number("SELECT COUNT(*) FROM biller_suspensions"), 0);
    for path in ["/billers/x", "/billers/1999", "/billers/+101"] {
        assert_eq!(omar.get(path).await.status, 404, "{path}");
    }
    app.finish().await;
}

/// Who reads, who acts, and what nobody is shown.
#[tokio::test(flavor = "multi_thread")]
async fn rights() {
    let app = TestApp::start(Backend::Sqlite).await.unwrap();
    for role in Role::ALL {
        let who = at_work(&app, "fr", &format!("walks-{role}"), role).await;
        let reads = matches!(role, Role::Operations | Role::Auditor);
        for path in ["/billers", "/billers/1001", "/billers/1001/suspend", "/billers/1001/resume"] {
            let page = who.get(path).await;
            assert_eq!(page.status, if reads { 200 } else { 403 }, "{role} {path}");
            assert!(
                page.fields_to("/suspend").is_none() || role == Role::Operations,
                "{role} is offered what they may not"
            );
        }
        for step in ["suspend", "resume"] {
            let forged = who.browser.post(&who.path(&format!("/billers/1001/{step}")), &vec![]).await;
            assert_eq!(forged.status, 403, "{role} {step}");
            if role != Role::Operations {
                let page = who.post(&format!("/billers/1001/{step}"), &[("reason", "x"), ("why", "x")]).await;
                assert_eq!(page.status, 403, "{role} {step}");
            }
        }
    }
    app.finish().await;
}
