//! Orders of transfers, pain.001.001.03 and .09, as the bank reads them.

use chrono::NaiveDate;

use super::BankTransfer;
use crate::amount::{parse_amount, show_amount};
use crate::xml::{self, Node};

/// A message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Order {
    pub message_id: String,
    /// `pain.001.001.09`.
    pub message: String,
    /// The account that pays.
    pub account: String,
    pub count: String,
    pub sum: String,
    pub parts: Vec<Part>,
}

/// A `PmtInf`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Part {
    pub id: String,
    pub is_batch: bool,
    pub day: NaiveDate,
    pub transfers: Vec<BankTransfer>,
}

impl Order {
    pub fn transfers(&self) -> impl Iterator<Item = &BankTransfer> {
        self.parts.iter().flat_map(|part| &part.transfers)
    }

    /// What does not tie.
    pub fn fault(&self) -> Option<String> {
        let (count, sum) = (self.transfers().count(), self.transfers().map(|transfer| transfer.minor).sum());
        let is_right = self.count == count.to_string() && parse_amount(&self.sum) == Some(sum);
        (!is_right).then(|| format!("{} of {} found, {} of {}", count, self.count, show_amount(sum), self.sum))
    }
}

pub(super) fn read(text: &str) -> Result<Order, String> {
    let root = xml::parse(text)?;
    let space = root.attribute("xmlns").unwrap_or_default();
    let message = space.rsplit(':').next().unwrap_or_default().to_owned();
    if !message.starts_with("pain.001.001.") {
        return Err(format!("{space} is not pain.001.001"));
    }
    let body = at(&root, &["CstmrCdtTrfInitn"])?;
    let parts: Vec<&Node> = body.all("PmtInf").collect();
    let account = parts.first().map(|part| at(part, &["DbtrAcct", "Id"])).ok_or("no PmtInf")??;
    Ok(Order {
        message_id: at(body, &["GrpHdr", "MsgId"])?.text.clone(),
        message,
        account: account_of(account)?,
        count: at(body, &["GrpHdr", "NbOfTxs"])?.text.clone(),
        sum: at(body, &["GrpHdr", "CtrlSum"])?.text.clone(),
        parts: parts.into_iter().map(part).collect::<Result<_, _>>()?,
    })
}

fn part(node: &Node) -> Result<Part, String> {
    let day = at(node, &["ReqdExctnDt"])?;
    let day = day.child("Dt").unwrap_or(day).text.trim();
    Ok(Part {
        id: at(node, &["PmtInfId"])?.text.clone(),
        is_batch: node.get("BtchBookg") == Some("true"),
        day: day.parse().map_err(|_| format!("ReqdExctnDt {day:?}"))?,
        transfers: node.all("CdtTrfTxInf").map(transfer).collect::<Result<_, _>>()?,
    })
}

fn transfer(node: &Node) -> Result<BankTransfer, String> {
    let amount = at(node, &["Amt", "InstdAmt"])?;
    if amount.attribute("Ccy") != Some("MAD") {
        return Err("InstdAmt in another currency than MAD".into());
    }
    Ok(BankTransfer {
        end_to_end_id: at(node, &["PmtId", "EndToEndId"])?.text.clone(),
        minor: parse_amount(&amount.text).ok_or_else(|| format!("InstdAmt {:?}", amount.text))?,
        account: account_of(at(node, &["CdtrAcct", "Id"])?)?,
        holder: at(node, &["Cdtr", "Nm"])?.text.clone(),
    })
}

fn at<'a>(node: &'a Node, path: &[&str]) -> Result<&'a Node, String> {
    path.iter().try_fold(node, |node, name| node.child(name).ok_or_else(|| format!("{name} is missing")))
}

fn account_of(id: &Node) -> Result<String, String> {
    match (id.get("IBAN"), id.child("Othr").and_then(|other| other.get("Id"))) {
        (Some(account), _) | (None, Some(account)) => Ok(account.to_owned()),
        (None, None) => Err("an account with neither IBAN nor Othr".into()),
    }
}

/// A RIB of 24 digits, alone or after `MA` and two digits, whose number is a multiple of 97.
pub(super) fn is_account(text: &str) -> bool {
    let rib = match text.strip_prefix("MA") {
        Some(rest) => rest.get(2..).unwrap_or_default(),
        None => text,
    };
    rib.len() == 24 && rib.parse::<u128>().is_ok_and(|number| number % 97 == 0)
}
