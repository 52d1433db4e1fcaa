use rstest::rstest;
use secrecy::SecretString;

use super::envelope::{NAMESPACE, mac};
use super::xml::parse;
use super::*;
use crate::connector::{BillerReceipt, Refusal};
use crate::fixtures::{at, confirmation, query, wire};

/// The protocol's own page: its examples are the vectors.
const PAGE: &str = include_str!("../../../docs/biller-fatourati-soap.md");

fn soap() -> FatouratiSoap {
    FatouratiSoap::new(1020, "https://soap.example.ma/fatourati", "900001", secret()).unwrap()
}

fn secret() -> SecretString {
    SecretString::from("mac-secret")
}

/// The example of a message, as the hub writes it: without white space between elements.
fn example(message: &str) -> String {
    let blocks = PAGE.split("```xml\n").skip(1).map(|rest| rest.split("```").next().unwrap());
    let block = blocks.into_iter().find(|block| block.contains(&format!("<ns:{message} "))).unwrap();
    let mut lines = block.lines();
    format!("{}\n{}", lines.next().unwrap(), lines.map(str::trim_start).collect::<String>())
}

/// An answer with these inner elements and a right MAC.
fn signed(operation: &str, inner: &str) -> WireAnswer {
    let message = parse(format!("<m>{inner}</m>").as_bytes()).unwrap();
    let mac = mac(&message, &secret());
    let body = format!(
        "<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\"><s:Body><n:{operation}Response \
         xmlns:n=\"{NAMESPACE}\">{inner}<MAC>{mac}</MAC></n:{operation}Response></s:Body></s:Envelope>"
    );
    wire(200, body)
}

fn said(operation: &str, code: &str, reference: &str) -> WireAnswer {
    signed(operation, &format!("<codeRetour>{code}</codeRetour><msg>m</msg><refTxSysPmt>{reference}</refTxSysPmt>"))
}

fn cancellation() -> Cancellation {
    Cancellation {
        confirmation: confirmation(),
        cancelled_at: at("2026-11-23T11:00:00Z"),
        reason: "customer request".into(),
    }
}

#[rstest]
#[case::billers("getListCreanciers", soap().list_billers(query().asked_at))]
#[case::types("getListCreances", soap().list_receivable_types(query().asked_at))]
#[case::forms("getForms", soap().list_form_fields("02", query().asked_at))]
#[case::unpaid("getImpayes", soap().find_bills(&query()))]
#[case::confirmation("setConfirmation", soap().confirm(&confirmation(), at("2030-01-01T00:00:00Z")))]
#[case::cancellation("setAnnulation", soap().cancel(&cancellation(), at("2030-01-01T00:00:00Z")).unwrap())]
fn requests_are_those_of_the_page(#[case] operation: &str, #[case] built: Result<WireRequest, BillerFailure>) {
    let built = built.unwrap();
    assert_eq!(String::from_utf8(built.body).unwrap(), example(operation));
    assert_eq!(built.method, "POST");
    assert_eq!(built.headers[1], ("SOAPAction".into(), format!("\"{NAMESPACE}/{operation}\"")));
}

#[test]
fn the_page_s_answers_are_read() {
    let page = |operation: &str| wire(200, example(&format!("{operation}Response")));
    let FindOutcome::Bills(bill) = soap().read_bills(&query(), &page("getImpayes")).unwrap() else { panic!() };
    assert_eq!(bill.articles, confirmation().articles);
    assert_eq!(bill.opaque, confirmation().opaque);
    assert_eq!(bill.biller_reference, "700000000001");
    let confirmed = soap().read_confirmation(&confirmation(), &page("setConfirmation")).unwrap();
    let date = Some("2026-11-23".parse().unwrap());
    assert_eq!(confirmed, ConfirmOutcome::Confirmed(BillerReceipt { number: "R-2026-1".into(), date }));
    let cancelled = soap().read_cancellation(&cancellation(), &page("setAnnulation")).unwrap();
    assert_eq!(cancelled, CancelOutcome::Cancelled);
    assert_eq!(soap().read_billers(&page("getListCreanciers")).unwrap()[0].name, "Eau du Nord");
    assert_eq!(soap().read_receivable_types(&page("getListCreances")).unwrap()[0].code, "02");
    let fields = soap().read_form_fields("02", &page("getForms")).unwrap();
    assert_eq!((fields[0].length_min, fields[0].required), (Some(8), true));
    assert_eq!(fields[1].values[1], ("TNG".into(), "Tanger".into()));
}

#[rstest]
#[case("000", None)]
#[case("302", Some(Ok(FindOutcome::NothingDue)))]
#[case("303", Some(Ok(FindOutcome::UnknownCustomer)))]
#[case("100", Some(Err("100")))]
#[case("111", Some(Err("111")))]
#[case("301", Some(Err("301")))]
#[case("908", Some(Err("908")))]
#[case("999", Some(Err("999")))]
fn codes_of_look_ups(#[case] code: &str, #[case] expected: Option<Result<FindOutcome, &str>>) {
    let read = soap().read_bills(&query(), &said("getImpayes", code, "000000000042"));
    match expected {
        // Done, but without the values that must come with it.
        None => assert!(matches!(read, Err(BillerFailure::BadAnswer(_)))),
        Some(Ok(outcome)) => assert_eq!(read, Ok(outcome)),
        Some(Err(code)) => assert_eq!(read, Err(BillerFailure::Refused { code: code.into(), message: "m".into() })),
    }
}

#[derive(Debug, PartialEq)]
enum Word {
    Yes,
    No,
    Unknown,
}

#[rstest]
#[case("000", Word::Yes)]
#[case("301", Word::Yes)]
#[case("908", Word::Unknown)]
#[case("909", Word::Unknown)]
#[case("910", Word::Unknown)]
#[case("100", Word::No)]
#[case("101", Word::No)]
#[case("102", Word::No)]
#[case("103", Word::No)]
#[case("104", Word::No)]
#[case("105", Word::No)]
#[case("111", Word::No)]
#[case("112", Word::No)]
#[case("113", Word::No)]
#[case("302", Word::No)]
#[case("303", Word::No)]
#[case("902", Word::No)]
#[case("911", Word::No)]
#[case("999", Word::No)]
fn codes_of_confirmations_and_cancellations(#[case] code: &str, #[case] expected: Word) {
    let inner = format!(
        "<codeRetour>{code}</codeRetour><msg>m</msg><refTxSysPmt>000000000043</refTxSysPmt>\
         <refTxFatourati/><numRecu>R</numRecu><dateOperation/>"
    );
    let refusal = Refusal { code: code.into(), message: "m".into() };
    let confirmed = match soap().read_confirmation(&confirmation(), &signed("setConfirmation", &inner)).unwrap() {
        ConfirmOutcome::Confirmed(receipt) => {
            assert_eq!(receipt, BillerReceipt { number: "R".into(), date: None });
            Word::Yes
        }
        ConfirmOutcome::Refused(said) => {
            assert_eq!(said, refusal);
            Word::No
        }
        ConfirmOutcome::Unknown(_) => Word::Unknown,
    };
    assert_eq!(confirmed, expected);
    let cancelled = match soap().read_cancellation(&cancellation(), &signed("setAnnulation", &inner)).unwrap() {
        CancelOutcome::Cancelled => Word::Yes,
        CancelOutcome::Refused(said) => {
            assert_eq!(said, refusal);
            Word::No
        }
        CancelOutcome::Unknown(_) => Word::Unknown,
        CancelOutcome::NotOffered => panic!(),
    };
    assert_eq!(cancelled, expected);
}

/// Everything here may come after the biller booked: it must be an error, which the client takes for unknown.
#[rstest]
#[case::no_receipt_number(said("setConfirmation", "000", "000000000043"))]
#[case::another_payment(said("setConfirmation", "999", "000000000044"))]
#[case::another_operation(said("setAnnulation", "999", "000000000043"))]
#[case::code_not_digits(said("setConfirmation", "OK", "000000000043"))]
#[case::http_500(wire(500, said("setConfirmation", "999", "000000000043").body))]
#[case::empty(wire(200, ""))]
#[case::not_xml(wire(200, "down for maintenance"))]
#[case::cut_off({ let mut wire = said("setConfirmation", "999", "000000000043"); wire.body.truncate(200); wire })]
#[case::fault(wire(
    200,
    "<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\"><s:Body><s:Fault/></s:Body></s:Envelope>"
))]
#[case::wrong_mac(wire(200, String::from_utf8(said("setConfirmation", "999", "000000000043").body).unwrap().replace("<msg>m<", "<msg>n<")))]
#[case::not_signed(wire(200, String::from_utf8(said("setConfirmation", "999", "000000000043").body).unwrap().replace("MAC>", "MOC>")))]
#[case::other_namespace(wire(200, String::from_utf8(said("setConfirmation", "999", "000000000043").body).unwrap().replace("skeleton", "other")))]
fn no_answer_to_a_confirmation(#[case] wire: WireAnswer) {
    let read = soap().read_confirmation(&confirmation(), &wire);
    assert!(matches!(read, Err(BillerFailure::BadAnswer(_))), "{read:?}");
}

#[rstest]
#[case::count("<nbreCreances>2<", "<nbreCreances>3<")]
#[case::total("<montantTotalTTC>170.00<", "<montantTotalTTC>170.01<")]
#[case::currency("<codeDevise>504<", "<codeDevise>978<")]
#[case::kind("<typeArticle>2<", "<typeArticle>4<")]
#[case::amount("<prixTTC>2.00<", "<prixTTC>2.001<")]
#[case::zero("<prixTTC>2.00<", "<prixTTC>0.00<")]
#[case::date("2026-10-31", "2026-02-30")]
#[case::twice("<idArticle>A2<", "<idArticle>A1<")]
#[case::reference("<refTxFatourati>700000000001<", "<refTxFatourati>7<")]
fn unpaid_articles_must_add_up(#[case] from: &str, #[case] to: &str) {
    let page = example("getImpayesResponse");
    let (_, inner) = page.split_once("maroctelecommerce.ma\">").unwrap();
    let (inner, _) = inner.split_once("<MAC>").unwrap();
    assert!(inner.contains(from));
    let read = soap().read_bills(&query(), &signed("getImpayes", &inner.replacen(from, to, 1)));
    assert!(matches!(read, Err(BillerFailure::BadAnswer(_))), "{read:?}");
}

#[test]
fn no_article_is_nothing_due() {
    let inner = "<codeRetour>000</codeRetour><msg/><refTxSysPmt>000000000042</refTxSysPmt><codeDevise>504</codeDevise>\
                 <nbreCreances>0</nbreCreances><montantTotalTTC>0.00</montantTotalTTC>";
    assert_eq!(soap().read_bills(&query(), &signed("getImpayes", inner)), Ok(FindOutcome::NothingDue));
}

#[test]
fn opaque_parameters_come_back_byte_for_byte() {
    let opaque: Vec<(String, String)> = [("", ""), ("", " x "), ("a&<b>", "\r\n\t\"'é] ]>"), ("a&<b>", "again")]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into();
    let sent = soap().confirm(&Confirmation { opaque: opaque.clone(), ..confirmation() }, Utc::now()).unwrap();
    let envelope = parse(&sent.body).unwrap();
    let message = &envelope.only("Body").unwrap().children[0];
    let read: Vec<_> = message
        .all("globalParams")
        .map(|pair| (pair.value("nomChamp").unwrap().to_owned(), pair.value("valChamp").unwrap().to_owned()))
        .collect();
    assert_eq!(read, opaque);
    assert_eq!(message.value("MAC").unwrap(), mac(message, &secret()));
}

#[test]
fn every_article_kind_keeps_its_number() {
    let kinds = [ArticleKind::Receivable, ArticleKind::Fee, ArticleKind::Mandatory, ArticleKind::StampDuty];
    for (number, kind) in kinds.into_iter().enumerate() {
        assert_eq!(usize::from(kind.number()), number);
        assert_eq!(ArticleKind::from_digit(&number.to_string()), Some(kind));
    }
}

#[test]
fn what_cannot_be_said_is_not_sent() {
    let off_by_one = Confirmation { principal: Money::from_minor(17_001), ..confirmation() };
    assert!(matches!(soap().confirm(&off_by_one, Utc::now()), Err(BillerFailure::Misconfigured(_))));
    let control = Confirmation { authorisation: "\u{1}".into(), ..confirmation() };
    assert!(matches!(soap().confirm(&control, Utc::now()), Err(BillerFailure::Misconfigured(_))));
    let without_fetch = Confirmation {
        articles: Vec::new(),
        principal: Money::from_minor(5_000),
        biller_reference: String::new(),
        ..confirmation()
    };
    assert!(soap().confirm(&without_fetch, Utc::now()).is_ok());
    assert_eq!(soap().status(&confirmation(), Utc::now()), None);
}

#[rstest]
#[case::doctype("<!DOCTYPE a [<!ENTITY x \"y\">]><a/>")]
#[case::entity("<a>&x;</a>")]
#[case::encoding("<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><a/>")]
#[case::control("<a>&#1;</a>")]
#[case::surrogate("<a>&#xD800;</a>")]
#[case::two("<a/><b/>")]
#[case::mixed("<a>x<b/></a>")]
#[case::outside("<a/>x")]
#[case::prefix("<p:a/>")]
#[case::unclosed("<a><b></a>")]
#[case::deep(&format!("{}{}", "<a>".repeat(13), "</a>".repeat(13)))]
#[case::many(&format!("<a>{}</a>", "<b/>".repeat(50_000)))]
fn refused_xml(#[case] text: &str) {
    assert!(matches!(parse(text.as_bytes()), Err(BillerFailure::BadAnswer(_))));
}

#[test]
fn xml_as_it_comes() {
    let root =
        parse(b"<?xml version='1.0'?><!-- c --><a xmlns='u'><b>x &amp; <![CDATA[<y>]]>&#233;</b> <c/></a>").unwrap();
    assert_eq!((root.name.as_str(), root.namespace.as_str()), ("a", "u"));
    assert_eq!(root.value("b").unwrap(), "x & <y>é");
    assert_eq!(root.value("c").unwrap(), "");
}

proptest::proptest! {
    #[test]
    fn reading_never_panics(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..300)) {
        let _ = parse(&bytes);
    }

    #[test]
    fn reading_marked_up_text_never_panics(text in "[<>/a-c&;#x0-9 \"'=:!\\[\\]?-]{0,120}") {
        let _ = parse(text.as_bytes());
    }
}
