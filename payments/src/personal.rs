//! What is held of a person, put into words: for whoever asks by law what the hub knows of them.

use chrono::{DateTime, Utc};
use ledger::{CustomerKey, Held, Ledger, Payment, Person, Swept};
use serde::Serialize;

use crate::api::Infrastructure;
use crate::catalogue::Catalogue;
use crate::hub::detail::{self, QuoteDetail};
use crate::hub::infrastructure;
use crate::phone::{self, PhoneError};

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

impl Asked {
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
    let mut payments = Vec::with_capacity(held.payments.len());
    for payment in &held.payments {
        let notes = held.notes.iter().filter(|(of, _)| *of == payment.id).map(|(_, note)| note.note.clone()).collect();
        payments.push(show(ledger, payment, notes)?);
    }
    let mentions = mentions(ledger, &asked.signs(person))?;
    Ok(Export { asked: asked.clone(), made_at: now, payments, rows: rows(&held), mentions })
}

fn show(ledger: &Ledger, payment: &Payment, notes: Vec<String>) -> Result<HeldPayment, Infrastructure> {
    let quote = ledger.read(|reader| reader.quote_of(payment.quote)).map_err(infrastructure)?;
    let detail = quote.map(|quote| detail::read::<QuoteDetail>(&quote.detail)).transpose()?;
    let (typed, lines) = detail.map_or_else(Default::default, |detail| {
        let lines = detail.articles.iter().map(|article| format!("{} {}", article.id, article.amount)).collect();
        (detail.fields.into_iter().collect(), lines)
    });
    Ok(HeldPayment {
        reference: payment.reference.to_string(),
        started_at: payment.created_at.and_utc(),
        biller: payment.biller,
        typed,
        lines,
        total: crate::hub::total(&payment.amounts)?.to_string(),
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

fn mentions(ledger: &Ledger, signs: &[String]) -> Result<Vec<Mention>, Infrastructure> {
    let (mut mentions, mut swept) = (Vec::new(), Swept::default());
    while let Some((texts, upto)) = ledger.read(|reader| reader.personal_texts(&swept)).map_err(infrastructure)? {
        for found in texts {
            // Those are told by what they belong to.
            let is_told = matches!(found.column, "phone" | "email");
            if !is_told && names(&found.text, signs) {
                let place = format!("{}.{}", found.table, found.column);
                mentions.push(Mention { place, row: found.row, text: found.text });
            }
        }
        swept = upto;
    }
    Ok(mentions)
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
