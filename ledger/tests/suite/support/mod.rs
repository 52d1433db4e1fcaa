//! What tests are made of: databases, the few payments, and what callers do with a ledger.

#[macro_use]
mod database;

use chrono::{DateTime, TimeDelta, Utc};
use ledger::{
    Account, AccountKind, Actor, Advance, AdvanceOutcome, AgentPay, Amounts, BillClaim, BillKey, Channel, Commission,
    FloatDecision, FloatRequestKind, FloatRequestOutcome, FloatRequestState, Funds, Hold, Instrument, Language, Ledger,
    LedgerError, Moment, Money, NewFloatRequest, NewShift, Pay, PayOutcome, PaymentState, RequestKey, ShiftOpened,
    Step,
};
use std::sync::mpsc::{Receiver, Sender, channel};

pub use database::*;

/// Where every test's clock stands.
pub fn now() -> DateTime<Utc> {
    "2026-11-24T10:00:00Z".parse().unwrap()
}

pub fn moment() -> Moment {
    Moment::of(now())
}

/// The moment of so many days later.
pub fn on_day(days: i64) -> Moment {
    Moment::of(now() + TimeDelta::days(days))
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
        address: None,
        funds: Funds::Awaited { account: cmi(), poll_at: now() + TimeDelta::minutes(15) },
        agent: None,
        only_replay: false,
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
        is_refused: false,
        counted: None,
    }
}

pub fn confirm() -> Step {
    Step::Confirm { receipt_number: "R-1".to_owned(), receipt_date: None, cut_off: cut_off() }
}

/// The end of a month's window: moments of tests move within it.
pub fn cut_off() -> DateTime<Utc> {
    "2026-12-24T17:00:00Z".parse().unwrap()
}

pub fn agreed() -> Step {
    Step::Cancelled { cut_off: cut_off() }
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
            let steps = [confirm(), ask_to_cancel(), agreed()];
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
