//! `<Pay>`: the provider asks for a card piece by piece and has the connector make a token of it. The digits live in
//! memory only, as long as they are being keyed.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::world::World;

/// Longest wait for the connector.
const CONNECTOR_MAX: Duration = Duration::from_secs(10);

/// Which piece of a card is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum CardStage {
    Number,
    Expiry,
    Code,
}

impl CardStage {
    /// The provider's name of the piece, by which prompts are chosen.
    pub fn word(self) -> &'static str {
        match self {
            Self::Number => "payment-card-number",
            Self::Expiry => "expiration-date",
            Self::Code => "security-code",
        }
    }

    /// The next piece.
    pub fn next(self) -> Option<Self> {
        match self {
            Self::Number => Some(Self::Expiry),
            Self::Expiry => Some(Self::Code),
            Self::Code => None,
        }
    }

    /// Whether keys can be this piece.
    pub fn fits(self, keys: &str) -> bool {
        let length = match self {
            Self::Number => 13..=19,
            Self::Expiry => 4..=4,
            Self::Code => 3..=4,
        };
        length.contains(&keys.len()) && keys.bytes().all(|byte| byte.is_ascii_digit())
    }
}

/// What was keyed of a card so far.
#[derive(Debug, Clone, Default)]
pub(crate) struct Keyed {
    pub number: String,
    pub expiry: String,
    pub code: String,
}

impl Keyed {
    pub fn set(&mut self, stage: CardStage, keys: &str) {
        let piece = match stage {
            CardStage::Number => &mut self.number,
            CardStage::Expiry => &mut self.expiry,
            CardStage::Code => &mut self.code,
        };
        keys.clone_into(piece);
    }

    /// The mask that the provider posts.
    pub fn mask(&self) -> String {
        let last = self.number.get(self.number.len().saturating_sub(4)..).unwrap_or_default();
        format!("{}{last}", "x".repeat(self.number.len().saturating_sub(4)))
    }
}

/// Has the connector make a token; what went wrong otherwise.
pub(crate) async fn tokenize(world: &World, base: &str, card: &Keyed) -> Result<String, String> {
    let (month, year) = card.expiry.split_at_checked(2).unwrap_or_default();
    let body = json!({
        "method": "tokenize", "cardnumber": card.number, "expiry_month": month, "expiry_year": year, "cvv": card.code,
    });
    let (user, password) = (&world.config.cmi_api_user, &world.config.cmi_api_password);
    let request = world.client.post(format!("{base}/fim/connector")).basic_auth(user, Some(password));
    let sent = request.timeout(CONNECTOR_MAX).json(&body).send().await;
    let answer = sent.map_err(|_| "the connector did not answer".to_owned())?;
    let answer: Value = answer.json().await.map_err(|_| "the connector's answer makes no sense".to_owned())?;
    match answer["token_id"].as_str() {
        Some(token) => Ok(token.to_owned()),
        None => Err(answer["error_message"].as_str().unwrap_or("refused").to_owned()),
    }
}
