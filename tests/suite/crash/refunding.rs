//! Killed between asking the gateway for a refund and hearing what became of it: it is credited once all the same.

use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::{TimeDelta, Utc};
use fatoura::app::App;
use ledger::{Actor, AuditEntry, Channel, Instrument, Language, PaymentState, Reference, RefundReason, RefundState};
use payments::api::{CardRedirect, FindBills, Found, MakeQuote, StartCardPayment};
use payments::refunds::RefundWish;
use rstest::rstest;
use sandbox::{CardMovementKind, CardOrder, FaultKind, FaultRule, RunningSandbox, Sandbox, SandboxConfig};
use tokio::task::block_in_place;
use tokio::time::sleep;

use super::WAIT_MAX;
use super::program::Place;
use crate::support::{Backend, Bank, TestDatabase, identify, money};

const BILLER: u16 = 1001;
const CONTRACT: &str = "11111111";

/// A payment by card up to the gateway's door.
pub(super) async fn begin(app: &App, contract: &str) -> CardRedirect {
    let (receivable_type, fields) = ("01".to_owned(), identify(BILLER, contract));
    let wish = FindBills { biller: BILLER, receivable_type, fields, channel: Channel::Web, language: Language::Fr };
    let Found::Bill(inquiry) = app.hub.find_bills(wish).await.unwrap() else { panic!("nothing is due") };
    let articles = inquiry.articles.iter().map(|line| line.article.id.clone()).collect();
    let (inquiry, channel, instrument) = (inquiry.reference.clone(), Channel::Web, Instrument::Card);
    let quote = MakeQuote { inquiry, articles, amount: None, channel, instrument };
    let quote = app.hub.make_quote(quote).await.unwrap();
    let start = StartCardPayment {
        quote: quote.reference.clone(),
        idempotency_key: format!("killed {contract}"),
        phone: "+212612345678".to_owned(),
        email: None,
        address: None,
        language: Language::Fr,
        public_url: "http://127.0.0.1:9".to_owned(),
    };
    app.hub.start_card_payment(start).await.unwrap()
}

/// A payment by card that is confirmed; its number.
async fn paid(app: &App, sandbox: &RunningSandbox) -> i64 {
    let redirect = begin(app, CONTRACT).await;
    // Nobody hears the callback: the hub asks for itself.
    Bank::new(&sandbox.base_url(), "http://127.0.0.1:9/nobody").pay(&redirect, "4000000000000010").await;
    redirect.payment.parse::<Reference>().unwrap().id()
}

/// A refund of 50.00 that is decided, and that nobody has asked the gateway for yet; its number.
async fn refund(app: &App, payment: i64) -> i64 {
    let person = |id: i64| Actor { id: 1_000_000 + id, name: format!("person {id}") };
    let entry = |action: &str, id: i64| AuditEntry {
        actor: "test".to_owned(),
        action: action.to_owned(),
        subject: format!("refund {id}"),
        detail: String::new(),
    };
    let (principal, fee, key) = (money("50.00"), money("0.00"), "ab12".to_owned());
    let wish = RefundWish { payment, principal, fee, reason: RefundReason::PaidTwice, note: String::new(), key };
    let effect = app.hub.refund_effect(wish.clone(), person(1)).await.unwrap();
    let asked = move |id| entry("refund-requested", id);
    let id = app.hub.propose_refund(wish, effect, person(1), asked).await.unwrap();
    app.hub.decide_refund(id, true, String::new(), person(2), entry("refund-approved", id)).await.unwrap();
    id
}

/// The one order of the gateway.
fn order(sandbox: &RunningSandbox) -> CardOrder {
    sandbox.control().orders().remove(0)
}

/// The gateway has credited and its answer is on the way, or has heard the request and works on it only after the kill.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_refund_is_credited_once(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
    #[values(FaultKind::Delay { ms: 4_000 }, FaultKind::DropBefore)] fault: FaultKind,
) {
    let Some(database) = TestDatabase::make(backend) else { return };
    let sandbox = Sandbox::start(SandboxConfig::default()).await.unwrap();
    let control = sandbox.control();
    let place = Place::new(database, sandbox.base_url());
    let app = place.open(Arc::new(Utc::now));
    let payment = paid(&app, &sandbox).await;
    block_in_place(|| app.ledger.close());
    place.settle(&control).await;
    let app = place.open(Arc::new(Utc::now));
    let stored = app.ledger.read(|reader| reader.payment_of(payment)).unwrap().unwrap();
    assert_eq!(stored.state, PaymentState::Confirmed);
    let id = refund(&app, payment).await;
    block_in_place(|| app.ledger.close());
    control.set_fault(FaultRule::new("gateway", fault).on("credit")).unwrap();

    let mut program = place.serve();
    program.ready().await;
    let until = Instant::now() + WAIT_MAX;
    let is_asked = || {
        order(&sandbox).credited_minor > 0
            || (fault == FaultKind::DropBefore && place.database.number("SELECT MAX(asks) FROM refunds") > 0)
    };
    while !is_asked() {
        assert!(Instant::now() < until, "the gateway was never asked");
        sleep(Duration::from_millis(5)).await;
    }
    program.kill();
    place.check_books();
    control.clear_faults();

    // It is started again at once, and works on at later times.
    let mut program = place.serve();
    program.ready().await;
    program.kill();
    control.pass(TimeDelta::minutes(1));
    place.settle(&control).await;
    place.check_books();
    let app = place.open(Arc::new(Utc::now));
    let ended = app.ledger.read(|reader| reader.refund(id)).unwrap().unwrap();
    block_in_place(|| app.ledger.close());
    let order = order(&sandbox);
    let credits = order.movements.iter().filter(|movement| movement.kind == CardMovementKind::Credit).count();
    assert_eq!((ended.state, order.credited_minor, credits), (RefundState::Done, 5_000, 1));
    sandbox.stop().await;
}
