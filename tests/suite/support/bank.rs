//! The payer's side of the gateway without the hub's pages, and callbacks as a bank would sign them.

use payments::api::CardRedirect;
use reqwest::{Client, redirect};
use serde_json::{Value, json};

use super::gateway_hash::hash;
use super::payer::{ANSWER_MAX, Form};

/// The gateway's key, as the sandbox publishes it.
const STORE_KEY: &str = "TEST1234";

/// Types cards and sends callbacks.
#[derive(Clone)]
pub struct Bank {
    http: Client,
    origin: String,
    callback_url: String,
}

impl Bank {
    pub fn new(origin: &str, callback_url: &str) -> Self {
        let http = Client::builder().redirect(redirect::Policy::none()).no_proxy().timeout(ANSWER_MAX).build().unwrap();
        Self { http, origin: origin.to_owned(), callback_url: callback_url.to_owned() }
    }

    /// Opens the hosted page: its address, or the refusal's words.
    pub async fn open(&self, redirect: &CardRedirect) -> Result<String, String> {
        let answer = self.http.post(&redirect.action).form(&redirect.fields).send().await.unwrap();
        match answer.headers().get("location") {
            Some(place) => Ok(format!("{}{}", self.origin, place.to_str().unwrap())),
            None => Err(answer.text().await.unwrap()),
        }
    }

    async fn post(&self, url: &str, fields: &[(&str, &str)]) {
        let answer = self.http.post(url).form(&fields).send().await.unwrap();
        assert_eq!(answer.status().as_u16(), 303, "{}", answer.text().await.unwrap());
    }

    /// Opens the page and types a card; the callback has been sent when this returns (but for the slow card).
    pub async fn pay(&self, redirect: &CardRedirect, number: &str) {
        let page = self.open(redirect).await.unwrap();
        self.type_card(&page, number).await;
    }

    /// Types a card at an open page.
    pub async fn type_card(&self, page: &str, number: &str) {
        self.post(page, &[("pan", number), ("expiry", "12/40"), ("cvv", "123")]).await;
    }

    /// Opens the page and gives up.
    pub async fn cancel(&self, redirect: &CardRedirect) {
        let page = self.open(redirect).await.unwrap();
        self.post(&format!("{page}/cancel"), &[]).await;
    }

    /// What the pay connector makes of a card: good for one charge.
    pub async fn token(&self, number: &str) -> String {
        let body = json!({
            "method": "tokenize", "cardnumber": number, "expiry_month": "12", "expiry_year": "40", "cvv": "123",
        });
        let request = self.http.post(format!("{}/fim/connector", self.origin)).basic_auth("api", Some("sandbox-api"));
        let answer: Value = request.json(&body).send().await.unwrap().json().await.unwrap();
        answer["token_id"].as_str().unwrap().to_owned()
    }

    /// The callback of an order as the bank would send it, with changes made before it is signed (`-` takes a field out).
    pub fn signed(redirect: &CardRedirect, code: &str, changes: &[(&str, &str)]) -> Form {
        let response = if code == "00" { "Approved" } else { "Declined" };
        let mut fields: Form = redirect.fields.clone();
        let mut set = |name: &str, value: &str| {
            fields.retain(|(known, _)| !known.eq_ignore_ascii_case(name));
            if value != "-" {
                fields.push((name.to_owned(), value.to_owned()));
            }
        };
        set("HASH", "-");
        let own = [
            ("ProcReturnCode", code),
            ("Response", response),
            ("AuthCode", "P77001"),
            ("TransId", "26328-77"),
            ("MaskedPan", "4000 00** **** 0010"),
            ("ErrMsg", "a|b\\c é"),
            ("BillToStreet12", "x"),
            ("BillToStreet2", ""),
        ];
        own.iter().chain(changes).for_each(|(name, value)| set(name, value));
        let hash = hash(&fields, STORE_KEY);
        fields.push(("HASH".to_owned(), hash));
        fields
    }

    /// Sends a callback to the hub: HTTP status and words of the answer.
    pub async fn call(&self, fields: &Form) -> (u16, String) {
        let answer = self.http.post(&self.callback_url).form(fields).send().await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    }
}
