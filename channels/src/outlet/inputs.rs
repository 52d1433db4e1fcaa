//! What people type at a counter.

use ledger::Money;
use payments::card_numbers;
use payments::typed_amount::{self, TypedAmountError};

use crate::web::errors::Fault;
use crate::web::inputs::{CARD_NUMBER_KEY, Posted};

/// A fresh key for one showing of a form.
pub(super) fn fresh_key() -> String {
    hex::encode(rand::random::<[u8; 16]>())
}

/// The key of a form; anything else does not come from a page of ours.
pub(super) fn key(posted: &Posted) -> Result<String, Fault> {
    let key = posted.one("key")?;
    if key.len() == 32 && key.bytes().all(|b| b.is_ascii_hexdigit()) {
        Ok(key.to_owned())
    } else {
        Err(Fault::BadRequest)
    }
}

/// An amount as typed: `None` for nothing. `Err` is the message that says what is wrong.
pub(super) fn amount(text: &str) -> Result<Option<Money>, &'static str> {
    if card_numbers::holds_one(text) {
        return Err(CARD_NUMBER_KEY);
    }
    match typed_amount::parse(text) {
        Ok(amount) => Ok(Some(amount)),
        Err(TypedAmountError::Empty) => Ok(None),
        Err(TypedAmountError::Ambiguous) => Err("fault-amount-ambiguous"),
        Err(_) => Err("fault-amount"),
    }
}

/// A few words as typed: the message that says what is wrong with them.
pub(super) fn words(text: &str, longest: usize) -> Result<(), &'static str> {
    match text.chars().count() {
        _ if card_numbers::holds_one(text) => Err(CARD_NUMBER_KEY),
        0 => Err("outlet-fault-reason"),
        count if count > longest => Err("outlet-fault-reason-long"),
        _ => Ok(()),
    }
}

/// What is shown again of a field: a card number never is.
pub(super) fn kept(text: &str) -> String {
    if card_numbers::holds_one(text) { String::new() } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("", Ok(None))]
    #[case("200", Ok(Some(20_000)))]
    #[case("١٦٨٫٤٢", Ok(Some(16_842)))]
    #[case("1,234", Err("fault-amount-ambiguous"))]
    #[case("10.005", Err("fault-amount"))]
    #[case("-5", Err("fault-amount"))]
    #[case("4000 0000 0000 0010", Err(CARD_NUMBER_KEY))]
    fn amounts(#[case] text: &str, #[case] read: Result<Option<i64>, &'static str>) {
        assert_eq!(amount(text), read.map(|minor| minor.map(Money::from_minor)));
    }

    #[rstest]
    #[case("", Err("outlet-fault-reason"))]
    #[case("erreur de montant", Ok(()))]
    #[case("longer than ten", Err("outlet-fault-reason-long"))]
    #[case("4000000000000010", Err(CARD_NUMBER_KEY))]
    fn reasons(#[case] text: &str, #[case] read: Result<(), &'static str>) {
        assert_eq!(words(text, if text.starts_with("longer") { 10 } else { 100 }), read);
    }
}
