//! The advice of a window to its biller: ISO 20022 `camt.054.001.08`.
//!
//! A notification for each account that takes a share, each with one entry: what is on its way to it. A window without
//! a payout has notifications without an entry. The entry's status is `INFO`: it is the hub's word, not the bank's.

use std::io::{self, Write};

use ledger::Money;

use super::output::each_line;
use super::references::TransferId;
use super::xml::{AMOUNT_MAX, AccountForm, Xml, date_time, name};
use super::{Line, LineKind, Unfit, WindowStatement, WriteError, Written};
use crate::rib;
use crate::terms::{Contract, PayoutAccount, Terms};

/// Payments and refunds told one by one, at most. Programs that read an entry hold it whole; larger windows have their
/// number and sum there, and their lines in the other files.
pub const ADVICE_DETAILS_MAX: u64 = 1_000;
/// Characters of an account holder's name (`Max70Text`).
const NAME_MAX: usize = 70;

/// Writes the advice of a window: docs/settlement-file.md.
///
/// Where one account takes everything, details say what it is made of, up to [`ADVICE_DETAILS_MAX`] lines: payments and
/// refunds, then commission, VAT and what was carried over. They add up to the entry.
///
/// # Errors
///
/// [`WriteError`] as for the files of text.
pub fn write_advice<E: std::error::Error + 'static>(
    statement: &WindowStatement,
    terms: &Terms,
    form: AccountForm,
    lines: impl Iterator<Item = Result<Line, E>>,
    out: &mut dyn Write,
) -> Result<Written, WriteError<E>> {
    let totals = &statement.totals;
    totals.check(statement.contract)?;
    check(statement, terms)?;
    let message = format!("FA{}S{}", statement.biller, statement.sequence);
    let mut xml = Xml::document(out, "camt.054.001.08")?;
    xml.open("BkToCstmrDbtCdtNtfctn")?;
    xml.within("GrpHdr", |xml| {
        xml.leaf("MsgId", &message)?;
        xml.leaf("CreDtTm", &date_time(statement.to))
    })?;
    let detailed = terms.accounts.len() == 1 && totals.paid.is_positive();
    let detailed = detailed && totals.payments.saturating_add(totals.refunds) <= ADVICE_DETAILS_MAX;
    if let ([account], true) = (terms.accounts.as_slice(), detailed) {
        let advice = Advice { statement, form, account, place: 1, part: totals.paid };
        advice.begin(&mut xml, &message)?;
        advice.begin_entry(&mut xml)?;
        let tally = each_line(totals, lines, |number, line| {
            check_line(number, line)?;
            Ok(detail(&mut xml, line)?)
        })?;
        for (what, amount) in deductions(statement) {
            deduction(&mut xml, what, amount)?;
        }
        advice.end_entry(&mut xml)?;
        advice.end(&mut xml)?;
        return Ok(xml.finish(tally.lines())?);
    }
    for (place, (account, part)) in (1..).zip(terms.accounts.iter().zip(terms.split(totals.paid))) {
        let advice = Advice { statement, form, account, place, part };
        advice.begin(&mut xml, &message)?;
        if part.is_positive() {
            advice.begin_entry(&mut xml)?;
            advice.end_entry(&mut xml)?;
        }
        advice.end(&mut xml)?;
    }
    let tally = each_line(totals, lines, |_, _| Ok(()))?;
    Ok(xml.finish(tally.lines())?)
}

/// The notification of one account.
struct Advice<'a> {
    statement: &'a WindowStatement,
    form: AccountForm,
    account: &'a PayoutAccount,
    /// From 1.
    place: u8,
    part: Money,
}

impl Advice<'_> {
    fn begin(&self, xml: &mut Xml<impl Write>, message: &str) -> io::Result<()> {
        let WindowStatement { sequence, from, to, .. } = self.statement;
        xml.open("Ntfctn")?;
        xml.leaf("Id", &format!("{message}A{}", self.place))?;
        xml.leaf("ElctrncSeqNb", &sequence.to_string())?;
        xml.leaf("CreDtTm", &date_time(*to))?;
        xml.within("FrToDt", |xml| {
            xml.leaf("FrDtTm", &date_time(*from))?;
            xml.leaf("ToDtTm", &date_time(*to))
        })?;
        xml.within("Acct", |xml| {
            xml.account(&self.account.rib, self.form)?;
            xml.leaf("Ccy", super::layout::CURRENCY)?;
            xml.leaf("Nm", &name(&self.account.holder, NAME_MAX))
        })?;
        xml.within("TxsSummry", |xml| {
            xml.within("TtlNtries", |xml| {
                xml.leaf("NbOfNtries", if self.part.is_positive() { "1" } else { "0" })?;
                xml.leaf("Sum", &self.part.to_string())?;
                xml.within("TtlNetNtry", |xml| {
                    xml.leaf("Amt", &self.part.to_string())?;
                    xml.leaf("CdtDbtInd", "CRDT")
                })
            })
        })
    }

    fn begin_entry(&self, xml: &mut Xml<impl Write>) -> io::Result<()> {
        let WindowStatement { biller, window, day, totals, .. } = self.statement;
        let id = TransferId { biller: *biller, window: *window, account: self.place, repeats: 0 };
        xml.open("Ntry")?;
        xml.leaf("NtryRef", &id.to_string())?;
        xml.amount("Amt", self.part)?;
        xml.leaf("CdtDbtInd", "CRDT")?;
        xml.path(&["Sts", "Cd"], "INFO")?;
        xml.path(&["BookgDt", "Dt"], &day.to_string())?;
        // A domestic credit transfer received.
        xml.within("BkTxCd", |xml| {
            xml.within("Domn", |xml| {
                xml.leaf("Cd", "PMNT")?;
                xml.within("Fmly", |xml| {
                    xml.leaf("Cd", "RCDT")?;
                    xml.leaf("SubFmlyCd", "DMCT")
                })
            })
        })?;
        xml.open("NtryDtls")?;
        xml.within("Btch", |xml| {
            let parts = totals.payments + totals.refunds + deductions(self.statement).count() as u64;
            xml.leaf("NbOfTxs", &parts.to_string())?;
            xml.amount("TtlAmt", self.part)?;
            xml.leaf("CdtDbtInd", "CRDT")
        })
    }

    fn end_entry(&self, xml: &mut Xml<impl Write>) -> io::Result<()> {
        xml.close()?;
        xml.close()
    }

    /// The figures in words: an entry has no place for them.
    fn end(&self, xml: &mut Xml<impl Write>) -> io::Result<()> {
        let totals = &self.statement.totals;
        let contract = super::layout::contract_word(self.statement.contract);
        let about = format!(
            "{} payment(s) {}; {} refund(s) {}; commission {}; VAT {}; carried in {}; net {} ({contract}); paid {}; \
             carried out {}",
            totals.payments,
            totals.gross,
            totals.refunds,
            totals.refunded,
            totals.commission,
            totals.vat,
            totals.carried_in,
            totals.net,
            totals.paid,
            totals.carried_out
        );
        xml.leaf("AddtlNtfctnInf", &about)?;
        xml.close()
    }
}

fn detail(xml: &mut Xml<impl Write>, line: &Line) -> io::Result<()> {
    xml.within("TxDtls", |xml| {
        xml.within("Refs", |xml| {
            xml.leaf("EndToEndId", &line.reference.to_string())?;
            xml.leaf("TxId", &format!("{:012}", line.payment))
        })?;
        signed(xml, line.amount)?;
        xml.within("RmtInf", |xml| {
            xml.leaf("Ustrd", &format!("{} {}", line.receivable_type, line.contract))?;
            line.receipt_number.iter().try_for_each(|number| xml.leaf("Ustrd", &format!("receipt {number}")))
        })?;
        xml.path(&["RltdDts", "TxDtTm"], &date_time(line.confirmed_at))?;
        let kind = match line.kind {
            LineKind::Payment => "payment",
            LineKind::Refund => "refund",
        };
        xml.leaf("AddtlTxInf", &format!("{kind} {} {}", line.channel, line.instrument))
    })
}

fn deduction(xml: &mut Xml<impl Write>, what: &str, amount: Money) -> io::Result<()> {
    xml.within("TxDtls", |xml| {
        signed(xml, amount)?;
        xml.leaf("AddtlTxInf", what)
    })
}

/// An amount as the account sees it.
fn signed(xml: &mut Xml<impl Write>, amount: Money) -> io::Result<()> {
    let (absolute, direction) = match amount {
        amount if amount < Money::ZERO => (Money::from_minor(amount.minor().saturating_neg()), "DBIT"),
        amount => (amount, "CRDT"),
    };
    xml.amount("Amt", absolute)?;
    xml.leaf("CdtDbtInd", direction)
}

/// What stands between the lines and the net, as the biller's account sees it.
fn deductions(statement: &WindowStatement) -> impl Iterator<Item = (&'static str, Money)> {
    let totals = &statement.totals;
    let off = |amount: Money| match statement.contract {
        Contract::Net => Money::from_minor(amount.minor().saturating_neg()),
        Contract::Gross => Money::ZERO,
    };
    [
        ("commission", off(totals.commission)),
        ("VAT on commission", off(totals.vat)),
        ("carried over from earlier windows", totals.carried_in),
    ]
    .into_iter()
    .filter(|(_, amount)| *amount != Money::ZERO)
}

fn check(statement: &WindowStatement, terms: &Terms) -> Result<(), Unfit> {
    let header = |field, why: &str| Err(Unfit::new("header", field, why));
    if terms.accounts.is_empty() || terms.accounts.len() > usize::from(u8::MAX) {
        return header("accounts", "expected 1 to 255 accounts");
    }
    for account in &terms.accounts {
        if !rib::is_valid(&account.rib) {
            return header("rib", "not a RIB of 24 digits whose number is a multiple of 97");
        }
        if name(&account.holder, NAME_MAX).is_empty() {
            return header("holder", "an account without a holder");
        }
    }
    if statement.totals.gross > AMOUNT_MAX || statement.totals.paid > AMOUNT_MAX {
        return header("gross", &format!("more than {AMOUNT_MAX}"));
    }
    Ok(())
}

fn check_line(number: u64, line: &Line) -> Result<(), Unfit> {
    let texts = [("contract", Some(&line.contract)), ("receipt", line.receipt_number.as_ref())];
    for (field, text) in texts {
        if text.is_some_and(|text| text.chars().count() > 64 || text.chars().any(char::is_control)) {
            let why = "not at most 64 characters without control characters";
            return Err(Unfit::new(format!("line {number}"), field, why));
        }
    }
    Ok(())
}
