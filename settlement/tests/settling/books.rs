//! A ledger with payments in it, and what settlement makes of them.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use chrono::{DateTime, TimeDelta, Utc};
use ledger::{
    Account, AccountKind, Actor, Advance, AdvanceOutcome, AgentPay, Amounts, BillClaim, BillKey, Channel, Commission,
    CustomerKey, DatabaseUrl, FloatDecision, FloatRequestKind, FloatRequestOutcome, FloatRequestState, Funds, Hold,
    Instrument, Language, Ledger, Moment, Money, NewFloatRequest, NewQuote, NewRefund, NewShift, Pay, PayOutcome,
    RefundEnd, RefundKept, RefundReason, RequestKey, Settlement, ShiftOpened, Step, check_books, float_of,
};
use settlement::files::{AccountForm, PayingAccount, TransferVersion, verify_advice};
use settlement::terms::{CommissionRule, Terms};
use settlement::{BankHolidays, BankTerms, Making, SettledBiller, Settling};

use crate::database::{Backend, TestDatabase};
use crate::schema::assert_valid;

pub const RIB: &str = "007780000012345678901209";
pub const OTHER_RIB: &str = "007780000010010001234518";

pub fn utc(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

pub fn money(centimes: i64) -> Money {
    Money::from_minor(centimes)
}

/// 1 % of everything, 20 % of VAT on it.
pub fn one_percent() -> Terms {
    let rule = CommissionRule { channel: None, instrument: None, percent: "1".parse().unwrap(), flat: Money::ZERO };
    Terms { commissions: vec![rule], ..Terms::to_one("Électricité de Casablanca", RIB) }
}

/// The hub's account.
pub fn bank() -> BankTerms {
    let account = PayingAccount {
        name: "Fatoura SA".to_owned(),
        rib: RIB.to_owned(),
        bic: None,
        clearing_member: None,
        form: AccountForm::Rib,
        batch_booking: false,
    };
    BankTerms { account, version: TransferVersion::V09, is_delivered: false, holidays: BankHolidays::default() }
}

pub struct Books {
    pub ledger: Ledger,
    pub url: DatabaseUrl,
    pub folder: tempfile::TempDir,
    pub billers: Vec<SettledBiller>,
    /// Gone after the ledger.
    _database: TestDatabase,
    made: AtomicU32,
}

impl Books {
    /// `None` without a server to make them on.
    pub fn on(backend: Backend, billers: &[(u16, Terms)]) -> Option<Self> {
        let (folder, database) = (tempfile::tempdir().unwrap(), TestDatabase::make(backend)?);
        let url = database.url.clone();
        let ledger = Ledger::open(&url, &ledger::DataKeys::of_bytes([7; 32]), 2, Arc::new(|| {})).unwrap();
        let biller = |(code, terms): &(u16, Terms)| SettledBiller {
            code: *code,
            name: format!("Créancier {code}"),
            terms: terms.clone(),
        };
        let billers = billers.iter().map(biller).collect();
        Some(Self { ledger, url, folder, billers, _database: database, made: AtomicU32::new(0) })
    }

    fn fresh(&self) -> String {
        format!("n{}", self.made.fetch_add(1, Ordering::Relaxed))
    }

    fn terms(&self, biller: u16) -> &Terms {
        &self.billers.iter().find(|known| known.code == biller).unwrap().terms
    }

    fn pay(&self, biller: u16, principal: i64, at: DateTime<Utc>, counter: Option<i64>) -> i64 {
        let name = self.fresh();
        let amounts = Amounts { principal: money(principal), fee: money(590), vat: money(118), duty: Money::ZERO };
        let (channel, instrument) = match counter {
            Some(_) => (Channel::Agt, Instrument::Cash),
            None => (Channel::Web, Instrument::Card),
        };
        let quote = NewQuote {
            inquiry: String::new(),
            biller,
            receivable_type: "02".to_owned(),
            channel,
            instrument,
            amounts,
            customer: CustomerKey::of(biller, "02", &name),
            bills: vec![],
            detail: format!("contract {name}"),
            created_at: at.naive_utc(),
            expires_at: (at + TimeDelta::days(7)).naive_utc(),
        };
        let quote = self.ledger.write_now(move |op| op.keep_quote(&quote)).unwrap();
        let account = Account::of(AccountKind::GatewayReceivable, "cmi");
        let agent = counter.map(|shift| {
            Box::new(AgentPay {
                network: "NET".to_owned(),
                outlet: "7".to_owned(),
                till: "A".to_owned(),
                shift,
                network_reference: None,
                cash_reference: None,
                tendered: None,
                commission: Commission::default(),
                low_float: Money::ZERO,
                actor: actor(1),
            })
        });
        let funds = match counter {
            Some(_) => Funds::InHand(float_of("7")),
            None => Funds::Awaited { account, poll_at: at },
        };
        let pay = Pay {
            key: RequestKey::of("test", &name, ""),
            only_replay: false,
            quote: quote.id,
            biller,
            channel,
            instrument,
            language: Language::Fr,
            amounts,
            bills: vec![BillClaim { key: BillKey::of(biller, "02", &name, "1"), generation: 0, settles: true }],
            phone: None,
            email: None,
            address: None,
            funds,
            agent,
            moment: Moment::of(at),
        };
        match self.ledger.pay_now(pay).unwrap() {
            PayOutcome::Started(reference) => reference.id(),
            other => panic!("{other:?}"),
        }
    }

    pub fn step(&self, payment: i64, step: Step, at: DateTime<Utc>) {
        let advance = Advance { payment, step, task: None, moment: Moment::of(at) };
        let outcome = self.ledger.advance_now(advance).unwrap();
        assert!(matches!(outcome, AdvanceOutcome::Moved { .. }), "{outcome:?}");
    }

    /// A card payment that the biller confirms at an instant.
    pub fn card(&self, biller: u16, principal: i64, at: DateTime<Utc>) -> i64 {
        let payment = self.pay(biller, principal, at, None);
        let accept = Step::Accept {
            hold: Hold::Captured,
            amount: money(principal + 708),
            authorisation: String::new(),
            card_mask: String::new(),
            gateway_reference: String::new(),
            is_refused: false,
            counted: None,
        };
        self.step(payment, accept, at);
        self.confirm(biller, payment, at);
        payment
    }

    /// Card payments of these principals, from many callers at once.
    pub fn cards(&self, biller: u16, principals: std::ops::Range<i64>, at: DateTime<Utc>) {
        let (next, end) = (std::sync::atomic::AtomicI64::new(principals.start), principals.end);
        std::thread::scope(|scope| {
            for _ in 0..128 {
                scope.spawn(|| {
                    loop {
                        let principal = next.fetch_add(1, Ordering::Relaxed);
                        if principal >= end {
                            return;
                        }
                        self.card(biller, principal, at);
                    }
                });
            }
        });
    }

    fn confirm(&self, biller: u16, payment: i64, at: DateTime<Utc>) {
        let cut_off = self.terms(biller).next_cut_off(at);
        let step = Step::Confirm { receipt_number: format!("R-{payment}"), receipt_date: None, cut_off };
        self.step(payment, step, at);
    }

    /// A cash payment that the biller confirms at an instant.
    pub fn cash(&self, biller: u16, principal: i64, at: DateTime<Utc>) {
        let shift = self.till(principal + 708, at);
        let payment = self.pay(biller, principal, at, Some(shift));
        self.confirm(biller, payment, at);
    }

    /// A cash payment that the biller confirms at one instant and cancels at another.
    pub fn cash_and_back(&self, biller: u16, principal: i64, at: DateTime<Utc>, back: DateTime<Utc>) {
        let shift = self.till(principal + 708, at);
        let payment = self.pay(biller, principal, at, Some(shift));
        self.confirm(biller, payment, at);
        self.step(payment, Step::Cancel { reason: "wrong bill".to_owned(), actor: actor(1) }, back);
        self.step(payment, Step::Cancelled { cut_off: self.terms(biller).next_cut_off(back) }, back);
    }

    /// A refund of a card payment's principal that two people agreed to, and that the gateway made.
    pub fn refund(&self, biller: u16, payment: i64, principal: i64, at: DateTime<Utc>) {
        let (moment, cut_off, key) = (Moment::of(at), self.terms(biller).next_cut_off(at), self.fresh());
        let new = NewRefund {
            key: RequestKey::of("refund", &key, ""),
            payment,
            principal: money(principal),
            fee: Money::ZERO,
            reason: RefundReason::WrongAmount,
            note: String::new(),
            alone_max: Money::ZERO,
            actor: actor(1),
            moment,
            cut_off,
        };
        let kept = self.ledger.write_now(move |op| op.propose_refund(&new)).unwrap();
        let RefundKept::Kept(id, _) = kept else { panic!("{kept:?}") };
        self.ledger.write_now(move |op| op.decide_refund(id, true, "", &actor(2), moment, cut_off)).unwrap();
        self.ledger.write_now(move |op| op.end_refund(id, RefundEnd::Paid, "credit", None, moment, cut_off)).unwrap();
    }

    /// An open till whose outlet has so much more float.
    fn till(&self, float: i64, at: DateTime<Utc>) -> i64 {
        let proof = self.fresh();
        let request = NewFloatRequest {
            key: RequestKey::of("float", &proof, ""),
            network: "NET".to_owned(),
            outlet: "7".to_owned(),
            kind: FloatRequestKind::TopUp,
            amount: money(float),
            proof,
            actor: actor(1),
            moment: Moment::of(at),
        };
        let kept = self.ledger.write_now(move |op| op.request_float(&request)).unwrap();
        let FloatRequestOutcome::Kept(id) = kept else { panic!("{kept:?}") };
        let moment = Moment::of(at);
        let decided = self.ledger.write_now(move |op| op.decide_float(id, true, "", Money::ZERO, &actor(2), moment));
        assert_eq!(decided.unwrap(), FloatDecision::Decided(FloatRequestState::Approved));
        let new = NewShift {
            network: "NET".to_owned(),
            outlet: "7".to_owned(),
            till: "A".to_owned(),
            opening: Money::ZERO,
            actor: actor(1),
            moment,
        };
        match self.ledger.write_now(move |op| op.open_shift(&new)).unwrap() {
            ShiftOpened::Opened(shift) | ShiftOpened::AlreadyOpen(shift) => shift,
        }
    }

    /// Closes what is over and settles it.
    pub fn settle(&self, now: DateTime<Utc>) -> Settling {
        settlement::close_windows(&self.ledger, &self.billers, now).unwrap();
        let done = settlement::settle_windows(&self.ledger, &self.billers, now).unwrap();
        self.assert_clean();
        done
    }

    pub fn files(&self) -> PathBuf {
        self.folder.path().join("settlement")
    }

    pub fn make_files(&self, now: DateTime<Utc>) -> Making {
        let made = settlement::make_files(&self.ledger, &self.files(), &contract_of, now).unwrap();
        self.assert_messages_are_valid();
        made
    }

    /// Orders what waits: messages and transfers.
    pub fn order(&self, now: DateTime<Utc>) -> (u64, u64) {
        let folder = self.files().join("bank");
        let done = settlement::order_transfers(&self.ledger, &folder, &bank(), now).unwrap().unwrap();
        self.assert_messages_are_valid();
        (done.orders, done.transfers)
    }

    /// Every message that was made is allowed by its schema, and every advice adds up.
    fn assert_messages_are_valid(&self) {
        let Ok(folders) = fs::read_dir(self.files()) else { return };
        let files = folders.flat_map(|folder| fs::read_dir(folder.unwrap().path()).unwrap());
        for path in
            files.map(|file| file.unwrap().path()).filter(|path| path.extension().is_some_and(|end| end == "xml"))
        {
            let text = fs::read_to_string(&path).unwrap();
            let schema = text.split("tech:xsd:").nth(1).and_then(|rest| rest.split('"').next()).unwrap();
            assert_valid(&text, schema);
            if schema.starts_with("camt.054") {
                verify_advice(text.as_bytes()).unwrap();
            }
        }
    }

    /// A biller's settlements, in order.
    pub fn settlements(&self, biller: u16) -> Vec<Settlement> {
        let mut found = self.ledger.read(|reader| reader.settlements(Some(biller), 1_000)).unwrap();
        found.reverse();
        found
    }

    /// The names in a folder, in order.
    pub fn names(&self, folder: &str) -> Vec<String> {
        let Ok(entries) = fs::read_dir(self.files().join(folder)) else { return vec![] };
        let mut names: Vec<String> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    pub fn read(&self, folder: &str, name: &str) -> String {
        fs::read_to_string(self.files().join(folder).join(name)).unwrap()
    }

    pub fn assert_clean(&self) {
        let report = check_books(&self.url).unwrap();
        assert!(report.is_clean(), "{:?}", report.faults);
    }
}

pub fn contract_of(_biller: u16, _kind: &str, detail: &str) -> Result<String, String> {
    Ok(detail.trim_start_matches("contract ").to_owned())
}

fn actor(id: i64) -> Actor {
    Actor { id, name: format!("Agent {id}") }
}
