//! Closed days: what gateway, networks, billers and bank state of them.

use chrono::{NaiveDate, TimeDelta, Utc};
use reqwest::Method;
use rstest::rstest;
use sandbox::{BreakKind, Control, PlannedBreak, RunningSandbox, TEST_CARDS};
use serde_json::{Value, json};

use crate::support::{Receiver, card_form, client, open_page, sha256_hex, start, type_card, with_hash};

/// A sandbox in the morning of a day, so that nothing of a test falls on two of them; and the day.
async fn morning() -> (RunningSandbox, NaiveDate) {
    let sandbox = start().await;
    let now = Utc::now();
    let at = (now.date_naive() + chrono::Days::new(1)).and_hms_opt(9, 0, 0).unwrap().and_utc();
    sandbox.control().pass(at - now);
    (sandbox, at.date_naive())
}

async fn call(sandbox: &RunningSandbox, method: Method, path: &str, body: &Value) -> (u16, Value) {
    let url = format!("{}{path}", sandbox.base_url());
    let answer = client().request(method, url).json(body).send().await.unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap())
}

/// An order that is paid and captured.
async fn captured(sandbox: &RunningSandbox, hub: &Receiver, oid: &str) {
    let page = open_page(&sandbox.base_url(), &with_hash(card_form(oid, &hub.url))).await.unwrap();
    type_card(&page, TEST_CARDS[0].number).await;
}

async fn operate(sandbox: &RunningSandbox, oid: &str, operation: &str) {
    let xml = format!(
        "<CC5Request><Name>api</Name><Password>sandbox-api</Password><ClientId>600001234</ClientId>\
         <OrderId>{oid}</OrderId>{operation}</CC5Request>"
    );
    let answer = client().post(format!("{}/fim/api", sandbox.base_url())).form(&[("DATA", &xml)]).send().await.unwrap();
    let text = answer.text().await.unwrap();
    assert!(text.contains("<ProcReturnCode>00</ProcReturnCode>"), "{text}");
}

/// The last file of a user whose path begins so, as lines of fields; its trailer must fit.
fn lines(control: &Control, user: &str, start: &str) -> Vec<Vec<String>> {
    let files = control.dropped_files();
    let file = files.iter().rev().find(|file| file.user == user && file.path.starts_with(start)).unwrap();
    let text = String::from_utf8(file.bytes.clone()).unwrap();
    let (before, trailer) = text.trim_end().rsplit_once('\n').unwrap();
    let digest = sha256_hex(format!("{before}\n").as_bytes());
    assert!(trailer.starts_with(&format!("T;{};", before.lines().count() - 1)) && trailer.ends_with(&digest), "{text}");
    before.lines().map(|line| line.split(';').map(str::to_owned).collect()).collect()
}

const HOLD: &str = "F000000000001";
const KEPT: &str = "F000000000002";
const UNDONE: &str = "F000000000003";

#[tokio::test]
async fn the_gateway_pays_what_was_captured_less_fees_and_what_went_back() {
    let (sandbox, day) = morning().await;
    let control = sandbox.control();
    let (held, taken) = (Receiver::start(200, "APPROVED").await, Receiver::start(200, "ACTION=POSTAUTH").await);
    captured(&sandbox, &held, HOLD).await;
    captured(&sandbox, &taken, KEPT).await;
    captured(&sandbox, &taken, UNDONE).await;
    captured(&sandbox, &taken, "SHOP-1").await;
    operate(&sandbox, UNDONE, "<Type>Void</Type>").await;
    let files = control.close_day(day).unwrap();
    let name = format!("cmi/reports/CMI-{}-000001.csv", day.format("%Y%m%d"));
    assert!(files.contains(&name), "{files:?}");
    let told = lines(&control, "cmi", "reports/");
    let (value_day, lot) =
        ((day + TimeDelta::days(1)).to_string(), told.iter().find(|line| line[3] == "PostAuth").unwrap()[8].clone());
    let shown: Vec<[&str; 6]> = told[1..]
        .iter()
        .map(|line| [&line[2], &line[3], &line[4], &line[6], &line[7], &line[8]].map(String::as_str))
        .collect();
    assert_eq!(
        shown,
        [
            [HOLD, "PreAuth", "168.00", "0.00", "", ""],
            [KEPT, "PreAuth", "168.00", "0.00", "", ""],
            [KEPT, "PostAuth", "168.00", "2.02", &value_day, &lot],
            [UNDONE, "PreAuth", "168.00", "0.00", "", ""],
            [UNDONE, "PostAuth", "168.00", "0.00", "", ""],
            [UNDONE, "Void", "168.00", "0.00", "", ""],
        ],
        "orders that are not numbered as a hub does are nobody's"
    );
    let [credit] = control.bank_entries().try_into().unwrap();
    assert_eq!((credit.minor, credit.day.to_string()), (16_800 - 202, value_day));
    assert_eq!(credit.remittance.as_deref(), Some(format!("REMISE CARTES {lot}").as_str()));

    // Without captures nothing is taken back from the hub: a credit waits for the next ones.
    control.pass(TimeDelta::days(1));
    operate(&sandbox, KEPT, "<Type>Credit</Type><Total>100.00</Total>").await;
    let second = day + TimeDelta::days(1);
    control.close_day(second).unwrap();
    let waiting = lines(&control, "cmi", "reports/");
    assert_eq!(waiting.iter().map(|line| line[3].as_str()).collect::<Vec<_>>()[1..], ["Credit"]);
    assert_eq!(waiting[1][7..9], ["", ""], "no money moves yet");
    control.pass(TimeDelta::days(1));
    captured(&sandbox, &taken, "F000000000004").await;
    control.close_day(second + TimeDelta::days(1)).unwrap();
    let kinds: Vec<String> = lines(&control, "cmi", "reports/")[1..].iter().map(|line| line[3].clone()).collect();
    assert_eq!(kinds, ["Credit", "PreAuth", "PostAuth"]);
    assert_eq!(control.bank_entries()[1].minor, 16_800 - 202 - 10_000);
    sandbox.stop().await;
}

#[tokio::test]
async fn a_day_closed_again_tells_only_what_changed() {
    let (sandbox, day) = morning().await;
    let control = sandbox.control();
    let operation = |reference: &str, minor: i64| {
        json!({
            "network": "ATLAS", "outlet": "20001", "reference": reference, "payment": "000000000321", "minor": minor,
            "kind": "payment", "status": "accepted", "at": format!("{day}T10:00:00Z"),
        })
    };
    for (body, status) in [(operation("TX-1", 16_842), 201), (operation("TX;2", 1), 400), (operation("TX-2", 0), 400)] {
        assert_eq!(call(&sandbox, Method::PUT, "/networks/operations", &body).await.0, status, "{body}");
    }
    let (_, closed) = call(&sandbox, Method::POST, "/control/days", &json!({ "day": day })).await;
    let files: Vec<&str> = closed["files"].as_array().unwrap().iter().map(|file| file.as_str().unwrap()).collect();
    let stamp = day.format("%Y%m%d");
    assert_eq!(
        files,
        [
            format!("cmi/reports/CMI-{stamp}-000001.csv"),
            format!("network-atlas/reports/ATLAS-{stamp}-000001.csv"),
            format!("bank/statements/STM-{stamp}.xml"),
        ]
    );
    let told = lines(&control, "network-atlas", "reports/");
    assert_eq!(told[1][..6], ["D", "20001", "TX-1", "000000000321", "168.42", "payment"]);
    assert_eq!(control.close_day(day).unwrap(), Vec::<String>::new(), "nothing is new");
    call(&sandbox, Method::PUT, "/networks/operations", &operation("TX-3", 1_000)).await;
    assert_eq!(control.close_day(day).unwrap(), [format!("network-atlas/reports/ATLAS-{stamp}-000002.csv")]);
    // What is booked on a day that is stated stands on the next one.
    control.top_up("ATLAS", 50_000, "VIR-1").unwrap();
    assert_eq!(control.bank_entries()[0].day, day + TimeDelta::days(1));
    let (status, refused) = call(&sandbox, Method::POST, "/control/days", &json!({ "day": "2999-01-01" })).await;
    assert_eq!((status, refused["error"].as_str()), (400, Some("2999-01-01 has not begun")));
    sandbox.stop().await;
}

#[rstest]
#[case("camt.053.001.02", "xsd:camt.053.001.02\"", "<Sts>BOOK</Sts>")]
#[case("camt.053.001.08", "xsd:camt.053.001.08\"", "<Sts><Cd>BOOK</Cd></Sts>")]
#[case("MT940", ":60F:C", "C500,00NTRFNONREF//SBX")]
#[tokio::test]
async fn the_bank_states_a_day_as_it_is_asked_to(#[case] form: &str, #[case] head: &str, #[case] entry: &str) {
    let (sandbox, day) = morning().await;
    assert_eq!(call(&sandbox, Method::PUT, "/bank/form", &json!({ "form": form })).await.0, 200);
    let top_up = json!({ "network": "ATLAS", "minor": 50_000, "proof": "VIR-1" });
    assert_eq!(call(&sandbox, Method::POST, "/networks/top-ups", &top_up).await.0, 201);
    sandbox.control().close_day(day).unwrap();
    let files = sandbox.control().dropped_files();
    let statement = files.iter().find(|file| file.path.starts_with("statements/")).unwrap();
    let text = String::from_utf8(statement.bytes.clone()).unwrap();
    for part in [head, entry, "ALIMENTATION VIR-1"] {
        assert!(text.contains(part), "{part} in {text}");
    }
    sandbox.stop().await;
}

#[tokio::test]
async fn a_planned_break_waits_for_what_can_have_it() {
    let (sandbox, day) = morning().await;
    let control = sandbox.control();
    let plan = json!({ "target": "gateway", "kind": "duplicate" });
    assert_eq!(call(&sandbox, Method::PUT, "/control/breaks", &plan).await.0, 201);
    for wrong in [json!({ "target": "gateway", "kind": "gap" }), json!({ "target": "nobody", "kind": "late" })] {
        assert_eq!(call(&sandbox, Method::PUT, "/control/breaks", &wrong).await.0, 400, "{wrong}");
    }
    control.plan_break(PlannedBreak::new("bank", BreakKind::Gap)).unwrap();
    let files = control.close_day(day).unwrap();
    assert!(!files.iter().any(|file| file.contains("statements/")), "{files:?}");
    assert_eq!(control.planned_breaks().len(), 1, "the gateway had nothing to tell twice");
    let taken = Receiver::start(200, "ACTION=POSTAUTH").await;
    captured(&sandbox, &taken, KEPT).await;
    control.close_day(day).unwrap();
    let told = lines(&control, "cmi", "reports/");
    assert_eq!(told.iter().filter(|line| line.get(3).is_some_and(|kind| kind == "PostAuth")).count(), 2);
    assert_eq!(control.bank_entries()[0].minor, 2 * (16_800 - 202));
    assert!(control.planned_breaks().is_empty());
    sandbox.stop().await;
}
