//! What is booked on a day so far, as camt.054.

use chrono::{DateTime, NaiveDate, Utc};
use quick_xml::escape::escape;

use super::statement::{Version, account_id, entry};
use super::{BankState, StatementForm};

/// In the version in which days are stated; the later one where they are stated by MT940.
pub(super) fn of(bank: &BankState, id: u64, day: NaiveDate, now: DateTime<Utc>) -> String {
    let (version, name) = match bank.form {
        StatementForm::Camt053V02 => (Version::V02, "camt.054.001.02"),
        StatementForm::Camt053V08 | StatementForm::Mt940 => (Version::V08, "camt.054.001.08"),
    };
    let entries: String = bank.of_day(day).map(|one| entry(one, version)).collect();
    let (stamp, account) = (now.format("%Y-%m-%dT%H:%M:%SZ"), account_id(bank.own_account()));
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:{}\"><BkToCstmrDbtCdtNtfctn>\
         <GrpHdr><MsgId>SBXNTF{id}</MsgId><CreDtTm>{stamp}</CreDtTm></GrpHdr>\
         <Ntfctn><Id>SBXN{id}</Id><CreDtTm>{stamp}</CreDtTm><Acct>{account}<Ccy>MAD</Ccy></Acct>{entries}</Ntfctn>\
         </BkToCstmrDbtCdtNtfctn></Document>\n",
        escape(name),
    )
}
