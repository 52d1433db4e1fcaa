//! Two people in finance, from the windows to a break that both agree to close.

use ledger::BreakState;
use staff::Role;
use thirtyfour::components::SelectElement;

use super::driver::{Device, keep};
use super::page::Tour;
use crate::finance::{first_settlement, open_breaks, settle, statement, take, today};
use crate::support::{Setup, TestApp};

const SEND: &str = "main form button[type=submit]";

/// A settled window, a transfer that the bank refused, a statement with entries that nobody knows.
async fn prepare(app: &TestApp) {
    crate::finance::open_windows(app);
    let payer = app.payer("fr");
    for contract in ["12345678", "11111111"] {
        let kind = if contract == "11111111" { "02" } else { "01" };
        let redirect = payer.up_to_gateway(1001, kind, contract).await;
        payer.pay_by_card(&redirect, "4000000000000010").await;
    }
    app.settle().await;
    settle(app);
    let transfer = app.ledger.read(|reader| Ok(reader.transfers_awaited(0, 10)?.remove(0).transfer.id)).unwrap();
    let (end, now) = (ledger::TransferEnd::Rejected("AC01 incorrect account number".to_owned()), app.now());
    app.ledger.write_now(move |op| op.end_transfer(transfer, &end, now)).unwrap();
    take(
        app,
        "2026-releve-bancaire-quotidien.xml",
        &statement(today(app), 1_000_000, &[(123_456, "B2611240001"), (-2_350, "B2611240002"), (700, "B2611240003")]),
    );
}

fn state(app: &TestApp, id: i64) -> BreakState {
    app.ledger.read(|reader| reader.break_of(id)).unwrap().unwrap().state
}

async fn a_day(tour: &Tour<'_>) {
    let Tour { browser, app, .. } = tour;
    prepare(app).await;
    let fatima = app.colleague("fr", "fatima", Role::Finance);
    let farid = app.colleague("fr", "farid", Role::Finance);
    tour.come_in(&fatima, "/staff/settlement").await;
    tour.inspect("windows").await;
    browser.click(&format!("a[href$='/settlement/windows/{}']", first_settlement(app).window)).await;
    tour.at("/staff/settlement/windows/").await;
    tour.inspect("window").await;
    tour.open("/staff/settlement/orders").await;
    tour.inspect("orders").await;
    tour.open("/staff/reconciliation").await;
    tour.inspect("statement").await;
    tour.open("/staff/reconciliation?day=2019-01-01").await;
    tour.inspect("statement-fault").await;
    tour.open("/staff/breaks").await;
    tour.inspect("breaks").await;
    let id = open_breaks(app)[0];
    browser.click(&format!("a[href$='/staff/breaks/{id}']")).await;
    tour.at("/staff/breaks/").await;
    tour.inspect("break").await;
    browser.click("section[aria-labelledby=close] button").await;
    browser.find("#faults").await;
    tour.at(&format!("/staff/breaks/{id}/resolve")).await;
    tour.inspect("break-fault").await;
    let how = SelectElement::new(&browser.find("#how").await).await.unwrap();
    how.select_by_value("suspense").await.unwrap();
    browser.fill("#why", "la banque ne répond pas").await;
    browser.click("section[aria-labelledby=close] button").await;
    browser.find(".effect").await;
    tour.at(&format!("/staff/breaks/{id}/resolve")).await;
    tour.inspect("confirm").await;
    browser.click(SEND).await;
    browser.find("#proposal").await;
    tour.at(&format!("/staff/breaks/{id}")).await;
    tour.inspect("proposed").await;
    assert_eq!(state(app, id), BreakState::Proposed);
    let other = app.at_browser("fr", "farid", farid.secret.clone());
    other.sign_in(app).await;
    browser.click(".staff-out").await;
    tour.at("/staff/sign-in").await;
    app.pass(chrono::TimeDelta::seconds(60));
    tour.come_in(&farid, "/staff/settlement").await;
    tour.open(&format!("/staff/breaks/{id}")).await;
    tour.inspect("second").await;
    browser.click("button[name=decision][value=approve]").await;
    tour.at(&format!("/staff/breaks/{id}/decide")).await;
    tour.inspect("approve").await;
    browser.click(SEND).await;
    browser.find(".badge-good").await;
    tour.at(&format!("/staff/breaks/{id}")).await;
    tour.inspect("closed").await;
    assert_eq!(state(app, id), BreakState::Resolved);
    if browser.device == Device::Desktop {
        let day = today(app);
        let made = other.path("/reconciliation/statement.pdf");
        let made = made.replacen("/fr/", &format!("/{}/", tour.language), 1);
        let request = reqwest::Client::new()
            .get(format!("{}{made}?day={day}", app.url))
            .header("cookie", format!("staff={}", other.browser.cookie("staff")));
        let bytes = request.send().await.unwrap().bytes().await.unwrap();
        assert!(bytes.starts_with(b"%PDF-"));
        keep(&format!("statement-{}.pdf", tour.language), &bytes);
    }
    tour.assert_quiet(&[422]).await;
}

tours!(everywhere a_day_in_finance ("finance", a_day, Setup::default()));
