//! Billers with what they take, and one biller with all that is set.

use std::collections::BTreeMap;
use std::sync::Arc;

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use biller_adapters::ConnectorSettings;
use ledger::{Channel, Language, Money, Suspension};
use payments::Hub;
use payments::catalogue::{AmountRule, Biller, FeeSlab, Limit, ReceivableType};
use staff::Permission;

use crate::staff::frame::{Faults, Frame};
use crate::staff::session::StaffSession;
use crate::web::errors::Fault;
use crate::web::{format, i18n};

/// The hub; `None` over sample data.
pub(super) fn hub(session: &StaffSession) -> Result<Arc<Hub>, Fault> {
    session.context.state.counters.clone().ok_or(Fault::NotFound)
}

/// Whoever may read all billers is bound to none of them.
pub(super) fn reader(session: &StaffSession) -> Result<(), Fault> {
    session.require(Permission::ViewBillers)?;
    if session.who.scope.biller.is_none() { Ok(()) } else { Err(Fault::Forbidden) }
}

/// The biller of an address.
pub(super) fn biller_of(hub: &Hub, code: &str) -> Result<Biller, Fault> {
    let digits = code.len() == 4 && code.bytes().all(|b| b.is_ascii_digit());
    let code: u16 = code.parse().ok().filter(|_| digits).ok_or(Fault::NotFound)?;
    hub.catalogue().get(code).cloned().ok_or(Fault::NotFound)
}

#[derive(Template)]
#[template(path = "billers/billers.html")]
struct BillersPage {
    frame: Frame,
    lines: Vec<BillerLine>,
}

struct BillerLine {
    code: u16,
    name: String,
    href: String,
    protocol: &'static str,
    types: String,
    state: String,
    tone: &'static str,
}

pub(crate) async fn show_billers(session: StaffSession) -> Result<HttpResponse, Fault> {
    reader(&session)?;
    let (hub, language) = (hub(&session)?, session.language());
    let mut held: BTreeMap<u16, Vec<Suspension>> = BTreeMap::new();
    for suspension in hub.suspensions_held().await? {
        held.entry(suspension.biller).or_default().push(suspension);
    }
    let catalogue = hub.catalogue();
    let lines = catalogue.billers().iter().map(|biller| {
        let (state, tone) = standing(language, held.get(&biller.code).map(Vec::as_slice).unwrap_or_default());
        BillerLine {
            code: biller.code,
            name: biller.name.get(language).to_owned(),
            href: format!("/{language}/staff/billers/{}", biller.code),
            protocol: protocol(&biller.connector),
            types: biller.receivable_types.iter().map(|kind| kind.name.get(language)).collect::<Vec<_>>().join(" · "),
            state,
            tone,
        }
    });
    let page = BillersPage { frame: session.frame("billers-title"), lines: lines.collect() };
    session.html(StatusCode::OK, &page)
}

/// What it takes, in words.
pub(crate) fn standing(language: Language, held: &[Suspension]) -> (String, &'static str) {
    if held.is_empty() {
        return (i18n::text(language, "billers-open"), "badge-good");
    }
    if held.iter().any(|suspension| suspension.channel.is_none()) {
        return (i18n::text(language, "billers-suspended"), "badge-bad");
    }
    let names: Vec<String> = held.iter().filter_map(|held| held.channel).map(|of| channel_name(language, of)).collect();
    let args = [("channels", i18n::Arg::Text(&names.join(" · ")))];
    (i18n::text_with(language, "billers-suspended-on", &args), "badge-wait")
}

pub(crate) fn channel_name(language: Language, channel: Channel) -> String {
    i18n::text(language, &format!("desk-channel-{}", channel.as_str().to_ascii_lowercase()))
}

/// The word of biller files.
fn protocol(connector: &ConnectorSettings) -> &'static str {
    match connector {
        ConnectorSettings::JsonRest { .. } => "json_rest",
        ConnectorSettings::FatouratiSoap { .. } => "fatourati_soap",
        ConnectorSettings::FlatFile { .. } => "flat_file",
    }
}

#[derive(Template)]
#[template(path = "billers/biller.html")]
struct BillerPage {
    frame: Frame,
    code: u16,
    name: String,
    href: String,
    state: String,
    tone: &'static str,
    faults: Faults,
    may: bool,
    /// Label and value, and whether the value is a code.
    facts: Vec<(String, String, bool)>,
    kinds: Vec<KindView>,
    held: Vec<HeldView>,
    past: Vec<HeldView>,
    channels: Vec<(String, String, bool)>,
    typed: String,
}

struct KindView {
    title: String,
    facts: Vec<(String, String)>,
    fields: Vec<(String, String)>,
    limits: Vec<[String; 4]>,
    fees: Vec<[String; 3]>,
}

struct HeldView {
    id: i64,
    what: String,
    reason: String,
    since: String,
    by: String,
    lifted: String,
    action: String,
}

/// What a form shows again.
#[derive(Default)]
pub(super) struct Typed {
    pub(super) reason: String,
    pub(super) channel: String,
    pub(super) fault: Option<(&'static str, String)>,
}

pub(crate) async fn show_biller(session: StaffSession, request: HttpRequest) -> Result<HttpResponse, Fault> {
    reader(&session)?;
    let hub = hub(&session)?;
    let biller = biller_of(&hub, request.match_info().get("biller").unwrap_or_default())?;
    show(&session, &hub, &biller, StatusCode::OK, Typed::default()).await
}

pub(super) async fn show(
    session: &StaffSession,
    hub: &Hub,
    biller: &Biller,
    status: StatusCode,
    typed: Typed,
) -> Result<HttpResponse, Fault> {
    let language = session.language();
    let all = hub.biller_suspensions(biller.code).await?;
    let (held, past): (Vec<_>, Vec<_>) = all.into_iter().partition(|suspension| suspension.lifted.is_none());
    let (state, tone) = standing(language, &held);
    let view = |suspension: &Suspension| held_view(session, biller.code, suspension);
    let mut channels = vec![(String::new(), i18n::text(language, "billers-all-channels"), typed.channel.is_empty())];
    channels.extend(Channel::ALL.iter().map(|channel| {
        (channel.as_str().to_owned(), channel_name(language, *channel), typed.channel == channel.as_str())
    }));
    let page = BillerPage {
        frame: session.frame("billers-one-title"),
        code: biller.code,
        name: biller.name.get(language).to_owned(),
        href: session.context.url(&format!("/staff/billers/{}", biller.code)),
        state,
        tone,
        faults: match typed.fault {
            // Lifted meanwhile: the form is gone, and its fault is told beside what is set.
            Some(("held", text)) if held.is_empty() => Faults::one("settings", text),
            Some((target, text)) => Faults::one(target, text),
            None => Faults::default(),
        },
        may: session.who.may(Permission::ManageBillers),
        facts: facts(language, biller),
        kinds: biller.receivable_types.iter().map(|kind| kind_view(language, kind)).collect(),
        held: held.iter().map(view).collect(),
        past: past.iter().map(view).collect(),
        channels,
        typed: typed.reason,
    };
    session.html(status, &page)
}

fn held_view(session: &StaffSession, biller: u16, suspension: &Suspension) -> HeldView {
    let language = session.language();
    let lifted = suspension.lifted.as_ref().map(|(at, by, why)| {
        let at = format::stamp(at.and_utc());
        let args = [("at", i18n::Arg::Text(&at)), ("name", i18n::Arg::Text(&by.name)), ("why", i18n::Arg::Text(why))];
        i18n::text_with(language, "billers-lifted", &args)
    });
    HeldView {
        id: suspension.id,
        what: suspension
            .channel
            .map_or_else(|| i18n::text(language, "billers-all-channels"), |of| channel_name(language, of)),
        reason: suspension.reason.clone(),
        since: format::stamp(suspension.since.and_utc()),
        by: suspension.by.name.clone(),
        lifted: lifted.unwrap_or_default(),
        action: session.context.url(&format!("/staff/billers/{biller}/resume")),
    }
}

fn facts(language: Language, biller: &Biller) -> Vec<(String, String, bool)> {
    let text = |key: &str| i18n::text(language, key);
    // A secret's name is told, the secret is not at hand.
    let (addresses, secret): (Vec<&str>, &str) = match &biller.connector {
        ConnectorSettings::JsonRest { base_url, secret_env } => (vec![base_url], secret_env),
        ConnectorSettings::FatouratiSoap { endpoint, secret_env, .. } => (vec![endpoint], secret_env),
        ConnectorSettings::FlatFile { bills_url, payments_url, secret_env } => {
            (vec![bills_url, payments_url], secret_env)
        }
    };
    let mut facts = vec![
        (text("billers-protocol"), protocol(&biller.connector).to_owned(), true),
        (text("billers-address"), addresses.join(" "), true),
        (text("billers-secret"), secret.to_owned(), true),
        (text("billers-quote-hours"), biller.quote_lifetime_hours.to_string(), true),
        (text("billers-cut-off"), biller.terms.cut_off.format("%H:%M:%S").to_string(), true),
        (text("billers-minimum"), money(language, biller.terms.minimum), false),
        (text("billers-vat"), format!("{} %", biller.terms.vat_percent.normalize()), true),
    ];
    facts.extend(biller.terms.accounts.iter().map(|account| (account.holder.clone(), account.rib.clone(), true)));
    facts
}

fn money(language: Language, amount: Option<Money>) -> String {
    amount.map_or_else(|| "—".to_owned(), |amount| format::money(language, amount))
}

fn kind_view(language: Language, kind: &ReceivableType) -> KindView {
    let text = |key: &str| i18n::text(language, key);
    let yes = |is: bool| text(if is { "billers-yes" } else { "billers-no" });
    let rule = match &kind.amount_rule {
        AmountRule::Exact => text("billers-rule-exact"),
        AmountRule::ExactOrMore => text("billers-rule-exact-or-more"),
        AmountRule::ExactOrLess => text("billers-rule-exact-or-less"),
        AmountRule::Any => text("billers-rule-any"),
        AmountRule::Range { min, max, multiple } => {
            let [min, max, multiple] = [min, max, multiple].map(|amount| format::money(language, *amount));
            let args = [
                ("min", i18n::Arg::Text(&min)),
                ("max", i18n::Arg::Text(&max)),
                ("multiple", i18n::Arg::Text(&multiple)),
            ];
            i18n::text_with(language, "billers-rule-range", &args)
        }
    };
    let limit = |limit: &Limit| {
        let instrument = text(&format!("instrument-{}", limit.instrument));
        [channel_name(language, limit.channel), instrument, money(language, limit.min), money(language, limit.max)]
    };
    let fee = |slab: &FeeSlab| {
        let range = format!("{} – {}", money(language, slab.from), money(language, slab.to));
        let price = format!("{} + {} %", format::money(language, slab.flat), slab.percent.normalize());
        [slab.effective_from.to_string(), range, price]
    };
    KindView {
        title: format!("{} {}", kind.code, kind.name.get(language)),
        facts: vec![
            (text("billers-rule"), rule),
            (text("billers-fetch"), yes(kind.fetch)),
            (text("billers-tax"), yes(kind.tax)),
            (text("billers-cancellable"), yes(kind.cancellable)),
        ],
        fields: kind.form.iter().map(|field| (field.label.get(language).to_owned(), field.name.clone())).collect(),
        limits: kind.limits.iter().map(limit).collect(),
        fees: kind.fees.iter().map(fee).collect(),
    }
}
