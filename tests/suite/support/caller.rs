//! Callers of the use cases without pages: what every channel does through the hub, and money in hand.

use std::collections::BTreeMap;

use ledger::{
    Account, AccountKind, Amounts, Channel, Funds, Instrument, Language, Moment, Money, Pay, PayOutcome, Payment,
    PaymentState, Reference, RequestKey,
};
use payments::api::{
    CardRedirect, FindBills, FindError, Found, Inquiry, MakeQuote, Quote, QuoteError, Standing, StartCardPayment,
    StartError,
};
use sandbox::{Booking, CardOrder, FaultKind, FaultRule};
use tokio::sync::oneshot;

use super::TestApp;

/// Biller, receivable type, contract.
pub type Bill = (u16, &'static str, &'static str);

/// The phone of a payer who is not told apart from others.
pub const PHONE: &str = "+212612345678";
/// Another payer's.
pub const OTHER_PHONE: &str = "+212687654321";
/// A mail address.
pub const MAIL: &str = "payer@example.ma";

/// An amount of the form `168.00`.
pub fn money(text: &str) -> Money {
    Money::parse_wire(text).unwrap()
}

/// The identification form of a sandbox biller.
pub fn identify(biller: u16, contract: &str) -> BTreeMap<String, String> {
    let mut fields = BTreeMap::from([("contract".to_owned(), contract.to_owned())]);
    if biller == 1302 {
        fields.insert("level".to_owned(), "primary".to_owned());
    }
    fields
}

impl TestApp {
    pub async fn find(&self, bill: Bill) -> Result<Found, FindError> {
        self.find_by(Channel::Web, bill.0, bill.1, identify(bill.0, bill.2)).await
    }

    pub async fn find_by(
        &self,
        channel: Channel,
        biller: u16,
        receivable_type: &str,
        fields: BTreeMap<String, String>,
    ) -> Result<Found, FindError> {
        let receivable_type = receivable_type.to_owned();
        self.hub.find_bills(FindBills { biller, receivable_type, fields, channel, language: Language::Fr }).await
    }

    pub async fn inquire(&self, bill: Bill) -> Inquiry {
        match self.find(bill).await.unwrap() {
            Found::Bill(inquiry) => inquiry,
            other => panic!("{bill:?}: {other:?}"),
        }
    }

    /// Prices all lines of an inquiry, or a typed amount.
    pub async fn price(
        &self,
        inquiry: &Inquiry,
        amount: Option<Money>,
        channel: Channel,
        instrument: Instrument,
    ) -> Result<Quote, QuoteError> {
        let articles = inquiry.articles.iter().map(|line| line.article.id.clone()).collect();
        let inquiry = inquiry.reference.clone();
        self.hub.make_quote(MakeQuote { inquiry, articles, amount, channel, instrument }).await
    }

    /// All lines of a bill, by card on the web.
    pub async fn quote(&self, bill: Bill) -> Quote {
        let inquiry = self.inquire(bill).await;
        self.price(&inquiry, None, Channel::Web, Instrument::Card).await.unwrap()
    }

    pub async fn start_payment(&self, quote: &Quote, phone: &str, key: &str) -> Result<CardRedirect, StartError> {
        self.hub
            .start_card_payment(StartCardPayment {
                quote: quote.reference.clone(),
                idempotency_key: key.to_owned(),
                phone: phone.to_owned(),
                email: Some(MAIL.to_owned()),
                address: None,
                language: Language::Fr,
                public_url: self.url.clone(),
            })
            .await
    }

    /// Up to the gateway's door.
    pub async fn begin(&self, bill: Bill) -> CardRedirect {
        let quote = self.quote(bill).await;
        self.start_payment(&quote, PHONE, &quote.reference).await.unwrap()
    }

    /// Pays by card at the gateway; nothing of the outbox is worked off yet.
    pub async fn pay(&self, bill: Bill, card: &str) -> CardRedirect {
        let redirect = self.begin(bill).await;
        self.bank.pay(&redirect, card).await;
        redirect
    }

    /// The payment as the ledger has it.
    pub fn payment(&self, redirect: &CardRedirect) -> Payment {
        let reference: Reference = redirect.payment.parse().unwrap();
        self.ledger.read(|reader| reader.payment(reference)).unwrap().unwrap()
    }

    pub fn state(&self, redirect: &CardRedirect) -> PaymentState {
        self.payment(redirect).state
    }

    pub async fn standing(&self, redirect: &CardRedirect) -> Standing {
        self.hub.payment(&redirect.payment).await.unwrap().unwrap().standing
    }

    /// The bank's order of a payment.
    pub fn order(&self, redirect: &CardRedirect) -> CardOrder {
        let oid = redirect.fields.iter().find(|(name, _)| name == "oid").unwrap();
        self.control.order(&oid.1).unwrap()
    }

    /// The one booking that a biller must have.
    pub fn booking(&self, biller: u16) -> Booking {
        let mut bookings = self.control.bookings(biller);
        assert_eq!(bookings.len(), 1, "{bookings:?}");
        bookings.pop().unwrap()
    }

    /// Switches a fault on: `biller:1001 confirm`, for so many calls (0: until cleared).
    pub fn fault(&self, place: &str, kind: FaultKind, times: u32) {
        let (target, call) = place.split_once(' ').unwrap();
        let rule = FaultRule::new(target, kind).on(call);
        self.control.set_fault(if times == 0 { rule } else { rule.times(times) }).unwrap();
    }

    /// A payment with the money in hand, as agents and wallets make them; the payer is [`OTHER_PHONE`].
    pub async fn pay_in_hand(&self, quote: &Quote, key: &str, channel: Channel, account: Account) -> PayOutcome {
        let reference: Reference = quote.reference.parse().unwrap();
        let stored = self.ledger.read(|reader| reader.quote(reference)).unwrap().unwrap();
        let amounts: Amounts = stored.amounts;
        let pay = Pay {
            key: RequestKey::of(channel.as_str(), key, &quote.reference),
            quote: stored.id,
            biller: stored.biller,
            channel,
            instrument: stored.instrument,
            language: Language::Ar,
            amounts,
            bills: stored.bills,
            phone: Some(OTHER_PHONE.to_owned()),
            email: None,
            address: None,
            funds: Funds::InHand(account),
            agent: None,
            only_replay: false,
            moment: Moment::of(self.now()),
        };
        let (reply, answer) = oneshot::channel();
        self.ledger.pay(pay, Box::new(move |result| drop(reply.send(result))));
        answer.await.unwrap().unwrap()
    }
}

/// Where an outlet's cash is kept in tests.
pub fn cash_box() -> Account {
    Account::only(AccountKind::Bank)
}

/// Where a wallet's money is collected.
pub fn wallet() -> Account {
    Account::of(AccountKind::GatewayReceivable, "wallet")
}
