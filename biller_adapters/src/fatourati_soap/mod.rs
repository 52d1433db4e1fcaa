//! The FATOURATI SOAP operations: docs/biller-fatourati-soap.md is the protocol.
//!
//! There is no status operation. The same `setConfirmation` again is the question: the reference is the biller hub's
//! key against duplicates, and 301 answers with the receipt number of the first time.

mod directory;
mod envelope;
mod xml;

use chrono::{DateTime, Utc};
use ledger::{Channel, Money};
use reqwest::Url;
use secrecy::SecretString;

pub use directory::{ListedBiller, ListedField, ListedReceivableType};

use self::envelope::{Answer, Code, answer, request};
use self::xml::Element;
use crate::answers::{bad, check_articles, check_principal, iso_date, receipt, two_places};
use crate::connector::{
    Article, ArticleKind, BillQuery, BillerFailure, CancelOutcome, Cancellation, ConfirmOutcome, Confirmation,
    Connector, FetchedBill, FindOutcome, WireAnswer, WireRequest,
};
use crate::settings::address;

/// The connector of one biller behind a FATOURATI-shaped biller hub.
pub struct FatouratiSoap {
    biller: u16,
    endpoint: Url,
    acquirer_id: String,
    secret: SecretString,
}

fn leaf(name: &str, text: impl Into<String>) -> Element {
    Element::leaf(name, text)
}

/// A list of names and values.
fn pairs<'a>(name: &str, pairs: impl Iterator<Item = (&'a String, &'a String)>) -> Vec<Element> {
    pairs
        .map(|(key, value)| {
            Element::group(name, vec![leaf("nomChamp", key.as_str()), leaf("valChamp", value.as_str())])
        })
        .collect()
}

impl FatouratiSoap {
    /// The connector; `Misconfigured` if the endpoint is no address or the acquirer's identifier is empty.
    pub fn new(biller: u16, endpoint: &str, acquirer_id: &str, secret: SecretString) -> Result<Self, BillerFailure> {
        if acquirer_id.trim().is_empty() {
            return Err(BillerFailure::Misconfigured("acquirer_id is empty".into()));
        }
        let endpoint = address("endpoint", endpoint)?;
        Ok(Self { biller, endpoint, acquirer_id: acquirer_id.to_owned(), secret })
    }

    fn request(&self, operation: &str, values: Vec<Element>) -> Result<WireRequest, BillerFailure> {
        request(self.endpoint.as_str(), operation, values, &self.secret)
    }

    /// The values with which every request begins. `mode` is the instrument's number, 0 while it is not known.
    fn common(&self, channel: Channel, mode: i16, at: DateTime<Utc>) -> Vec<Element> {
        let channel_type = match channel {
            Channel::Web | Channel::Api => "1",
            Channel::Ivr | Channel::Tel => "2",
            Channel::Agt => "3",
            Channel::Pos => "4",
        };
        vec![
            leaf("aquereurID", self.acquirer_id.as_str()),
            leaf("canalID", channel.as_str()),
            leaf("typeCanal", channel_type),
            leaf("modeID", mode.to_string()),
            leaf("dateServeur", at.format("%Y%m%d%H%M%S").to_string()),
            leaf("outlet", "HUB"),
            leaf("location", "MA"),
        ]
    }

    /// The values of a request about one payment, up to the biller hub's reference.
    fn about(&self, confirmation: &Confirmation, at: DateTime<Utc>) -> Vec<Element> {
        let mut values = self.common(confirmation.channel, confirmation.instrument.code(), at);
        values.extend([
            leaf("creancierID", format!("{:04}", confirmation.biller)),
            leaf("creanceID", confirmation.receivable_type.as_str()),
            leaf("refTxSysPmt", confirmation.reference.as_str()),
            leaf("refTxFatourati", confirmation.biller_reference.as_str()),
        ]);
        values
    }

    /// An answer that speaks of our reference and no other.
    fn answer(&self, operation: &str, reference: &str, wire: &WireAnswer) -> Result<Answer, BillerFailure> {
        let answer = answer(operation, wire, &self.secret)?;
        if answer.body.value("refTxSysPmt")? != reference {
            return Err(bad("the answer is of another transaction"));
        }
        Ok(answer)
    }
}

impl Connector for FatouratiSoap {
    fn biller(&self) -> u16 {
        self.biller
    }

    fn find_bills(&self, query: &BillQuery) -> Result<WireRequest, BillerFailure> {
        let mut values = self.common(query.channel, 0, query.asked_at);
        values.extend([
            leaf("creancierID", format!("{:04}", query.biller)),
            leaf("creanceID", query.receivable_type.as_str()),
            leaf("refTxSysPmt", query.reference.as_str()),
        ]);
        values.extend(pairs("CreancierVals", query.fields.iter()));
        self.request("getImpayes", values)
    }

    fn read_bills(&self, query: &BillQuery, wire: &WireAnswer) -> Result<FindOutcome, BillerFailure> {
        let answer = self.answer("getImpayes", &query.reference, wire)?;
        match answer.code {
            Code::Done => read_unpaid(&answer.body),
            Code::NothingDue => Ok(FindOutcome::NothingDue),
            Code::UnknownCustomer => Ok(FindOutcome::UnknownCustomer),
            Code::AlreadyProcessed | Code::Pending | Code::Refused => {
                Err(BillerFailure::Refused { code: answer.said.code, message: answer.said.message })
            }
        }
    }

    fn confirm(&self, confirmation: &Confirmation, _now: DateTime<Utc>) -> Result<WireRequest, BillerFailure> {
        check_principal(&confirmation.articles, confirmation.principal)?;
        let mut values = self.about(confirmation, confirmation.paid_at);
        values.extend(pairs("CreancierVals", confirmation.fields.iter()));
        values.extend([
            leaf("codeAutorisation", confirmation.authorisation.as_str()),
            leaf("codeDevise", "504"),
            leaf("codeReconciliation", confirmation.paid_at.format("%Y%m%d").to_string()),
            leaf("montantTotalTTC", confirmation.principal.to_string()),
        ]);
        values.extend(pairs("globalParams", confirmation.opaque.iter().map(|(name, value)| (name, value))));
        values.extend(confirmation.articles.iter().map(|article| {
            let kind = article.kind.number().to_string();
            Element::group(
                "listeArticleSelectionne",
                vec![
                    leaf("idArticle", article.id.as_str()),
                    leaf("prixTTC", article.amount.to_string()),
                    leaf("typeArticle", kind),
                ],
            )
        }));
        self.request("setConfirmation", values)
    }

    fn read_confirmation(
        &self,
        confirmation: &Confirmation,
        wire: &WireAnswer,
    ) -> Result<ConfirmOutcome, BillerFailure> {
        let answer = self.answer("setConfirmation", &confirmation.reference, wire)?;
        Ok(match answer.code {
            Code::Done | Code::AlreadyProcessed => {
                let date = optional_date(answer.body.value("dateOperation")?)?;
                ConfirmOutcome::Confirmed(receipt(answer.body.value("numRecu")?, date)?)
            }
            Code::Pending => ConfirmOutcome::Unknown(format!("pending at the biller: code {}", answer.said.code)),
            Code::NothingDue | Code::UnknownCustomer | Code::Refused => ConfirmOutcome::Refused(answer.said),
        })
    }

    fn cancel(&self, cancellation: &Cancellation, _now: DateTime<Utc>) -> Option<Result<WireRequest, BillerFailure>> {
        let confirmation = &cancellation.confirmation;
        let mut values = self.about(confirmation, cancellation.cancelled_at);
        values.extend([
            leaf("codeDevise", "504"),
            leaf("montantTotalTTC", confirmation.principal.to_string()),
            leaf("motif", cancellation.reason.as_str()),
        ]);
        Some(self.request("setAnnulation", values))
    }

    fn read_cancellation(
        &self,
        cancellation: &Cancellation,
        wire: &WireAnswer,
    ) -> Result<CancelOutcome, BillerFailure> {
        let answer = self.answer("setAnnulation", &cancellation.confirmation.reference, wire)?;
        Ok(match answer.code {
            Code::Done | Code::AlreadyProcessed => CancelOutcome::Cancelled,
            Code::Pending => CancelOutcome::Unknown(format!("pending at the biller: code {}", answer.said.code)),
            Code::NothingDue | Code::UnknownCustomer | Code::Refused => CancelOutcome::Refused(answer.said),
        })
    }
}

/// Reads what getImpayes found, and checks its count and total.
fn read_unpaid(body: &Element) -> Result<FindOutcome, BillerFailure> {
    let articles = body.all("impayesParams").map(read_article).collect::<Result<Vec<_>, _>>()?;
    check_articles(&articles)?;
    if body.value("nbreCreances")?.parse() != Ok(articles.len()) {
        return Err(bad("nbreCreances is not the number of articles"));
    }
    let total = Money::sum(articles.iter().map(|article| article.amount));
    if total != Some(amount(body.value("montantTotalTTC")?)?) {
        return Err(bad("montantTotalTTC is not the sum of the articles"));
    }
    if body.value("codeDevise")? != "504" {
        return Err(bad("codeDevise is not 504"));
    }
    if articles.is_empty() {
        return Ok(FindOutcome::NothingDue);
    }
    let biller_reference = body.value("refTxFatourati")?;
    if biller_reference.len() != 12 || !biller_reference.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(bad("refTxFatourati is not twelve digits"));
    }
    let opaque = body
        .all("globalParams")
        .map(|pair| Ok((pair.value("nomChamp")?.to_owned(), pair.value("valChamp")?.to_owned())))
        .collect::<Result<_, BillerFailure>>()?;
    Ok(FindOutcome::Bills(FetchedBill { biller_reference: biller_reference.to_owned(), articles, opaque }))
}

fn read_article(item: &Element) -> Result<Article, BillerFailure> {
    Ok(Article {
        id: item.value("idArticle")?.to_owned(),
        kind: ArticleKind::from_digit(item.value("typeArticle")?).ok_or_else(|| bad("typeArticle is not 0 to 3"))?,
        description: item.value("description")?.to_owned(),
        amount: amount(item.value("prixTTC")?)?,
        date: optional_date(item.value("dateFacture")?)?,
    })
}

fn amount(text: &str) -> Result<Money, BillerFailure> {
    two_places(text).ok_or_else(|| bad("an amount not of the form 168.00"))
}

fn optional_date(text: &str) -> Result<Option<chrono::NaiveDate>, BillerFailure> {
    match text {
        "" => Ok(None),
        text => iso_date(text).map(Some).ok_or_else(|| bad("a date not of the form YYYY-MM-DD")),
    }
}

#[cfg(test)]
mod tests;
