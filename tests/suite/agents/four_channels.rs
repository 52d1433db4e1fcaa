//! One bill, wanted on four channels at once and in two processes: it is paid once.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use ledger::{Channel, Instrument, Language, Maker, Money, PaymentState};
use payments::Hub;
use payments::api::cash::{CashSubject, PayCashError};
use payments::api::{CardRedirect, Quote, StartCardPayment, StartError};
use payments::links::{LinkStanding, MakeLink, StartLinkError, StartLinkPayment};
use payments::voice::{ChargeOutcome, ChargeToken};
use rstest::rstest;
use tokio::sync::Barrier;
use tokio::task::JoinSet;
use tokio::time::sleep;

use crate::support::{Backend, Bill, Counter, TestApp, identify, money};

/// Bills, one after the other: two for each channel to be a little ahead at.
const BILLS: usize = 8;
/// Longest that the others are behind, in milliseconds.
const BEHIND_MAX: u64 = 40;
/// How often each channel tries to pay one.
const TRIES: usize = 16;
const CHANNELS: [Channel; 4] = [Channel::Web, Channel::Agt, Channel::Ivr, Channel::Tel];
const APPROVED: &str = "4000000000000010";

/// A bill as each channel offers it.
struct Offers {
    web: Quote,
    cash: Quote,
    call: Quote,
    /// The links in the SMS of a call and of the desk.
    call_link: String,
    desk_link: String,
    /// The cards of callers.
    tokens: Vec<String>,
}

async fn quote(app: &TestApp, bill: Bill, channel: Channel) -> Quote {
    let found = app.find_by(channel, bill.0, bill.1, identify(bill.0, bill.2)).await.unwrap();
    let payments::api::Found::Bill(inquiry) = found else { panic!("{bill:?}: {found:?}") };
    app.price(&inquiry, None, channel, Instrument::Card).await.unwrap()
}

/// The token of a link that is sent to a telephone.
async fn link(app: &TestApp, quote: &Quote, phone: &str, made_by: Maker) -> String {
    let request = MakeLink {
        quote: quote.reference.clone(),
        phone: Some(phone.to_owned()),
        email: None,
        language: Language::Fr,
        made_by,
        idempotency_key: phone.to_owned(),
    };
    app.hub.make_link(request).await.unwrap();
    app.settle().await;
    let sms = app.control.sms().into_iter().find(|message| message.to == phone).unwrap();
    sms.body.trim().rsplit('/').next().unwrap().to_owned()
}

impl Offers {
    async fn of(app: &TestApp, bill: Bill, round: usize) -> Self {
        let (call, desk) = (quote(app, bill, Channel::Ivr).await, quote(app, bill, Channel::Tel).await);
        let mut tokens = Vec::new();
        for _ in 0..TRIES {
            tokens.push(app.bank.token(APPROVED).await);
        }
        Self {
            web: quote(app, bill, Channel::Web).await,
            cash: app.cash_quote(bill, "").await,
            call_link: link(app, &call, &format!("+2126100000{round:02}"), Maker::Call(round as i64 + 1)).await,
            desk_link: link(app, &desk, &format!("+2126200000{round:02}"), Maker::Staff(41)).await,
            call,
            tokens,
        }
    }
}

/// Two processes, two tills, and what is offered.
struct Race {
    app: TestApp,
    hubs: [Arc<Hub>; 2],
    tills: [Counter; 2],
    offers: Offers,
    round: usize,
    /// Payments whose payer is at the gateway already.
    at_gateway: Mutex<BTreeSet<String>>,
}

impl Race {
    /// One try of a channel: the payment that was started; `None` where the bill is somebody else's.
    async fn run(&self, channel: Channel, at: usize) -> Option<String> {
        let hub = &self.hubs[at % 2];
        match channel {
            Channel::Web => self.card(self.start(hub, at).await).await,
            Channel::Agt => self.pay_cash(hub, at).await,
            Channel::Ivr if (at / 2).is_multiple_of(2) => self.charge(hub, at).await,
            Channel::Ivr => self.follow(hub, &self.offers.call_link).await,
            _ => self.follow(hub, &self.offers.desk_link).await,
        }
    }

    async fn start(&self, hub: &Hub, at: usize) -> Result<CardRedirect, StartError> {
        let request = StartCardPayment {
            quote: self.offers.web.reference.clone(),
            idempotency_key: format!("{} {at}", self.round),
            phone: format!("+21263000{:02}{at:02}", self.round),
            email: None,
            address: None,
            language: Language::Fr,
            public_url: self.app.url.clone(),
        };
        hub.start_card_payment(request).await
    }

    /// Whoever is led to the gateway pays there, once.
    async fn card(&self, started: Result<CardRedirect, StartError>) -> Option<String> {
        match started {
            Ok(redirect) => {
                let first = self.at_gateway.lock().unwrap().insert(redirect.payment.clone());
                if first {
                    self.app.bank.pay(&redirect, APPROVED).await;
                }
                Some(redirect.payment)
            }
            Err(StartError::BeingPaid | StartError::AlreadyPaid) => None,
            Err(error) => panic!("{error:?}"),
        }
    }

    async fn follow(&self, hub: &Hub, token: &str) -> Option<String> {
        let (token, public_url) = (token.to_owned(), self.app.url.clone());
        let request = StartLinkPayment { token, address: None, language: Language::Fr, public_url };
        match hub.start_link_payment(request).await {
            Ok(redirect) => self.card(Ok(redirect)).await,
            // Its own payment, past the gateway.
            Err(StartLinkError::Closed(LinkStanding::Used(payment))) => Some(payment),
            Err(StartLinkError::Closed(LinkStanding::BeingPaid | LinkStanding::AlreadyPaid)) => None,
            Err(error) => panic!("{error:?}"),
        }
    }

    async fn pay_cash(&self, hub: &Hub, at: usize) -> Option<String> {
        let subject = CashSubject::Quote(self.offers.cash.reference.clone());
        let asks = TestApp::asks_for(self.tills[(at / 2) % 2], subject, &format!("{} {at}", self.round));
        match hub.pay_cash(asks).await {
            Ok(paid) => Some(paid.payment.reference),
            Err(PayCashError::BeingPaid | PayCashError::AlreadyPaid) => None,
            Err(error) => panic!("{error:?}"),
        }
    }

    async fn charge(&self, hub: &Hub, at: usize) -> Option<String> {
        let request = ChargeToken {
            quote: self.offers.call.reference.clone(),
            idempotency_key: format!("call {} {at}", self.round),
            token: self.offers.tokens[at].clone().into(),
            card_mask: "xxxxxxxxxxxx0010".to_owned(),
            phone: Some(format!("+21264000{:02}{at:02}", self.round)),
            language: Language::Fr,
        };
        match hub.charge_token(request).await {
            Ok(ChargeOutcome::Accepted(payment)) => Some(payment),
            Err(StartError::BeingPaid | StartError::AlreadyPaid) => None,
            other => panic!("{other:?}"),
        }
    }
}

/// Everybody at once: the tries that were refused, and the payments of the others.
async fn race(race: &Arc<Race>) -> (usize, BTreeSet<String>) {
    let gate = Arc::new(Barrier::new(CHANNELS.len() * TRIES));
    let mut tries = JoinSet::new();
    for at in 0..TRIES {
        for channel in 0..CHANNELS.len() {
            let (race, gate) = (Arc::clone(race), Arc::clone(&gate));
            let behind = if channel == 0 { 0 } else { rand::random_range(0..=BEHIND_MAX) };
            let channel = CHANNELS[(channel + race.round) % CHANNELS.len()];
            tries.spawn(async move {
                gate.wait().await;
                if behind > 0 {
                    sleep(Duration::from_millis(behind)).await;
                }
                race.run(channel, at).await
            });
        }
    }
    // Meanwhile what starts is worked off, so that some find the bill paid already.
    let worker = race.app.work();
    let (paid, refused): (Vec<_>, Vec<_>) = tries.join_all().await.into_iter().partition(Option::is_some);
    worker.stop().await;
    race.app.settle().await;
    (refused.len(), paid.into_iter().flatten().collect())
}

/// Cards on the web, cash at two tills, cards and a link by voice, a link from the desk.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn four_channels_race_for_one_bill(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let Some(mut app) = TestApp::start(backend).await else { return };
    let (other, ledger) = app.second_hub();
    let hubs = [Arc::clone(&app.hub), other];
    let tills = [app.counter("10001", "1", "2000.00").await, app.counter("20001", "1", "2000.00").await];
    for round in 0..BILLS {
        let contract: &'static str = format!("770000{round:02}").leak();
        app.control.add_article(1001, "02", contract, "A1", 16_800).unwrap();
        let offers = Offers::of(&app, (1001, "02", contract), round).await;
        let one = Race { app, hubs: hubs.clone(), tills, offers, round, at_gateway: Mutex::default() };
        let one = Arc::new(one);
        let (refused, paid) = race(&one).await;
        app = Arc::into_inner(one).unwrap().app;
        assert_eq!(paid.len(), 1, "{paid:?}");
        assert!(refused >= 2 * TRIES, "{refused} were refused, and only one channel can have been first");
        let number = |query: &str| usize::try_from(app.database.number(query)).unwrap();
        let confirmed = format!("SELECT COUNT(*) FROM payments WHERE state = {}", PaymentState::Confirmed.code());
        assert_eq!((number("SELECT COUNT(*) FROM payments"), number(&confirmed)), (round + 1, round + 1));
        let bookings = app.control.bookings(1001);
        let own: Vec<_> = bookings.iter().filter(|booking| booking.contract == contract).collect();
        assert!(own.len() == 1 && bookings.len() == round + 1 && own[0].attempts == 1, "{own:?}");
    }
    let winners = app.database.number("SELECT COUNT(DISTINCT channel) FROM payments");
    assert!(winners >= 2, "one channel paid every bill: nobody raced it");
    // Cards that were not needed were not charged, and floats paid for what was paid in cash.
    let channel = Channel::Agt.code();
    let cash = app.database.number(&format!("SELECT COUNT(*) FROM payments WHERE channel = {channel}"));
    assert_eq!(app.control.orders().len(), BILLS - usize::try_from(cash).unwrap());
    let sum = format!("SELECT COALESCE(SUM(principal + fee + vat + duty), 0) FROM payments WHERE channel = {channel}");
    let left = app.float("10001").await.checked_add(app.float("20001").await).unwrap();
    assert_eq!(left, money("4000.00").checked_sub(Money::from_minor(app.database.number(&sum))).unwrap());
    ledger.close();
    app.finish().await;
}
