//! One settlement window of one biller as data: what every file of it tells.

use chrono::{DateTime, NaiveDate, Utc};
use ledger::{Channel, Instrument, Money, Reference};

use crate::terms::{Charge, Contract, FileFormat, OutOfRange, Payout, Terms, Turnover};

/// A closed window. Amounts are in MAD.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WindowStatement {
    /// 4-digit biller code.
    pub biller: u16,
    /// The biller's name.
    pub name: String,
    /// The number of the statement: 1, 2, 3 ... without gaps for each biller. An empty window has one too.
    pub sequence: u64,
    /// The window's number.
    pub window: i64,
    /// The civil day that it settles (Africa/Casablanca).
    pub day: NaiveDate,
    /// Its first instant.
    pub from: DateTime<Utc>,
    /// The cut-off: the first instant after it.
    pub to: DateTime<Utc>,
    /// Whether commission is taken off.
    pub contract: Contract,
    /// Its figures.
    pub totals: Totals,
}

impl WindowStatement {
    /// What a file of it is called: `FATOURA_1101_000057_2026-11-24.csv`. Names sort as their numbers do.
    pub fn file_name(&self, format: FileFormat) -> String {
        let extension = match format {
            FileFormat::Csv => "csv",
            FileFormat::Fixed => "txt",
            FileFormat::Camt054 => "xml",
        };
        format!("FATOURA_{:04}_{:06}_{}.{extension}", self.biller, self.sequence, self.day)
    }
}

/// The figures of a window.
///
/// Under [`Contract::Net`], net = gross - refunded - commission - VAT + carried in; under [`Contract::Gross`], the same
/// without commission and VAT. Always, net = paid + carried out, one of which is zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Totals {
    /// How many payments.
    pub payments: u64,
    /// Their principal.
    pub gross: Money,
    /// How many refunds, of payments of this window or earlier ones.
    pub refunds: u64,
    /// What they give back, as a positive amount.
    pub refunded: Money,
    /// Commission of the hub; negative where refunds return more than was earned.
    pub commission: Money,
    /// VAT on it.
    pub vat: Money,
    /// What the window before carried over: negative where it was owed by the biller, positive where it was too little
    /// to be paid out.
    pub carried_in: Money,
    /// What remains.
    pub net: Money,
    /// What is paid out of it, never negative.
    pub paid: Money,
    /// What the next window takes over.
    pub carried_out: Money,
}

/// Figures that contradict one another.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unsound {
    /// The net is not what the rest makes.
    #[error("net {found}, but gross, refunds, commission, VAT and what was carried over make {expected}")]
    Net {
        /// What the rest makes.
        expected: Money,
        /// What was given.
        found: Money,
    },
    /// The net is neither paid out nor carried over whole.
    #[error("net {net}, but {paid} is paid out and {carried} carried over: one must be the net, the other 0.00")]
    Payout {
        /// The net.
        net: Money,
        /// Paid out.
        paid: Money,
        /// Carried over.
        carried: Money,
    },
    /// Gross or refunds below zero, or without a payment or refund.
    #[error("{count} {what} cannot make {amount}")]
    Count {
        /// Payments or refunds.
        what: &'static str,
        /// How many.
        count: u64,
        /// Their sum.
        amount: Money,
    },
    /// Past 64-bit centimes.
    #[error(transparent)]
    OutOfRange(#[from] OutOfRange),
}

impl Totals {
    /// The figures of a window under some terms.
    pub fn of(
        terms: &Terms,
        payments: &[Turnover],
        refunds: &[Turnover],
        carried_in: Money,
    ) -> Result<Self, OutOfRange> {
        Self::with_restored(terms, payments, refunds, &[], carried_in)
    }

    /// [`Self::of`], where refunds of earlier windows were not made after all: what the biller has again counts with its
    /// payments, and earns commission only where the refund had given it back.
    pub fn with_restored(
        terms: &Terms,
        payments: &[Turnover],
        refunds: &[Turnover],
        restored: &[Turnover],
        carried_in: Money,
    ) -> Result<Self, OutOfRange> {
        let count = |of: &[Turnover]| of.iter().try_fold(0_u64, |sum, turnover| sum.checked_add(turnover.count));
        let sum = |of: &[Turnover]| Money::sum(of.iter().map(|turnover| turnover.gross));
        let Charge { commission, vat } = terms.commission(payments, refunds, restored)?;
        let payments = [payments, restored].concat();
        let mut totals = Self {
            payments: count(&payments).ok_or(OutOfRange)?,
            gross: sum(&payments).ok_or(OutOfRange)?,
            refunds: count(refunds).ok_or(OutOfRange)?,
            refunded: sum(refunds).ok_or(OutOfRange)?,
            commission,
            vat,
            carried_in,
            ..Self::default()
        };
        totals.net = totals.made(terms.contract).ok_or(OutOfRange)?;
        let Payout { paid, carried } = terms.payout(totals.net);
        Ok(Self { paid, carried_out: carried, ..totals })
    }

    /// Whether the figures agree with one another.
    pub fn check(&self, contract: Contract) -> Result<(), Unsound> {
        let possible = |count: u64, amount: Money| amount >= Money::ZERO && (count > 0 || amount == Money::ZERO);
        for (what, count, amount) in [("payments", self.payments, self.gross), ("refunds", self.refunds, self.refunded)]
        {
            if !possible(count, amount) {
                return Err(Unsound::Count { what, count, amount });
            }
        }
        let expected = self.made(contract).ok_or(OutOfRange)?;
        if self.net != expected {
            return Err(Unsound::Net { expected, found: self.net });
        }
        let parts = (self.paid, self.carried_out);
        let whole = parts == (self.net, Money::ZERO) && self.net >= Money::ZERO || parts == (Money::ZERO, self.net);
        if !whole {
            return Err(Unsound::Payout { net: self.net, paid: self.paid, carried: self.carried_out });
        }
        Ok(())
    }

    fn made(&self, contract: Contract) -> Option<Money> {
        let before = self.gross.checked_sub(self.refunded)?.checked_add(self.carried_in)?;
        match contract {
            Contract::Net => before.checked_sub(self.commission)?.checked_sub(self.vat),
            Contract::Gross => Some(before),
        }
    }
}

/// What a line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LineKind {
    /// Money for the biller.
    Payment,
    /// Money that went back to a payer.
    Refund,
}

/// One payment or refund of a window.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Payment or refund.
    pub kind: LineKind,
    /// The hub's number of the payment, at most 12 digits; a refund has that of the payment it refunds.
    pub payment: i64,
    /// The payment's public reference.
    pub reference: Reference,
    /// The biller's receipt number.
    pub receipt_number: Option<String>,
    /// The biller's date of it.
    pub receipt_date: Option<NaiveDate>,
    /// 2-digit receivable type.
    pub receivable_type: String,
    /// The customer's contract, in full: it is the biller's own.
    pub contract: String,
    /// The channel.
    pub channel: Channel,
    /// The instrument.
    pub instrument: Instrument,
    /// The principal, never with fee or duty; negative for a refund.
    pub amount: Money,
    /// When the biller confirmed, or when the refund was booked.
    pub confirmed_at: DateTime<Utc>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::terms::CommissionRule;
    use rstest::rstest;
    use rust_decimal::Decimal;

    fn terms(contract: Contract) -> Terms {
        let rule = CommissionRule { channel: None, instrument: None, percent: Decimal::ONE, flat: Money::ZERO };
        Terms { contract, commissions: vec![rule], ..Terms::default() }
    }

    fn web(count: u64, gross: i64) -> [Turnover; 1] {
        [Turnover {
            channel: Channel::Web,
            instrument: Instrument::Card,
            count,
            whole: count,
            gross: Money::from_minor(gross),
        }]
    }

    #[rstest]
    #[case::worked(Contract::Net, 53_816, 5_000, 0, 48_170, 48_170, 0)]
    #[case::gross(Contract::Gross, 53_816, 5_000, 0, 48_816, 48_816, 0)]
    #[case::negative_is_carried(Contract::Net, 53_816, 60_000, 0, -6_830, 0, -6_830)]
    #[case::carried_in(Contract::Net, 53_816, 0, -6_830, 46_340, 46_340, 0)]
    #[case::only_refunds(Contract::Net, 0, 5_000, 0, -5_000, 0, -5_000)]
    #[case::empty(Contract::Net, 0, 0, 0, 0, 0, 0)]
    fn figures(
        #[case] contract: Contract,
        #[case] gross: i64,
        #[case] refunded: i64,
        #[case] carried_in: i64,
        #[case] net: i64,
        #[case] paid: i64,
        #[case] carried_out: i64,
    ) {
        let payments = if gross == 0 { [].as_slice() } else { &web(3, gross) };
        let refunds = if refunded == 0 { [].as_slice() } else { &web(1, refunded) };
        let totals = Totals::of(&terms(contract), payments, refunds, Money::from_minor(carried_in)).unwrap();
        let found = (totals.net.minor(), totals.paid.minor(), totals.carried_out.minor());
        assert_eq!(found, (net, paid, carried_out));
        totals.check(contract).unwrap();
    }

    #[rstest]
    #[case::kept(crate::terms::OnRefunds::Keep, 58_170)]
    #[case::given_back(crate::terms::OnRefunds::Return, 58_110)]
    fn a_refund_that_was_not_made_earns_no_second_commission(
        #[case] on_refunds: crate::terms::OnRefunds,
        #[case] net: i64,
    ) {
        let terms = Terms { on_refunds, ..terms(Contract::Net) };
        let totals = Totals::with_restored(&terms, &web(3, 53_816), &[], &web(1, 5_000), Money::ZERO).unwrap();
        assert_eq!((totals.payments, totals.gross.minor()), (4, 58_816));
        assert_eq!(totals.net.minor(), net);
        totals.check(Contract::Net).unwrap();
    }

    #[rstest]
    #[case::net(|totals: &mut Totals| totals.net = Money::from_minor(48_171), "net 481.71")]
    #[case::part(|totals: &mut Totals| totals.paid = Money::from_minor(48_169), "481.69 is paid out")]
    #[case::both(|totals: &mut Totals| totals.carried_out = Money::from_minor(48_170), "carried over")]
    #[case::no_payments(|totals: &mut Totals| totals.payments = 0, "0 payments cannot make 538.16")]
    #[case::negative(|totals: &mut Totals| totals.refunded = Money::from_minor(-1), "1 refunds cannot make -0.01")]
    #[case::far_off(|totals: &mut Totals| totals.gross = Money::from_minor(i64::MAX), "net 481.70")]
    fn contradictions(#[case] change: fn(&mut Totals), #[case] said: &str) {
        let mut totals = Totals::of(&terms(Contract::Net), &web(3, 53_816), &web(1, 5_000), Money::ZERO).unwrap();
        change(&mut totals);
        let fault = totals.check(Contract::Net).unwrap_err().to_string();
        assert!(fault.contains(said), "{fault}");
    }

    #[test]
    fn a_negative_net_is_never_paid() {
        let totals = Totals {
            refunds: 1,
            refunded: Money::from_minor(1),
            net: Money::from_minor(-1),
            paid: Money::from_minor(-1),
            ..Totals::default()
        };
        assert!(matches!(totals.check(Contract::Net), Err(Unsound::Payout { .. })));
    }
}
