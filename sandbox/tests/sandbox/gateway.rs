//! The hosted page, the callback and the server operations.

use rstest::rstest;
use sandbox::{OrderState, RunningSandbox, TEST_CARDS};

use crate::support::{Form, Receiver, card_form, client, open_page, start, type_card, value, ver3, with_hash};

fn number(name: &str) -> &'static str {
    TEST_CARDS.iter().find(|card| card.name == name).unwrap().number
}

async fn pay(sandbox: &RunningSandbox, hub: &Receiver, oid: &str, card: &str) -> String {
    let page = open_page(&sandbox.base_url(), &with_hash(card_form(oid, &hub.url))).await.unwrap();
    assert_eq!(type_card(&page, number(card)).await.status(), 303);
    client().get(&page).send().await.unwrap().text().await.unwrap()
}

#[rstest]
#[case("approve", "ACTION=POSTAUTH", &["00"], OrderState::Captured, "http://hub.test/ok")]
#[case("approve", "APPROVED", &["00"], OrderState::Authorised, "http://hub.test/ok")]
#[case("approve", "FAILURE", &["00"], OrderState::Voided, "http://hub.test/fail")]
#[case("approve", "who are you?", &["00"], OrderState::Authorised, "http://hub.test/ok")]
#[case("decline", "APPROVED", &["05"], OrderState::Declined, "http://hub.test/fail")]
#[case("insufficient", "APPROVED", &["51"], OrderState::Declined, "http://hub.test/fail")]
#[case("slow", "ACTION=POSTAUTH", &["00"], OrderState::Captured, "http://hub.test/ok")]
#[case("double", "ACTION=POSTAUTH", &["00", "00"], OrderState::Captured, "http://hub.test/ok")]
#[case("decline-then-accept", "ACTION=POSTAUTH", &["05", "00"], OrderState::Captured, "http://hub.test/ok")]
#[case("no-callback", "ACTION=POSTAUTH", &[], OrderState::Authorised, "http://hub.test/ok")]
#[actix_web::test]
async fn each_card_does_what_it_says(
    #[case] card: &str,
    #[case] answer: &'static str,
    #[case] codes: &[&str],
    #[case] state: OrderState,
    #[case] browser_goes_to: &str,
) {
    let sandbox = start().await;
    let hub = Receiver::start(200, answer).await;
    let shown = pay(&sandbox, &hub, "HUB-1", card).await;
    let callbacks = hub.wait_for(codes.len()).await;
    // The order follows the answer, which the bank reads after the hub's receiver has noted the form.
    while sandbox.control().order("HUB-1").unwrap().callbacks.len() < codes.len() {
        tokio::task::yield_now().await;
    }
    let order = sandbox.control().order("HUB-1").unwrap();
    assert_eq!(callbacks.iter().map(|form| value(form, "ProcReturnCode")).collect::<Vec<_>>(), codes);
    for form in &callbacks {
        assert_eq!(value(form, "HASH"), ver3(form, "TEST1234"));
        assert_eq!((value(form, "oid"), value(form, "amount"), value(form, "currency")), ("HUB-1", "168.00", "504"));
        assert_eq!((value(form, "clientid"), value(form, "BillToName")), ("600001234", "Aïcha | Test \\ Client"));
        assert_eq!(
            value(form, "Response"),
            if value(form, "ProcReturnCode") == "00" { "Approved" } else { "Declined" }
        );
        assert!(value(form, "MaskedPan").starts_with("4***********00"));
    }
    assert_eq!(order.state, state);
    assert_eq!(order.captured_minor, if state == OrderState::Captured { 16_800 } else { 0 });
    assert!(shown.contains(&format!("action=\"{browser_goes_to}\"")), "{shown}");
    assert!(!format!("{order:?}{shown}").contains(number(card)), "the card number is kept nowhere");
    sandbox.stop().await;
}

fn change(name: &'static str, to: &'static str) -> impl Fn(Form) -> Form {
    move |mut form| {
        form.retain(|(known, _)| known != name);
        form.push((name.into(), to.into()));
        with_hash(form)
    }
}

#[rstest]
#[case(change("amount", "168.0"), "amount")]
#[case(change("amount", "168,00"), "amount")]
#[case(change("amount", "0.00"), "amount")]
#[case(change("currency", "978"), "currency")]
#[case(change("clientid", "600009999"), "clientid")]
#[case(change("sessiontimeout", "29"), "sessiontimeout")]
#[case(change("sessiontimeout", "2701"), "sessiontimeout")]
#[case(change("storetype", "pay"), "storetype")]
#[case(change("TranType", "Auth"), "TranType")]
#[case(change("hashAlgorithm", "ver2"), "hashAlgorithm")]
#[case(change("callbackUrl", "ftp://hub"), "callbackUrl")]
#[case(change("lang", "de"), "lang")]
#[case(change("oid", ""), "oid")]
#[case(change("OID", "again"), "twice")]
#[case(|form| { let mut form = with_hash(form); form[3].1 = "1.00".into(); form }, "HASH")]
#[case(|form: Form| form, "HASH")]
#[actix_web::test]
async fn refuses_a_bad_form(#[case] adjust: impl Fn(Form) -> Form, #[case] told: &str) {
    let sandbox = start().await;
    let form = adjust(card_form("HUB-1", "http://127.0.0.1:9/callback"));
    let refusal = open_page(&sandbox.base_url(), &form).await.unwrap_err();
    assert!(refusal.contains(told), "{refusal}");
    assert!(sandbox.control().orders().is_empty());
    sandbox.stop().await;
}

#[actix_web::test]
async fn a_paid_oid_is_refused_and_a_declined_one_may_try_again() {
    let sandbox = start().await;
    let hub = Receiver::start(200, "APPROVED").await;
    pay(&sandbox, &hub, "HUB-1", "decline").await;
    pay(&sandbox, &hub, "HUB-1", "approve").await;
    assert_eq!(sandbox.control().order("HUB-1").unwrap().state, OrderState::Authorised);
    let again = open_page(&sandbox.base_url(), &with_hash(card_form("HUB-1", &hub.url))).await;
    assert!(again.unwrap_err().contains("already paid"));
    assert_eq!(hub.received().len(), 2);
    sandbox.stop().await;
}
