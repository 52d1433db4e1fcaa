//! Payment links as rows: one claim or one revocation, never both.

use std::sync::Arc;

use chrono::{NaiveDateTime, TimeDelta};
use ledger::{Channel, KeptLink, Language, Ledger, Maker, NewLink, PaymentLink, RequestKey};

use crate::support::{TestDb, now};

fn minutes(minutes: i64) -> NaiveDateTime {
    (now() + TimeDelta::minutes(minutes)).naive_utc()
}

fn new(key: &str, phone: &str) -> NewLink {
    NewLink {
        key: RequestKey::of("test", key, phone),
        token_hash: std::array::from_fn(|at| key.as_bytes()[at % key.len()]),
        nonce: [7; 16],
        quote: 41,
        channel: Channel::Tel,
        language: Language::Ar,
        phone: Some(phone.to_owned()),
        email: Some("salma@example.ma".to_owned()),
        made_by: Maker::Staff(3),
        created_at: now(),
        expires_at: now() + TimeDelta::minutes(30),
    }
}

fn keep(ledger: &Ledger, new: NewLink) -> KeptLink {
    ledger.write_now(move |op| op.keep_link(&new)).unwrap()
}

pub fn kept(ledger: &Ledger, key: &str) -> PaymentLink {
    match keep(ledger, new(key, "+212612345678")) {
        KeptLink::New(link) => link,
        other => panic!("{other:?}"),
    }
}

fn link(ledger: &Ledger, id: i64) -> PaymentLink {
    ledger.read(|reader| reader.link_of(id)).unwrap().unwrap()
}

fn a_request_makes_one_link(db: &TestDb) {
    let ledger = db.open();
    let first = kept(&ledger, "a");
    assert_eq!(keep(&ledger, new("a", "+212612345678")), KeptLink::Replayed(first.clone()));
    assert_eq!(keep(&ledger, new("a", "+212687654321")), KeptLink::KeyConflict);
    // One SMS and one mail.
    assert_eq!((db.count("payment_links"), db.count("outbox")), (1, 2));
    let second = kept(&ledger, "b");
    assert_eq!(link(&ledger, first.id).revoked_at, Some(minutes(0)), "a newer link takes its place");
    let all = ledger.read(|reader| reader.links_of(41)).unwrap();
    assert_eq!(all.iter().map(|link| link.id).collect::<Vec<_>>(), [second.id, first.id]);
    let found = ledger.read(|reader| reader.link(&second.token_hash)).unwrap();
    assert_eq!(found, Some(second));
    assert_eq!(ledger.read(|reader| reader.link(&[0; 32])).unwrap(), None);
    db.assert_clean();
}

fn claims_and_revocations_exclude_each_other(db: &TestDb) {
    let ledger = db.open();
    let id = kept(&ledger, "a").id;
    let claim = |at| ledger.write_now(move |op| op.claim_link(id, minutes(at))).unwrap();
    let revoke = || ledger.write_now(move |op| op.revoke_link(id, minutes(1))).unwrap();
    assert!(!claim(30), "its time is over at its end");
    assert!(claim(29) && claim(31), "claimed before means claimed");
    assert!(!revoke());
    // Given back, it can be revoked, and then not claimed any more.
    ledger.write_now(move |op| op.release_link(id)).unwrap();
    assert!(revoke() && revoke());
    assert!(!claim(2));
    // A payment that was started is written down, whatever else was said.
    ledger.write_now(move |op| op.use_link(id, 99, minutes(3))).unwrap();
    let used = link(&ledger, id);
    assert_eq!((used.payment, used.used_at, used.revoked_at), (Some(99), Some(minutes(3)), None));
    ledger.write_now(move |op| op.use_link(id, 100, minutes(4))).unwrap();
    ledger.write_now(move |op| op.release_link(id)).unwrap();
    assert_eq!(link(&ledger, id), used, "one payment for ever");
    db.assert_clean();
}

fn a_race_has_one_winner(db: &TestDb) {
    let (one, other) = (Arc::new(db.open()), Arc::new(db.open()));
    for round in 0..10 {
        let id = kept(&one, &format!("r{round}")).id;
        let (claims, revokes) = (Arc::clone(&one), Arc::clone(&other));
        let claim = std::thread::spawn(move || claims.write_now(move |op| op.claim_link(id, minutes(1))).unwrap());
        let revoke = std::thread::spawn(move || revokes.write_now(move |op| op.revoke_link(id, minutes(1))).unwrap());
        let (claimed, revoked) = (claim.join().unwrap(), revoke.join().unwrap());
        assert!(claimed != revoked, "round {round}: claimed {claimed}, revoked {revoked}");
    }
    db.assert_clean();
}

on_both!(a_request_makes_one_link, claims_and_revocations_exclude_each_other, a_race_has_one_winner);
