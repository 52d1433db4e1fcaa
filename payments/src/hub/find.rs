//! Finding bills.

use std::collections::{BTreeMap, HashMap};

use biller_adapters::{Article, BillQuery, BillSource, BillerFailure, Connector, FetchedBill, FindOutcome};
use chrono::{DateTime, NaiveDateTime, Utc};
use ledger::{BillKey, BillStanding, BillState, NewInquiry, PaymentState, Reference};

use super::detail::{self, InquiryDetail, bill_key, contract_masked, twelve_digits};
use super::{Hub, is_offered};
use crate::amount_rule::is_mandatory;
use crate::api::{FindBills, FindError, Found, Infrastructure, Inquiry, PayableArticle};
use crate::catalogue::ReceivableType;
use crate::form;

impl Hub {
    /// Asks the biller what a customer owes and keeps the answer as an inquiry.
    pub async fn find_bills(&self, request: FindBills) -> Result<Found, FindError> {
        let catalogue = self.catalogue();
        let biller = catalogue.get(request.biller).ok_or(FindError::UnknownBiller)?;
        let kind = biller.receivable_type(&request.receivable_type).ok_or(FindError::UnknownBiller)?;
        if !is_offered(kind, request.channel) {
            return Err(FindError::ChannelClosed);
        }
        if self.is_suspended(biller.code, request.channel) {
            return Err(FindError::Unavailable);
        }
        let fields = form::validate(&kind.form, &request.fields).map_err(FindError::Form)?;
        let connector = self.connector(biller.code).ok_or(FindError::Unavailable)?;
        if !self.answers(connector.as_ref()) {
            return Err(FindError::Unavailable);
        }
        let now = self.now();
        // The number is on disk before the biller sees it: it never names two look-ups.
        let id = self.write(|op| op.next_id()).await?;
        let query = BillQuery {
            reference: twelve_digits(id),
            biller: biller.code,
            receivable_type: kind.code.clone(),
            channel: request.channel,
            language: request.language,
            fields,
            asked_at: now,
        };
        let bill = match self.ask(connector.as_ref(), kind, &query).await? {
            FindOutcome::Bills(bill) => bill,
            FindOutcome::NothingDue => return Ok(Found::NothingDue),
            FindOutcome::UnknownCustomer => return Ok(Found::UnknownCustomer),
        };
        let inquiry_detail = InquiryDetail { fields: query.fields, bill };
        let expires_at = now + self.settings.inquiry_lifetime;
        let new = NewInquiry {
            id,
            biller: biller.code,
            receivable_type: kind.code.clone(),
            channel: request.channel,
            language: request.language,
            detail: detail::write(&inquiry_detail)?,
            created_at: now.naive_utc(),
            expires_at: expires_at.naive_utc(),
        };
        let reference = self.write(move |op| op.keep_inquiry(&new)).await?;
        Ok(Found::Bill(self.show_inquiry(reference, biller.code, kind, inquiry_detail, expires_at).await?))
    }

    async fn ask(
        &self,
        connector: &dyn Connector,
        kind: &ReceivableType,
        query: &BillQuery,
    ) -> Result<FindOutcome, FindError> {
        if !kind.fetch {
            let (biller_reference, articles, opaque) = Default::default();
            return Ok(FindOutcome::Bills(FetchedBill { biller_reference, articles, opaque }));
        }
        if let BillSource::File { .. } = connector.source() {
            return self.find_in_file(query).await;
        }
        match self.client.find_bills(connector, query).await {
            Ok(outcome) => Ok(outcome),
            Err(failure) => {
                // What goes wrong on the way is in the client's log; the biller's words of a refusal are in none.
                if let BillerFailure::Misconfigured(fault) = failure {
                    tracing::error!(biller = query.biller, fault, "a look-up was not possible");
                }
                Err(FindError::Unavailable)
            }
        }
    }

    /// An inquiry that has not expired.
    pub async fn inquiry(&self, reference: &str) -> Result<Option<Inquiry>, Infrastructure> {
        let Some((reference, stored)) = self.stored_inquiry(reference).await? else { return Ok(None) };
        let catalogue = self.catalogue();
        let kind = catalogue.get(stored.biller).and_then(|biller| biller.receivable_type(&stored.receivable_type));
        // A type that is no longer offered can no longer be paid.
        let Some(kind) = kind else { return Ok(None) };
        let inquiry_detail = detail::read(&stored.detail)?;
        let expires_at = stored.expires_at.and_utc();
        Ok(Some(self.show_inquiry(reference, stored.biller, kind, inquiry_detail, expires_at).await?))
    }

    /// A stored inquiry that has not expired.
    pub(super) async fn stored_inquiry(
        &self,
        reference: &str,
    ) -> Result<Option<(Reference, ledger::Inquiry)>, Infrastructure> {
        let Ok(reference) = reference.parse::<Reference>() else { return Ok(None) };
        let stored = self.read(move |reader| reader.inquiry(reference)).await?;
        let now = self.now().naive_utc();
        Ok(stored.filter(|stored| stored.expires_at > now).map(|stored| (reference, stored)))
    }

    async fn show_inquiry(
        &self,
        reference: Reference,
        biller: u16,
        kind: &ReceivableType,
        inquiry: InquiryDetail,
        expires_at: DateTime<Utc>,
    ) -> Result<Inquiry, Infrastructure> {
        let InquiryDetail { fields, bill } = inquiry;
        let standings = self.standings(biller, kind, &fields, &bill.articles).await?;
        let articles = bill.articles.into_iter().map(|article| {
            let key = bill_key(biller, kind, &fields, &article);
            let busy = standings.of(&key).is_some_and(|standing| standings.is_busy(standing));
            PayableArticle { mandatory: is_mandatory(&article), busy, article }
        });
        Ok(Inquiry {
            reference: reference.to_string(),
            biller,
            receivable_type: kind.code.clone(),
            contract_masked: contract_masked(kind, &fields),
            articles: articles.collect(),
            expires_at,
        })
    }

    /// How the bills of these lines stand.
    pub(super) async fn standings(
        &self,
        biller: u16,
        kind: &ReceivableType,
        fields: &BTreeMap<String, String>,
        articles: &[Article],
    ) -> Result<Standings, Infrastructure> {
        let keys: Vec<BillKey> = articles.iter().map(|article| bill_key(biller, kind, fields, article)).collect();
        let from_file =
            self.connector(biller).is_some_and(|connector| matches!(connector.source(), BillSource::File { .. }));
        self.read(move |reader| {
            let imported_at = if from_file { reader.bill_file(biller)?.map(|file| file.imported_at) } else { None };
            Ok(Standings { bills: reader.bills(&keys)?, imported_at })
        })
        .await
    }
}

/// Bills as they stand, and how old the biller's word on them is.
pub(super) struct Standings {
    bills: HashMap<BillKey, BillStanding>,
    imported_at: Option<NaiveDateTime>,
}

impl Standings {
    pub fn of(&self, key: &BillKey) -> Option<&BillStanding> {
        self.bills.get(key)
    }

    /// How often a bill was paid.
    pub fn generation(&self, key: &BillKey) -> i32 {
        self.of(key).map_or(0, |standing| standing.generation)
    }

    /// Being paid, paid, or paid in part since the biller's last file: the file does not know the rest that is due.
    pub fn is_busy(&self, standing: &BillStanding) -> bool {
        match standing.state {
            BillState::InFlight | BillState::Paid => true,
            // Money that went back leaves the file's word as good as it was.
            BillState::Open => {
                let part_paid = standing.payment == PaymentState::Confirmed;
                part_paid && self.imported_at.is_some_and(|imported_at| standing.updated_at > imported_at)
            }
        }
    }
}
