//! One text, whatever it is: a phone, a reference, a receipt number, a contract.

use ledger::{PaymentWord, Reference};

use crate::api::Infrastructure;
use crate::cash_digits;
use crate::desk::{HISTORY_MAX, PaymentCustomer, Reading, Search};
use crate::digits::to_ascii;
use crate::hub::Hub;
use crate::hub::detail::{self, QuoteDetail};
use crate::phone;

/// Longer than anything that is searched for.
const CHARS_MAX: usize = 64;
/// Payments read for one reading at most.
const READ_MAX: i64 = HISTORY_MAX as i64;
/// Characters of a reference without its hyphens.
const REFERENCE_CHARS: usize = 16;

/// The text without what people put between digits and letters.
fn close(text: &str) -> String {
    text.chars().map(to_ascii).filter(|c| !c.is_whitespace()).collect()
}

fn readings(text: &str) -> Vec<Reading> {
    let closed = close(text);
    if closed.is_empty() || text.chars().count() > CHARS_MAX {
        return Vec::new();
    }
    let symbols = closed.chars().filter(|c| *c != '-').count();
    let reference = symbols == REFERENCE_CHARS && closed.parse::<Reference>().is_ok();
    [
        (reference, Reading::PaymentReference),
        (cash_digits::read(text).is_some(), Reading::CashReference),
        (phone::normalise(text).is_ok(), Reading::Phone),
        (true, Reading::Contract),
        (true, Reading::ReceiptNumber),
    ]
    .into_iter()
    .filter_map(|(fits, reading)| fits.then_some(reading))
    .collect()
}

impl Hub {
    /// Looks everything up that a text can be, at most [`HISTORY_MAX`] payments. No biller is asked.
    pub async fn search_desk(&self, text: &str) -> Result<Search, Infrastructure> {
        let readings = readings(text);
        let mut search = Search { readings: readings.clone(), payments: Vec::new(), reference: None };
        for reading in readings {
            if reading == Reading::CashReference {
                search.reference = self.find_cash_reference(text).await?;
                if let Some(payment) = search.reference.as_ref().and_then(|reference| reference.payment.clone()) {
                    search.payments.extend(self.payment(&payment).await?.map(|payment| (reading, payment)));
                }
                continue;
            }
            for payment in self.payments_by(reading, text).await? {
                let fresh = search.payments.iter().all(|(_, known)| known.reference != payment.reference);
                if fresh && search.payments.len() < HISTORY_MAX {
                    search.payments.push((reading, payment));
                }
            }
        }
        Ok(search)
    }

    async fn payments_by(&self, reading: Reading, text: &str) -> Result<Vec<crate::api::PaymentView>, Infrastructure> {
        let closed = close(text);
        let words = match reading {
            Reading::PaymentReference => return Ok(self.payment(&closed).await?.into_iter().collect()),
            Reading::CashReference => return Ok(Vec::new()),
            Reading::Phone => {
                let Ok(phone) = phone::normalise(text) else { return Ok(Vec::new()) };
                vec![PaymentWord::Phone(phone)]
            }
            Reading::ReceiptNumber => vec![PaymentWord::Receipt(closed)],
            Reading::Contract => {
                let catalogue = self.catalogue();
                let kinds = catalogue
                    .billers()
                    .iter()
                    .flat_map(|biller| biller.receivable_types.iter().map(move |kind| (biller.code, kind)));
                // As typed, and without what people put between digits: of a free text, either may be what is kept.
                let ways = [text.trim(), &closed];
                let ways = ways.iter().take(if text.trim() == closed { 1 } else { 2 });
                let key =
                    |(biller, kind)| ways.clone().filter_map(move |way| detail::customer_key_of(biller, kind, way));
                kinds.flat_map(key).map(PaymentWord::Customer).collect()
            }
        };
        let found = self.read(move |reader| reader.payments_by(&words, READ_MAX)).await?;
        self.show_all(found).await
    }

    /// What is hidden of a payment's customer; `None` if there is no such payment.
    pub async fn payment_customer(&self, reference: &str) -> Result<Option<PaymentCustomer>, Infrastructure> {
        let Ok(reference) = reference.parse::<Reference>() else { return Ok(None) };
        let Some(payment) = self.read(move |reader| reader.payment(reference)).await? else { return Ok(None) };
        let (payment, quote) = self.with_quote(payment).await?;
        let stored: QuoteDetail = detail::read(&quote.detail)?;
        let catalogue = self.catalogue();
        let kind = catalogue.get(quote.biller).and_then(|biller| biller.receivable_type(&quote.receivable_type));
        // Where nothing says which field names the customer, one that is a secret could be shown.
        let contract = stored.contract(kind).unwrap_or(stored.contract_masked);
        Ok(Some(PaymentCustomer { phone: payment.phone()?, email: payment.email()?, contract }))
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;
    use Reading as R;

    #[rstest]
    #[case("0612345678", &[R::Phone, R::Contract, R::ReceiptNumber])]
    #[case("٠٦ ١٢ ٣٤ ٥٦ ٧٨", &[R::Phone, R::Contract, R::ReceiptNumber])]
    #[case("0000-001B-9XK2-7QZD", &[R::PaymentReference, R::Contract, R::ReceiptNumber])]
    #[case("0000001b9xk27qzd", &[R::PaymentReference, R::Contract, R::ReceiptNumber])]
    #[case("12345678", &[R::Contract, R::ReceiptNumber])]
    #[case("TAX-2026-001", &[R::Contract, R::ReceiptNumber])]
    #[case("   ", &[])]
    #[case(&"9".repeat(65), &[])]
    fn texts(#[case] text: &str, #[case] read: &[Reading]) {
        assert_eq!(readings(text), read);
    }

    #[test]
    fn thirteen_digits_with_their_check_digit() {
        let digits = cash_digits::fresh();
        assert_eq!(readings(&digits), [R::CashReference, R::Contract, R::ReceiptNumber]);
    }
}
