//! Refunds as the proofs see them: damage is named, and any history adds up.

use ledger::{DatabaseUrl, check_books};
use proptest::prelude::*;

use super::*;
use crate::support::Raw;

#[test]
fn damage_is_named() {
    let db = TestDb::sqlite();
    let DatabaseUrl::Sqlite(path) = &db.url else { unreachable!("a file") };
    let folder = tempfile::tempdir().unwrap();
    let ledger = db.open();
    for (article, state) in ["a", "b", "c", "d"].into_iter().zip([
        RefundState::Done,
        RefundState::Pending,
        RefundState::Failed,
        RefundState::Proposed,
    ]) {
        in_state(&ledger, paid(&ledger, article), state);
    }
    ledger.fund("7", 30_000);
    let shift = ledger.open_till("A");
    let cash = ledger.start(over_counter("e", "e", shift));
    ledger.step(cash, confirm());
    let whole = kept(propose(&ledger, of(cash, "whole", 16_800, 0)));
    decide(&ledger, whole, true, 2);
    ledger.close();
    drop(ledger);
    db.assert_clean();
    for (change, fault) in [
        ("UPDATE refunds SET principal = 6000 WHERE state = 5", "its posting books something else"),
        ("UPDATE refunds SET principal = 17000 WHERE state = 1", "its refunds are above what it took"),
        ("UPDATE refunds SET state = 4, decided_by = 2 WHERE state = 1", "its postings are not those of its state"),
        ("UPDATE refunds SET state = 5 WHERE state = 4", "its postings are not those of its state"),
        ("UPDATE refunds SET state = 6 WHERE state = 4", "its postings are not those of its state"),
        ("UPDATE refunds SET state = 9 WHERE state = 4", "state 9 is unknown"),
        ("UPDATE refunds SET reason = 9 WHERE state = 4", "reason 9 is unknown"),
        ("UPDATE refunds SET decided_by = NULL WHERE state = 4", "its state and who decided it do not fit"),
        ("UPDATE refunds SET payment_id = 5 WHERE state = 4", "there is no such payment"),
        ("UPDATE refunds SET paid_posting = NULL WHERE state = 5", "its postings are not those of its state"),
        ("UPDATE refunds SET reversed_posting = decided_posting WHERE state = 6", "something else"),
        ("UPDATE refunds SET commission_posting = NULL", "and its agent's commission do not fit"),
        ("DELETE FROM refunds WHERE state = 5", "belongs to no request, late cash, refund"),
        ("DELETE FROM outbox WHERE kind = 23", "it is pending, and no task and no incident will end it"),
        ("DELETE FROM give_backs", "what the outlet is to give back is not what was refunded"),
        ("UPDATE give_backs SET amount = 1", "what the outlet is to give back is not what was refunded"),
        (
            "DROP TRIGGER postings_keep; UPDATE postings SET window_id = NULL WHERE kind = 23",
            "it is in no settlement window",
        ),
        (
            "DROP TRIGGER postings_keep; UPDATE postings SET reverses = NULL WHERE kind = 25",
            "a reversal is not linked to the posting that it reverses",
        ),
        ("UPDATE payments SET state = 3 WHERE id = (SELECT payment_id FROM refunds WHERE state = 4)", "not confirmed"),
    ] {
        let copy = folder.path().join("copy.db");
        std::fs::copy(path, &copy).unwrap();
        let url = DatabaseUrl::Sqlite(copy);
        Raw::open(&url).unwrap().run(change).unwrap();
        let report = check_books(&url).unwrap();
        let told: Vec<String> = report.faults.iter().map(ToString::to_string).collect();
        assert!(told.iter().any(|told| told.contains(fault)), "{change}: {told:?}");
    }
}

/// What people and the gateway do, in any order.
#[derive(Debug, Clone)]
enum Did {
    Propose(i64, i64),
    Decide(usize, bool),
    Withdraw(usize),
    End(usize, bool),
}

fn did() -> impl Strategy<Value = Did> {
    prop_oneof![
        3 => (0i64..9_000, 0i64..500).prop_map(|(principal, fee)| Did::Propose(principal, fee)),
        3 => (0usize..8, any::<bool>()).prop_map(|(which, yes)| Did::Decide(which, yes)),
        1 => (0usize..8).prop_map(Did::Withdraw),
        3 => (0usize..8, any::<bool>()).prop_map(|(which, paid)| Did::End(which, paid)),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]
    #[test]
    fn any_history_adds_up(history in proptest::collection::vec(did(), 1..25)) {
        let db = TestDb::sqlite();
        let ledger = db.open();
        let payment = paid(&ledger, "a");
        let mut ids: Vec<i64> = Vec::new();
        for (n, what) in history.into_iter().enumerate() {
            match what {
                Did::Propose(principal, fee) => {
                    if let RefundKept::Kept(id, _) = propose(&ledger, of(payment, &n.to_string(), principal, fee)) {
                        ids.push(id);
                    }
                }
                Did::Decide(which, yes) => drop(ids.get(which).map(|id| decide(&ledger, *id, yes, 2))),
                Did::Withdraw(which) => drop(ids.get(which).map(|id| withdraw(&ledger, *id, 1))),
                Did::End(which, paid) => {
                    let how = if paid { RefundEnd::Paid } else { RefundEnd::Failed };
                    let _ended = ids.get(which).map(|id| end(&ledger, *id, how));
                }
            }
        }
        let refunds = ledger.read(|reader| reader.refunds_of(payment)).unwrap();
        let taken = refunds.iter().filter(|refund| refund.state.is_reserved());
        let taken: i64 = taken.map(|refund| refund.total().unwrap().minor()).sum();
        prop_assert!(taken <= 17_496);
        let back: i64 = refunds
            .iter()
            .filter(|refund| refund.state == RefundState::Done)
            .map(|refund| refund.total().unwrap().minor())
            .sum();
        prop_assert_eq!(db.balance(&crate::support::cmi()), 17_496 - back);
        prop_assert_eq!(db.faults(), Vec::<String>::new());
    }
}
