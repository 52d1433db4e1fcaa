//! Envelope, MAC and return code: what all six operations share.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use md5::{Digest, Md5};
use secrecy::{ExposeSecret, SecretString};
use subtle::ConstantTimeEq;

use super::xml::{Element, is_writable, parse};
use crate::answers::bad;
use crate::connector::{BillerFailure, Refusal, WireAnswer, WireRequest};

/// Namespace of the operation elements.
pub(super) const NAMESPACE: &str = "http://skeleton.services.canalpaiement.unipay.maroctelecommerce.ma";
/// Namespace of the SOAP 1.1 envelope.
const SOAP: &str = "http://schemas.xmlsoap.org/soap/envelope/";

/// What a return code says.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Code {
    /// 000.
    Done,
    /// 301: done at an earlier try.
    AlreadyProcessed,
    /// 302.
    NothingDue,
    /// 303.
    UnknownCustomer,
    /// 908, 909, 910.
    Pending,
    /// All else: the biller hub says no.
    Refused,
}

/// An answer whose MAC is right.
pub(super) struct Answer {
    pub(super) body: Element,
    pub(super) code: Code,
    /// Code and words as they came.
    pub(super) said: Refusal,
}

/// Base64 of MD5 over the concatenated values and the secret. MD5 is the protocol's choice, inside TLS.
pub(super) fn mac(message: &Element, secret: &SecretString) -> String {
    let mut text = String::new();
    message.concatenate(&mut text);
    let digest = Md5::new().chain_update(text.as_bytes()).chain_update(secret.expose_secret().as_bytes()).finalize();
    BASE64_STANDARD.encode(digest)
}

/// A request: the values, their MAC, the envelope.
pub(super) fn request(
    endpoint: &str,
    operation: &str,
    values: Vec<Element>,
    secret: &SecretString,
) -> Result<WireRequest, BillerFailure> {
    let mut message = Element::group(operation, values);
    let mut all = String::new();
    message.concatenate(&mut all);
    if !is_writable(&all) {
        return Err(BillerFailure::Misconfigured("a value holds a control character, which XML cannot carry".into()));
    }
    let mac = mac(&message, secret);
    message.children.push(Element::leaf("MAC", mac));
    let mut body = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<soapenv:Envelope xmlns:soapenv=\"{SOAP}\"><soapenv:Body>\
         <ns:{operation} xmlns:ns=\"{NAMESPACE}\">"
    );
    message.write_children(&mut body);
    body.push_str(&format!("</ns:{operation}></soapenv:Body></soapenv:Envelope>"));
    Ok(WireRequest {
        method: "POST",
        url: endpoint.to_owned(),
        headers: vec![
            ("Content-Type".to_owned(), "text/xml; charset=utf-8".to_owned()),
            ("SOAPAction".to_owned(), format!("\"{NAMESPACE}/{operation}\"")),
        ],
        body: body.into_bytes(),
    })
}

/// Reads an answer: HTTP 200, the operation's own answer element, a right MAC (in constant time), a return code.
pub(super) fn answer(operation: &str, answer: &WireAnswer, secret: &SecretString) -> Result<Answer, BillerFailure> {
    if answer.status != 200 {
        return Err(bad(format!("HTTP {}", answer.status)));
    }
    let envelope = parse(&answer.body)?;
    if envelope.name != "Envelope" || envelope.namespace != SOAP {
        return Err(bad("not a SOAP 1.1 envelope"));
    }
    let body = envelope.only("Body")?;
    let [message] = body.children.as_slice() else { return Err(bad("the SOAP body does not hold one element")) };
    if message.name == "Fault" {
        return Err(bad("a SOAP fault"));
    }
    if message.name.strip_suffix("Response") != Some(operation) || message.namespace != NAMESPACE {
        return Err(bad(format!("not an answer to {operation}")));
    }
    let given = message.value("MAC")?;
    if !bool::from(mac(message, secret).as_bytes().ct_eq(given.as_bytes())) {
        return Err(bad("the answer's MAC is wrong"));
    }
    let code = message.value("codeRetour")?;
    if code.len() != 3 || !code.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(bad("codeRetour is not three digits"));
    }
    let said = Refusal { code: code.to_owned(), message: message.value("msg")?.to_owned() };
    let code = match code {
        "000" => Code::Done,
        "301" => Code::AlreadyProcessed,
        "302" => Code::NothingDue,
        "303" => Code::UnknownCustomer,
        "908" | "909" | "910" => Code::Pending,
        _ => Code::Refused,
    };
    Ok(Answer { body: message.clone(), code, said })
}
