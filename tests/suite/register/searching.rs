//! Each criterion finds what it should and nothing else.

use chrono::TimeDelta;
use ledger::{Payment, PaymentState};
use rstest::rstest;
use staff::Role;

use super::{all, at_work, index, numbers, one_in, paid};
use crate::support::{Backend, TestApp};

type Fits = fn(&Payment, &Payment) -> bool;

fn total(payment: &Payment) -> i64 {
    payment.amounts.total().unwrap().minor()
}

#[rstest]
#[case(Backend::Sqlite)]
#[case(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn every_criterion_finds_what_fits_and_nothing_else(#[case] backend: Backend) {
    let Some(app) = paid(backend).await else { return };
    let olga = at_work(&app, "fr", "olga", Role::Operations).await;
    let made = all(&app);
    assert!(made.len() >= 4, "{made:?}");
    let known = one_in(&app, PaymentState::Confirmed);
    let amount = known.amounts.total().unwrap().to_string();
    let day = known.created_at.and_utc().with_timezone(&chrono_tz::Africa::Casablanca).date_naive().to_string();
    let own: Vec<(&str, String)> = vec![
        ("reference", known.reference.to_string()),
        ("reference", format!("F{}", known.id)),
        ("reference", format!("{:012}", known.id)),
        ("receipt", known.receipt_number.clone().unwrap()),
    ];
    let own = own.into_iter().map(|(name, text)| (vec![(name, text)], (|a, b| a.id == b.id) as Fits));
    let text = |text: &str| text.to_owned();
    let wide: Vec<(Vec<(&str, String)>, Fits)> = vec![
        (vec![("state", text("confirmed"))], |a, _| a.state == PaymentState::Confirmed),
        (vec![("state", text("declined"))], |a, _| a.state == PaymentState::Declined),
        (vec![("state", text("awaiting"))], |a, _| a.state == PaymentState::Awaiting),
        (vec![("state", text("returning"))], |a, _| a.state == PaymentState::Returning),
        (vec![("biller", text("1001"))], |a, _| a.biller == 1001),
        (vec![("biller", text("1002"))], |a, _| a.biller == 1002),
        (vec![("channel", text("WEB"))], |a, _| a.channel == ledger::Channel::Web),
        (vec![("channel", text("IVR"))], |a, _| a.channel == ledger::Channel::Ivr),
        (vec![("instrument", text("card"))], |a, _| a.instrument == ledger::Instrument::Card),
        (vec![("instrument", text("cash"))], |a, _| a.instrument == ledger::Instrument::Cash),
        (vec![("phone", text("06 12 34 56 78"))], |a, _| a.phone().unwrap().as_deref() == Some("+212612345678")),
        (vec![("phone", text("0612345679"))], |_, _| false),
        (vec![("least", amount.clone()), ("most", amount.clone())], |a, b| total(a) == total(b)),
        (vec![("least", amount.clone())], |a, b| total(a) >= total(b)),
        (vec![("most", amount.clone())], |a, b| total(a) <= total(b)),
        (vec![("from", day.clone()), ("until", day.clone())], |_, _| true),
        (vec![("until", text("2026-01-01"))], |_, _| false),
        (vec![("from", text("2999-01-01"))], |_, _| false),
        (vec![("outlet", text("7"))], |_, _| false),
        (vec![("biller", text("1001")), ("state", text("declined")), ("channel", text("WEB"))], |a, _| {
            a.biller == 1001 && a.state == PaymentState::Declined
        }),
        (vec![("contract", text("12345678")), ("biller", text("1001"))], |a, b| {
            a.phone().unwrap() == b.phone().unwrap() && a.id != 0
        }),
    ];
    let quotes: Vec<(i64, String)> = made
        .iter()
        .map(|payment| {
            let quote = app.ledger.read(|reader| reader.quote_of(payment.quote)).unwrap().unwrap();
            (payment.id, quote.detail)
        })
        .collect();
    let cases: Vec<_> = own.chain(wide).collect();
    for ordered in [false, true] {
        if ordered {
            index(&app);
        }
        for (fields, fits) in &cases {
            let is_contract = fields[0].0 == "contract";
            let of_contract = |id: i64| quotes.iter().any(|(of, detail)| *of == id && detail.contains("\"12345678\""));
            let wanted: Vec<i64> = made
                .iter()
                .filter(|payment| fits(payment, &known) && (!is_contract || of_contract(payment.id)))
                .map(|payment| payment.id)
                .collect();
            let form: Vec<(&str, &str)> = fields.iter().map(|(name, text)| (*name, text.as_str())).collect();
            let page = olga.post("/payments", &form).await;
            assert_eq!(page.status, 200, "{fields:?}: {}", page.text());
            assert_eq!(numbers(&page), wanted, "{fields:?}, in order: {ordered}");
            assert!(!page.body.contains("staff/payments?"), "nothing that is looked for stands in an address");
        }
    }
    let rows = app.ledger.read(|reader| reader.audit_rows(None, 200)).unwrap();
    let seen = rows.iter().filter(|row| row.entry.subject == "payments search").collect::<Vec<_>>();
    assert_eq!(seen.len(), 2 * 4, "by receipt, two phones and contract, twice");
    assert!(seen.iter().all(|row| !row.entry.detail.contains("12345678")), "{seen:?}");
    app.finish().await;
}

/// What came into a state after it was put in order is found in it.
#[rstest]
#[case(Backend::Sqlite)]
#[case(Backend::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn states_are_those_of_now(#[case] backend: Backend) {
    let Some(app) = paid(backend).await else { return };
    let olga = at_work(&app, "fr", "olga", Role::Operations).await;
    let waiting = one_in(&app, PaymentState::Awaiting).id;
    app.pass(TimeDelta::minutes(31));
    index(&app);
    olga.sign_in(&app).await;
    for _ in 0..8 {
        app.pass(TimeDelta::minutes(5));
        app.settle().await;
    }
    olga.sign_in(&app).await;
    let state = app.ledger.read(|reader| reader.payment_of(waiting)).unwrap().unwrap().state;
    assert_eq!(state, PaymentState::Expired);
    for _ in 0..2 {
        let page = olga.post("/payments", &[("state", "expired")]).await;
        assert_eq!(numbers(&page), [waiting], "{}", page.text());
        assert_eq!(numbers(&olga.post("/payments", &[("state", "awaiting")]).await), Vec::<i64>::new());
        index(&app);
    }
    app.finish().await;
}

#[rstest]
#[case(&[("reference", "xyz")], "Ce n’est ni une référence ni un numéro")]
#[case(&[("contract", "12345678")], "Choisissez le facturier du contrat")]
#[case(&[("phone", "12")], "Saisissez un numéro marocain")]
#[case(&[("outlet", "abc")], "numéro du point de vente")]
#[case(&[("outlet", "0")], "numéro du point de vente")]
#[case(&[("least", "10.005")], "Écrivez un montant")]
#[case(&[("most", "-1")], "Écrivez un montant")]
#[case(&[("least", "2"), ("most", "1")], "plus petit que le premier")]
#[case(&[("from", "24/11/2026")], "Écrivez le jour ainsi")]
#[case(&[("until", "2026-02-30")], "Écrivez le jour ainsi")]
#[case(&[("from", "2026-11-25"), ("until", "2026-11-24")], "avant le premier")]
#[case(&[("receipt", "4000000000000010")], "numéro de carte")]
#[tokio::test(flavor = "multi_thread")]
async fn what_is_typed_wrongly_is_said(#[case] fields: &[(&str, &str)], #[case] said: &str) {
    let app = TestApp::start(Backend::Sqlite).await.unwrap();
    let olga = at_work(&app, "fr", "olga", Role::Operations).await;
    let page = olga.post("/payments", fields).await;
    assert_eq!(page.status, 422, "{}", page.text());
    assert!(page.text().contains(said), "{}", page.text());
    assert!(!page.body.contains("4000000000000010"));
    app.finish().await;
}

#[rstest]
#[case("?state=gone", 400)]
#[case("?state=returning", 200)]
#[case("?channel=x", 400)]
#[case("?biller=water", 400)]
#[case("?biller=1999", 200)]
#[case("?before=x", 400)]
#[case("?before=7", 200)]
#[case("?phone=0612345678", 400)]
#[case("?contract=12345678&biller=1001", 400)]
#[case("?other=1", 400)]
#[case("?state=held&state=taken", 400)]
#[case("/x", 404)]
#[case("/0", 404)]
#[case("/99999999999999999999", 404)]
#[case("/7/note", 404)]
#[tokio::test(flavor = "multi_thread")]
async fn addresses(#[case] rest: &str, #[case] status: u16) {
    let app = TestApp::start(Backend::Sqlite).await.unwrap();
    let olga = at_work(&app, "fr", "olga", Role::Operations).await;
    let page = olga.get(&format!("/payments{rest}")).await;
    assert_eq!(page.status, status, "{}", page.text());
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_billers_own_people_find_its_payments_alone() {
    let app = paid(Backend::Sqlite).await.unwrap();
    let water = one_in(&app, PaymentState::Confirmed);
    app.payer("fr").up_to_gateway(1201, "01", "TAX-2026-001").await;
    let other = all(&app).into_iter().find(|payment| payment.biller == 1201).unwrap().id;
    let brahim = at_work(&app, "fr", "brahim", Role::BillerUser).await;
    let listed = numbers(&brahim.get("/payments").await);
    assert!(listed.contains(&water.id) && !listed.contains(&other), "{listed:?}");
    assert_eq!(numbers(&brahim.post("/payments", &[("reference", &other.to_string())]).await), Vec::<i64>::new());
    assert_eq!(brahim.get("/payments?biller=1201").await.status, 404);
    let page = brahim.get(&format!("/payments/{}", water.id)).await;
    assert_eq!(page.status, 200, "{}", page.text());
    for hidden in ["Écritures comptables", "Tâches et messages", "Factures en cours"] {
        assert!(!page.text().contains(hidden), "{hidden}");
    }
    assert_eq!(brahim.get(&format!("/payments/{other}")).await.status, 404);
    let path = format!("/payments/{}/note", water.id);
    assert_eq!(brahim.post(&path, &[("note", "x")]).await.status, 403);
    assert_eq!(brahim.post(&format!("/payments/{}", water.id), &[("reason", "because")]).await.status, 403);
    app.finish().await;
}
