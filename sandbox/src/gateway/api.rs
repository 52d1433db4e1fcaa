//! `/fim/api`: the hub's own operations on an order, as CC5Request XML.

use actix_web::{HttpRequest, HttpResponse, web};

use super::order::{CardMovementKind, CardOrder, OrderState};
use crate::amount::{parse_amount, show_amount};
use crate::reply::{Reply, under_faults};
use crate::signing::same;
use crate::world::World;
use crate::xml::{self, Node, escape};

/// An answer: Response, ProcReturnCode, ErrMsg and the Extra fields.
struct Answer {
    response: &'static str,
    code: &'static str,
    message: String,
    extra: Vec<(&'static str, String)>,
}

fn error(message: impl Into<String>) -> Answer {
    Answer { response: "Error", code: "99", message: message.into(), extra: Vec::new() }
}

/// One operation. The body is the XML itself or a form whose field DATA holds it.
pub(super) async fn answer(world: web::Data<World>, request: HttpRequest, body: web::Bytes) -> HttpResponse {
    let text = match document(&request, &body) {
        Ok(text) => text,
        Err(fault) => return Reply::xml(400, render(&Node::default(), None, &error(fault))).into_response(),
    };
    let call = call_of(&world, &text);
    under_faults(&world, "gateway", call, |injected| {
        let node = match xml::parse(&text) {
            Ok(node) if node.name == "CC5Request" => node,
            Ok(node) => {
                let fault = format!("the root element is '{}', expected CC5Request", node.name);
                return Reply::xml(400, render(&Node::default(), None, &error(fault)));
            }
            Err(fault) => return Reply::xml(400, render(&Node::default(), None, &error(fault))),
        };
        let answer = if injected.refuse {
            Answer {
                response: "Declined",
                code: "05",
                message: "refused by a fault of the sandbox".into(),
                extra: Vec::new(),
            }
        } else {
            operate(&world, &node)
        };
        let order = world.read(|state| state.orders.get(node.get("OrderId").unwrap_or_default().trim()).cloned());
        Reply::xml(200, render(&node, order.as_ref(), &answer))
    })
    .await
}

/// Under which name the faults of an operation are looked for: its own, where there are any.
fn call_of(world: &World, text: &str) -> &'static str {
    let node = xml::parse(text).unwrap_or_default();
    let own = match node.get("Type").map(str::trim) {
        Some("Credit") => "credit",
        Some("Void") => "void",
        Some("PostAuth") => "capture",
        _ => return "api",
    };
    let is_faulty = world
        .read(|state| state.faults.iter().any(|rule| rule.target == "gateway" && rule.call.as_deref() == Some(own)));
    if is_faulty { own } else { "api" }
}

fn document(request: &HttpRequest, body: &[u8]) -> Result<String, String> {
    let form = request.headers().get("content-type").and_then(|value| value.to_str().ok());
    if form.is_some_and(|kind| kind.starts_with("application/x-www-form-urlencoded")) {
        let fields = web::Query::<Vec<(String, String)>>::from_query(std::str::from_utf8(body).unwrap_or_default())
            .map_err(|fault| format!("the form cannot be read: {fault}"))?;
        let data = fields.into_inner().into_iter().find(|(name, _)| name.eq_ignore_ascii_case("data"));
        return data.map(|(_, value)| value).ok_or_else(|| "the form field DATA is missing".into());
    }
    String::from_utf8(body.to_vec()).map_err(|_| "the body is not UTF-8".into())
}

fn operate(world: &World, node: &Node) -> Answer {
    let get = |name: &str| node.get(name).map_or("", str::trim);
    let config = &world.config;
    let right = same(get("Name"), &config.cmi_api_user) & same(get("Password"), &config.cmi_api_password);
    if !right || get("ClientId") != config.cmi_client_id {
        return error("Name, Password or ClientId is wrong");
    }
    let oid = get("OrderId");
    if node.child("Extra").is_some_and(|extra| extra.get("ORDERSTATUS").is_some_and(|v| v.trim() == "QUERY")) {
        return world.read(|state| state.orders.get(oid).map_or_else(|| error("No record found"), status));
    }
    let kind = get("Type");
    if !["Auth", "PreAuth", "PostAuth", "Void", "Credit"].contains(&kind) {
        return error(format!("Type '{kind}' is not one of Auth, PreAuth, PostAuth, Void, Credit"));
    }
    let total = match get("Total") {
        "" if !["Auth", "PreAuth", "Credit"].contains(&kind) => None,
        typed => match parse_amount(typed) {
            Some(minor) => Some(minor),
            None => return error(format!("Total '{typed}' is not of the form 168.00")),
        },
    };
    if total.is_some() && !matches!(get("Currency"), "" | "504") {
        return error("Currency is not 504");
    }
    if let ("Auth" | "PreAuth", Some(minor)) = (kind, total) {
        let token = node.child("Extra").and_then(|extra| extra.get("PAYMENTTOKEN")).unwrap_or_default().trim();
        return charge(world, oid, minor, token, kind == "Auth");
    }
    let now = world.now();
    world.change(|state| {
        let Some(order) = state.orders.get_mut(oid) else { return error("No record found") };
        let done = match kind {
            "PostAuth" => order.capture(total.unwrap_or(order.authorised_minor), now),
            "Void" => order.void(now),
            _ => order.credit(total.unwrap_or_default(), now),
        };
        match done {
            Ok(()) => Answer { response: "Approved", code: "00", message: String::new(), extra: amounts(order) },
            Err(fault) => {
                order.refused_operations = order.refused_operations.saturating_add(1);
                error(fault)
            }
        }
    })
}

/// A new order, paid with a card that the connector knows: once per order number, and once per token.
fn charge(world: &World, oid: &str, minor: i64, token: &str, capture: bool) -> Answer {
    if oid.is_empty() || oid.len() > 64 || minor <= 0 {
        return error("OrderId or Total is missing");
    }
    let now = world.now();
    world.change(|state| {
        if state.orders.contains_key(oid) {
            return error(format!("the order {oid} exists already"));
        }
        let card = match state.tokens.get_mut(token) {
            Some(card) if !card.used => {
                card.used = true;
                card.clone()
            }
            _ => return error("the token is not known, or was used"),
        };
        let number = state.number();
        let mut order = CardOrder::of_token(oid, minor, &card.mask, now, number);
        let answer = match card.decision() {
            Ok(()) if capture => {
                order.captured_minor = minor;
                order.state = OrderState::Captured;
                order.movements.clear();
                order.moved(CardMovementKind::Auth, minor, now);
                Answer { response: "Approved", code: "00", message: String::new(), extra: amounts(&order) }
            }
            Ok(()) => Answer { response: "Approved", code: "00", message: String::new(), extra: amounts(&order) },
            Err(code) => {
                order.decline(code);
                Answer { response: "Declined", code, message: "refused by the bank".into(), extra: amounts(&order) }
            }
        };
        state.orders.insert(oid.to_owned(), order);
        answer
    })
}

fn amounts(order: &CardOrder) -> Vec<(&'static str, String)> {
    vec![
        ("TRANS_STAT", order.state.trans_stat().into()),
        ("ORIG_TRANS_AMT", show_amount(order.minor)),
        ("CAPTURE_AMT", show_amount(order.captured_minor)),
        ("CREDIT_AMT", show_amount(order.credited_minor)),
    ]
}

fn status(order: &CardOrder) -> Answer {
    let (response, code) = match order.state {
        OrderState::Open | OrderState::Abandoned => ("Declined", order.proc_return_code.as_str()),
        OrderState::Declined => ("Declined", order.proc_return_code.as_str()),
        OrderState::Authorised | OrderState::Captured | OrderState::Voided => ("Approved", "00"),
    };
    let mut extra = vec![("PROC_RET_CD", code.to_owned())];
    extra.extend(amounts(order));
    extra.push(("AUTH_CODE", order.auth_code.clone()));
    extra.push(("PAN", order.mask.clone()));
    extra.push(("ORD_ID", order.oid.clone()));
    let line: Vec<_> = extra.iter().map(|(name, value)| format!("{name}:{value}")).collect();
    extra.insert(0, ("ORDERSTATUS", line.join("\t")));
    // The query itself succeeded; what became of the order stands in Response and TRANS_STAT.
    Answer { response, code: "00", message: format!("Record(s) found for {}", order.oid), extra }
}

fn render(request: &Node, order: Option<&CardOrder>, answer: &Answer) -> String {
    let mut xml = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<CC5Response>");
    let mut element = |name: &str, value: &str| {
        xml.push_str(&format!("<{name}>{}</{name}>", escape(value)));
    };
    element("OrderId", request.get("OrderId").unwrap_or_default().trim());
    element("GroupId", request.get("OrderId").unwrap_or_default().trim());
    element("Response", answer.response);
    element("AuthCode", order.map_or("", |order| &order.auth_code));
    element("HostRefNum", order.map_or("", |order| &order.trans_id));
    element("ProcReturnCode", answer.code);
    element("TransId", order.map_or("", |order| &order.trans_id));
    element("ErrMsg", &answer.message);
    xml.push_str("<Extra>");
    for (name, value) in &answer.extra {
        xml.push_str(&format!("<{name}>{}</{name}>", escape(value)));
    }
    xml.push_str("</Extra></CC5Response>\n");
    xml
}
