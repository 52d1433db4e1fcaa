//! A database per test, copied from one that was migrated once; and the few payments that tests are made of.

use std::io::Write;
use std::path::Path;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, LazyLock, Once};

use chrono::{DateTime, TimeDelta, Utc};
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::Text;
use ledger::{
    Account, AccountKind, Actor, Advance, AdvanceOutcome, AgentPay, Amounts, BillClaim, BillKey, Channel, Commission,
    DatabaseUrl, FloatDecision, FloatRequestKind, FloatRequestOutcome, FloatRequestState, Funds, Hold, Instrument,
    Language, Ledger, LedgerError, Moment, Money, NewFloatRequest, NewShift, Pay, PayOutcome, PaymentState, Reference,
    RequestKey, ShiftOpened, Step, check_books,
};

/// Makes of each function a test on SQLite and a test on PostgreSQL.
macro_rules! on_both {
    ($($name:ident),+ $(,)?) => {
        mod sqlite {
            $(#[test] fn $name() { super::$name(&crate::support::TestDb::sqlite()); })+
        }
        mod postgres {
            $(#[test] fn $name() { crate::support::TestDb::postgres().iter().for_each(super::$name); })+
        }
    };
}

/// Whether the rest of what is asked for must be there.
pub fn is_all_required() -> bool {
    std::env::var("FATOURA_TEST_REQUIRE_ALL").is_ok_and(|value| value == "1")
}

/// Past the capture of output: a test that passes would not be heard.
fn say(text: &str) {
    let mut stderr = std::io::stderr();
    writeln!(stderr, "{text}").unwrap();
}

/// Says what was not tested, or fails.
pub fn skipped(once: &'static Once, what: &str) {
    assert!(!is_all_required(), "skipped although all is required: {what}");
    once.call_once(|| say(&format!("skipped: {what}")));
}

/// A fresh, migrated database, gone with the value.
pub struct TestDb {
    pub url: DatabaseUrl,
    place: Place,
}

enum Place {
    Sqlite(#[expect(dead_code, reason = "held until the test ends")] tempfile::TempDir),
    Postgres { name: String },
}

static SQLITE_TEMPLATE: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("template.db");
    Ledger::migrate(&DatabaseUrl::Sqlite(path.clone())).unwrap();
    std::fs::read(path).unwrap()
});

static SERVER: LazyLock<Option<String>> = LazyLock::new(|| std::env::var("FATOURA_TEST_POSTGRES_URL").ok());
const TEMPLATE: &str = "fatoura_ledger_template";

static POSTGRES_TEMPLATE: LazyLock<()> = LazyLock::new(|| {
    let mut server = Raw::open(&database_of("")).unwrap();
    // One run of the tests at a time makes the template anew, as the migrations may have changed.
    server.run("SELECT pg_advisory_lock(7203412)").unwrap();
    server.run(&format!("DROP DATABASE IF EXISTS {TEMPLATE} WITH (FORCE)")).unwrap();
    server.run(&format!("CREATE DATABASE {TEMPLATE}")).unwrap();
    Ledger::migrate(&database_of(TEMPLATE)).unwrap();
});

/// The server's own database, or another one on it.
fn database_of(name: &str) -> DatabaseUrl {
    let server = SERVER.as_ref().unwrap();
    let (place, own) = server.rsplit_once('/').unwrap();
    DatabaseUrl::Postgres(format!("{place}/{}", if name.is_empty() { own } else { name }))
}

/// So few that most tests fold bills and keys while they go on.
const RECENT_MAX: usize = 3;

impl TestDb {
    pub fn sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ledger.db");
        std::fs::write(&path, &*SQLITE_TEMPLATE).unwrap();
        Self { url: DatabaseUrl::Sqlite(path), place: Place::Sqlite(folder) }
    }

    pub fn postgres() -> Option<Self> {
        static SAID: Once = Once::new();
        if SERVER.is_none() {
            skipped(&SAID, "PostgreSQL, as FATOURA_TEST_POSTGRES_URL is not set");
            return None;
        }
        LazyLock::force(&POSTGRES_TEMPLATE);
        let name = format!("fatoura_ledger_{}_{}", std::process::id(), Reference::fresh_secret());
        let create = format!("CREATE DATABASE {name} TEMPLATE {TEMPLATE}");
        Raw::open(&database_of("")).unwrap().run(&create).unwrap();
        Some(Self { url: database_of(&name), place: Place::Postgres { name } })
    }

    pub fn is_postgres(&self) -> bool {
        matches!(self.place, Place::Postgres { .. })
    }

    /// Another fresh database of the same kind.
    pub fn sibling(&self) -> Self {
        if self.is_postgres() { Self::postgres().unwrap() } else { Self::sqlite() }
    }

    pub fn open(&self) -> Ledger {
        Ledger::open_with_recent(&self.url, 2, Arc::new(|| {}), RECENT_MAX).unwrap()
    }

    pub fn raw(&self) -> Raw {
        Raw::open(&self.url).unwrap()
    }

    /// Rows of one text column named `line`.
    pub fn lines(&self, sql: &str) -> Vec<String> {
        self.raw().lines(sql)
    }

    /// Bills or request keys as they stand, as a table: on SQLite the recent ones count before those in the tree.
    pub fn standing(&self, table: &str) -> String {
        let (recent, columns) = match table {
            "bills" => ("recent_bills", "key, biller, state, payment_id, generation, updated_at"),
            "idempotency_keys" => ("recent_keys", "key, input, payment_id, created_at"),
            other => return other.to_owned(),
        };
        if self.is_postgres() {
            return table.to_owned();
        }
        format!(
            "(SELECT {columns} FROM {recent} r WHERE id = (SELECT MAX(id) FROM {recent} WHERE key = r.key)
              UNION ALL SELECT {columns} FROM {table} WHERE key NOT IN (SELECT key FROM {recent}))"
        )
    }

    pub fn count(&self, table: &str) -> u64 {
        let table = self.standing(table);
        self.lines(&format!("SELECT CAST(COUNT(*) AS TEXT) AS line FROM {table}"))[0].parse().unwrap()
    }

    /// The number and the running balance of an account.
    pub fn balance(&self, account: &Account) -> i64 {
        let (kind, owner) = (account.kind.code(), &account.owner);
        let sql =
            format!("SELECT CAST(balance AS TEXT) AS line FROM accounts WHERE kind = {kind} AND owner = '{owner}'");
        self.lines(&sql).first().map_or(0, |balance| balance.parse().unwrap())
    }

    /// Fails with every fault of the books.
    pub fn assert_clean(&self) {
        assert_eq!(self.faults(), Vec::<String>::new());
    }

    pub fn faults(&self) -> Vec<String> {
        check_books(&self.url).unwrap().faults.iter().map(ToString::to_string).collect()
    }

    /// A top-up of an outlet's float, asked for by one person and approved by another.
    pub fn fund_float(&self, outlet: &str, centimes: i64) {
        self.open().fund(outlet, centimes);
    }
}

impl Drop for TestDb {
    fn drop(&mut self) {
        if let Place::Postgres { name } = &self.place {
            let dropped = Raw::open(&database_of(""))
                .and_then(|mut server| server.run(&format!("DROP DATABASE {name} WITH (FORCE)")));
            if let Err(error) = dropped {
                say(&format!("{name} was not dropped: {error}"));
            }
        }
    }
}

/// A connection beside the ledger's own.
pub enum Raw {
    Sqlite(SqliteConnection),
    Pg(PgConnection),
}

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    line: String,
}

impl Raw {
    fn open(url: &DatabaseUrl) -> Result<Self, String> {
        let opened = match url {
            DatabaseUrl::Sqlite(path) => sqlite(path).map(Self::Sqlite),
            DatabaseUrl::Postgres(url) => PgConnection::establish(url).map(Self::Pg),
        };
        opened.map_err(|error| error.to_string())
    }

    pub fn run(&mut self, sql: &str) -> Result<(), String> {
        match self {
            Self::Sqlite(c) => c.batch_execute(sql),
            Self::Pg(c) => c.batch_execute(sql),
        }
        .map_err(|error| error.to_string())
    }

    pub fn lines(&mut self, sql: &str) -> Vec<String> {
        let query = diesel::sql_query(sql);
        let rows: Vec<Line> = match self {
            Self::Sqlite(c) => query.load(c),
            Self::Pg(c) => query.load(c),
        }
        .unwrap();
        rows.into_iter().map(|row| row.line).collect()
    }
}

fn sqlite(path: &Path) -> ConnectionResult<SqliteConnection> {
    let mut connection = SqliteConnection::establish(&path.to_string_lossy())?;
    connection.batch_execute("PRAGMA busy_timeout = 10000").unwrap();
    Ok(connection)
}

// --- What tests are made of

/// Where every test's clock stands.
pub fn now() -> DateTime<Utc> {
    "2026-11-24T10:00:00Z".parse().unwrap()
}

pub fn moment() -> Moment {
    Moment::of(now())
}

pub fn money(centimes: i64) -> Money {
    Money::from_minor(centimes)
}

pub fn cmi() -> Account {
    Account::of(AccountKind::GatewayReceivable, "cmi")
}

pub fn float() -> Account {
    Account::of(AccountKind::AgentFloat, "7")
}

pub fn bill(article: &str) -> BillKey {
    BillKey::of(1001, "02", "C-1", article)
}

pub fn claim(article: &str, generation: i32) -> BillClaim {
    BillClaim { key: bill(article), generation, settles: true }
}

/// The states that a card payment can be in.
pub fn card_states() -> Vec<PaymentState> {
    let counter = |state: &PaymentState| matches!(state, PaymentState::Cancelling | PaymentState::Cancelled);
    PaymentState::ALL.iter().copied().filter(|state| !counter(state)).collect()
}

/// 168.42 in all: 168.00 and stamp duty.
pub fn amounts() -> Amounts {
    Amounts { principal: money(16_800), fee: Money::ZERO, vat: Money::ZERO, duty: money(42) }
}

/// A card payment of bill `article`, under a key of its own.
pub fn card(key: &str, article: &str) -> Pay {
    Pay {
        key: RequestKey::of("test", key, key),
        quote: 1,
        biller: 1001,
        channel: Channel::Web,
        instrument: Instrument::Card,
        language: Language::Fr,
        amounts: amounts(),
        bills: vec![claim(article, 0)],
        phone: Some("+212612345678".to_owned()),
        email: Some("payer@example.ma".to_owned()),
        funds: Funds::Awaited { account: cmi(), poll_at: now() + TimeDelta::minutes(15) },
        agent: None,
        moment: moment(),
    }
}

/// A cash payment of a bill, out of outlet 7's float.
pub fn cash(key: &str, article: &str) -> Pay {
    Pay { channel: Channel::Agt, instrument: Instrument::Cash, funds: Funds::InHand(float()), ..card(key, article) }
}

/// Somebody of the network.
pub fn actor(id: i64) -> Actor {
    Actor { id, name: format!("Agent {id}") }
}

/// The counter of a till in outlet 7, whose shift is open: 1.50 of commission and 0.30 of VAT on it.
pub fn counter(till: &str, shift: i64) -> AgentPay {
    AgentPay {
        network: "NET".to_owned(),
        outlet: "7".to_owned(),
        till: till.to_owned(),
        shift,
        network_reference: None,
        cash_reference: None,
        tendered: Some(money(20_000)),
        commission: Commission { net: money(150), vat: money(30) },
        low_float: Money::ZERO,
        actor: actor(1),
    }
}

/// A cash payment of a bill over the counter of till A.
pub fn over_counter(key: &str, article: &str, shift: i64) -> Pay {
    Pay { agent: Some(Box::new(counter("A", shift))), ..cash(key, article) }
}

/// The shift of a till of outlet 7, with 500.00 in its drawer.
pub fn new_shift(till: &str) -> NewShift {
    NewShift {
        network: "NET".to_owned(),
        outlet: "7".to_owned(),
        till: till.to_owned(),
        opening: money(50_000),
        actor: actor(1),
        moment: moment(),
    }
}

pub fn ask_to_cancel() -> Step {
    Step::Cancel { reason: "wrong bill".to_owned(), actor: actor(1) }
}

pub fn accept(hold: Hold) -> Step {
    accept_amount(hold, 16_842)
}

pub fn accept_amount(hold: Hold, centimes: i64) -> Step {
    Step::Accept {
        hold,
        amount: money(centimes),
        authorisation: "A1".to_owned(),
        card_mask: "4***1".to_owned(),
        gateway_reference: "T1".to_owned(),
    }
}

pub fn confirm() -> Step {
    Step::Confirm { receipt_number: "R-1".to_owned(), receipt_date: None }
}

pub fn advance(payment: i64, step: Step) -> Advance {
    Advance { payment, step, task: None, moment: moment() }
}

/// What callers do with a ledger, in one word.
pub trait Doing {
    /// Starts a payment that must start; its number.
    fn start(&self, pay: Pay) -> i64;
    /// Takes a payment a step on.
    fn step(&self, payment: i64, step: Step) -> AdvanceOutcome;
    /// Tops an outlet's float up; the number of the request.
    fn fund(&self, outlet: &str, centimes: i64) -> i64;
    /// Opens a till's shift; its number.
    fn open_till(&self, till: &str) -> i64;
    /// A card payment of a bill, taken to a state; those that only a counter knows, over the counter of till A.
    fn card_in(&self, article: &str, state: PaymentState) -> i64;
}

impl Doing for Ledger {
    fn start(&self, pay: Pay) -> i64 {
        match self.pay_now(pay).unwrap() {
            PayOutcome::Started(reference) => reference.id(),
            other => panic!("not started: {other:?}"),
        }
    }

    fn step(&self, payment: i64, step: Step) -> AdvanceOutcome {
        self.advance_now(advance(payment, step)).unwrap()
    }

    fn fund(&self, outlet: &str, centimes: i64) -> i64 {
        let proof = format!("transfer {}", self.write_now(|op| op.next_id()).unwrap());
        let request = NewFloatRequest {
            key: RequestKey::of("float", &proof, ""),
            network: "NET".to_owned(),
            outlet: outlet.to_owned(),
            kind: FloatRequestKind::TopUp,
            amount: money(centimes),
            proof,
            actor: actor(1),
            moment: moment(),
        };
        let kept = self.write_now(move |op| op.request_float(&request)).unwrap();
        let FloatRequestOutcome::Kept(id) = kept else { panic!("{kept:?}") };
        let decided = self.write_now(move |op| op.decide_float(id, true, "", Money::ZERO, &actor(2), moment()));
        assert_eq!(decided.unwrap(), FloatDecision::Decided(FloatRequestState::Approved));
        id
    }

    fn open_till(&self, till: &str) -> i64 {
        let new = new_shift(till);
        match self.write_now(move |op| op.open_shift(&new)).unwrap() {
            ShiftOpened::Opened(shift) | ShiftOpened::AlreadyOpen(shift) => shift,
        }
    }

    fn card_in(&self, article: &str, state: PaymentState) -> i64 {
        if matches!(state, PaymentState::Cancelling | PaymentState::Cancelled) {
            let shift = self.open_till("A");
            self.fund("7", 16_842);
            let payment = self.start(over_counter(&format!("{article} {state}"), article, shift));
            let steps = [confirm(), ask_to_cancel(), Step::Cancelled];
            let taken = if state == PaymentState::Cancelling { 2 } else { 3 };
            for step in steps.into_iter().take(taken) {
                assert!(matches!(self.step(payment, step), AdvanceOutcome::Moved { .. }));
            }
            return payment;
        }
        let payment = self.start(card(&format!("{article} {state}"), article));
        let steps = match state {
            PaymentState::Awaiting => vec![],
            PaymentState::Held => vec![accept(Hold::Held)],
            PaymentState::Taken => vec![accept(Hold::Captured)],
            PaymentState::Confirmed => vec![accept(Hold::Captured), confirm()],
            PaymentState::Declined => vec![Step::Decline],
            PaymentState::Expired => vec![Step::Expire],
            PaymentState::Returning => vec![accept(Hold::Captured), Step::Return],
            PaymentState::Returned => vec![accept(Hold::Captured), Step::Return, Step::Returned],
            PaymentState::Cancelling | PaymentState::Cancelled => vec![],
        };
        for step in steps {
            let outcome = self.step(payment, step.clone());
            assert!(matches!(outcome, AdvanceOutcome::Moved { .. }), "{step:?}: {outcome:?}");
        }
        payment
    }
}

/// A command of either kind, for lists of them.
#[derive(Debug, Clone)]
pub enum Command {
    Pay(Pay),
    Advance(Advance),
}

/// Its answer.
pub type Answer = Result<Outcome, LedgerError>;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    Pay(PayOutcome),
    Advance(AdvanceOutcome),
}

/// Stops the writer until the value is let go: what is sent meanwhile becomes one batch, in the order it was sent.
pub struct Halted {
    go: Option<Sender<()>>,
}

pub fn halt(ledger: &Ledger) -> Halted {
    let (go, wait) = channel();
    let (here, arrived) = channel();
    let wait = std::sync::Mutex::new(wait);
    ledger.write(
        move |_| {
            let _unheard = here.send(());
            let _gone = wait.lock().unwrap().recv();
            Ok(())
        },
        Box::new(|_| {}),
    );
    arrived.recv().unwrap();
    Halted { go: Some(go) }
}

impl Drop for Halted {
    fn drop(&mut self) {
        drop(self.go.take());
    }
}

/// Sends without waiting; the answers, in the order sent.
pub fn send(ledger: &Ledger, commands: impl IntoIterator<Item = Command>) -> Vec<Receiver<Answer>> {
    let one = |command| {
        let (answer, heard) = channel();
        match command {
            Command::Pay(pay) => ledger.pay(pay, Box::new(move |o| drop(answer.send(o.map(Outcome::Pay))))),
            Command::Advance(step) => {
                ledger.advance(step, Box::new(move |o| drop(answer.send(o.map(Outcome::Advance)))));
            }
        }
        heard
    };
    commands.into_iter().map(one).collect()
}

/// Sends commands as one batch; the answers, in order.
pub fn burst(ledger: &Ledger, commands: impl IntoIterator<Item = Command>) -> Vec<Answer> {
    let halted = halt(ledger);
    let heard = send(ledger, commands);
    drop(halted);
    heard.into_iter().map(|answer| answer.recv().unwrap()).collect()
}
