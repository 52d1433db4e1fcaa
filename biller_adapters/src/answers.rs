//! Checks that every protocol makes of what billers answer.

use chrono::NaiveDate;
use ledger::Money;

use crate::connector::{Article, ArticleKind, BillerFailure, BillerReceipt};

/// Longest identifier (article, receipt number, reference) taken from a biller, in characters.
pub(crate) const IDENTIFIER_LENGTH_MAX: usize = 64;

/// An answer that the protocol does not allow. The text names the place, never a value: values may be personal data.
pub(crate) fn bad(what: impl Into<String>) -> BillerFailure {
    BillerFailure::BadAnswer(what.into())
}

/// Whether a text can be kept and shown as an identifier.
pub(crate) fn is_identifier(text: &str) -> bool {
    !text.trim().is_empty() && text.chars().count() <= IDENTIFIER_LENGTH_MAX && !text.chars().any(char::is_control)
}

/// An amount with exactly two decimal places.
pub(crate) fn two_places(text: &str) -> Option<Money> {
    Money::parse_wire(text).ok().filter(|_| text.contains('.'))
}

/// A date as `YYYY-MM-DD`, all ten characters.
pub(crate) fn iso_date(text: &str) -> Option<NaiveDate> {
    (text.len() == 10).then(|| NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()).flatten()
}

/// A receipt number that can be kept.
pub(crate) fn receipt(number: &str, date: Option<NaiveDate>) -> Result<BillerReceipt, BillerFailure> {
    if !is_identifier(number) {
        return Err(bad("confirmed without a receipt number of 1 to 64 characters"));
    }
    Ok(BillerReceipt { number: number.to_owned(), date })
}

/// Articles must be told apart and be worth something.
pub(crate) fn check_articles(articles: &[Article]) -> Result<(), BillerFailure> {
    let mut ids: Vec<&str> = articles.iter().map(|article| article.id.as_str()).collect();
    if !ids.iter().all(|id| is_identifier(id)) {
        return Err(bad("an article without an identifier of 1 to 64 characters"));
    }
    ids.sort_unstable();
    if ids.windows(2).any(|pair| pair[0] == pair[1]) {
        return Err(bad("two articles with one identifier"));
    }
    if !articles.iter().all(|article| article.amount.is_positive()) {
        return Err(bad("an article without an amount above zero"));
    }
    Money::sum(articles.iter().map(|article| article.amount))
        .ok_or_else(|| bad("the articles' sum is out of range"))?;
    Ok(())
}

/// What is paid must be the sum of its lines, where there are lines; another message must never leave.
pub(crate) fn check_principal(articles: &[Article], principal: Money) -> Result<(), BillerFailure> {
    let sum = Money::sum(articles.iter().map(|article| article.amount));
    if !principal.is_positive() || (!articles.is_empty() && sum != Some(principal)) {
        return Err(BillerFailure::Misconfigured("the principal is not the sum of the articles paid".into()));
    }
    Ok(())
}

impl ArticleKind {
    /// FATOURATI's number of the kind.
    pub const fn number(self) -> u8 {
        match self {
            Self::Receivable => 0,
            Self::Fee => 1,
            Self::Mandatory => 2,
            Self::StampDuty => 3,
        }
    }

    /// The kind of a FATOURATI number in its one-digit form.
    pub fn from_digit(digit: &str) -> Option<Self> {
        match digit {
            "0" => Some(Self::Receivable),
            "1" => Some(Self::Fee),
            "2" => Some(Self::Mandatory),
            "3" => Some(Self::StampDuty),
            _ => None,
        }
    }
}
