//! Which lines are paid, and with how much each: the biller's amount rule, then the limits of channel and instrument.

use biller_adapters::{Article, ArticleKind};
use ledger::{Channel, Instrument, Money};

use crate::api::QuoteError;
use crate::catalogue::{AmountRule, Limit, matrix_allows};

/// The least that anyone can pay.
const CENTIME: Money = Money::from_minor(1);

/// What will be paid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChosenArticles {
    /// The lines, in the biller's order, each with the amount to pay for it; empty for a type without a fetch.
    pub articles: Vec<Article>,
    /// What the biller gets: the sum of the lines, or the amount typed where there are none.
    pub principal: Money,
}

/// Why a choice cannot be paid.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ChoiceError {
    /// No line was chosen and none is mandatory.
    #[error("no line was chosen")]
    NothingChosen,
    /// A line that the bill does not have.
    #[error("the bill has no line '{0}'")]
    UnknownArticle(String),
    /// The payer must say how much.
    #[error("an amount is required")]
    AmountRequired,
    /// The amount breaks the rule or a limit; the bounds that would do.
    #[error("the amount is not allowed")]
    AmountNotAllowed {
        /// Least allowed, inclusive.
        min: Option<Money>,
        /// Most allowed, inclusive.
        max: Option<Money>,
        /// Step, if any.
        multiple: Option<Money>,
    },
    /// Instrument not offered on this channel.
    #[error("this instrument is not offered on this channel")]
    InstrumentNotOffered,
}

impl From<ChoiceError> for QuoteError {
    fn from(error: ChoiceError) -> Self {
        match error {
            ChoiceError::NothingChosen => Self::NothingChosen,
            ChoiceError::UnknownArticle(id) => Self::UnknownArticle(id),
            ChoiceError::AmountRequired => Self::AmountRequired,
            ChoiceError::AmountNotAllowed { min, max, multiple } => Self::AmountNotAllowed { min, max, multiple },
            ChoiceError::InstrumentNotOffered => Self::InstrumentNotOffered,
        }
    }
}

/// Whether a line always rides along.
pub fn is_mandatory(article: &Article) -> bool {
    article.kind == ArticleKind::Mandatory
}

/// Applies the biller's rule to a choice.
///
/// `chosen` holds ids of ticked lines (twice is once); mandatory lines are added. `amount` is what the payer typed;
/// `None` pays what is due. `fetch` tells whether the type has fetched lines at all.
///
/// An amount equal to what is due leaves every line at its fetched amount. One that differs is spread: mandatory lines
/// first, then the others, each in the biller's order; a surplus goes on the last line, lines that get nothing are
/// dropped. Credits (negative lines) are taken in full. An amount that does not cover the mandatory lines is refused.
pub fn check(
    rule: &AmountRule,
    articles: &[Article],
    chosen: &[String],
    amount: Option<Money>,
    fetch: bool,
) -> Result<ChosenArticles, ChoiceError> {
    if let Some(id) = chosen.iter().find(|id| !articles.iter().any(|article| article.id == **id)) {
        return Err(ChoiceError::UnknownArticle(id.clone()));
    }
    if !fetch {
        let amount = amount.ok_or(ChoiceError::AmountRequired)?;
        allowed(&bounds(rule, Money::ZERO, CENTIME), amount)?;
        return Ok(ChosenArticles { articles: Vec::new(), principal: amount });
    }
    let picked: Vec<Article> =
        articles.iter().filter(|article| is_mandatory(article) || chosen.contains(&article.id)).cloned().collect();
    if picked.is_empty() {
        return Err(ChoiceError::NothingChosen);
    }
    let none = ChoiceError::AmountNotAllowed { min: None, max: None, multiple: None };
    let due = Money::sum(picked.iter().map(|article| article.amount)).ok_or(none.clone())?;
    let least = Money::sum(picked.iter().filter(|article| is_mandatory(article)).map(|article| article.amount))
        .ok_or(none.clone())?
        .max(CENTIME);
    let amount = amount.unwrap_or(due);
    allowed(&bounds(rule, due, least), amount)?;
    let articles = if amount == due { picked } else { spread(picked, amount).ok_or(none)? };
    Ok(ChosenArticles { articles, principal: amount })
}

/// Checks the channel x instrument matrix and the biller's own inclusive limits; a pair without a line is not offered.
pub fn check_limits(
    limits: &[Limit],
    channel: Channel,
    instrument: Instrument,
    principal: Money,
) -> Result<(), ChoiceError> {
    let limit = limits.iter().find(|limit| limit.channel == channel && limit.instrument == instrument);
    match limit {
        Some(limit) if matrix_allows(channel, instrument) => {
            allowed(&Bounds { min: limit.min, max: limit.max, multiple: None }, principal)
        }
        _ => Err(ChoiceError::InstrumentNotOffered),
    }
}

struct Bounds {
    min: Option<Money>,
    max: Option<Money>,
    multiple: Option<Money>,
}

fn bounds(rule: &AmountRule, due: Money, least: Money) -> Bounds {
    let bounds = |min, max| Bounds { min: Some(min), max, multiple: None };
    match rule {
        AmountRule::Exact => bounds(due, Some(due)),
        AmountRule::ExactOrMore => bounds(due, None),
        AmountRule::ExactOrLess => bounds(least, Some(due)),
        AmountRule::Any => bounds(least, None),
        AmountRule::Range { min, max, multiple } => {
            Bounds { min: Some((*min).max(least)), max: Some(*max), multiple: Some(*multiple) }
        }
    }
}

fn allowed(bounds: &Bounds, amount: Money) -> Result<(), ChoiceError> {
    let within = amount.is_positive()
        && bounds.min.is_none_or(|min| amount >= min)
        && bounds.max.is_none_or(|max| amount <= max)
        && bounds.multiple.is_none_or(|step| !step.is_positive() || amount.minor() % step.minor() == 0);
    if within {
        return Ok(());
    }
    Err(ChoiceError::AmountNotAllowed { min: bounds.min, max: bounds.max, multiple: bounds.multiple })
}

/// Lines as they are paid with a principal, which may be less than what was chosen.
pub(crate) fn paid(lines: &[Article], principal: Money) -> Vec<Article> {
    let chosen = Money::sum(lines.iter().map(|line| line.amount));
    match spread(lines.to_vec(), principal) {
        Some(paid) if !lines.is_empty() && chosen != Some(principal) => paid,
        _ => lines.to_vec(),
    }
}

/// Spreads an amount over lines; `None` if no line can take it or a sum leaves the range.
fn spread(mut lines: Vec<Article>, amount: Money) -> Option<Vec<Article>> {
    let credits = Money::sum(lines.iter().map(|line| line.amount).filter(|due| *due < Money::ZERO))?;
    let mut left = amount.checked_sub(credits)?;
    for mandatory_turn in [true, false] {
        for line in lines.iter_mut().filter(|line| line.amount >= Money::ZERO) {
            if is_mandatory(line) == mandatory_turn {
                line.amount = line.amount.min(left);
                left = left.checked_sub(line.amount)?;
            }
        }
    }
    if left.is_positive() {
        let last = lines.iter_mut().rev().find(|line| line.amount.is_positive())?;
        last.amount = last.amount.checked_add(left)?;
    }
    lines.retain(|line| line.amount != Money::ZERO);
    Some(lines)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;

    fn money(text: &str) -> Money {
        Money::parse_wire(text).unwrap()
    }

    fn line(id: &str, kind: ArticleKind, minor: i64) -> Article {
        Article { id: id.into(), kind, description: String::new(), amount: Money::from_minor(minor), date: None }
    }

    /// A 168.00, B 120.16 (both free to choose), M 10.00 (mandatory, last).
    fn bill() -> Vec<Article> {
        vec![
            line("A", ArticleKind::Receivable, 16_800),
            line("B", ArticleKind::Receivable, 12_016),
            line("M", ArticleKind::Mandatory, 1_000),
        ]
    }

    fn range() -> AmountRule {
        AmountRule::Range { min: money("10.00"), max: money("1000.00"), multiple: money("10.00") }
    }

    fn pay(rule: &AmountRule, chosen: &str, amount: &str) -> Result<String, ChoiceError> {
        let chosen: Vec<String> = chosen.split_whitespace().map(str::to_owned).collect();
        let amount = (!amount.is_empty()).then(|| money(amount));
        let paid = check(rule, &bill(), &chosen, amount, true)?;
        assert_eq!(Money::sum(paid.articles.iter().map(|article| article.amount)), Some(paid.principal));
        Ok(paid.articles.iter().map(|a| format!("{}={}", a.id, a.amount)).collect::<Vec<_>>().join(" "))
    }

    #[rstest]
    #[case::due(AmountRule::Exact, "A", "", "A=168.00 M=10.00")]
    #[case::due_typed(AmountRule::Exact, "A", "178.00", "A=168.00 M=10.00")]
    #[case::twice_is_once(AmountRule::Exact, "A A", "", "A=168.00 M=10.00")]
    #[case::bill_order(AmountRule::Exact, "B A", "", "A=168.00 B=120.16 M=10.00")]
    #[case::mandatory_alone(AmountRule::Exact, "", "", "M=10.00")]
    #[case::more(AmountRule::ExactOrMore, "A", "200.00", "A=168.00 M=32.00")]
    #[case::more_equal(AmountRule::ExactOrMore, "A", "178.00", "A=168.00 M=10.00")]
    #[case::less_in_order(AmountRule::ExactOrLess, "A B", "190.00", "A=168.00 B=12.00 M=10.00")]
    #[case::less_drops_the_rest(AmountRule::ExactOrLess, "A B", "50.00", "A=40.00 M=10.00")]
    #[case::mandatory_first(AmountRule::ExactOrLess, "A B", "10.00", "M=10.00")]
    #[case::any_less(AmountRule::Any, "A", "11.00", "A=1.00 M=10.00")]
    #[case::any_more(AmountRule::Any, "A", "178.01", "A=168.00 M=10.01")]
    #[case::range_low(range(), "A", "10.00", "M=10.00")]
    #[case::range_high(range(), "A", "1000.00", "A=168.00 M=832.00")]
    fn taken(#[case] rule: AmountRule, #[case] chosen: &str, #[case] amount: &str, #[case] paid: &str) {
        assert_eq!(pay(&rule, chosen, amount).unwrap(), paid);
    }

    fn not_allowed(min: &str, max: &str, multiple: &str) -> ChoiceError {
        let bound = |text: &str| (!text.is_empty()).then(|| money(text));
        ChoiceError::AmountNotAllowed { min: bound(min), max: bound(max), multiple: bound(multiple) }
    }

    #[rstest]
    #[case::unknown(AmountRule::Exact, "Z", "", ChoiceError::UnknownArticle("Z".into()))]
    #[case::exact_less(AmountRule::Exact, "A", "177.99", not_allowed("178.00", "178.00", ""))]
    #[case::exact_more(AmountRule::Exact, "A", "178.01", not_allowed("178.00", "178.00", ""))]
    #[case::or_more_less(AmountRule::ExactOrMore, "A", "177.99", not_allowed("178.00", "", ""))]
    #[case::or_less_more(AmountRule::ExactOrLess, "A", "178.01", not_allowed("10.00", "178.00", ""))]
    #[case::below_mandatory(AmountRule::ExactOrLess, "A", "9.99", not_allowed("10.00", "178.00", ""))]
    #[case::any_zero(AmountRule::Any, "A", "0.00", not_allowed("10.00", "", ""))]
    #[case::range_below(range(), "A", "0.00", not_allowed("10.00", "1000.00", "10.00"))]
    #[case::range_above(range(), "A", "1010.00", not_allowed("10.00", "1000.00", "10.00"))]
    #[case::range_step(range(), "A", "15.00", not_allowed("10.00", "1000.00", "10.00"))]
    #[case::range_due_off_step(range(), "A", "", not_allowed("10.00", "1000.00", "10.00"))]
    fn refused(#[case] rule: AmountRule, #[case] chosen: &str, #[case] amount: &str, #[case] error: ChoiceError) {
        assert_eq!(pay(&rule, chosen, amount), Err(error));
    }

    #[test]
    fn nothing_chosen() {
        assert_eq!(check(&AmountRule::Exact, &bill()[..2], &[], None, true), Err(ChoiceError::NothingChosen));
    }

    #[test]
    fn a_credit_is_taken_in_full() {
        let bill = [line("A", ArticleKind::Receivable, 10_000), line("C", ArticleKind::Receivable, -2_000)];
        let paid = check(&AmountRule::ExactOrLess, &bill, &["A".into(), "C".into()], Some(money("50.00")), true);
        let amounts: Vec<i64> = paid.unwrap().articles.iter().map(|article| article.amount.minor()).collect();
        assert_eq!(amounts, [7_000, -2_000]);
    }

    #[rstest]
    #[case::typed(range(), Some("50.00"), Ok("50.00"))]
    #[case::missing(range(), None, Err(ChoiceError::AmountRequired))]
    #[case::off_step(range(), Some("55.00"), Err(not_allowed("10.00", "1000.00", "10.00")))]
    #[case::any(AmountRule::Any, Some("0.01"), Ok("0.01"))]
    #[case::any_zero(AmountRule::Any, Some("0.00"), Err(not_allowed("0.01", "", "")))]
    fn without_a_fetch(
        #[case] rule: AmountRule,
        #[case] amount: Option<&str>,
        #[case] expected: Result<&str, ChoiceError>,
    ) {
        let expected = expected.map(|text| ChosenArticles { articles: vec![], principal: money(text) });
        assert_eq!(check(&rule, &[], &[], amount.map(money), false), expected);
    }

    fn limits() -> Vec<Limit> {
        let limit = |channel, instrument, min: Option<&str>, max: Option<&str>| Limit {
            channel,
            instrument,
            min: min.map(money),
            max: max.map(money),
        };
        vec![
            limit(Channel::Web, Instrument::Card, Some("10.00"), Some("5000.00")),
            limit(Channel::Agt, Instrument::Cash, None, None),
            limit(Channel::Web, Instrument::Cash, None, None),
        ]
    }

    #[rstest]
    #[case::lower_bound(Channel::Web, Instrument::Card, "10.00", Ok(()))]
    #[case::upper_bound(Channel::Web, Instrument::Card, "5000.00", Ok(()))]
    #[case::below(Channel::Web, Instrument::Card, "9.99", Err(not_allowed("10.00", "5000.00", "")))]
    #[case::above(Channel::Web, Instrument::Card, "5000.01", Err(not_allowed("10.00", "5000.00", "")))]
    #[case::no_limit(Channel::Agt, Instrument::Cash, "999999.99", Ok(()))]
    #[case::no_line(Channel::Web, Instrument::Wallet, "10.00", Err(ChoiceError::InstrumentNotOffered))]
    #[case::matrix(Channel::Web, Instrument::Cash, "10.00", Err(ChoiceError::InstrumentNotOffered))]
    fn limits_per_pair(
        #[case] channel: Channel,
        #[case] instrument: Instrument,
        #[case] amount: &str,
        #[case] expected: Result<(), ChoiceError>,
    ) {
        assert_eq!(check_limits(&limits(), channel, instrument, money(amount)), expected);
    }

    proptest! {
        #[test]
        fn whatever_is_taken_adds_up(due in proptest::collection::vec(-5_000i64..50_000, 1..6), amount in 1i64..300_000) {
            let bill: Vec<Article> = due.iter().enumerate()
                .map(|(at, minor)| line(&at.to_string(), if at % 2 == 0 { ArticleKind::Receivable } else { ArticleKind::Mandatory }, *minor))
                .collect();
            let all: Vec<String> = bill.iter().map(|article| article.id.clone()).collect();
            if let Ok(paid) = check(&AmountRule::Any, &bill, &all, Some(Money::from_minor(amount)), true) {
                prop_assert_eq!(Money::sum(paid.articles.iter().map(|article| article.amount)), Some(paid.principal));
                prop_assert_eq!(paid.principal.minor(), amount);
            }
        }
    }
}
