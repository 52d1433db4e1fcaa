//! Billers of the FATOURATI SOAP protocol: `docs/biller-fatourati-soap.md` from the biller hub's side.

use std::fmt::Write;

use actix_web::{HttpRequest, HttpResponse, web};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use md5::{Digest, Md5};

use crate::amount::{parse_amount, show_amount};
use crate::book::{BookingOutcome, Claim, Look, PaidArticle, look_reference};
use crate::faults::Injected;
use crate::reply::{Reply, under_faults};
use crate::seed::{self, SeedBiller};
use crate::signing::{same, sha256_hex};
use crate::world::World;
use crate::xml::{self, Node, escape};

const NAMESPACE: &str = "http://skeleton.services.canalpaiement.unipay.maroctelecommerce.ma";

/// Every operation with the fault call it belongs to.
const OPERATIONS: [(&str, &str); 6] = [
    ("getListCreanciers", "forms"),
    ("getListCreances", "forms"),
    ("getForms", "forms"),
    ("getImpayes", "find"),
    ("setConfirmation", "confirm"),
    ("setAnnulation", "cancel"),
];

pub(super) fn routes(config: &mut web::ServiceConfig) {
    config.route("/soap/{code}", web::post().to(answer));
}

/// An element of an answer.
enum Element {
    Leaf(&'static str, String),
    Group(&'static str, Vec<Element>),
}

fn leaf(name: &'static str, text: impl Into<String>) -> Element {
    Element::Leaf(name, text.into())
}

/// A refusal by return code.
struct Refusal(&'static str, String);

type Outcome = Result<(&'static str, Vec<Element>), Refusal>;

fn refuse<T>(code: &'static str, message: impl Into<String>) -> Result<T, Refusal> {
    Err(Refusal(code, message.into()))
}

async fn answer(world: web::Data<World>, code: web::Path<u16>, request: HttpRequest, body: web::Bytes) -> HttpResponse {
    let Some(biller) = seed::biller(*code).filter(|biller| biller.protocol == "fatourati_soap") else {
        return Reply::text(404, format!("no SOAP biller {code} here\n")).into_response();
    };
    let operation = match read_envelope(&request, &body) {
        Ok(operation) => operation,
        Err(fault) => return soap_fault("soapenv:Client", &fault).into_response(),
    };
    let call = OPERATIONS.iter().find(|(name, _)| *name == operation.name).map_or("forms", |(_, call)| *call);
    under_faults(&world, &format!("biller:{code}"), call, |injected| {
        let outcome = operate(&world, biller, &operation, injected);
        render(&world.config.biller_secret, &operation, outcome)
    })
    .await
}

/// The operation's element.
fn read_envelope(request: &HttpRequest, body: &[u8]) -> Result<Node, String> {
    let text = std::str::from_utf8(body).map_err(|_| "the message is not UTF-8".to_owned())?;
    let envelope = xml::parse(text)?;
    let operation = envelope.child("Body").and_then(|body| body.children.first());
    let operation = operation.filter(|_| envelope.name == "Envelope").ok_or("an Envelope with a Body is expected")?;
    if !OPERATIONS.iter().any(|(name, _)| *name == operation.name) {
        return Err(format!("no operation {}", operation.name));
    }
    let action = request.headers().get("SOAPAction").and_then(|value| value.to_str().ok()).unwrap_or_default();
    if action != format!("\"{NAMESPACE}/{}\"", operation.name) {
        return Err(format!("SOAPAction is {action}, expected \"{NAMESPACE}/{}\"", operation.name));
    }
    Ok(operation.clone())
}

fn soap_fault(code: &str, fault: &str) -> Reply {
    let fault = escape(fault);
    Reply::xml(
        500,
        format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<soapenv:Envelope \
             xmlns:soapenv=\"http://schemas.xmlsoap.org/soap/envelope/\"><soapenv:Body><soapenv:Fault>\
             <faultcode>{code}</faultcode><faultstring>{fault}</faultstring>\
             </soapenv:Fault></soapenv:Body></soapenv:Envelope>"
        ),
    )
}

/// The text of every innermost element but MAC, in document order.
fn concatenation(node: &Node) -> String {
    match node.children.as_slice() {
        [] if node.name == "MAC" => String::new(),
        [] => node.text.clone(),
        children => children.iter().map(concatenation).collect(),
    }
}

fn mac(concatenation: &str, secret: &str) -> String {
    STANDARD.encode(Md5::digest(format!("{concatenation}{secret}")))
}

fn write_elements(elements: &[Element], xml: &mut String, signed: &mut String) {
    for element in elements {
        match element {
            Element::Leaf(name, text) => {
                signed.push_str(text);
                // Writing to a String does not fail.
                let _ = write!(xml, "<{name}>{}</{name}>", escape(text));
            }
            Element::Group(name, children) => {
                let _ = write!(xml, "<{name}>");
                write_elements(children, xml, signed);
                let _ = write!(xml, "</{name}>");
            }
        }
    }
}

fn render(secret: &str, operation: &Node, outcome: Outcome) -> Reply {
    let elements = match outcome {
        Ok((code, elements)) => {
            let message = if code == "301" { "transaction déjà traitée" } else { "OK" };
            [leaf("codeRetour", code), leaf("msg", message)].into_iter().chain(elements).collect::<Vec<_>>()
        }
        Err(Refusal(code, message)) => {
            let reference = operation.get("refTxSysPmt").map(|reference| leaf("refTxSysPmt", reference));
            [leaf("codeRetour", code), leaf("msg", message)].into_iter().chain(reference).collect()
        }
    };
    let (mut inner, mut signed) = (String::new(), String::new());
    write_elements(&elements, &mut inner, &mut signed);
    let (name, mac) = (&operation.name, mac(&signed, secret));
    Reply::xml(
        200,
        format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<soapenv:Envelope \
             xmlns:soapenv=\"http://schemas.xmlsoap.org/soap/envelope/\"><soapenv:Body>\
             <ns:{name}Response xmlns:ns=\"{NAMESPACE}\">{inner}<MAC>{mac}</MAC></ns:{name}Response>\
             </soapenv:Body></soapenv:Envelope>"
        ),
    )
}

fn operate(world: &World, biller: &'static SeedBiller, operation: &Node, injected: &Injected) -> Outcome {
    let get = |name: &str| operation.get(name).unwrap_or_default();
    if !same(&mac(&concatenation(operation), &world.config.biller_secret), get("MAC")) {
        return refuse("100", "signature invalide");
    }
    if get("aquereurID").is_empty() {
        return refuse("101", "système de paiement inconnu");
    }
    let date = get("dateServeur");
    if date.len() != 14 || !date.bytes().all(|byte| byte.is_ascii_digit()) {
        return refuse("902", "dateServeur n'est pas de la forme AAAAMMJJhhmmss");
    }
    if !["1", "2", "3", "4"].contains(&get("typeCanal")) {
        return refuse("113", "canal inconnu");
    }
    if injected.refuse && operation.name != "setConfirmation" {
        return refuse("902", "refusé par une panne simulée");
    }
    if operation.name == "getListCreanciers" {
        return Ok(("000", vec![listed(biller)]));
    }
    if get("creancierID") != biller.code.to_string() {
        return refuse("104", "créancier inconnu");
    }
    if operation.name == "getListCreances" {
        let kinds = biller.types.iter().map(|kind| {
            Element::Group("listeCreances", vec![leaf("creanceID", kind.code), leaf("nomCreance", kind.name)])
        });
        return Ok(("000", [leaf("creancierID", get("creancierID"))].into_iter().chain(kinds).collect()));
    }
    if biller.receivable_type(get("creanceID")).is_none() {
        return refuse("105", "créance inconnue");
    }
    match operation.name.as_str() {
        "getForms" => Ok(("000", form(get("creancierID"), get("creanceID")))),
        "getImpayes" => unpaid(world, biller.code, operation),
        "setConfirmation" => confirm(world, biller.code, operation, injected),
        _ => cancel(world, biller.code, operation),
    }
}

fn listed(biller: &SeedBiller) -> Element {
    let category = if biller.code < 1100 { ("01", "Eau et électricité") } else { ("02", "Télécom") };
    Element::Group(
        "listeCreanciers",
        vec![
            leaf("creancierID", biller.code.to_string()),
            leaf("nomCreancier", biller.name),
            leaf("categorieID", category.0),
            leaf("nomCategorie", category.1),
        ],
    )
}

fn form(biller: &str, kind: &str) -> Vec<Element> {
    let field = vec![
        leaf("nomChamp", "contract"),
        leaf("libelle", "Numéro de contrat"),
        leaf("typeChamp", "text"),
        leaf("formatChamp", "integer"),
        leaf("tailleMin", "7"),
        leaf("tailleMax", "7"),
        leaf("obligatoire", "1"),
    ];
    vec![leaf("creancierID", biller), leaf("creanceID", kind), Element::Group("listeChamps", field)]
}

/// Name and value of each pair of a repeated element.
fn pairs(operation: &Node, name: &str) -> Vec<(String, String)> {
    let pair = |node: &Node| {
        (node.get("nomChamp").unwrap_or_default().to_owned(), node.get("valChamp").unwrap_or_default().to_owned())
    };
    operation.all(name).map(pair).collect()
}

fn contract_of(operation: &Node) -> Result<String, Refusal> {
    let fields = pairs(operation, "CreancierVals");
    let found = fields.into_iter().find(|(name, value)| name == "contract" && !value.is_empty());
    found.map(|(_, value)| value).ok_or_else(|| Refusal("111", "le champ contract manque".into()))
}

fn reference_of(operation: &Node) -> Result<&str, Refusal> {
    let reference = operation.get("refTxSysPmt").unwrap_or_default();
    if reference.len() != 12 || !reference.bytes().all(|byte| byte.is_ascii_digit()) {
        return refuse("902", "refTxSysPmt doit avoir 12 chiffres");
    }
    Ok(reference)
}

/// The opaque context: a pair without a name, one with characters that XML escapes, one with a line break.
fn opaque(contract: &str) -> Vec<(String, String)> {
    let pair = |name: &str, value: String| (name.to_owned(), value);
    vec![
        pair("", String::new()),
        pair("zone", "12 & 13".into()),
        pair("", format!(" <{contract}> ")),
        pair("note", "é\r\nب".into()),
    ]
}

fn unpaid(world: &World, code: u16, operation: &Node) -> Outcome {
    let reference = reference_of(operation)?;
    let contract = contract_of(operation)?;
    let kind = operation.get("creanceID").unwrap_or_default();
    let due = match world.read(|state| state.book.look(code, kind, &contract)) {
        Look::Due(due) => due,
        // Both ways of saying so are in the protocol; each SOAP biller uses one.
        Look::Nothing if code == 1002 => Vec::new(),
        Look::Nothing => return refuse("302", "aucun impayé"),
        Look::Unknown => return refuse("303", "client inconnu"),
        Look::NoLookUp => return refuse("105", "créance inconnue"),
    };
    let total = due.iter().map(|line| line.minor).sum();
    let mut elements = vec![
        leaf("refTxSysPmt", reference),
        leaf("refTxFatourati", look_reference(code, kind, &contract)),
        leaf("typeFrais", "0"),
        leaf("valeurFrais", "0.00"),
        leaf("seuilMinimal", "0.00"),
        leaf("codeDevise", "504"),
        leaf("nbreCreances", due.len().to_string()),
        leaf("montantTotalTTC", show_amount(total)),
    ];
    elements.extend(
        opaque(&contract)
            .into_iter()
            .map(|(name, value)| Element::Group("globalParams", vec![leaf("nomChamp", name), leaf("valChamp", value)])),
    );
    elements.extend(due.into_iter().map(|line| {
        Element::Group(
            "impayesParams",
            vec![
                leaf("idArticle", line.id),
                leaf("description", line.description),
                leaf("dateFacture", line.date),
                leaf("prixTTC", show_amount(line.minor)),
                leaf("typeArticle", line.kind.to_string()),
            ],
        )
    }));
    Ok(("000", elements))
}

fn claim(code: u16, operation: &Node) -> Result<Claim, Refusal> {
    let get = |name: &str| operation.get(name).unwrap_or_default();
    let amount = |text: &str| {
        parse_amount(text).ok_or_else(|| Refusal("902", format!("'{text}' n'est pas un montant de la forme 168.00")))
    };
    let contract = contract_of(operation)?;
    if get("codeDevise") != "504" {
        return refuse("902", "codeDevise doit être 504");
    }
    if get("refTxFatourati") != look_reference(code, get("creanceID"), &contract) {
        return refuse("902", "refTxFatourati n'est pas celui de getImpayes");
    }
    if pairs(operation, "globalParams") != opaque(&contract) {
        return refuse("902", "globalParams n'est pas revenu inchangé");
    }
    let mut articles = Vec::new();
    for line in operation.all("listeArticleSelectionne") {
        if !["0", "1", "2", "3"].contains(&line.get("typeArticle").unwrap_or_default()) {
            return refuse("902", "typeArticle inconnu");
        }
        let id = line.get("idArticle").unwrap_or_default().to_owned();
        articles.push(PaidArticle { id, minor: amount(line.get("prixTTC").unwrap_or_default())? });
    }
    Ok(Claim {
        biller: code,
        receivable_type: get("creanceID").to_owned(),
        contract,
        reference: reference_of(operation)?.to_owned(),
        articles,
        minor: amount(get("montantTotalTTC"))?,
        authorisation: get("codeAutorisation").to_owned(),
        digest: sha256_hex(concatenation(operation).as_bytes()),
    })
}

fn confirm(world: &World, code: u16, operation: &Node, injected: &Injected) -> Outcome {
    let claim = claim(code, operation)?;
    let reference = claim.reference.clone();
    let (known, outcome) = world.change(|state| {
        let known = state.book.is_confirmed(code, &claim.reference);
        (known, state.book.confirm(claim, injected.refuse, injected.pending, world.now()))
    });
    match outcome {
        BookingOutcome::Confirmed { receipt_number, date } => Ok((
            if known { "301" } else { "000" },
            vec![
                leaf("refTxSysPmt", reference),
                leaf("refTxFatourati", operation.get("refTxFatourati").unwrap_or_default()),
                leaf("numRecu", receipt_number),
                leaf("dateOperation", date.to_string()),
            ],
        )),
        BookingOutcome::Refused { code, message } => refuse("902", format!("{code} {message}")),
        BookingOutcome::Pending => refuse("908", "en cours de traitement"),
    }
}

fn cancel(world: &World, code: u16, operation: &Node) -> Outcome {
    let reference = reference_of(operation)?;
    let total = parse_amount(operation.get("montantTotalTTC").unwrap_or_default());
    let known = world.read(|state| state.book.booking(code, reference).cloned());
    let Some(booking) = known.filter(|booking| matches!(booking.outcome, BookingOutcome::Confirmed { .. })) else {
        return refuse("902", "aucun paiement confirmé sous cette référence");
    };
    if total != Some(booking.minor) {
        return refuse("902", "montantTotalTTC n'est pas celui du paiement");
    }
    if booking.booked_at.date_naive() != world.now().date_naive() {
        return refuse("902", "l'annulation n'est possible que le jour même");
    }
    world.change(|state| state.book.cancel(code, reference));
    Ok((
        if booking.cancelled { "301" } else { "000" },
        vec![
            leaf("refTxSysPmt", reference),
            leaf("refTxFatourati", operation.get("refTxFatourati").unwrap_or_default()),
        ],
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    // The protocol document's own figures, with its secret.
    #[rstest]
    #[case("900001WEB1020261123100000HUBMA", "1OmD6dE0GZ2CTwTVrwx9XA==")]
    #[case("900001WEB1020261123100000HUBMA102002000000000042contract12345678", "Z9E5bBi/zT/X3gO4xIkB3A==")]
    #[case("303client inconnu000000000042", "tEY7OQhEcBabjm7+YnKOEQ==")]
    fn macs(#[case] concatenation: &str, #[case] expected: &str) {
        assert_eq!(mac(concatenation, "mac-secret"), expected);
    }
}
