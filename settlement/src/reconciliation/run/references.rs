//! References of ours in an entry's texts: commission that was invoiced, transfers, payouts, and money for floats.

use ledger::{BreakKind, CommissionInvoice, LedgerError, MatchRule, Matched, Transfer};

use super::{PAGE, Run};
use crate::files::TransferId;
use crate::reconciliation::awaited::signed;
use crate::reconciliation::rules::{self, InvoiceName, Line, Verdict};

impl Run<'_> {
    /// (c) Whether a reference of ours stands in the line's texts.
    pub(super) fn by_reference(&mut self, line: &Line) -> Result<bool, LedgerError> {
        if self.by_invoice(line)? || self.by_transfer(line)? {
            return Ok(true);
        }
        for reference in line.references() {
            if self.references.as_ref().is_some_and(|known| !known.contains(reference)) {
                continue;
            }
            if line.amount.is_positive() {
                let mut payouts = self.ledger.read(|reader| reader.payouts_awaited(Some(reference), PAGE))?;
                if payouts.len() > 1 {
                    let words = format!("several gateways announced a payout {reference}");
                    self.add_break(line, BreakKind::Ambiguous, None, words);
                    return Ok(true);
                }
                if let Some(payout) = payouts.pop() {
                    let key = (payout.sums.gateway.clone(), payout.sums.reference.clone());
                    self.payouts.entry(key).or_insert((payout, Vec::new())).1.push(line.clone());
                    return Ok(true);
                }
            }
            let requests = self.ledger.read(|reader| reader.float_requests_awaited(Some(reference), 0, PAGE))?;
            match requests.as_slice() {
                [] => {}
                [request] => {
                    let expected = signed(request);
                    let verdict = if expected == line.amount {
                        Verdict::Matches(MatchRule::Reference, vec![(Matched::FloatRequest(request.id), line.amount)])
                    } else {
                        let words = format!("the money of float request {} has another amount", request.id);
                        Verdict::Breaks(BreakKind::AmountDiffers, Some(expected), words)
                    };
                    self.take(line, verdict)?;
                    return Ok(true);
                }
                _ => {
                    let words = format!("several float requests have the proof {reference}");
                    self.add_break(line, BreakKind::Ambiguous, None, words);
                    return Ok(true);
                }
            }
        }
        Ok(false)
    }

    /// Whether a biller pays commission by the reference of the window, or by the name of its statement.
    fn by_invoice(&mut self, line: &Line) -> Result<bool, LedgerError> {
        if !line.amount.is_positive() {
            return Ok(false);
        }
        let mut invoices: Vec<CommissionInvoice> = Vec::new();
        for name in line.references().into_iter().filter_map(InvoiceName::read) {
            let found = self.ledger.read(|reader| {
                let (window, biller) = match name {
                    InvoiceName::Window(id) => (Some(id.window), id.biller),
                    InvoiceName::Statement { biller, sequence } => {
                        (reader.window_of_sequence(biller, sequence)?, biller)
                    }
                };
                let invoice = window.map(|window| reader.commission_invoice(window)).transpose()?.flatten();
                Ok(invoice.filter(|invoice| invoice.biller == biller))
            })?;
            invoices.extend(found.filter(|found| invoices.iter().all(|known| known.window != found.window)));
        }
        if invoices.is_empty() {
            return Ok(false);
        }
        let verdict = rules::invoices(line, &invoices);
        self.take(line, verdict)?;
        Ok(true)
    }

    /// Whether transfers are named where the bank has no field for it.
    fn by_transfer(&mut self, line: &Line) -> Result<bool, LedgerError> {
        let mut transfers: Vec<Transfer> = Vec::new();
        for id in line.references().into_iter().filter_map(|text| text.parse::<TransferId>().ok()) {
            let (window, account, repeats) = (id.window, i16::from(id.account), i16::from(id.repeats));
            let found = self.ledger.read(|reader| reader.transfer(window, account, repeats))?;
            let is_new = |found: &Transfer| transfers.iter().all(|known| known.id != found.id);
            transfers.extend(found.filter(|found| found.biller == id.biller).filter(is_new));
        }
        let verdict = match transfers.as_slice() {
            [] => return Ok(false),
            [one] => match rules::end_to_end(line, one, self.terms.fee_tolerance) {
                Verdict::Matches(_, what) => Verdict::Matches(MatchRule::Reference, what),
                other => other,
            },
            several => rules::transfers(line, several),
        };
        self.take(line, verdict)?;
        Ok(true)
    }
}
