//! One transaction of an entry.

use std::io::BufRead;

use ledger::Money;

use super::entry::charges;
use super::head::account;
use crate::statements::amounts::{decimal, signed};
use crate::statements::cursor::Cursor;
use crate::statements::fault::ReadError;
use crate::statements::form::{Account, Batch, Detail, Entry, ReturnReason};

/// What a bank sets where the payer gave no end-to-end identification.
const NOT_PROVIDED: &str = "NOTPROVIDED";
/// Remittance information of one transaction: the longest that messages carry between banks is 9,000 characters.
const REMITTANCE_BYTES_MAX: usize = 9_000;
/// References of one transaction: one payment rarely names more than a few invoices.
const REFERENCES_MAX: usize = 100;

/// Amounts that a detail may have; the first in the account's currency is its own.
#[derive(Default)]
struct Amounts {
    own: Option<Money>,
    /// In another currency, with that currency.
    foreign: Option<(Money, String)>,
}

impl Amounts {
    /// Reads the amount that the cursor is in. One in another currency may have any form.
    fn read<R: BufRead>(&mut self, cursor: &mut Cursor<R>, currency: &str) -> Result<(), ReadError> {
        if cursor.currency() == currency {
            let (amount, _) = cursor.amount()?;
            self.own = self.own.or(Some(amount));
        } else {
            let other = cursor.currency().to_owned();
            let amount = cursor.leaf(|text| Ok(decimal(text, '.').ok()))?;
            if self.foreign.is_none() {
                self.foreign = amount.map(|amount| (amount, other));
            }
        }
        Ok(())
    }
}

/// Reads `TxDtls`.
pub(super) fn read<R: BufRead>(
    cursor: &mut Cursor<R>,
    entry: &Entry,
    batch: Option<&Batch>,
) -> Result<Detail, ReadError> {
    let mut detail = Detail { place: cursor.place(), ..Detail::default() };
    let mut amounts = Amounts::default();
    let mut credit = None;
    while let Some(name) = cursor.child()? {
        match name {
            "Refs" => references(cursor, &mut detail)?,
            "Amt" => amounts.read(cursor, &entry.currency)?,
            "CdtDbtInd" => {
                let found = cursor.is_credit()?;
                cursor.once(&mut credit, found)?;
            }
            "AmtDtls" => amount_details(cursor, &entry.currency, &mut amounts)?,
            "Chrgs" => charges(cursor, &mut detail.charges, Some(&entry.currency))?,
            "RltdPties" => parties(cursor, &mut detail)?,
            "RmtInf" => remittance(cursor, &mut detail)?,
            "RtrInf" => {
                let reason = return_reason(cursor)?;
                cursor.once(&mut detail.returned, reason)?;
            }
            "Avlbty" | "BkTxCd" | "Intrst" | "RltdAgts" | "LclInstrm" | "Purp" | "RltdRmtInf" | "RltdDts"
            | "RltdPric" | "RltdQties" | "FinInstrmId" | "Tax" | "CorpActn" | "SfkpgAcct" | "CshDpst" | "CardTx"
            | "AddtlTxInf" | "SplmtryData" => cursor.skip()?,
            _ => return Err(cursor.fault("not an element of TxDtls in this version of the message")),
        }
    }
    let credit = credit.unwrap_or(entry.amount >= Money::ZERO);
    let found = amounts.own.map(|own| (own, entry.currency.clone())).or(amounts.foreign);
    if let Some((amount, currency)) = found {
        detail.amount = Some(signed(amount, credit));
        detail.currency = currency;
    }
    if let Some(batch) = batch {
        detail.message = detail.message.or_else(|| batch.message.clone());
        detail.payment = detail.payment.or_else(|| batch.payment.clone());
    }
    Ok(detail)
}

fn references<R: BufRead>(cursor: &mut Cursor<R>, detail: &mut Detail) -> Result<(), ReadError> {
    while let Some(name) = cursor.child()? {
        let slot = match name {
            "MsgId" => &mut detail.message,
            "PmtInfId" => &mut detail.payment,
            "InstrId" => &mut detail.instruction,
            "EndToEndId" => &mut detail.end_to_end,
            "TxId" => &mut detail.transaction,
            "AcctSvcrRef" => &mut detail.bank_reference,
            _ => {
                cursor.skip()?;
                continue;
            }
        };
        let text = cursor.text()?;
        cursor.once(slot, text)?;
    }
    detail.end_to_end = detail.end_to_end.take().filter(|id| id != NOT_PROVIDED);
    Ok(())
}

/// Version 02 has the amount only here: that of the transaction, else the one instructed.
fn amount_details<R: BufRead>(cursor: &mut Cursor<R>, currency: &str, amounts: &mut Amounts) -> Result<(), ReadError> {
    let mut instructed = Amounts::default();
    while let Some(name) = cursor.child()? {
        let into = match name {
            "TxAmt" => &mut *amounts,
            "InstdAmt" => &mut instructed,
            _ => {
                cursor.skip()?;
                continue;
            }
        };
        while let Some(name) = cursor.child()? {
            match name {
                "Amt" => into.read(cursor, currency)?,
                _ => cursor.skip()?,
            }
        }
    }
    amounts.own = amounts.own.or(instructed.own);
    amounts.foreign = amounts.foreign.take().or(instructed.foreign);
    Ok(())
}

fn parties<R: BufRead>(cursor: &mut Cursor<R>, detail: &mut Detail) -> Result<(), ReadError> {
    while let Some(name) = cursor.child()? {
        match name {
            "Dbtr" => detail.debtor.name = party_name(cursor)?,
            "Cdtr" => detail.creditor.name = party_name(cursor)?,
            "DbtrAcct" => detail.debtor.account = party_account(cursor)?,
            "CdtrAcct" => detail.creditor.account = party_account(cursor)?,
            _ => cursor.skip()?,
        }
    }
    Ok(())
}

fn party_account<R: BufRead>(cursor: &mut Cursor<R>) -> Result<Option<Account>, ReadError> {
    account(cursor).map(|(account, _)| account)
}

/// `Nm`, since version 08 within `Pty`.
fn party_name<R: BufRead>(cursor: &mut Cursor<R>) -> Result<Option<String>, ReadError> {
    let mut found = None;
    while let Some(name) = cursor.child()? {
        match name {
            "Nm" => found = name_text(cursor)?,
            "Pty" => {
                while let Some(name) = cursor.child()? {
                    match name {
                        "Nm" => found = name_text(cursor)?,
                        _ => cursor.skip()?,
                    }
                }
            }
            _ => cursor.skip()?,
        }
    }
    Ok(found)
}

/// A name moves no money: an empty one is none.
fn name_text<R: BufRead>(cursor: &mut Cursor<R>) -> Result<Option<String>, ReadError> {
    cursor.leaf(|text| Ok(Some(text.to_owned()).filter(|text| !text.is_empty())))
}

fn remittance<R: BufRead>(cursor: &mut Cursor<R>, detail: &mut Detail) -> Result<(), ReadError> {
    while let Some(name) = cursor.child()? {
        match name {
            "Ustrd" => {
                let text = cursor.leaf(|text| Ok(text.to_owned()))?;
                add_text(cursor, &mut detail.remittance, &text)?;
            }
            "Strd" => structured(cursor, &mut detail.creditor_references)?,
            _ => cursor.skip()?,
        }
    }
    Ok(())
}

fn add_text<R: BufRead>(cursor: &Cursor<R>, into: &mut Option<String>, text: &str) -> Result<(), ReadError> {
    if text.is_empty() {
        return Ok(());
    }
    let joined = into.get_or_insert_default();
    if !joined.is_empty() {
        joined.push(' ');
    }
    joined.push_str(text);
    if joined.len() > REMITTANCE_BYTES_MAX {
        return Err(cursor.fault(format!("texts of more than {REMITTANCE_BYTES_MAX} bytes in one transaction")));
    }
    Ok(())
}

fn structured<R: BufRead>(cursor: &mut Cursor<R>, into: &mut Vec<String>) -> Result<(), ReadError> {
    while let Some(name) = cursor.child()? {
        match name {
            "CdtrRefInf" => {
                while let Some(name) = cursor.child()? {
                    match name {
                        "Ref" => into.push(cursor.text()?),
                        _ => cursor.skip()?,
                    }
                }
            }
            _ => cursor.skip()?,
        }
    }
    if into.len() > REFERENCES_MAX {
        return Err(cursor.fault(format!("more than {REFERENCES_MAX} references in one transaction")));
    }
    Ok(())
}

fn return_reason<R: BufRead>(cursor: &mut Cursor<R>) -> Result<ReturnReason, ReadError> {
    let mut reason = ReturnReason::default();
    while let Some(name) = cursor.child()? {
        match name {
            "Rsn" => {
                let code = cursor.code()?;
                cursor.once(&mut reason.code, code)?;
            }
            "AddtlInf" => {
                let text = cursor.leaf(|text| Ok(text.to_owned()))?;
                add_text(cursor, &mut reason.text, &text)?;
            }
            _ => cursor.skip()?,
        }
    }
    Ok(reason)
}
