//! What nobody ever said, seen by operations: the list, a word that is looked at and proposed, and a hold.

use sandbox::FaultKind;
use staff::Role;
use thirtyfour::components::SelectElement;

use super::page::Tour;
use crate::holds::{held, wait_for_people};
use crate::outcomes::unanswered;
use crate::support::Setup;

const SEND: &str = "main form button[type=submit]";

async fn an_outcome(tour: &Tour<'_>) {
    let Tour { browser, app, .. } = tour;
    let redirect = unanswered(app, FaultKind::Down).await;
    let (id, omar) = (app.payment(&redirect).id, app.colleague("fr", "omar", Role::Operations));
    tour.come_in(&omar, "/staff/unknowns").await;
    tour.inspect("list").await;
    browser.click(&format!("a[href$='/payments/{id}/resolve']")).await;
    tour.at(&format!("/staff/payments/{id}/resolve")).await;
    tour.inspect("outcome").await;
    browser.click("section[aria-labelledby=say] button").await;
    browser.find("#faults").await;
    tour.inspect("fault").await;
    let verdict = SelectElement::new(&browser.find("#verdict").await).await.unwrap();
    verdict.select_by_value("not-done").await.unwrap();
    browser.fill("#evidence", "confirmé par téléphone, ticket 12").await;
    browser.click("section[aria-labelledby=say] button").await;
    browser.find(".effect").await;
    tour.inspect("effect").await;
    browser.click(SEND).await;
    browser.find("#waits").await;
    tour.inspect("proposed").await;
    tour.open(&format!("/staff/payments/{id}")).await;
    browser.find(".step-link").await;
    tour.inspect("story").await;
    app.control.clear_faults();
    app.settle().await;
    tour.open("/staff/unknowns").await;
    tour.inspect("none").await;
    wait_for_people(app).await;
    let hold = app.payment(&held(app).await).id;
    tour.open(&format!("/staff/payments/{hold}/hold")).await;
    tour.inspect("hold").await;
    browser.fill("#principal", "200").await;
    browser.click("section[aria-labelledby=capture] button").await;
    browser.find(".actions.start").await;
    tour.inspect("capture").await;
    tour.assert_quiet(&[422]).await;
}

tours!(twice an_outcome_that_nobody_said ("outcomes", an_outcome, Setup::default()));
