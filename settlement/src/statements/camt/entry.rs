//! What stands before the details of an entry.

use std::io::BufRead;

use chrono::NaiveDate;
use ledger::Money;

use crate::statements::amounts::signed;
use crate::statements::cursor::Cursor;
use crate::statements::fault::{Place, ReadError, shown};
use crate::statements::form::{Batch, Entry, EntryStatus};

/// An entry as far as it was read.
#[derive(Default)]
pub(super) struct PartialEntry {
    pub(super) place: Place,
    reference: Option<String>,
    amount: Option<(Money, String)>,
    credit: Option<bool>,
    reversal: Option<bool>,
    status: Option<EntryStatus>,
    booked: Option<NaiveDate>,
    value: Option<NaiveDate>,
    bank_reference: Option<String>,
    code: Option<String>,
    charges: Option<Money>,
    text: Option<String>,
}

impl PartialEntry {
    pub(super) fn new(place: Place) -> Self {
        Self { place, ..Self::default() }
    }

    /// Reads the child of the entry that the cursor is in.
    pub(super) fn read<R: BufRead>(&mut self, cursor: &mut Cursor<R>) -> Result<(), ReadError> {
        match cursor.name() {
            "NtryRef" => {
                let text = cursor.text()?;
                cursor.once(&mut self.reference, text)
            }
            "Amt" => {
                let amount = cursor.amount()?;
                cursor.once(&mut self.amount, amount)
            }
            "CdtDbtInd" => {
                let credit = cursor.is_credit()?;
                cursor.once(&mut self.credit, credit)
            }
            "RvslInd" => {
                let reversal = cursor.flag()?;
                cursor.once(&mut self.reversal, reversal)
            }
            "Sts" => {
                let code = cursor.code()?;
                let status = match code.as_str() {
                    "BOOK" => EntryStatus::Booked,
                    "PDNG" | "FUTR" => EntryStatus::Pending,
                    "INFO" => EntryStatus::Information,
                    other => {
                        let what = format!("status '{}', expected BOOK, PDNG, FUTR or INFO", shown(other));
                        return Err(cursor.fault_behind(what));
                    }
                };
                cursor.once(&mut self.status, status)
            }
            "BookgDt" => {
                let day = cursor.day()?;
                cursor.once(&mut self.booked, day)
            }
            "ValDt" => {
                let day = cursor.day()?;
                cursor.once(&mut self.value, day)
            }
            "AcctSvcrRef" => {
                let text = cursor.text()?;
                cursor.once(&mut self.bank_reference, text)
            }
            "BkTxCd" => {
                let code = transaction_code(cursor)?;
                self.code = self.code.take().or(code);
                Ok(())
            }
            "Chrgs" => charges(cursor, &mut self.charges, self.amount.as_ref().map(|(_, currency)| currency.as_str())),
            "AddtlNtryInf" => {
                let text = cursor.leaf(|text| Ok(text.to_owned()))?;
                cursor.once(&mut self.text, text)
            }
            "Avlbty" | "ComssnWvrInd" | "AddtlInfInd" | "AmtDtls" | "TechInptChanl" | "Intrst" | "CardTx" => {
                cursor.skip()
            }
            _ => Err(cursor.fault("not an element of Ntry in this version of the message")),
        }
    }

    /// Reads `Btch`; its total has the entry's direction unless it says otherwise.
    pub(super) fn batch<R: BufRead>(&self, cursor: &mut Cursor<R>) -> Result<Batch, ReadError> {
        match (&self.amount, self.credit) {
            (Some((_, currency)), Some(credit)) => batch(cursor, credit, currency),
            _ => Err(cursor.fault("Amt and CdtDbtInd of the entry must come before it")),
        }
    }

    /// The entry in the common form, without its identity.
    pub(super) fn finish<R: BufRead>(&self, cursor: &Cursor<R>, batch: Option<Batch>) -> Result<Entry, ReadError> {
        let missing =
            |name: &str| cursor.fault(format!("the entry on {} has no {name} before its details", self.place));
        let Some((amount, currency)) = self.amount.clone() else { return Err(missing("Amt")) };
        let Some(credit) = self.credit else { return Err(missing("CdtDbtInd")) };
        let Some(status) = self.status else { return Err(missing("Sts")) };
        Ok(Entry {
            place: self.place,
            identity: String::new(),
            reference: self.reference.clone(),
            bank_reference: self.bank_reference.clone(),
            amount: signed(amount, credit),
            currency,
            reversal: self.reversal.unwrap_or_default(),
            status,
            booked: self.booked,
            value: self.value,
            code: self.code.clone(),
            batch,
            charges: self.charges,
            text: self.text.clone().filter(|text| !text.is_empty()),
        })
    }
}

/// A total in another currency than the entry's is not kept: it cannot be held against anything.
fn batch<R: BufRead>(cursor: &mut Cursor<R>, entry_credit: bool, currency: &str) -> Result<Batch, ReadError> {
    let mut batch = Batch::default();
    let (mut total, mut credit) = (None, None);
    while cursor.child()?.is_some() {
        match cursor.name() {
            "MsgId" => {
                let text = cursor.text()?;
                cursor.once(&mut batch.message, text)?;
            }
            "PmtInfId" => {
                let text = cursor.text()?;
                cursor.once(&mut batch.payment, text)?;
            }
            "NbOfTxs" => {
                let count = cursor.number()?;
                cursor.once(&mut batch.count, count)?;
            }
            "TtlAmt" if cursor.currency() != currency => cursor.skip()?,
            "TtlAmt" => {
                let (amount, _) = cursor.amount()?;
                cursor.once(&mut total, amount)?;
            }
            "CdtDbtInd" => {
                let found = cursor.is_credit()?;
                cursor.once(&mut credit, found)?;
            }
            _ => return Err(cursor.fault("not an element of Btch")),
        }
    }
    batch.total = total.map(|total| signed(total, credit.unwrap_or(entry_credit)));
    Ok(batch)
}

/// `PMNT-RCDT-ESCT`, else the bank's own code.
fn transaction_code<R: BufRead>(cursor: &mut Cursor<R>) -> Result<Option<String>, ReadError> {
    let (mut domain, mut own) = (Vec::new(), None);
    while let Some(name) = cursor.child()? {
        match name {
            "Domn" => codes(cursor, &mut domain)?,
            "Prtry" => {
                while let Some(name) = cursor.child()? {
                    match name {
                        "Cd" => {
                            let code = cursor.text()?;
                            cursor.once(&mut own, code)?;
                        }
                        _ => cursor.skip()?,
                    }
                }
            }
            _ => cursor.skip()?,
        }
    }
    Ok(if domain.is_empty() { own } else { Some(domain.join("-")) })
}

fn codes<R: BufRead>(cursor: &mut Cursor<R>, into: &mut Vec<String>) -> Result<(), ReadError> {
    while let Some(name) = cursor.child()? {
        match name {
            "Cd" | "SubFmlyCd" if into.len() < 3 => into.push(cursor.text()?),
            "Fmly" if into.len() == 1 => {
                while let Some(name) = cursor.child()? {
                    match name {
                        "Cd" | "SubFmlyCd" if into.len() < 3 => into.push(cursor.text()?),
                        _ => return Err(cursor.fault("expected Cd, then SubFmlyCd")),
                    }
                }
            }
            _ => return Err(cursor.fault("expected Cd, then Fmly")),
        }
    }
    Ok(())
}

/// Adds one `Chrgs` in the entry's currency; a total counts only where no single charges are given.
pub(super) fn charges<R: BufRead>(
    cursor: &mut Cursor<R>,
    into: &mut Option<Money>,
    currency: Option<&str>,
) -> Result<(), ReadError> {
    let (mut total, mut single, mut record) = (None, None, Record::default());
    while cursor.child()?.is_some() {
        match cursor.name() {
            "TtlChrgsAndTaxAmt" if Some(cursor.currency()) == currency => total = Some(cursor.amount()?.0),
            "Rcrd" => {
                let mut record = Record::default();
                while cursor.child()?.is_some() {
                    record.read(cursor, currency)?;
                }
                record.add(cursor, &mut single)?;
            }
            // Version 02 has one charge right here.
            _ => record.read(cursor, currency)?,
        }
    }
    record.add(cursor, &mut single)?;
    let Some(charge) = single.or(total.map(|total| signed(total, false))) else { return Ok(()) };
    *into = Some(sum(cursor, *into, charge)?);
    Ok(())
}

/// One charge.
#[derive(Default)]
struct Record {
    amount: Option<Money>,
    credit: bool,
}

impl Record {
    fn read<R: BufRead>(&mut self, cursor: &mut Cursor<R>, currency: Option<&str>) -> Result<(), ReadError> {
        match cursor.name() {
            "Amt" if Some(cursor.currency()) == currency => {
                let (amount, _) = cursor.amount()?;
                cursor.once(&mut self.amount, amount)
            }
            "CdtDbtInd" => {
                self.credit = cursor.is_credit()?;
                Ok(())
            }
            _ => cursor.skip(),
        }
    }

    fn add<R: BufRead>(&self, cursor: &Cursor<R>, into: &mut Option<Money>) -> Result<(), ReadError> {
        if let Some(amount) = self.amount {
            *into = Some(sum(cursor, *into, signed(amount, self.credit))?);
        }
        Ok(())
    }
}

fn sum<R: BufRead>(cursor: &Cursor<R>, left: Option<Money>, right: Money) -> Result<Money, ReadError> {
    left.unwrap_or_default().checked_add(right).ok_or_else(|| cursor.fault("charges past what can be counted"))
}
