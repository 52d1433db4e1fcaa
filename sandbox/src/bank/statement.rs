//! A day of the account: camt.053.001.08, with balances that tie.

use chrono::{DateTime, NaiveDate, Utc};
use quick_xml::escape::escape;

use super::{BankEntry, BankState, BankTransfer, OPENING};
use crate::amount::show_amount;

/// The account of a hub that has not ordered anything yet.
const UNKNOWN_ACCOUNT: &str = "011780000000123456789047";

pub(super) fn of(bank: &BankState, day: NaiveDate, now: DateTime<Utc>) -> String {
    let sum = |is_in: &dyn Fn(NaiveDate) -> bool| -> i64 {
        bank.entries.iter().filter(|entry| is_in(entry.day)).map(|entry| entry.minor).sum()
    };
    let opening = OPENING + sum(&|of| of < day);
    let closing = opening + sum(&|of| of == day);
    let account = if bank.account.is_empty() { UNKNOWN_ACCOUNT } else { &bank.account };
    let entries: String = bank.entries.iter().filter(|entry| entry.day == day).map(entry).collect();
    let (stamp, id) = (now.format("%Y-%m-%dT%H:%M:%SZ"), day.format("%Y%m%d"));
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:camt.053.001.08\"><BkToCstmrStmt>\
         <GrpHdr><MsgId>SBXSTM{id}</MsgId><CreDtTm>{stamp}</CreDtTm></GrpHdr>\
         <Stmt><Id>SBX{id}</Id><CreDtTm>{stamp}</CreDtTm>\
         <Acct>{}<Ccy>MAD</Ccy></Acct>{}{}{entries}</Stmt></BkToCstmrStmt></Document>\n",
        account_id(account),
        balance("OPBD", opening, day),
        balance("CLBD", closing, day),
    )
}

fn account_id(account: &str) -> String {
    match account.starts_with("MA") {
        true => format!("<Id><IBAN>{}</IBAN></Id>", escape(account)),
        false => format!("<Id><Othr><Id>{}</Id><SchmeNm><Prtry>RIB</Prtry></SchmeNm></Othr></Id>", escape(account)),
    }
}

/// Amount and side: amounts are never below zero.
fn amount(minor: i64) -> String {
    let side = if minor < 0 { "DBIT" } else { "CRDT" };
    format!("<Amt Ccy=\"MAD\">{}</Amt><CdtDbtInd>{side}</CdtDbtInd>", show_amount(minor.abs()))
}

fn balance(code: &str, minor: i64, day: NaiveDate) -> String {
    format!("<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp>{}<Dt><Dt>{day}</Dt></Dt></Bal>", amount(minor))
}

fn entry(entry: &BankEntry) -> String {
    let BankEntry { id, day, minor, about, transfers, order, returned } = entry;
    let (family, kind) = match (transfers.is_empty(), returned, *minor < 0) {
        (_, Some(_), _) => ("ICDT", "RRTN"),
        (true, None, true) => ("MDOP", "CHRG"),
        (true, None, false) => ("RCDT", "OTHR"),
        (false, None, _) => ("ICDT", "ESCT"),
    };
    let batch = order.as_ref().filter(|_| transfers.len() > 1).map(|(message, part)| {
        format!(
            "<Btch><MsgId>{}</MsgId><PmtInfId>{}</PmtInfId><NbOfTxs>{}</NbOfTxs><TtlAmt Ccy=\"MAD\">{}</TtlAmt>\
             <CdtDbtInd>DBIT</CdtDbtInd></Btch>",
            escape(message),
            escape(part),
            transfers.len(),
            show_amount(minor.abs())
        )
    });
    let details: String = transfers.iter().map(|transfer| detail(entry, transfer)).collect();
    let details = match transfers.is_empty() {
        true => String::new(),
        false => format!("<NtryDtls>{}{details}</NtryDtls>", batch.unwrap_or_default()),
    };
    format!(
        "<Ntry><NtryRef>{id}</NtryRef>{}<Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>{day}</Dt></BookgDt>\
         <ValDt><Dt>{day}</Dt></ValDt><AcctSvcrRef>SBX{id}</AcctSvcrRef>\
         <BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>{family}</Cd><SubFmlyCd>{kind}</SubFmlyCd></Fmly></Domn></BkTxCd>\
         {details}<AddtlNtryInf>{}</AddtlNtryInf></Ntry>",
        amount(*minor),
        escape(about)
    )
}

fn detail(entry: &BankEntry, transfer: &BankTransfer) -> String {
    let signed = if entry.minor < 0 { -transfer.minor } else { transfer.minor };
    let order = entry.order.as_ref().map(|(message, part)| {
        (format!("<MsgId>{}</MsgId>", escape(message)), format!("<PmtInfId>{}</PmtInfId>", escape(part)))
    });
    let (message, part) = order.unwrap_or_default();
    let returned = entry.returned.as_ref().map(|code| format!("<RtrInf><Rsn><Cd>{}</Cd></Rsn></RtrInf>", escape(code)));
    format!(
        "<TxDtls><Refs>{message}{part}<EndToEndId>{}</EndToEndId></Refs>{}\
         <RltdPties><Cdtr><Pty><Nm>{}</Nm></Pty></Cdtr><CdtrAcct>{}</CdtrAcct></RltdPties>{}</TxDtls>",
        escape(&transfer.end_to_end_id),
        amount(signed),
        escape(&transfer.holder),
        account_id(&transfer.account),
        returned.unwrap_or_default(),
    )
}
