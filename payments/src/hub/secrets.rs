//! Passwords that billers' forms ask for: kept as long as a confirmation may need them, then dropped.

use chrono::TimeDelta;
use ledger::Quote;

use super::Hub;
use super::detail::{self, InquiryDetail, QuoteDetail};
use crate::api::Infrastructure;
use crate::catalogue::{FieldKind, ReceivableType};

/// How long a quote keeps its secrets after its end: a bank's acceptance may still arrive.
const KEPT_AFTER_END: TimeDelta = TimeDelta::days(1);

fn has_secrets(kind: &ReceivableType) -> bool {
    kind.form.iter().any(|field| field.kind == FieldKind::Password)
}

/// The texts that hold secrets, without them.
fn without_secrets(kind: &ReceivableType, quotes: Vec<(i64, String)>) -> Result<Vec<(i64, String)>, Infrastructure> {
    let mut changed = Vec::new();
    for (id, text) in quotes {
        let mut quote: QuoteDetail = detail::read(&text)?;
        if detail::forget_secrets(kind, &mut quote.fields) {
            changed.push((id, detail::write(&quote)?));
        }
    }
    Ok(changed)
}

impl Hub {
    /// The payment of a quote is over for good: its look-up, and whatever else was quoted from it, lose their secrets.
    pub(crate) async fn forget_secrets(&self, quote: &Quote) -> Result<(), Infrastructure> {
        let catalogue = self.catalogue();
        let kind = catalogue.get(quote.biller).and_then(|biller| biller.receivable_type(&quote.receivable_type));
        let Some(kind) = kind.filter(|kind| has_secrets(kind)) else { return Ok(()) };
        let Ok(reference) = quote.inquiry.parse() else { return Ok(()) };
        let (inquiry, quotes) =
            self.read(move |reader| Ok((reader.inquiry(reference)?, reader.idle_quotes_of(reference)?))).await?;
        let quotes = without_secrets(kind, quotes)?;
        let inquiry = match inquiry {
            Some(inquiry) => {
                let mut asked: InquiryDetail = detail::read(&inquiry.detail)?;
                detail::forget_secrets(kind, &mut asked.fields);
                Some((inquiry.reference.id(), detail::write(&asked)?))
            }
            None => None,
        };
        let now = self.now().naive_utc();
        self.write(move |op| {
            quotes.iter().try_for_each(|(id, text)| op.retire_quote(*id, text, now))?;
            inquiry.iter().try_for_each(|(id, text)| op.retire_inquiry(*id, text, now))
        })
        .await
    }

    /// Quotes that ended without a payment, or whose payment's end was cut off, lose their secrets; how many did.
    pub(super) async fn forget_old_secrets(&self) -> Result<usize, Infrastructure> {
        let before = (self.now() - KEPT_AFTER_END).naive_utc();
        let mut forgotten = 0;
        for biller in self.catalogue().billers() {
            for kind in biller.receivable_types.iter().filter(|kind| has_secrets(kind)) {
                let (code, name) = (biller.code, kind.code.clone());
                let quotes = self.read(move |reader| reader.idle_quotes_before(code, &name, before)).await?;
                let quotes = without_secrets(kind, quotes)?;
                forgotten += quotes.len();
                if !quotes.is_empty() {
                    self.write(move |op| quotes.iter().try_for_each(|(id, text)| op.rewrite_quote(*id, text))).await?;
                }
            }
        }
        Ok(forgotten)
    }
}
