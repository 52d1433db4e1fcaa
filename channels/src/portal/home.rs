//! Where a biller's people arrive: whether payments are taken, the newest ones, windows with their files, and what else is theirs.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;
use ledger::{Language, PaymentQuery, Settlement, SettlementWindow, Suspension, WindowFilter};
use payments::Hub;
use payments::register::Wanted;
use payments::reports::ReportKind;
use staff::Permission;

use crate::billers::pages::{channel_name, standing};
use crate::finance::parts::{biller_name, hub, word};
use crate::finance::windows::state_of;
use crate::register::search::{PaymentLine, line};
use crate::staff::frame::Frame;
use crate::staff::session::StaffSession;
use crate::web::errors::Fault;
use crate::web::{format, i18n};

/// Payments that are shown here; the register has them all.
const PAYMENTS: usize = 8;
/// Windows that are shown here, each with its files: a week of days.
const WINDOWS: i64 = 7;

#[derive(Template)]
#[template(path = "portal/home.html")]
struct HomePage {
    frame: Frame,
    name: String,
    code: u16,
    state: String,
    tone: &'static str,
    held: Vec<HeldLine>,
    lines: Vec<PaymentLine>,
    windows: Vec<WindowLine>,
    /// Where else its people can go: title, what it is for, address.
    links: Vec<(String, String, String)>,
}

/// A suspension, as its biller is told of it: the reason is a word between colleagues.
struct HeldLine {
    what: String,
    since: String,
}

struct WindowLine {
    id: String,
    href: String,
    cut_off: String,
    state: String,
    tone: &'static str,
    net: String,
    paid: String,
    /// Kind and address of each file.
    files: Vec<(String, String)>,
}

/// Whoever looks after one biller, and which.
fn own(session: &StaffSession) -> Result<u16, Fault> {
    session.require(Permission::ViewBillerPayments)?;
    session.who.scope.biller.ok_or(Fault::Forbidden)
}

pub(crate) async fn show_home(session: StaffSession) -> Result<HttpResponse, Fault> {
    let (biller, language) = (own(&session)?, session.language());
    let hub = hub(&session)?;
    let catalogue = hub.catalogue();
    let suspensions = hub.suspensions_held().await?;
    let held: Vec<Suspension> = suspensions.into_iter().filter(|held| held.biller == biller).collect();
    let (state, tone) = standing(language, &held);
    let query = PaymentQuery { biller: Some(biller), ..PaymentQuery::default() };
    let found = hub.search_register(Wanted { query, contract: None }, None).await?;
    let page = HomePage {
        frame: session.frame("portal-title"),
        name: biller_name(&catalogue, biller, language),
        code: biller,
        state,
        tone,
        held: held.iter().map(|held| held_line(language, held)).collect(),
        lines: found.payments.iter().take(PAYMENTS).map(|payment| line(language, &catalogue, payment)).collect(),
        windows: windows(&session, &hub, biller).await?,
        links: links(&session, biller),
    };
    session.html(StatusCode::OK, &page)
}

fn held_line(language: Language, held: &Suspension) -> HeldLine {
    let all = || i18n::text(language, "billers-all-channels");
    HeldLine {
        what: held.channel.map_or_else(all, |of| channel_name(language, of)),
        since: format::moment(language, held.since.and_utc()),
    }
}

/// The newest windows, for whoever may see them.
async fn windows(session: &StaffSession, hub: &Hub, biller: u16) -> Result<Vec<WindowLine>, Fault> {
    if !session.who.may(Permission::ViewSettlement) {
        return Ok(Vec::new());
    }
    let filter = WindowFilter { biller: Some(biller), state: None };
    let mut lines = Vec::new();
    for (window, settlement) in hub.settlement_windows(filter, None, WINDOWS).await? {
        let view = hub.settlement_window(window.id).await?;
        let base = format!("/{}/staff/settlement/files", session.language());
        let files = view.map(|view| view.files).unwrap_or_default();
        let kind = |file: &ledger::KeptFile| word(session.language(), "file-kind", file.kind.as_str());
        let files = files.iter().map(|(file, _)| (kind(file), format!("{base}/{}", file.id))).collect();
        lines.push(window_line(session.language(), &window, settlement.as_ref(), files));
    }
    Ok(lines)
}

fn window_line(
    language: Language,
    window: &SettlementWindow,
    settlement: Option<&Settlement>,
    files: Vec<(String, String)>,
) -> WindowLine {
    let (state, tone) = state_of(window, settlement);
    let money =
        |amount: Option<ledger::Money>| amount.map(|amount| format::money(language, amount)).unwrap_or_default();
    WindowLine {
        id: window.id.to_string(),
        href: format!("/{language}/staff/settlement/windows/{}", window.id),
        cut_off: format::stamp(window.cut_off.and_utc()),
        state: word(language, "window", state),
        tone,
        net: money(settlement.map(|settlement| settlement.net)),
        paid: money(settlement.map(|settlement| settlement.payout)),
        files,
    }
}

/// What else is a biller's people's, besides what the page shows. Features that are theirs add their own here.
fn links(session: &StaffSession, biller: u16) -> Vec<(String, String, String)> {
    let language = session.language();
    let text = |key: &str| i18n::text(language, key);
    let report = |kind: ReportKind| {
        let what = text(&format!("reports-kind-{kind}"));
        let title = i18n::text_with(language, "portal-report", &[("what", i18n::Arg::Text(&what))]);
        (title, text(&format!("reports-kind-{kind}-about")), format!("/staff/reports/{kind}"))
    };
    let branding = (text("staff-nav-branding"), text("portal-branding-about"), format!("/staff/branding/{biller}"));
    let offered = [
        (Permission::ViewBillerPayments, report(ReportKind::Transactions)),
        (Permission::ViewSettlement, report(ReportKind::Settlements)),
        (Permission::EditBranding, branding),
    ];
    let theirs = offered.into_iter().filter(|(permission, _)| session.who.may(*permission));
    theirs.map(|(_, (title, about, path))| (title, about, session.context.url(&path))).collect()
}
