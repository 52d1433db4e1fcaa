//! What is held of a person, put into words: for whoever asks by law what the hub knows of them. And what is asked for by
//! law: to know, to have put right, to have erased.

use std::collections::HashMap;

use chrono::{DateTime, Days, NaiveDate, NaiveDateTime, Utc};
use ledger::{
    Channel, Contactable, CustomerKey, FoundText, Held, Instrument, Language, Ledger, Money, Obstacle, Payment,
    PaymentState, Person, PersonAsk, PersonRequest, PersonRequestStep, Quote, Reader, StorageError, Swept,
};
use serde::Serialize;

use crate::api::Infrastructure;
use crate::catalogue::Catalogue;
use crate::hub::detail::{self, QuoteDetail};
use crate::hub::infrastructure;
use crate::phone::{self, PhoneError};

/// Days within which the hub answers: by law 09-08, article 8, a request for rectification or erasure has ten clear days;
/// whoever asks what is held is answered without delay (article 7), and no later.
pub const TERM_DAYS: u64 = 10;
/// Rows with a phone or a mail address that are shown to be put right, the newest of each kind: more at once is no mistake
/// of a payer's.
pub const CONTACTS_MAX: usize = 50;
/// Payments whose quotes are read at once.
const QUOTES_AT_ONCE: usize = 200;

/// The last day on which a request that came on this day is answered in time.
pub fn due_on(received_on: NaiveDate) -> NaiveDate {
    received_on.checked_add_days(Days::new(TERM_DAYS)).unwrap_or(received_on)
}

/// Who is meant, as typed.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Asked {
    /// Their phone, in any form.
    pub phone: Option<String>,
    /// Their mail address.
    pub mail: Option<String>,
    /// A contract, with the code of its biller.
    pub contract: Option<(u16, String)>,
}

/// Why nobody is meant.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AskedFault {
    /// Neither phone nor mail address nor contract.
    #[error("give a phone, a mail address or a contract")]
    Nobody,
    /// The phone is none.
    #[error("the phone: {0}")]
    Phone(PhoneError),
    /// No such biller.
    #[error("there is no biller {0}; `fatoura biller list` shows them")]
    Biller(u16),
    /// No bill of the biller is found by such a value.
    #[error("no bill of biller {0} is found by such a contract")]
    Contract(u16),
}

/// A request to be taken in.
#[derive(Debug, Clone)]
pub struct RequestWish {
    /// Of the form: the same again is the same request.
    pub key: String,
    /// What is asked for.
    pub kind: PersonAsk,
    /// Whose data.
    pub asked: Asked,
    /// The language in which they are answered.
    pub language: Language,
    /// Where the request itself is kept: without the person's data.
    pub reference: String,
    /// The civil day on which it came.
    pub received_on: NaiveDate,
}

/// Where somebody is told, as a row that can be put right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeldContact {
    /// Which row.
    pub row: Contactable,
    /// When it was made (UTC).
    pub at: NaiveDateTime,
    /// The phone.
    pub phone: Option<String>,
    /// The mail address.
    pub email: Option<String>,
}

/// What is held of whoever made a request, as those who handle it look at it.
#[derive(Debug, Clone)]
pub struct HeldView {
    /// All of it.
    pub held: Held,
    /// What an erasure by phone and mail address is about; without payments that only the contract names.
    pub erasing: Held,
    /// What is open of that, so that nothing is erased yet.
    pub obstacles: Vec<Obstacle>,
    /// Where they are told, at most [`CONTACTS_MAX`] of a kind.
    pub contacts: Vec<HeldContact>,
}

/// What a certificate of an erasure tells besides what was erased.
#[derive(Debug, Clone)]
pub struct ErasureFacts {
    /// The erasure's number.
    pub erasure: i64,
    /// Who asked for it, and when.
    pub asked: (String, DateTime<Utc>),
    /// Who approved it, and when.
    pub done: (String, DateTime<Utc>),
    /// Where the request is kept.
    pub reference: String,
    /// Payments that are kept, and when the last one was made.
    pub kept_payments: (usize, Option<DateTime<Utc>>),
    /// Entries of lists against fraud that are kept.
    pub kept_lists: usize,
}

/// What became of a second person's yes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ErasureApproved {
    /// It is done.
    Done,
    /// Whoever asked for it is no second person.
    SamePerson,
    /// Something of theirs is open.
    Open(Vec<Obstacle>),
    /// The request does not stand as it did.
    Not(PersonRequestStep),
}

/// What became of asking for an erasure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ErasureAsked {
    /// It waits for a second person, or did before.
    Waits(i64),
    /// Nothing that can be erased is held.
    Nothing,
    /// Something of theirs is open.
    Open(Vec<Obstacle>),
    /// The request does not stand as it did.
    Not(PersonRequestStep),
}

impl ErasureFacts {
    /// As an erasure of what is held is done now.
    pub fn new(erasure: &ledger::Erasure, held: &Held, by: &str, now: DateTime<Utc>) -> Self {
        Self {
            erasure: erasure.id,
            asked: (erasure.asked_by.name.clone(), erasure.asked_at.and_utc()),
            done: (by.to_owned(), now),
            reference: erasure.reason.clone(),
            kept_payments: (
                held.payments.len(),
                held.payments.iter().map(|payment| payment.created_at.and_utc()).max(),
            ),
            kept_lists: held.lists.len(),
        }
    }
}

impl HeldView {
    pub(crate) fn of(held: Held, erasing: Held, now: NaiveDateTime) -> Result<Self, StorageError> {
        let mut contacts = Vec::new();
        let mut add = |row, at, phone: Option<String>, email: Option<String>| {
            let contact = HeldContact { row, at, phone, email };
            contacts.extend((contact.phone.is_some() || contact.email.is_some()).then_some(contact));
        };
        for payment in held.payments.iter().take(CONTACTS_MAX) {
            add(Contactable::Payment(payment.id), payment.created_at, payment.phone()?, payment.email()?);
        }
        for link in held.links.iter().rev().take(CONTACTS_MAX) {
            add(Contactable::Link(link.id), link.created_at, link.phone.clone(), link.email.clone());
        }
        for reference in held.references.iter().rev().take(CONTACTS_MAX) {
            add(Contactable::Reference(reference.id), reference.created_at, reference.phone.clone(), None);
        }
        for (dispute, _) in held.disputes.iter().rev().take(CONTACTS_MAX) {
            let (phone, email) = (dispute.phone.clone(), dispute.email.clone());
            add(Contactable::Complaint(dispute.id), dispute.opened_at, phone, email);
        }
        for (call, _) in held.desk.iter().rev().take(CONTACTS_MAX) {
            add(Contactable::DeskCall(call.id), call.opened_at, call.phone.clone(), call.email.clone());
        }
        Ok(Self { obstacles: erasing.obstacles(now), held, erasing, contacts })
    }
}

impl Asked {
    /// Whoever made a request; nobody once it ended.
    pub fn of(request: &PersonRequest) -> Self {
        let (phone, mail) = (request.phone.clone(), request.email.clone());
        Self { phone, mail, contract: request.contract.clone() }
    }

    /// The same as the ledger finds them.
    pub fn person(&self, catalogue: &Catalogue) -> Result<Person, AskedFault> {
        let phone = self.phone.as_deref().map(phone::normalise).transpose().map_err(AskedFault::Phone)?;
        let mut customers: Vec<CustomerKey> = Vec::new();
        if let Some((code, contract)) = &self.contract {
            let biller = catalogue.get(*code).ok_or(AskedFault::Biller(*code))?;
            let kinds = biller.receivable_types.iter();
            customers.extend(kinds.filter_map(|kind| detail::customer_key_of(*code, kind, contract)));
            if customers.is_empty() {
                return Err(AskedFault::Contract(*code));
            }
        }
        let email = self.mail.as_ref().map(|mail| mail.trim().to_owned()).filter(|mail| !mail.is_empty());
        if phone.is_none() && email.is_none() && customers.is_empty() {
            return Err(AskedFault::Nobody);
        }
        Ok(Person { phone, email, customers })
    }

    /// What a text that names the person has in it.
    fn signs(&self, person: &Person) -> Vec<String> {
        let mut signs: Vec<String> = Vec::new();
        if let Some(phone) = &person.phone {
            signs.push(phone.clone());
            signs.push(format!("0{}", phone.trim_start_matches("+212")));
        }
        signs.extend(person.email.clone());
        signs.extend(self.contract.iter().map(|(_, contract)| contract.trim().to_owned()));
        signs
    }
}

/// A payment of theirs.
#[derive(Debug, Clone, Serialize)]
pub struct HeldPayment {
    /// Its public reference.
    pub reference: String,
    /// When it was started.
    pub started_at: DateTime<Utc>,
    /// The biller's code.
    pub biller: u16,
    /// The contract and whatever else was typed to find the bill.
    pub typed: Vec<(String, String)>,
    /// The lines that were paid.
    pub lines: Vec<String>,
    /// What was paid, fee and duty included, in dirhams.
    pub total: String,
    /// The same, with channel, instrument and state, for whoever words them otherwise.
    #[serde(skip)]
    pub raw: (Money, Channel, Instrument, PaymentState),
    /// Where it stands.
    pub state: String,
    /// The channel and the instrument.
    pub way: String,
    /// Where the SMS went.
    pub phone: Option<String>,
    /// Where the mail went.
    pub mail: Option<String>,
    /// The card, masked.
    pub card: String,
    /// The number of the biller's receipt.
    pub receipt: Option<String>,
    /// What members of staff wrote to it.
    pub notes: Vec<String>,
}

/// Something that was sent to them, or a call.
#[derive(Debug, Clone, Serialize)]
pub struct HeldRow {
    /// What it is.
    pub what: &'static str,
    /// When it was made.
    pub at: DateTime<Utc>,
    /// What it says of them.
    pub says: Vec<String>,
}

/// Another text that names them.
#[derive(Debug, Clone, Serialize)]
pub struct Mention {
    /// Table and column.
    pub place: String,
    /// The row's number.
    pub row: i64,
    /// What it says.
    pub text: String,
}

/// All that is held of a person.
#[derive(Debug, Clone, Serialize)]
pub struct Export {
    /// Who was meant.
    pub asked: Asked,
    /// When it was made.
    pub made_at: DateTime<Utc>,
    /// Their payments, the newest first.
    pub payments: Vec<HeldPayment>,
    /// Links, references, calls and lists.
    pub rows: Vec<HeldRow>,
    /// Other texts in which they are named.
    pub mentions: Vec<Mention>,
}

impl Export {
    /// Whether nothing is held.
    pub fn is_empty(&self) -> bool {
        self.payments.is_empty() && self.rows.is_empty() && self.mentions.is_empty()
    }
}

/// All that is held of a person. Blocks, and reads every personal text there is: not for a page that somebody waits for.
pub fn export(ledger: &Ledger, asked: &Asked, person: &Person, now: DateTime<Utc>) -> Result<Export, Infrastructure> {
    let held = ledger.read(|reader| reader.held_of(person, now.naive_utc())).map_err(infrastructure)?;
    let mut making = Making::new(asked, person, held, now);
    while let Some(wanted) = making.quotes_wanted() {
        let quotes = ledger.read(|reader| quotes(reader, &wanted)).map_err(infrastructure)?;
        making.add_quotes(quotes)?;
    }
    while let Some((texts, upto)) =
        ledger.read(|reader| reader.personal_texts(&making.swept)).map_err(infrastructure)?
    {
        making.add_texts(texts, upto);
    }
    Ok(making.done())
}

/// Quotes by their numbers.
pub(crate) fn quotes(reader: &mut Reader<'_>, wanted: &[i64]) -> Result<Vec<Quote>, StorageError> {
    let found = wanted.iter().map(|id| reader.quote_of(*id));
    Ok(found.collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect())
}

/// An export that is being made: step by step, so that nobody who reads a little waits for one who reads it all.
pub(crate) struct Making {
    export: Export,
    signs: Vec<String>,
    held: Held,
    /// Payments that are told.
    told: usize,
    /// Up to where texts were looked through.
    pub(crate) swept: Swept,
}

impl Making {
    pub(crate) fn new(asked: &Asked, person: &Person, held: Held, now: DateTime<Utc>) -> Self {
        let rows = rows(&held);
        let export = Export { asked: asked.clone(), made_at: now, payments: Vec::new(), rows, mentions: Vec::new() };
        Self { export, signs: asked.signs(person), held, told: 0, swept: Swept::default() }
    }

    /// The quotes of the next payments; `None`: all are told.
    pub(crate) fn quotes_wanted(&self) -> Option<Vec<i64>> {
        let next = self.held.payments.get(self.told..).unwrap_or_default();
        let wanted: Vec<i64> = next.iter().take(QUOTES_AT_ONCE).map(|payment| payment.quote).collect();
        (!wanted.is_empty()).then_some(wanted)
    }

    /// Tells of the next payments.
    pub(crate) fn add_quotes(&mut self, quotes: Vec<Quote>) -> Result<(), Infrastructure> {
        let quotes: HashMap<i64, Quote> = quotes.into_iter().map(|quote| (quote.id, quote)).collect();
        for payment in self.held.payments.iter().skip(self.told).take(QUOTES_AT_ONCE) {
            let of = self.held.notes.iter().filter(|(of, _)| *of == payment.id);
            let notes = of.map(|(_, note)| note.note.clone()).collect();
            self.export.payments.push(show(payment, quotes.get(&payment.quote), notes)?);
        }
        self.told = (self.told + QUOTES_AT_ONCE).min(self.held.payments.len());
        Ok(())
    }

    /// Looks through texts.
    pub(crate) fn add_texts(&mut self, texts: Vec<FoundText>, upto: Swept) {
        for found in texts {
            let is_of_payment = |of: &Payment| of.quote == found.row;
            // Those are told by what they belong to.
            let is_told = matches!(found.column, "phone" | "email")
                || (found.table == "quotes" && self.held.payments.iter().any(is_of_payment));
            if !is_told && names(&found.text, &self.signs) {
                let place = format!("{}.{}", found.table, found.column);
                self.export.mentions.push(Mention { place, row: found.row, text: found.text });
            }
        }
        self.swept = upto;
    }

    pub(crate) fn done(self) -> Export {
        self.export
    }
}

fn show(payment: &Payment, quote: Option<&Quote>, notes: Vec<String>) -> Result<HeldPayment, Infrastructure> {
    let detail = quote.map(|quote| detail::read::<QuoteDetail>(&quote.detail)).transpose()?;
    let (typed, lines) = detail.map_or_else(Default::default, |detail| {
        let lines = detail.articles.iter().map(|article| format!("{} {}", article.id, article.amount)).collect();
        (detail.fields.into_iter().collect(), lines)
    });
    let total = crate::hub::total(&payment.amounts)?;
    Ok(HeldPayment {
        reference: payment.reference.to_string(),
        started_at: payment.created_at.and_utc(),
        biller: payment.biller,
        typed,
        lines,
        total: total.to_string(),
        raw: (total, payment.channel, payment.instrument, payment.state),
        state: payment.state.to_string(),
        way: format!("{} {}", payment.channel, payment.instrument),
        phone: payment.phone()?,
        mail: payment.email()?,
        card: payment.card_mask.clone(),
        receipt: payment.receipt_number.clone(),
        notes,
    })
}

fn rows(held: &Held) -> Vec<HeldRow> {
    let mut rows = Vec::new();
    for link in &held.links {
        let says = link.phone.iter().chain(&link.email).cloned().collect();
        rows.push(HeldRow { what: "payment link", at: link.created_at.and_utc(), says });
    }
    for reference in &held.references {
        let says = reference.phone.iter().cloned().chain([reference.digits.clone()]).collect();
        rows.push(HeldRow { what: "cash reference", at: reference.created_at.and_utc(), says });
    }
    for call in &held.calls {
        rows.push(HeldRow { what: "call", at: call.at.and_utc(), says: Vec::new() });
    }
    for (call, notes) in &held.desk {
        let notes = notes.iter().map(|note| note.text.clone());
        let says = call.phone.iter().chain(&call.email).cloned().chain(notes).collect();
        rows.push(HeldRow { what: "call at the desk", at: call.opened_at.and_utc(), says });
    }
    for (dispute, events) in &held.disputes {
        let notes = events.iter().map(|event| &event.note).filter(|note| !note.is_empty());
        let says = dispute.phone.iter().chain(&dispute.email).chain([&dispute.told]).chain(notes).cloned().collect();
        rows.push(HeldRow { what: "complaint", at: dispute.opened_at.and_utc(), says });
    }
    for entry in &held.lists {
        let says = vec![entry.list.to_string(), entry.shown.clone(), entry.reason.clone()];
        rows.push(HeldRow { what: "entry of a list against fraud", at: entry.added_at.and_utc(), says });
    }
    rows
}

/// Whether a text has one of these in it, by itself.
fn names(text: &str, signs: &[String]) -> bool {
    let is_part = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    signs.iter().any(|sign| {
        text.match_indices(sign.as_str()).any(|(at, found)| {
            let (before, after) = (text[..at].chars().next_back(), text[at + found.len()..].chars().next());
            !is_part(before) && !is_part(after)
        })
    })
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("call 0612345678 back", true)]
    #[case("{\"contract\":\"12345678\"}", true)]
    #[case("{\"contract\":\"123456789\"}", false)]
    #[case("a12345678", false)]
    #[case("", false)]
    fn texts_that_name_somebody(#[case] text: &str, #[case] names_them: bool) {
        assert_eq!(names(text, &["0612345678".to_owned(), "12345678".to_owned()]), names_them);
    }
}
