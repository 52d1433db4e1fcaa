//! CC5Request operations.

use rstest::rstest;
use sandbox::{FaultKind, FaultRule, OrderState, RunningSandbox, TEST_CARDS};

use crate::support::{Receiver, card_form, client, open_page, start, type_card, with_hash};

fn between<'a>(xml: &'a str, name: &str) -> &'a str {
    xml.split_once(&format!("<{name}>"))
        .and_then(|(_, rest)| rest.split_once(&format!("</{name}>")))
        .map_or("", |(t, _)| t)
}

fn request(password: &str, rest: &str) -> String {
    format!(
        "<?xml version=\"1.0\"?><CC5Request><Name>api</Name><Password>{password}</Password>\
         <ClientId>600001234</ClientId><OrderId>HUB-1</OrderId>{rest}</CC5Request>"
    )
}

async fn ask(base: &str, xml: &str) -> String {
    let answer = client().post(format!("{base}/fim/api")).form(&[("DATA", xml)]).send().await.unwrap();
    answer.text().await.unwrap()
}

async fn operate(base: &str, kind: &str, total: &str) -> (String, String) {
    let total =
        if total.is_empty() { String::new() } else { format!("<Total>{total}</Total><Currency>504</Currency>") };
    let answer = ask(base, &request("sandbox-api", &format!("<Type>{kind}</Type>{total}"))).await;
    (between(&answer, "Response").to_owned(), between(&answer, "ProcReturnCode").to_owned())
}

async fn status(base: &str) -> (String, String, String, String) {
    let answer = ask(base, &request("sandbox-api", "<Extra><ORDERSTATUS>QUERY</ORDERSTATUS></Extra>")).await;
    let get = |name: &str| between(&answer, name).to_owned();
    (get("Response"), get("TRANS_STAT"), get("CAPTURE_AMT"), get("CREDIT_AMT"))
}

async fn authorised() -> RunningSandbox {
    let sandbox = start().await;
    let hub = Receiver::start(200, "APPROVED").await;
    let page = open_page(&sandbox.base_url(), &with_hash(card_form("HUB-1", &hub.url))).await.unwrap();
    type_card(&page, TEST_CARDS[0].number).await;
    assert_eq!(sandbox.control().order("HUB-1").unwrap().state, OrderState::Authorised);
    sandbox
}

type Step = (&'static str, &'static str, &'static str);

#[rstest]
#[case(&[("PostAuth", "168.00", "00")], ("Approved", "C", "168.00", "0.00"))]
#[case(&[("PostAuth", "", "00")], ("Approved", "C", "168.00", "0.00"))]
#[case(&[("PostAuth", "100.00", "00"), ("PostAuth", "68.00", "99")], ("Approved", "C", "100.00", "0.00"))]
#[case(&[("PostAuth", "168.01", "99")], ("Approved", "A", "0.00", "0.00"))]
#[case(&[("PostAuth", "0.00", "99"), ("PostAuth", "1", "99")], ("Approved", "A", "0.00", "0.00"))]
#[case(&[("Void", "", "00"), ("Void", "", "99"), ("PostAuth", "168.00", "99")], ("Approved", "V", "0.00", "0.00"))]
#[case(&[("PostAuth", "168.00", "00"), ("Void", "", "00")], ("Approved", "V", "0.00", "0.00"))]
#[case(&[("Credit", "1.00", "99")], ("Approved", "A", "0.00", "0.00"))]
#[case(&[("PostAuth", "168.00", "00"), ("Credit", "100.00", "00"), ("Credit", "68.01", "99"), ("Credit", "68.00", "00"),
         ("Credit", "0.01", "99")], ("Approved", "C", "168.00", "168.00"))]
#[case(&[("PostAuth", "168.00", "00"), ("Credit", "1.00", "00"), ("Void", "", "99")], ("Approved", "C", "168.00", "1.00"))]
#[case(&[("Sale", "168.00", "99"), ("Credit", "", "99")], ("Approved", "A", "0.00", "0.00"))]
#[actix_web::test]
async fn operations(#[case] steps: &[Step], #[case] end: (&str, &str, &str, &str)) {
    let sandbox = authorised().await;
    let base = sandbox.base_url();
    for (kind, total, code) in steps {
        let (response, found) = operate(&base, kind, total).await;
        assert_eq!((found.as_str(), response == "Approved"), (*code, *code == "00"), "{kind} {total}");
    }
    let (response, state, captured, credited) = status(&base).await;
    assert_eq!((response.as_str(), state.as_str(), captured.as_str(), credited.as_str()), end);
    sandbox.stop().await;
}

#[actix_web::test]
async fn states_before_a_decision() {
    let sandbox = start().await;
    let base = sandbox.base_url();
    let hub = Receiver::start(200, "APPROVED").await;
    let unknown = ask(&base, &request("sandbox-api", "<Extra><ORDERSTATUS>QUERY</ORDERSTATUS></Extra>")).await;
    assert_eq!((between(&unknown, "Response"), between(&unknown, "ErrMsg")), ("Error", "No record found"));
    let page = open_page(&base, &with_hash(card_form("HUB-1", &hub.url))).await.unwrap();
    assert_eq!(status(&base).await.1, "PN");
    let cancelled = client().post(format!("{page}/cancel")).send().await.unwrap();
    assert_eq!(cancelled.headers()["location"], "http://hub.test/shop");
    assert_eq!(status(&base).await.1, "CNCL");
    assert_eq!(type_card(&page, TEST_CARDS[0].number).await.status(), 303);
    assert_eq!(status(&base).await.1, "CNCL", "a cancelled page takes no card");
    let page = open_page(&base, &with_hash(card_form("HUB-1", &hub.url))).await.unwrap();
    type_card(&page, "4000000000000036").await;
    assert_eq!(status(&base).await.1, "D");
    sandbox.stop().await;
}

#[rstest]
#[case("application/x-www-form-urlencoded", "NODATA=1", 400)]
#[case("text/xml", "<CC5Request>", 400)]
#[case("text/xml", "<Other/>", 400)]
#[actix_web::test]
async fn clear_errors(#[case] kind: &str, #[case] body: &str, #[case] status: u16) {
    let sandbox = start().await;
    let url = format!("{}/fim/api", sandbox.base_url());
    let request = client().post(url).header("content-type", kind).body(body.to_owned());
    let answer = request.send().await.unwrap();
    assert_eq!(answer.status(), status);
    assert!(answer.text().await.unwrap().contains("<Response>Error</Response>"));
    sandbox.stop().await;
}

#[actix_web::test]
async fn wrong_password_and_raw_xml_and_faults() {
    let sandbox = authorised().await;
    let base = sandbox.base_url();
    let wrong = ask(&base, &request("guess", "<Type>PostAuth</Type><Total>168.00</Total>")).await;
    assert_eq!(between(&wrong, "ErrMsg"), "Name, Password or ClientId is wrong");
    sandbox.control().set_fault(FaultRule::new("gateway", FaultKind::DropAfter).on("api").times(1)).unwrap();
    let xml = request("sandbox-api", "<Type>PostAuth</Type><Total>168.00</Total><Currency>504</Currency>");
    let post = || client().post(format!("{base}/fim/api")).header("content-type", "text/xml").body(xml.clone()).send();
    assert!(post().await.is_err(), "the answer was dropped");
    assert_eq!(status(&base).await.1, "C", "and yet the work was done");
    assert_eq!(between(&post().await.unwrap().text().await.unwrap(), "ErrMsg"), "already captured");
    sandbox.stop().await;
}
