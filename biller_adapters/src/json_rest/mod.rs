//! JSON over HTTP, signed with HMAC-SHA256: docs/biller-json-rest.md is the protocol.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, SecondsFormat, Utc};
use ledger::{Channel, Instrument, Language};
use reqwest::Url;
use secrecy::SecretString;
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::answers::{bad, check_articles, check_principal, is_identifier, iso_date, receipt, two_places};
use crate::connector::{
    Article, ArticleKind, BillQuery, BillerFailure, CancelOutcome, Cancellation, ConfirmOutcome, Confirmation,
    Connector, FetchedBill, FindOutcome, Refusal, StatusOutcome, WireAnswer, WireRequest,
};
use crate::settings::{address, below};
use crate::signing::{check_answer, sign_request};

/// The connector of one biller.
pub(crate) struct JsonRest {
    biller: u16,
    base: Url,
    secret: SecretString,
}

#[derive(Serialize)]
struct FindBody<'a> {
    reference: &'a str,
    receivable_type: &'a str,
    fields: &'a BTreeMap<String, String>,
    language: Language,
    channel: Channel,
}

#[derive(Serialize)]
struct ConfirmBody<'a> {
    reference: &'a str,
    biller_reference: &'a str,
    receivable_type: &'a str,
    fields: &'a BTreeMap<String, String>,
    articles: Vec<PaidArticle<'a>>,
    opaque: &'a [(String, String)],
    amount: String,
    currency: &'static str,
    paid_at: String,
    channel: Channel,
    instrument: Instrument,
    authorisation: &'a str,
}

#[derive(Serialize)]
struct PaidArticle<'a> {
    id: &'a str,
    kind: ArticleKind,
    amount: String,
}

#[derive(Serialize)]
struct StatusBody<'a> {
    reference: &'a str,
}

#[derive(Serialize)]
struct CancelBody<'a> {
    reference: &'a str,
    amount: String,
    currency: &'static str,
    cancelled_at: String,
    reason: &'a str,
}

#[derive(Deserialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
enum CancelAnswer {
    Cancelled,
    Refused { code: String, message: String },
    Pending,
}

#[derive(Deserialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
enum FindAnswer {
    Bills { biller_reference: String, articles: Vec<DueArticle>, opaque: Vec<(String, String)> },
    NothingDue,
    UnknownCustomer,
    Refused { code: String, message: String },
}

#[derive(Deserialize)]
struct DueArticle {
    id: String,
    kind: ArticleKind,
    description: String,
    amount: String,
    date: Option<String>,
}

/// Answers of both confirm and status; `not_found` belongs to status alone.
#[derive(Deserialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
enum BookingAnswer {
    Confirmed { receipt_number: String, date: Option<String> },
    Refused { code: String, message: String },
    Pending,
    NotFound,
}

impl JsonRest {
    pub(crate) fn new(biller: u16, base_url: &str, secret: SecretString) -> Result<Self, BillerFailure> {
        Ok(Self { biller, base: address("base_url", base_url)?, secret })
    }

    fn post(
        &self,
        path: &str,
        reference: &str,
        body: &impl Serialize,
        now: DateTime<Utc>,
    ) -> Result<WireRequest, BillerFailure> {
        let body = serde_json::to_vec(body).map_err(|error| BillerFailure::Misconfigured(error.to_string()))?;
        let url = below(&self.base, path);
        let mut headers = vec![("Content-Type".to_owned(), "application/json".to_owned())];
        headers.extend(sign_request(&self.secret, "POST", url.path(), reference, &body, now)?);
        Ok(WireRequest { method: "POST", url: url.into(), headers, body })
    }

    fn read<T: DeserializeOwned>(&self, reference: &str, answer: &WireAnswer) -> Result<T, BillerFailure> {
        if answer.status != 200 {
            return Err(bad(format!("HTTP {}", answer.status)));
        }
        check_answer(&self.secret, reference, answer)?;
        // The library's own message may repeat a value of the answer.
        serde_json::from_slice(&answer.body)
            .map_err(|error| bad(format!("unexpected JSON at line {} column {}", error.line(), error.column())))
    }
}

fn due_article(article: DueArticle) -> Result<Article, BillerFailure> {
    let amount = two_places(&article.amount).ok_or_else(|| bad("an amount not of the form 168.00"))?;
    Ok(Article {
        id: article.id,
        kind: article.kind,
        description: article.description,
        amount,
        date: read_date(article.date.as_deref())?,
    })
}

fn read_date(text: Option<&str>) -> Result<Option<NaiveDate>, BillerFailure> {
    text.map(|text| iso_date(text).ok_or_else(|| bad("a date not of the form YYYY-MM-DD"))).transpose()
}

impl Connector for JsonRest {
    fn biller(&self) -> u16 {
        self.biller
    }

    fn find_bills(&self, query: &BillQuery) -> Result<WireRequest, BillerFailure> {
        let body = FindBody {
            reference: &query.reference,
            receivable_type: &query.receivable_type,
            fields: &query.fields,
            language: query.language,
            channel: query.channel,
        };
        self.post("bills/find", &query.reference, &body, query.asked_at)
    }

    fn read_bills(&self, query: &BillQuery, answer: &WireAnswer) -> Result<FindOutcome, BillerFailure> {
        match self.read(&query.reference, answer)? {
            FindAnswer::NothingDue => Ok(FindOutcome::NothingDue),
            FindAnswer::UnknownCustomer => Ok(FindOutcome::UnknownCustomer),
            FindAnswer::Refused { code, message } => Err(BillerFailure::Refused { code, message }),
            FindAnswer::Bills { biller_reference, articles, opaque } => {
                if !biller_reference.is_empty() && !is_identifier(&biller_reference) {
                    return Err(bad("a biller_reference of more than 64 characters"));
                }
                if articles.is_empty() {
                    return Err(bad("bills without an article (nothing_due says that)"));
                }
                let articles = articles.into_iter().map(due_article).collect::<Result<Vec<_>, _>>()?;
                check_articles(&articles)?;
                Ok(FindOutcome::Bills(FetchedBill { biller_reference, articles, opaque }))
            }
        }
    }

    fn confirm(&self, confirmation: &Confirmation, now: DateTime<Utc>) -> Result<WireRequest, BillerFailure> {
        check_principal(&confirmation.articles, confirmation.principal)?;
        let articles = confirmation
            .articles
            .iter()
            .map(|article| PaidArticle { id: &article.id, kind: article.kind, amount: article.amount.to_string() })
            .collect();
        let body = ConfirmBody {
            reference: &confirmation.reference,
            biller_reference: &confirmation.biller_reference,
            receivable_type: &confirmation.receivable_type,
            fields: &confirmation.fields,
            articles,
            opaque: &confirmation.opaque,
            amount: confirmation.principal.to_string(),
            currency: "504",
            paid_at: confirmation.paid_at.to_rfc3339_opts(SecondsFormat::Secs, true),
            channel: confirmation.channel,
            instrument: confirmation.instrument,
            authorisation: &confirmation.authorisation,
        };
        self.post("payments/confirm", &confirmation.reference, &body, now)
    }

    fn read_confirmation(
        &self,
        confirmation: &Confirmation,
        answer: &WireAnswer,
    ) -> Result<ConfirmOutcome, BillerFailure> {
        Ok(match self.read(&confirmation.reference, answer)? {
            BookingAnswer::Confirmed { receipt_number, date } => {
                ConfirmOutcome::Confirmed(receipt(&receipt_number, read_date(date.as_deref())?)?)
            }
            BookingAnswer::Refused { code, message } => ConfirmOutcome::Refused(Refusal { code, message }),
            BookingAnswer::Pending => ConfirmOutcome::Unknown("the biller is still working on it".into()),
            BookingAnswer::NotFound => return Err(bad("not_found is no answer to a confirmation")),
        })
    }

    fn status(&self, confirmation: &Confirmation, now: DateTime<Utc>) -> Option<WireRequest> {
        let reference = &confirmation.reference;
        self.post("payments/status", reference, &StatusBody { reference }, now).ok()
    }

    fn read_status(&self, confirmation: &Confirmation, answer: &WireAnswer) -> Result<StatusOutcome, BillerFailure> {
        Ok(match self.read(&confirmation.reference, answer)? {
            BookingAnswer::Confirmed { receipt_number, date } => {
                StatusOutcome::Confirmed(receipt(&receipt_number, read_date(date.as_deref())?)?)
            }
            BookingAnswer::Refused { code, message } => StatusOutcome::Refused(Refusal { code, message }),
            BookingAnswer::Pending => StatusOutcome::Pending("the biller is still working on it".into()),
            BookingAnswer::NotFound => StatusOutcome::NotFound,
        })
    }

    fn cancel(&self, cancellation: &Cancellation, now: DateTime<Utc>) -> Option<Result<WireRequest, BillerFailure>> {
        let confirmation = &cancellation.confirmation;
        let body = CancelBody {
            reference: &confirmation.reference,
            amount: confirmation.principal.to_string(),
            currency: "504",
            cancelled_at: cancellation.cancelled_at.to_rfc3339_opts(SecondsFormat::Secs, true),
            reason: &cancellation.reason,
        };
        Some(self.post("payments/cancel", &confirmation.reference, &body, now))
    }

    fn read_cancellation(
        &self,
        cancellation: &Cancellation,
        answer: &WireAnswer,
    ) -> Result<CancelOutcome, BillerFailure> {
        Ok(match self.read(&cancellation.confirmation.reference, answer)? {
            CancelAnswer::Cancelled => CancelOutcome::Cancelled,
            CancelAnswer::Refused { code, message } => CancelOutcome::Refused(Refusal { code, message }),
            CancelAnswer::Pending => CancelOutcome::Unknown("the biller is still working on it".into()),
        })
    }
}

#[cfg(test)]
mod tests;
