//! The generic pay connector: the voice provider hands a card over and gets a token for it, which the hub may charge
//! once. The card's number stays here no longer than this.

use actix_web::http::header::AUTHORIZATION;
use actix_web::{HttpRequest, HttpResponse, web};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::cards;
use crate::reply::{Reply, under_faults};
use crate::signing::same;
use crate::world::World;

/// Tokens kept at most; older ones are forgotten.
const TOKENS_MAX: usize = 1_000;

/// A card behind a token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct CardToken {
    /// The test card's name; empty for any other card.
    pub name: String,
    pub mask: String,
    pub used: bool,
}

impl CardToken {
    /// What the bank says: nothing, or a ProcReturnCode. No code can be asked for on the telephone.
    pub fn decision(&self) -> Result<(), &'static str> {
        match self.name.as_str() {
            "" => Err("14"),
            "decline" | "decline-then-accept" => Err("05"),
            "insufficient" => Err("51"),
            _ => Ok(()),
        }
    }
}

/// What the voice provider posts.
#[derive(Deserialize)]
struct Tokenize {
    #[serde(default)]
    method: String,
    #[serde(default)]
    cardnumber: String,
    #[serde(default)]
    expiry_month: String,
    #[serde(default)]
    expiry_year: String,
    #[serde(default)]
    cvv: String,
}

fn problem(status: u16, code: &str, message: &str) -> Reply {
    Reply::json(status, &json!({ "token_id": null, "error_code": code, "error_message": message }))
}

/// Makes a token of a card.
pub(super) async fn answer(world: web::Data<World>, request: HttpRequest, body: web::Bytes) -> HttpResponse {
    let expected = format!("{}:{}", world.config.cmi_api_user, world.config.cmi_api_password);
    let given = request.headers().get(AUTHORIZATION).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if !same(given, &format!("Basic {}", STANDARD.encode(expected))) {
        return problem(401, "unauthorised", "user or password is wrong").into_response();
    }
    under_faults(&world, "gateway", "connector", |injected| {
        if injected.refuse {
            return problem(200, "refused", "refused by a fault of the sandbox");
        }
        let Ok(card) = serde_json::from_slice::<Tokenize>(&body) else {
            return problem(400, "unreadable", "the body is not the documented JSON");
        };
        let digits = |text: &str, length: std::ops::RangeInclusive<usize>| {
            length.contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
        };
        let Some(number) = cards::digits(&card.cardnumber).filter(|_| card.method == "tokenize") else {
            return problem(200, "invalid-card", "method is not tokenize, or the number is no card's");
        };
        let month = card.expiry_month.parse().is_ok_and(|month: u8| (1..=12).contains(&month));
        if !month || !digits(&card.expiry_year, 2..=2) || !digits(&card.cvv, 3..=4) {
            return problem(200, "invalid-card", "the expiry date or the security code is wrong");
        }
        let token = format!("tok_{}", hex::encode(rand::random::<[u8; 16]>()));
        let name = cards::find(&number).map(|card| card.name.to_owned()).unwrap_or_default();
        let mask = cards::mask(&number);
        world.change(|state| {
            while state.tokens.len() >= TOKENS_MAX {
                state.tokens.pop_first();
            }
            state.tokens.insert(token.clone(), CardToken { name, mask, used: false });
        });
        Reply::json(200, &json!({ "token_id": token, "error_code": null, "error_message": null }))
    })
    .await
}
