//! What must hold between the ledger, the gateway, the billers and the payers.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Integer, Nullable, SmallInt, Text};
use ledger::{DatabaseUrl, PaymentState, TaskKind};
use sandbox::{Booking, BookingOutcome, OrderState};

use super::load::Load;
use super::program::{BILLERS, Place};
use super::say;
use crate::support::Payer;

/// A payment as it stands in the ledger.
#[derive(QueryableByName, Debug, Clone)]
pub struct Row {
    #[diesel(sql_type = BigInt)]
    id: i64,
    #[diesel(sql_type = SmallInt)]
    state: i16,
    #[diesel(sql_type = Integer)]
    taken: i32,
    #[diesel(sql_type = Nullable<Text>)]
    receipt_number: Option<String>,
}

impl Row {
    fn state(&self) -> PaymentState {
        PaymentState::from_code(self.state).unwrap()
    }
}

#[derive(QueryableByName, Debug)]
#[expect(dead_code, reason = "all of it is shown where there should be none")]
struct Left {
    #[diesel(sql_type = SmallInt)]
    kind: i16,
    #[diesel(sql_type = BigInt)]
    payment_id: i64,
    #[diesel(sql_type = Text)]
    note: String,
}

/// Rows of a question, from beside the program.
macro_rules! ask {
    ($url:expr, $sql:expr) => {
        match $url {
            DatabaseUrl::Sqlite(path) => {
                let mut connection = SqliteConnection::establish(&path.display().to_string()).unwrap();
                diesel::sql_query("PRAGMA busy_timeout = 10000").execute(&mut connection).unwrap();
                diesel::sql_query($sql).load(&mut connection).unwrap()
            }
            DatabaseUrl::Postgres(url) => {
                diesel::sql_query($sql).load(&mut PgConnection::establish(url).unwrap()).unwrap()
            }
        }
    };
}
pub(super) use ask;

const PAYMENTS: &str = "SELECT id, state, CASE WHEN paid_at IS NULL THEN 0 ELSE 1 END AS taken, receipt_number \
                        FROM payments ORDER BY id";
const OPEN_TASKS: &str = "SELECT kind, payment_id, note FROM outbox WHERE done_at IS NULL";
const INCIDENTS: &str = "SELECT kind, COALESCE(payment_id, 0) AS payment_id, detail AS note FROM incidents";

const REPEATED: &str = "SELECT kind, COUNT(*) AS times FROM outbox WHERE attempts > 1 GROUP BY kind ORDER BY kind";

/// Tasks of a kind that were begun more than once.
#[derive(QueryableByName)]
struct Repeated {
    #[diesel(sql_type = SmallInt)]
    kind: i16,
    #[diesel(sql_type = BigInt)]
    times: i64,
}

fn oid(payment: i64) -> String {
    format!("F{payment:012}")
}

fn payments(place: &Place) -> BTreeMap<String, Row> {
    let rows: Vec<Row> = ask!(&place.database.url, PAYMENTS);
    rows.into_iter().map(|row| (oid(row.id), row)).collect()
}

/// How much is still to be done.
pub fn open_tasks(place: &Place) -> usize {
    let open: Vec<Left> = ask!(&place.database.url, OPEN_TASKS);
    open.len()
}

/// Whoever was told to capture can rely on it, whatever happened a moment later.
pub fn acknowledged_are_taken(place: &Place, load: &Load) {
    let acknowledged = load.acknowledged();
    let payments = payments(place);
    for oid in &acknowledged {
        let payment = payments.get(oid).unwrap_or_else(|| panic!("{oid} was acknowledged and is missing"));
        assert_eq!(payment.taken, 1, "{oid} was acknowledged and is {payment:?}");
    }
}

/// What became of an order's money at the bank.
#[derive(Debug, PartialEq, Eq)]
enum Money {
    NeverMoved,
    Held,
    Taken,
    Back,
}

fn money_of(order: &sandbox::CardOrder) -> Money {
    match order.state {
        OrderState::Open | OrderState::Abandoned | OrderState::Declined => Money::NeverMoved,
        OrderState::Authorised => Money::Held,
        OrderState::Voided => Money::Back,
        OrderState::Captured if order.credited_minor == order.captured_minor => Money::Back,
        OrderState::Captured => {
            assert_eq!((order.captured_minor, order.credited_minor), (order.minor, 0), "{order:?}");
            Money::Taken
        }
    }
}

/// The bookings that stand, by the order that paid for them.
fn booked(load: &Load) -> BTreeMap<String, Booking> {
    let mut booked = BTreeMap::new();
    for booking in BILLERS.iter().flat_map(|biller| load.control.bookings(*biller)) {
        assert_eq!(booking.conflicts, 0, "{booking:?}");
        let stands = matches!(booking.outcome, BookingOutcome::Confirmed { .. }) && !booking.cancelled;
        if stands && let Some(other) = booked.insert(format!("F{}", booking.reference), booking) {
            panic!("booked twice: {other:?}");
        }
    }
    booked
}

/// The whole invariant, once the outbox is at rest.
pub fn money_is_where_it_belongs(place: &Place, load: &Load) -> BTreeMap<String, Row> {
    let open: Vec<Left> = ask!(&place.database.url, OPEN_TASKS);
    assert!(open.is_empty(), "left undone: {open:?}");
    let incidents: Vec<Left> = ask!(&place.database.url, INCIDENTS);
    assert!(incidents.is_empty(), "a person is called for: {incidents:?}");

    let (payments, booked, acknowledged) = (payments(place), booked(load), load.acknowledged());
    let orders: BTreeMap<String, _> =
        load.control.orders().into_iter().map(|order| (order.oid.clone(), order)).collect();
    // Payments that the payers know, no other; an order for no other either.
    let known: BTreeSet<String> = load.payments().into_iter().map(|payment| payment.oid).collect();
    assert_eq!(payments.keys().cloned().collect::<BTreeSet<_>>(), known);
    assert!(orders.keys().all(|oid| known.contains(oid)));

    let mut bills = BTreeSet::new();
    for (oid, booking) in &booked {
        assert_eq!(payments.get(oid).map(Row::state), Some(PaymentState::Confirmed), "{booking:?}");
        let bill = (booking.biller, booking.contract.clone());
        assert!(bills.insert(bill), "a bill was paid twice: {booking:?}");
    }
    let mut ends: BTreeMap<String, usize> = BTreeMap::new();
    for (oid, payment) in &payments {
        let order = orders.get(oid);
        let money = order.map_or(Money::NeverMoved, money_of);
        let seen = format!("{payment:?}, {order:?}");
        match payment.state() {
            PaymentState::Confirmed => {
                assert_eq!(money, Money::Taken, "{seen}");
                let booking = booked.get(oid).unwrap_or_else(|| panic!("not booked: {seen}"));
                let BookingOutcome::Confirmed { receipt_number, .. } = &booking.outcome else { unreachable!() };
                assert_eq!(payment.receipt_number.as_ref(), Some(receipt_number), "{seen}");
            }
            PaymentState::Returned => assert_eq!(money, Money::Back, "{seen}"),
            PaymentState::Declined => assert_eq!(money, Money::NeverMoved, "{seen}"),
            PaymentState::Expired => assert!(matches!(money, Money::NeverMoved | Money::Back), "{seen}"),
            state => panic!("{state} is no end: {seen}"),
        }
        if acknowledged.contains(oid) {
            let end = payment.state();
            assert!(matches!(end, PaymentState::Confirmed | PaymentState::Returned), "acknowledged: {seen}");
        }
        *ends.entry(payment.state().to_string()).or_default() += 1;
    }
    let repeated: Vec<Repeated> = ask!(&place.database.url, REPEATED);
    let repeated: BTreeMap<String, i64> =
        repeated.iter().map(|row| (TaskKind::from_code(row.kind).unwrap().to_string(), row.times)).collect();
    let twice = booked.values().filter(|booking| booking.attempts > 1).count();
    let heard = acknowledged.len();
    say(&format!("{ends:?}, {heard} acknowledged; begun again: {repeated:?}; heard twice by the biller: {twice}"));
    assert!(repeated.contains_key("confirm"), "no kill cut a confirmation off: the test proves too little");
    told_once(load, &payments);
    payments
}

/// One SMS at most of a kind; each payer has a phone of their own.
fn told_once(load: &Load, payments: &BTreeMap<String, Row>) {
    let mut heard: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for message in load.control.sms() {
        heard.entry(message.to).or_default().push(message.body);
    }
    for started in load.payments() {
        let told = heard.remove(&format!("+212{}", &started.phone[1..])).unwrap_or_default();
        let most = match payments[&started.oid].state() {
            PaymentState::Confirmed => 1,
            // That it is going back, and that it went.
            PaymentState::Returned => 2,
            _ => 0,
        };
        let different: BTreeSet<&String> = told.iter().collect();
        assert!(told.len() <= most && different.len() == told.len(), "{started:?} was told {told:?}");
    }
    assert!(heard.is_empty(), "strangers were told: {heard:?}");
}

/// Each payer's page says what the ledger knows.
pub async fn payers_see_it(load: &Load, payments: &BTreeMap<String, Row>) {
    for started in load.payments() {
        let payment = &payments[&started.oid];
        let page = Payer::patient(load.base(), "fr", Duration::from_secs(30)).get(&started.page).await;
        assert_eq!(page.status, 200, "{started:?}");
        let receipt = payment.receipt_number.as_deref();
        match payment.state() {
            PaymentState::Confirmed => assert!(page.body.contains(receipt.unwrap()), "{}", page.text()),
            _ => assert_eq!(receipt, None, "{payment:?}"),
        }
    }
}
