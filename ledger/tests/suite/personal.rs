//! Personal data at rest: sealed, found all the same, sealed anew, and read as it stands from before there were keys.

use std::sync::Arc;

use ledger::{
    Actor, Channel, CustomerKey, DataKeys, GuardKey, GuardList, Language, Ledger, Maker, NewGuardEntry, NewLink, Pay,
    PaymentWord, RequestKey, SealedUpto, Swept, empty_log,
};
use sha2::{Digest, Sha256};

use crate::keeping::quote;
use crate::support::{Doing, TestDb, card, claim, now};

const PHONE: &str = "+212612345678";
const MAIL: &str = "salma@example.ma";
const NOTE: &str = "Salma Alami rings back";

fn keys(list: &[(&str, u8)]) -> DataKeys {
    let entry =
        |(name, byte): &(&str, u8)| DataKeys::of_bytes([*byte; 32]).to_list().replace("k1:", &format!("{name}:"));
    DataKeys::parse(&list.iter().map(entry).collect::<Vec<_>>().join(",")).unwrap()
}

fn open(db: &TestDb, list: &[(&str, u8)]) -> Ledger {
    Ledger::open_with_recent(&db.url, &keys(list), 2, Arc::new(|| {}), 3).unwrap()
}

/// A payment of a quote with a note, and a link.
fn people(ledger: &Ledger, article: &str) -> i64 {
    let quote = quote(ledger, vec![claim(article, 0)]);
    let pay = Pay { phone: Some(PHONE.to_owned()), email: Some(MAIL.to_owned()), ..card(article, article) };
    let payment = ledger.start(Pay { quote: quote.id, ..pay });
    let link = NewLink {
        key: RequestKey::of("link", article, ""),
        token_hash: Sha256::digest(article).into(),
        nonce: [1; 16],
        quote: quote.id,
        channel: Channel::Tel,
        language: Language::Fr,
        phone: Some(PHONE.to_owned()),
        email: Some(MAIL.to_owned()),
        made_by: Maker::Staff(1),
        created_at: now(),
        expires_at: now() + chrono::TimeDelta::days(1),
    };
    ledger
        .write_now(move |op| {
            op.note_payment(payment, NOTE, &Actor { id: 1, name: "tariq".to_owned() }, now())?;
            op.keep_link(&link)?;
            let call = op.open_desk_call(1, Some(PHONE), Language::Fr, now().naive_utc())?;
            op.add_desk_note(call, NOTE, now().naive_utc())
        })
        .unwrap();
    while !ledger.read(|reader| reader.missing_words(100)).unwrap().is_empty() {
        let missing = ledger.read(|reader| reader.missing_words(100)).unwrap();
        ledger.write_now(move |op| op.add_words(&missing)).unwrap();
    }
    payment
}

fn customer() -> PaymentWord {
    PaymentWord::Customer(CustomerKey::of(1001, "01", "12345678"))
}

fn found(ledger: &Ledger, word: PaymentWord) -> Vec<i64> {
    let found = ledger.read(move |reader| reader.payments_by(&[word], 100)).unwrap();
    for payment in &found {
        let told = (payment.phone().unwrap(), payment.email().unwrap());
        assert_eq!((told.0.as_deref(), told.1.as_deref()), (Some(PHONE), Some(MAIL)));
        let notes = ledger.read(|reader| reader.payment_notes(payment.id)).unwrap();
        assert!(notes.iter().all(|note| note.note == NOTE) && !notes.is_empty());
        let quote = ledger.read(|reader| reader.quote_of(payment.quote)).unwrap().unwrap();
        assert_eq!(ledger.read(|reader| reader.links_of(quote.id)).unwrap()[0].phone.as_deref(), Some(PHONE));
        assert!(!format!("{payment:?}").contains("612345678"));
    }
    found.into_iter().map(|payment| payment.id).collect()
}

fn assert_found(ledger: &Ledger, payments: &[i64]) {
    let newest: Vec<i64> = payments.iter().rev().copied().collect();
    assert_eq!(found(ledger, PaymentWord::Phone(PHONE.to_owned())), newest);
    assert_eq!(found(ledger, customer()), newest);
    assert_eq!(found(ledger, PaymentWord::Phone("+212612345679".to_owned())), []);
}

/// Every row that holds personal text, as it stands.
fn at_rest(db: &TestDb) -> String {
    let columns = [
        "COALESCE(phone, '') || ' ' || COALESCE(email, '') AS line FROM payments",
        "detail AS line FROM quotes",
        "note AS line FROM payment_notes",
        "COALESCE(phone, '') || ' ' || COALESCE(email, '') AS line FROM payment_links",
        "COALESCE(phone, '') AS line FROM desk_calls",
        "note AS line FROM desk_notes",
        "sealed AS line FROM personal_keys",
    ];
    columns.iter().flat_map(|columns| db.lines(&format!("SELECT {columns}"))).collect::<Vec<_>>().join("\n")
}

fn assert_nothing_plain(db: &TestDb) {
    let mut all = vec![at_rest(db)];
    if let ledger::DatabaseUrl::Sqlite(path) = &db.url {
        for entry in std::fs::read_dir(path.parent().unwrap()).unwrap() {
            all.push(String::from_utf8_lossy(&std::fs::read(entry.unwrap().path()).unwrap()).into_owned());
        }
    }
    for text in ["612345678", MAIL, NOTE] {
        assert!(all.iter().all(|all| !all.contains(text)), "{text} stands there");
    }
}

/// All that is not sealed under the first key, sealed; how many texts.
fn rotate(ledger: &Ledger) -> usize {
    let (mut upto, mut count) = (SealedUpto::default(), 0);
    while let Some(stale) = ledger.read(|reader| reader.stale_texts(upto)).unwrap() {
        upto = stale.upto();
        count += ledger.write_now(move |op| op.seal_anew(&stale)).unwrap();
    }
    count
}

fn sealed_and_found(db: &TestDb) {
    let ledger = db.open();
    let made = [people(&ledger, "a"), people(&ledger, "b")];
    assert_found(&ledger, &made);
    assert!(
        at_rest(db).lines().all(|line| line.split(' ').all(|text| text.starts_with("sealed:k1:"))),
        "{}",
        at_rest(db)
    );
    ledger.close();
    assert_nothing_plain(db);
    db.assert_clean();
}

fn other_keys_open_nothing_and_change_nothing(db: &TestDb) {
    let ledger = open(db, &[("a", 1)]);
    let made = people(&ledger, "a");
    ledger.close();
    let before = at_rest(db);
    for list in [&[("a", 2)][..], &[("b", 1)], &[("b", 1), ("c", 2)]] {
        let told = Ledger::open_beside(&db.url, &keys(list)).err().unwrap().to_string();
        assert!(told.starts_with("the data keys: personal_keys.sealed") && told.contains("\"a\""), "{told}");
    }
    assert_eq!(at_rest(db), before);
    assert!(Ledger::has_keys(&db.url).unwrap());
    assert_found(&open(db, &[("b", 2), ("a", 1)]), &[made]);
}

fn keys_change_while_payments_go_on(db: &TestDb) {
    let old = open(db, &[("a", 1), ("b", 2)]);
    let mut made = vec![people(&old, "a"), people(&old, "b")];
    // Another process has the other key first already.
    let new = open(db, &[("b", 2), ("a", 1)]);
    made.push(people(&new, "c"));
    made.sort_unstable();
    assert_found(&old, &made);
    assert_found(&new, &made);
    let count = rotate(&new);
    assert!(count > 10, "{count}");
    assert_found(&old, &made);
    old.close();
    assert_eq!(rotate(&new), 0);
    new.close();
    assert!(!at_rest(db).contains("sealed:a:"));
    assert_found(&open(db, &[("b", 2)]), &made);
    db.assert_clean();
}

/// As it was written before there were keys.
fn unseal(db: &TestDb, ledger: &Ledger) {
    let (mut raw, mut swept) = (db.raw(), Swept::default());
    while let Some((texts, upto)) = ledger.read(|reader| reader.personal_texts(&swept)).unwrap() {
        for text in texts {
            let plain = text.text.replace('\'', "''");
            raw.run(&format!("UPDATE {} SET {} = '{plain}' WHERE id = {}", text.table, text.column, text.row)).unwrap();
        }
        swept = upto;
    }
    let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    let blob =
        |bytes: &[u8]| if db.is_postgres() { format!("'\\x{}'", hex(bytes)) } else { format!("x'{}'", hex(bytes)) };
    let phone = blob(&Sha256::digest(format!("phone\0{PHONE}"))[..16]);
    let mut parts = Sha256::new().chain_update(1001u16.to_be_bytes());
    for part in ["01", "12345678", ""] {
        parts = parts.chain_update((part.len() as u64).to_be_bytes()).chain_update(part);
    }
    let customer = blob(&parts.finalize()[..16]);
    for change in [
        "DELETE FROM payment_words".to_owned(),
        format!("INSERT INTO payment_words SELECT {phone}, id FROM payments"),
        format!("INSERT INTO payment_words SELECT {customer}, id FROM payments"),
        format!("UPDATE quotes SET customer = {customer}"),
        format!("UPDATE guard_entries SET value = {customer}"),
        "DELETE FROM personal_keys".to_owned(),
    ] {
        raw.run(&change).unwrap();
    }
}

fn what_was_plain_is_read_and_carried_over(db: &TestDb) {
    let ledger = db.open();
    let mut made = vec![people(&ledger, "a"), people(&ledger, "b")];
    let listed = NewGuardEntry {
        list: GuardList::Block,
        key: GuardKey::Contract(CustomerKey::of(1001, "01", "12345678")),
        shown: "1001 *5678".to_owned(),
        reason: "a test".to_owned(),
        by: Actor { id: 1, name: "omar".to_owned() },
        now: now().naive_utc(),
        ends_at: None,
    };
    ledger.write_now(move |op| op.add_guard_entry(&listed)).unwrap();
    unseal(db, &ledger);
    ledger.close();
    assert!(at_rest(db).contains(PHONE) && at_rest(db).contains(NOTE));
    let ledger = db.open();
    assert_found(&ledger, &made);
    assert!(rotate(&ledger) > 8);
    assert_found(&ledger, &made);
    let mut words = 0;
    while let Some(old) = ledger.read(|reader| reader.old_words()).unwrap() {
        words += ledger.write_now(move |op| op.digest_anew(&old)).unwrap();
    }
    assert_eq!(words, 2, "a phone and a customer");
    made.push(people(&ledger, "c"));
    assert_found(&ledger, &made);
    let listed = ledger.read(|reader| {
        let quote = reader.payment_of(made[2])?.unwrap().quote;
        let payer = GuardKey::Contract(reader.customer_of_quote(quote)?.unwrap());
        reader.guard_entries_of(&[payer], now().naive_utc())
    });
    assert_eq!(listed.unwrap().len(), 1, "who was on a list is on it still");
    let words = db.lines(if db.is_postgres() {
        "SELECT DISTINCT encode(word, 'hex') AS line FROM payment_words"
    } else {
        "SELECT DISTINCT hex(word) AS line FROM payment_words"
    });
    assert_eq!(words.len(), 2, "{words:?}");
    ledger.close();
    assert!(empty_log(&db.url).unwrap());
    assert_nothing_plain(db);
    db.assert_clean();
}

on_both!(
    sealed_and_found,
    other_keys_open_nothing_and_change_nothing,
    keys_change_while_payments_go_on,
    what_was_plain_is_read_and_carried_over,
);
