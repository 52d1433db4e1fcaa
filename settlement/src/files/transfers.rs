//! The message that has the bank pay billers: ISO 20022 `pain.001`, one a run.

use std::collections::{BTreeMap, BTreeSet};
use std::convert::Infallible;
use std::io::{self, Write};

use chrono::{DateTime, NaiveDate, Utc};
use ledger::Money;

use super::references::{TransferId, transfer_message_id, transfer_part_id};
use super::xml::{AMOUNT_MAX, AccountForm, Xml, date_time, name};
use super::{Unfit, WriteError, Written};
use crate::rib;

/// Transfers of one message, at most: banks refuse larger ones, and a biller has one a window.
pub const TRANSFERS_MAX: usize = 10_000;
/// Characters of a name: `Nm` has 140, but Moroccan clearing and older banks cut at 70.
const NAME_MAX: usize = 70;

/// The version of the message, as the bank wants it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TransferVersion {
    /// `pain.001.001.03`, of 2009.
    V03,
    /// `pain.001.001.09`, of 2019.
    V09,
}

/// The hub's own account, out of which it pays.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PayingAccount {
    /// The name of its holder.
    pub name: String,
    /// The account: a RIB of 24 digits.
    pub rib: String,
    /// The bank's BIC.
    pub bic: Option<String>,
    /// The bank's number in the national clearing; used without a BIC.
    pub clearing_member: Option<String>,
    /// How accounts are named, here and of billers.
    pub form: AccountForm,
    /// Whether the bank books a part of the run as one entry; otherwise a transfer each.
    pub batch_booking: bool,
}

/// One transfer to one account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transfer {
    /// What it is known by.
    pub id: TransferId,
    /// The number of the statement that it pays.
    pub sequence: u64,
    /// The civil day that it settles.
    pub day: NaiveDate,
    /// The name of the account holder.
    pub holder: String,
    /// The account: a RIB of 24 digits.
    pub rib: String,
    /// How much, above zero.
    pub amount: Money,
    /// On which day the bank is to pay.
    pub execution: NaiveDate,
}

/// All transfers that go out at once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TransferRun<'a> {
    /// The number of the run; it never occurs twice.
    pub number: i64,
    /// When it was made.
    pub created: DateTime<Utc>,
    /// Out of which account.
    pub from: &'a PayingAccount,
    /// The transfers. In the message they stand by execution date, in the order given within one.
    pub transfers: &'a [Transfer],
}

type Failure = WriteError<Infallible>;

/// Writes the message of a run: a `PmtInf` for each execution date. The same run makes the same bytes.
///
/// # Errors
///
/// [`WriteError::Unfit`] names the transfer that cannot be paid so, before anything is written.
pub fn write_transfers(
    version: TransferVersion,
    run: &TransferRun<'_>,
    out: &mut dyn Write,
) -> Result<Written, Failure> {
    let total = check(run)?;
    let message = match version {
        TransferVersion::V03 => "pain.001.001.03",
        TransferVersion::V09 => "pain.001.001.09",
    };
    let mut parts: BTreeMap<NaiveDate, Vec<&Transfer>> = BTreeMap::new();
    for transfer in run.transfers {
        parts.entry(transfer.execution).or_default().push(transfer);
    }
    let mut xml = Xml::document(out, message)?;
    xml.open("CstmrCdtTrfInitn")?;
    xml.within("GrpHdr", |xml| {
        xml.leaf("MsgId", &transfer_message_id(run.number))?;
        xml.leaf("CreDtTm", &date_time(run.created))?;
        xml.leaf("NbOfTxs", &run.transfers.len().to_string())?;
        xml.leaf("CtrlSum", &total.to_string())?;
        xml.path(&["InitgPty", "Nm"], &name(&run.from.name, NAME_MAX))
    })?;
    for (part, (execution, transfers)) in parts.iter().enumerate() {
        let id = transfer_part_id(run.number, part + 1);
        // All of them fit together, as was checked.
        let sum = Money::sum(transfers.iter().map(|transfer| transfer.amount)).unwrap_or(total);
        xml.within("PmtInf", |xml| {
            xml.leaf("PmtInfId", &id)?;
            xml.leaf("PmtMtd", "TRF")?;
            xml.leaf("BtchBookg", if run.from.batch_booking { "true" } else { "false" })?;
            xml.leaf("NbOfTxs", &transfers.len().to_string())?;
            xml.leaf("CtrlSum", &sum.to_string())?;
            match version {
                TransferVersion::V03 => xml.leaf("ReqdExctnDt", &execution.to_string())?,
                TransferVersion::V09 => xml.path(&["ReqdExctnDt", "Dt"], &execution.to_string())?,
            }
            debtor(xml, version, run.from)?;
            transfers.iter().try_for_each(|transfer| credit(xml, run.from.form, transfer))
        })?;
    }
    Ok(xml.finish(run.transfers.len() as u64)?)
}

fn debtor(xml: &mut Xml<impl Write>, version: TransferVersion, from: &PayingAccount) -> io::Result<()> {
    xml.path(&["Dbtr", "Nm"], &name(&from.name, NAME_MAX))?;
    xml.within("DbtrAcct", |xml| xml.account(&from.rib, from.form))?;
    let bic = match version {
        TransferVersion::V03 => "BIC",
        TransferVersion::V09 => "BICFI",
    };
    let (path, text): (&[&'static str], &str) = match (&from.bic, &from.clearing_member) {
        (Some(code), _) => (&["FinInstnId", bic], code),
        (None, Some(member)) => (&["FinInstnId", "ClrSysMmbId", "MmbId"], member),
        // The schema wants the element; this is the code for not knowing (EPC).
        (None, None) => (&["FinInstnId", "Othr", "Id"], "NOTPROVIDED"),
    };
    xml.within("DbtrAgt", |xml| xml.path(path, text))?;
    xml.leaf("ChrgBr", "SHAR")
}

fn credit(xml: &mut Xml<impl Write>, form: AccountForm, transfer: &Transfer) -> io::Result<()> {
    let id = transfer.id.to_string();
    xml.within("CdtTrfTxInf", |xml| {
        xml.within("PmtId", |xml| {
            xml.leaf("InstrId", &id)?;
            xml.leaf("EndToEndId", &id)
        })?;
        xml.within("Amt", |xml| xml.amount("InstdAmt", transfer.amount))?;
        if form == AccountForm::Rib {
            // The first three digits of a RIB are its bank's number in the national clearing.
            let bank = transfer.rib.get(..3).unwrap_or_default();
            xml.path(&["CdtrAgt", "FinInstnId", "ClrSysMmbId", "MmbId"], bank)?;
        }
        xml.path(&["Cdtr", "Nm"], &name(&transfer.holder, NAME_MAX))?;
        xml.within("CdtrAcct", |xml| xml.account(&transfer.rib, form))?;
        let about = format!("FATOURA {} {} NO {}", transfer.id.biller, transfer.day, transfer.sequence);
        xml.path(&["RmtInf", "Ustrd"], &about)
    })
}

/// The sum of the transfers, if every one of them can be paid.
fn check(run: &TransferRun<'_>) -> Result<Money, Unfit> {
    let header = |field, why: &str| Err(Unfit::new(format!("run {}", run.number), field, why));
    if run.transfers.is_empty() || run.transfers.len() > TRANSFERS_MAX {
        return header("transfers", &format!("{}, expected 1 to {TRANSFERS_MAX}", run.transfers.len()));
    }
    if run.number < 0 {
        return header("number", "below zero");
    }
    if !rib::is_valid(&run.from.rib) {
        return header("rib", "the paying account is not a RIB of 24 digits whose number is a multiple of 97");
    }
    if name(&run.from.name, NAME_MAX).is_empty() {
        return header("name", "the paying account has no holder");
    }
    if run.from.bic.as_deref().is_some_and(|bic| !is_bic(bic)) {
        return header("bic", "not a BIC of 8 or 11 capitals and digits");
    }
    let is_member =
        |member: &str| (1..=35).contains(&member.len()) && member.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if run.from.clearing_member.as_deref().is_some_and(|member| !is_member(member)) {
        return header("clearing_member", "not 1 to 35 letters and digits");
    }
    let mut seen = BTreeSet::new();
    for transfer in run.transfers {
        let wrong = |field, why: &str| Err(Unfit::new(format!("transfer {}", transfer.id), field, why));
        if !seen.insert(transfer.id) {
            return wrong("id", "twice in one run");
        }
        if !rib::is_valid(&transfer.rib) {
            return wrong("rib", "not a RIB of 24 digits whose number is a multiple of 97");
        }
        if !transfer.amount.is_positive() || transfer.amount > AMOUNT_MAX {
            return wrong("amount", &format!("expected 0.01 to {AMOUNT_MAX}"));
        }
        if name(&transfer.holder, NAME_MAX).is_empty() {
            return wrong("holder", "an account without a holder");
        }
    }
    let total = Money::sum(run.transfers.iter().map(|transfer| transfer.amount)).filter(|total| *total <= AMOUNT_MAX);
    total.map_or_else(|| header("transfers", &format!("they add up past {AMOUNT_MAX}")), Ok)
}

/// ISO 9362, as the older schema has it.
fn is_bic(text: &str) -> bool {
    let (bank, rest) = text.split_at_checked(6).unwrap_or((text, ""));
    bank.len() == 6
        && bank.bytes().all(|byte| byte.is_ascii_uppercase())
        && matches!(rest.len(), 2 | 5)
        && rest.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
        && !rest.starts_with(['0', '1'])
        && rest.as_bytes().get(1) != Some(&b'O')
}
