//! A running sandbox, a signing client, and a hub's callback receiver.

use std::sync::{Arc, Mutex};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use reqwest::{Client, Response};
use sandbox::{RunningSandbox, Sandbox, SandboxConfig};
use serde_json::Value;
use sha2::{Digest, Sha256, Sha512};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

pub async fn start() -> RunningSandbox {
    start_with(|_| {}).await
}

pub async fn start_with(adjust: impl FnOnce(&mut SandboxConfig)) -> RunningSandbox {
    let mut config = SandboxConfig { slow_callback_ms: 1, ..SandboxConfig::default() };
    adjust(&mut config);
    Sandbox::start(config).await.unwrap()
}

/// A client that follows no redirect, so that tests see each step.
pub fn client() -> Client {
    Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap()
}

pub fn hmac_hex(secret: &str, text: &str) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(text.as_bytes());
    hex::encode(mac.finalize().into_bytes())
}

pub fn sha256_hex(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

/// A signed request of the JSON and file protocols.
pub fn signed(method: &str, base: &str, path: &str, reference: &str, body: &str) -> reqwest::RequestBuilder {
    let timestamp = chrono::Utc::now().timestamp().to_string();
    let text = format!("{method}\n{path}\n{timestamp}\n{}", sha256_hex(body.as_bytes()));
    client()
        .request(method.parse().unwrap(), format!("{base}{path}"))
        .header("X-Fatoura-Timestamp", timestamp)
        .header("X-Fatoura-Reference", reference)
        .header("X-Fatoura-Signature", hmac_hex("sandbox-biller-secret", &text))
        .body(body.to_owned())
}

/// Posts a signed JSON operation and checks the answer's signature.
pub async fn post_json(base: &str, path: &str, body: &Value) -> (u16, Value) {
    let reference = body["reference"].as_str().unwrap().to_owned();
    let answer = signed("POST", base, path, &reference, &body.to_string()).send().await.unwrap();
    let status = answer.status().as_u16();
    let signature = answer.headers()["x-fatoura-signature"].to_str().unwrap().to_owned();
    let bytes = answer.bytes().await.unwrap();
    let text = format!("{status}\n{reference}\n{}", sha256_hex(&bytes));
    assert_eq!(signature, hmac_hex("sandbox-biller-secret", &text), "the answer's signature");
    (status, serde_json::from_slice(&bytes).unwrap())
}

pub type Form = Vec<(String, String)>;

pub fn value<'a>(form: &'a Form, name: &str) -> &'a str {
    form.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
}

/// HASH ver3 for forms whose names hold no digits: a second, simpler implementation than the sandbox's.
pub fn ver3(form: &Form, key: &str) -> String {
    let mut fields: Vec<_> = form
        .iter()
        .map(|(name, value)| (name.to_uppercase(), value))
        .filter(|(name, _)| name != "HASH" && name != "ENCODING")
        .collect();
    fields.sort();
    let mut plain: String = fields
        .iter()
        .map(|(_, value)| format!("{}|", value.trim().replace('\\', "\\\\").replace('|', "\\|")))
        .collect();
    plain.push_str(key);
    STANDARD.encode(Sha512::digest(plain))
}

/// The hub's form for the hosted page.
pub fn card_form(oid: &str, callback: &str) -> Form {
    [
        ("clientid", "600001234"),
        ("storetype", "3D_PAY_HOSTING"),
        ("TranType", "PreAuth"),
        ("amount", "168.00"),
        ("currency", "504"),
        ("oid", oid),
        ("okUrl", "http://hub.test/ok"),
        ("failUrl", "http://hub.test/fail"),
        ("shopurl", "http://hub.test/shop"),
        ("callbackUrl", callback),
        ("lang", "fr"),
        ("rnd", "0123456789abcdef"),
        ("hashAlgorithm", "ver3"),
        ("encoding", "UTF-8"),
        ("email", "client@example.ma"),
        ("BillToName", "Aïcha | Test \\ Client"),
        ("sessiontimeout", "600"),
    ]
    .into_iter()
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .collect()
}

pub fn with_hash(mut form: Form) -> Form {
    let hash = ver3(&form, "TEST1234");
    form.push(("HASH".into(), hash));
    form
}

/// Opens the hosted page: its address, or the refusal's text.
pub async fn open_page(base: &str, form: &Form) -> Result<String, String> {
    let answer = client().post(format!("{base}/fim/est3Dgate")).form(form).send().await.unwrap();
    match answer.status().as_u16() {
        303 => Ok(format!("{base}{}", answer.headers()["location"].to_str().unwrap())),
        400 => Err(answer.text().await.unwrap()),
        other => panic!("unexpected status {other}"),
    }
}

/// Types a card.
pub async fn type_card(page: &str, number: &str) -> Response {
    let form = [("pan", number), ("expiry", "12/30"), ("cvv", "123")];
    client().post(page).form(&form).send().await.unwrap()
}

/// A hub's callback endpoint that always gives the same answer and keeps what came.
pub struct Receiver {
    pub url: String,
    received: Arc<Mutex<Vec<Form>>>,
    arrived: Arc<tokio::sync::Notify>,
}

impl Receiver {
    pub async fn start(status: u16, answer: &'static str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/webhooks/cmi", listener.local_addr().unwrap());
        let received = Arc::new(Mutex::new(Vec::new()));
        let arrived = Arc::new(tokio::sync::Notify::new());
        let (kept, signal) = (received.clone(), arrived.clone());
        tokio::spawn(async move {
            loop {
                let (mut stream, _) = listener.accept().await.unwrap();
                let (kept, signal) = (kept.clone(), signal.clone());
                tokio::spawn(async move {
                    let body = read_request(&mut stream).await;
                    let query = actix_web::web::Query::<Form>::from_query(&body).unwrap();
                    kept.lock().unwrap().push(query.into_inner());
                    let length = answer.len();
                    let head = format!("HTTP/1.1 {status} X\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n");
                    stream.write_all(format!("{head}{answer}").as_bytes()).await.unwrap();
                    signal.notify_one();
                });
            }
        });
        Self { url, received, arrived }
    }

    pub fn received(&self) -> Vec<Form> {
        self.received.lock().unwrap().clone()
    }

    /// Waits until that many callbacks came.
    pub async fn wait_for(&self, count: usize) -> Vec<Form> {
        tokio::time::timeout(std::time::Duration::from_secs(20), async {
            while self.received().len() < count {
                self.arrived.notified().await;
            }
        })
        .await
        .expect("the callback came");
        self.received()
    }
}

/// The body of one HTTP request with a content-length.
async fn read_request(stream: &mut tokio::net::TcpStream) -> String {
    let mut bytes = Vec::new();
    loop {
        let mut piece = [0; 4096];
        let count = stream.read(&mut piece).await.unwrap();
        bytes.extend_from_slice(&piece[..count]);
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length: usize = head
                .lines()
                .find_map(|line| {
                    line.to_lowercase().strip_prefix("content-length: ").map(|n| n.trim().parse().unwrap())
                })
                .unwrap_or(0);
            if body.len() >= length {
                return body.to_owned();
            }
        }
        assert!(count > 0, "the request ended early");
    }
}
