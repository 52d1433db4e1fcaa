//! The list of requests, and the form that takes one in.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use chrono::{Days, NaiveDate};
use ledger::{Language, PersonAsk, PersonRequest, PersonRequestKept, Reference};
use payments::card_numbers;
use payments::personal::{Asked, AskedFault, RequestWish, TERM_DAYS};
use serde::Deserialize;
use staff::{Action, Staff};

use super::parts::{WORD_CHARS, age, hub_for, is_late, kept, named, path, subject, tone, word};
use crate::finance::parts::{Choice, actor, day_of};
use crate::staff::frame::{Faults, Frame};
use crate::staff::session::StaffSession;
use crate::web::errors::Fault;
use crate::web::i18n;
use crate::web::inputs::{CARD_NUMBER_KEY, Posted, ascii_digits, is_email};
use crate::web::views::FaultLink;

/// Ended requests of a page.
const PAGE: i64 = 50;
/// How long ago a request may have come that is taken in, in days: an older one is a slip of the pen.
const RECEIVED_DAYS_MAX: u64 = 366;
/// Longest key of a form, and longest contract.
const KEY_MAX: usize = 32;
const CONTRACT_MAX: usize = 64;

#[derive(Deserialize)]
pub(crate) struct Place {
    /// `ended`, or nothing for those that are open.
    #[serde(default)]
    show: String,
    before: Option<i64>,
}

/// A request of the list: nothing of whose it is.
struct Row {
    number: String,
    href: String,
    kind: String,
    reference: String,
    state: String,
    tone: &'static str,
    received: String,
    age: String,
    due: String,
    is_late: bool,
    waits: bool,
    handed_out: bool,
    words: String,
}

#[derive(Default)]
struct Typed {
    kind: String,
    phone: String,
    mail: String,
    biller: String,
    contract: String,
    reference: String,
    received: String,
    language: String,
}

#[derive(Template)]
#[template(path = "personal/requests.html")]
struct RequestsPage {
    frame: Frame,
    faults: Faults,
    is_ended: bool,
    term: String,
    lines: Vec<Row>,
    late: usize,
    kinds: Vec<Choice>,
    languages: Vec<Choice>,
    billers: Vec<Choice>,
    typed: Typed,
    key: String,
    older: Option<String>,
    newest: Option<String>,
}

fn row(session: &StaffSession, request: &PersonRequest) -> Row {
    let language = session.language();
    Row {
        number: named(request.id),
        href: format!("/{language}{}", path(request.id)),
        kind: word(language, "kind", request.kind.as_str()),
        reference: request.reference.clone(),
        state: word(language, "state", request.state.as_str()),
        tone: tone(request.state),
        received: request.received_on.to_string(),
        age: age(session, request.received_on),
        due: request.due_on.to_string(),
        is_late: is_late(session, request),
        waits: request.ended_at.is_none() && request.erasure.is_some(),
        handed_out: request.handed_out_at.is_some(),
        words: request.words.clone(),
    }
}

pub(crate) async fn show_requests(session: StaffSession, place: web::Query<Place>) -> Result<HttpResponse, Fault> {
    hub_for(&session)?;
    let typed = Typed { received: day_of(session.context.now).to_string(), ..Typed::default() };
    page(&session, StatusCode::OK, &place, typed, Faults::default()).await
}

async fn page(
    session: &StaffSession,
    status: StatusCode,
    place: &Place,
    typed: Typed,
    faults: Faults,
) -> Result<HttpResponse, Fault> {
    let (hub, language) = (hub_for(session)?, session.language());
    let is_ended = match place.show.as_str() {
        "" => false,
        "ended" => true,
        _ => return Err(Fault::NotOffered),
    };
    let found = match is_ended {
        true => hub.ended_person_requests(place.before, PAGE).await?,
        false => hub.open_person_requests().await?,
    };
    let is_full = is_ended && i64::try_from(found.len()).is_ok_and(|count| count == PAGE);
    let here = format!("/{language}/staff/personal");
    let chosen = if typed.kind.is_empty() { PersonAsk::Access.as_str() } else { &typed.kind };
    let kind = |kind: &PersonAsk| Choice::new(kind.as_str(), word(language, "kind", kind.as_str()), chosen);
    let speaks = if typed.language.is_empty() { language.as_str() } else { &typed.language };
    let spoken =
        |of: &Language| Choice::new(of.as_str(), i18n::text(language, &format!("personal-language-{of}")), speaks);
    let catalogue = hub.catalogue();
    let biller = |biller: &payments::catalogue::Biller| {
        Choice::new(biller.code.to_string(), format!("{} {}", biller.code, biller.name.get(language)), &typed.biller)
    };
    let page = RequestsPage {
        frame: session.frame_with_query("personal-title", if is_ended { "show=ended" } else { "" }),
        faults,
        is_ended,
        term: TERM_DAYS.to_string(),
        late: found.iter().filter(|request| is_late(session, request)).count(),
        lines: found.iter().map(|request| row(session, request)).collect(),
        kinds: PersonAsk::ALL.iter().map(kind).collect(),
        languages: Language::ALL.iter().map(spoken).collect(),
        billers: catalogue.billers().iter().map(biller).collect(),
        key: format!("{:016x}", Reference::fresh_secret()),
        older: found.last().filter(|_| is_full).map(|last| format!("{here}?show=ended&before={}", last.id)),
        newest: place.before.map(|_| format!("{here}?show=ended")),
        typed,
    };
    session.html(status, &page)
}

/// What a form says, and what is wrong with it: fields and messages.
fn read(
    session: &StaffSession,
    posted: &Posted,
) -> Result<(RequestWish, Typed, Vec<(&'static str, &'static str)>), Fault> {
    let field = |name| posted.one(name).map(str::to_owned);
    let typed = Typed {
        kind: field("kind")?,
        phone: field("phone")?,
        mail: field("mail")?,
        biller: field("biller")?,
        contract: field("contract")?,
        reference: field("reference")?,
        received: field("received")?,
        language: field("language")?,
    };
    let kind = typed.kind.parse::<PersonAsk>().map_err(|_| Fault::NotOffered)?;
    let language = typed.language.parse::<Language>().map_err(|_| Fault::NotOffered)?;
    let key = field("key")?;
    if !(8..=KEY_MAX).contains(&key.len()) || !key.bytes().all(|b| b.is_ascii_alphanumeric()) {
        return Err(Fault::NotOffered);
    }
    let mut faults = Vec::new();
    let filled = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    let texts = [
        ("phone", &typed.phone),
        ("mail", &typed.mail),
        ("contract", &typed.contract),
        ("reference", &typed.reference),
    ];
    // A contract may look like a card's number by chance; whoever types one here knows the biller.
    let cards = texts.into_iter().filter(|(name, text)| *name != "contract" && card_numbers::holds_one(text));
    faults.extend(cards.map(|(name, _)| (name, CARD_NUMBER_KEY)));
    if !typed.mail.is_empty() && !is_email(&typed.mail) {
        faults.push(("mail", "fault-email"));
    }
    let contract = match (typed.contract.is_empty(), typed.biller.parse::<u16>()) {
        (true, _) => None,
        (false, _) if typed.contract.chars().count() > CONTRACT_MAX => {
            faults.push(("contract", "personal-fault-contract"));
            None
        }
        (false, Ok(biller)) => Some((biller, ascii_digits(&typed.contract))),
        (false, Err(_)) => {
            faults.push(("biller", "personal-fault-biller"));
            None
        }
    };
    if typed.phone.is_empty() && typed.mail.is_empty() {
        match () {
            () if typed.contract.is_empty() => faults.push(("phone", "personal-fault-nobody")),
            () if kind == PersonAsk::Erasure => faults.push(("phone", "personal-fault-erase-by")),
            () => {}
        }
    }
    if !WORD_CHARS.contains(&typed.reference.chars().count()) {
        faults.push(("reference", "personal-fault-reference"));
    } else if names_them(&typed) {
        faults.push(("reference", "personal-fault-names"));
    }
    let today = day_of(session.context.now);
    let oldest = today.checked_sub_days(Days::new(RECEIVED_DAYS_MAX)).unwrap_or(today);
    let received_on = ascii_digits(&typed.received).parse::<NaiveDate>().ok();
    let received_on = received_on.filter(|day| (oldest..=today).contains(day)).unwrap_or_else(|| {
        faults.push(("received", "personal-fault-received"));
        today
    });
    let asked = Asked { phone: filled(&typed.phone), mail: filled(&typed.mail), contract };
    Ok((RequestWish { key, kind, asked, language, reference: typed.reference.clone(), received_on }, typed, faults))
}

/// Whether the reference, which stays, has in it what goes.
fn names_them(typed: &Typed) -> bool {
    let said = ascii_digits(&typed.reference).to_lowercase();
    let digits = |text: &str| ascii_digits(text).chars().filter(char::is_ascii_digit).collect::<String>();
    let (reference, phone) = (digits(&said), digits(&typed.phone));
    let phone = phone.get(phone.len().saturating_sub(9)..).unwrap_or_default();
    let has = |text: &str| text.len() >= 4 && said.contains(&ascii_digits(text).to_lowercase());
    (phone.len() == 9 && reference.contains(phone)) || has(&typed.mail) || has(&typed.contract)
}

/// Takes a request in.
pub(crate) async fn take_in(session: StaffSession, posted: Posted) -> Result<HttpResponse, Fault> {
    let (hub, language) = (hub_for(&session)?, session.language());
    let (wish, typed, faults) = read(&session, &posted)?;
    let again = async |status, faults: Vec<(&str, &str)>| {
        let line =
            |(target, key): (&str, &str)| FaultLink { target: target.to_owned(), text: i18n::text(language, key) };
        let typed = Typed {
            kind: typed.kind.clone(),
            phone: kept(&typed.phone),
            mail: kept(&typed.mail),
            biller: kept(&typed.biller),
            contract: kept(&typed.contract),
            reference: kept(&typed.reference),
            received: kept(&typed.received),
            language: typed.language.clone(),
        };
        let place = Place { show: String::new(), before: None };
        let lines: Vec<FaultLink> = faults.into_iter().map(line).collect();
        page(&session, status, &place, typed, lines.into()).await
    };
    if !faults.is_empty() {
        return again(StatusCode::UNPROCESSABLE_ENTITY, faults).await;
    }
    let (who, kind) = (session.who.clone(), wish.kind);
    let entry = move |id: i64| Staff::audit_entry(&who, Action::PersonRequestTaken, &subject(id), kind.as_str());
    match hub.take_person_request(wish, actor(&session), entry).await? {
        Ok(PersonRequestKept::Kept(id) | PersonRequestKept::KeptBefore(id)) => Ok(session.context.see_other(&path(id))),
        Ok(PersonRequestKept::Another) => {
            again(StatusCode::CONFLICT, vec![("reference", "personal-fault-another")]).await
        }
        Err(fault) => {
            let fault = match fault {
                AskedFault::Nobody => ("phone", "personal-fault-nobody"),
                AskedFault::Phone(_) => ("phone", "fault-phone"),
                AskedFault::Biller(_) => ("biller", "personal-fault-biller"),
                AskedFault::Contract(_) => ("contract", "personal-fault-contract"),
            };
            again(StatusCode::UNPROCESSABLE_ENTITY, vec![fault]).await
        }
    }
}
