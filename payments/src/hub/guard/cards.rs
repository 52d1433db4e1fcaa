//! Cards of which nothing is taken. Their digits are known once the gateway has accepted: then the money goes back, in the
//! commit that hears of it, and the biller is told nothing.

use ledger::{Amounts, GuardKey, GuardList, GuardOutcome, GuardSource, NewGuardHit, Payment};

use super::super::{Hub, total};
use crate::api::Infrastructure;
use crate::form::mask;
use crate::guard::Finding;

/// Digits of a card that may stand at its beginning and must at its end in a mask (PCI DSS 3.4.1).
const FIRST_MAX: usize = 6;
const LAST: usize = 4;

/// What a mask shows of a card: `400000*0010`, however many digits it hides. A whole number is none.
pub(super) fn digits_of(mask: &str) -> Option<String> {
    let is_hidden = |c: char| matches!(c, '*' | 'x' | 'X' | '•');
    let plain: String = mask.chars().filter(|c| c.is_ascii_digit() || is_hidden(*c)).collect();
    let (first, rest) = plain.split_at(plain.find(is_hidden)?);
    let last = rest.trim_start_matches(is_hidden);
    let is_sound = (1..=FIRST_MAX).contains(&first.len()) && last.len() == LAST && !last.contains(is_hidden);
    is_sound.then(|| format!("{first}*{last}"))
}

/// As it may be shown.
pub(super) fn shown(digits: &str) -> String {
    digits.replace('*', "******")
}

impl Hub {
    /// Whether a card that paid is on the list of those of which nothing is taken; written down once for a quote and entry.
    /// Without a card on any list it reads nothing.
    pub(crate) async fn refuses_card(&self, payment: i64, card_mask: &str) -> Result<bool, Infrastructure> {
        if !self.known_guard().await?.has_cards {
            return Ok(false);
        }
        let Some(digits) = digits_of(card_mask) else { return Ok(false) };
        let now = self.now().naive_utc();
        let key = GuardKey::Card(digits);
        let (entries, stored) =
            self.read(move |reader| Ok((reader.guard_entries_of(&[key], now)?, reader.payment_of(payment)?))).await?;
        let blocked = entries.into_iter().find(|entry| entry.list == GuardList::Block);
        let (Some(blocked), Some(stored)) = (blocked, stored) else { return Ok(false) };
        let finding = Finding::Blocked { subject: blocked.subject, shown: blocked.shown.clone() };
        let hit = hit(&stored, (blocked.id, blocked.shown), &finding)?;
        tracing::warn!(target: "security", payment, number = hit.source_id, "a card was refused: the money goes back");
        // What is decided does not hang on its being written down.
        if let Err(error) = self.write(move |op| op.keep_guard_hit(&hit, now).map(drop)).await {
            tracing::error!(payment, %error, "that a card was refused was not written down");
        }
        Ok(true)
    }
}

fn hit(stored: &Payment, (id, name): (i64, String), finding: &Finding) -> Result<NewGuardHit, Infrastructure> {
    let amounts: &Amounts = &stored.amounts;
    Ok(NewGuardHit {
        quote: stored.quote,
        source: GuardSource::List,
        source_id: id,
        name,
        outcome: GuardOutcome::Refused,
        explanation: serde_json::to_string(finding)
            .map_err(|error| Infrastructure::Failed(format!("a finding cannot be kept: {error}")))?,
        biller: stored.biller,
        channel: stored.channel,
        instrument: stored.instrument,
        amount: total(amounts)?,
        outlet: String::new(),
        phone: match &stored.phone {
            Some(phone) => mask(&phone.reveal()?),
            None => String::new(),
        },
    })
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("400000******0010", Some("400000*0010"))]
    #[case("4000 00** **** 0010", Some("400000*0010"))]
    #[case("400000xxxxxx0010", Some("400000*0010"))]
    #[case("4***********0010", Some("4*0010"))]
    #[case("4000**00", None)]
    #[case("4000**0010**", None)]
    #[case("4000000010", None)]
    #[case("4000000000000010", None)]
    #[case("4000000**0010", None)]
    #[case("***0010", None)]
    #[case("", None)]
    fn masks(#[case] mask: &str, #[case] digits: Option<&str>) {
        assert_eq!(digits_of(mask).as_deref(), digits);
        if let Some(digits) = digits {
            assert_eq!(digits_of(&shown(digits)).as_deref(), Some(digits));
        }
    }
}
