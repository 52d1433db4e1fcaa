//! The counter of an outlet, as its cashier and its network use it through the hub.

use ledger::{Actor, Channel, FloatRequestKind, Instrument, Language, Money};
use payments::api::cash::{
    CancelCash, CancelCashError, CashKey, CashPayment, CashSubject, CloseShift, Counted, DecideFloat,
    MakeCashReference, MoveCash, OpenShift, PayCash, PayCashError, ReferenceSubject, RequestFloat, ShiftError,
    ShiftView,
};
use payments::api::{Found, Quote};
use sandbox::Booking;

use super::{Bill, PHONE, TestApp, identify, money};

/// Somebody of a network.
pub fn agent(id: i64) -> Actor {
    Actor { id, name: format!("Agent {id}") }
}

/// A till with an open shift.
#[derive(Debug, Clone, Copy)]
pub struct Counter {
    pub outlet: &'static str,
    pub till: &'static str,
    pub shift: i64,
}

impl TestApp {
    /// Tops an outlet's float up.
    pub async fn fund(&self, outlet: &str, amount: &str) {
        let proof = format!("transfer {}", rand::random::<u64>());
        let (outlet, amount, kind) = (outlet.to_owned(), money(amount), FloatRequestKind::TopUp);
        let request = RequestFloat { outlet, kind, amount, key: proof.clone(), proof, actor: agent(1) };
        let request = self.hub.request_float(request).await.unwrap().id;
        let decide = DecideFloat { request, approve: true, note: String::new(), actor: agent(2) };
        self.hub.decide_float(decide).await.unwrap();
    }

    /// What is left of a float.
    pub async fn float(&self, outlet: &str) -> Money {
        self.hub.float(outlet).await.unwrap().unwrap().available
    }

    /// A till of a funded outlet, with 500.00 in its drawer.
    pub async fn counter(&self, outlet: &'static str, till: &'static str, float: &str) -> Counter {
        self.fund(outlet, float).await;
        self.open_till(outlet, till).await
    }

    /// A till with 500.00 in its drawer.
    pub async fn open_till(&self, outlet: &'static str, till: &'static str) -> Counter {
        let opening_cash = money("500.00");
        let open = OpenShift { outlet: outlet.to_owned(), till: till.to_owned(), opening_cash, actor: agent(1) };
        Counter { outlet, till, shift: self.hub.open_shift(open).await.unwrap().shift.id }
    }

    /// All lines of a bill at an outlet; of a biller that takes any amount, this one.
    pub async fn cash_quote(&self, bill: Bill, amount: &str) -> Quote {
        let found = self.find_by(Channel::Agt, bill.0, bill.1, identify(bill.0, bill.2)).await.unwrap();
        let Found::Bill(inquiry) = found else { panic!("{bill:?}: {found:?}") };
        let amount = (!amount.is_empty()).then(|| money(amount));
        self.price(&inquiry, amount, Channel::Agt, Instrument::Cash).await.unwrap()
    }

    /// A bill of its own of a biller that takes any amount and knows cancellation, quoted at this principal.
    pub async fn any_quote(&self, contract: &'static str, principal: &str) -> Quote {
        self.control.add_article(1302, "01", contract, "A", 100).unwrap();
        self.cash_quote((1302, "01", contract), principal).await
    }

    /// What the outlet screen asks for a quote.
    pub fn asks(counter: Counter, quote: &Quote, key: &str) -> PayCash {
        Self::asks_for(counter, CashSubject::Quote(quote.reference.clone()), key)
    }

    /// What it asks for a quote or a reference.
    pub fn asks_for(counter: Counter, subject: CashSubject, key: &str) -> PayCash {
        PayCash {
            outlet: counter.outlet.to_owned(),
            till: counter.till.to_owned(),
            subject,
            key: CashKey::Screen(key.to_owned()),
            tendered: None,
            phone: Some(PHONE.to_owned()),
            language: Language::Fr,
            actor: agent(1),
            opens_shift: false,
        }
    }

    pub async fn take(&self, counter: Counter, quote: &Quote) -> Result<CashPayment, PayCashError> {
        self.hub.pay_cash(Self::asks(counter, quote, &quote.reference)).await
    }

    /// A payment that the biller confirmed.
    pub async fn sell(&self, counter: Counter, contract: &'static str, principal: &str) -> CashPayment {
        let quote = self.any_quote(contract, principal).await;
        let taken = self.take(counter, &quote).await.unwrap();
        self.settle().await;
        self.cash(&taken).await
    }

    /// A payment as it stands now.
    pub async fn cash(&self, payment: &CashPayment) -> CashPayment {
        self.hub.cash_payment(&payment.payment.reference).await.unwrap().unwrap()
    }

    pub async fn cancel(&self, payment: &CashPayment) -> Result<CashPayment, CancelCashError> {
        let (reference, outlet) = (payment.payment.reference.clone(), payment.outlet.clone());
        let request = CancelCash { payment: reference, outlet, reason: "wrong contract".to_owned(), actor: agent(1) };
        self.hub.cancel_cash(request).await
    }

    pub async fn close(&self, shift: i64, counted: &[(&str, u32)]) -> Result<ShiftView, ShiftError> {
        let (reason, supervisor) = (Some("counted twice".to_owned()), None);
        let counted = pieces(counted);
        self.hub.close_shift(CloseShift { shift, counted, reason, supervisor, actor: agent(1) }).await
    }

    pub async fn move_cash(&self, shift: i64, kind: ledger::ShiftMovementKind, amount: &str) -> ShiftView {
        let (reason, key) = ("to the bank".to_owned(), format!("{kind} {amount}"));
        let request = MoveCash { shift, kind, amount: money(amount), reason, key, actor: agent(1) };
        self.hub.move_cash(request).await.unwrap()
    }

    /// A reference made on the web for a bill.
    pub async fn make_reference(&self, bill: Bill) -> payments::api::cash::CashReference {
        let inquiry = self.inquire(bill).await;
        let articles = inquiry.articles.iter().map(|line| line.article.id.clone()).collect();
        let subject = ReferenceSubject::Choice { inquiry: inquiry.reference, articles, amount: None };
        let (channel, phone, language) = (Channel::Web, Some(PHONE.to_owned()), Language::Ar);
        let request = MakeCashReference { subject, channel, phone, language, idempotency_key: None };
        self.hub.make_cash_reference(request).await.unwrap()
    }

    /// The one booking under a payment's number.
    pub fn booked(&self, payment: &CashPayment) -> Vec<Booking> {
        let reference: ledger::Reference = payment.payment.reference.parse().unwrap();
        let number = format!("{:012}", reference.id());
        let bookings = self.control.bookings(payment.payment.biller);
        bookings.into_iter().filter(|booking| booking.reference == number).collect()
    }
}

/// Notes and coins: `("200.00", 3)`.
pub fn pieces(counted: &[(&str, u32)]) -> Vec<Counted> {
    counted.iter().map(|(of, pieces)| Counted { denomination: money(of), pieces: *pieces }).collect()
}
