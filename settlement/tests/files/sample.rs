//! A window as DOMAIN's worked figures have it, and larger ones.

use std::convert::Infallible;

use chrono::{DateTime, Duration, Utc};
use ledger::{Channel, Instrument, Money, Reference};
use rust_decimal::Decimal;
use settlement::files::{Line, LineKind, TextForm, Totals, WindowStatement, Written, write_text};
use settlement::terms::{CommissionRule, Terms, Turnover};

pub fn utc(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

/// 1 % commission, paid out daily.
pub fn terms() -> Terms {
    let rule = CommissionRule { channel: None, instrument: None, percent: Decimal::ONE, flat: Money::ZERO };
    Terms { commissions: vec![rule], ..Terms::to_one("Télécom Maghreb SA", "007780000012345678901209") }
}

pub fn line(number: i64, centimes: i64) -> Line {
    let (channel, instrument) = match number % 3 {
        0 => (Channel::Agt, Instrument::Cash),
        1 => (Channel::Web, Instrument::Card),
        _ => (Channel::Ivr, Instrument::Wallet),
    };
    Line {
        kind: if centimes < 0 { LineKind::Refund } else { LineKind::Payment },
        payment: number,
        reference: Reference::of(number, number * 7_919),
        receipt_number: Some(format!("R-{number}")),
        receipt_date: Some("2026-11-24".parse().unwrap()),
        receivable_type: "01".to_owned(),
        contract: format!("06{number:08}"),
        channel,
        instrument,
        amount: Money::from_minor(centimes),
        confirmed_at: utc("2026-11-24T09:15:00.25Z") + Duration::seconds(number),
    }
}

/// 168.00 + 120.16 + 250.00 paid, and an older payment of 50.00 given back.
pub fn worked() -> (WindowStatement, Vec<Line>) {
    let mut older = line(17, -5_000);
    older.receipt_date = None;
    (older.receipt_number, older.contract) = (None, "=C;\"1\"".to_owned());
    window(&terms(), 57, Money::ZERO, vec![line(123, 16_800), line(124, 12_016), line(125, 25_000), older])
}

pub fn window(terms: &Terms, sequence: u64, carried_in: Money, lines: Vec<Line>) -> (WindowStatement, Vec<Line>) {
    let turnover = |of: LineKind| -> Vec<Turnover> {
        let lines = lines.iter().filter(|line| line.kind == of);
        let gross = |line: &Line| Money::from_minor(line.amount.minor().abs());
        lines
            .map(|line| Turnover {
                channel: line.channel,
                instrument: line.instrument,
                count: 1,
                whole: 1,
                gross: gross(line),
            })
            .collect()
    };
    let totals = Totals::of(terms, &turnover(LineKind::Payment), &turnover(LineKind::Refund), carried_in).unwrap();
    let days = i64::try_from(sequence).unwrap() - 57;
    let to = utc("2026-11-24T17:00:00Z") + Duration::days(days);
    let statement = WindowStatement {
        biller: 1101,
        name: "Télécom Maghreb".to_owned(),
        sequence,
        window: 4_000 + days,
        day: terms.day_of(to),
        from: to - Duration::days(1),
        to,
        contract: terms.contract,
        totals,
    };
    (statement, lines)
}

pub fn given(lines: &[Line]) -> impl Iterator<Item = Result<Line, Infallible>> {
    lines.iter().cloned().map(Ok)
}

pub fn written(
    form: TextForm,
    (statement, lines): &(WindowStatement, Vec<Line>),
    previous: Option<&str>,
) -> (Vec<u8>, Written) {
    let mut bytes = Vec::new();
    let written = write_text(form, statement, previous, given(lines), &mut bytes).unwrap();
    (bytes, written)
}
