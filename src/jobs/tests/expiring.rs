//! The job `expire` over quotes that ended, on both databases.

use ledger::{Amounts, Channel, CustomerKey, Instrument, Language, Moment, Money, NewCashReference, NewQuote};

use super::*;

/// A quote that ends at a time, made a week before.
fn quote(ledger: &Ledger, article: &str, ends: &str) -> i64 {
    let ends = at(ends);
    let money = Money::from_minor;
    let quote = NewQuote {
        inquiry: String::new(),
        biller: 1001,
        receivable_type: "01".to_owned(),
        channel: Channel::Web,
        instrument: Instrument::Card,
        amounts: Amounts { principal: money(16_800), fee: money(590), vat: money(106), duty: Money::ZERO },
        customer: CustomerKey::of(1001, "01", article),
        bills: vec![],
        detail: article.to_owned(),
        created_at: (ends - TimeDelta::days(7)).naive_utc(),
        expires_at: ends.naive_utc(),
    };
    ledger.write_now(move |op| op.keep_quote(&quote)).unwrap().id
}

fn refer_to(ledger: &Ledger, quote: i64, digits: &str, ends: &str) {
    let new = NewCashReference {
        key: None,
        digits: digits.to_owned(),
        quote,
        channel: Channel::Web,
        language: Language::Fr,
        phone: None,
        expires_at: at(ends).naive_utc(),
        remind_at: None,
        moment: Moment::of(at(ends) - TimeDelta::days(2)),
    };
    ledger.write_now(move |op| op.keep_cash_reference(&new)).unwrap();
}

/// What ended a month ago goes, once; what a reference needs stays and is named, and what ended later is left alone, also
/// when a person names a moment that is ahead of the clock.
#[rstest]
#[tokio::test]
async fn quotes_go_and_references_are_named(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let Some(world) = World::on(backend, "2026-12-01T12:00:00Z") else { return };
    let expire = JOBS.iter().find(|job| job.name == "expire").unwrap();
    let node = world.node(std::slice::from_ref(expire)).await;
    let (month_ago, later) = ("2026-11-01T12:00:00Z", "2026-11-01T12:00:01Z");
    let [gone, referred] = ["1", "2"].map(|article| quote(&node.ledger, article, month_ago));
    let kept = quote(&node.ledger, "3", later);
    refer_to(&node.ledger, referred, "1000000000008", month_ago);
    let run = async |as_of: &str| {
        let JobClaimed::Run(fence) = node.ticker.runner.claim_by_hand(expire, at(as_of)).await.unwrap() else {
            panic!("held")
        };
        let (_stop, stopped) = watch::channel(false);
        node.ticker.runner.run(expire, &fence, at(as_of), 0, true, stopped).await
    };
    let told = |quotes, references| Ended::Done(JobReport::of([("quotes", quotes), ("references", references)]));
    let is_there = |id: i64| node.ledger.read(|reader| reader.quote_of(id)).unwrap().is_some();
    assert_eq!(run("2026-12-01T12:00:00Z").await, told(0, 0), "not over for a month yet");
    world.set("2026-12-01T12:00:01Z");
    assert_eq!(run("2027-12-01T12:00:00Z").await, told(1, 1), "never ahead of the clock");
    assert_eq!([gone, referred, kept].map(is_there), [false, true, true]);
    assert_eq!(run("2026-12-01T12:00:01Z").await, told(0, 0), "once");
}
