//! The pages: nobody decides their own, wrong input is said, the three languages, and screenshots' worth of states.

use ledger::{OutcomeState, PaymentState};
use rstest::rstest;
use sandbox::FaultKind;
use staff::Role;

use super::{decide, proposals, propose, says, states, unanswered};
use crate::finance::{at_work, says as shows};
use crate::support::{Backend, TestApp};

#[tokio::test(flavor = "multi_thread")]
async fn nobody_decides_their_own() {
    let app = TestApp::start(Backend::Sqlite).await.unwrap();
    let redirect = unanswered(&app, FaultKind::Down).await;
    let id = app.payment(&redirect).id;
    let path = format!("/payments/{id}/resolve");
    let omar = at_work(&app, "fr", "omar", Role::Operations).await;
    let fatima = at_work(&app, "fr", "fatima", Role::Finance).await;
    let typed = says("not-done", "", "confirmé par téléphone");
    let kept = propose(&omar, &path, &typed).await;
    shows(&kept, "C’est votre proposition");
    assert!(!kept.body.contains("value=\"approve\""));
    let own = decide(&app, &omar, &path, id, "approve").await;
    assert_eq!((own.status, states(&app, id)), (403, vec![OutcomeState::Proposed]));
    // The same form once more is the same proposal; another one has to wait.
    propose(&omar, &path, &typed).await;
    assert_eq!(proposals(&app, id).len(), 1);
    let oumaima = at_work(&app, "fr", "oumaima", Role::Operations).await;
    let look = oumaima.post(&path, &says("done", "R1", "relevé du facturier")).await;
    let open = oumaima.browser.post(&look.path, &look.fields_to("/resolve").unwrap()).await;
    assert_eq!(open.status, 409);
    shows(&open, "Une autre proposition attend");
    let proposal = proposals(&app, id)[0].id.to_string();
    let withdraw = format!("{path}/withdraw");
    assert_eq!(oumaima.post(&withdraw, &[("proposal", &proposal)]).await.status, 403);
    assert_eq!(fatima.post(&withdraw, &[("proposal", &proposal)]).await.status, 403);
    let silent = [("proposal", proposal.as_str()), ("decision", "refuse"), ("note", "")];
    let silent = fatima.post(&format!("{path}/decide"), &silent).await;
    assert_eq!((silent.status, states(&app, id)), (422, vec![OutcomeState::Proposed]));
    let no = decide(&app, &fatima, &path, id, "refuse").await;
    assert_eq!((no.status, states(&app, id)), (200, vec![OutcomeState::Refused]));
    assert_eq!(app.state(&redirect), PaymentState::Taken);
    app.control.clear_faults();
    app.finish().await;
}

/// Every wrong field gets a page that says what is wrong, and nothing is kept.
#[tokio::test(flavor = "multi_thread")]
async fn wrong_input_is_said_and_changes_nothing() {
    let app = TestApp::start(Backend::Sqlite).await.unwrap();
    let redirect = unanswered(&app, FaultKind::Down).await;
    let id = app.payment(&redirect).id;
    let path = format!("/payments/{id}/resolve");
    let omar = at_work(&app, "fr", "omar", Role::Operations).await;
    let (long, long_number) = ("x".repeat(301), "9".repeat(65));
    for (typed, status, said) in [
        (says("", "", "relevé du jour"), 422, "Choisissez"),
        (says("perhaps", "", "relevé du jour"), 400, ""),
        (says("done", "", "relevé du jour"), 422, "numéro de reçu"),
        (says("done", &long_number, "relevé du jour"), 422, "64 caractères"),
        (says("not-done", "R1", "relevé du jour"), 422, "laissez ce champ vide"),
        (says("done", "R1", ""), 422, "8 à 300"),
        (says("done", "R1", "court"), 422, "8 à 300"),
        (says("done", "R1", &long), 422, "8 à 300"),
        (says("done", "R1", "carte 4000 0000 0000 0010"), 422, "carte"),
        (says("done", "4000000000000010", "relevé du jour"), 422, "carte"),
    ] {
        let page = omar.post(&path, &typed).await;
        assert_eq!(page.status, status, "{typed:?}: {}", page.text());
        shows(&page, said);
        assert!(!page.body.contains("4000 0000 0000 0010") && !page.body.contains("4000000000000010"));
    }
    let other = [("subject", "return"), ("verdict", "done"), ("number", ""), ("evidence", "relevé du jour")];
    assert_eq!(omar.post(&path, &other).await.status, 409, "it is another question");
    let none = [("subject", "mood"), ("verdict", "done"), ("number", ""), ("evidence", "relevé du jour")];
    assert_eq!(omar.post(&path, &none).await.status, 400);
    for decision in [
        [("proposal", "1"), ("decision", "approve"), ("note", "")],
        [("proposal", "x"), ("decision", "refuse"), ("note", "non")],
        [("proposal", "1"), ("decision", "perhaps"), ("note", "")],
    ] {
        assert_eq!(omar.post(&format!("{path}/decide"), &decision).await.status, 400, "{decision:?}");
    }
    for missing in ["/payments/5/resolve", "/payments/x/resolve", "/refunds/5/resolve", "/refunds/-1/resolve"] {
        assert_eq!(omar.get(missing).await.status, 404, "{missing}");
    }
    assert_eq!(omar.get("/unknowns?after=x").await.status, 400);
    assert_eq!(proposals(&app, id), []);
    app.control.clear_faults();
    app.finish().await;
}

/// Too young for people: the page says from when on, and takes nothing.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_still_asked_by_itself_is_not_for_people() {
    let app = TestApp::start(Backend::Sqlite).await.unwrap();
    app.fault("biller:1001 confirm", FaultKind::Down, 0);
    let redirect = app.pay(super::BILL, super::APPROVED).await;
    app.settle().await;
    let path = format!("/payments/{}/resolve", app.payment(&redirect).id);
    let omar = at_work(&app, "fr", "omar", Role::Operations).await;
    let page = omar.get(&path).await;
    shows(&page, "La question est encore posée d’elle-même");
    assert!(page.fields_to("/resolve").is_none());
    shows(&omar.get("/unknowns").await, "Rien n’attend de décision");
    let look = omar.post(&path, &says("not-done", "", "relevé du jour")).await;
    let young = omar.browser.post(&look.path, &look.fields_to("/resolve").unwrap()).await;
    assert_eq!((young.status, proposals(&app, app.payment(&redirect).id).len()), (409, 0));
    shows(&young, "encore trop tôt");
    app.control.clear_faults();
    app.pass(chrono::TimeDelta::minutes(6));
    app.finish().await;
}

/// The three languages, from the right where it is read so.
#[rstest]
#[case("ar", "rtl")]
#[case("en", "ltr")]
#[tokio::test(flavor = "multi_thread")]
async fn pages_speak_the_readers_language(#[case] language: &'static str, #[case] dir: &str) {
    let app = TestApp::start(Backend::Sqlite).await.unwrap();
    let empty = at_work(&app, language, "first", Role::Operations).await.get("/unknowns").await;
    let redirect = unanswered(&app, FaultKind::Down).await;
    let path = format!("/payments/{}/resolve", app.payment(&redirect).id);
    let omar = at_work(&app, language, "omar", Role::Operations).await;
    let fatima = at_work(&app, language, "fatima", Role::Finance).await;
    let (list, form) = (omar.get("/unknowns").await, omar.get(&path).await);
    let look = omar.post(&path, &says("not-done", "", "said by phone")).await;
    let kept = propose(&omar, &path, &says("not-done", "", "said by phone")).await;
    let asked = fatima.get(&path).await;
    for page in [empty, list, form, look, kept, asked] {
        assert_eq!(page.status, 200, "{}", page.path);
        assert!(page.body.contains(&format!("dir=\"{dir}\"")), "{}", page.path);
        assert!(!page.body.contains("outcomes-"), "a message is missing at {}: {}", page.path, page.text());
    }
    app.control.clear_faults();
    app.finish().await;
}
