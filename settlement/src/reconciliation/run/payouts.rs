//! Credits that pay out what a gateway's reports announced.

use ledger::{BankPlace, BreakKind, LedgerError, MatchRule, Money, Payout};

use super::Run;
use crate::reconciliation::rules::Line;

impl Run<'_> {
    /// Credits that name one payout make it together.
    pub(super) fn settle_payouts(&mut self) -> Result<(), LedgerError> {
        for (payout, lines) in std::mem::take(&mut self.payouts).into_values() {
            let net = payout.net();
            let credited = Money::sum(lines.iter().map(|line| line.amount));
            let short = net.zip(credited).and_then(|(net, credited)| net.checked_sub(credited));
            let cost = Money::sum(lines.iter().map(|line| line.cost));
            let told = |short: &Money| cost.is_some_and(|cost| cost == *short);
            let tolerated = |short: &Money| {
                short.minor() >= 0 && (*short == Money::ZERO || *short <= self.terms.fee_tolerance || told(short))
            };
            if let Some(charges) = short.filter(tolerated) {
                self.match_payout(&payout, &lines, charges, MatchRule::Reference)?;
                continue;
            }
            for line in &lines {
                let words = format!("payout {} of {} has another amount", payout.sums.reference, payout.sums.gateway);
                self.add_break(line, BreakKind::AmountDiffers, net, words);
            }
        }
        Ok(())
    }

    pub(super) fn match_payout(
        &mut self,
        payout: &Payout,
        lines: &[Line],
        charges: Money,
        rule: MatchRule,
    ) -> Result<(), LedgerError> {
        for line in lines {
            self.told_match(line, rule, 1);
        }
        if self.dry_run {
            *self.report.matches.entry(rule.as_str()).or_default() += lines.len() as u64;
            return Ok(());
        }
        let (now, parts) = ((self.clock)(), payout.parts.clone());
        let places: Vec<BankPlace> = lines
            .iter()
            .map(|line| BankPlace { entry: line.entry, position: line.position, amount: line.amount })
            .collect();
        let outcome = self.ledger.write_now(move |op| op.match_payout(&parts, &places, charges, rule, now))?;
        for line in lines {
            self.came_of(line, rule, outcome);
        }
        Ok(())
    }
}
