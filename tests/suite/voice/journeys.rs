//! Callers who get through, in each language.

use ledger::Channel;
use payments::api::Standing;
use payments::api::cash::CashReferenceStanding;
use payments::links::LinkStanding;
use rstest::rstest;
use sandbox::{Dial, FaultKind};

use super::{CALLER, LANDLINE, TO_WAY};
use crate::outlet::{agent_at_work, agree, hub, says, tender};
use crate::support::{Backend, Setup, TestApp};

/// The path of the link in the last SMS.
fn link(app: &TestApp) -> String {
    let text = app.control.sms().pop().unwrap().body;
    text.split_once(&app.url).unwrap_or_else(|| panic!("{text}")).1.trim().to_owned()
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_bill_is_paid_by_the_link_of_a_call(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
    #[values(("ar", "1"), ("fr", "2"), ("en", "3"))] language: (&'static str, &str),
) {
    let Some(app) = TestApp::start(backend).await else { return };
    let (language, key) = language;
    let mut phone = app.dial(CALLER).await;
    let mut answers = vec![phone.twiml()];
    for keys in [key, "1", "2", "11111111#", "1", "1"] {
        phone.press(keys).await;
        answers.push(phone.twiml());
    }
    insta::assert_snapshot!(format!("twiml_{language}"), answers.join("\n\n"));
    insta::assert_snapshot!(format!("transcript_{language}"), phone.transcript());
    assert!(phone.call.ended);
    app.settle().await;
    assert_eq!(app.control.sms().len(), 1);
    let path = link(&app);
    assert!(path.starts_with(&format!("/{language}/l/")), "{path}");
    let payer = app.payer(language);
    let mut fields = payer.get(&path).await.fields();
    fields.push(("terms".to_owned(), "1".to_owned()));
    let redirect = payer.post(&path, &fields).await;
    let paid = payer.pay_by_card(&redirect, "4000000000000028").await;
    app.settle().await;
    let payment = app.hub.payment(&paid.reference()).await.unwrap().unwrap();
    assert!(matches!(payment.standing, Standing::Confirmed(_)), "{payment:?}");
    assert_eq!((payment.channel, payment.language.as_str()), (Channel::Ivr, language));
    assert_eq!((app.control.sms().len(), app.control.bookings(1001).len()), (2, 1));
    app.finish().await;
}

/// The caller writes thirteen digits down and pays them at a counter.
#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn a_bill_is_paid_by_the_reference_of_a_call(#[case] backend: Backend) {
    let Some(app) = hub(backend, "1000.00").await else { return };
    let mut phone = app.dial_and_press(CALLER, &TO_WAY).await;
    let said = phone.press("2").await;
    assert!(phone.call.ended && said.contains("espèces : cent soixante-quinze dirhams et quarante centimes"), "{said}");
    phone.press("r").await;
    assert_eq!(phone.call.replay_was_same, Some(true));
    app.settle().await;
    let sms = app.control.sms().pop().unwrap().body;
    let digits =
        sms.split(|c: char| !c.is_ascii_digit()).find(|run| run.len() == 13).unwrap_or_else(|| panic!("{sms}"));
    let names = ["zéro", "un", "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf"];
    let spoken: Vec<&str> = digits.bytes().map(|digit| names[usize::from(digit - b'0')]).collect();
    assert_eq!(said.replace(',', "").matches(&spoken.join(" ")).count(), 2, "{said} {digits}");

    let agent = agent_at_work(&app, "fr", "amina", "1", "100").await;
    let priced = agent.post("/outlet", &[("q", digits)]).await;
    says(&priced, "175,40 MAD");
    let worker = app.work();
    says(&agree(&agent, &tender(&agent, &priced, "200").await).await, "Paiement confirmé");
    worker.stop().await;
    assert_eq!(app.control.bookings(1001).len(), 1);
    let made = app.hub.find_cash_reference(digits).await.unwrap().unwrap();
    assert_eq!((made.channel, made.standing), (Channel::Ivr, CashReferenceStanding::Used));
    app.finish().await;
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn bills_are_read_one_by_one(#[case] backend: Backend) {
    let Some(app) = TestApp::start(backend).await else { return };
    for (article, minor) in [("X1", 8_120), ("X2", 123_456_789), ("X3", 100)] {
        app.control.add_article(1001, "02", "33333333", article, minor).unwrap();
    }
    let mut phone = app.dial_and_press(CALLER, &["2", "1", "2"]).await;
    let first = phone.press("33333333").await;
    assert!(first.contains("Facture un sur trois : quatre-vingt-un dirhams et vingt centimes."), "{first}");
    let second = phone.press("2").await;
    let amount =
        "un million deux cent trente-quatre mille cinq cent soixante-sept dirhams et quatre-vingt-neuf centimes";
    assert!(second.contains(amount), "{second}");
    // Its amount is above what may be paid by telephone: a person helps.
    let too_much = phone.press("1").await;
    assert!(too_much.contains("ne peut pas être payée par téléphone") && phone.call.ended, "{too_much}");
    let mut phone = app.dial_and_press(CALLER, &["2", "1", "2", "33333333#", "2"]).await;
    assert!(phone.press("2").await.contains("Facture trois sur trois : un dirham."));
    assert!(phone.press("2").await.contains("Facture un sur trois"), "the list goes round");
    assert!(phone.press("*").await.contains("Facture un sur trois"), "star reads again");
    let way = phone.press("1").await;
    // 81.20 with 5.90 of fee and 1.06 of VAT.
    assert!(way.contains("Total à payer : quatre-vingt-huit dirhams et seize centimes, dont six dirhams"), "{way}");
    // Mandatory lines ride along, and all can be paid at once.
    let mut phone = app.dial_and_press(CALLER, &["2", "1", "1", "12345678#"]).await;
    let all = phone.press("3").await;
    let inquiry = app.inquire((1001, "01", "12345678")).await;
    let quote = app.price(&inquiry, None, Channel::Ivr, ledger::Instrument::Card).await.unwrap();
    assert!(all.contains("Total à payer"), "{all}");
    phone.press("1").await;
    app.settle().await;
    assert!(app.control.sms()[0].body.contains(&quote.amounts.total.to_string().replace('.', ",")));
    app.finish().await;
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn callers_are_known_again_by_their_last_biller(#[case] backend: Backend) {
    let Some(app) = TestApp::start(backend).await else { return };
    let billers = |said: &str| said.contains("dernier organisme");
    let mut first = app.dial(CALLER).await;
    assert!(!billers(&first.press("2").await));
    for keys in ["2", "1002002#"] {
        first.press(keys).await;
    }
    assert!(first.said().contains("cent vingt dirhams et seize centimes"), "{}", first.said());
    first.press("h").await;
    let mut again = app.dial(CALLER).await;
    let menu = again.press("2").await;
    assert!(menu.contains("Pour votre dernier organisme, Régie Atlas Eau, tapez neuf."), "{menu}");
    // The biller, and nothing about the caller.
    assert!(!menu.contains("1002002"));
    let asked = again.press("9").await;
    assert!(asked.contains("tapez les chiffres, puis dièse"), "{asked}");
    for other in ["+212687654321", "anonymous"] {
        assert!(!billers(&app.dial_and_press(other, &["2"]).await.said()), "{other}");
    }
    app.finish().await;
}

#[rstest]
#[case::landline(LANDLINE)]
#[case::withheld("anonymous")]
#[case::abroad("+33612345678")]
#[tokio::test(flavor = "multi_thread")]
async fn callers_without_a_mobile_key_one(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
    #[case] from: &str,
) {
    let Some(app) = TestApp::start(backend).await else { return };
    let mut phone = app.dial_and_press(from, &TO_WAY).await;
    assert!(phone.press("1").await.contains("Tapez le numéro du mobile"));
    assert!(phone.press("0522123456#").await.contains("n’est pas valable"));
    let sent = phone.press("0687654321#").await;
    assert!(sent.contains("finit par quatre trois deux un"), "{sent}");
    app.settle().await;
    assert_eq!(app.control.sms()[0].to, "+212687654321");
    app.finish().await;
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn a_teleoperator_gets_the_callers_context(#[case] backend: Backend) {
    let Some(app) = TestApp::start(backend).await else { return };
    let mut phone = app.dial_and_press(CALLER, &super::TO_BILL).await;
    let said = phone.press("0").await;
    assert!(said.contains("Nous vous passons un téléopérateur.") && phone.call.ended, "{said}");
    assert!(phone.transcript().contains("(rings at +212522000000: completed)"), "{}", phone.transcript());
    let early = app.dial_and_press("anonymous", &["0"]).await;
    assert!(early.call.ended);
    let nobody = Dial { operator_answers: false, ..Dial::from("+212687654321") };
    let mut unlucky = app.dial_as(nobody).await;
    assert!(unlucky.press("0").await.contains("Aucun téléopérateur n’est libre"));

    let waiting = app.hub.open_handovers().await.unwrap();
    assert_eq!(waiting.len(), 3);
    let first = &waiting[0];
    assert_eq!((first.phone.as_deref(), first.context.language.as_str()), (Some(CALLER), "fr"));
    assert_eq!((first.context.biller, first.context.receivable_type.as_deref()), (Some(1001), Some("02")));
    assert_eq!((first.context.contract_masked.as_str(), first.context.reason.as_str()), ("••••1111", "asked"));
    let inquiry = app.hub.inquiry(first.context.inquiry.as_deref().unwrap()).await.unwrap().unwrap();
    assert_eq!(inquiry.articles.len(), 1);
    assert_eq!((waiting[1].phone.as_deref(), waiting[1].context.biller), (None, None));
    // One takes the caller, and only that one closes.
    let id = first.id;
    assert!(app.hub.take_handover(id, 7).await.unwrap() && app.hub.take_handover(id, 7).await.unwrap());
    assert!(!app.hub.take_handover(id, 8).await.unwrap());
    assert!(!app.hub.close_handover(id, 8).await.unwrap());
    assert_eq!(app.hub.open_handovers().await.unwrap()[0].taken.map(|(staff, _)| staff), Some(7));
    assert!(app.hub.close_handover(id, 7).await.unwrap() && app.hub.close_handover(id, 7).await.unwrap());
    assert!(!app.hub.take_handover(id, 7).await.unwrap());
    assert_eq!(app.hub.open_handovers().await.unwrap().len(), 2);
    app.finish().await;
}

/// A link always, and no card where no connector is set up.
#[rstest]
#[case(true)]
#[case(false)]
#[tokio::test(flavor = "multi_thread")]
async fn ways_that_are_offered(#[case] voice_cards: bool) {
    let setup = Setup { voice_cards, ..Setup::default() };
    let Some(app) = TestApp::start_with(Backend::Sqlite, setup).await else { return };
    let mut phone = app.dial_and_press(CALLER, &TO_WAY).await;
    let menu = phone.said();
    assert!(menu.contains("SMS, tapez un") && menu.contains("espèces"), "{menu}");
    assert_eq!(menu.contains("par carte, au clavier"), voice_cards, "{menu}");
    if !voice_cards {
        assert!(phone.press("3").await.contains("n’est pas valable"));
    }
    app.finish().await;
}

/// The biller takes 10,000.00 in cash at most, and more by card.
#[rstest]
#[case::at_the_limit(1_000_000, true)]
#[case::above(1_000_001, false)]
#[tokio::test(flavor = "multi_thread")]
async fn cash_is_offered_within_the_billers_limits(#[case] minor: i64, #[case] offered: bool) {
    let Some(app) = TestApp::start(Backend::Sqlite).await else { return };
    app.control.add_article(1001, "02", "33333333", "X1", minor).unwrap();
    let mut phone = app.dial_and_press(CALLER, &["2", "1", "2", "33333333#", "1"]).await;
    assert!(phone.said().contains("SMS, tapez un"), "{}", phone.said());
    assert_eq!(phone.said().contains("espèces"), offered, "{}", phone.said());
    let said = phone.press("2").await;
    assert_eq!(said.contains("Votre référence est"), offered, "{said}");
    assert_eq!(said.contains("n’est pas valable") && !phone.call.ended, !offered, "{said}");
    app.finish().await;
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn a_reference_for_cash_is_read_and_sent(#[case] backend: Backend) {
    let Some(app) = TestApp::start(backend).await else { return };
    let mut phone = app.dial_and_press(CALLER, &[&TO_WAY[..], &["2"]].concat()).await;
    assert!(phone.call.ended, "{}", phone.said());
    // The provider repeats its request: the same answer, and no second reference.
    phone.press("r").await;
    app.settle().await;
    let sms = app.control.sms();
    assert_eq!(sms.len(), 1);
    let digits = sms[0].body.split(|c: char| !c.is_ascii_digit()).find(|word| word.len() == 13);
    let digits = digits.unwrap_or_else(|| panic!("{}", sms[0].body));
    let made = app.hub.find_cash_reference(digits).await.unwrap().unwrap();
    assert_eq!((made.standing, made.channel), (CashReferenceStanding::Open, Channel::Ivr));
    app.finish().await;
}

#[rstest]
#[case::sqlite(Backend::Sqlite)]
#[case::postgres(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn an_sms_that_fails_leaves_the_link_good(#[case] backend: Backend) {
    let Some(app) = TestApp::start(backend).await else { return };
    app.fault("sms send", FaultKind::Down, 1);
    let phone = app.dial_and_press(CALLER, &[&TO_WAY[..], &["1"]].concat()).await;
    assert!(phone.call.ended);
    app.settle().await;
    assert_eq!(app.control.sms().len(), 0);
    app.pass(chrono::TimeDelta::minutes(2));
    app.settle().await;
    assert_eq!(app.control.sms().len(), 1);
    let path = link(&app);
    let opened = app.hub.open_link(path.rsplit('/').next().unwrap()).await.unwrap().unwrap();
    assert_eq!(opened.link.standing, LinkStanding::Open);
    app.finish().await;
}
