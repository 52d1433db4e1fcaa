//! The pages: a proposal over what it books, the second person's word, wrong input, and who may do what.

use ledger::RefundState;
use rstest::rstest;
use staff::{Permission, Role};

use super::{APPROVED, BILL, last_refund, send, state};
use crate::finance::{at_work, says, words};
use crate::support::{Backend, TestApp};

/// A payment that is confirmed; its number.
async fn paid(app: &TestApp) -> i64 {
    let redirect = app.pay(BILL, APPROVED).await;
    app.settle().await;
    app.payment(&redirect).id
}

/// What the form holds, with a key of its own.
fn fields<'a>(principal: &'a str, fee: &'a str, note: &'a str, key: &'a str) -> [(&'static str, &'a str); 5] {
    [("principal", principal), ("fee", fee), ("reason", "paid-twice"), ("note", note), ("key", key)]
}

#[rstest]
#[case(Backend::Sqlite)]
#[case(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn two_people_give_a_part_back(#[case] backend: Backend) {
    let Some(app) = TestApp::start(backend).await else { return };
    let payment = paid(&app).await;
    let omar = at_work(&app, "fr", "omar", Role::Operations).await;
    let fatima = at_work(&app, "fr", "fatima", Role::Finance).await;
    let form = omar.get(&format!("/refunds?payment={payment}")).await;
    assert_eq!(form.path, format!("/fr/staff/payments/{payment}/refund"));
    says(&form, "Rembourser un paiement");
    let ask = format!("/payments/{payment}/refund");
    let look = omar.post(&ask, &fields("50,00", "", "deux fois", "ab12")).await;
    assert_eq!(look.status, 200, "{}", look.text());
    for said in ["50,00 MAD", "Dû au facturier", "Une seconde personne devra approuver"] {
        says(&look, said);
    }
    assert!(app.ledger.read(|reader| reader.refunds_of(payment)).unwrap().is_empty(), "nothing is done yet");
    let story = send(&omar, &look, "/refund").await;
    says(&story, "À décider");
    let id = last_refund(&app, payment);
    // The same form once more is the same refund.
    assert_eq!(send(&omar, &look, "/refund").await.path, format!("/fr/staff/refunds/{id}"));
    assert_eq!(app.ledger.read(|reader| reader.refunds_of(payment)).unwrap().len(), 1);
    let not_allowed = omar.post(&format!("/refunds/{id}/decide"), &[("decision", "approve"), ("word", "")]).await;
    assert_eq!(not_allowed.status, 403);
    says(&fatima.get("/refunds").await, "50,00 MAD");
    let done = fatima.post(&format!("/refunds/{id}/decide"), &[("decision", "approve"), ("word", "oui")]).await;
    says(&done, "En cours");
    app.settle().await;
    says(&fatima.get(&format!("/refunds/{id}")).await, "Rendu");
    assert_eq!(state(&app, id), RefundState::Done);
    let again = fatima.post(&format!("/refunds/{id}/decide"), &[("decision", "approve"), ("word", "oui")]).await;
    assert_eq!(again.status, 200, "twice is once");
    let rows = app.audit();
    for row in ["omar refund-requested refund", "fatima refund-approved refund"] {
        assert_eq!(rows.iter().filter(|found| found.starts_with(row)).count(), 1, "{row}: {rows:?}");
    }
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_approves_their_own() {
    let app = TestApp::start(Backend::Sqlite).await.unwrap();
    let payment = paid(&app).await;
    let fatima = at_work(&app, "fr", "fatima", Role::Finance).await;
    let farid = at_work(&app, "fr", "farid", Role::Finance).await;
    let look = fatima.post(&format!("/payments/{payment}/refund"), &fields("50,00", "", "", "ab12")).await;
    let story = send(&fatima, &look, "/refund").await;
    says(&story, "C’est votre proposition");
    let id = last_refund(&app, payment);
    let own = fatima.post(&format!("/refunds/{id}/decide"), &[("decision", "approve"), ("word", "")]).await;
    assert_eq!((own.status, state(&app, id)), (403, RefundState::Proposed));
    let not_theirs = farid.post(&format!("/refunds/{id}/withdraw"), &[]).await;
    assert_eq!((not_theirs.status, state(&app, id)), (403, RefundState::Proposed));
    let no_word = farid.post(&format!("/refunds/{id}/decide"), &[("decision", "refuse"), ("word", "")]).await;
    assert_eq!((no_word.status, state(&app, id)), (422, RefundState::Proposed));
    let no = farid.post(&format!("/refunds/{id}/decide"), &[("decision", "refuse"), ("word", "pas dû")]).await;
    says(&no, "pas dû");
    let late = fatima.post(&format!("/refunds/{id}/withdraw"), &[]).await;
    assert_eq!((late.status, state(&app, id)), (409, RefundState::Refused));
    app.finish().await;
}

/// Every wrong field gets a page that says what is wrong, and nothing is done.
#[tokio::test(flavor = "multi_thread")]
async fn wrong_input_is_said_and_changes_nothing() {
    let app = TestApp::start(Backend::Sqlite).await.unwrap();
    let payment = paid(&app).await;
    let omar = at_work(&app, "fr", "omar", Role::Operations).await;
    let ask = format!("/payments/{payment}/refund");
    let long = "x".repeat(301);
    for (typed, status, said) in [
        (fields("168,01", "", "", "ab12"), 422, "plus que ce qui reste"),
        (fields("0", "0", "", "ab12"), 422, "Rien, ou plus"),
        (fields("", "", "", "ab12"), 422, "Rien, ou plus"),
        (fields("10.005", "", "", "ab12"), 422, "Écrivez un montant"),
        (fields("-5", "", "", "ab12"), 422, "Écrivez un montant"),
        (fields("cinq", "", "", "ab12"), 422, "Écrivez un montant"),
        (fields("5", "abc", "", "ab12"), 422, "Écrivez un montant"),
        (fields("5", "999", "", "ab12"), 422, "plus que ce qui reste"),
        (fields("5", "", &long, "ab12"), 422, "300 caractères"),
        (fields("5", "", "4000 0000 0000 0010", "ab12"), 422, "carte"),
        (fields("5", "", "", ""), 400, ""),
        (fields("5", "", "", "<script>"), 400, ""),
    ] {
        let page = omar.post(&ask, &typed).await;
        assert_eq!(page.status, status, "{typed:?}: {}", page.text());
        says(&page, said);
        assert!(!page.body.contains("4000 0000 0000 0010"));
    }
    let other = [("principal", "5"), ("fee", ""), ("reason", "other"), ("note", ""), ("key", "ab12")];
    says(&omar.post(&ask, &other).await, "Dites pourquoi");
    let none = [("principal", "5"), ("fee", ""), ("reason", "mood"), ("note", ""), ("key", "ab12")];
    assert_eq!(omar.post(&ask, &none).await.status, 400);
    for path in ["/payments/5/refund", "/payments/x/refund", "/refunds/5", "/refunds/0", "/refunds/-1"] {
        assert_eq!(omar.get(path).await.status, 404, "{path}");
    }
    assert_eq!(omar.get("/refunds?show=lost").await.status, 400);
    assert_eq!(omar.get("/refunds?payment=12345").await.status, 422);
    assert_eq!(app.database.number("SELECT COUNT(*) FROM refunds"), 0);
    app.finish().await;
}

/// Path, what it needs to be seen, and to be sent.
const ROUTES: &[(&str, Permission, Option<Permission>)] = &[
    ("/refunds", Permission::ViewPayments, None),
    ("/refunds/1", Permission::ViewPayments, None),
    ("/refunds/1/decide", Permission::ViewPayments, Some(Permission::ApproveRefund)),
    ("/refunds/1/withdraw", Permission::ViewPayments, Some(Permission::RequestRefund)),
    ("/refunds/1/ask-again", Permission::ViewPayments, Some(Permission::ResolveIncidents)),
    ("/payments/1/refund", Permission::RequestRefund, Some(Permission::RequestRefund)),
];

#[tokio::test(flavor = "multi_thread")]
async fn every_route_with_every_role() {
    let app = TestApp::start(Backend::Sqlite).await.unwrap();
    for role in Role::ALL {
        let who = at_work(&app, "fr", &format!("walks-{role}"), role).await;
        for (path, see, act) in ROUTES {
            let page = who.get(path).await;
            let may = role.permissions().contains(see);
            assert_eq!(page.status != 403, may, "{role} looks at {path}: {}", page.status);
            let page = who.post(path, &[("decision", "approve")]).await;
            let expected = match act {
                None => 405,
                Some(act) if role.permissions().contains(act) => 404,
                Some(_) => 403,
            };
            assert_eq!(page.status, expected, "{role} sends {path}: {}", page.text());
        }
    }
    let stranger = app.payer("fr");
    for (path, ..) in ROUTES {
        let page = stranger.get(&format!("/fr/staff{path}")).await;
        assert!(words(&page).contains("connecter") || page.path.contains("sign-in"), "{path}: {}", page.path);
    }
    app.finish().await;
}

/// The three languages, from the right where it is read so.
#[rstest]
#[case("ar", "rtl")]
#[case("en", "ltr")]
#[tokio::test(flavor = "multi_thread")]
async fn pages_speak_the_readers_language(#[case] language: &'static str, #[case] dir: &str) {
    let app = TestApp::start(Backend::Sqlite).await.unwrap();
    let payment = paid(&app).await;
    let omar = at_work(&app, language, "omar", Role::Operations).await;
    let look = omar.post(&format!("/payments/{payment}/refund"), &fields("50", "", "", "ab12")).await;
    let story = send(&omar, &look, "/refund").await;
    for page in [omar.get("/refunds").await, omar.get(&format!("/payments/{payment}/refund")).await, look, story] {
        assert_eq!(page.status, 200, "{}", page.path);
        assert!(page.body.contains(&format!("dir=\"{dir}\"")), "{}", page.path);
        assert!(!page.body.contains("refunds-"), "a message is missing at {}: {}", page.path, page.text());
    }
    app.finish().await;
}
