//! An order at the bank: what the hub asked for and what became of the money.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use crate::amount::show_amount;

/// Where the money of an order is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OrderState {
    /// The payer is on the page, or left it without a decision.
    Open,
    /// Cancelled by the payer before a card was tried.
    Abandoned,
    /// The bank refused the last card.
    Declined,
    /// The amount is held.
    Authorised,
    /// The amount, or part of it, was taken.
    Captured,
    /// The hold or the capture was undone.
    Voided,
}

impl OrderState {
    /// Nestpay's TRANS_STAT.
    pub fn trans_stat(self) -> &'static str {
        match self {
            Self::Open => "PN",
            Self::Abandoned => "CNCL",
            Self::Declined => "D",
            Self::Authorised => "A",
            Self::Captured => "C",
            Self::Voided => "V",
        }
    }

    /// Whether a card was accepted for this order at some time: no other payment may use its oid.
    pub fn is_paid(self) -> bool {
        matches!(self, Self::Authorised | Self::Captured | Self::Voided)
    }
}

/// A callback that was posted, and how the hub answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallbackLog {
    /// When it was posted.
    pub at: DateTime<Utc>,
    /// ProcReturnCode that it carried.
    pub proc_return_code: String,
    /// The HTTP status, or `None` without an answer.
    pub status: Option<u16>,
    /// The first 200 characters of the answer, or what went wrong.
    pub answer: String,
}

/// What was done with the money of an order, in Nestpay's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CardMovementKind {
    /// Held.
    PreAuth,
    /// Held and captured at once.
    Auth,
    /// Captured.
    PostAuth,
    /// Given back.
    Credit,
    /// A hold or a capture undone.
    Void,
}

impl CardMovementKind {
    /// As reports have it.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::PreAuth => "PreAuth",
            Self::Auth => "Auth",
            Self::PostAuth => "PostAuth",
            Self::Credit => "Credit",
            Self::Void => "Void",
        }
    }

    /// Whether it takes money.
    pub(crate) fn is_capture(self) -> bool {
        matches!(self, Self::Auth | Self::PostAuth)
    }
}

/// The day on which a movement was settled, and with which payout.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settled {
    /// The day whose report tells of it.
    pub on: NaiveDate,
    /// The payout's reference, where money moves by it.
    pub payout: Option<String>,
}

/// Something that was done with the money of an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CardMovement {
    /// What.
    pub kind: CardMovementKind,
    /// Centimes, above zero.
    pub minor: i64,
    /// Whether the bank allowed it.
    pub is_approved: bool,
    /// When.
    pub at: DateTime<Utc>,
    /// `None` until a day's report tells of it.
    pub settled: Option<Settled>,
}

/// An order. It never holds a card number, only its mask.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CardOrder {
    /// The hub's order number.
    pub oid: String,
    /// Centimes asked for.
    pub minor: i64,
    /// ISO 4217 number.
    pub currency: String,
    /// Every field that the hub posted but its HASH.
    pub fields: Vec<(String, String)>,
    /// The unguessable part of the page's address.
    pub session: String,
    /// After this the page takes no card any more.
    pub expires_at: DateTime<Utc>,
    /// Where the money is.
    pub state: OrderState,
    /// The card's mask, once one was typed.
    pub mask: String,
    /// The test card that waits for its 3-D Secure code, by name.
    pub awaiting_code: Option<String>,
    /// ProcReturnCode of the last decision.
    pub proc_return_code: String,
    /// Authorisation code of the accepted card.
    pub auth_code: String,
    /// The bank's number of the transaction.
    pub trans_id: String,
    /// Centimes held or taken at first.
    pub authorised_minor: i64,
    /// Centimes captured.
    pub captured_minor: i64,
    /// Centimes given back after capture.
    pub credited_minor: i64,
    /// When the hub opened it.
    pub opened_at: DateTime<Utc>,
    /// Callbacks posted, oldest first.
    pub callbacks: Vec<CallbackLog>,
    /// How often the hub asked for something that was refused: over-capture, second void and the like.
    pub refused_operations: u32,
    /// What was done with its money, oldest first.
    #[serde(default)]
    pub movements: Vec<CardMovement>,
}

impl CardOrder {
    /// The value of a posted field, its name without case.
    pub fn field(&self, name: &str) -> &str {
        self.fields.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map_or("", |(_, value)| value)
    }

    /// The amount as posted.
    pub fn amount(&self) -> String {
        show_amount(self.minor)
    }

    /// An order without a page: its card came as a token. Held, until the caller says more.
    pub(crate) fn of_token(oid: &str, minor: i64, mask: &str, now: DateTime<Utc>, number: u64) -> Self {
        let mut order = Self {
            oid: oid.to_owned(),
            minor,
            currency: "504".into(),
            fields: Vec::new(),
            session: format!("{:032x}", rand::random::<u128>()),
            expires_at: now,
            state: OrderState::Authorised,
            mask: mask.to_owned(),
            awaiting_code: None,
            proc_return_code: "00".into(),
            auth_code: format!("T{number:05}"),
            trans_id: format!("26328-{number:06}"),
            authorised_minor: minor,
            captured_minor: 0,
            credited_minor: 0,
            opened_at: now,
            callbacks: Vec::new(),
            refused_operations: 0,
            movements: Vec::new(),
        };
        order.moved(CardMovementKind::PreAuth, minor, now);
        order
    }

    /// Writes down what was done with its money.
    pub(crate) fn moved(&mut self, kind: CardMovementKind, minor: i64, at: DateTime<Utc>) {
        self.movements.push(CardMovement { kind, minor, is_approved: true, at, settled: None });
    }

    /// Writes down that the bank did not hold its amount.
    pub(crate) fn not_held(&mut self, at: DateTime<Utc>) {
        let (kind, minor) = (CardMovementKind::PreAuth, self.minor);
        self.movements.push(CardMovement { kind, minor, is_approved: false, at, settled: None });
    }

    /// The bank refused.
    pub(crate) fn decline(&mut self, code: &str) {
        self.state = OrderState::Declined;
        self.proc_return_code = code.to_owned();
        self.auth_code = String::new();
        self.authorised_minor = 0;
        self.movements.iter_mut().for_each(|movement| movement.is_approved = false);
    }

    /// Takes what is held, all or part of it, once.
    pub(crate) fn capture(&mut self, minor: i64, now: DateTime<Utc>) -> Result<(), &'static str> {
        if self.state == OrderState::Captured {
            return Err("already captured");
        }
        if self.state != OrderState::Authorised {
            return Err("nothing is held for this order");
        }
        if minor <= 0 || minor > self.authorised_minor {
            return Err("the total is not within the amount held");
        }
        self.captured_minor = minor;
        self.state = OrderState::Captured;
        self.moved(CardMovementKind::PostAuth, minor, now);
        Ok(())
    }

    /// Undoes the hold, or a capture of the same day of which nothing was given back.
    pub(crate) fn void(&mut self, now: DateTime<Utc>) -> Result<(), &'static str> {
        match self.state {
            OrderState::Authorised => {}
            OrderState::Captured if self.credited_minor > 0 => return Err("part of it was already given back"),
            OrderState::Captured if self.opened_at.date_naive() != now.date_naive() => {
                return Err("captured on an earlier day: use Credit");
            }
            OrderState::Captured => {}
            OrderState::Voided => return Err("already voided"),
            _ => return Err("nothing is held for this order"),
        }
        let undone = if self.captured_minor > 0 { self.captured_minor } else { self.authorised_minor };
        self.captured_minor = 0;
        self.state = OrderState::Voided;
        self.moved(CardMovementKind::Void, undone, now);
        Ok(())
    }

    /// Gives back part of what was captured.
    pub(crate) fn credit(&mut self, minor: i64, now: DateTime<Utc>) -> Result<(), &'static str> {
        if self.state != OrderState::Captured {
            return Err("nothing was captured for this order");
        }
        if minor <= 0 || minor > self.captured_minor - self.credited_minor {
            return Err("the total is above what is left of the capture");
        }
        self.credited_minor += minor;
        self.moved(CardMovementKind::Credit, minor, now);
        Ok(())
    }
}
