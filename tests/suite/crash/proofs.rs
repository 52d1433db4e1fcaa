//! What must hold between the ledger, the gateway, the billers, the outlets and the payers.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Integer, Nullable, SmallInt, Text};
use ledger::{AccountKind, DataKeys, DatabaseUrl, Instrument, Ledger, PaymentState, TaskKind};
use sandbox::{Booking, BookingOutcome, OrderState};

use super::counters::OUTLETS;
use super::load::{Again, Load, Way};
use super::program::{BILLERS, Place};
use super::say;
use crate::support::{DATA_KEY, Payer};

/// A payment as it stands in the ledger.
#[derive(QueryableByName, Debug, Clone, PartialEq, Eq)]
pub struct Row {
    #[diesel(sql_type = BigInt)]
    id: i64,
    #[diesel(sql_type = SmallInt)]
    state: i16,
    #[diesel(sql_type = Integer)]
    taken: i32,
    #[diesel(sql_type = Nullable<Text>)]
    receipt_number: Option<String>,
    #[diesel(sql_type = Text)]
    phone: String,
    #[diesel(sql_type = SmallInt)]
    instrument: i16,
    /// In centimes.
    #[diesel(sql_type = BigInt)]
    total: i64,
    /// Where its cash was taken; empty of a card.
    #[diesel(sql_type = Text)]
    outlet: String,
    #[diesel(sql_type = BigInt)]
    commission: i64,
    /// What its outlet is to give back, in centimes.
    #[diesel(sql_type = BigInt)]
    owed: i64,
}

impl Row {
    fn is_cash(&self) -> bool {
        self.instrument == Instrument::Cash.code()
    }

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

const PAYMENTS: &str = "SELECT p.id, p.state, CASE WHEN p.paid_at IS NULL THEN 0 ELSE 1 END AS taken, p.receipt_number, \
                        '' AS phone, p.instrument, p.principal + p.fee + p.vat + p.duty AS total, \
                        COALESCE(a.outlet, '') AS outlet, COALESCE(a.commission + a.commission_vat, 0) AS commission, \
                        COALESCE(g.amount, 0) AS owed FROM payments p \
                        LEFT JOIN agent_payments a ON a.payment_id = p.id LEFT JOIN give_backs g ON g.subject_id = p.id \
                        ORDER BY p.id";
const BALANCES: &str = "SELECT kind, owner, balance FROM accounts";
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

/// What an account holds, in centimes; debit above zero.
#[derive(QueryableByName)]
struct Balance {
    #[diesel(sql_type = SmallInt)]
    kind: i16,
    #[diesel(sql_type = Text)]
    owner: String,
    #[diesel(sql_type = BigInt)]
    balance: i64,
}

fn balances(place: &Place, kind: AccountKind) -> BTreeMap<String, i64> {
    let rows: Vec<Balance> = ask!(&place.database.url, BALANCES);
    rows.into_iter().filter(|row| row.kind == kind.code()).map(|row| (row.owner, row.balance)).collect()
}

/// The order number of a payment.
pub fn oid(payment: i64) -> String {
    format!("F{payment:012}")
}

fn payments(place: &Place) -> BTreeMap<String, Row> {
    let rows: Vec<Row> = ask!(&place.database.url, PAYMENTS);
    let ledger = Ledger::open_beside(&place.database.url, &DataKeys::of_bytes(DATA_KEY)).unwrap();
    let phone = |id| ledger.read(|reader| reader.payment_of(id)).unwrap().unwrap().phone().unwrap().unwrap_or_default();
    let rows = rows.into_iter().map(|row| (oid(row.id), Row { phone: phone(row.id), ..row })).collect();
    ledger.close();
    rows
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
    for phone in load.charged() {
        let taken = payments.values().any(|payment| payment.phone == phone && payment.taken == 1);
        assert!(taken, "the card of {phone} was charged, and nothing was taken");
    }
}

/// No float is below zero, and each is what it was topped up by less what its outlet took and does not give back.
pub fn floats_are_right(place: &Place) {
    let (payments, floats) = (payments(place), balances(place, AccountKind::AgentFloat));
    for outlet in &OUTLETS {
        let stands = |row: &&Row| row.outlet == outlet.number && row.state() != PaymentState::Returned;
        let taken: i64 = payments.values().filter(stands).map(|row| row.total).sum();
        // A float is the hub's debt.
        let float = -floats[outlet.number];
        assert!(float >= 0, "the float of {} is {float}", outlet.number);
        assert_eq!(float, outlet.topped_up - taken, "the float of {}", outlet.number);
    }
}

/// Networks earned by what was confirmed, and by nothing else.
fn commissions_are_right(place: &Place, payments: &BTreeMap<String, Row>) {
    let mut earned: BTreeMap<String, i64> = BTreeMap::new();
    for row in payments.values().filter(|row| row.is_cash() && row.state() == PaymentState::Confirmed) {
        let outlet = OUTLETS.iter().find(|outlet| outlet.number == row.outlet).unwrap();
        assert_eq!(row.commission, outlet.commission, "{row:?}");
        *earned.entry(outlet.network.to_owned()).or_default() -= outlet.commission;
    }
    assert_eq!(balances(place, AccountKind::AgentCommissionPayable), earned);
}

/// No request that came once more made a payment.
pub fn nothing_new(place: &Place, before: &BTreeMap<String, Row>) {
    assert_eq!(&payments(place), before);
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

/// What became of cash: the outlet is told to give it back, or keeps it.
fn cash_of(payment: &Row) -> Money {
    assert_eq!(payment.taken, 1, "{payment:?}");
    match payment.owed {
        0 => Money::Taken,
        owed => {
            assert_eq!(owed, payment.total, "{payment:?}");
            Money::Back
        }
    }
}

/// The payments of those who came, no other; each customer one, and the one that they were told of.
fn customers_know_theirs(load: &Load, payments: &BTreeMap<String, Row>) {
    let mut theirs = BTreeMap::new();
    for (oid, payment) in payments {
        if let Some(other) = theirs.insert(payment.phone.as_str(), oid) {
            panic!("{} paid twice: {other} and {oid}", payment.phone);
        }
    }
    for (phone, visit) in load.visits() {
        let own = theirs.remove(phone.as_str());
        // Nobody tells a caller a number.
        if visit.way != Way::VoiceCard {
            assert_eq!(own, visit.oid.as_ref(), "{phone}: {visit:?}");
        }
    }
    assert!(theirs.is_empty(), "payments of nobody: {theirs:?}");
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
    customers_know_theirs(load, &payments);
    assert!(orders.keys().all(|oid| payments.contains_key(oid)));
    floats_are_right(place);
    commissions_are_right(place, &payments);

    let mut bills = BTreeSet::new();
    for (oid, booking) in &booked {
        assert_eq!(payments.get(oid).map(Row::state), Some(PaymentState::Confirmed), "{booking:?}");
        let bill = (booking.biller, booking.contract.clone());
        assert!(bills.insert(bill), "a bill was paid twice: {booking:?}");
    }
    let mut ends: BTreeMap<(Way, String), usize> = BTreeMap::new();
    let (visits, charged) = (load.visits(), load.charged());
    for (oid, payment) in &payments {
        let order = orders.get(oid);
        let seen = format!("{payment:?}, {order:?}");
        assert!(!payment.is_cash() || order.is_none(), "cash and a card: {seen}");
        let money = if payment.is_cash() { cash_of(payment) } else { order.map_or(Money::NeverMoved, money_of) };
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
        if acknowledged.contains(oid) || charged.contains(&payment.phone) {
            let end = payment.state();
            assert!(matches!(end, PaymentState::Confirmed | PaymentState::Returned), "acknowledged: {seen}");
        }
        *ends.entry((visits[&payment.phone].way, payment.state().to_string())).or_default() += 1;
    }
    let repeated: Vec<Repeated> = ask!(&place.database.url, REPEATED);
    let repeated: BTreeMap<String, i64> =
        repeated.iter().map(|row| (TaskKind::from_code(row.kind).unwrap().to_string(), row.times)).collect();
    let twice = booked.values().filter(|booking| booking.attempts > 1).count();
    let heard = acknowledged.len() + charged.len();
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
    let states: BTreeMap<&str, PaymentState> =
        payments.values().map(|payment| (payment.phone.as_str(), payment.state())).collect();
    for (phone, visit) in load.visits() {
        let told = heard.remove(&phone).unwrap_or_default();
        let before = match visit.way {
            Way::Desk | Way::VoiceLink => 1,
            // The reference, and that it will end.
            Way::VoiceCash => 2,
            _ => 0,
        };
        let most = match states.get(phone.as_str()) {
            Some(PaymentState::Confirmed) => before + 1,
            // That it is going back, and that it went.
            Some(PaymentState::Returned) => before + 2,
            _ => before,
        };
        let different: BTreeSet<&String> = told.iter().collect();
        assert!(told.len() <= most && different.len() == told.len(), "{visit:?} was told {told:?}");
    }
    assert!(heard.is_empty(), "strangers were told: {heard:?}");
}

/// Whoever asks again is told what the ledger knows: on the payment's page, at the till, and the network's system.
pub async fn payers_see_it(load: &Load, payments: &BTreeMap<String, Row>) {
    for visit in load.visits().into_values() {
        let Some(payment) = visit.oid.as_ref().map(|oid| &payments[oid]) else { continue };
        let receipt = payment.receipt_number.as_deref();
        assert_eq!(receipt.is_some(), payment.state() == PaymentState::Confirmed, "{payment:?}");
        let page = match &visit.again {
            Again::Nothing => continue,
            Again::Page(path) => Payer::patient(load.base(), "fr", Duration::from_secs(30)).get(path).await,
            Again::Form(agent, path, form) => load.people.agents[*agent].browser.post(path, form).await,
            Again::Request(path, body) => {
                let answer = load.ask(path, body, 0).await;
                let says = (answer.text("/state").to_owned(), answer.body["receipt"]["number"].as_str());
                assert_eq!(says, (payment.state().to_string(), receipt), "{answer:?}");
                let instruction = if receipt.is_some() { "hand-receipt" } else { "give-cash-back" };
                assert_eq!(answer.text("/instruction/action"), instruction, "{answer:?}");
                continue;
            }
        };
        assert_eq!(page.status, 200, "{visit:?}");
        assert!(receipt.is_none_or(|receipt| page.body.contains(receipt)), "{visit:?}: {}", page.text());
    }
}
