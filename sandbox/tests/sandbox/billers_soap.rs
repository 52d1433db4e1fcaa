//! The FATOURATI protocol: MAC, return codes, the book.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use md5::{Digest, Md5};
use rstest::rstest;
use sandbox::{FaultKind, FaultRule};

use crate::support::{client, start};

const NS: &str = "http://skeleton.services.canalpaiement.unipay.maroctelecommerce.ma";

/// The texts between tags in document order: enough of a reader for messages without white space between elements.
fn texts(xml: &str) -> String {
    let mut text = String::new();
    let mut rest = xml;
    while let Some((before, after)) = rest.split_once('<') {
        text.push_str(before);
        rest = after.split_once('>').map_or("", |(_, rest)| rest);
    }
    let unescape = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&apos;", "'"), ("&#13;", "\r"), ("&amp;", "&")];
    unescape.iter().fold(text, |text, (from, to)| text.replace(from, to))
}

fn mac(text: &str) -> String {
    STANDARD.encode(Md5::digest(format!("{text}sandbox-biller-secret")))
}

fn between<'a>(xml: &'a str, name: &str) -> &'a str {
    xml.split_once(&format!("<{name}>"))
        .and_then(|(_, rest)| rest.split_once(&format!("</{name}>")))
        .map_or("", |(t, _)| t)
}

async fn send(base: &str, code: &str, operation: &str, xml: &str) -> (u16, String) {
    let request = client().post(format!("{base}/soap/{code}"));
    let request = request.header("SOAPAction", format!("\"{NS}/{operation}\"")).header("content-type", "text/xml");
    let answer = request.body(xml.to_owned()).send().await.unwrap();
    (answer.status().as_u16(), answer.text().await.unwrap())
}

fn envelope(operation: &str, inner: &str, mac: &str) -> String {
    format!(
        "<?xml version=\"1.0\"?><s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\"><s:Body>\
         <n:{operation} xmlns:n=\"{NS}\">{inner}<MAC>{mac}</MAC></n:{operation}></s:Body></s:Envelope>"
    )
}

/// Sends a signed operation and checks the answer's MAC.
async fn call(base: &str, code: &str, operation: &str, inner: &str) -> String {
    let xml = envelope(operation, inner, &mac(&texts(&format!("{inner}<x>"))));
    let (status, answer) = send(base, code, operation, &xml).await;
    assert_eq!(status, 200, "{answer}");
    let start = answer.find("<codeRetour>").unwrap();
    let end = answer.find("<MAC>").unwrap();
    assert_eq!(between(&answer, "MAC"), mac(&texts(&format!("{}<x>", &answer[start..end]))), "{answer}");
    answer
}

const HEAD: &str = "<aquereurID>900001</aquereurID><canalID>WEB</canalID><typeCanal>1</typeCanal><modeID>1</modeID>\
                    <dateServeur>20261123100000</dateServeur><outlet>HUB</outlet><location>MA</location>";

fn fetch(biller: &str, kind: &str, contract: &str) -> String {
    format!(
        "{HEAD}<creancierID>{biller}</creancierID><creanceID>{kind}</creanceID><refTxSysPmt>000000000042</refTxSysPmt>\
         <CreancierVals><nomChamp>contract</nomChamp><valChamp>{contract}</valChamp></CreancierVals>"
    )
}

/// A confirmation of everything a fetch brought, its opaque context copied as it came.
fn confirmation(bill: &str, biller: &str, contract: &str, reference: &str) -> String {
    let opaque: String = bill
        .split("<globalParams>")
        .skip(1)
        .map(|part| format!("<globalParams>{}</globalParams>", part.split("</globalParams>").next().unwrap()))
        .collect();
    let lines: String = bill
        .split("<impayesParams>")
        .skip(1)
        .map(|line| {
            let (id, price, kind) =
                (between(line, "idArticle"), between(line, "prixTTC"), between(line, "typeArticle"));
            format!(
                "<listeArticleSelectionne><idArticle>{id}</idArticle><prixTTC>{price}</prixTTC>\
                 <typeArticle>{kind}</typeArticle></listeArticleSelectionne>"
            )
        })
        .collect();
    let (fetched, total) = (between(bill, "refTxFatourati"), between(bill, "montantTotalTTC"));
    format!(
        "{HEAD}<creancierID>{biller}</creancierID><creanceID>01</creanceID><refTxSysPmt>{reference}</refTxSysPmt>\
         <refTxFatourati>{fetched}</refTxFatourati><CreancierVals><nomChamp>contract</nomChamp>\
         <valChamp>{contract}</valChamp></CreancierVals><codeAutorisation>P12345</codeAutorisation>\
         <codeDevise>504</codeDevise><codeReconciliation>20261123</codeReconciliation>\
         <montantTotalTTC>{total}</montantTotalTTC>{opaque}{lines}"
    )
}

#[rstest]
#[case("1002", "01", "1002001", "000", 4)]
#[case("1002", "01", "1002002", "000", 1)]
#[case("1002", "01", "1002003", "000", 0)]
#[case("1002", "01", "9999999", "303", 0)]
#[case("1002", "07", "1002002", "105", 0)]
#[case("1102", "01", "1102001", "000", 1)]
#[case("1102", "01", "1102003", "302", 0)]
#[actix_web::test]
async fn fetches(
    #[case] biller: &str,
    #[case] kind: &str,
    #[case] contract: &str,
    #[case] code: &str,
    #[case] lines: usize,
) {
    let sandbox = start().await;
    let answer = call(&sandbox.base_url(), biller, "getImpayes", &fetch(biller, kind, contract)).await;
    assert_eq!(between(&answer, "codeRetour"), code);
    assert_eq!(answer.matches("<impayesParams>").count(), lines);
    sandbox.stop().await;
}

#[actix_web::test]
async fn confirms_once_says_301_after_that_and_cancels() {
    let sandbox = start().await;
    let base = sandbox.base_url();
    let bill = call(&base, "1002", "getImpayes", &fetch("1002", "01", "1002001")).await;
    let body = confirmation(&bill, "1002", "1002001", "000000000043");
    let first = call(&base, "1002", "setConfirmation", &body).await;
    assert_eq!(between(&first, "codeRetour"), "000", "{first}");
    let second = call(&base, "1002", "setConfirmation", &body).await;
    assert_eq!(between(&second, "codeRetour"), "301");
    assert!(!between(&first, "numRecu").is_empty());
    assert_eq!(between(&second, "numRecu"), between(&first, "numRecu"));
    let other = confirmation(&bill, "1002", "1002001", "000000000044");
    assert_eq!(between(&call(&base, "1002", "setConfirmation", &other).await, "codeRetour"), "902");

    let undo = |total: &str| {
        format!(
            "{HEAD}<creancierID>1002</creancierID><creanceID>01</creanceID><refTxSysPmt>000000000043</refTxSysPmt>\
             <refTxFatourati></refTxFatourati><codeDevise>504</codeDevise><montantTotalTTC>{total}</montantTotalTTC>\
             <motif>test</motif>"
        )
    };
    for (total, code) in [("1.00", "902"), ("343.45", "000"), ("343.45", "301")] {
        assert_eq!(between(&call(&base, "1002", "setAnnulation", &undo(total)).await, "codeRetour"), code, "{total}");
    }
    let again = call(&base, "1002", "getImpayes", &fetch("1002", "01", "1002001")).await;
    assert_eq!(again.matches("<impayesParams>").count(), 4);
    assert_eq!(between(&call(&base, "1002", "setConfirmation", &body).await, "codeRetour"), "902");
    sandbox.stop().await;
}

#[rstest]
#[case("53.81", "000", "484.35")]
#[case("538.16", "000", "")]
#[case("538.17", "902", "538.16")]
#[actix_web::test]
async fn instalments_leave_the_rest_due(#[case] paid: &str, #[case] code: &str, #[case] left: &str) {
    let sandbox = start().await;
    let base = sandbox.base_url();
    let bill = call(&base, "1102", "getImpayes", &fetch("1102", "01", "1102001")).await;
    let body = confirmation(&bill, "1102", "1102001", "000000000043").replace("538.16", paid);
    assert_eq!(between(&call(&base, "1102", "setConfirmation", &body).await, "codeRetour"), code);
    let rest = call(&base, "1102", "getImpayes", &fetch("1102", "01", "1102001")).await;
    assert_eq!(between(&rest, "montantTotalTTC"), left);
    sandbox.stop().await;
}

#[rstest]
#[case("<valChamp>12 &amp; 13</valChamp>", "<valChamp>12 &amp; 14</valChamp>")]
#[case("<refTxFatourati>1002", "<refTxFatourati>1003")]
#[case("<codeDevise>504", "<codeDevise>978")]
#[case("<prixTTC>120.16", "<prixTTC>120.1")]
#[case("<refTxSysPmt>000000000043", "<refTxSysPmt>43")]
#[case("<creancierID>1002", "<creancierID>1003")]
#[case("<dateServeur>20261123100000", "<dateServeur>today")]
#[actix_web::test]
async fn refuses_a_changed_confirmation(#[case] from: &str, #[case] to: &str) {
    let sandbox = start().await;
    let base = sandbox.base_url();
    let bill = call(&base, "1002", "getImpayes", &fetch("1002", "01", "1002002")).await;
    let body = confirmation(&bill, "1002", "1002002", "000000000043");
    assert!(body.contains(from));
    let answer = call(&base, "1002", "setConfirmation", &body.replace(from, to)).await;
    assert!(["902", "104"].contains(&between(&answer, "codeRetour")), "{answer}");
    assert!(sandbox.control().bookings(1002).is_empty());
    sandbox.stop().await;
}

#[actix_web::test]
async fn refuses_a_wrong_mac_and_what_is_no_soap() {
    let sandbox = start().await;
    let base = sandbox.base_url();
    let xml = envelope("getImpayes", &fetch("1002", "01", "1002002"), "AAAA");
    let (status, answer) = send(&base, "1002", "getImpayes", &xml).await;
    assert_eq!((status, between(&answer, "codeRetour")), (200, "100"));
    for (code, action, body, expected) in [
        ("1002", "getImpayes", "<a/>", 500),
        ("1002", "getImpayes", "not xml", 500),
        ("1002", "setConfirmation", &xml, 500),
        ("1001", "getImpayes", &xml, 404),
    ] {
        assert_eq!(send(&base, code, action, body).await.0, expected, "{code} {action}");
    }
    sandbox.stop().await;
}

#[rstest]
#[case("getListCreanciers", "", "nomCreancier", "Régie Atlas Eau")]
#[case("getListCreances", "<creancierID>1002</creancierID>", "creanceID", "01")]
#[case("getForms", "<creancierID>1002</creancierID><creanceID>01</creanceID>", "nomChamp", "contract")]
#[actix_web::test]
async fn lists(#[case] operation: &str, #[case] more: &str, #[case] element: &str, #[case] expected: &str) {
    let sandbox = start().await;
    let answer = call(&sandbox.base_url(), "1002", operation, &format!("{HEAD}{more}")).await;
    assert_eq!((between(&answer, "codeRetour"), between(&answer, element)), ("000", expected));
    sandbox.stop().await;
}

#[actix_web::test]
async fn pending_is_908_until_the_same_comes_again() {
    let sandbox = start().await;
    let base = sandbox.base_url();
    sandbox.control().set_fault(FaultRule::new("biller:1002", FaultKind::Pending).on("confirm").times(1)).unwrap();
    let bill = call(&base, "1002", "getImpayes", &fetch("1002", "01", "1002002")).await;
    let body = confirmation(&bill, "1002", "1002002", "000000000043");
    for code in ["908", "000", "301"] {
        assert_eq!(between(&call(&base, "1002", "setConfirmation", &body).await, "codeRetour"), code);
    }
    sandbox.stop().await;
}
