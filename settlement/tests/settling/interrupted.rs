//! A process that ends in the middle: what it left is taken up, and made once.

use std::fs;

use rstest::rstest;

use crate::books::{Books, bank, contract_of, one_percent, utc};
use crate::database::Backend;

/// A file that is in its place without being known, or half written, is made again, the same.
#[rstest]
fn a_file_is_made_again_the_same(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let Some(books) = Books::on(backend, &[(1001, one_percent())]) else { return };
    books.card(1001, 10_000, utc("2026-11-24T10:00:00Z"));
    books.settle(utc("2026-11-24T17:00:00Z"));
    // The disk fails: the row is not written.
    let place = books.files().join("1001");
    fs::create_dir_all(books.files()).unwrap();
    fs::write(&place, "a file where the folder should be").unwrap();
    let trouble = settlement::make_files(&books.ledger, &books.files(), &contract_of, utc("2026-11-24T17:00:05Z"));
    assert!(trouble.unwrap_err().to_string().contains("1001"));
    fs::remove_file(&place).unwrap();
    // Whoever was killed left a part, and a whole that nobody knows of.
    let name = "FATOURA_1001_000001_2026-11-24.csv";
    fs::create_dir_all(&place).unwrap();
    fs::write(place.join(format!(".{name}.part")), "half").unwrap();
    fs::write(place.join(name), "another").unwrap();
    assert_eq!(books.make_files(utc("2026-11-24T17:00:10Z")).files, 1);
    let whole = books.read("1001", name);
    assert_eq!(books.names("1001"), [name]);
    // Known, and lost since: made by hand it has the digest that is known.
    let settlement = &books.settlements(1001)[0];
    let (statement, terms) = settlement::statement(settlement).unwrap();
    let mut again = Vec::new();
    settlement::write_file(
        &books.ledger,
        settlement::terms::FileFormat::Csv,
        &statement,
        &terms,
        None,
        &contract_of,
        &mut again,
    )
    .unwrap();
    assert_eq!(String::from_utf8(again).unwrap(), whole);
}

/// An order that is known and has no message gets the message that it would have had.
#[rstest]
fn an_order_without_its_message_gets_it(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let Some(books) = Books::on(backend, &[(1001, one_percent())]) else { return };
    books.card(1001, 10_000, utc("2026-11-24T10:00:00Z"));
    books.settle(utc("2026-11-24T17:00:00Z"));
    let (folder, bank) = (books.files().join("bank"), bank());
    fs::create_dir_all(books.files()).unwrap();
    fs::write(&folder, "a file where the folder should be").unwrap();
    let order = |at| settlement::order_transfers(&books.ledger, &folder, &bank, utc(at));
    assert!(order("2026-11-24T17:01:00Z").is_err());
    fs::remove_file(&folder).unwrap();
    let done = order("2026-11-27T09:00:00Z").unwrap().unwrap();
    assert_eq!((done.orders, done.transfers), (1, 1));
    let known = &books.ledger.read(|reader| reader.transfer_orders(10)).unwrap()[0];
    let message = fs::read_to_string(folder.join(settlement::order_name(known))).unwrap();
    assert!(message.contains("2026-11-24") && !message.contains("2026-11-27"), "{message}");
    assert_eq!(books.ledger.read(|reader| reader.transfers_waiting()).unwrap(), 0);
    books.assert_clean();
}

/// Two processes that do the same at once settle each window once.
#[rstest]
fn two_processes_settle_once(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let Some(books) = Books::on(backend, &[(1001, one_percent()), (1002, one_percent())]) else { return };
    for biller in [1001, 1002] {
        books.card(biller, 10_000, utc("2026-11-24T10:00:00Z"));
    }
    let other = ledger::Ledger::open_beside(&books.url, &ledger::DataKeys::of_bytes([7; 32])).unwrap();
    let now = utc("2026-11-27T17:00:00Z");
    std::thread::scope(|scope| {
        for ledger in [&books.ledger, &other] {
            let billers = &books.billers;
            scope.spawn(move || {
                settlement::close_windows(ledger, billers, now).unwrap();
                settlement::settle_windows(ledger, billers, now).unwrap();
            });
        }
    });
    books.settle(now);
    let numbers: Vec<i64> = books.settlements(1001).iter().map(|found| found.sequence).collect();
    assert_eq!(numbers, [1, 2, 3, 4]);
    books.assert_clean();
}
