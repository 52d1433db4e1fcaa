//! What only a caller inside the crate can do to the writer.

use std::sync::Arc;

use chrono::NaiveDateTime;
use diesel::connection::SimpleConnection;

use crate::keeping::NewInquiry;
use crate::{
    Account, AccountKind, Amounts, Channel, DatabaseUrl, Funds, Instrument, Language, Ledger, LedgerError, Moment,
    Money, Pay, PayOutcome, Reference, RequestKey, StorageError, WriteOp,
};

/// Keeps an inquiry of a hundred kilobytes.
fn keep_one(now: NaiveDateTime) -> impl FnMut(&mut WriteOp<'_>) -> Result<Reference, StorageError> {
    move |op| {
        let id = op.next_id()?;
        op.keep_inquiry(&NewInquiry {
            id,
            biller: 1001,
            receivable_type: "02".to_owned(),
            channel: Channel::Web,
            language: Language::Fr,
            detail: "x".repeat(100_000),
            created_at: now,
            expires_at: now,
        })
    }
}

/// An account that a write made is undone with the write: the next one makes it again, and no entry is left without one.
#[test]
fn an_account_is_gone_with_the_write_that_made_it() {
    let folder = tempfile::tempdir().unwrap();
    let url = DatabaseUrl::Sqlite(folder.path().join("ledger.db"));
    Ledger::migrate(&url).unwrap();
    let ledger = Ledger::open(&url, &crate::DataKeys::of_bytes([7; 32]), 1, Arc::new(|| {})).unwrap();
    let moment = Moment::of("2026-11-24T10:00:00Z".parse().unwrap());
    let top_up = move |op: &mut WriteOp<'_>| {
        let float = Account::of(AccountKind::AgentFloat, "7");
        op.held_balance(&float)?;
        op.post(&crate::postings::float_topped_up(&float, Money::from_minor(100), moment)?)
    };
    let undone = ledger.write_now(move |op| {
        top_up(op)?;
        Err::<(), _>(StorageError::Failed("on purpose".to_owned()))
    });
    assert!(matches!(undone, Err(LedgerError::Storage(StorageError::Failed(_)))), "{undone:?}");
    ledger.write_now(top_up).unwrap();
    let faults = crate::check_books(&url).unwrap().faults;
    // Nobody asked for it, and that is all.
    assert!(matches!(faults.as_slice(), [crate::BookFault::PostingUnasked { .. }]), "{faults:?}");
}

/// A full disk makes SQLite undo the transaction by itself: the writer goes on once there is room.
#[test]
fn a_full_disk_is_got_over() {
    let folder = tempfile::tempdir().unwrap();
    let url = DatabaseUrl::Sqlite(folder.path().join("ledger.db"));
    Ledger::migrate(&url).unwrap();
    let ledger = Ledger::open(&url, &crate::DataKeys::of_bytes([7; 32]), 1, Arc::new(|| {})).unwrap();
    let pages = |max: u32| {
        let pragma = format!("PRAGMA max_page_count = {max}");
        ledger.write_now(move |op| Ok(op.connection.batch_execute(&pragma)?))
    };
    let now = "2026-11-24T10:00:00".parse().unwrap();
    let keep = || ledger.write_now(keep_one(now));
    keep().unwrap();
    let pay = |key: &str, bytes| {
        ledger.pay_now(Pay {
            agent: None,
            only_replay: false,
            key: RequestKey::of("test", key, key),
            quote: 1,
            biller: 1001,
            channel: Channel::Web,
            instrument: Instrument::Card,
            language: Language::Fr,
            amounts: Amounts {
                principal: Money::from_minor(100),
                fee: Money::ZERO,
                vat: Money::ZERO,
                duty: Money::ZERO,
            },
            bills: vec![],
            phone: None,
            email: Some("x".repeat(bytes)),
            address: None,
            funds: Funds::InHand(Account::only(AccountKind::Bank)),
            moment: Moment::of("2026-11-24T10:00:00Z".parse().unwrap()),
        })
    };
    // Below what it has: the file may not grow. A small payment still finds room in the pages that there are.
    pages(1).unwrap();
    let is_full = |error: LedgerError| {
        let full = matches!(&error, LedgerError::Storage(StorageError::Failed(why)) if why.contains("full"));
        assert!(full, "{error:?}");
    };
    is_full(keep().unwrap_err());
    is_full(pay("large", 100_000).map(|_| ()).unwrap_err());
    // In one batch: the failing write ends the transaction, and the payment after it must not be written piecemeal.
    let (failed, heard) = std::sync::mpsc::channel();
    let (go, wait) = std::sync::mpsc::channel::<()>();
    let wait = std::sync::Mutex::new(wait);
    ledger.write(move |_| Ok(wait.lock().unwrap().recv().is_err()), Box::new(|_| {}));
    ledger.write(keep_one(now), Box::new(move |result| failed.send(result).unwrap()));
    let paid = std::thread::scope(|scope| {
        let paid = scope.spawn(|| pay("small", 1));
        drop(go);
        paid.join().unwrap()
    });
    is_full(heard.recv().unwrap().map(|_| ()).unwrap_err());
    assert!(matches!(paid, Ok(PayOutcome::Started(_))), "{paid:?}");
    pages(u32::MAX - 1).unwrap();
    keep().unwrap();
    assert_eq!(crate::check_books(&url).unwrap().faults, []);
    let kept: Result<i64, StorageError> = crate::storage::connect(&url).and_then(|mut connection| {
        use diesel::prelude::*;
        Ok(crate::storage::schema::inquiries::table.count().get_result(&mut connection)?)
    });
    assert_eq!(kept.unwrap(), 2);
}
