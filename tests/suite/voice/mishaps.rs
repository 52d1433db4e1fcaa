//! Callers who do not get through: wrong entries, silence, billers that are away, bills that cannot be paid.

use std::num::NonZeroU32;

use channels::WebLimits;
use rstest::rstest;
use sandbox::FaultKind;

use super::{CALLER, TO_BILL, TO_WAY};
use crate::support::{Backend, PHONE, Setup, TestApp};

#[rstest]
#[case::language(&[], "7", "")]
#[case::biller(&["2"], "8", "")]
#[case::kind(&["2", "1"], "5", "")]
#[case::malformed_contract(&["2", "1", "2"], "123#", "")]
#[case::unknown_contract(&["2", "1", "2"], "99999999#", "n’est pas connu")]
#[case::card_number(&["2", "1", "2"], "4000000000000010#", "carte bancaire")]
#[case::bill(&TO_BILL, "5", "")]
#[case::way(&TO_WAY, "9", "")]
#[tokio::test(flavor = "multi_thread")]
async fn three_wrong_entries_lead_to_a_teleoperator(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
    #[case] before: &[&str],
    #[case] wrong: &str,
    #[case] why: &str,
) {
    let Some(app) = TestApp::start(backend).await else { return };
    let mut phone = app.dial_and_press(CALLER, before).await;
    for _ in 0..2 {
        let said = phone.press(wrong).await;
        assert!(!phone.call.ended && said.contains(if why.is_empty() { "n’est pas valable" } else { why }), "{said}");
    }
    let said = phone.press(wrong).await;
    assert!(said.contains("téléopérateur") && phone.call.ended, "{said}");
    let waiting = app.hub.open_handovers().await.unwrap();
    assert_eq!((waiting.len(), waiting[0].context.reason.as_str()), (1, "wrong entries"));
    let everything = app.database.everything();
    assert!(!everything.contains("4000000000000010") && !everything.contains("99999999"), "{everything}");
    app.finish().await;
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_right_entry_forgives_wrong_ones(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let Some(app) = TestApp::start(backend).await else { return };
    let keys = ["7", "7", "2", "8", "8", "1", "5", "5", "2", "99999999#", "123#", "11111111#", "7", "1", "9", "9", "1"];
    let phone = app.dial_and_press(CALLER, &keys).await;
    assert!(phone.said().contains("Le lien part par SMS") && phone.call.ended, "{}", phone.transcript());
    app.finish().await;
}

#[rstest]
#[case::language(&[])]
#[case::biller(&["2"])]
#[case::kind(&["2", "1"])]
#[case::contract(&["2", "1", "2"])]
#[case::bill(&TO_BILL)]
#[case::way(&TO_WAY)]
#[case::mobile(&["2", "1", "2", "11111111#", "1", "1"])]
#[tokio::test(flavor = "multi_thread")]
async fn silence_is_asked_twice_and_then_ends_the_call(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
    #[case] before: &[&str],
) {
    let Some(app) = TestApp::start(backend).await else { return };
    let mut phone = app.dial_and_press("anonymous", before).await;
    for _ in 0..2 {
        let said = phone.press("w").await;
        assert!(said.contains("Nous n’avons rien reçu.") && !phone.call.ended, "{said}");
    }
    // `#` alone is nothing, too.
    let said = phone.press("#").await;
    assert!(said.contains("Au revoir") && phone.call.ended, "{said}");
    assert_eq!(app.hub.open_handovers().await.unwrap().len(), 0);
    app.finish().await;
}

#[rstest]
#[case::nothing_due(&["2", "1", "2"], "22222222#", "rien à payer")]
#[case::soap_nothing_due(&["2", "2"], "1002003#", "rien à payer")]
#[tokio::test(flavor = "multi_thread")]
async fn nothing_due(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
    #[case] before: &[&str],
    #[case] contract: &str,
    #[case] says: &str,
) {
    let Some(app) = TestApp::start(backend).await else { return };
    let mut phone = app.dial_and_press(CALLER, before).await;
    let said = phone.press(contract).await;
    assert!(said.contains(says) && said.contains("Pour un autre numéro"), "{said}");
    assert!(phone.press("1").await.contains("puis dièse"), "another contract");
    phone.press(contract).await;
    assert!(phone.press("2").await.contains("Choisissez votre organisme"), "another biller");
    app.finish().await;
}

#[rstest]
#[case::down(FaultKind::Down)]
#[case::slow(FaultKind::Delay { ms: 4_000 })]
#[case::garbled(FaultKind::Garble)]
#[tokio::test(flavor = "multi_thread")]
async fn a_biller_that_is_away(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
    #[case] fault: FaultKind,
) {
    let Some(app) = TestApp::start(backend).await else { return };
    app.fault("biller:1001 find", fault, 0);
    let mut phone = app.dial_and_press(CALLER, &TO_BILL).await;
    let said = phone.said();
    assert!(said.contains("ne répond pas pour le moment. Rien n’a été payé."), "{said}");
    app.control.clear_faults();
    phone.press("1").await;
    let said = phone.press("11111111#").await;
    assert!(said.contains("cent soixante-huit dirhams"), "{said}");
    app.finish().await;
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn a_bill_that_is_paid_elsewhere_meanwhile(#[case] backend: Backend) {
    let Some(app) = TestApp::start(backend).await else { return };
    let quote = app.quote((1001, "02", "11111111")).await;
    let (mut early, mut late) = (app.dial_and_press(CALLER, &TO_BILL).await, app.dial_and_press(CALLER, &TO_WAY).await);
    let redirect = app.start_payment(&quote, PHONE, "a").await.unwrap();
    for (phone, key) in [(&mut early, "1"), (&mut late, "1")] {
        let said = phone.press(key).await;
        assert!(said.contains("est en cours de paiement") || said.contains("déjà payé"), "{said}");
    }
    let mut card = app.dial_and_press(CALLER, &TO_BILL).await;
    assert!(card.said().contains("déjà payé ou en cours"), "{}", card.said());
    app.bank.pay(&redirect, "4000000000000010").await;
    app.settle().await;
    card.press("1").await;
    let said = card.press("11111111#").await;
    assert!(said.contains("rien à payer"), "{said}");
    assert_eq!(app.database.number("SELECT COUNT(*) FROM payment_links"), 0);
    app.finish().await;
}

/// The caller hears one bill, it is paid elsewhere, and key 1 does not pay the next one in its place.
#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn a_bill_that_was_heard_is_not_swapped(#[case] backend: Backend) {
    let Some(app) = TestApp::start(backend).await else { return };
    for (article, minor) in [("X1", 8_120), ("X2", 9_900)] {
        app.control.add_article(1001, "02", "33333333", article, minor).unwrap();
    }
    let mut phone = app.dial_and_press(CALLER, &["2", "1", "2", "33333333#"]).await;
    assert!(phone.said().contains("Facture un sur deux : quatre-vingt-un dirhams"), "{}", phone.said());
    let other = app.dial_and_press("+212687654321", &["2", "1", "2", "33333333#", "1", "1"]).await;
    assert!(other.said().contains("Le lien part par SMS"), "{}", other.said());
    app.settle().await;
    let path = app.control.sms().pop().unwrap().body.split_once(&app.url).unwrap().1.trim().to_owned();
    let payer = app.payer("fr");
    let mut fields = payer.get(&path).await.fields();
    fields.push(("terms".to_owned(), "1".to_owned()));
    let redirect = payer.post(&path, &fields).await;
    let said = phone.press("1").await;
    assert!(said.contains("est en cours de paiement") && said.contains("quatre-vingt-dix-neuf dirhams"), "{said}");
    // Now the other one was heard.
    assert!(phone.press("1").await.contains("Total à payer"), "{}", phone.said());
    payer.pay_by_card(&redirect, "4000000000000010").await;
    app.settle().await;
    app.finish().await;
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn a_caller_who_waits_too_long_looks_up_again(#[case] backend: Backend) {
    let Some(app) = TestApp::start(backend).await else { return };
    let mut phone = app.dial_and_press(CALLER, &TO_BILL).await;
    app.pass(chrono::TimeDelta::minutes(31));
    let said = phone.press("1").await;
    assert!(said.contains("La recherche a expiré.") && said.contains("puis dièse"), "{said}");
    assert!(phone.press("11111111#").await.contains("cent soixante-huit"));
    app.finish().await;
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn contracts_cannot_be_tried_out_in_bulk(#[case] backend: Backend) {
    let few = NonZeroU32::new(3).unwrap();
    let usual = Setup::default();
    let limits = WebLimits { lookups_per_minute: few, lookup_burst: few, ..usual.limits };
    let Some(app) = TestApp::start_with(backend, Setup { limits, ..usual }).await else { return };
    for _ in 0..3 {
        assert!(app.dial_and_press(CALLER, &TO_BILL).await.said().contains("cent soixante-huit"));
    }
    let stopped = app.dial_and_press(CALLER, &TO_BILL).await;
    assert!(stopped.said().contains("Trop de recherches") && stopped.call.ended, "{}", stopped.said());
    assert!(app.dial_and_press("+212687654321", &TO_BILL).await.said().contains("cent soixante-huit"));
    app.finish().await;
}
