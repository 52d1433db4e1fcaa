//! What the finance pages share: the hub, words, numbers in addresses.

use std::sync::Arc;

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Africa::Casablanca;
use ledger::{Account, AccountKind, Actor, Language, Money};
use payments::Hub;
use payments::catalogue::Catalogue;

use crate::staff::session::StaffSession;
use crate::web::errors::Fault;
use crate::web::{format, i18n};

/// The hub; `None` over sample data.
pub(crate) fn hub(session: &StaffSession) -> Result<Arc<Hub>, Fault> {
    session.context.state.counters.clone().ok_or(Fault::NotFound)
}

/// A member as rows remember them.
pub(crate) fn actor(session: &StaffSession) -> Actor {
    Actor { id: session.who.member, name: session.who.name.clone() }
}

/// What is of the hub as a whole is not for whoever is bound to a part of it.
pub(crate) fn require_unbound(session: &StaffSession) -> Result<(), Fault> {
    if session.who.scope.biller.is_none() { Ok(()) } else { Err(Fault::Forbidden) }
}

/// A number in an address.
pub(crate) fn number(text: &str) -> Result<i64, Fault> {
    text.parse().ok().filter(|number| *number > 0).ok_or(Fault::NotFound)
}

/// The civil day in Casablanca.
pub(crate) fn day_of(at: DateTime<Utc>) -> NaiveDate {
    at.with_timezone(&Casablanca).date_naive()
}

/// The message of one of the ledger's words.
pub(super) fn word(language: Language, of: &str, word: &str) -> String {
    i18n::text(language, &format!("finance-{of}-{}", word.replace([' ', '-'], "-")))
}

/// A biller's name; its code once it left the catalogue.
pub(crate) fn biller_name(catalogue: &Catalogue, code: u16, language: Language) -> String {
    catalogue.get(code).map_or_else(|| code.to_string(), |biller| biller.name.get(language).to_owned())
}

/// An amount that may not be there.
pub(super) fn amount(language: Language, amount: Option<Money>) -> String {
    amount.map(|amount| format::money(language, amount)).unwrap_or_default()
}

/// An account in the reader's words.
pub(super) fn account_name(language: Language, account: &Account) -> String {
    let key = match account.kind {
        AccountKind::Bank => "finance-account-bank",
        AccountKind::BankCharges => "finance-account-charges",
        AccountKind::Suspense => "finance-account-suspense",
        AccountKind::ReconciliationDifferences => "finance-account-differences",
        AccountKind::GatewayReceivable => "finance-account-gateway",
        AccountKind::GatewayFees => "finance-account-fees",
        AccountKind::BillerReceivable => "finance-account-biller",
        _ => return account.to_string(),
    };
    let name = i18n::text(language, key);
    // There is one suspense account that these pages tell of.
    match account.owner.is_empty() || account.kind == AccountKind::Suspense {
        true => name,
        false => format!("{name} ({})", account.owner),
    }
}

/// What follows a page's address: the parts of a query that say something.
pub(crate) fn query(parts: &[(&str, &str)]) -> String {
    let said = parts.iter().filter(|(_, value)| !value.is_empty());
    said.map(|(name, value)| format!("{name}={}", value.replace(' ', "+"))).collect::<Vec<_>>().join("&")
}

/// A choice of a list.
pub(crate) struct Choice {
    pub(crate) value: String,
    pub(crate) label: String,
    pub(crate) chosen: bool,
}

impl Choice {
    pub(crate) fn new(value: impl Into<String>, label: String, chosen: &str) -> Self {
        let value = value.into();
        Self { chosen: value == chosen, value, label }
    }
}
