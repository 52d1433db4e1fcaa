//! Flat files: docs/biller-flat-file.md is the protocol. Bills come from an imported file; one payments file a
//! confirmation goes back.

mod bill_file;
mod lines;

use chrono::{DateTime, SecondsFormat, Utc};
use ledger::Money;
use reqwest::Url;
use secrecy::SecretString;
use sha2::{Digest, Sha256};

pub use bill_file::{BillFile, FileBill, FileCustomer, FileStep, SequenceFault, parse_bill_file};
pub use lines::LineFault;

use crate::answers::{bad, check_principal, iso_date, receipt};
use crate::connector::{
    BillQuery, BillSource, BillerFailure, ConfirmOutcome, Confirmation, Connector, FindOutcome, Refusal, StatusOutcome,
    WireAnswer, WireRequest,
};
use crate::settings::{address, below};
use crate::signing::sign_request;

/// Stands where a payment's reference would, in the request for the bill file.
const NO_REFERENCE: &str = "000000000000";
/// The form's field that names the customer in files.
const CONTRACT_FIELD: &str = "contract";

/// The connector of one biller.
pub(crate) struct FlatFile {
    biller: u16,
    bills_url: Url,
    payments_url: Url,
    secret: SecretString,
}

impl FlatFile {
    pub(crate) fn new(
        biller: u16,
        bills_url: &str,
        payments_url: &str,
        secret: SecretString,
    ) -> Result<Self, BillerFailure> {
        Ok(Self {
            biller,
            bills_url: address("bills_url", bills_url)?,
            payments_url: address("payments_url", payments_url)?,
            secret,
        })
    }

    fn get(&self, url: &Url, reference: &str, now: DateTime<Utc>) -> Option<WireRequest> {
        let headers = sign_request(&self.secret, "GET", url.path(), reference, b"", now).ok()?;
        Some(WireRequest { method: "GET", url: url.to_string(), headers, body: Vec::new() })
    }
}

impl Connector for FlatFile {
    fn biller(&self) -> u16 {
        self.biller
    }

    fn source(&self) -> BillSource<'_> {
        BillSource::File { bills_url: self.bills_url.as_str() }
    }

    fn find_bills(&self, _query: &BillQuery) -> Result<WireRequest, BillerFailure> {
        Err(BillerFailure::Misconfigured("this biller's bills come from its bill file".into()))
    }

    fn read_bills(&self, _query: &BillQuery, _answer: &WireAnswer) -> Result<FindOutcome, BillerFailure> {
        Err(BillerFailure::Misconfigured("this biller's bills come from its bill file".into()))
    }

    fn bill_file(&self, now: DateTime<Utc>) -> Option<WireRequest> {
        self.get(&self.bills_url, NO_REFERENCE, now)
    }

    fn confirm(&self, confirmation: &Confirmation, now: DateTime<Utc>) -> Result<WireRequest, BillerFailure> {
        let body = payments_file(confirmation)?;
        let reference = &confirmation.reference;
        let url = below(&self.payments_url, &format!("{reference}.csv"));
        let mut headers = vec![("Content-Type".to_owned(), "text/csv; charset=utf-8".to_owned())];
        headers.extend(sign_request(&self.secret, "PUT", url.path(), reference, &body, now)?);
        Ok(WireRequest { method: "PUT", url: url.into(), headers, body })
    }

    fn read_confirmation(
        &self,
        confirmation: &Confirmation,
        answer: &WireAnswer,
    ) -> Result<ConfirmOutcome, BillerFailure> {
        match answer.status {
            200 | 201 => acknowledgement(&confirmation.reference, &answer.body),
            status => Err(bad(format!("HTTP {status}"))),
        }
    }

    fn status(&self, confirmation: &Confirmation, now: DateTime<Utc>) -> Option<WireRequest> {
        let reference = &confirmation.reference;
        self.get(&below(&self.payments_url, &format!("{reference}.ack")), reference, now)
    }

    fn read_status(&self, confirmation: &Confirmation, answer: &WireAnswer) -> Result<StatusOutcome, BillerFailure> {
        match answer.status {
            200 => Ok(match acknowledgement(&confirmation.reference, &answer.body)? {
                ConfirmOutcome::Confirmed(receipt) => StatusOutcome::Confirmed(receipt),
                ConfirmOutcome::Refused(refusal) => StatusOutcome::Refused(refusal),
                ConfirmOutcome::Unknown(why) => StatusOutcome::Pending(why),
            }),
            404 => Ok(StatusOutcome::NotFound),
            status => Err(bad(format!("HTTP {status}"))),
        }
    }
}

/// The payments file of one confirmation. Without articles (a payment without a fetch) one `D` record with an empty
/// article id carries the amount.
fn payments_file(confirmation: &Confirmation) -> Result<Vec<u8>, BillerFailure> {
    let misconfigured = |what: &str| BillerFailure::Misconfigured(what.to_owned());
    check_principal(&confirmation.articles, confirmation.principal)?;
    let contract = confirmation
        .fields
        .get(CONTRACT_FIELD)
        .ok_or_else(|| misconfigured("a flat-file biller's identification form needs a field named contract"))?;
    let mut records = vec![vec![
        "H".to_owned(),
        "FATOURA-PAYMENTS".to_owned(),
        "1".to_owned(),
        format!("{:04}", confirmation.biller),
        confirmation.reference.clone(),
        confirmation.paid_at.to_rfc3339_opts(SecondsFormat::Secs, true),
    ]];
    let line = |id: &str, amount: Money| {
        vec!["D".to_owned(), confirmation.receivable_type.clone(), contract.clone(), id.to_owned(), amount.to_string()]
    };
    if confirmation.articles.is_empty() {
        records.push(line("", confirmation.principal));
    }
    records.extend(confirmation.articles.iter().map(|article| line(&article.id, article.amount)));
    let count = records.len() - 1;
    write_records(&records, count, confirmation.principal).ok_or_else(|| misconfigured("the payments file"))
}

/// Writes records and their trailer: count, total, SHA-256 of every byte before it.
fn write_records(records: &[Vec<String>], count: usize, total: Money) -> Option<Vec<u8>> {
    let write = |bytes: Vec<u8>, records: &[Vec<String>]| {
        let mut writer = csv::WriterBuilder::new().delimiter(b';').flexible(true).from_writer(bytes);
        records.iter().try_for_each(|record| writer.write_record(record)).ok()?;
        writer.into_inner().ok()
    };
    let bytes = write(Vec::new(), records)?;
    let digest = hex::encode(Sha256::digest(&bytes));
    write(bytes, &[vec!["T".to_owned(), count.to_string(), total.to_string(), digest]])
}

/// Reads `A;reference;receipt number;date` or `R;reference;code;message`.
fn acknowledgement(reference: &str, body: &[u8]) -> Result<ConfirmOutcome, BillerFailure> {
    let mut faults = lines::Faults::default();
    let records = lines::split(body, &mut faults);
    let [record] = records.as_slice() else { return Err(bad("the acknowledgement is not one line")) };
    if !faults.is_empty() || record.fields.len() != 4 {
        return Err(bad("the acknowledgement is not a line of four fields"));
    }
    if record.at(2) != reference {
        return Err(bad("the acknowledgement is of another payment"));
    }
    match record.at(1) {
        "A" => {
            let date = match record.at(4) {
                "" => None,
                text => Some(iso_date(text).ok_or_else(|| bad("a date not of the form YYYY-MM-DD"))?),
            };
            Ok(ConfirmOutcome::Confirmed(receipt(record.at(3), date)?))
        }
        "R" => Ok(ConfirmOutcome::Refused(Refusal { code: record.at(3).to_owned(), message: record.at(4).to_owned() })),
        _ => Err(bad("the acknowledgement begins with neither A nor R")),
    }
}

#[cfg(test)]
mod tests;
