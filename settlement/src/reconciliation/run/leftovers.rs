//! What no reference helps: amount and date, where nothing else has them.

use ledger::{BreakKind, LedgerError, MatchRule, Matched, Money};

use super::Run;
use crate::reconciliation::awaited::{self, Thing};
use crate::reconciliation::rules::{self, Verdict};

impl Run<'_> {
    /// (d) Matches what is unique, and opens breaks for the rest.
    pub(super) fn by_amount_and_date(&mut self) -> Result<(), LedgerError> {
        let lines = std::mem::take(&mut self.left);
        let awaited = if lines.is_empty() { Vec::new() } else { awaited::all(self.ledger)? };
        let (pairs, ambiguous) = rules::amount_and_date(&lines, &awaited, self.terms.date_span_days);
        let mut done = vec![false; lines.len()];
        let mut mark = |at: usize| {
            if let Some(done) = done.get_mut(at) {
                *done = true;
            }
        };
        for (at, one) in pairs {
            let (Some(line), Some(one)) = (lines.get(at), awaited.get(one)) else { continue };
            mark(at);
            let rule = MatchRule::AmountAndDate;
            match &one.what {
                Thing::Transfer(transfer) => {
                    let what = vec![(Matched::Transfer(transfer.id), line.amount)];
                    self.take(line, Verdict::Matches(rule, what))?;
                }
                Thing::FloatRequest(request) => {
                    let what = vec![(Matched::FloatRequest(request.id), line.amount)];
                    self.take(line, Verdict::Matches(rule, what))?;
                }
                Thing::Payout(payout) => self.match_payout(payout, std::slice::from_ref(line), Money::ZERO, rule)?,
            }
        }
        for at in ambiguous {
            let Some(line) = lines.get(at) else { continue };
            mark(at);
            let near: Vec<String> =
                awaited.iter().filter(|one| one.amount == line.amount).map(|one| one.what.words()).take(3).collect();
            let words = format!("it could be {}, or another entry has the same amount", near.join(" or "));
            self.add_break(line, BreakKind::Ambiguous, None, words);
        }
        for (line, _) in lines.iter().zip(&done).filter(|(_, done)| !**done) {
            let words = "nothing that the hub awaits has this reference or this amount".to_owned();
            self.add_break(line, BreakKind::Unknown, None, words);
        }
        Ok(())
    }
}
