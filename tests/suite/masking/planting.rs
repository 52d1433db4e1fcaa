//! One person everywhere: pays, complains, calls, is refunded, stopped, owed an answer, and asks what is known of them.

use ledger::{BreakFilter, GuardList, PaymentQuery, WindowFilter};
use payments::guard::{Action, Listed};
use sandbox::FaultKind;
use staff::Role;

use crate::desk::{below, offered, open_call, operator, price, send, send_link};
use crate::finance::{at_work, open_windows, settle, statement, take, today};
use crate::outlet::{OUTLET, agent_at_work, open_networks, pay as pay_cash, top_up};
use crate::support::{Bill, Colleague, TestApp, money};
use crate::{disputes, guard, personal, refunds};

pub const PHONE: &str = "+212661239874";
/// Its digits as they stand in every form of it.
pub const PHONE_DIGITS: &str = "661239874";
pub const MAIL: &str = "payer@example.ma";
pub const CONTRACT: &str = "73195284";
pub const NAME: &str = "Salma Mdaghri";

const BILL: Bill = (1001, "01", CONTRACT);
const APPROVED: &str = "4000000000000010";

/// What stands in addresses, by its name there, and those who were at work.
pub struct Planted {
    pub names: Vec<(&'static str, Vec<String>)>,
    pub tariq: Colleague,
    pub amina: Colleague,
}

/// A fresh bill of theirs.
fn owe(app: &TestApp, article: &str) {
    app.control.add_article(BILL.0, BILL.1, CONTRACT, article, 16_800).unwrap();
}

async fn card(app: &TestApp, article: &str) -> ledger::Payment {
    owe(app, article);
    let redirect = personal::begun(app, BILL, PHONE).await;
    app.bank.pay(&redirect, APPROVED).await;
    app.settle().await;
    app.payment(&redirect)
}

pub async fn everywhere(app: &TestApp) -> Planted {
    open_windows(app);
    open_networks(app).await;
    top_up(app, OUTLET, money("5000.00")).await;

    // Paid on the web, noted, refunded in part, complained of.
    let paid = card(app, "A1").await;
    let reference = paid.reference.to_string();
    let omar = at_work(app, "fr", "omar1", Role::Operations).await;
    omar.post(&format!("/payments/{}/note", paid.id), &[("note", &format!("rappeler {NAME}"))]).await;
    let refund = refunds::refund(app, paid.id, "50.00", "masking").await;
    let dispute = disputes::complain(app, &reference, "other", &format!("{NAME} demande une copie")).await;

    // At the counter.
    let worker = app.work();
    let amina = agent_at_work(app, "fr", "amina", "1", "500").await;
    owe(app, "A2");
    let sold = pay_cash(&amina, ("100101", CONTRACT, ""), "").await;
    assert_eq!(sold.status, 200, "{}", sold.text());
    worker.stop().await;
    app.settle().await;

    // At the desk: a call with its mail address and a note, a link, a reference.
    let tariq = operator(app, "fr", "tariq").await;
    let call = open_call(&tariq, PHONE).await;
    let caller = [("phone", PHONE), ("email", MAIL), ("language", "fr")];
    assert_eq!(tariq.post(&format!("{call}/caller"), &caller).await.status, 200);
    tariq.post(&format!("{call}/notes"), &[("note", &format!("{NAME} rappelle demain"))]).await;
    owe(app, "A3");
    let due = ("1001.01", CONTRACT);
    send_link(&tariq, &call, due).await;
    let quote = price(&tariq, &call, due).await;
    send(&tariq, &format!("{}/reference", below(&quote)), &offered(&quote, "/reference")).await;
    let inquiry = crate::desk::find(&tariq, &call, due).await;
    app.settle().await;

    // Nobody said what became of it.
    app.fault("biller:1001 confirm", FaultKind::Down, 0);
    app.fault("biller:1001 status", FaultKind::Down, 0);
    let unknown = card(app, "A4").await;
    settle_and_take(app);
    app.control.clear_faults();

    // Stopped, and listed.
    app.control.add_article(1001, "02", CONTRACT, "A5", 16_800).unwrap();
    guard::hold(app, guard::cap(Action::Review)).await;
    let stopped = app.quote((1001, "02", CONTRACT)).await;
    guard::start(app, &stopped, PHONE).await.unwrap_err();
    let entry = guard::list(app, GuardList::Block, Listed::Phone(PHONE.to_owned())).await;
    guard::list(app, GuardList::Block, Listed::Contract(1001, "01".to_owned(), CONTRACT.to_owned())).await;
    let case = app.hub.guard_cases(0, 10).await.unwrap().remove(0).case.id;

    // They ask what is known of them.
    let adil = personal::administrator(app, "fr", "adil1").await;
    let day = today(app).to_string();
    let asks = [
        ("kind", "rectification"),
        ("key", "aaaaaaaa"),
        ("phone", PHONE),
        ("mail", MAIL),
        ("biller", "1001"),
        ("contract", CONTRACT),
        ("reference", "lettre du 12 mai"),
        ("received", &day),
        ("language", "fr"),
    ];
    let asked = adil.post("/personal", &asks).await;
    assert_eq!(asked.status, 200, "{}", asked.text());

    let query = PaymentQuery { biller: Some(1001), ..PaymentQuery::default() };
    let filter = WindowFilter { biller: Some(1001), state: None };
    let (payments, windows, orders, breaks) = app
        .ledger
        .read(|reader| {
            let payments = reader.search_payments(&query, None, 10)?.payments;
            let breaks = reader.breaks(&BreakFilter::default(), 0, 10)?;
            Ok((payments, reader.windows_before(&filter, None, 10)?, reader.orders_before(None, 10)?, breaks))
        })
        .unwrap();
    let windows: Vec<i64> = windows.iter().map(|(window, _)| window.id).collect();
    let files = app.ledger.read(|reader| reader.files_of(*windows.last().unwrap())).unwrap();
    assert!(!files.is_empty() && !orders.is_empty() && !breaks.is_empty() && payments.len() >= 3);
    let one = |sql: &str| vec![app.database.number(sql).to_string()];
    let numbers = |ids: Vec<i64>| ids.iter().map(i64::to_string).collect::<Vec<_>>();
    let by_number = payments.iter().map(|payment| payment.id.to_string());
    let references = payments.iter().take(2).map(|payment| payment.reference.to_string());
    assert!(payments.iter().any(|payment| payment.id == unknown.id));
    Planted {
        names: vec![
            ("{payment}", by_number.chain(references).collect()),
            ("{refund}", vec![refund.to_string()]),
            ("{dispute}", vec![dispute.to_string()]),
            ("{call}", vec![call.rsplit('/').next().unwrap().to_owned()]),
            ("{inquiry}", vec![inquiry.reference()]),
            ("{quote}", vec![quote.reference()]),
            ("{digits}", app.database.texts("SELECT digits AS text FROM cash_references")),
            ("{shift}", one("SELECT MAX(id) FROM shifts")),
            ("{outlet}", vec![OUTLET.to_owned()]),
            (
                "{request}",
                vec![asked.reference(), app.database.number("SELECT MAX(id) FROM float_requests").to_string()],
            ),
            ("{window}", numbers(windows)),
            ("{file}", numbers(files.iter().map(|file| file.id).collect())),
            ("{order}", numbers(orders.iter().map(|order| order.order.id).collect())),
            ("{break}", numbers(breaks.iter().map(|found| found.id).collect())),
            ("{case}", vec![case.to_string()]),
            ("{entry}", vec![entry.to_string()]),
            ("{biller}", vec!["1001".to_owned()]),
            ("{type}", vec!["01".to_owned()]),
            ("{page}", vec!["home".to_owned(), "receipt".to_owned()]),
            ("{kind}", payments::reports::ReportKind::ALL.iter().map(|kind| kind.as_str().to_owned()).collect()),
        ],
        tariq,
        amina,
    }
}

fn settle_and_take(app: &TestApp) {
    settle(app);
    take(app, "s1.xml", &statement(today(app), 0, &[(500, "B1")]));
}
