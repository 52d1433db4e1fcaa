//! The back office: followed up, answered, and what moves money by two people.

use chrono::TimeDelta;
use ledger::{
    Actor, BreakKind, BreakSource, BreakSubject, DisputeAction as A, DisputeState as S, NewBreak, RefundState,
};
use rstest::rstest;
use sandbox::FaultKind;
use staff::Role;

use super::{answer, complain, done, filled, paid, send, state, stored};
use crate::finance::{at_work, says};
use crate::support::{Backend, TestApp};

fn refund_of(app: &TestApp, id: i64) -> i64 {
    stored(app, id).refund.unwrap()
}

#[rstest]
#[case(Backend::Sqlite)]
#[case(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn a_refund_closes_it(#[case] backend: Backend) {
    let Some(app) = TestApp::start(backend).await else { return };
    let (payment, reference) = paid(&app).await;
    let id = complain(&app, &reference, "paid-twice", "deux fois le même jour").await;
    let omar = at_work(&app, "fr", "omar", Role::Operations).await;
    let fatima = at_work(&app, "fr", "fatima", Role::Finance).await;
    let story = format!("/disputes/{id}");
    let list = omar.get("/disputes").await;
    says(&list, &format!("D{id}"));
    let page = omar.get(&story).await;
    says(&page, "deux fois le même jour");
    assert!(!page.body.contains("612345678"), "masked");
    says(&omar.post(&story, &[("reason", "rappeler le client")]).await, "+212612345678");
    let me = omar.get(&story).await;
    let me = me.body.split("<select id=\"to\"").nth(1).unwrap().split("selected").next().unwrap();
    let me = me.rsplit("value=\"").next().unwrap().split('"').next().unwrap().to_owned();
    says(&omar.post(&format!("{story}/assign"), &[("to", &me)]).await, "Confiée");
    says(&omar.get("/disputes?of=mine").await, &format!("D{id}"));
    says(&omar.get("/disputes?of=nobody").await, "Aucune réclamation ne correspond");

    let propose = format!("{story}/propose");
    let look = omar.post(&propose, &answer("refund", "168,00")).await;
    for said in ["Le payeur reçoit 168,00 MAD", "Dû au facturier", "Une seconde personne devra approuver"] {
        says(&look, said);
    }
    assert_eq!(app.database.number("SELECT COUNT(*) FROM refunds"), 0, "nothing is done yet");
    says(&send(&omar, &look, "/propose").await, "Décision en validation");
    assert_eq!(send(&omar, &look, "/propose").await.status, 200, "the form sent twice");
    assert_eq!(app.database.number("SELECT COUNT(*) FROM refunds"), 1);
    let refund = refund_of(&app, id);
    let stored_refund = app.ledger.read(|reader| reader.refund(refund)).unwrap().unwrap();
    assert_eq!((stored_refund.note.as_str(), stored_refund.state), (&*format!("D{id}"), RefundState::Proposed));
    for (outcome, status) in [("rejected", 409), ("correction", 409)] {
        let other = send(&omar, &omar.post(&propose, &answer(outcome, "")).await, "/propose").await;
        assert_eq!((other.status, state(&app, id)), (status, S::Proposed), "{outcome}: {}", other.text());
    }
    let decide = format!("/refunds/{refund}/decide");
    let approve = [("decision", "approve"), ("word", "")];
    assert_eq!(omar.post(&decide, &approve).await.status, 403, "who proposes does not decide");
    fatima.post(&decide, &approve).await;
    assert_eq!(state(&app, id), S::Proposed, "the gateway has not given it back");
    app.settle().await;
    assert_eq!((state(&app, id), stored(&app, id).answer.as_str()), (S::Upheld, "voilà"));
    let expected = [A::Opened, A::Assigned, A::Proposed, A::Upheld];
    assert_eq!(done(&app, id), expected);
    let told = fatima.get(&format!("/payments/{payment}")).await;
    for said in [&format!("Réclamation D{id} : Acceptée"), &format!("Remboursement {refund}")] {
        says(&told, said);
    }
    let rows = app.audit();
    for row in ["omar dispute-assigned dispute", "omar dispute-proposed dispute", "omar customer-unmasked dispute"] {
        assert_eq!(rows.iter().filter(|found| found.starts_with(row)).count(), 1, "{row}: {rows:?}");
    }
    app.finish().await;
}

/// A refund that comes to nothing opens the dispute again, and another can be proposed.
#[rstest]
#[case::refused("refuse")]
#[case::withdrawn("withdraw")]
#[case::failed("fail")]
#[tokio::test(flavor = "multi_thread")]
async fn a_refund_that_comes_to_nothing(#[case] how: &str) {
    let app = TestApp::start(Backend::Sqlite).await.unwrap();
    let (_, reference) = paid(&app).await;
    let id = complain(&app, &reference, "wrong-contract", "").await;
    let omar = at_work(&app, "fr", "omar", Role::Operations).await;
    let fatima = at_work(&app, "fr", "fatima", Role::Finance).await;
    let propose = format!("/disputes/{id}/propose");
    send(&omar, &omar.post(&propose, &answer("refund", "50")).await, "/propose").await;
    let refund = refund_of(&app, id);
    let (path, word) = (format!("/refunds/{refund}"), |decision| [("decision", decision), ("word", "non")]);
    match how {
        "refuse" => drop(fatima.post(&format!("{path}/decide"), &word("refuse")).await),
        "withdraw" => drop(omar.post(&format!("{path}/withdraw"), &[]).await),
        _ => {
            app.fault("gateway credit", FaultKind::Refuse, 1);
            fatima.post(&format!("{path}/decide"), &word("approve")).await;
            app.settle().await;
        }
    }
    assert_eq!(state(&app, id), S::Open, "{:?}", done(&app, id));
    let last = if how == "fail" { A::RefundFailed } else { A::Refused };
    assert_eq!(done(&app, id), [A::Opened, A::Proposed, last]);
    let mut again = answer("refund", "40");
    again[4].1 = "cd34";
    send(&omar, &omar.post(&propose, &again).await, "/propose").await;
    let second = refund_of(&app, id);
    assert!(second != refund && state(&app, id) == S::Proposed);
    fatima.post(&format!("/refunds/{second}/decide"), &word("approve")).await;
    app.settle().await;
    assert_eq!(state(&app, id), S::Upheld);
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_approves_their_own_correction() {
    let app = TestApp::start(Backend::Sqlite).await.unwrap();
    let (_, reference) = paid(&app).await;
    let id = complain(&app, &reference, "not-credited", "").await;
    let omar = at_work(&app, "fr", "omar", Role::Operations).await;
    let olga = at_work(&app, "fr", "olga", Role::Operations).await;
    let look = omar.post(&format!("/disputes/{id}/propose"), &answer("correction", "")).await;
    says(&look, "Le facturier corrige chez lui");
    says(&send(&omar, &look, "/propose").await, "C’est votre proposition");
    let decide = format!("/disputes/{id}/decide");
    let own = omar.post(&decide, &[("decision", "approve"), ("word", "")]).await;
    assert_eq!((own.status, state(&app, id)), (403, S::Proposed), "{}", own.text());
    let no_word = olga.post(&decide, &[("decision", "refuse"), ("word", "")]).await;
    assert_eq!((no_word.status, state(&app, id)), (422, S::Proposed));
    says(&olga.post(&decide, &[("decision", "refuse"), ("word", "pas encore")]).await, "pas encore");
    assert_eq!(state(&app, id), S::Open);
    send(&omar, &omar.post(&format!("/disputes/{id}/propose"), &answer("correction", "")).await, "/propose").await;
    says(&olga.post(&decide, &[("decision", "approve"), ("word", "vu")]).await, "Acceptée");
    assert_eq!((state(&app, id), stored(&app, id).answer.as_str()), (S::Upheld, "voilà"));
    app.settle().await;
    let told = app.control.mails().pop().unwrap();
    assert!(String::from_utf8_lossy(&told.raw).contains(&format!("D{id}")));
    app.finish().await;
}

/// While the gateway's word on a payment is not cleared up, its money may have gone back already.
#[tokio::test(flavor = "multi_thread")]
async fn a_chargeback_is_not_refunded_as_well() {
    let app = TestApp::start(Backend::Sqlite).await.unwrap();
    let (payment, reference) = paid(&app).await;
    let omar = at_work(&app, "fr", "omar", Role::Operations).await;
    let open = format!("/payments/{payment}/dispute");
    let typed = |kind| [("kind", kind), ("told", ""), ("phone", ""), ("email", ""), ("gateway", "1")];
    assert_eq!(omar.post(&open, &typed("paid-twice")).await.status, 422, "no chargeback");
    let page = omar.post(&open, &typed("not-mine")).await;
    says(&page, "La passerelle (impayé)");
    let id: i64 = page.reference().parse().unwrap();
    let new = NewBreak {
        kind: BreakKind::StatusDiffers,
        source: BreakSource::Gateway,
        partner: "cmi".to_owned(),
        subject: BreakSubject::Payment,
        subject_id: payment,
        position: NewBreak::ITS_RETURN,
        words: "they gave it back".to_owned(),
        expected: None,
        found: None,
        due_on: app.now().date_naive(),
    };
    let now = app.now();
    app.ledger.write_now(move |op| op.open_break(&new, None, now)).unwrap();
    says(&omar.get(&format!("/disputes/{id}")).await, "Écarts");
    // The payer hears of it, and does not take it back.
    let payer = app.payer("fr");
    let mine = format!("/fr/payments/{reference}/disputes/{id}");
    says(&payer.get(&mine).await, "Ouverte");
    let form = payer.get(&format!("/fr/payments/{reference}/dispute")).await;
    let withdraw = payer.post(&mine, &filled(&form, &[("do", "withdraw")])).await;
    assert_eq!((withdraw.status, state(&app, id)), (400, S::Open), "{}", withdraw.text());
    let refused = omar.post(&format!("/disputes/{id}/propose"), &answer("refund", "168")).await;
    assert_eq!(refused.status, 409);
    says(&refused, "l’argent est peut-être déjà reparti");
    assert_eq!(app.database.number("SELECT COUNT(*) FROM refunds"), 0);
    app.settle().await;
    app.finish().await;
}

/// A dispute that nobody answers is late after five bank days: said in the list and noted once, and it calls a person.
#[rstest]
#[case(Backend::Sqlite)]
#[case(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn late_ones_stand_out(#[case] backend: Backend) {
    let Some(app) = TestApp::start(backend).await else { return };
    let (_, reference) = paid(&app).await;
    let id = complain(&app, &reference, "wrong-amount", "").await;
    app.settle().await;
    let since = |app: &TestApp| app.ledger.read(|reader| reader.dispute_late_since(app.now())).unwrap();
    assert_eq!(since(&app), None);
    app.pass(TimeDelta::days(12));
    assert_eq!(since(&app), Some(stored(&app, id).due_at));
    let omar = at_work(&app, "fr", "omar", Role::Operations).await;
    let list = omar.get("/disputes?show=late").await;
    says(&list, &format!("D{id}"));
    says(&list, "En retard");
    let now = app.now();
    for noted in [1, 0] {
        let count = app.ledger.write_now(move |op| op.note_late_disputes(&[id, 5], now)).unwrap();
        assert_eq!(count, noted, "once");
    }
    says(&omar.get(&format!("/disputes/{id}")).await, "Date de réponse dépassée");
    let look = omar.post(&format!("/disputes/{id}/propose"), &answer("withdrawn", "")).await;
    send(&omar, &look, "/propose").await;
    assert_eq!((since(&app), state(&app, id)), (None, S::Withdrawn));
    app.settle().await;
    app.finish().await;
}

/// Every state is reached, by who follows up and by the day of the answer; what is typed wrong is said.
#[tokio::test(flavor = "multi_thread")]
async fn the_list_is_filtered() {
    let app = TestApp::start(Backend::Sqlite).await.unwrap();
    let (_, reference) = paid(&app).await;
    let omar = at_work(&app, "fr", "omar", Role::Operations).await;
    let farid = at_work(&app, "fr", "farid", Role::Finance).await;
    let mut ids = Vec::new();
    for (kind, action) in [("paid-twice", A::Upheld), ("other", A::Rejected), ("wrong-amount", A::Withdrawn)] {
        let id = complain(&app, &reference, kind, "x").await;
        let (by, now) = (Actor { id: 1_000_001, name: "person".to_owned() }, app.now());
        app.ledger.write_now(move |op| op.step_dispute(id, action, "voilà", Some(&by), now)).unwrap();
        ids.push(id);
    }
    ids.push(complain(&app, &reference, "not-credited", "x").await);
    assert_eq!(state(&app, ids[2]), S::Withdrawn);
    let options = omar.get("/disputes").await;
    let owner = options.body.split("<select id=\"of\"").nth(1).unwrap();
    let owner = owner.split("(farid)").next().unwrap().rsplit("value=\"").next().unwrap().split('"').next().unwrap();
    assert_eq!(farid.post(&format!("/disputes/{}/assign", ids[3]), &[("to", owner)]).await.status, 200);
    let due = payments::disputes::due_on(stored(&app, ids[3]).due_at.and_utc());
    let (before, after) = (due.pred_opt().unwrap(), due.succ_opt().unwrap());
    for (query, expected) in [
        ("show=all", &[3, 2, 1, 0][..]),
        ("show=upheld", &[0]),
        ("show=rejected", &[1]),
        ("show=withdrawn", &[2]),
        ("show=closed", &[2, 1, 0]),
        ("show=hub", &[3]),
        ("show=biller", &[]),
        (&format!("of={owner}"), &[3]),
        (&format!("due_from={due}&due_to={due}"), &[3]),
        (&format!("due_to={before}"), &[]),
        (&format!("due_from={after}&due_to="), &[]),
        ("show=all&biller=1002", &[]),
    ] {
        let page = omar.get(&format!("/disputes?{query}")).await;
        assert_eq!(page.status, 200, "{query}");
        let rows = page.body.split("<tr><th scope=\"row\">").skip(1);
        let shown: Vec<i64> = rows
            .map(|row| row.split("/disputes/").nth(1).unwrap().split('"').next().unwrap().parse().unwrap())
            .collect();
        assert_eq!(shown, expected.iter().map(|at| ids[*at]).collect::<Vec<i64>>(), "{query}");
        let kept = page.body.contains(&format!("name=\"due_to\" type=\"date\" dir=\"ltr\" value=\"{due}\""));
        assert_eq!(kept, query.contains(&format!("due_to={due}")), "{query}");
    }
    for (query, said) in [
        ("due_from=demain", "Écrivez le jour"),
        ("due_to=2026-02-30", "Écrivez le jour"),
        ("due_from=2026-12-02&due_to=2026-12-01", "Le second jour est avant le premier"),
    ] {
        let page = omar.get(&format!("/disputes?{query}")).await;
        assert_eq!(page.status, 422, "{query}");
        says(&page, said);
    }
    for query in ["show=shut", "of=me", "due_from=x&due_from=y", "kind=mood", "biller=x"] {
        assert_eq!(omar.get(&format!("/disputes?{query}")).await.status, 400, "{query}");
    }
    app.settle().await;
    app.finish().await;
}
