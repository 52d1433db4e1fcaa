//! Paper: the receipt of a confirmed payment, the slip of any other, for a till's printer or on A4.
//!
//! Each print of a receipt is counted before it is shown, so that the second one says that it is a duplicate.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use ledger::Language;
use payments::api::Standing;
use payments::api::cash::{CashPayment, Instruction};
use staff::Permission;

use super::counter::Counter;
use super::words::word;
use crate::receipt::{bill_names, payment_url};
use crate::staff::session::StaffSession;
use crate::staff::session::subject;
use crate::web::errors::Fault;
use crate::web::inputs::Posted;
use crate::web::views::payment::qr_path;
use crate::web::views::{AmountLine, Page, PaidLine, amount_lines, paid_lines};
use crate::web::{format, i18n};

/// What a duplicate says, whatever its language: whoever is shown one should read it.
const DUPLICATE: &str = "DUPLICATA · DUPLICATE · نسخة";

/// A receipt or a slip.
#[derive(Template)]
#[template(path = "outlet/paper.html")]
pub(super) struct Paper {
    pub(super) page: Page,
    /// `80` or `a4`.
    pub(super) format: &'static str,
    pub(super) word: &'static str,
    pub(super) duplicate: Option<&'static str>,
    pub(super) title: String,
    pub(super) text: String,
    pub(super) network: String,
    pub(super) outlet: String,
    pub(super) place: String,
    pub(super) facts: Vec<(String, String, bool)>,
    pub(super) lines: Vec<PaidLine>,
    pub(super) amounts: Vec<AmountLine>,
    pub(super) total: String,
    pub(super) total_label: String,
    pub(super) handed: Vec<AmountLine>,
    pub(super) qr: Option<(usize, String)>,
    pub(super) foot: String,
    pub(super) back: String,
}

/// Counts the print and shows it.
pub(crate) async fn print(
    session: StaffSession,
    path: web::Path<(String, String)>,
    posted: Posted,
) -> Result<HttpResponse, Fault> {
    let counter = Counter::of(session, Permission::TakeCash).await?;
    let format = match posted.one("format")? {
        "80" => "80",
        "a4" => "a4",
        _ => return Err(Fault::NotOffered),
    };
    let mut found = counter.payment(&path.1).await?;
    counter.seen(&subject("payment", &found.payment.reference)).await?;
    // A slip for a payment that is open is no receipt: another one proves nothing twice.
    if found.instruction == Instruction::HandReceipt {
        found = counter.hub.print_cash_receipt(&found.payment.reference).await?.ok_or(Fault::NotFound)?;
    }
    let paper = paper(&counter, &found, format)?;
    counter.html(StatusCode::OK, &paper)
}

fn facts(language: Language, biller: String, kind: String, found: &CashPayment) -> Vec<(String, String, bool)> {
    let payment = &found.payment;
    let receipt = match &payment.standing {
        Standing::Confirmed(receipt) => receipt.number.clone(),
        _ => String::new(),
    };
    let facts = [
        ("fact-biller", biller, false),
        ("outlet-paper-kind", kind, false),
        ("contract-label", payment.contract_masked.clone(), true),
        ("receipt-number", receipt, true),
        ("fact-reference", payment.reference.clone(), true),
        ("outlet-paper-code", found.cash_reference.clone().unwrap_or_default(), true),
        ("outlet-paper-at", format::stamp(payment.started_at), true),
        ("outlet-paper-till", found.till.clone(), true),
        ("outlet-paper-by", found.actor.name.clone(), false),
    ];
    let shown = facts.into_iter().filter(|(_, value, _)| !value.is_empty());
    shown.map(|(key, value, is_code)| (i18n::text(language, key), value, is_code)).collect()
}

fn paper(counter: &Counter, found: &CashPayment, format: &'static str) -> Result<Paper, Fault> {
    let (language, (network, outlet), payment) = (counter.language(), counter.place()?, &found.payment);
    let context = &counter.session.context;
    let catalogue = counter.hub.catalogue();
    let (biller, kind) = bill_names(language, catalogue.get(payment.biller), payment.biller, &payment.receivable_type);
    let word = word(found);
    let money = |amount| format::money(language, amount);
    let said = |part: &str| {
        let amount = money(payment.amounts.total);
        i18n::text_with(language, &format!("outlet-paper-{word}-{part}"), &[("amount", i18n::Arg::Text(&amount))])
    };
    let handed = [("outlet-tendered", found.tendered), ("outlet-change", found.change)];
    let handed = handed
        .into_iter()
        .filter_map(|(key, amount)| Some(AmountLine { label: i18n::text(language, key), amount: money(amount?) }));
    let address = payment_url(&context.state.settings.public_url, language, &payment.reference);
    Ok(Paper {
        page: context.page("outlet-paper-title"),
        format,
        word,
        duplicate: (found.instruction == Instruction::HandReceipt && found.prints > 1).then_some(DUPLICATE),
        title: said("title"),
        text: said("text"),
        network: network.name.get(language).to_owned(),
        outlet: outlet.name.get(language).to_owned(),
        place: format!("{} · {}", outlet.number, outlet.city.get(language)),
        facts: facts(language, biller, kind, found),
        lines: paid_lines(&payment.articles, language),
        amounts: amount_lines(&payment.amounts, language),
        total: money(payment.amounts.total),
        total_label: i18n::text(language, "outlet-paper-total"),
        handed: handed.collect(),
        qr: qr_path(&address),
        foot: i18n::text(language, "outlet-paper-foot"),
        back: format!("/{language}/staff/outlet/payments/{}", payment.reference),
    })
}
