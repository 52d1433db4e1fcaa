use rstest::rstest;

use super::super::settings_for_tests;
use super::*;

const OID: &str = "HUB-1";

#[rstest]
#[case(
    Operation::PostAuth(Money::from_minor(16_800)),
    "<Type>PostAuth</Type><OrderId>HUB-1</OrderId><Total>168.00</Total><Currency>504</Currency>"
)]
#[case(Operation::Void, "<Type>Void</Type><OrderId>HUB-1</OrderId>")]
#[case(
    Operation::Credit(Money::from_minor(5)),
    "<Type>Credit</Type><OrderId>HUB-1</OrderId><Total>0.05</Total><Currency>504</Currency>"
)]
#[case(Operation::Query, "<OrderId>HUB-1</OrderId><Extra><ORDERSTATUS>QUERY</ORDERSTATUS></Extra>")]
fn requests(#[case] operation: Operation, #[case] rest: &str) {
    let xml = request_xml(OID, operation, &settings_for_tests("")).unwrap();
    let head = "<CC5Request><Name>api</Name><Password>pass&lt;word</Password><ClientId>600001234</ClientId>";
    assert_eq!(xml, format!("{head}{rest}</CC5Request>"));
}

#[rstest]
#[case(true, "Auth")]
#[case(false, "PreAuth")]
fn charges(#[case] capture: bool, #[case] kind: &str) {
    let token = SecretString::from("tok_<1>&2");
    let operation = Operation::Charge { amount: Money::from_minor(17_496), token: &token, capture };
    let xml = request_xml(OID, operation, &settings_for_tests("")).unwrap();
    let rest = format!(
        "<Type>{kind}</Type><OrderId>HUB-1</OrderId><Total>174.96</Total><Currency>504</Currency>\
         <Extra><PAYMENTTOKEN>tok_&lt;1&gt;&amp;2</PAYMENTTOKEN></Extra></CC5Request>"
    );
    assert!(xml.ends_with(&rest), "{xml}");
    assert!(!format!("{operation:?}").contains("tok_"), "a token is not for logs");
}

fn answer(oid: &str, word: &str, code: &str, message: &str, extra: &str) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<CC5Response><OrderId>{oid}</OrderId><GroupId>{oid}</GroupId>\
         <Response>{word}</Response><AuthCode>P1</AuthCode><HostRefNum>9</HostRefNum>\
         <ProcReturnCode>{code}</ProcReturnCode><TransId>T1</TransId><ErrMsg>{message}</ErrMsg>\
         <Extra>{extra}</Extra></CC5Response>"
    )
}

fn approved() -> OperationOutcome {
    OperationOutcome::Approved { transaction_id: "T1".into(), auth_code: "P1".into() }
}

fn refused(code: &str, message: &str) -> OperationOutcome {
    OperationOutcome::Refused { code: code.into(), message: message.into() }
}

#[rstest]
#[case::done(answer(OID, "Approved", "00", "", "<TRANS_STAT>C</TRANS_STAT>"), approved())]
#[case::no_oid(answer("", "Approved", "00", "", ""), approved())]
#[case::declined(answer(OID, "Declined", "05", "no", ""), refused("05", "no"))]
#[case::error(answer(OID, "Error", "99", "already captured", ""), refused("99", "already captured"))]
fn clear_words(#[case] body: String, #[case] outcome: OperationOutcome) {
    assert_eq!(read_operation(OID, &body), outcome);
}

#[rstest]
#[case::late_bank(answer(OID, "Declined", "91", "", ""))]
#[case::no_code(answer(OID, "Error", "", "", ""))]
#[case::at_odds(answer(OID, "Declined", "00", "", ""))]
#[case::approved_without_00(answer(OID, "Approved", "05", "", ""))]
#[case::other_order(answer("HUB-2", "Approved", "00", "", ""))]
#[case::html("<html><body>502</body></html>".to_owned())]
#[case::cut(answer(OID, "Approved", "00", "", "")[..120].to_owned())]
#[case::empty(String::new())]
fn no_clear_word(#[case] body: String) {
    assert!(matches!(read_operation(OID, &body), OperationOutcome::Unknown(_)), "{body}");
}

fn extra(state: &str, captured: &str, credited: &str, code: &str) -> String {
    format!(
        "<ORDERSTATUS>x</ORDERSTATUS><TRANS_STAT>{state}</TRANS_STAT><ORIG_TRANS_AMT>168.00</ORIG_TRANS_AMT>\
         <CAPTURE_AMT>{captured}</CAPTURE_AMT><CREDIT_AMT>{credited}</CREDIT_AMT><AUTH_CODE>{code}</AUTH_CODE>\
         <PAN>4000 00** **** 0010</PAN>"
    )
}

#[rstest]
#[case::held("A", "0.00", "0.00", OrderStatus::Authorised)]
#[case::taken("C", "168.00", "0.00", OrderStatus::Captured)]
#[case::part_back("C", "168.00", "1.00", OrderStatus::Captured)]
#[case::all_back("C", "168.00", "168.00", OrderStatus::Refunded)]
#[case::undone("V", "0.00", "0.00", OrderStatus::Voided)]
#[case::declined("D", "0.00", "0.00", OrderStatus::Declined)]
#[case::cancelled_after_a_hold("CNCL", "0.00", "0.00", OrderStatus::Voided)]
#[case::open("PN", "0.00", "0.00", OrderStatus::Pending)]
fn states(#[case] state: &str, #[case] captured: &str, #[case] credited: &str, #[case] status: OrderStatus) {
    // Response speaks about the query or the last card; only TRANS_STAT counts.
    for word in ["Approved", "Declined"] {
        let report = read_report(OID, &answer(OID, word, "00", "", &extra(state, captured, credited, "P9"))).unwrap();
        assert_eq!((report.status, report.amount), (status, Some(Money::from_minor(16_800))));
        assert_eq!((report.auth_code.as_str(), report.card_mask.as_str()), ("P9", "4000 00** **** 0010"));
    }
}

#[test]
fn abandoned_before_a_card_is_declined() {
    let body = answer(OID, "Declined", "00", "", &extra("CNCL", "0.00", "0.00", "")).replace("P1", "");
    assert_eq!(read_report(OID, &body).unwrap().status, OrderStatus::Declined);
}

#[test]
fn the_tab_separated_list_with_amounts_in_centimes() {
    let list = "ORD_ID:HUB-1\tCHARGE_TYPE_CD:S\tORIG_TRANS_AMT:16800\tCAPTURE_AMT:16800\tTRANS_STAT:C\tAUTH_CODE:P7";
    let body = answer(OID, "Approved", "00", "", &format!("<ORDERSTATUS>{list}</ORDERSTATUS>"));
    let report = read_report(OID, &body).unwrap();
    assert_eq!((report.status, report.captured), (OrderStatus::Captured, Some(Money::from_minor(16_800))));
    assert_eq!((report.auth_code.as_str(), report.refunded), ("P7", None));
}

#[test]
fn an_order_never_seen() {
    let report = read_report(OID, &answer(OID, "Error", "99", "No record found", "")).unwrap();
    assert_eq!(report.status, OrderStatus::NotFound);
}

#[rstest]
#[case::wrong_password(answer(OID, "Error", "99", "Name, Password or ClientId is wrong", ""))]
#[case::unknown_state(answer(OID, "Approved", "00", "", &extra("Z", "0.00", "0.00", "")))]
#[case::bad_amount(answer(OID, "Approved", "00", "", &extra("C", "1,5", "0.00", "")))]
#[case::other_order(answer("HUB-2", "Error", "99", "No record found", ""))]
#[case::garbage("<CC5Response><Extra>".to_owned())]
fn never_guessed(#[case] body: String) {
    assert!(read_report(OID, &body).is_err());
}
