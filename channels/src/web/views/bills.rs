//! What is due, to be ticked.

use askama::Template;
use biller_adapters::ArticleKind;
use ledger::{Language, Money};
use payments::api::{Inquiry, PayableArticle, QuoteError};
use payments::catalogue::{AmountRule, Biller, ReceivableType};

use super::{BillerView, FaultLink, Page};
use crate::web::format;
use crate::web::i18n::{self, Arg};

/// The bills of a customer.
#[derive(Template)]
#[template(path = "web/bills.html")]
pub(crate) struct BillsPage {
    pub(crate) page: Page,
    pub(crate) biller: BillerView,
    pub(crate) contract: String,
    pub(crate) action: String,
    pub(crate) back: String,
    pub(crate) articles: Vec<ArticleView>,
    /// Everything ticked at first, for those without the script.
    pub(crate) total: String,
    pub(crate) amount: Option<AmountField>,
    pub(crate) faults: Vec<FaultLink>,
    /// How many bills the heading counts: receivables that can be paid, else whatever can.
    pub(crate) count: usize,
    /// Something can be paid.
    pub(crate) payable: bool,
    /// Until when the list is good.
    pub(crate) expires: String,
}

/// A line of the bill.
pub(crate) struct ArticleView {
    pub(crate) id: String,
    pub(crate) description: String,
    pub(crate) kind: String,
    pub(crate) date: String,
    pub(crate) amount: String,
    /// The amount in centimes, for the running total of the script.
    pub(crate) minor: i64,
    pub(crate) mandatory: bool,
    pub(crate) busy: bool,
    pub(crate) ticked: bool,
}

/// Where the payer chooses the amount.
pub(crate) struct AmountField {
    pub(crate) hint: String,
    pub(crate) value: String,
    pub(crate) required: bool,
    pub(crate) fault: String,
}

/// What the payer chose on an earlier showing of the page.
#[derive(Default)]
pub(crate) struct Choice {
    pub(crate) articles: Vec<String>,
    pub(crate) amount: String,
}

/// What is wrong with a choice.
pub(crate) enum ChoiceFault {
    Nothing,
    Busy,
    /// The text of the amount field.
    Amount(String),
}

pub(crate) fn bills(
    page: Page,
    biller: &Biller,
    kind: &ReceivableType,
    inquiry: &Inquiry,
    choice: Option<&Choice>,
    fault: Option<ChoiceFault>,
) -> BillsPage {
    let language = page.language;
    let articles: Vec<ArticleView> =
        inquiry.articles.iter().map(|article| article_view(article, language, choice)).collect();
    let ticked = articles.iter().filter(|article| article.ticked).map(|article| Money::from_minor(article.minor));
    let total = Money::sum(ticked).unwrap_or_default();
    let mut faults = Vec::new();
    let mut amount = amount_field(&kind.amount_rule, articles.is_empty(), language, choice);
    match fault {
        Some(ChoiceFault::Nothing) => {
            faults
                .push(FaultLink { target: "articles".to_owned(), text: i18n::text(language, "fault-nothing-chosen") });
        }
        Some(ChoiceFault::Busy) => {
            faults.push(FaultLink { target: "articles".to_owned(), text: i18n::text(language, "fault-busy") });
        }
        Some(ChoiceFault::Amount(text)) => {
            faults.push(FaultLink { target: "amount".to_owned(), text: text.clone() });
            if let Some(field) = &mut amount {
                field.fault = text;
            }
        }
        None => {}
    }
    BillsPage {
        biller: BillerView::of(biller, Some(kind), language),
        contract: inquiry.contract_masked.clone(),
        action: page.url(&format!("/bills/{}", inquiry.reference)),
        back: page.url(&format!("/billers/{}/{}", biller.code, kind.code)),
        count: count(inquiry),
        payable: articles.is_empty() || articles.iter().any(|article| !article.busy),
        total: format::money(language, total),
        expires: format::moment(language, inquiry.expires_at),
        articles,
        amount,
        faults,
        page: page.branded(biller).at_step(2),
    }
}

fn count(inquiry: &Inquiry) -> usize {
    let open = || inquiry.articles.iter().filter(|article| !article.busy);
    match open().filter(|payable| payable.article.kind == ArticleKind::Receivable).count() {
        0 => open().count(),
        some => some,
    }
}

pub(crate) fn article_view(payable: &PayableArticle, language: Language, choice: Option<&Choice>) -> ArticleView {
    let article = &payable.article;
    let chosen = choice.is_none_or(|choice| choice.articles.contains(&article.id));
    ArticleView {
        id: article.id.clone(),
        description: article.description.clone(),
        kind: match article.kind {
            ArticleKind::Receivable => String::new(),
            ArticleKind::Fee => i18n::text(language, "article-fee"),
            ArticleKind::Mandatory => i18n::text(language, "article-mandatory"),
            ArticleKind::StampDuty => i18n::text(language, "article-stamp-duty"),
        },
        date: article.date.map(|day| format::date(language, day)).unwrap_or_default(),
        amount: format::money(language, article.amount),
        minor: article.amount.minor(),
        mandatory: payable.mandatory,
        busy: payable.busy,
        ticked: !payable.busy && (payable.mandatory || chosen),
    }
}

pub(crate) fn amount_field(
    rule: &AmountRule,
    nothing_due: bool,
    language: Language,
    choice: Option<&Choice>,
) -> Option<AmountField> {
    let money = |amount: &Money| format::money(language, *amount);
    let hint = match rule {
        AmountRule::Exact if nothing_due => i18n::text(language, "amount-hint-any"),
        AmountRule::Exact => return None,
        AmountRule::ExactOrMore => i18n::text(language, "amount-hint-more"),
        AmountRule::ExactOrLess => i18n::text(language, "amount-hint-less"),
        AmountRule::Any => i18n::text(language, "amount-hint-any"),
        AmountRule::Range { min, max, multiple } => i18n::text_with(
            language,
            "amount-hint-range",
            &[
                ("min", Arg::Text(&money(min))),
                ("max", Arg::Text(&money(max))),
                ("multiple", Arg::Text(&money(multiple))),
            ],
        ),
    };
    let value = choice.map(|choice| choice.amount.clone()).unwrap_or_default();
    Some(AmountField { hint, value, required: nothing_due, fault: String::new() })
}

/// The words for a choice that the hub refuses; `None` for what is no fault of the choice.
pub(crate) fn choice_fault(error: &QuoteError, language: Language) -> Option<ChoiceFault> {
    let money = |amount: Money| format::money(language, amount);
    match error {
        QuoteError::NothingChosen => Some(ChoiceFault::Nothing),
        QuoteError::Busy => Some(ChoiceFault::Busy),
        QuoteError::AmountRequired => Some(ChoiceFault::Amount(i18n::text(language, "fault-amount-required"))),
        QuoteError::AmountNotAllowed { min, max, multiple } => {
            let bounds = match (min, max) {
                (Some(min), Some(max)) if min == max => {
                    i18n::text_with(language, "fault-amount-exact", &[("amount", Arg::Text(&money(*min)))])
                }
                (Some(min), Some(max)) => i18n::text_with(
                    language,
                    "fault-amount-between",
                    &[("min", Arg::Text(&money(*min))), ("max", Arg::Text(&money(*max)))],
                ),
                (Some(min), None) => {
                    i18n::text_with(language, "fault-amount-least", &[("min", Arg::Text(&money(*min)))])
                }
                (None, Some(max)) => {
                    i18n::text_with(language, "fault-amount-most", &[("max", Arg::Text(&money(*max)))])
                }
                (None, None) => i18n::text(language, "fault-amount"),
            };
            let step = multiple.map(|step| {
                i18n::text_with(language, "fault-amount-multiple", &[("multiple", Arg::Text(&money(step)))])
            });
            Some(ChoiceFault::Amount([Some(bounds), step].into_iter().flatten().collect::<Vec<_>>().join(" ")))
        }
        _ => None,
    }
}
