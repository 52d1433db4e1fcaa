//! Payments to measure with: many bills of many billers, drawn from a few hundred outlets' floats.

use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::bail;
use chrono::{TimeDelta, Utc};
use ledger::{
    Account, AccountKind, Amounts, BillClaim, BillKey, Channel, Funds, Instrument, Language, LedgerError, Moment,
    Money, Pay, PayOutcome, Reference, RequestKey,
};

/// Billers among whom payments are spread; one of them is hot.
const BILLERS: u64 = 500;
/// Wallet providers from whom the money comes.
const WALLETS: u64 = 200;

/// Makes payments, each of another bill.
pub(super) struct Maker {
    next: AtomicU64,
    run: u64,
}

impl Maker {
    /// A maker whose bills no other run has.
    pub fn new() -> Self {
        Self { next: AtomicU64::new(0), run: rand::random() }
    }

    /// The billers of all payments.
    pub fn billers() -> impl Iterator<Item = u16> {
        (0..BILLERS).map(|number| u16::try_from(1_000 + number).unwrap_or(1_000))
    }

    fn pay_with(&self, number: u64, funds: Funds, instrument: Instrument) -> Pay {
        // Half of all payments go to one biller, as at a month end.
        let biller = if number.is_multiple_of(2) { 1_000 } else { 1_001 + number / 2 % (BILLERS - 1) };
        let biller = u16::try_from(biller).unwrap_or(1_000);
        let text = format!("{:x}-{number}", self.run);
        let key = BillKey::of(biller, "01", &text, "A1");
        Pay {
            key: RequestKey::of("bench", &text, &text),
            quote: i64::try_from(number).unwrap_or(0) + 1,
            biller,
            channel: Channel::Web,
            instrument,
            language: Language::Fr,
            amounts: Self::amounts(),
            bills: vec![BillClaim { key, generation: 0, settles: true }],
            phone: Some("+212612345678".to_owned()),
            email: None,
            address: None,
            funds,
            agent: None,
            only_replay: false,
            moment: Moment::of(Utc::now()),
        }
    }

    /// What each payment is of.
    pub fn amounts() -> Amounts {
        let money = Money::from_minor;
        Amounts { principal: money(16_800), fee: money(590), vat: money(106), duty: money(0) }
    }

    /// A payment with the money in hand.
    pub fn pay(&self) -> Pay {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let account = Account::of(AccountKind::GatewayReceivable, format!("wallet-{}", number % WALLETS));
        self.pay_with(number, Funds::InHand(account), Instrument::Wallet)
    }

    /// A payment that waits for the card gateway.
    pub fn await_card(&self) -> Pay {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let account = Account::of(AccountKind::GatewayReceivable, "cmi");
        let poll_at = Utc::now() + TimeDelta::days(1);
        self.pay_with(number, Funds::Awaited { account, poll_at }, Instrument::Card)
    }
}

/// The payment that was started; anything else spoils the measure.
pub(super) fn started(outcome: Result<PayOutcome, LedgerError>) -> anyhow::Result<Reference> {
    match outcome? {
        PayOutcome::Started(reference) => Ok(reference),
        other => bail!("a payment of the bench was not started: {other:?}"),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn half_of_all_payments_are_one_billers_and_the_others_share_the_rest() {
        let maker = Maker::new();
        let mut counts: BTreeMap<u16, u64> = BTreeMap::new();
        for _ in 0..4 * (BILLERS - 1) {
            *counts.entry(maker.pay().biller).or_default() += 1;
        }
        assert_eq!(counts.remove(&1_000), Some(2 * (BILLERS - 1)));
        assert_eq!(counts.keys().copied().collect::<Vec<_>>(), Maker::billers().skip(1).collect::<Vec<_>>());
        assert!(counts.values().all(|count| *count == 2), "{counts:?}");
    }
}
