//! Quotes: what may be paid, and what it costs.

use chrono::TimeDelta;
use ledger::{Channel, Instrument};
use payments::api::{Amounts, Found, Inquiry, MakeQuote, Quote, QuoteError, StartError};
use rstest::rstest;

use super::{JSON, SOAP};
use crate::support::{Backend, Bill, PHONE, TestApp, identify, money};

const CARD: (Channel, Instrument) = (Channel::Web, Instrument::Card);
const CASH: (Channel, Instrument) = (Channel::Agt, Instrument::Cash);

/// What came of it: the total and each line, or why not.
fn shown(quote: Result<Quote, QuoteError>) -> String {
    match quote {
        Ok(Quote { articles, amounts, .. }) => {
            let lines: Vec<String> = articles.iter().map(|line| format!("{}={}", line.id, line.amount)).collect();
            let Amounts { principal, fee, vat, duty, total } = amounts;
            format!("{principal} + {fee} + {vat} + {duty} = {total}: {}", lines.join(" ")).trim_end().to_owned()
        }
        Err(QuoteError::AmountNotAllowed { min, max, .. }) => {
            let bound = |bound: Option<ledger::Money>| bound.map(|bound| bound.to_string()).unwrap_or_default();
            format!("not allowed: {}..{}", bound(min), bound(max))
        }
        Err(error) => format!("{error:?}"),
    }
}

async fn inquire(app: &TestApp, bill: Bill, channel: Channel) -> Inquiry {
    match app.find_by(channel, bill.0, bill.1, identify(bill.0, bill.2)).await.unwrap() {
        Found::Bill(inquiry) => inquiry,
        other => panic!("{bill:?}: {other:?}"),
    }
}

/// `lines` are the ticked ones; `*` ticks all.
async fn price(app: &TestApp, bill: Bill, lines: &str, amount: &str, by: (Channel, Instrument)) -> String {
    let inquiry = inquire(app, bill, by.0).await;
    let articles = match lines {
        "*" => inquiry.articles.iter().map(|line| line.article.id.clone()).collect(),
        lines => lines.split_whitespace().map(str::to_owned).collect(),
    };
    let amount = (!amount.is_empty()).then(|| money(amount));
    let request = MakeQuote { inquiry: inquiry.reference, articles, amount, channel: by.0, instrument: by.1 };
    shown(app.hub.make_quote(request).await)
}

type Price = (Bill, &'static str, &'static str, (Channel, Instrument), &'static str);

const RULES: &[Price] = &[
    // Exact.
    (JSON, "*", "", CARD, "168.00 + 5.90 + 1.06 + 0.00 = 174.96: E-2610=168.00"),
    (JSON, "*", "168.00", CARD, "168.00 + 5.90 + 1.06 + 0.00 = 174.96: E-2610=168.00"),
    (JSON, "*", "168.01", CARD, "not allowed: 168.00..168.00"),
    (JSON, "*", "167.99", CARD, "not allowed: 168.00..168.00"),
    (JSON, "", "", CARD, "NothingChosen"),
    (JSON, "E-9999", "", CARD, "UnknownArticle(\"E-9999\")"),
    ((1001, "01", "12345678"), "E-2608", "", CARD, "229.50 + 5.90 + 1.06 + 0.00 = 236.46: E-2608=214.50 E-RET=15.00"),
    ((1001, "01", "12345678"), "", "", CARD, "15.00 + 5.90 + 1.06 + 0.00 = 21.96: E-RET=15.00"),
    ((1002, "01", "1002001"), "100203", "", CARD, "44.50 + 5.90 + 1.06 + 0.00 = 51.46: 100203=3.50 100204=41.00"),
    (SOAP, "*", "120.15", CARD, "not allowed: 120.16..120.16"),
    ((1202, "01", "AM100001"), "*", "", CARD, "400.00 + 0.00 + 0.00 + 0.00 = 400.00: AM-1=400.00"),
    ((1202, "01", "AM100001"), "*", "399.99", CARD, "not allowed: 400.00..400.00"),
    ((1401, "01", "LOG-501"), "L-2609", "", CARD, "2500.00 + 11.80 + 2.12 + 0.00 = 2513.92: L-2609=2500.00"),
    // Exact or more; the limit of the channel ends it.
    ((1101, "01", "0612345678"), "*", "249.99", CARD, "not allowed: 250.00.."),
    ((1101, "01", "0612345678"), "*", "5000.00", CARD, "5000.00 + 0.00 + 0.00 + 0.00 = 5000.00: T-2610=5000.00"),
    ((1101, "01", "0612345678"), "*", "5000.01", CARD, "not allowed: 1.00..5000.00"),
    // Range by steps, without a look-up.
    ((1101, "02", "0612345678"), "", "", CARD, "AmountRequired"),
    ((1101, "02", "0612345678"), "", "10.00", CARD, "10.00 + 0.00 + 0.00 + 0.00 = 10.00:"),
    ((1101, "02", "0612345678"), "", "1000.00", CARD, "1000.00 + 0.00 + 0.00 + 0.00 = 1000.00:"),
    ((1101, "02", "0612345678"), "", "15.00", CARD, "not allowed: 10.00..1000.00"),
    ((1101, "02", "0612345678"), "", "9.99", CARD, "not allowed: 10.00..1000.00"),
    ((1101, "02", "0612345678"), "", "1010.00", CARD, "not allowed: 10.00..1000.00"),
    // Exact or less.
    ((1102, "01", "1102001"), "*", "538.17", CARD, "not allowed: 0.01..538.16"),
    ((1102, "01", "1102001"), "*", "38.16", CARD, "38.16 + 2.50 + 0.50 + 0.00 = 41.16: 110201=38.16"),
    ((1102, "01", "1102001"), "*", "0.99", CARD, "not allowed: 1.00..5000.00"),
    ((1301, "01", "ET2026001"), "*", "6000.00", CARD, "not allowed: 0.01..5999.99"),
    // Any.
    ((1302, "01", "EL-77"), "*", "", CARD, "1.00 + 0.00 + 0.00 + 0.00 = 1.00: P-2610=1.00"),
    ((1302, "01", "EL-77"), "*", "5000.00", CARD, "5000.00 + 0.00 + 0.00 + 0.00 = 5000.00: P-2610=5000.00"),
    ((1302, "01", "EL-77"), "*", "0.50", CARD, "not allowed: 1.00..5000.00"),
    // Limits are inclusive.
    ((1201, "02", "VEH-1"), "*", "", CASH, "10000.00 + 50.00 + 10.00 + 0.00 = 10060.00: V-2026=10000.00"),
];

/// Fee, VAT and stamp duty, rounded once each, half-up; DOMAIN's figures where the sandbox has them.
const FIGURES: &[Price] = &[
    // 0.25 % of 174.96 is 0.4374.
    (JSON, "*", "", CASH, "168.00 + 5.90 + 1.06 + 0.44 = 175.40: E-2610=168.00"),
    // 0.25 % of 250.00 is 0.625.
    ((1101, "01", "0612345678"), "*", "", CASH, "250.00 + 0.00 + 0.00 + 0.63 = 250.63: T-2610=250.00"),
    ((1101, "01", "0612345678"), "*", "10000.00", CASH, "10000.00 + 0.00 + 0.00 + 25.00 = 10025.00: T-2610=10000.00"),
    ((1302, "01", "EL-77"), "*", "1.00", CASH, "1.00 + 0.00 + 0.00 + 0.00 = 1.00: P-2610=1.00"),
    ((1302, "01", "EL-77"), "*", "2.00", CASH, "2.00 + 0.00 + 0.00 + 0.01 = 2.01: P-2610=2.00"),
    ((1302, "01", "EL-77"), "*", "120.16", CASH, "120.16 + 0.00 + 0.00 + 0.30 = 120.46: P-2610=120.16"),
    ((1302, "01", "EL-77"), "*", "168.00", CASH, "168.00 + 0.00 + 0.00 + 0.42 = 168.42: P-2610=168.00"),
    // Receipts for taxes are exempt, also where the biller computed a duty of its own.
    (
        (1201, "01", "TAX-2026-001"),
        "*",
        "",
        CASH,
        "1553.88 + 0.00 + 0.00 + 0.00 = 1553.88: H-2026=1240.00 H-TSC=310.00 H-TIM=3.88",
    ),
    ((1202, "01", "AM100001"), "*", "", CASH, "400.00 + 0.00 + 0.00 + 0.00 = 400.00: AM-1=400.00"),
    // 0.5 % within 30.00 and 60.00, 20 % VAT.
    ((1301, "01", "ET2026001"), "*", "", CARD, "5999.99 + 30.00 + 6.00 + 0.00 = 6035.99: S1-1=5999.99"),
    ((1301, "01", "ET2026002"), "*", "", CARD, "9000.00 + 45.00 + 9.00 + 0.00 = 9054.00: S1-2=9000.00"),
    ((1301, "01", "ET2026002"), "*", "6000.01", CARD, "6000.01 + 30.00 + 6.00 + 0.00 = 6036.01: S1-2=6000.01"),
    ((1201, "02", "VEH-1"), "*", "", CARD, "10000.00 + 50.00 + 10.00 + 0.00 = 10060.00: V-2026=10000.00"),
];

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn prices(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
    #[values(RULES, FIGURES)] table: &'static [Price],
) {
    let Some(app) = TestApp::start(backend).await else { return };
    for (bill, lines, amount, by, expected) in table {
        let quote = price(&app, *bill, lines, amount, *by).await;
        assert_eq!(quote, *expected, "{bill:?} {lines} {amount} {by:?}");
    }
    app.finish().await;
}

/// 2,000.00 is the first slab's, 2,000.01 the second's.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn slabs(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let Some(app) = TestApp::start(backend).await else { return };
    for (contract, minor, total) in [
        ("20000000", 200_000, "2000.00 + 5.90 + 1.06 + 0.00 = 2006.96: A=2000.00"),
        ("20000001", 200_001, "2000.01 + 11.80 + 2.12 + 0.00 = 2013.93: A=2000.01"),
        ("20000002", 2_000_000, "20000.00 + 11.80 + 2.12 + 0.00 = 20013.92: A=20000.00"),
        ("20000003", 2_000_001, "not allowed: 1.00..20000.00"),
        ("20000004", 99, "not allowed: 1.00..20000.00"),
    ] {
        app.control.add_article(1001, "01", contract, "A", minor).unwrap();
        assert_eq!(price(&app, (1001, "01", contract), "*", "", CARD).await, total, "{minor}");
    }
    app.finish().await;
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn channels_and_instruments(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    use Channel as C;
    use Instrument as I;
    let Some(app) = TestApp::start(backend).await else { return };
    let inquiry = app.inquire(JSON).await;
    for channel in [C::Web, C::Ivr, C::Tel, C::Agt, C::Pos, C::Api] {
        for instrument in [I::Card, I::Wallet, I::Cash, I::Transfer] {
            // What the matrix allows and the biller offers.
            let offered = matches!(
                (channel, instrument),
                (C::Web | C::Ivr | C::Tel, I::Card) | (C::Agt, I::Cash) | (C::Web | C::Agt, I::Wallet)
            );
            let quote = app.price(&inquiry, None, channel, instrument).await;
            let word = match &quote {
                Ok(_) => true,
                Err(QuoteError::InstrumentNotOffered) => false,
                Err(error) => panic!("{channel} {instrument}: {error:?}"),
            };
            assert_eq!(word, offered, "{channel} {instrument}");
            // Only a card's quote is payable by card.
            if let Ok(quote) = quote
                && instrument != I::Card
            {
                let started = app.start_payment(&quote, PHONE, "x").await;
                assert!(matches!(started, Err(StartError::WrongInstrument)), "{channel} {instrument}: {started:?}");
            }
        }
    }
    app.finish().await;
}

/// Per biller: 7 days, 24 hours, 72 hours, 48 hours.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn lifetimes(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let Some(app) = TestApp::start(backend).await else { return };
    let mut quotes = Vec::new();
    for (bill, hours) in
        [((1101, "01", "0612345678"), 24), ((1202, "01", "AM100001"), 48), ((1102, "01", "1102001"), 72), (JSON, 168)]
    {
        quotes.push((app.quote(bill).await, hours));
    }
    let mut passed = 0;
    for (at, (quote, hours)) in quotes.iter().enumerate() {
        app.pass(TimeDelta::hours(hours - passed) - TimeDelta::minutes(1));
        let redirect = app.start_payment(quote, PHONE, &format!("in time {at}")).await.unwrap();
        app.bank.cancel(&redirect).await;
        app.pass(TimeDelta::minutes(1));
        passed = *hours;
        let late = app.start_payment(quote, PHONE, &format!("late {at}")).await;
        assert!(matches!(late, Err(StartError::Expired)), "{hours} h: {late:?}");
        assert!(app.hub.quote(&quote.reference).await.unwrap().is_some(), "it can still be seen");
    }
    let other = app.hub.quote("AAAAAAAAAAAAAAAA").await.unwrap();
    assert!(other.is_none());
    app.finish().await;
}
