//! Payers who go on paying, whatever becomes of the hub: a request without an answer is sent again as it was, and so is
//! a callback.

use std::collections::BTreeSet;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use rand::RngExt;
use rand::rngs::StdRng;
use sandbox::Control;

use super::WAIT_MAX;
use super::program::Place;
use crate::support::{Page, Payer};

/// The biller that refuses what was paid.
pub const REFUSING: u16 = 1401;
/// Bills of the file biller: its file is pulled at a start, so they are there before the first.
const FILE_BILLS: u32 = 100;

/// Test cards, the usual one more often: approved, with 3-D Secure, told twice, told late, never told, told with a wrong
/// hash, refused, refused and then approved.
const CARDS: [&str; 12] = [
    "4000000000000010",
    "4000000000000010",
    "4000000000000010",
    "4000000000000010",
    "4000000000000028",
    "4000000000000069",
    "4000000000000069",
    "4000000000000051",
    "4000000000000085",
    "4000000000000093",
    "4000000000000036",
    "4000000000000077",
];

/// A payment that a payer was led to the gateway for.
#[derive(Debug, Clone)]
pub struct Started {
    pub oid: String,
    /// The payment's page.
    pub page: String,
    pub phone: String,
}

/// What payers do and have seen.
pub struct Load {
    base: String,
    pub control: Control,
    pub stop: AtomicBool,
    next: AtomicU32,
    started: Mutex<Vec<Started>>,
    /// Orders whose callback, sent again, was answered with the order to capture.
    captures: Mutex<BTreeSet<String>>,
}

impl Load {
    pub fn new(place: &Place, control: Control) -> Self {
        for number in 0..FILE_BILLS {
            control.add_article(1202, "01", &format!("AM{:06}", 500_000 + number), "A1", 10_000).unwrap();
        }
        Self {
            base: place.base.clone(),
            control,
            stop: AtomicBool::new(false),
            next: AtomicU32::new(0),
            started: Mutex::default(),
            captures: Mutex::default(),
        }
    }

    /// One payer after another, until told to stop.
    pub async fn pay_on(&self, mut random: StdRng) {
        while !self.stop.load(Ordering::Relaxed) {
            self.journey(&mut random).await;
        }
    }

    pub fn base(&self) -> &str {
        &self.base
    }

    /// Payments started so far.
    pub fn started(&self) -> usize {
        self.started.lock().unwrap().len()
    }

    pub fn payments(&self) -> Vec<Started> {
        self.started.lock().unwrap().clone()
    }

    /// Orders of which the gateway, or whoever called again for it, heard that they are to be captured.
    pub fn acknowledged(&self) -> BTreeSet<String> {
        let mut all = self.captures.lock().unwrap().clone();
        let heard = |order: &sandbox::CardOrder| {
            order.callbacks.iter().any(|call| call.status == Some(200) && call.answer == "ACTION=POSTAUTH")
        };
        all.extend(self.control.orders().into_iter().filter(heard).map(|order| order.oid));
        all
    }

    /// A bill that nobody else pays; the file's are few.
    fn bill(&self, random: &mut StdRng) -> (u16, String) {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let (biller, contract) = match random.random_range(0..8) {
            0 | 1 if number < FILE_BILLS => return (1202, format!("AM{:06}", 500_000 + number)),
            0..=2 => (1002, format!("{:07}", 3_000_000 + number)),
            3 if number < 400 => (REFUSING, format!("LOG-{:03}", 600 + number)),
            _ => (1001, format!("{:08}", 50_000_000 + number)),
        };
        self.control.add_article(biller, "01", &contract, "A1", 10_000 + i64::from(number)).unwrap();
        (biller, contract)
    }

    async fn journey(&self, random: &mut StdRng) {
        let (biller, contract) = self.bill(random);
        let phone = format!("06{:08}", self.next.fetch_add(1, Ordering::Relaxed));
        let payer = Payer::patient(&self.base, ["ar", "fr", "en"][random.random_range(0..3)], WAIT_MAX);
        let ok = |page: Page| {
            assert_eq!(page.status, 200, "{biller} {contract} at {}: {}", page.path, page.text());
            page
        };
        let bills = ok(payer.find(biller, "01", &contract).await);
        let summary = ok(payer.choose(&bills, "").await);
        let redirect = ok(payer.start(&summary, &phone, "").await);
        let fields = redirect.fields();
        let field = |name: &str| fields.iter().find(|(known, _)| known == name).unwrap().1.clone();
        let (oid, page) = (field("oid"), field("okUrl").replace(&self.base, ""));
        self.started.lock().unwrap().push(Started { oid: oid.clone(), page, phone });
        // Some turn back before they type a card.
        if random.random_range(0..20) == 0 {
            return;
        }
        let gateway = payer.open_gateway(&redirect).await;
        let origin = redirect.action().split("/fim/").next().unwrap().to_owned();
        let result = payer.type_card(&gateway, &origin, CARDS[random.random_range(0..CARDS.len())]).await;
        assert!(result.body.contains("id=\"return\""), "{oid}: {}", result.text());
        if random.random_range(0..3) > 0 {
            self.call_again(&payer, &oid, &result).await;
        }
        let seen = payer.post(&result.action(), &result.fields()).await;
        assert_eq!(seen.status, 200, "{oid}: {}", seen.text());
    }

    /// What a gateway does that got no answer: it sends the same callback until there is one.
    async fn call_again(&self, payer: &Payer, oid: &str, result: &Page) {
        let order = self.control.order(oid).unwrap();
        if order.callbacks.is_empty() || order.callbacks.iter().any(|call| call.status == Some(200)) {
            return;
        }
        let answer = payer.post("/webhooks/cmi", &result.fields()).await;
        assert_eq!(answer.status, 200, "{oid}: {}", answer.body);
        if answer.body == "ACTION=POSTAUTH" {
            self.captures.lock().unwrap().insert(oid.to_owned());
        }
    }
}
