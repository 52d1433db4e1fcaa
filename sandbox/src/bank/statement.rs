//! A day of the account as camt.053, with balances that tie.

use chrono::{DateTime, NaiveDate, Utc};
use quick_xml::escape::escape;

use super::{BankEntry, BankState, BankTransfer};
use crate::amount::show_amount;

/// What the versions of the message write in different ways.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Version {
    V02,
    V08,
}

impl Version {
    fn name(self) -> &'static str {
        match self {
            Self::V02 => "camt.053.001.02",
            Self::V08 => "camt.053.001.08",
        }
    }

    fn status(self) -> &'static str {
        match self {
            Self::V02 => "<Sts>BOOK</Sts>",
            Self::V08 => "<Sts><Cd>BOOK</Cd></Sts>",
        }
    }

    fn party(self, name: &str) -> String {
        match self {
            Self::V02 => format!("<Nm>{}</Nm>", escape(name)),
            Self::V08 => format!("<Pty><Nm>{}</Nm></Pty>", escape(name)),
        }
    }
}

pub(super) fn of(bank: &BankState, day: NaiveDate, version: Version, now: DateTime<Utc>) -> String {
    let (opening, closing) = bank.balances(day);
    let entries: String = bank.of_day(day).map(|one| entry(one, version)).collect();
    let (stamp, id) = (now.format("%Y-%m-%dT%H:%M:%SZ"), day.format("%Y%m%d"));
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:{}\"><BkToCstmrStmt>\
         <GrpHdr><MsgId>SBXSTM{id}</MsgId><CreDtTm>{stamp}</CreDtTm></GrpHdr>\
         <Stmt><Id>SBX{id}</Id><CreDtTm>{stamp}</CreDtTm>\
         <FrToDt><FrDtTm>{day}T00:00:00</FrDtTm><ToDtTm>{day}T23:59:59</ToDtTm></FrToDt>\
         <Acct>{}<Ccy>MAD</Ccy></Acct>{}{}{entries}</Stmt></BkToCstmrStmt></Document>\n",
        version.name(),
        account_id(bank.own_account()),
        balance("OPBD", opening, day),
        balance("CLBD", closing, day),
    )
}

pub(super) fn account_id(account: &str) -> String {
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

pub(super) fn entry(entry: &BankEntry, version: Version) -> String {
    let BankEntry { id, day, minor, about, transfers, order, returned, remittance } = entry;
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
    let details: String = transfers.iter().map(|transfer| detail(entry, transfer, version)).collect();
    let details = match (transfers.is_empty(), remittance) {
        (true, None) => String::new(),
        (true, Some(text)) => {
            let text = escape(text);
            format!(
                "<NtryDtls><TxDtls><Refs><EndToEndId>NOTPROVIDED</EndToEndId></Refs>{}<RmtInf><Ustrd>{text}</Ustrd>\
                 </RmtInf></TxDtls></NtryDtls>",
                amount(*minor)
            )
        }
        (false, _) => format!("<NtryDtls>{}{details}</NtryDtls>", batch.unwrap_or_default()),
    };
    format!(
        "<Ntry><NtryRef>{id}</NtryRef>{}{}<BookgDt><Dt>{day}</Dt></BookgDt>\
         <ValDt><Dt>{day}</Dt></ValDt><AcctSvcrRef>SBX{id}</AcctSvcrRef>\
         <BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>{family}</Cd><SubFmlyCd>{kind}</SubFmlyCd></Fmly></Domn></BkTxCd>\
         {details}<AddtlNtryInf>{}</AddtlNtryInf></Ntry>",
        amount(*minor),
        version.status(),
        escape(about)
    )
}

fn detail(entry: &BankEntry, transfer: &BankTransfer, version: Version) -> String {
    let signed = if entry.minor < 0 { -transfer.minor } else { transfer.minor };
    let order = entry.order.as_ref().map(|(message, part)| {
        (format!("<MsgId>{}</MsgId>", escape(message)), format!("<PmtInfId>{}</PmtInfId>", escape(part)))
    });
    let (message, part) = order.unwrap_or_default();
    let returned = entry.returned.as_ref().map(|code| format!("<RtrInf><Rsn><Cd>{}</Cd></Rsn></RtrInf>", escape(code)));
    format!(
        "<TxDtls><Refs>{message}{part}<EndToEndId>{}</EndToEndId></Refs>{}\
         <RltdPties><Cdtr>{}</Cdtr><CdtrAcct>{}</CdtrAcct></RltdPties>{}</TxDtls>",
        escape(&transfer.end_to_end_id),
        amount(signed),
        version.party(&transfer.holder),
        account_id(&transfer.account),
        returned.unwrap_or_default(),
    )
}
