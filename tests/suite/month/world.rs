//! A hub of the program's own parts, by a clock that a test moves, with the sandbox around it.

use std::cell::Cell;
use std::fs::File;
use std::io::BufReader;
use std::net::TcpListener;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use actix_web::dev::ServerHandle;
use actix_web::{App as Server, HttpServer};
use chrono::{DateTime, Datelike, Days, NaiveDate, NaiveTime, TimeDelta, TimeZone, Utc, Weekday};
use chrono_tz::Africa::Casablanca;
use fatoura::app::{App, Outside};
use fatoura::config::Config;
use ledger::{
    AuditEntry, Channel, FloatRequestKind, Instrument, Language, Money, Payment, PaymentState, Reference, RefundReason,
    RefundState,
};
use payments::api::cash::{
    CancelCash, CashKey, CashPayment, CashSubject, DecideFloat, OpenShift, PayCash, RequestFloat,
};
use payments::api::{FindBills, Found, MakeQuote, Quote, StartCardPayment};
use payments::refunds::RefundWish;
use sandbox::{
    BankEntry, CashKind, CashOperation, CashStatus, Control, NetworkConfig, NetworkSystem, RunningSandbox, Sandbox,
    SandboxConfig,
};
use serde_json::{Value, json};
use settlement::BankHolidays;
use settlement::reconciliation::{ImportError, ImportTerms, Imported, import};
use tempfile::TempDir;
use tokio::task::block_in_place;

use super::setup::{environment, take_in_partners};
use crate::support::{Backend, Bank, PHONE, TestDatabase, agent, identify, money};

/// The hub's account.
pub const RIB: &str = "011780000000123456789047";
/// Whose bills are paid.
pub const BILLERS: [u16; 3] = [1001, 1002, 1401];
/// An outlet of a network that works with the hub's own screen, and one of a network with a system of its own.
const OUTLETS: [(&str, &str); 2] = [("BARID", "10001"), ("ATLAS", "20001")];
/// The secret of the network with a system of its own.
pub const SECRET: &str = "a secret of a test's network";
const CARD: &str = "4000000000000010";
/// As the program keeps idle connections: longer than gateway and networks do, however slow the machine is.
const KEEP_ALIVE: Duration = Duration::from_secs(75);
/// How often what is under way is waited for, a pause each: an answer that was lost is asked for by then.
const ROUNDS: usize = 12;
const PAUSE: TimeDelta = TimeDelta::minutes(4);

/// A payment, as whoever made it knows it.
#[derive(Debug, Clone)]
pub struct Paid {
    /// The hub's number.
    pub id: i64,
    /// The same with its digits, as billers have it.
    pub number: String,
    /// What networks and pages call it.
    pub reference: String,
    /// Centimes for the biller.
    pub principal: i64,
    /// Centimes that the payer gave.
    pub total: i64,
}

impl Paid {
    fn of(payment: &Payment, reference: &str) -> Self {
        Self {
            id: payment.id,
            number: format!("{:012}", payment.id),
            reference: reference.to_owned(),
            principal: payment.amounts.principal.minor(),
            total: payment.amounts.total().unwrap().minor(),
        }
    }

    /// The gateway's order.
    pub fn oid(&self) -> String {
        format!("F{}", self.number)
    }
}

pub struct World {
    pub app: App,
    pub control: Control,
    pub database: TestDatabase,
    sandbox: RunningSandbox,
    gateway: Bank,
    atlas: NetworkSystem,
    ahead: Arc<Mutex<TimeDelta>>,
    /// The first day: a Monday.
    first: NaiveDate,
    folder: TempDir,
    url: String,
    server: ServerHandle,
    shift: i64,
    count: Cell<i64>,
}

impl World {
    /// `None` where the database is not to be had.
    pub async fn open(backend: Backend) -> Option<Self> {
        let database = TestDatabase::make(backend)?;
        biller_adapters::init_tls();
        let sandbox = Sandbox::start(SandboxConfig::default()).await.unwrap();
        let (base, control) = (sandbox.base_url(), sandbox.control());
        let folder = tempfile::tempdir().unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let environment = environment(&url, &sandbox, &database, &folder);
        let ahead = Arc::new(Mutex::new(TimeDelta::zero()));
        let offset = Arc::clone(&ahead);
        let clock = move || Utc::now() + *offset.lock().unwrap();
        let outside = Outside { clock: Arc::new(clock.clone()), ..Outside::real(&environment) };
        let config = Config::read(&environment).unwrap();
        let app = block_in_place(|| App::open(&config, outside)).unwrap();
        block_in_place(|| take_in_partners(&app, &base));
        assert!(app.hub.reload_billers().await.unwrap() && app.hub.reload_networks().await.unwrap());
        let state = app.state.clone();
        let server = HttpServer::new(move || Server::new().app_data(state.clone()).configure(channels::configure));
        let server = server
            .workers(1)
            .keep_alive(KEEP_ALIVE)
            .client_request_timeout(KEEP_ALIVE)
            .disable_signals()
            .listen(listener)
            .unwrap()
            .run();
        let handle = server.handle();
        tokio::spawn(server);
        let network = NetworkConfig {
            hub: url.clone(),
            network: "ATLAS".to_owned(),
            key: "NETWORK_SECRET_ATLAS".to_owned(),
            secret: SECRET.to_owned(),
        };
        let atlas = NetworkSystem::new(network).unwrap().with_clock(clock).with_books(&base);
        let gateway = Bank::new(&base, &format!("{url}/webhooks/cmi"));
        let today = Utc::now().with_timezone(&Casablanca).date_naive();
        // Whatever day it is today, the banks work in the two weeks in which breaks are planted.
        let holidays = BankHolidays::default();
        let is_plain = |day: &NaiveDate| {
            let mut weekdays = day.iter_days().take(12).filter(|day| day.weekday().num_days_from_monday() < 5);
            day.weekday() == Weekday::Mon && weekdays.all(|day| holidays.is_bank_day(day))
        };
        let first = today.iter_days().skip(1).find(is_plain).unwrap();
        let (shift, count) = (0, Cell::new(0));
        let mut world = Self {
            app,
            control,
            database,
            sandbox,
            gateway,
            atlas,
            ahead,
            first,
            folder,
            url,
            server: handle,
            shift,
            count,
        };
        world.at(1, "08:00");
        world.job("open_windows").await;
        let [(_, barid), (_, atlas)] = OUTLETS;
        let (outlet, opening_cash) = (barid.to_owned(), money("500.00"));
        let open = OpenShift { outlet, till: "1".to_owned(), opening_cash, actor: agent(1) };
        world.shift = world.app.hub.open_shift(open).await.unwrap().shift.id;
        world.post(&format!("/outlets/{atlas}/shifts"), &json!({ "till": "1", "opening_cash": "500.00" })).await;
        Some(world)
    }

    pub fn now(&self) -> DateTime<Utc> {
        Utc::now() + *self.ahead.lock().unwrap()
    }

    /// The date of a day, from 1.
    pub fn day(&self, number: u64) -> NaiveDate {
        self.first.checked_add_days(Days::new(number - 1)).unwrap()
    }

    /// Moves all clocks on to a time of a day in Morocco.
    pub fn at(&self, day: u64, time: &str) {
        let time = NaiveTime::parse_from_str(time, "%H:%M").unwrap();
        let at = Casablanca.from_local_datetime(&self.day(day).and_time(time)).earliest().unwrap();
        self.pass(at.to_utc() - self.now());
    }

    fn pass(&self, time: TimeDelta) {
        assert!(time >= TimeDelta::zero(), "time goes on only: {time}");
        *self.ahead.lock().unwrap() += time;
        self.control.pass(time);
    }

    /// Runs a job that ends well.
    pub async fn job(&self, name: &str) -> String {
        self.app.run_job(name).await.unwrap()
    }

    /// Works the outbox off.
    pub async fn rest(&self) {
        while self.app.dispatcher.step().await.unwrap() > 0 {}
    }

    /// Works the outbox off until a payment has come to its end. What was not heard in time, as on a machine that has much to
    /// do, is asked for again by the hub, as in life.
    async fn ends(&self, reference: &str, end: PaymentState) -> Payment {
        for _ in 0..ROUNDS {
            self.rest().await;
            let payment = self.payment(reference);
            if payment.state == end {
                return payment;
            }
            self.pass(PAUSE);
        }
        let payment = self.payment(reference);
        let order = self.control.order(&Paid::of(&payment, reference).oid());
        panic!("{payment:?} is not {end}; at the gateway: {order:?}");
    }

    /// Makes a bill: its contract.
    fn owe(&self, biller: u16, minor: i64) -> String {
        self.count.set(self.count.get() + 1);
        let number = self.count.get();
        let contract = match biller {
            1001 => format!("{:08}", 40_000_000 + number),
            1002 => format!("{:07}", 4_000_000 + number),
            _ => format!("LOG-{number:03}"),
        };
        self.control.add_article(biller, "01", &contract, "A1", minor).unwrap();
        contract
    }

    async fn quote(&self, biller: u16, minor: i64, channel: Channel, instrument: Instrument) -> Quote {
        let fields = identify(biller, &self.owe(biller, minor));
        let (receivable_type, language) = ("01".to_owned(), Language::Fr);
        let found = self.app.hub.find_bills(FindBills { biller, receivable_type, fields, channel, language }).await;
        let Found::Bill(inquiry) = found.unwrap() else { panic!("no bill of {biller}") };
        let articles = inquiry.articles.iter().map(|line| line.article.id.clone()).collect();
        let inquiry = inquiry.reference;
        self.app.hub.make_quote(MakeQuote { inquiry, articles, amount: None, channel, instrument }).await.unwrap()
    }

    pub fn payment(&self, reference: &str) -> Payment {
        let reference: Reference = reference.parse().unwrap();
        self.app.ledger.read(|reader| reader.payment(reference)).unwrap().unwrap()
    }

    /// A bill paid by card; whether it ends confirmed.
    pub async fn card_ends(&self, biller: u16, minor: i64, end: PaymentState) -> Paid {
        let quote = self.quote(biller, minor, Channel::Web, Instrument::Card).await;
        let start = StartCardPayment {
            quote: quote.reference.clone(),
            idempotency_key: quote.reference,
            phone: PHONE.to_owned(),
            email: None,
            address: None,
            language: Language::Fr,
            public_url: self.url.clone(),
        };
        let redirect = self.app.hub.start_card_payment(start).await.unwrap();
        self.gateway.pay(&redirect, CARD).await;
        let payment = self.ends(&redirect.payment, end).await;
        Paid::of(&payment, &redirect.payment)
    }

    pub async fn card(&self, biller: u16, minor: i64) -> Paid {
        self.card_ends(biller, minor, PaymentState::Confirmed).await
    }

    /// A bill paid in cash at the outlet whose network has a system of its own.
    pub async fn at_atlas(&self, biller: u16, minor: i64) -> Paid {
        let contract = self.owe(biller, minor);
        let wanted = json!({ "biller": biller, "receivable_type": "01", "fields": { "contract": contract } });
        let found = self.post("/bills/find", &wanted).await;
        let quote = self.post("/quotes", &json!({ "inquiry": found["inquiry"], "articles": ["A1"] })).await;
        let own = format!("TX-{}", self.count.get());
        let pay = json!({ "reference": own, "till": "1", "quote": quote["quote"] });
        self.post(&format!("/outlets/{}/payments", OUTLETS[1].1), &pay).await;
        let paid = self.atlas.get(&format!("/payments?reference={own}")).await.unwrap();
        let payment = self.ends(paid.text("/payment"), PaymentState::Confirmed).await;
        // The network's own system hears what became of it, and writes it down.
        let paid = self.atlas.get(&format!("/payments?reference={own}")).await.unwrap();
        assert_eq!(paid.text("/state"), "confirmed", "{paid:?}");
        Paid { reference: own, ..Paid::of(&payment, "") }
    }

    async fn post(&self, path: &str, body: &Value) -> Value {
        let answer = self.atlas.post(path, body).await.unwrap();
        assert!((200..300).contains(&answer.status), "{path}: {answer:?}");
        answer.body
    }

    /// A bill paid in cash at the hub's own screen; the network writes it down in its books by hand.
    pub async fn at_barid(&self, biller: u16, minor: i64) -> Paid {
        let quote = self.quote(biller, minor, Channel::Agt, Instrument::Cash).await;
        let pay = PayCash {
            outlet: OUTLETS[0].1.to_owned(),
            till: "1".to_owned(),
            key: CashKey::Screen(quote.reference.clone()),
            subject: CashSubject::Quote(quote.reference),
            tendered: None,
            phone: None,
            language: Language::Fr,
            actor: agent(1),
            opens_shift: false,
        };
        let CashPayment { payment, .. } = self.app.hub.pay_cash(pay).await.unwrap();
        let found = self.ends(&payment.reference, PaymentState::Confirmed).await;
        let paid = Paid::of(&found, &payment.reference);
        self.keep(&paid, CashKind::Payment);
        paid
    }

    fn keep(&self, paid: &Paid, kind: CashKind) {
        let operation = CashOperation {
            network: OUTLETS[0].0.to_owned(),
            outlet: OUTLETS[0].1.to_owned(),
            reference: paid.reference.clone(),
            payment: paid.number.clone(),
            minor: paid.total,
            kind,
            status: CashStatus::Accepted,
            at: self.now(),
        };
        self.control.keep_cash(operation).unwrap();
    }

    /// The network has a payment in its books that names none of the hub's.
    pub fn keep_nameless(&self, minor: i64) -> &'static str {
        let (number, reference) = (String::new(), "SANS-NOM-1".to_owned());
        self.keep(&Paid { id: 0, number, reference, principal: minor, total: minor }, CashKind::Payment);
        OUTLETS[0].0
    }

    /// The outlet takes its payment back.
    pub async fn cancel(&self, paid: &Paid) {
        let (payment, outlet) = (paid.reference.clone(), OUTLETS[0].1.to_owned());
        let cancel = CancelCash { payment, outlet, reason: "wrong contract".to_owned(), actor: agent(1) };
        self.app.hub.cancel_cash(cancel).await.unwrap();
        self.ends(&paid.reference, PaymentState::Cancelled).await;
        self.keep(paid, CashKind::Cancellation);
    }

    /// Principal and fee of a payment go back, as two people decide, and the gateway has said so.
    pub async fn refund(&self, paid: &Paid, principal: i64, fee: i64) {
        self.count.set(self.count.get() + 1);
        let wish = RefundWish {
            payment: paid.id,
            principal: Money::from_minor(principal),
            fee: Money::from_minor(fee),
            reason: RefundReason::PaidTwice,
            note: String::new(),
            key: format!("refund {}", self.count.get()),
        };
        let entry = |action: &'static str| AuditEntry {
            actor: "test".to_owned(),
            action: action.to_owned(),
            subject: "refund".to_owned(),
            detail: String::new(),
        };
        let hub = &self.app.hub;
        let effect = hub.refund_effect(wish.clone(), agent(1)).await.unwrap();
        let id = hub.propose_refund(wish, effect, agent(1), move |_| entry("refund-requested")).await.unwrap();
        hub.decide_refund(id, true, String::new(), agent(2), entry("refund-approved")).await.unwrap();
        for _ in 0..ROUNDS {
            self.rest().await;
            let refund = self.app.ledger.read(|reader| reader.refund(id)).unwrap().unwrap();
            if refund.state == RefundState::Done {
                return;
            }
            self.pass(PAUSE);
        }
        panic!("refund {id} is not made: {:?}", self.control.order(&paid.oid()));
    }

    /// Both networks pay for their floats, and two people agree.
    pub async fn fund(&self, amount: &str) {
        for (network, outlet) in OUTLETS {
            let proof = self.top_up(network, outlet, amount).await;
            self.control.top_up(network, money(amount).minor(), &proof).unwrap();
        }
    }

    /// A float is topped up on a proof, and the money never comes: network and centimes.
    pub async fn promise_float(&self, amount: &str) -> (&'static str, i64) {
        let (network, outlet) = OUTLETS[0];
        self.top_up(network, outlet, amount).await;
        (network, money(amount).minor())
    }

    /// Two people agree to a top-up: its proof.
    async fn top_up(&self, network: &str, outlet: &str, amount: &str) -> String {
        self.count.set(self.count.get() + 1);
        let proof = format!("VIR-{network}-{}", self.count.get());
        let request = RequestFloat {
            outlet: outlet.to_owned(),
            kind: FloatRequestKind::TopUp,
            amount: money(amount),
            key: proof.clone(),
            proof: proof.clone(),
            actor: agent(1),
        };
        let request = self.app.hub.request_float(request).await.unwrap().id;
        let decide = DecideFloat { request, approve: true, note: String::new(), actor: agent(2) };
        self.app.hub.decide_float(decide).await.unwrap();
        proof
    }

    /// The cut-off: windows are closed and settled, the bank is asked to pay and answers.
    pub async fn evening(&self, day: u64) {
        self.at(day, "18:01");
        for name in [
            "index_payments",
            "close_windows",
            "settle_windows",
            "make_settlement_files",
            "order_transfers",
            "deliver_orders",
            "fetch_reports",
            "import_reports",
        ] {
            self.job(name).await;
        }
    }

    /// All sides state the day.
    pub fn midnight(&self, day: u64) -> Vec<String> {
        self.at(day, "23:30");
        self.control.close_day(self.day(day)).unwrap()
    }

    /// What they stated is fetched and held against the ledger, on the day after.
    pub async fn morning(&self, day: u64) {
        self.at(day, "06:00");
        self.job("fetch_reports").await;
        self.job("import_reports").await;
        self.reconcile(day).await;
    }

    pub async fn reconcile(&self, day: u64) {
        self.at(day, "07:00");
        self.job("reconcile").await;
    }

    /// Where a file is, of those that came in.
    pub fn incoming(&self, path: &str) -> PathBuf {
        self.folder.path().join("settlement/in").join(path)
    }

    /// Every message that was made is allowed by its schema; what came in is in a folder of its own.
    pub fn assert_messages_are_valid(&self) {
        let folders = std::fs::read_dir(self.folder.path().join("settlement")).unwrap();
        let made = folders.map(|folder| folder.unwrap().path()).filter(|path| path.is_dir() && !path.ends_with("in"));
        let count: usize = made.map(|folder| crate::support::assert_messages_are_valid(&folder)).sum();
        // An order each day on which something was paid out, and an advice of each window of biller 1002.
        assert!(count > 20, "{count}");
    }

    /// Takes a statement in although one before it is missing, as a person does.
    pub fn take_in_with_gap(&self, path: &str) -> Result<Imported, ImportError> {
        let accounts = [RIB.to_owned()];
        let terms = ImportTerms {
            accounts: &accounts,
            allow_gap: true,
            dry_run: false,
            name: path,
            by: "salma",
            now: self.now(),
        };
        let file = BufReader::new(File::open(self.incoming(path)).unwrap());
        block_in_place(|| import(&self.app.ledger, &terms, file, &mut |_, _| {}))
    }

    /// Movements of a day of the account that are about this.
    pub fn booked(&self, day: u64, about: &str) -> Vec<BankEntry> {
        let (on, entries) = (self.day(day), self.control.bank_entries());
        entries.into_iter().filter(|entry| entry.day == on && entry.about.starts_with(about)).collect()
    }

    pub async fn close(self) {
        self.server.stop(false).await;
        self.sandbox.stop().await;
        block_in_place(|| self.app.ledger.close());
    }
}
