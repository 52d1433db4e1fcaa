//! Rules of payments that are the operator's choice.

use std::time::Duration;

use ledger::Money;
use payments::tariff::StampDuty;

use super::address::safe_url;
use super::environment::{Reader, Unset, Variable, variable, with_default};

const INQUIRY: Variable = with_default(
    "FATOURA_INQUIRY_MINUTES",
    "30",
    "a whole number, 5 to 1440",
    "how long a payer may choose from a bill that was looked up before it is asked for again",
);
const CARD_SESSION: Variable = with_default(
    "FATOURA_CARD_SESSION_SECONDS",
    "900",
    "a whole number, 30 to 2700 (the gateway's bounds)",
    "how long the gateway's card page stays open",
);
const CALLBACK_URL: Variable = variable(
    "FATOURA_CALLBACK_URL",
    Unset::LeftOut,
    "https://HOST/webhooks/cmi (http:// only for this machine)",
    "where the gateway's server posts outcomes; without it `/webhooks/cmi` below `FATOURA_PUBLIC_URL`",
);
const STAMP_DUTY: Variable = with_default(
    "FATOURA_STAMP_DUTY_PERCENT",
    "0.25",
    "a percentage from 0 to 99 with at most four decimal places, such as 0.25",
    "stamp duty on cash receipts",
);

const CASH_REFERENCE: Variable = with_default(
    "FATOURA_CASH_REFERENCE_HOURS",
    "48",
    "a whole number, 1 to 720",
    "how long a reference payable at an outlet lives at most; it never outlives its quote",
);

const REFUND_ALONE: Variable = with_default(
    "FATOURA_REFUND_APPROVAL_ABOVE",
    "0.00",
    "an amount from 0.00 to 1000000.00",
    "up to which amount of a payment one person makes refunds; above it a second one has to approve",
);

const UNKNOWN_HOURS: Variable = with_default(
    "FATOURA_UNKNOWN_HOURS",
    "24",
    "a whole number, 1 to 720",
    "how long a biller or the gateway may leave an outcome unknown before two people may decide it without being called",
);

const HOLD_HOURS: Variable = with_default(
    "FATOURA_HOLD_HOURS",
    "120",
    "a whole number, 1 to 120",
    "how long the card gateway's hold waits for its capture before it is let go: less than the gateway holds it",
);

pub(super) const VARIABLES: &[&Variable] =
    &[&INQUIRY, &CARD_SESSION, &CALLBACK_URL, &STAMP_DUTY, &CASH_REFERENCE, &REFUND_ALONE, &UNKNOWN_HOURS, &HOLD_HOURS];

/// Rules of payments that are the operator's choice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaymentsConfig {
    /// How long a bill that was looked up may be chosen from, in minutes.
    pub inquiry_minutes: u32,
    /// How long the card page stays open.
    pub card_session: Duration,
    /// Where outcomes are posted; `None`: the usual path below the public URL.
    pub callback_url: Option<String>,
    /// Stamp duty on cash.
    pub stamp_duty: StampDuty,
    /// How long a reference payable at an outlet lives at most, in hours.
    pub cash_reference_hours: u32,
    /// The highest refund that one person makes alone.
    pub refund_alone_max: Money,
    /// How long an outcome may stay unknown before people may decide it, in hours.
    pub unknown_hours: u32,
    /// How long a hold waits for its capture, in hours.
    pub hold_hours: u32,
}

impl PaymentsConfig {
    pub(super) fn read(reader: &mut Reader<'_>) -> Option<Self> {
        let inquiry_minutes = reader.number(&INQUIRY, 5..=1_440);
        let card_session = reader.seconds(&CARD_SESSION, 30..=2_700);
        let callback_url = reader.get(&CALLBACK_URL, safe_url);
        let stamp_duty = reader.get(&STAMP_DUTY, percent);
        let cash_reference_hours = reader.number(&CASH_REFERENCE, 1..=720);
        let refund_alone = reader.get(&REFUND_ALONE, |text| {
            Money::parse_wire(text).ok().filter(|amount| (0..=100_000_000).contains(&amount.minor()))
        });
        let unknown_hours = reader.number(&UNKNOWN_HOURS, 1..=720);
        let hold_hours = reader.number(&HOLD_HOURS, 1..=120);
        Some(Self {
            inquiry_minutes: inquiry_minutes?,
            card_session: card_session?,
            callback_url,
            stamp_duty: stamp_duty?,
            cash_reference_hours: cash_reference_hours?,
            refund_alone_max: refund_alone?,
            unknown_hours: unknown_hours?,
            hold_hours: hold_hours?,
        })
    }
}

fn percent(text: &str) -> Option<StampDuty> {
    let (whole, part) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |text: &str, most| (1..=most).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    let plain = digits(whole, 2) && digits(part, 4);
    plain.then(|| text.parse().ok().map(|percent| StampDuty { percent })).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("0.25", true)]
    #[case("0", true)]
    #[case("99", true)]
    #[case("100", false)]
    #[case("-1", false)]
    #[case("0.12345", false)]
    #[case(".5", false)]
    #[case("0,25", false)]
    #[case("1e1", false)]
    fn percentages(#[case] text: &str, #[case] good: bool) {
        assert_eq!(percent(text).is_some(), good);
    }
}
