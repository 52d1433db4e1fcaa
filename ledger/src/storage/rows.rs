//! Rows that are read whole.

use std::sync::Arc;

use chrono::{NaiveDate, NaiveDateTime};
use diesel::prelude::*;

use super::StorageError;
use super::schema;
use crate::accounts::Account;
use crate::bills::{BillClaim, decode};
use crate::money::Money;
use crate::personal::columns::{PAYMENTS_EMAIL, PAYMENTS_PHONE};
use crate::personal::{Keyring, PersonalText, Sealed};
use crate::postings::Amounts;
use crate::references::Reference;
use crate::states::{BillState, PaymentState};
use crate::vocabulary::{Channel, Instrument, Language};

#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = schema::payments)]
#[diesel(treat_none_as_default_value = false)]
pub(crate) struct PaymentRow {
    pub id: i64,
    pub secret: i64,
    pub quote_id: i64,
    pub biller: i32,
    pub channel: i16,
    pub instrument: i16,
    pub language: i16,
    pub state: i16,
    pub principal: i64,
    pub fee: i64,
    pub vat: i64,
    pub duty: i64,
    pub bills: Vec<u8>,
    pub phone: Option<Sealed>,
    pub email: Option<Sealed>,
    pub funds: String,
    pub authorisation: String,
    pub card_mask: String,
    pub gateway_reference: String,
    pub created_at: NaiveDateTime,
    pub state_since: NaiveDateTime,
    pub paid_at: Option<NaiveDateTime>,
    pub receipt_number: Option<String>,
    pub receipt_date: Option<NaiveDate>,
}

fn damaged(what: &str, id: i64) -> StorageError {
    StorageError::Damaged(format!("{what} of payment {id}"))
}

/// The biller's code of a row.
pub(crate) fn biller_code(code: i32) -> Result<u16, StorageError> {
    u16::try_from(code).map_err(|_| StorageError::Damaged(format!("biller code {code}")))
}

impl PaymentRow {
    pub fn state(&self) -> Result<PaymentState, StorageError> {
        PaymentState::from_code(self.state).ok_or_else(|| damaged("state", self.id))
    }

    pub fn amounts(&self) -> Amounts {
        let money = Money::from_minor;
        Amounts { principal: money(self.principal), fee: money(self.fee), vat: money(self.vat), duty: money(self.duty) }
    }

    pub fn claims(&self) -> Result<Vec<BillClaim>, StorageError> {
        decode(&self.bills).ok_or_else(|| damaged("bills", self.id))
    }

    pub fn funds(&self) -> Result<Account, StorageError> {
        self.funds.parse().map_err(|_| damaged("funds", self.id))
    }
}

/// One payment as the ledger knows it.
#[derive(Debug, Clone)]
pub struct Payment {
    /// Its number: at most 12 digits, unique for ever.
    pub id: i64,
    /// The public reference.
    pub reference: Reference,
    /// The quote it discharges.
    pub quote: i64,
    /// The biller.
    pub biller: u16,
    /// The channel.
    pub channel: Channel,
    /// The instrument.
    pub instrument: Instrument,
    /// The payer's language.
    pub language: Language,
    /// Where it stands.
    pub state: PaymentState,
    /// The amounts.
    pub amounts: Amounts,
    /// The payer's phone, `+212...`: [`Payment::phone`] reads it.
    pub phone: Option<PersonalText>,
    /// The payer's mail address: [`Payment::email`] reads it.
    pub email: Option<PersonalText>,
    /// Where the money comes from.
    pub funds: Account,
    /// The gateway's authorisation code, or empty.
    pub authorisation: String,
    /// The masked card number, or empty.
    pub card_mask: String,
    /// The gateway's transaction id, or empty.
    pub gateway_reference: String,
    /// When it was started (UTC).
    pub created_at: NaiveDateTime,
    /// When it came into its state (UTC).
    pub state_since: NaiveDateTime,
    /// When the money was taken (UTC).
    pub paid_at: Option<NaiveDateTime>,
    /// The biller's receipt number.
    pub receipt_number: Option<String>,
    /// The biller's date of it.
    pub receipt_date: Option<NaiveDate>,
}

impl Payment {
    /// The payer's phone, `+212...`.
    pub fn phone(&self) -> Result<Option<String>, StorageError> {
        self.phone.as_ref().map(PersonalText::reveal).transpose()
    }

    /// The payer's mail address.
    pub fn email(&self) -> Result<Option<String>, StorageError> {
        self.email.as_ref().map(PersonalText::reveal).transpose()
    }

    pub(crate) fn read(row: PaymentRow, keys: &Arc<Keyring>) -> Result<Self, StorageError> {
        let text =
            |column, sealed: Option<Sealed>| sealed.map(|sealed| PersonalText::new(keys, column, row.id, sealed));
        let (phone, email) = (text(&PAYMENTS_PHONE, row.phone.clone()), text(&PAYMENTS_EMAIL, row.email.clone()));
        Ok(Self {
            id: row.id,
            reference: Reference::of(row.id, row.secret),
            quote: row.quote_id,
            biller: biller_code(row.biller)?,
            channel: Channel::from_code(row.channel).ok_or_else(|| damaged("channel", row.id))?,
            instrument: Instrument::from_code(row.instrument).ok_or_else(|| damaged("instrument", row.id))?,
            language: Language::from_code(row.language).ok_or_else(|| damaged("language", row.id))?,
            state: row.state()?,
            amounts: row.amounts(),
            funds: row.funds()?,
            phone,
            email,
            authorisation: row.authorisation,
            card_mask: row.card_mask,
            gateway_reference: row.gateway_reference,
            created_at: row.created_at,
            state_since: row.state_since,
            paid_at: row.paid_at,
            receipt_number: row.receipt_number,
            receipt_date: row.receipt_date,
        })
    }
}

#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = schema::bills)]
pub(crate) struct BillRow {
    pub key: Vec<u8>,
    pub state: i16,
    pub payment_id: i64,
    pub generation: i32,
}

impl BillRow {
    pub fn state(&self) -> Result<BillState, StorageError> {
        BillState::from_code(self.state).ok_or_else(|| StorageError::Damaged(format!("bill state {}", self.state)))
    }
}
