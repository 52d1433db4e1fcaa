//! Inquiries, quotes, billers and bill files: what is kept on the way to a payment.

use chrono::{NaiveDateTime, TimeDelta};
use ledger::{
    Channel, CustomerKey, FileArticle, FileImport, Instrument, Language, Ledger, NewInquiry, NewQuote, Pay, Quote,
    Reference,
};

use crate::support::{Doing, TestDb, amounts, bill, card, claim, now};

fn day(days: i64) -> NaiveDateTime {
    (now() + TimeDelta::days(days)).naive_utc()
}

fn inquire(ledger: &Ledger) -> Reference {
    ledger
        .write_now(|op| {
            let id = op.next_id()?;
            op.keep_inquiry(&NewInquiry {
                id,
                biller: 1001,
                receivable_type: "02".to_owned(),
                channel: Channel::Web,
                language: Language::Ar,
                detail: "ما وجد".to_owned(),
                created_at: day(0),
                expires_at: day(1),
            })
        })
        .unwrap()
}

pub fn quote(ledger: &Ledger, bills: Vec<ledger::BillClaim>) -> Quote {
    let new = NewQuote {
        customer: CustomerKey::of(1001, "01", "12345678"),
        inquiry: "an inquiry".to_owned(),
        biller: 1001,
        receivable_type: "02".to_owned(),
        channel: Channel::Ivr,
        instrument: Instrument::Card,
        amounts: amounts(),
        bills,
        detail: "detail".to_owned(),
        created_at: day(0),
        expires_at: day(7),
    };
    ledger.write_now(move |op| op.keep_quote(&new)).unwrap()
}

/// The same number with another secret.
fn guess(reference: Reference) -> Reference {
    let text = reference.to_string();
    let (start, last) = text.split_at(text.len() - 1);
    format!("{start}{}", if last == "0" { "1" } else { "0" }).parse().unwrap()
}

fn a_wrong_secret_finds_nothing(db: &TestDb) {
    let ledger = db.open();
    let inquiry = inquire(&ledger);
    let quoted = quote(&ledger, vec![claim("a", 0)]);
    let payment = ledger.start(Pay { quote: quoted.id, ..card("1", "a") });
    ledger
        .read(|reader| {
            let found = reader.inquiry(inquiry)?.unwrap();
            assert_eq!((found.reference, found.biller, found.detail.as_str()), (inquiry, 1001, "ما وجد"));
            assert!(reader.inquiry(guess(inquiry))?.is_none());
            let found = reader.quote(quoted.reference)?.unwrap();
            assert_eq!((found.id, found.amounts, found.bills), (quoted.id, amounts(), vec![claim("a", 0)]));
            assert_eq!((found.channel, found.instrument, found.expires_at), (Channel::Ivr, Instrument::Card, day(7)));
            assert!(reader.quote(guess(quoted.reference))?.is_none());
            let paid = reader.payment_of(payment)?.unwrap();
            assert_eq!(reader.payment(paid.reference)?.unwrap().id, payment);
            assert!(reader.payment(guess(paid.reference))?.is_none());
            assert!(reader.payment(Reference::of(payment + 1, 0))?.is_none());
            // One table's reference opens no other.
            assert!(reader.quote(inquiry)?.is_none());
            Ok(())
        })
        .unwrap();
}

fn a_quote_without_bills_claims_itself(db: &TestDb) {
    let ledger = db.open();
    let (one, two) = (quote(&ledger, vec![]), quote(&ledger, vec![]));
    assert_eq!((one.bills.len(), two.bills.len()), (1, 1));
    assert_ne!(one.bills[0].key, two.bills[0].key);
    let first = ledger.start(Pay { bills: one.bills.clone(), ..card("1", "") });
    let again = ledger.pay_now(Pay { bills: one.bills, ..card("2", "") }).unwrap();
    assert_eq!(again, ledger::PayOutcome::BeingPaid(first));
    ledger.start(Pay { bills: two.bills, ..card("3", "") });
    db.assert_clean();
}

fn a_quote_can_be_rewritten(db: &TestDb) {
    let ledger = db.open();
    let (one, two) = (quote(&ledger, vec![]), quote(&ledger, vec![]));
    let id = one.id;
    ledger.write_now(move |op| op.rewrite_quote(id, "without the password")).unwrap();
    let details = [one, two].map(|quote| ledger.read(|r| r.quote(quote.reference)).unwrap().unwrap().detail);
    assert_eq!(details, ["without the password", "detail"]);
}

fn pruning_keeps_quotes(db: &TestDb) {
    let ledger = db.open();
    let inquiry = inquire(&ledger);
    let (paid, unpaid) = (quote(&ledger, vec![claim("a", 0)]), quote(&ledger, vec![]));
    ledger.start(Pay { quote: paid.id, ..card("1", "a") });
    // Keys find their way into their table when the ledger is closed.
    ledger.close();
    let ledger = db.open();
    let prune = |days| {
        let keys = move |op: &mut ledger::WriteOp<'_>| {
            (0..=u8::MAX).map(|first| op.prune_keys(first, day(days))).sum::<Result<usize, _>>()
        };
        let inquiries = ledger.write_now(move |op| op.prune_inquiries(day(days))).unwrap();
        inquiries + ledger.write_now(keys).unwrap()
    };
    let left = || {
        ledger
            .read(|reader| {
                let inquiry = reader.inquiry(inquiry)?.is_some();
                Ok((inquiry, reader.quote(paid.reference)?.is_some() && reader.quote(unpaid.reference)?.is_some()))
            })
            .unwrap()
    };
    // Days after today, rows that go; then whether the inquiry and both quotes are left, and the request keys left.
    for (days, gone, expected, keys) in [
        (2, 0, (true, true), 1),
        (3, 1, (false, true), 1),
        (7, 0, (false, true), 1),
        (8, 1, (false, true), 0),
        (4_000, 0, (false, true), 0),
    ] {
        assert_eq!(prune(days), gone, "day {days}");
        assert_eq!((left(), db.count("idempotency_keys")), (expected, keys), "day {days}");
    }
    db.assert_clean();
}

fn billers_are_put_and_replaced(db: &TestDb) {
    let ledger = db.open();
    let put = |code, definition: &'static str| {
        ledger.write_now(move |op| op.put_biller(code, definition, day(0))).unwrap();
        ledger.read(|reader| reader.billers_version()).unwrap()
    };
    let versions = [put(1002, "two"), put(1001, "one"), put(1002, "two again")];
    assert!(versions.is_sorted_by(|a, b| a < b), "{versions:?}");
    let billers = ledger.read(|reader| reader.billers()).unwrap();
    let billers: Vec<(u16, &str)> = billers.iter().map(|biller| (biller.code, biller.definition.as_str())).collect();
    assert_eq!(billers, [(1001, "one"), (1002, "two again")]);
}

fn import(sequence: u64, customers: &[&str], articles: &[(&str, &str)]) -> FileImport {
    FileImport {
        biller: 1001,
        sequence,
        digest: format!("digest {sequence}"),
        created: day(0).date(),
        customers: customers.iter().map(|contract| ("02".to_owned(), (*contract).to_owned())).collect(),
        articles: articles
            .iter()
            .map(|(contract, article)| FileArticle {
                receivable_type: "02".to_owned(),
                contract: (*contract).to_owned(),
                article: (*article).to_owned(),
            })
            .collect(),
    }
}

/// The sequence number imported last, and the lines of contracts A, B and C.
fn imported(ledger: &Ledger) -> String {
    ledger
        .read(|reader| {
            let mut text = reader.bill_file(1001)?.map_or_else(|| "none".to_owned(), |file| file.sequence.to_string());
            for contract in ["A", "B", "C"] {
                match reader.file_articles(1001, "02", contract)? {
                    Some(articles) => text += &format!(" {contract}[{}]", articles.join(" ")),
                    None => text += &format!(" {contract}?"),
                }
            }
            Ok(text)
        })
        .unwrap()
}

fn a_bill_file_is_taken_whole_or_not_at_all(db: &TestDb) {
    let ledger = db.open();
    let take = |import: FileImport, expected| {
        ledger.write_now(move |op| op.replace_bill_file(&import, expected, day(0))).map_err(|_| "failed")
    };
    assert_eq!(imported(&ledger), "none A? B? C?");
    let first = import(1, &["B"], &[("A", "a2"), ("A", "a1")]);
    // Import, the sequence it expects, the answer, what stands after it.
    for (import, expected, answer, after) in [
        (first.clone(), Some(0), Ok(false), "none A? B? C?"),
        (first.clone(), None, Ok(true), "1 A[a2 a1] B[] C?"),
        (first, None, Ok(false), "1 A[a2 a1] B[] C?"),
        (import(3, &["C"], &[]), Some(2), Ok(false), "1 A[a2 a1] B[] C?"),
        // The same customer twice: refused by the database half-way.
        (import(2, &["C", "C"], &[("B", "b")]), Some(1), Err("failed"), "1 A[a2 a1] B[] C?"),
        (import(2, &["C"], &[("B", "b")]), Some(1), Ok(true), "2 A? B[b] C[]"),
        (import(3, &[], &[]), Some(2), Ok(true), "3 A? B? C?"),
    ] {
        assert_eq!(take(import, expected), answer, "{after}");
        assert_eq!(imported(&ledger), after);
    }
    // Other billers' lines are their own.
    let other = FileImport { biller: 1002, ..import(9, &["A"], &[]) };
    assert_eq!(take(other, None), Ok(true));
    assert_eq!(imported(&ledger), "3 A? B? C?");
}

fn a_large_bill_file_is_one_import(db: &TestDb) {
    let ledger = db.open();
    let names: Vec<String> = (0..12_000).map(|n| format!("{n}")).collect();
    let customers: Vec<&str> = names.iter().map(String::as_str).collect();
    let articles: Vec<(&str, &str)> = customers.iter().map(|name| ("A", *name)).collect();
    let large = import(1, &customers, &articles);
    assert!(ledger.write_now(move |op| op.replace_bill_file(&large, None, day(0))).unwrap());
    let lines = ledger.read(|reader| reader.file_articles(1001, "02", "A")).unwrap().unwrap();
    assert_eq!(lines, names);
}

/// Bills know no customers: the key of one is nobody else's.
fn unknown_bills_have_no_standing(db: &TestDb) {
    let ledger = db.open();
    ledger.start(card("1", "a"));
    let found = ledger.read(|reader| reader.bills(&[bill("a"), bill("b")])).unwrap();
    assert_eq!(found.keys().collect::<Vec<_>>(), [&bill("a")]);
}

on_both!(
    a_wrong_secret_finds_nothing,
    a_quote_without_bills_claims_itself,
    a_quote_can_be_rewritten,
    pruning_keeps_quotes,
    billers_are_put_and_replaced,
    a_bill_file_is_taken_whole_or_not_at_all,
    a_large_bill_file_is_one_import,
    unknown_bills_have_no_standing,
);
