//! Settlement windows, and one of them with its figures, transfers, files and deliveries.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use ledger::{
    Delivery, KeptFile, Language, Money, Settlement, SettlementWindow, Transfer, TransferState, WindowFilter,
    WindowState,
};
use payments::catalogue::Catalogue;
use payments::finance::{is_commission_kept, transfer_name};
use serde::Deserialize;
use staff::{Action, Permission};

use super::download::{hand_out, place, refuse, taken};
use super::parts::{Choice, biller_name, hub, number, query, word};
use crate::staff::frame::Frame;
use crate::staff::session::StaffSession;
use crate::web::errors::Fault;
use crate::web::{format, i18n};

/// Windows of a page.
const PAGE: usize = 50;

#[derive(Deserialize)]
pub(crate) struct Place {
    #[serde(default)]
    biller: String,
    #[serde(default)]
    state: String,
    before: Option<i64>,
}

#[derive(Template)]
#[template(path = "finance/windows.html")]
struct WindowsPage {
    frame: Frame,
    lines: Vec<WindowRow>,
    billers: Vec<Choice>,
    states: Vec<Choice>,
    filtered: bool,
    older: Option<String>,
    newest: Option<String>,
    /// Whether orders to the bank are theirs to see.
    orders: bool,
}

struct WindowRow {
    id: String,
    biller: String,
    code: u16,
    sequence: String,
    cut_off: String,
    state: String,
    tone: &'static str,
    gross: String,
    commission: String,
    net: String,
    paid: String,
    href: String,
}

/// The word and the tone of where a window stands.
pub(crate) fn state_of(window: &SettlementWindow, settlement: Option<&Settlement>) -> (&'static str, &'static str) {
    match (settlement, window.closed_at) {
        (Some(_), _) => ("settled", "badge-good"),
        (None, Some(_)) => ("closed", "badge-wait"),
        (None, None) => ("open", ""),
    }
}

fn row(
    language: Language,
    catalogue: &Catalogue,
    window: &SettlementWindow,
    settlement: Option<&Settlement>,
) -> WindowRow {
    let (state, tone) = state_of(window, settlement);
    let money = |of: fn(&Settlement) -> Money| {
        settlement.map(|settlement| format::money(language, of(settlement))).unwrap_or_default()
    };
    WindowRow {
        id: window.id.to_string(),
        biller: biller_name(catalogue, window.biller, language),
        code: window.biller,
        sequence: settlement.map(|settlement| settlement.sequence.to_string()).unwrap_or_default(),
        cut_off: format::stamp(window.cut_off.and_utc()),
        state: word(language, "window", state),
        tone,
        gross: money(|settlement| settlement.payments.1),
        commission: money(|settlement| settlement.commission),
        net: money(|settlement| settlement.net),
        paid: money(|settlement| settlement.payout),
        href: format!("/{language}/staff/settlement/windows/{}", window.id),
    }
}

pub(crate) async fn show_windows(session: StaffSession, place: web::Query<Place>) -> Result<HttpResponse, Fault> {
    session.require(Permission::ViewSettlement)?;
    let (hub, language, own) = (hub(&session)?, session.language(), session.who.scope.biller);
    let asked = match place.biller.as_str() {
        "" => None,
        code => Some(code.parse::<u16>().map_err(|_| Fault::NotOffered)?),
    };
    if own.is_some() && asked.is_some() && own != asked {
        return Err(Fault::NotFound);
    }
    let state = match place.state.as_str() {
        "" => None,
        "open" => Some(WindowState::Open),
        "closed" => Some(WindowState::Closed),
        "settled" => Some(WindowState::Settled),
        _ => return Err(Fault::NotOffered),
    };
    let filter = WindowFilter { biller: own.or(asked), state };
    let limit = i64::try_from(PAGE).unwrap_or(i64::MAX);
    let found = hub.settlement_windows(filter, place.before, limit).await?;
    let catalogue = hub.catalogue();
    let parts = [("biller", place.biller.as_str()), ("state", place.state.as_str())];
    let kept = query(&parts);
    let here = |more: &str| {
        let all = [kept.as_str(), more].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("&");
        let all = if all.is_empty() { String::new() } else { format!("?{all}") };
        format!("/{language}/staff/settlement{all}")
    };
    let last = found.last().filter(|_| found.len() == PAGE).map(|(window, _)| window.id);
    let all = || Choice::new("", i18n::text(language, "finance-all"), "");
    let mut billers = vec![all()];
    let offered = catalogue.billers().iter().filter(|biller| own.is_none_or(|own| own == biller.code));
    billers.extend(offered.map(|biller| {
        let name = format!("{} {}", biller.code, biller.name.get(language));
        Choice::new(biller.code.to_string(), name, &place.biller)
    }));
    let mut states = vec![all()];
    let words = ["open", "closed", "settled"];
    states.extend(words.map(|state| Choice::new(state, word(language, "window", state), &place.state)));
    let page = WindowsPage {
        frame: session.frame_with_query("finance-windows-title", &kept),
        lines: found
            .iter()
            .map(|(window, settlement)| row(language, &catalogue, window, settlement.as_ref()))
            .collect(),
        billers,
        states,
        filtered: !kept.is_empty(),
        older: last.map(|id| here(&format!("before={id}"))),
        newest: place.before.map(|_| here("")),
        orders: own.is_none(),
    };
    session.html(StatusCode::OK, &page)
}

#[derive(Template)]
#[template(path = "finance/window.html")]
struct WindowPage {
    frame: Frame,
    window: WindowRow,
    /// Opening and settling, where they are known.
    times: Vec<(String, String)>,
    /// What it comes to: label, amount, whether it is the sum.
    figures: Vec<(String, String, bool)>,
    transfers: Vec<TransferRow>,
    files: Vec<FileRow>,
}

struct TransferRow {
    name: String,
    holder: String,
    rib: String,
    amount: String,
    state: String,
    tone: &'static str,
    reason: String,
}

struct FileRow {
    name: String,
    kind: String,
    size: String,
    digest: String,
    made_at: String,
    href: String,
    deliveries: Vec<DeliveryRow>,
}

struct DeliveryRow {
    means: String,
    target: String,
    state: String,
    tone: &'static str,
    /// The proof of its arrival, or why the last try failed.
    said: String,
}

fn figures(language: Language, settlement: &Settlement) -> Result<Vec<(String, String, bool)>, Fault> {
    let money = |amount| format::money(language, amount);
    let minus = |amount: Money| money(Money::ZERO.checked_sub(amount).unwrap_or(amount));
    let counted = |key: &str, count: i64| i18n::text_with(language, key, &[("count", i18n::Arg::Number(count))]);
    let text = |key: &str| i18n::text(language, key);
    let (commission, vat) = (settlement.commission, settlement.commission_vat);
    let [commission, vat] = match is_commission_kept(settlement)? {
        true => [("finance-figure-commission", minus(commission)), ("finance-figure-vat", minus(vat))],
        false => [("finance-figure-invoiced", money(commission)), ("finance-figure-invoiced-vat", money(vat))],
    };
    Ok(vec![
        (counted("finance-figure-gross", settlement.payments.0), money(settlement.payments.1), false),
        (counted("finance-figure-refunds", settlement.refunds.0), minus(settlement.refunds.1), false),
        (text(commission.0), commission.1, false),
        (text(vat.0), vat.1, false),
        (text("finance-figure-carried-in"), money(settlement.carried_in), false),
        (text("finance-figure-net"), money(settlement.net), true),
        (text("finance-figure-paid"), money(settlement.payout), false),
        (text("finance-figure-carried-on"), money(settlement.carried_on().unwrap_or_default()), false),
    ])
}

fn transfer_row(language: Language, transfer: &Transfer) -> Result<TransferRow, Fault> {
    let tone = match transfer.state {
        TransferState::Paid => "badge-good",
        TransferState::Rejected | TransferState::Returned => "badge-bad",
        TransferState::Waiting | TransferState::Ordered => "badge-wait",
    };
    Ok(TransferRow {
        name: transfer_name(transfer)?,
        holder: transfer.holder.clone(),
        rib: transfer.rib.clone(),
        amount: format::money(language, transfer.amount),
        state: word(language, "transfer", transfer.state.as_str()),
        tone,
        reason: transfer.reason.clone(),
    })
}

fn file_row(language: Language, (file, deliveries): &(KeptFile, Vec<Delivery>)) -> FileRow {
    let size = u64::try_from(file.bytes).unwrap_or_default();
    FileRow {
        name: file.name.clone(),
        kind: word(language, "file-kind", file.kind.as_str()),
        size: i18n::text_with(language, "finance-bytes", &[("size", i18n::Arg::Text(&format::count(language, size)))]),
        digest: file.digest.clone(),
        made_at: format::stamp(file.made_at.and_utc()),
        href: format!("/{language}/staff/settlement/files/{}", file.id),
        deliveries: deliveries.iter().map(|delivery| delivery_row(language, delivery)).collect(),
    }
}

fn delivery_row(language: Language, delivery: &Delivery) -> DeliveryRow {
    let at = |key: &str, at: chrono::NaiveDateTime| {
        i18n::text_with(language, key, &[("at", i18n::Arg::Text(&format::stamp(at.and_utc())))])
    };
    let (state, tone, said) = match delivery.delivered_at {
        Some(arrived) => (at("finance-delivery-done", arrived), "badge-good", delivery.proof.clone()),
        None if delivery.attempts == 0 => (i18n::text(language, "finance-delivery-new"), "badge-wait", String::new()),
        None => (at("finance-delivery-failed", delivery.due_at), "badge-bad", delivery.failure.clone()),
    };
    DeliveryRow {
        means: word(language, "means", delivery.means.as_str()),
        target: delivery.target.clone(),
        state,
        tone,
        said,
    }
}

pub(crate) async fn show_window(
    session: StaffSession,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, Fault> {
    session.require(Permission::ViewSettlement)?;
    let (hub, language) = (hub(&session)?, session.language());
    let view = hub.settlement_window(number(&path.1)?).await?.ok_or(Fault::NotFound)?;
    within(&session, view.window.biller)?;
    let settlement = view.settlement.as_ref();
    let mut times = Vec::new();
    if let Some(settlement) = settlement {
        for (key, at) in [("finance-window-since", settlement.since), ("finance-window-settled-at", settlement.made_at)]
        {
            times.push((i18n::text(language, key), format::stamp(at.and_utc())));
        }
    }
    let page = WindowPage {
        frame: session.frame("finance-window-title"),
        window: row(language, &hub.catalogue(), &view.window, settlement),
        times,
        figures: settlement.map(|settlement| figures(language, settlement)).transpose()?.unwrap_or_default(),
        transfers: view
            .transfers
            .iter()
            .map(|transfer| transfer_row(language, transfer))
            .collect::<Result<_, Fault>>()?,
        files: view.files.iter().map(|file| file_row(language, file)).collect(),
    };
    session.html(StatusCode::OK, &page)
}

/// Another biller's is as good as none.
fn within(session: &StaffSession, biller: u16) -> Result<(), Fault> {
    match session.who.scope.biller {
        Some(own) if own != biller => Err(Fault::NotFound),
        _ => Ok(()),
    }
}

/// Hands a settlement file out, as it was made.
pub(crate) async fn download_file(
    session: StaffSession,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, Fault> {
    session.require(Permission::ViewSettlement)?;
    let hub = hub(&session)?;
    let kept = hub.settlement_file(number(&path.1)?).await?.ok_or(Fault::NotFound)?;
    within(&session, kept.biller)?;
    let place = place(&session)?;
    match hub.open_settlement_file(&kept).await {
        Ok(opened) => {
            taken(&session, Action::FileDownloaded, &format!("settlement-file {}", kept.id), &kept.name).await?;
            Ok(hand_out(opened, place))
        }
        Err(fault) => {
            let back = format!("/staff/settlement/windows/{}", kept.window);
            refuse(&session, fault, &kept.name, ("finance-action-window", &back))
        }
    }
}
