//! A database of generated payments: its books hold, and every search finds what reading all of them finds.

use fatoura::generate::{Plan, RARE_BILLER, RARE_TOTAL, run};
use ledger::{
    Channel, DatabaseUrl, Instrument, Ledger, Money, Payment, PaymentQuery, PaymentState, Reader, StorageError,
};

const COUNT: u64 = 3_000;

/// All pages of a search, joined.
fn pages(reader: &mut Reader<'_>, query: &PaymentQuery, limit: usize) -> Result<Vec<Payment>, StorageError> {
    let (mut found, mut before) = (Vec::new(), None);
    loop {
        let page = reader.search_payments(query, before, limit)?;
        found.extend(page.payments);
        match page.before {
            None => return Ok(found),
            next => before = next,
        }
    }
}

fn numbers(payments: &[Payment]) -> Vec<i64> {
    payments.iter().map(|payment| payment.id).collect()
}

#[test]
fn generated_books_hold_and_every_search_finds_what_is_there() {
    let folder = tempfile::tempdir().unwrap();
    let url: DatabaseUrl = format!("sqlite:{}", folder.path().join("generated.db").display()).parse().unwrap();
    Ledger::migrate(&url).unwrap();
    let ledger = Ledger::open_to_fill(&url, &ledger::DataKeys::of_bytes(crate::support::DATA_KEY)).unwrap();
    let until = "2026-11-24T10:00:00Z".parse().unwrap();
    let mut out = Vec::new();
    run(&ledger, &Plan { payments: COUNT, seed: 7, until }, &mut out).unwrap();
    assert!(String::from_utf8(out).unwrap().contains("3000 of 3000 payments"));
    let report = ledger::check_books(&url).unwrap();
    assert!(report.is_clean(), "{:?}", report.faults);
    let again = run(&ledger, &Plan { payments: 1, seed: 7, until }, &mut Vec::new()).unwrap_err();
    assert!(again.to_string().contains("is not empty"), "{again}");

    let all = ledger.read(|reader| pages(reader, &PaymentQuery::default(), 200)).unwrap();
    assert_eq!(all.len(), usize::try_from(COUNT).unwrap());
    assert!(all.is_sorted_by(|a, b| a.id > b.id));
    let none = PaymentQuery::default;
    let some = all[700].clone();
    let total = |payment: &Payment| payment.amounts.total().unwrap();
    let mut queries: Vec<PaymentQuery> =
        PaymentState::ALL.iter().map(|state| PaymentQuery { state: Some(*state), ..none() }).collect();
    queries.extend(Channel::ALL.iter().map(|channel| PaymentQuery { channel: Some(*channel), ..none() }));
    queries.extend(Instrument::ALL.iter().map(|one| PaymentQuery { instrument: Some(*one), ..none() }));
    let (from, to) = (all[900].created_at, all[300].created_at);
    queries.extend([
        PaymentQuery { biller: Some(RARE_BILLER), ..none() },
        PaymentQuery { biller: Some(1_001), ..none() },
        PaymentQuery { biller: Some(1_500), ..none() },
        PaymentQuery { least: Some(RARE_TOTAL), most: Some(RARE_TOTAL), ..none() },
        PaymentQuery { least: Some(Money::from_minor(100_000)), most: Some(Money::from_minor(150_000)), ..none() },
        PaymentQuery { least: Some(RARE_TOTAL), ..none() },
        PaymentQuery { most: Some(Money::from_minor(3_000)), ..none() },
        PaymentQuery { from: Some(from), until: Some(to), ..none() },
        PaymentQuery { from: Some(from), until: Some(to), state: Some(PaymentState::Declined), ..none() },
        PaymentQuery { until: Some(from), biller: Some(1_001), ..none() },
        PaymentQuery { phone: some.phone().unwrap().or(Some(String::new())), ..none() },
        PaymentQuery { number: Some(some.id), biller: Some(some.biller), ..none() },
        PaymentQuery { reference: Some(some.reference), ..none() },
        PaymentQuery { state: Some(PaymentState::Returned), channel: Some(Channel::Agt), ..none() },
    ]);
    let fits = |query: &PaymentQuery, payment: &Payment| {
        query.number.is_none_or(|number| number == payment.id)
            && query.reference.is_none_or(|reference| reference == payment.reference)
            && query.phone.as_ref().is_none_or(|phone| Some(phone) == payment.phone().unwrap().as_ref())
            && query.state.is_none_or(|state| state == payment.state)
            && query.channel.is_none_or(|channel| channel == payment.channel)
            && query.instrument.is_none_or(|instrument| instrument == payment.instrument)
            && query.biller.is_none_or(|biller| biller == payment.biller)
            && query.least.is_none_or(|least| total(payment) >= least)
            && query.most.is_none_or(|most| total(payment) <= most)
            && query.from.is_none_or(|from| payment.created_at >= from)
            && query.until.is_none_or(|until| payment.created_at < until)
    };
    for query in &queries {
        let wanted: Vec<i64> = all.iter().filter(|payment| fits(query, payment)).map(|payment| payment.id).collect();
        for limit in [7, 200] {
            let found = ledger.read(|reader| pages(reader, query, limit)).unwrap();
            assert_eq!(numbers(&found), wanted, "{query:?}");
        }
    }
    let count = |state| all.iter().filter(|payment| payment.state == state).count();
    for state in [PaymentState::Declined, PaymentState::Expired, PaymentState::Returned, PaymentState::Cancelled] {
        assert!(count(state) > 0, "{state}");
    }
    assert_eq!(all.iter().filter(|payment| payment.biller == RARE_BILLER).count(), 10);
    assert_eq!(all.iter().filter(|payment| total(payment) == RARE_TOTAL).count(), 3);
    // The outlets' own.
    let outlet = |reader: &mut Reader<'_>| {
        pages(
            reader,
            &PaymentQuery { outlet: Some("30007".to_owned()), state: Some(PaymentState::Confirmed), ..none() },
            7,
        )
    };
    let found = numbers(&ledger.read(outlet).unwrap());
    let wanted: Vec<i64> = all
        .iter()
        .filter(|payment| payment.state == PaymentState::Confirmed)
        .filter(|payment| {
            let agent = ledger.read(|reader| reader.agent_payment(payment.id)).unwrap();
            agent.is_some_and(|agent| agent.outlet == "30007")
        })
        .map(|payment| payment.id)
        .collect();
    assert!(!found.is_empty() && found == wanted, "{found:?} {wanted:?}");
    ledger.close();
}
