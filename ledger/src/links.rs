//! Payment links: a quote that one payer may pay by card from an SMS or a mail.
//!
//! A link is known by a digest of its token. At most one payment comes of it: `used_at` is claimed before the payment
//! starts and excludes a revocation, whoever comes first.

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::prelude::*;

use crate::desk::OPEN_MAX;
use crate::ledger::Reader;
use crate::personal::columns::{PAYMENT_LINKS_EMAIL, PAYMENT_LINKS_PHONE};
use crate::personal::{HELD_MAX, Keyring, Sealed};
use crate::states::TaskKind;
use crate::storage::StorageError;
use crate::storage::schema::{desk_quotes, payment_links};
use crate::vocabulary::{Channel, Language};
use crate::writer::{RequestKey, WriteOp};

/// Who made a link.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Maker {
    /// A member of staff, by number.
    Staff(i64),
    /// A call at the voice server, by number.
    Call(i64),
}

/// A link to be kept.
#[derive(Debug, Clone)]
pub struct NewLink {
    /// The maker's key: the same request again is the same link.
    pub key: RequestKey,
    /// SHA-256 of the token.
    pub token_hash: [u8; 32],
    /// What the token was made from, with a key that the database does not hold.
    pub nonce: [u8; 16],
    /// The quote's number.
    pub quote: i64,
    /// The quote's channel.
    pub channel: Channel,
    /// The payer's language.
    pub language: Language,
    /// Where the SMS goes.
    pub phone: Option<String>,
    /// Where the mail goes.
    pub email: Option<String>,
    /// Who made it.
    pub made_by: Maker,
    /// Now.
    pub created_at: DateTime<Utc>,
    /// When it ends.
    pub expires_at: DateTime<Utc>,
}

/// A stored link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaymentLink {
    /// Its number.
    pub id: i64,
    /// What its token was made from.
    pub nonce: [u8; 16],
    /// SHA-256 of the token.
    pub token_hash: [u8; 32],
    /// The quote's number.
    pub quote: i64,
    /// The quote's channel.
    pub channel: Channel,
    /// The payer's language.
    pub language: Language,
    /// Where the SMS goes.
    pub phone: Option<String>,
    /// Where the mail goes.
    pub email: Option<String>,
    /// Who made it.
    pub made_by: Maker,
    /// When it was made (UTC).
    pub created_at: NaiveDateTime,
    /// When it ends (UTC).
    pub expires_at: NaiveDateTime,
    /// When it was taken back (UTC).
    pub revoked_at: Option<NaiveDateTime>,
    /// When a payment was started from it (UTC).
    pub used_at: Option<NaiveDateTime>,
    /// That payment's number.
    pub payment: Option<i64>,
}

/// What became of a [`NewLink`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeptLink {
    /// A new link; open ones of the same quote were revoked, and its SMS and mail are in the outbox.
    New(PaymentLink),
    /// The same request as before: the link that it made.
    Replayed(PaymentLink),
    /// The key was used for another request.
    KeyConflict,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = payment_links)]
struct LinkRow {
    id: i64,
    token_hash: Vec<u8>,
    nonce: Vec<u8>,
    request_input: Vec<u8>,
    quote_id: i64,
    channel: i16,
    language: i16,
    phone: Option<Sealed>,
    email: Option<Sealed>,
    made_by_staff: Option<i64>,
    made_by_call: Option<i64>,
    created_at: NaiveDateTime,
    expires_at: NaiveDateTime,
    revoked_at: Option<NaiveDateTime>,
    used_at: Option<NaiveDateTime>,
    payment_id: Option<i64>,
}

impl PaymentLink {
    fn read(row: LinkRow, keys: &Keyring) -> Result<Self, StorageError> {
        let damaged = |what: &str| StorageError::Damaged(format!("{what} of payment link {}", row.id));
        let made_by = match (row.made_by_staff, row.made_by_call) {
            (Some(staff), None) => Maker::Staff(staff),
            (None, Some(call)) => Maker::Call(call),
            _ => return Err(damaged("maker")),
        };
        Ok(Self {
            id: row.id,
            nonce: row.nonce.as_slice().try_into().map_err(|_| damaged("nonce"))?,
            token_hash: row.token_hash.as_slice().try_into().map_err(|_| damaged("token"))?,
            quote: row.quote_id,
            channel: Channel::from_code(row.channel).ok_or_else(|| damaged("channel"))?,
            language: Language::from_code(row.language).ok_or_else(|| damaged("language"))?,
            phone: keys.open_some(&PAYMENT_LINKS_PHONE, row.id, row.phone.as_ref())?,
            email: keys.open_some(&PAYMENT_LINKS_EMAIL, row.id, row.email.as_ref())?,
            made_by,
            created_at: row.created_at,
            expires_at: row.expires_at,
            revoked_at: row.revoked_at,
            used_at: row.used_at,
            payment: row.payment_id,
        })
    }
}

impl WriteOp<'_> {
    /// Keeps a link, revokes what is open of the same quote, and puts its SMS and mail into the outbox.
    pub fn keep_link(&mut self, new: &NewLink) -> Result<KeptLink, StorageError> {
        let known: Option<LinkRow> = payment_links::table
            .filter(payment_links::request_key.eq(new.key.key.as_slice()))
            .select(LinkRow::as_select())
            .get_result(self.connection)
            .optional()?;
        if let Some(known) = known {
            if known.request_input != new.key.input {
                return Ok(KeptLink::KeyConflict);
            }
            return Ok(KeptLink::Replayed(PaymentLink::read(known, self.keys)?));
        }
        let (id, now) = (self.next_id()?, new.created_at.naive_utc());
        let open = payment_links::table
            .filter(payment_links::quote_id.eq(new.quote))
            .filter(payment_links::used_at.is_null())
            .filter(payment_links::revoked_at.is_null());
        diesel::update(open).set(payment_links::revoked_at.eq(Some(now))).execute(self.connection)?;
        let (staff, call) = match new.made_by {
            Maker::Staff(staff) => (Some(staff), None),
            Maker::Call(call) => (None, Some(call)),
        };
        let values = (
            payment_links::id.eq(id),
            payment_links::token_hash.eq(new.token_hash.as_slice()),
            payment_links::nonce.eq(new.nonce.as_slice()),
            payment_links::request_key.eq(new.key.key.as_slice()),
            payment_links::request_input.eq(new.key.input.as_slice()),
            payment_links::quote_id.eq(new.quote),
            payment_links::channel.eq(new.channel.code()),
            payment_links::language.eq(new.language.code()),
            payment_links::phone.eq(self.keys.seal_some(&PAYMENT_LINKS_PHONE, id, new.phone.as_deref())?),
            payment_links::email.eq(self.keys.seal_some(&PAYMENT_LINKS_EMAIL, id, new.email.as_deref())?),
            payment_links::made_by_staff.eq(staff),
            payment_links::made_by_call.eq(call),
            payment_links::created_at.eq(now),
            payment_links::expires_at.eq(new.expires_at.naive_utc()),
        );
        diesel::insert_into(payment_links::table).values(values).execute(self.connection)?;
        let ways = [(TaskKind::SmsLink, &new.phone), (TaskKind::MailLink, &new.email)];
        for (kind, _) in ways.into_iter().filter(|(_, to)| to.is_some()) {
            self.add_task(kind, id, new.created_at, new.created_at)?;
        }
        Ok(KeptLink::New(PaymentLink {
            id,
            nonce: new.nonce,
            token_hash: new.token_hash,
            quote: new.quote,
            channel: new.channel,
            language: new.language,
            phone: new.phone.clone(),
            email: new.email.clone(),
            made_by: new.made_by,
            created_at: now,
            expires_at: new.expires_at.naive_utc(),
            revoked_at: None,
            used_at: None,
            payment: None,
        }))
    }

    /// Claims a link for its one payment; `false` if it was revoked or has expired. Claimed before means claimed: one
    /// statement asks and claims, so that whoever waits for another process's claim sees it.
    pub fn claim_link(&mut self, link: i64, now: NaiveDateTime) -> Result<bool, StorageError> {
        let row = payment_links::table.filter(payment_links::id.eq(link)).filter(payment_links::revoked_at.is_null());
        let open = row.filter(payment_links::used_at.is_not_null().or(payment_links::expires_at.gt(now)));
        let claimed = diesel::update(open).set(payment_links::used_at.eq(Some(now))).execute(self.connection)?;
        Ok(claimed == 1)
    }

    /// Writes down the payment that was started from a claimed link: from here on it is used, whatever else was said.
    pub fn use_link(&mut self, link: i64, payment: i64, now: NaiveDateTime) -> Result<(), StorageError> {
        let row = payment_links::table.filter(payment_links::id.eq(link)).filter(payment_links::payment_id.is_null());
        let used = (
            payment_links::payment_id.eq(Some(payment)),
            payment_links::used_at.eq(Some(now)),
            payment_links::revoked_at.eq(None::<NaiveDateTime>),
        );
        diesel::update(row).set(used).execute(self.connection)?;
        Ok(())
    }

    /// Gives a claim back: no payment could start.
    pub fn release_link(&mut self, link: i64) -> Result<(), StorageError> {
        let row = payment_links::table.filter(payment_links::id.eq(link)).filter(payment_links::payment_id.is_null());
        diesel::update(row).set(payment_links::used_at.eq(None::<NaiveDateTime>)).execute(self.connection)?;
        Ok(())
    }

    /// Takes a link back; `false` if a payment was started from it first. Revoked before means revoked.
    pub fn revoke_link(&mut self, link: i64, now: NaiveDateTime) -> Result<bool, StorageError> {
        let row = payment_links::table.filter(payment_links::id.eq(link)).filter(payment_links::used_at.is_null());
        let open = row.filter(payment_links::revoked_at.is_null());
        diesel::update(open).set(payment_links::revoked_at.eq(Some(now))).execute(self.connection)?;
        let revoked: i64 = row.filter(payment_links::revoked_at.is_not_null()).count().get_result(self.connection)?;
        Ok(revoked == 1)
    }
}

impl Reader<'_> {
    /// A link by its number.
    pub fn link_of(&mut self, id: i64) -> Result<Option<PaymentLink>, StorageError> {
        let query = payment_links::table.filter(payment_links::id.eq(id)).select(LinkRow::as_select());
        let row: Option<LinkRow> = query.get_result(self.connection).optional()?;
        row.map(|row| PaymentLink::read(row, self.keys)).transpose()
    }

    /// Whether a link was made under this key, by whatever input.
    pub fn knows_link(&mut self, key: &RequestKey) -> Result<bool, StorageError> {
        let query = payment_links::table.filter(payment_links::request_key.eq(key.key.as_slice()));
        let known: i64 = query.count().get_result(self.connection)?;
        Ok(known > 0)
    }

    /// A link by the SHA-256 of its token. What differs in time is how far a digest agrees, which says nothing of tokens.
    pub fn link(&mut self, token_hash: &[u8; 32]) -> Result<Option<PaymentLink>, StorageError> {
        let query = payment_links::table.filter(payment_links::token_hash.eq(token_hash.as_slice()));
        let row: Option<LinkRow> = query.select(LinkRow::as_select()).get_result(self.connection).optional()?;
        row.map(|row| PaymentLink::read(row, self.keys)).transpose()
    }

    /// The links that were made in a call at the desk, the newest first.
    pub fn desk_links(&mut self, call: i64) -> Result<Vec<PaymentLink>, StorageError> {
        let quotes = desk_quotes::table.filter(desk_quotes::call_id.eq(call)).select(desk_quotes::quote_id);
        let rows: Vec<LinkRow> = payment_links::table
            .filter(payment_links::quote_id.eq_any(quotes))
            .order(payment_links::id.desc())
            .limit(OPEN_MAX)
            .select(LinkRow::as_select())
            .load(self.connection)?;
        rows.into_iter().map(|row| PaymentLink::read(row, self.keys)).collect()
    }

    /// Links that were sent to a phone or a mail address.
    pub(crate) fn links_to(
        &mut self,
        phone: Option<&str>,
        email: Option<&str>,
    ) -> Result<Vec<PaymentLink>, StorageError> {
        let phones = phone.map_or(Ok(Vec::new()), |phone| self.keys.forms(&PAYMENT_LINKS_PHONE, phone))?;
        let mails = email.map_or(Ok(Vec::new()), |email| self.keys.forms(&PAYMENT_LINKS_EMAIL, email))?;
        let rows: Vec<LinkRow> = payment_links::table
            .filter(payment_links::phone.eq_any(phones).or(payment_links::email.eq_any(mails)))
            .order(payment_links::id)
            .limit(HELD_MAX)
            .select(LinkRow::as_select())
            .load(self.connection)?;
        rows.into_iter().map(|row| PaymentLink::read(row, self.keys)).collect()
    }

    /// The links of a quote, the newest first.
    pub fn links_of(&mut self, quote: i64) -> Result<Vec<PaymentLink>, StorageError> {
        let query = payment_links::table.filter(payment_links::quote_id.eq(quote)).order(payment_links::id.desc());
        let rows: Vec<LinkRow> = query.select(LinkRow::as_select()).load(self.connection)?;
        rows.into_iter().map(|row| PaymentLink::read(row, self.keys)).collect()
    }
}
