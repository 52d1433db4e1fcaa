//! Killed while the gateway is told to undo what a card paid that a rule refused: it is undone once all the same.

use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::Utc;
use ledger::{Actor, AuditEntry, GuardSubject, PaymentState, Reference};
use payments::guard::{Action, Kind, Mode, Rule, Scope};
use rstest::rstest;
use sandbox::{CardMovementKind, FaultKind, FaultRule, OrderState, Sandbox, SandboxConfig};
use tokio::task::block_in_place;
use tokio::time::sleep;

use super::WAIT_MAX;
use super::program::Place;
use super::refunding::begin;
use crate::support::{Backend, Bank, TestDatabase};

/// Accepted, and the gateway says nothing of it: the bank's word is the test's.
const CARD: &str = "4000000000000085";

/// One payment of a card in a month.
fn rule() -> Rule {
    let (subject, count_max, sum_max) = (GuardSubject::Card, Some(1), None);
    let kind = Kind::Velocity { subject, minutes: 43_200, count_max, sum_max };
    Rule { code: "card".to_owned(), kind, scope: Scope::default(), action: Action::Refuse, mode: Mode::On }
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn what_a_card_paid_too_often_goes_back_once(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let Some(database) = TestDatabase::make(backend) else { return };
    let sandbox = Sandbox::start(SandboxConfig::default()).await.unwrap();
    let control = sandbox.control();
    let place = Place::new(database, sandbox.base_url());
    let app = place.open(Arc::new(Utc::now));
    let person = |id: i64| Actor { id, name: format!("person {id}") };
    let word = |word: &str| word.to_owned();
    let entry = || AuditEntry { actor: word("test"), action: word("test"), subject: word("r"), detail: String::new() };
    let row = app.hub.propose_guard_rule(rule(), person(1), entry()).await.unwrap().unwrap();
    app.hub.decide_guard_rule(row, true, person(2), entry()).await.unwrap();
    let (first, second) = (begin(&app, "11111111").await, begin(&app, "12345678").await);
    block_in_place(|| app.ledger.close());
    let bank = Bank::new(&sandbox.base_url(), &format!("{}/webhooks/cmi", place.base));

    let mut program = place.serve();
    program.ready().await;
    bank.pay(&first, CARD).await;
    assert_eq!(bank.call(&Bank::signed(&first, "00", &[])).await.0, 200);
    control.set_fault(FaultRule::new("gateway", FaultKind::Delay { ms: 4_000 }).on("void")).unwrap();
    bank.pay(&second, CARD).await;
    assert_eq!(bank.call(&Bank::signed(&second, "00", &[])).await.0, 200);
    let id = |payment: &str| payment.parse::<Reference>().unwrap().id();
    let order = || control.orders().into_iter().find(|order| order.oid == format!("F{:012}", id(&second.payment)));
    let until = Instant::now() + WAIT_MAX;
    while order().is_none_or(|order| order.state != OrderState::Voided) {
        assert!(Instant::now() < until, "the gateway was never asked: {:?}", order());
        sleep(Duration::from_millis(5)).await;
    }
    program.kill();
    place.check_books();
    control.clear_faults();

    // The bank's word comes again to the next life.
    let mut program = place.serve();
    program.ready().await;
    assert_eq!(bank.call(&Bank::signed(&second, "00", &[])).await.0, 200);
    program.kill();
    place.settle(&control).await;
    place.check_books();
    let app = place.open(Arc::new(Utc::now));
    let state = |payment: &str| {
        let id = id(payment);
        app.ledger.read(move |reader| reader.payment_of(id)).unwrap().unwrap().state
    };
    let states = (state(&first.payment), state(&second.payment));
    block_in_place(|| app.ledger.close());
    assert_eq!(states, (PaymentState::Confirmed, PaymentState::Returned));
    let order = order().unwrap();
    let back = |kind| matches!(kind, CardMovementKind::Void | CardMovementKind::Credit);
    let times = order.movements.iter().filter(|movement| movement.is_approved && back(movement.kind)).count();
    assert_eq!(times, 1, "{:?}", order.movements);
    sandbox.stop().await;
}
