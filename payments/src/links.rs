//! Payment links: what whoever speaks to a payer asks for, and what the payer finds behind one.
//!
//! A link is bound to a quote, so to a bill and an amount; it is good for 30 minutes and for one payment, and can be
//! taken back until that payment starts. Only whoever reads the SMS or the mail knows its token.

use std::net::IpAddr;

use chrono::{DateTime, TimeDelta, Utc};
pub use ledger::Maker;
use ledger::{Channel, Language};

use crate::api::{Infrastructure, Quote, StartError};

/// How long a link is good.
pub const LINK_LIFETIME: TimeDelta = TimeDelta::minutes(30);

/// "Send this payer a link."
#[derive(Debug, Clone)]
pub struct MakeLink {
    /// The quote's reference; a quote for cards, made by a teleoperator or at the voice server.
    pub quote: String,
    /// Where the SMS goes: a mobile, `+212...`, normalised already.
    pub phone: Option<String>,
    /// Where the mail goes.
    pub email: Option<String>,
    /// The payer's language.
    pub language: Language,
    /// Who makes it.
    pub made_by: Maker,
    /// The maker's key against doubles: same key and same content, same link and one SMS.
    pub idempotency_key: String,
}

/// Why there is no link. Nothing was sent.
#[derive(Debug, thiserror::Error)]
pub enum MakeLinkError {
    /// No such quote.
    #[error("no such quote")]
    UnknownQuote,
    /// The quote's time is over.
    #[error("the quote has expired")]
    Expired,
    /// The quote is not one that is paid by a link: another channel or instrument.
    #[error("this quote is not payable by link")]
    NotByLink,
    /// Neither a mobile phone nor a mail address.
    #[error("a link needs a mobile phone or a mail address")]
    NoRecipient,
    /// Some line is being paid on this or another channel.
    #[error("this bill is already being paid")]
    BeingPaid,
    /// Some line is already paid.
    #[error("this bill is already paid")]
    AlreadyPaid,
    /// The biller is suspended on this channel.
    #[error("the biller takes no payments at the moment")]
    Unavailable,
    /// Same idempotency key, other content.
    #[error("this key was used for another request")]
    KeyConflict,
    /// Our own trouble.
    #[error(transparent)]
    Infrastructure(#[from] Infrastructure),
}

/// Where a link stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LinkStanding {
    /// It can be paid.
    Open,
    /// Its payment waits for the payer at the gateway: the payment's reference. The payer may go on.
    Begun(String),
    /// Its payment is past the gateway: the payment's reference.
    Used(String),
    /// It was taken back, or a newer one took its place.
    Revoked,
    /// Its time is over.
    Expired,
    /// The bill is being paid by other means.
    BeingPaid,
    /// The bill was paid by other means.
    AlreadyPaid,
}

/// A link, as whoever made it may see it: without its token.
#[derive(Debug, Clone)]
pub struct Link {
    /// Its number.
    pub id: i64,
    /// The quote's channel.
    pub channel: Channel,
    /// The payer's language.
    pub language: Language,
    /// Where the SMS went.
    pub phone: Option<String>,
    /// Where the mail went.
    pub email: Option<String>,
    /// Who made it.
    pub made_by: Maker,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it ends.
    pub expires_at: DateTime<Utc>,
    /// Where it stands.
    pub standing: LinkStanding,
}

/// A link with what it leads to.
#[derive(Debug, Clone)]
pub struct OpenedLink {
    /// The link.
    pub link: Link,
    /// The quote that it pays.
    pub quote: Quote,
}

/// "I pay by this link now."
#[derive(Debug, Clone)]
pub struct StartLinkPayment {
    /// The link's token.
    pub token: String,
    /// Where the payer comes from, for rules against fraud.
    pub address: Option<IpAddr>,
    /// The language of the page.
    pub language: Language,
    /// Absolute base URL of the pages: `https://pay.example.ma`.
    pub public_url: String,
}

/// Why a payment could not start from a link. No money moved.
#[derive(Debug, thiserror::Error)]
pub enum StartLinkError {
    /// No such link.
    #[error("no such link")]
    UnknownLink,
    /// It cannot be paid any more: where it stands, never [`LinkStanding::Open`].
    #[error("the link cannot be paid")]
    Closed(LinkStanding),
    /// As without a link.
    #[error(transparent)]
    Start(#[from] StartError),
}

/// What became of a link that was to be taken back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RevokeOutcome {
    /// It cannot be paid any more; nor could it if it had been taken back before.
    Revoked,
    /// A payment was started from it first.
    TooLate,
    /// No such link.
    UnknownLink,
}

impl From<Infrastructure> for StartLinkError {
    fn from(trouble: Infrastructure) -> Self {
        Self::Start(trouble.into())
    }
}
